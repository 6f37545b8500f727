/* SPDX-License-Identifier: MIT */
/** The verbs, and how one is found by its name. */
#include "armeld.h"
#include "cli/diag.h"
#include "cli/nearest.h"
#include "cli/verb.h"

const struct verb *const verbs[] = {
    &verb_meld,    &verb_strip,   &verb_hide,    &verb_prune,  &verb_prelink,   &verb_share,
    &verb_inspect, &verb_explain, &verb_restore, &verb_verify, &verb_pkgconfig, &verb_help,
};
const size_t verb_count = sizeof verbs / sizeof *verbs;

const struct verb *verb_find(const char *name)
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
    const struct verb *verb = verb_find(arg->text);
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
