/* SPDX-License-Identifier: MIT */
#include "cli/help.h"

#include <archive.h>
#include <jansson.h>
#include <xxhash.h>

#include "armeld.h"
#include "cli/demangle.h"
#include "cli/diag.h"
#include "cli/rows.h"

enum { OPTION_COLUMN = 30 }; /* where the help of an option begins */

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#elif defined(__GNUC__)
#define COMPILER "gcc " __VERSION__
#else
#define COMPILER "unknown"
#endif

void help_version(FILE *stream)
{
    unsigned hash = XXH_versionNumber();
    int archive = archive_version_number();
    fprintf(stream, "armeld %s\n", armeld_version());
    fprintf(stream, "compiler: %s\n", COMPILER);
    fprintf(stream, "libraries: xxhash %u.%u.%u, libarchive %d.%d.%d, jansson %s\n",
            hash / 10000, hash / 100 % 100, hash % 100, archive / 1000000, archive / 1000 % 1000,
            archive % 1000, jansson_version_str());
    fprintf(stream, "demangler: %s\n", demangler_name());
}

static void print_option(FILE *stream, const struct option *option)
{
    char head[128];
    char letter[8] = "    ";
    if (option->letter) {
        snprintf(letter, sizeof letter, "-%c, ", option->letter);
    }
    int columns = snprintf(head, sizeof head, "  %s--%s%s%s", letter, option->name,
                           option->argument ? " " : "", option->argument ? option->argument : "");
    bool fits = columns < OPTION_COLUMN - 1;
    fprintf(stream, "%s%s%*s%s", head, fits ? "" : "\n",
            OPTION_COLUMN - (fits ? columns : 0), "", option->help);
    for (unsigned i = 0; option->kind == OPTION_CHOICE && option->choices[i]; i++) {
        fprintf(stream, "%s%s", i ? ", " : ": ", option->choices[i]);
    }
    fputc('\n', stream);
}

void help_print(FILE *stream, const struct verb *verb)
{
    /* the first verb need not be named */
    bool optional = verb == verbs[0];
    fprintf(stream, "usage: armeld %s%s%s %s\n\n%s\n", optional ? "[" : "", verb->name,
            optional ? "]" : "", verb->synopsis, verb->about);
    if (verb->option_count) {
        fputs("\noptions:\n", stream);
    }
    for (size_t i = 0; i < verb->option_count; i++) {
        if (verb->options[i].help) {
            print_option(stream, &verb->options[i]);
        }
    }
    fputs("\nverbs:\n", stream);
    for (size_t i = 0; i < verb_count; i++) {
        fprintf(stream, "  %-10s%s\n", verbs[i]->name, verbs[i]->summary);
    }
    fputs("\n@FILE anywhere reads further arguments from FILE, one a line; -- ends the options.\n"
          "The manual: armeld(1), armeld(5).\n",
          stream);
}

/* ---- the verb ---------------------------------------------------------------------------- */

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
    .about = "Prints the help of VERB, or that of the main job.",
    .options = help_options,
    .option_count = sizeof help_options / sizeof *help_options,
    .run = run,
};
