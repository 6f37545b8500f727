/* SPDX-License-Identifier: MIT */
/** The public API: reports for people and programs. */
#include <stdlib.h>
#include <string.h>

#include "api/machines.h"
#include "api/options.h"
#include "api/page.h"
#include "report/report.h"

static struct look look_of(const struct armeld_style *style)
{
    return (struct look){style->columns, style->ascii, style->colored};
}

static struct report_style report_style_of(const struct armeld *armeld,
                                           const struct armeld_style *style)
{
    return (struct report_style){
        .demangle = style->demangle,
        .dry_run = armeld->dry_run,
        .elsewhere = armeld->options.output_dir != NULL,
        .verbose = style->verbose,
        .quiet = style->quiet,
        .failed = armeld->stage == STAGE_FAILED,
        .against = armeld->job == JOB_VERIFY_AGAINST,
        .look = look_of(style),
    };
}

static bool print_rows(const struct armeld *armeld, const struct armeld_style *style, FILE *stream)
{
    const struct armeld_report *report = &armeld->report;
    bool compares = armeld->job == JOB_COMPARE;
    struct rows_style rows = {.most = style->rows,
                              .wide = style->wide,
                              .what = page_row_name(armeld),
                              .look = look_of(style)};
    if (style->wide) {
        rows.look.columns = 0;
    }
    switch (style->format) {
    case ARMELD_JSON:
        return compares ? report_compare_json(stream, report, &rows)
                        : report_inspect_json(stream, report, &rows);
    case ARMELD_CSV:
        return compares ? report_compare_csv(stream, report, &rows)
                        : report_inspect_csv(stream, report, &rows);
    default:
        return compares ? report_compare_text(stream, report, &rows)
                        : report_inspect_text(stream, report, &rows);
    }
}

/** What was looked at apart is explained apart. */
static bool print_explained(const struct armeld *armeld, const struct report_style *style,
                            bool json, FILE *stream)
{
    const struct armeld_report *report = &armeld->report;
    bool members = armeld->job == JOB_EXPLAIN_MEMBERS;
    size_t count = armeld->looked.count;
    struct report_part *parts = calloc(count + 1, sizeof *parts);
    for (size_t i = 0; parts && i < count; i++) {
        const struct machine *machine = &armeld->looked.list[i];
        parts[i] = (struct report_part){machine->label, &machine->armeld->report};
    }
    bool printed = parts && (json ? report_explain_json(stream, report, parts, count, members)
                                  : report_explain_text(stream, report, parts, count, members,
                                                        style));
    free(parts);
    return printed;
}

static bool print_text(const struct armeld *armeld, const struct report_style *style, FILE *stream)
{
    const struct armeld_report *report = &armeld->report;
    switch (armeld->job) {
    case JOB_MELD:
        return armeld->options.single ? report_shrink_text(stream, &report, 1, style)
                                      : report_text(stream, report, style);
    case JOB_EXPLAIN_MEMBERS:
    case JOB_EXPLAIN_SET:
        return print_explained(armeld, style, false, stream);
    case JOB_PKGCONFIG:
        return report_files_text(stream, report, style);
    case JOB_SHARE:
        report_share_text(stream, report, style);
        return true;
    case JOB_RESTORE:
        return report_restore_text(stream, report, style);
    default:
        return report_verify_text(stream, report, style);
    }
}

static bool print_json(const struct armeld *armeld, const struct report_style *style, FILE *stream)
{
    const struct armeld_report *report = &armeld->report;
    switch (armeld->job) {
    case JOB_MELD:
        return armeld->options.single ? report_shrink_json(stream, &report, 1, style)
                                      : report_json(stream, report, style);
    case JOB_EXPLAIN_MEMBERS:
    case JOB_EXPLAIN_SET:
        return print_explained(armeld, style, true, stream);
    case JOB_PKGCONFIG:
        return report_files_json(stream, report, style);
    case JOB_SHARE:
        return report_share_json(stream, report, style);
    case JOB_RESTORE:
        return report_restore_json(stream, report, style);
    default:
        return report_verify_json(stream, report, style);
    }
}

static bool is_about_rows(const struct armeld *armeld)
{
    return armeld->job == JOB_INSPECT || armeld->job == JOB_COMPARE;
}

/** Whether the job ended in such a way that there is a report to print. */
static bool has_report(const struct armeld *armeld)
{
    bool verifies = armeld->job == JOB_VERIFY || armeld->job == JOB_VERIFY_AGAINST;
    if (armeld->stage != STAGE_FAILED) {
        return true;
    }
    return (verifies && armeld->error.kind == ERROR_PROOF) ||
           (armeld->job == JOB_RESTORE && armeld->error.kind != ERROR_INTERRUPTED &&
            armeld->report.finding_count);
}

int armeld_print(const struct armeld *armeld, const struct armeld_style *style, FILE *stream)
{
    struct armeld_style own;
    struct error error = {0};
    if (!options_take(style, &own, sizeof own, "armeld_style", &error) ||
        armeld->job == JOB_NONE || own.format > ARMELD_CSV ||
        (own.format == ARMELD_CSV && !is_about_rows(armeld))) {
        return ARMELD_USAGE;
    }
    if (!has_report(armeld)) {
        return ARMELD_OK;
    }
    struct report_style report_style = report_style_of(armeld, &own);
    bool printed = is_about_rows(armeld)       ? print_rows(armeld, &own, stream)
                   : own.format == ARMELD_JSON ? print_json(armeld, &report_style, stream)
                                               : print_text(armeld, &report_style, stream);
    return printed ? ARMELD_OK : ARMELD_FAILED;
}

int armeld_print_shrunk(const struct armeld *const *list, size_t count,
                        const struct armeld_style *style, FILE *stream)
{
    struct armeld_style own;
    struct error error = {0};
    bool good = options_take(style, &own, sizeof own, "armeld_style", &error) && count &&
                own.format < ARMELD_CSV;
    for (size_t i = 0; good && i < count; i++) {
        good = list[i]->job == JOB_MELD && list[i]->options.single &&
               list[i]->stage != STAGE_FAILED && list[i]->dry_run == list[0]->dry_run;
    }
    if (!good) {
        return ARMELD_USAGE;
    }
    const struct armeld_report **reports = calloc(count, sizeof *reports);
    for (size_t i = 0; reports && i < count; i++) {
        reports[i] = &list[i]->report;
    }
    struct report_style report_style = report_style_of(list[0], &own);
    bool printed = reports && (own.format == ARMELD_JSON
                                   ? report_shrink_json(stream, reports, count, &report_style)
                                   : report_shrink_text(stream, reports, count, &report_style));
    free(reports);
    return printed ? ARMELD_OK : ARMELD_FAILED;
}
