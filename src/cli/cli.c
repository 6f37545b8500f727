/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>

#include "armeld.h"
#include "base/os.h"
#include "cli/diag.h"
#include "cli/nearest.h"
#include "cli/terminal.h"

const struct verb *const verbs[] = {&verb_meld,  &verb_strip,   &verb_hide,    &verb_prune,
                                   &verb_prelink, &verb_share,
                                   &verb_inspect, &verb_explain, &verb_restore,
                                   &verb_verify, &verb_pkgconfig, &verb_help};
const size_t verb_count = sizeof verbs / sizeof *verbs;

static const struct verb *find_verb(const char *name)
{
    for (size_t i = 0; i < verb_count; i++) {
        if (strcmp(verbs[i]->name, name) == 0) {
            return verbs[i];
        }
    }
    return NULL;
}

const struct verb *verb_named(const struct command *command, const struct arg *arg)
{
    const struct verb *verb = find_verb(arg->text);
    struct nearest near = nearest_to(arg->text, strlen(arg->text));
    for (size_t i = 0; i < verb_count; i++) {
        nearest_try(&near, verbs[i]->name);
    }
    if (verb) {
        return verb;
    }
    if (near.guess) {
        diag_usage(&command->args, arg, "'%s' is neither a verb nor a file; did you mean %s?",
                   arg->text, near.guess);
    } else {
        diag_usage(&command->args, arg, "'%s' is neither a verb nor a file", arg->text);
    }
    return NULL;
}

/** Whether the first argument names a verb, or can mean nothing else. */
static bool looks_like_verb(const char *text)
{
    return find_verb(text) ||
           (*text && !options_is_option(text) && !strpbrk(text, "./\\") &&
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
    return command->verb->run(command);
}

int cli_finish(struct command *command)
{
    bool failed = ferror(stdout) != 0;
    errno = 0;
    failed = fclose(stdout) != 0 || failed;
    if (failed && !terminal_reader_left(errno)) {
        /* after an earlier failure nothing may be left for fclose() to fail with */
        diag_error("standard output: %s", errno ? strerror(errno) : "writing failed");
    }
    arena_free(&command->arena);
    return failed ? ARMELD_FAILED : ARMELD_OK;
}
