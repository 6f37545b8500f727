/* SPDX-License-Identifier: MIT */
/** What shrinking took out, for people. */
#include "report/report.h"

#include <stdlib.h>
#include <string.h>

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

enum { MOST_PERSONALITIES = 16 };

/** The different personality routines of some reports. */
struct personalities {
    const char *names[MOST_PERSONALITIES];
    size_t count; /* more than that are not told apart any more */
};

static void add_personalities(struct personalities *all, const struct armeld_report *report)
{
    for (size_t i = 0; i < report->personality_count; i++) {
        size_t known = all->count < MOST_PERSONALITIES ? all->count : MOST_PERSONALITIES;
        size_t at = 0;
        while (at < known && strcmp(all->names[at], report->personalities[i]) != 0) {
            at++;
        }
        if (at == MOST_PERSONALITIES) {
            all->count++;
        } else if (at == known) {
            all->names[all->count++] = report->personalities[i];
        }
    }
}

/** Apple's linkers allow no more than three in a program. */
static void put_personalities(FILE *stream, const struct personalities *all)
{
    if (all->count) {
        fprintf(stream, "Unwind information names %zu personality routine%s (", all->count,
                all->count == 1 ? "" : "s");
    }
    for (size_t i = 0; i < all->count && i < MOST_PERSONALITIES; i++) {
        fputs(i ? ", " : "", stream);
        put_name(stream, all->names[i]);
    }
    if (all->count) {
        fputs("); Apple's linkers allow 3 in a program.\n", stream);
    }
}

void report_shrunk_put(FILE *stream, const struct armeld_report *report)
{
    if (report->shrunk) {
        fputc('\n', stream);
        put_taken(stream, report->kinds_before, report->kinds);
        struct personalities personalities = {.count = 0};
        add_personalities(&personalities, report);
        put_personalities(stream, &personalities);
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

bool report_shrink_text(FILE *stream, const struct armeld_report *const *reports,
                        size_t count, const struct report_style *style)
{
    struct armeld_report total = {0};
    struct personalities personalities = {.count = 0};
    fputs("    before       after   saved  library\n", stream);
    for (size_t i = 0; i < count; i++) {
        const struct armeld_library *library = &reports[i]->libraries[0];
        put_row(stream, library->bytes_before, library->bytes);
        put_name(stream, library->path);
        if (style->verbose && style->elsewhere) {
            fputs(" -> ", stream);
            put_name(stream, library->output);
        }
        fputc('\n', stream);
        if (style->verbose) {
            put_taken(stream, reports[i]->kinds_before, reports[i]->kinds);
        }
        total.bytes_before += library->bytes_before;
        total.bytes += library->bytes;
        add_personalities(&personalities, reports[i]);
        for (int kind = 0; kind < ARMELD_BYTES_KINDS; kind++) {
            total.kinds_before[kind] += reports[i]->kinds_before[kind];
            total.kinds[kind] += reports[i]->kinds[kind];
        }
    }
    if (count > 1) {
        put_row(stream, total.bytes_before, total.bytes);
        fprintf(stream, "%zu libraries\n", count);
    }
    fputc('\n', stream);
    put_taken(stream, total.kinds_before, total.kinds);
    put_personalities(stream, &personalities);
    if (style->dry_run) {
        fputs("\nDry run: no file was changed.\n", stream);
    }
    return true;
}
