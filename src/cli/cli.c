/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>

#include "armeld.h"
#include "base/os.h"
#include "cli/diag.h"
#include "cli/inputs.h"
#include "cli/terminal.h"

/** Whether the first argument names a verb, or can mean nothing else. */
static bool looks_like_verb(const char *text)
{
    return verb_find(text) || (*text && !options_is_option(text) && !strpbrk(text, "./\\") &&
                               os_kind(text) == OS_NOTHING);
}

int cli_parse(struct command *command, int argc, char *const argv[])
{
    int status;
    if (!args_read(argc, argv, &command->arena, &command->args, &status)) {
        return status;
    }
    command->verb = verbs[0];
    if (command->args.count && looks_like_verb(command->args.list[0].text)) {
        command->verb = verb_named(command, &command->args.list[0]);
        command->first = 1;
    }
    return command->verb ? ARMELD_OK : ARMELD_USAGE;
}

int cli_run(struct command *command)
{
    int status = command->verb->run(command);
    return status == ARMELD_INTERNAL ? ARMELD_FAILED : status;
}

int cli_finish(struct command *command)
{
    bool failed = ferror(stdout) != 0;
    errno = 0;
    failed = fclose(stdout) != 0 || failed;
    if (failed && !terminal_reader_left(errno)) {
        /* after an earlier failure nothing may be left for fclose() to fail with */
        diag_error("standard output: %s%s", errno ? strerror(errno) : "writing failed",
                   os_has_changed() ? "; the files are written, only the report is lost" : "");
    }
    arena_free(&command->arena);
    return !failed ? ARMELD_OK : os_has_changed() ? CLI_UNREPORTED : ARMELD_FAILED;
}
