/* SPDX-License-Identifier: MIT */
#include "cli/help.h"

#include <archive.h>
#include <jansson.h>
#include <string.h>
#include <xxhash.h>

#include "armeld.h"
#include "cli/demangle.h"
#include "cli/verb.h"

enum {
    OPTION_COLUMN = 30, /* where the help of an option begins */
    HELP_COLUMNS = 80,  /* that the help has, wherever it is printed */
};

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

/** Words, in as many lines as they take, each from OPTION_COLUMN on. */
static void print_words(FILE *stream, const char *text)
{
    size_t at = OPTION_COLUMN;
    for (size_t size; *text; text += size + strspn(text + size, " ")) {
        size = strcspn(text, " ");
        if (at != OPTION_COLUMN) {
            bool fits = at + 1 + size <= HELP_COLUMNS;
            fprintf(stream, "%s%*s", fits ? "" : "\n", fits ? 1 : OPTION_COLUMN, "");
            at = fits ? at + 1 : OPTION_COLUMN;
        }
        fprintf(stream, "%.*s", (int)size, text);
        at += size;
    }
    fputc('\n', stream);
}

/** What an option does, and its choices. */
static void print_help(FILE *stream, const struct option *option)
{
    char text[512];
    size_t used = (size_t)snprintf(text, sizeof text, "%s", option->help);
    for (unsigned i = 0; option->kind == OPTION_CHOICE && option->choices[i]; i++) {
        if (used < sizeof text) {
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i ? ", " : ": ",
                                     option->choices[i]);
        }
    }
    print_words(stream, text);
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
    fprintf(stream, "%s%s%*s", head, fits ? "" : "\n", OPTION_COLUMN - (fits ? columns : 0), "");
    print_help(stream, option);
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
    fputs("\n@FILE anywhere reads more arguments from FILE, one a line; -- ends the options.\n"
          "The manual: armeld(1), armeld(5).\n",
          stream);
}
