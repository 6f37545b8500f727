/* SPDX-License-Identifier: MIT */
#include "report/sentences.h"

#include <stdlib.h>

#include "base/text.h"
#include "report/symbols.h"

void put_full_name(FILE *stream, const char *name)
{
    char *escaped = text_escaped(name);
    fputs(escaped ? escaped : "?", stream);
    free(escaped);
}

void put_count(FILE *stream, size_t count, const char *one, const char *many)
{
    fprintf(stream, "%zu %s", count, count == 1 ? one : many);
}

void put_notes(FILE *stream, const struct armeld_report *report, const char *before,
               const struct look *look)
{
    for (size_t i = 0; i < report->note_count; i++) {
        fputs(before, stream);
        look_put_words(stream, look, report->notes[i], 0, 0);
        fputc('\n', stream);
    }
}

void put_files(FILE *stream, const struct armeld_report *report, const struct look *look)
{
    for (size_t i = 0; i < report->file_count; i++) {
        const struct armeld_file *file = &report->files[i];
        int columns = fprintf(stream, "%-9s  ", file->is_new    ? "new"
                                                : file->changes ? "changed"
                                                                : "unchanged");
        look_put_beside(stream, look, file->path, columns > 0 ? (size_t)columns : 0);
        fputc('\n', stream);
    }
}

void put_unprovable(FILE *stream, const struct armeld_report *report, const char *what,
                           const struct report_style *style)
{
    size_t count = report->unprovable_count;
    bool verbose = style->verbose;
    if (!count) {
        return;
    }
    fprintf(stream, "%s: ", what);
    put_count(stream, count, "combination of originals does not link",
              "combinations of originals do not link");
    fputs(verbose ? ":\n" : ", such as ", stream);
    for (size_t i = 0; i < count && (verbose || i == 0); i++) {
        fputs(verbose ? "     " : "", stream);
        symbols_put(stream, &style->look, report->unprovable[i], style->demangle,
                    verbose ? 5 : 0, verbose ? 7 : 0);
        fputs(verbose ? "\n" : ".\n", stream);
    }
}

void put_dry_run(FILE *stream, const struct report_style *style)
{
    if (style->dry_run) {
        fputs("\nDry run: no file was changed.\n", stream);
    }
}

enum look_color saving_color(uint64_t before, uint64_t after)
{
    return before && after < before ? LOOK_GREEN : before && after > before ? LOOK_RED : LOOK_PLAIN;
}
