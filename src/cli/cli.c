/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>

#include "armeld.h"
#include "base/os.h"
#include "base/path.h"
#include "cli/diag.h"
#include "cli/inputs.h"
#include "cli/terminal.h"

/** Whether the first argument names a verb, or can mean nothing else. */
static bool looks_like_verb(const char *text)
{
    return verb_find(text) || (*text && !options_is_option(text) && !strpbrk(text, "./\\") &&
                               os_kind(text) == OS_NOTHING);
}

/** Whether the program goes by the name under which cargo finds it. */
static bool is_cargo_meld(struct command *command, int argc, char *const argv[])
{
    const char *path = argc > 0 ? os_plain_path(argv[0], &command->arena) : NULL;
    const char *name = path ? path_base(path) : "";
    return strcmp(name, "cargo-meld") == 0 || strcmp(name, "cargo-meld.exe") == 0;
}

int cli_parse(struct command *command, int argc, char *const argv[])
{
    int status;
    if (!args_read(argc, argv, &command->arena, &command->args, &status)) {
        return status;
    }
    const struct args *args = &command->args;
    command->verb = verbs[0];
    command->by_cargo = is_cargo_meld(command, argc, argv);
    if (args->count && looks_like_verb(args->list[0].text)) {
        command->verb = verb_named(command, &args->list[0]);
        command->first = 1;
    }
    /* `cargo meld inspect` is `cargo-meld meld inspect` */
    if (command->by_cargo && command->verb == verbs[0] && command->first == 1 &&
        args->count > 1 && verb_find(args->list[1].text)) {
        command->verb = verb_find(args->list[1].text);
        command->first = 2;
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
