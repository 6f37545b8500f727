/* SPDX-License-Identifier: MIT */
#include "cli/help.h"

#include <archive.h>
#include <jansson.h>
#include <xxhash.h>

#include "armeld.h"
#include "cli/demangle.h"
#include "cli/verb.h"

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
