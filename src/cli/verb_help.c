/* SPDX-License-Identifier: MIT */
/** The verb help: prints the help of a verb, or all options for scripts. */
#include "armeld.h"
#include "cli/diag.h"
#include "cli/help.h"
#include "cli/rows.h"

struct settings {
    bool options;
};

/* --options is for scripts (completions, the check of the manual) and not shown */
static const struct option help_options[] = {
    {0, "options", NULL, NULL, OPTION_FLAG, offsetof(struct settings, options), NULL, 0, 0, NULL},
    HELP_ROW,
    VERSION_ROW,
};

/** "-", or the words with a comma between them. */
static void list_choices(FILE *stream, const struct option *option)
{
    for (const char *const *choice = option->choices; choice && *choice; choice++) {
        fprintf(stream, "%s%s", choice == option->choices ? "" : ",", *choice);
    }
    fputs(option->choices ? "\t" : "-\t", stream);
}

/**
 * One line an option: verb, long name, letter, argument, its choices, the help, separated by tabs;
 * "-" for what it has not.
 */
static void list_options(FILE *stream)
{
    for (size_t i = 0; i < verb_count; i++) {
        for (size_t j = 0; j < verbs[i]->option_count; j++) {
            const struct option *option = &verbs[i]->options[j];
            if (option->help) {
                fprintf(stream, "%s\t--%s\t-%.1s\t%s\t", verbs[i]->name, option->name,
                        &option->letter, option->argument ? option->argument : "-");
                list_choices(stream, option);
                fprintf(stream, "%s\n", option->help);
            }
        }
    }
}

/** Print the help of the verb named, or of the main job. */
static int print_named(const struct command *command, const struct text_list *names)
{
    const struct verb *verb = verbs[0];
    if (names->count > 1) {
        diag_error("help takes one verb, not %zu", names->count);
        return ARMELD_USAGE;
    }
    if (names->count == 1) {
        /* the only operand is the only argument with this very text */
        const struct arg *arg = &command->args.list[command->first];
        while (arg->text != names->list[0]) {
            arg++;
        }
        verb = verb_named(command, arg);
    }
    if (!verb) {
        return ARMELD_USAGE;
    }
    help_print(stdout, verb);
    return ARMELD_OK;
}

static int run(struct command *command)
{
    struct settings settings = {0};
    struct text_list names;
    int status;
    if (!options_parse(command, &settings, &names, &status)) {
        return status;
    }
    if (settings.options) {
        list_options(stdout);
        return ARMELD_OK;
    }
    return print_named(command, &names);
}

const struct verb verb_help = {
    .name = "help",
    .synopsis = "[VERB]",
    .summary = "print the help of a verb",
    .about = "Prints the help of VERB, or of meld, the default.",
    .options = help_options,
    .option_count = sizeof help_options / sizeof *help_options,
    .run = run,
};
