/* SPDX-License-Identifier: MIT */
/*
 * Rows of what archives hold. Numbers left, names last; the sum of what is not shown, then all:
 *
 *       bytes   share  libraries      code      data     debug   bitcode      rest  crate
 *     12.3 MB   61.5%          4    0.4 MB    0.2 MB    5.1 MB    5.9 MB    0.7 MB  std
 *      7.7 MB   38.5%          4    ...                                             [7 others]
 *     20.0 MB  100.0%          4    ...                                             TOTAL
 */
#include "report/report.h"
#include "report/rows.h"
#include "report/sentences.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { NAME_COLUMNS = 60 };

/** The name of a row; unless @style wants it in full, a pipe gets no middle of a long one. */
static void add_name(struct grid *grid, const char *name, const struct rows_style *style)
{
    char short_name[NAME_COLUMNS + 1];
    size_t length = strlen(name);
    size_t half = NAME_COLUMNS / 2 - 2;
    char *escaped = text_escaped(name);
    /* what is not all printable ASCII is not cut */
    bool cuts = !style->wide && !style->look.columns && length > NAME_COLUMNS && escaped &&
                strcmp(escaped, name) == 0 && text_columns(name) == length;
    if (cuts) {
        snprintf(short_name, sizeof short_name, "%.*s...%s", (int)half, name, name + length - half);
    }
    grid_name(grid, cuts ? short_name : name, NULL);
    free(escaped);
}

double rows_percent(uint64_t part, uint64_t all)
{
    return all ? 100.0 * (double)part / (double)all : 0.0;
}

/* ---- inspect ----------------------------------------------------------------------------- */

void rows_add_bytes(struct grid *grid, uint64_t bytes)
{
    char text[TEXT_BYTES_SIZE];
    grid_cell(grid, LOOK_PLAIN, "%s", bytes ? text_bytes(bytes, text) : "");
}

/* The columns before the name of a row. */
static const struct grid_column row_columns[] = {
    {"bytes", NULL, 10, 0, false, 0},       {"share", NULL, 6, 2, false, 1},
    {"libraries", "libs", 9, 2, false, 5},  {"code", NULL, 10, 0, false, 4},
    {"data", NULL, 10, 0, false, 6},        {"debug", NULL, 10, 0, false, 2},
    {"bitcode", NULL, 10, 0, false, 3},     {"rest", NULL, 10, 0, false, 7},
};
enum { ROW_COLUMNS = sizeof row_columns / sizeof *row_columns, COLUMN_LIBRARIES = 2 };

/** The numbers of a row; what they are of follows. */
static void add_numbers(struct grid *grid, const struct armeld_row *row, uint64_t all)
{
    uint64_t data = row->kinds[ARMELD_BYTES_RODATA] + row->kinds[ARMELD_BYTES_DATA];
    uint64_t rest = row->bytes - data - row->kinds[ARMELD_BYTES_CODE] -
                    row->kinds[ARMELD_BYTES_DEBUG] - row->kinds[ARMELD_BYTES_BITCODE];
    rows_add_bytes(grid, row->bytes);
    grid_cell(grid, LOOK_PLAIN, "%.1f%%", rows_percent(row->bytes, all));
    char libraries[24] = ""; /* of several rows it is not known */
    if (row->libraries) {
        snprintf(libraries, sizeof libraries, "%zu", row->libraries);
    }
    grid_cell(grid, LOOK_PLAIN, "%s", libraries);
    rows_add_bytes(grid, row->kinds[ARMELD_BYTES_CODE]);
    rows_add_bytes(grid, data);
    rows_add_bytes(grid, row->kinds[ARMELD_BYTES_DEBUG]);
    rows_add_bytes(grid, row->kinds[ARMELD_BYTES_BITCODE]);
    rows_add_bytes(grid, rest);
}

static void add_row(struct armeld_row *sum, const struct armeld_row *row)
{
    sum->bytes += row->bytes;
    for (int kind = 0; kind < ARMELD_BYTES_KINDS; kind++) {
        sum->kinds[kind] += row->kinds[kind];
    }
}

/** The sum of rows that are not shown. */
static void add_others(struct grid *grid, size_t count)
{
    char name[64];
    snprintf(name, sizeof name, "[%zu others; -n 0 lists them]", count);
    grid_words(grid, name);
}

static bool put_rows(FILE *stream, const struct armeld_report *report,
                     const struct rows_style *style)
{
    struct armeld_row others = {0};
    struct grid grid;
    /* one row more costs no more than "[1 other]" */
    bool all = !style->most || report->row_count <= style->most + 1;
    size_t shown = all ? report->row_count : style->most;
    struct grid_column columns[ROW_COLUMNS];
    memcpy(columns, row_columns, sizeof columns);
    if (report->image_count) { /* not all of them are libraries */
        columns[COLUMN_LIBRARIES] = (struct grid_column){"files", NULL, 9, 2, false, 5};
    }
    grid_begin(&grid, &style->look, columns, ROW_COLUMNS, style->what);
    for (size_t i = 0; i < report->row_count; i++) {
        if (i >= shown) {
            add_row(&others, &report->rows[i]);
            continue;
        }
        add_numbers(&grid, &report->rows[i], report->total.bytes);
        add_name(&grid, report->rows[i].name, style);
    }
    if (shown < report->row_count) {
        add_numbers(&grid, &others, report->total.bytes);
        add_others(&grid, report->row_count - shown);
    }
    add_numbers(&grid, &report->total, report->total.bytes);
    grid_name(&grid, "TOTAL", NULL);
    return grid_put(&grid, stream);
}

const struct grid_column rows_shares[2] = {{"bytes", NULL, 10, 0, false, 0},
                                            {"share", NULL, 6, 2, false, 0}};

static bool put_kinds(FILE *stream, const struct armeld_row *total, const struct look *look)
{
    struct grid grid;
    grid_begin(&grid, look, rows_shares, 2, NULL);
    for (int kind = 0; kind < ARMELD_BYTES_KINDS; kind++) {
        if (total->kinds[kind]) {
            rows_add_bytes(&grid, total->kinds[kind]);
            grid_cell(&grid, LOOK_PLAIN, "%.1f%%", rows_percent(total->kinds[kind], total->bytes));
            grid_words(&grid, armeld_bytes_name((enum armeld_bytes)kind));
        }
    }
    return grid_put(&grid, stream);
}

void rows_put_saving(FILE *stream, const struct armeld_report *report,
                     const struct look *look)
{
    char before[TEXT_BYTES_SIZE];
    char after[TEXT_BYTES_SIZE];
    if (!report->bytes && report->machine && strcmp(report->machine, "objects") == 0) {
        fputs("\nUniversal files of objects stay as they are: only archives are melded.\n", stream);
        return;
    }
    if (!report->bytes && report->machine) {
        bool several = strcmp(report->machine, "several") == 0;
        bool framework = strcmp(report->machine, "xcframework") == 0;
        fprintf(stream,
                "\n%s is melded by itself: -n %s-o FILE%s says how small the set becomes.\n",
                several     ? "With --workspaces=auto, each platform and machine"
                : framework ? "Each platform and machine of xcframeworks"
                            : "With universal files, each machine",
                several ? "--workspaces=auto " : "", framework ? ".xcframework" : "");
        return;
    }
    if (!report->bytes) {
        fputs("\nThese libraries cannot be melded in one run: their objects are of different "
              "formats "
              "or machines.\n", stream);
        return;
    }
    char text[128];
    char less[32] = "";
    uint64_t melded = report->bytes - report_image_bytes(report);
    uint64_t was = report->bytes_before - report_image_bytes(report);
    size_t used = (size_t)snprintf(text, sizeof text, "Melded, with a workspace: %s instead of %s",
                                   text_bytes(melded, after), text_bytes(was, before));
    bool smaller = melded < was;
    snprintf(text + used, sizeof text - used, smaller ? "," : ".");
    fputc('\n', stream);
    size_t at = look_put_words(stream, look, text, 0, 0);
    if (smaller) {
        snprintf(less, sizeof less, "%.1f%% less",
                 rows_percent(was - melded, was));
        bool fits = !look->columns || at + strlen(less) + 2 <= look->columns;
        fprintf(stream, "%c%s%s%s.", fits ? ' ' : '\n', look_begin(look, LOOK_GREEN), less,
                look_end(look, LOOK_GREEN));
    }
    fputc('\n', stream);
}

bool report_inspect_text(FILE *stream, const struct armeld_report *report,
                         const struct rows_style *style)
{
    bool done = put_kinds(stream, &report->total, &style->look);
    fputc('\n', stream);
    done = put_rows(stream, report, style) && done;
    if (report->image_count < report->total.libraries) {
        rows_put_saving(stream, report, &style->look);
    }
    done = rows_put_images(stream, report, style) && done;
    put_notes(stream, report, "\n", &style->look);
    return done;
}

/** A field in quotes, the quotes in it doubled. */
static bool put_field(FILE *stream, const char *name)
{
    char *escaped = text_escaped(name);
    fputc('"', stream);
    for (const char *at = escaped; at && *at; at++) {
        fputs(*at == '"' ? "\"\"" : (const char[]){*at, '\0'}, stream);
    }
    fputc('"', stream);
    bool done = escaped != NULL;
    free(escaped);
    return done;
}

static bool put_csv_row(FILE *stream, const struct armeld_row *row)
{
    bool done = put_field(stream, row->name);
    fprintf(stream, ",%llu,%zu,%zu", (unsigned long long)row->bytes, row->libraries, row->members);
    for (int kind = 0; kind < ARMELD_BYTES_KINDS; kind++) {
        fprintf(stream, ",%llu", (unsigned long long)row->kinds[kind]);
    }
    fputs("\r\n", stream);
    return done;
}

bool report_inspect_csv(FILE *stream, const struct armeld_report *report,
                        const struct rows_style *style)
{
    bool done = true;
    fprintf(stream, "%s,bytes,libraries,members,code,rodata,data,unwind,relocations,symbols,debug,"
                    "bitcode,import,other,headers,archive\r\n", style->what);
    for (size_t i = 0; i < report->row_count; i++) {
        done = put_csv_row(stream, &report->rows[i]) && done;
    }
    return put_csv_row(stream, &report->total) && done;
}

/* ---- compare ----------------------------------------------------------------------------- */

static const struct grid_column change_columns[] = {
    {"before", NULL, 10, 0, false, 2},
    {"after", NULL, 10, 0, false, 1},
    {"change", NULL, 10, 2, true, 0},
    {"", NULL, 7, 2, false, 0},
};

static void add_change(struct grid *grid, const struct armeld_change *change)
{
    char text[TEXT_BYTES_SIZE];
    bool grew = change->bytes > change->bytes_before;
    uint64_t by = grew ? change->bytes - change->bytes_before
                       : change->bytes_before - change->bytes;
    enum look_color color = !by ? LOOK_PLAIN : grew ? LOOK_RED : LOOK_GREEN;
    rows_add_bytes(grid, change->bytes_before);
    rows_add_bytes(grid, change->bytes);
    grid_cell(grid, color, "%s%s", by ? grew ? "+" : "-" : "", by ? text_bytes(by, text) : "");
    if (!change->in_before || !change->in_after) {
        grid_cell(grid, color, "%s", change->in_after ? "[new]" : "[gone]");
    } else if (by) {
        double share = rows_percent(by, change->bytes_before);
        grid_cell(grid, color, "%+.1f%%", grew ? share : -share);
    } else {
        grid_cell(grid, color, "[=]");
    }
}

bool report_compare_text(FILE *stream, const struct armeld_report *report,
                         const struct rows_style *style)
{
    struct armeld_change others = {.in_before = true, .in_after = true};
    struct armeld_change total = {
        "TOTAL", report->compared_bytes, report->total.bytes, true, true};
    struct grid grid;
    bool all = !style->most || report->change_count <= style->most + 1;
    size_t shown = all ? report->change_count : style->most;
    grid_begin(&grid, &style->look, change_columns,
                sizeof change_columns / sizeof *change_columns, style->what);
    for (size_t i = 0; i < report->change_count; i++) {
        const struct armeld_change *change = &report->changes[i];
        if (i >= shown) {
            others.bytes_before += change->bytes_before;
            others.bytes += change->bytes;
            continue;
        }
        add_change(&grid, change);
        add_name(&grid, change->name, style);
    }
    if (shown < report->change_count) {
        add_change(&grid, &others);
        add_others(&grid, report->change_count - shown);
    }
    add_change(&grid, &total);
    grid_name(&grid, "TOTAL", NULL);
    return grid_put(&grid, stream);
}

static bool put_csv_change(FILE *stream, const struct armeld_change *change)
{
    bool done = put_field(stream, change->name);
    fprintf(stream, ",%llu,%llu,%s\r\n", (unsigned long long)change->bytes_before,
            (unsigned long long)change->bytes,
            !change->in_after ? "gone" : !change->in_before ? "new" : "both");
    return done;
}

bool report_compare_csv(FILE *stream, const struct armeld_report *report,
                        const struct rows_style *style)
{
    struct armeld_change total = {
        "TOTAL", report->compared_bytes, report->total.bytes, true, true};
    bool done = true;
    fprintf(stream, "%s,bytes_before,bytes,in\r\n", style->what);
    for (size_t i = 0; i < report->change_count; i++) {
        done = put_csv_change(stream, &report->changes[i]) && done;
    }
    return put_csv_change(stream, &total) && done;
}
