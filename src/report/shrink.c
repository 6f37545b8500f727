/* SPDX-License-Identifier: MIT */
/** What shrinking took out, for people. */
#include "report/report.h"

#include <stdlib.h>

#include "base/text.h"

static void put_name(FILE *stream, const char *name)
{
    char *escaped = text_escaped(name);
    fputs(escaped ? escaped : "?", stream);
    free(escaped);
}

struct taken {
    int64_t bytes;
    int kind;
};

static int by_bytes(const void *left, const void *right)
{
    const struct taken *a = left, *b = right;
    return a->bytes != b->bytes ? (a->bytes < b->bytes ? 1 : -1) : a->kind - b->kind;
}

/** "Taken out: debug info 8.9 MB, LLVM bitcode 9.2 MB." */
static void put_taken(FILE *stream, const uint64_t before[ARMELD_BYTES_KINDS],
                      const uint64_t after[ARMELD_BYTES_KINDS])
{
    struct taken list[ARMELD_BYTES_KINDS];
    char bytes[TEXT_BYTES_SIZE];
    bool any = false;
    for (int kind = 0; kind < ARMELD_BYTES_KINDS; kind++) {
        list[kind] = (struct taken){(int64_t)(before[kind] - after[kind]), kind};
    }
    qsort(list, ARMELD_BYTES_KINDS, sizeof *list, by_bytes);
    for (int i = 0; i < ARMELD_BYTES_KINDS && list[i].bytes > 0; i++) {
        fprintf(stream, "%s%s %s", any ? ", " : "Taken out of objects: ",
                armeld_bytes_name((enum armeld_bytes)list[i].kind),
                text_bytes((uint64_t)list[i].bytes, bytes));
        any = true;
    }
    fputs(any ? ".\n" : "Nothing to take out of objects.\n", stream);
}

/** Apple's linkers allow no more than three in a program. */
static void put_personalities(FILE *stream, size_t count)
{
    if (count) {
        fprintf(stream, "Unwind information names %zu personality routine%s; Apple's linkers allow 3 "
                        "in a program.\n", count, count == 1 ? "" : "s");
    }
}

void report_shrunk_put(FILE *stream, const struct armeld_report *report)
{
    if (report->shrunk) {
        fputc('\n', stream);
        put_taken(stream, report->kinds_before, report->kinds);
        put_personalities(stream, report->personalities);
    }
}

static void put_row(FILE *stream, uint64_t before, uint64_t after)
{
    char left[TEXT_BYTES_SIZE];
    char right[TEXT_BYTES_SIZE];
    double saved = before ? 100.0 - 100.0 * (double)after / (double)before : 0.0;
    fprintf(stream, "%10s  %10s  %5.1f%%  ", text_bytes(before, left), text_bytes(after, right),
            saved < 0 && saved > -0.05 ? 0 : saved);
}

bool report_shrink_text(FILE *stream, const struct armeld_report *reports, size_t count,
                        const struct report_style *style)
{
    struct armeld_report total = {0};
    fputs("    before       after   saved  library\n", stream);
    for (size_t i = 0; i < count; i++) {
        const struct armeld_library *library = &reports[i].libraries[0];
        put_row(stream, library->bytes_before, library->bytes);
        put_name(stream, library->path);
        if (style->verbose && style->elsewhere) {
            fputs(" -> ", stream);
            put_name(stream, library->output);
        }
        fputc('\n', stream);
        if (style->verbose) {
            put_taken(stream, reports[i].kinds_before, reports[i].kinds);
        }
        total.bytes_before += library->bytes_before;
        total.bytes += library->bytes;
        total.personalities += reports[i].personalities;
        for (int kind = 0; kind < ARMELD_BYTES_KINDS; kind++) {
            total.kinds_before[kind] += reports[i].kinds_before[kind];
            total.kinds[kind] += reports[i].kinds[kind];
        }
    }
    if (count > 1) {
        put_row(stream, total.bytes_before, total.bytes);
        fprintf(stream, "%zu libraries\n", count);
    }
    fputc('\n', stream);
    put_taken(stream, total.kinds_before, total.kinds);
    put_personalities(stream, total.personalities);
    if (style->dry_run) {
        fputs("\nDry run: no file was changed.\n", stream);
    }
    return true;
}
