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
#include "report/symbols.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { NAME_COLUMNS = 60 };

/** A name made harmless; unless @wide the middle of a long one is left out. */
static void put_name(FILE *stream, const char *name, bool wide)
{
    char *escaped = text_escaped(name);
    size_t length = escaped ? strlen(escaped) : 0;
    if (!escaped) {
        fputc('?', stream);
    } else if (wide || text_columns(name) <= NAME_COLUMNS || length != text_columns(name)) {
        fputs(escaped, stream); /* what is not all ASCII is not cut either */
    } else {
        size_t half = NAME_COLUMNS / 2 - 2;
        fprintf(stream, "%.*s...%s", (int)half, escaped, escaped + length - half);
    }
    free(escaped);
}

static double percent(uint64_t part, uint64_t all)
{
    return all ? 100.0 * (double)part / (double)all : 0.0;
}

/* ---- inspect ----------------------------------------------------------------------------- */

static void put_bytes(FILE *stream, uint64_t bytes)
{
    char text[TEXT_BYTES_SIZE];
    fprintf(stream, "%10s", bytes ? text_bytes(bytes, text) : "");
}

/** The numbers of a row; what they are of follows. */
static void put_numbers(FILE *stream, const struct armeld_row *row, uint64_t all)
{
    uint64_t data = row->kinds[ARMELD_BYTES_RODATA] + row->kinds[ARMELD_BYTES_DATA];
    uint64_t rest = row->bytes - data - row->kinds[ARMELD_BYTES_CODE] -
                    row->kinds[ARMELD_BYTES_DEBUG] - row->kinds[ARMELD_BYTES_BITCODE];
    put_bytes(stream, row->bytes);
    char libraries[24] = ""; /* of several rows it is not known */
    if (row->libraries) {
        snprintf(libraries, sizeof libraries, "%zu", row->libraries);
    }
    fprintf(stream, "  %5.1f%%  %9s", percent(row->bytes, all), libraries);
    put_bytes(stream, row->kinds[ARMELD_BYTES_CODE]);
    put_bytes(stream, data);
    put_bytes(stream, row->kinds[ARMELD_BYTES_DEBUG]);
    put_bytes(stream, row->kinds[ARMELD_BYTES_BITCODE]);
    put_bytes(stream, rest);
    fputs("  ", stream);
}

static void add_row(struct armeld_row *sum, const struct armeld_row *row)
{
    sum->bytes += row->bytes;
    for (int kind = 0; kind < ARMELD_BYTES_KINDS; kind++) {
        sum->kinds[kind] += row->kinds[kind];
    }
}

static void put_rows(FILE *stream, const struct armeld_report *report,
                     const struct rows_style *style)
{
    struct armeld_row others = {0};
    /* one row more costs no more than "[1 other]" */
    bool all = !style->most || report->row_count <= style->most + 1;
    size_t shown = all ? report->row_count : style->most;
    fprintf(stream, "%10s  %6s  %9s%10s%10s%10s%10s%10s  %s\n", "bytes", "share", "libraries",
            "code", "data", "debug", "bitcode", "rest", style->what);
    for (size_t i = 0; i < report->row_count; i++) {
        if (i >= shown) {
            add_row(&others, &report->rows[i]);
            continue;
        }
        put_numbers(stream, &report->rows[i], report->total.bytes);
        put_name(stream, report->rows[i].name, style->wide);
        fputc('\n', stream);
    }
    if (shown < report->row_count) {
        put_numbers(stream, &others, report->total.bytes);
        fprintf(stream, "[%zu others; -n 0 lists them]\n", report->row_count - shown);
    }
    put_numbers(stream, &report->total, report->total.bytes);
    fputs("TOTAL\n", stream);
}

static void put_kinds(FILE *stream, const struct armeld_row *total)
{
    for (int kind = 0; kind < ARMELD_BYTES_KINDS; kind++) {
        if (total->kinds[kind]) {
            put_bytes(stream, total->kinds[kind]);
            fprintf(stream, "  %5.1f%%  %s\n", percent(total->kinds[kind], total->bytes),
                    armeld_bytes_name((enum armeld_bytes)kind));
        }
    }
}

static void put_saving(FILE *stream, const struct armeld_report *report)
{
    char before[TEXT_BYTES_SIZE];
    char after[TEXT_BYTES_SIZE];
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
    fprintf(stream, "\nMelded, with a workspace: %s instead of %s",
            text_bytes(report->bytes, after), text_bytes(report->bytes_before, before));
    if (report->bytes < report->bytes_before) {
        fprintf(stream, ", %.1f%% less",
                percent(report->bytes_before - report->bytes, report->bytes_before));
    }
    fputs(".\n", stream);
}

static void put_notes(FILE *stream, const struct armeld_report *report)
{
    for (size_t i = 0; i < report->note_count; i++) {
        fputc('\n', stream);
        put_name(stream, report->notes[i], true);
        fputc('\n', stream);
    }
}

bool report_inspect_text(FILE *stream, const struct armeld_report *report,
                         const struct rows_style *style)
{
    put_kinds(stream, &report->total);
    fputc('\n', stream);
    put_rows(stream, report, style);
    put_saving(stream, report);
    put_notes(stream, report);
    return true;
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

static void put_change(FILE *stream, const struct armeld_change *change)
{
    char text[TEXT_BYTES_SIZE];
    bool grew = change->bytes > change->bytes_before;
    uint64_t by = grew ? change->bytes - change->bytes_before
                       : change->bytes_before - change->bytes;
    put_bytes(stream, change->bytes_before);
    put_bytes(stream, change->bytes);
    fprintf(stream, "  %s%-9s  ", by ? grew ? "+" : "-" : " ", by ? text_bytes(by, text) : "");
    if (!change->in_before || !change->in_after) {
        fprintf(stream, "%7s  ", change->in_after ? "[new]" : "[gone]");
    } else if (by) {
        double share = percent(by, change->bytes_before);
        fprintf(stream, "%+6.1f%%  ", grew ? share : -share);
    } else {
        fprintf(stream, "%7s  ", "[=]");
    }
}

bool report_compare_text(FILE *stream, const struct armeld_report *report,
                         const struct rows_style *style)
{
    struct armeld_change others = {.in_before = true, .in_after = true};
    struct armeld_change total = {
        "TOTAL", report->compared_bytes, report->total.bytes, true, true};
    bool all = !style->most || report->change_count <= style->most + 1;
    size_t shown = all ? report->change_count : style->most;
    fprintf(stream, "%10s%10s  %-10s  %7s  %s\n", "before", "after", "change", "", style->what);
    for (size_t i = 0; i < report->change_count; i++) {
        const struct armeld_change *change = &report->changes[i];
        if (i >= shown) {
            others.bytes_before += change->bytes_before;
            others.bytes += change->bytes;
            continue;
        }
        put_change(stream, change);
        put_name(stream, change->name, style->wide);
        fputc('\n', stream);
    }
    if (shown < report->change_count) {
        put_change(stream, &others);
        fprintf(stream, "[%zu others; -n 0 lists them]\n", report->change_count - shown);
    }
    put_change(stream, &total);
    fputs("TOTAL\n", stream);
    return true;
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

/* ---- explain ----------------------------------------------------------------------------- */

static void put_explanation(FILE *stream, const struct armeld_explanation *explanation,
                            report_demangle *demangle)
{
    char bytes[TEXT_BYTES_SIZE];
    put_name(stream, explanation->library, true);
    fputs(": ", stream);
    put_name(stream, explanation->member, true);
    fprintf(stream, " (%s)\n  %s\n", text_bytes(explanation->bytes, bytes),
            explanation->verdict);
    for (size_t i = 0; i < explanation->fact_count; i++) {
        fputs("  ", stream);
        symbols_put(stream, explanation->facts[i], demangle);
        fputc('\n', stream);
    }
}

static void put_reasons(FILE *stream, const struct armeld_report *report)
{
    for (size_t i = 0; i < report->row_count; i++) {
        put_bytes(stream, report->rows[i].bytes);
        fprintf(stream, "  %5.1f%%  ", percent(report->rows[i].bytes, report->total.bytes));
        put_name(stream, report->rows[i].name, true);
        fputc('\n', stream);
    }
    put_saving(stream, report);
}

static void put_explained(FILE *stream, const struct armeld_report *report, bool members,
                          report_demangle *demangle)
{
    for (size_t i = 0; members && i < report->explanation_count; i++) {
        put_explanation(stream, &report->explanations[i], demangle);
    }
    if (!members) {
        put_reasons(stream, report);
        put_notes(stream, report);
    }
}

bool report_explain_text(FILE *stream, const struct armeld_report *report,
                         const struct report_part *parts, size_t count, bool members,
                         report_demangle *demangle)
{
    size_t shown = 0;
    for (size_t i = 0; i < count; i++) {
        const struct armeld_report *part = parts[i].report;
        if (!members || part->explanation_count) {
            fprintf(stream, "%s%s: %zu librar%s\n\n", shown++ ? "\n" : "", parts[i].machine,
                    part->library_count, part->library_count == 1 ? "y" : "ies");
            put_explained(stream, part, members, demangle);
        }
    }
    if (!count) {
        put_explained(stream, report, members, demangle);
    } else if (!members) {
        put_saving(stream, report);
    }
    return true;
}
