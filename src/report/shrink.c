/* SPDX-License-Identifier: MIT */
/** What shrinking took out, for people. */
#include "report/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/sentences.h"
#include "report/grid.h"

struct taken {
    int64_t bytes;
    int kind;
};

static int by_bytes(const void *left, const void *right)
{
    const struct taken *a = left, *b = right;
    return a->bytes != b->bytes ? (a->bytes < b->bytes ? 1 : -1) : a->kind - b->kind;
}

enum { LONGEST_TAKEN = 64 * ARMELD_BYTES_KINDS };

/** "Taken out of objects: LLVM bitcode 9.2 MB, debug info 8.9 MB." */
static const char *taken_text(const uint64_t before[ARMELD_BYTES_KINDS],
                              const uint64_t after[ARMELD_BYTES_KINDS], char text[LONGEST_TAKEN])
{
    struct taken list[ARMELD_BYTES_KINDS];
    char bytes[TEXT_BYTES_SIZE];
    size_t used = 0;
    for (int kind = 0; kind < ARMELD_BYTES_KINDS; kind++) {
        list[kind] = (struct taken){(int64_t)(before[kind] - after[kind]), kind};
    }
    qsort(list, ARMELD_BYTES_KINDS, sizeof *list, by_bytes);
    for (int i = 0; i < ARMELD_BYTES_KINDS && list[i].bytes > 0; i++) {
        used += (size_t)snprintf(text + used, LONGEST_TAKEN - used, "%s%s %s",
                                 used ? ", " : "Taken out of objects: ",
                                 armeld_bytes_name((enum armeld_bytes)list[i].kind),
                                 text_bytes((uint64_t)list[i].bytes, bytes));
    }
    snprintf(text + used, LONGEST_TAKEN - used, "%s",
             used ? "." : "Nothing to take out of objects.");
    return text;
}

static void put_taken(FILE *stream, const uint64_t before[ARMELD_BYTES_KINDS],
                      const uint64_t after[ARMELD_BYTES_KINDS], const struct look *look)
{
    char text[LONGEST_TAKEN];
    look_put_words(stream, look, taken_text(before, after, text), 0, 0);
    fputc('\n', stream);
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
        put_full_name(stream, all->names[i]);
    }
    if (all->count) {
        fputs("); Apple's linkers allow 3 in a program.\n", stream);
    }
}

void report_shrunk_put(FILE *stream, const struct armeld_report *report, const struct look *look)
{
    if (report->shrunk) {
        fputc('\n', stream);
        put_taken(stream, report->kinds_before, report->kinds, look);
        struct personalities personalities = {.count = 0};
        add_personalities(&personalities, report);
        put_personalities(stream, &personalities);
    }
}

static const struct grid_column columns[] = {{"before", NULL, 10, 0, false, 1},
                                              {"after", NULL, 10, 2, false, 0},
                                              {"saved", NULL, 6, 2, false, 0}};

static void add_numbers(struct grid *grid, uint64_t before, uint64_t after)
{
    char bytes[TEXT_BYTES_SIZE];
    double saved = before ? 100.0 - 100.0 * (double)after / (double)before : 0.0;
    grid_cell(grid, LOOK_PLAIN, "%s", text_bytes(before, bytes));
    grid_cell(grid, LOOK_PLAIN, "%s", text_bytes(after, bytes));
    grid_cell(grid, saving_color(before, after), "%.1f%%", saved < 0 && saved > -0.05 ? 0 : saved);
}

/** The row of a library, and what was taken out of it. */
static void add_library(struct grid *grid, const struct armeld_report *report,
                        const struct report_style *style)
{
    const struct armeld_library *library = &report->libraries[0];
    char taken[LONGEST_TAKEN];
    add_numbers(grid, library->bytes_before, library->bytes);
    if (style->verbose && style->elsewhere) {
        grid_renamed(grid, library->path, library->output);
    } else {
        grid_name(grid, library->path, NULL);
    }
    if (style->verbose) {
        grid_line(grid, taken_text(report->kinds_before, report->kinds, taken));
    }
}

bool report_shrink_text(FILE *stream, const struct armeld_report *const *reports,
                        size_t count, const struct report_style *style)
{
    struct armeld_report total = {0};
    struct personalities personalities = {.count = 0};
    struct grid grid;
    char name[64];
    grid_begin(&grid, &style->look, columns, 3, "library");
    for (size_t i = 0; i < count; i++) {
        add_library(&grid, reports[i], style);
        total.bytes_before += reports[i]->libraries[0].bytes_before;
        total.bytes += reports[i]->libraries[0].bytes;
        add_personalities(&personalities, reports[i]);
        for (int kind = 0; kind < ARMELD_BYTES_KINDS; kind++) {
            total.kinds_before[kind] += reports[i]->kinds_before[kind];
            total.kinds[kind] += reports[i]->kinds[kind];
        }
    }
    if (count > 1) {
        snprintf(name, sizeof name, "%zu libraries", count);
        add_numbers(&grid, total.bytes_before, total.bytes);
        grid_words(&grid, name);
    }
    bool done = grid_put(&grid, stream);
    fputc('\n', stream);
    put_taken(stream, total.kinds_before, total.kinds, &style->look);
    put_personalities(stream, &personalities);
    put_dry_run(stream, style);
    return done;
}
