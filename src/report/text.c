/* SPDX-License-Identifier: MIT */
/*
 * The table: numbers left, names last, so that no name, however long, breaks a column.
 *
 *        before       after   saved  moved  stubs  library
 *       12.3 MB      4.1 MB   66.7%    210      3  libfoo.a
 *       36.9 MB     12.3 MB   66.7%    630      9  [3 others; -v lists them]
 *                    8.2 MB                        libworkspace.a (workspace, 210 members)
 *       49.2 MB     24.6 MB   50.0%    840     12  4 libraries and the workspace
 */
#include "report/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/symbols.h"

enum { ROWS = 20 };

/** A row, or the sum of several. */
struct row {
    uint64_t before;
    uint64_t after;
    size_t moved;
    size_t stubs;
    bool unwritten; /* the library stays as it is */
};

static int64_t saved_bytes(const struct armeld_library *library)
{
    return (int64_t)(library->bytes_before - library->bytes);
}

/** Most bytes saved first; else in the order of the inputs, which lie in one array. */
static int by_savings(const void *a, const void *b)
{
    const struct armeld_library *left = *(const struct armeld_library *const *)a;
    const struct armeld_library *right = *(const struct armeld_library *const *)b;
    int64_t difference = saved_bytes(right) - saved_bytes(left);
    return difference ? (difference > 0) - (difference < 0) : (left > right) - (left < right);
}

static void add_library(struct row *row, const struct armeld_library *library)
{
    row->before += library->bytes_before;
    row->after += library->bytes;
    row->moved += library->moved;
    row->stubs += library->stubs;
}

static void put_name(FILE *stream, const char *name)
{
    char *escaped = text_escaped(name);
    fputs(escaped ? escaped : "?", stream);
    free(escaped);
}

static void put_row(FILE *stream, const struct row *row)
{
    char before[TEXT_BYTES_SIZE];
    char after[TEXT_BYTES_SIZE];
    double saved = row->before ? 100.0 - 100.0 * (double)row->after / (double)row->before : 0.0;
    if (saved < 0 && saved > -0.05) {
        saved = 0; /* not "-0.0%" */
    }
    if (row->unwritten) {
        fprintf(stream, "%10s  %10s  %6s  %6zu  %5zu  ", text_bytes(row->before, before), "", "",
                row->moved, row->stubs);
        return;
    }
    fprintf(stream, "%10s  %10s  %5.1f%%  %6zu  %5zu  ", text_bytes(row->before, before),
            text_bytes(row->after, after), saved, row->moved, row->stubs);
}

static void put_library(FILE *stream, const struct armeld_library *library, bool unwritten,
                        const struct report_style *style)
{
    struct row row = {.unwritten = unwritten};
    add_library(&row, library);
    put_row(stream, &row);
    put_name(stream, library->path);
    if (style->verbose && style->elsewhere) {
        fputs(" -> ", stream);
        put_name(stream, library->output);
    }
    fputc('\n', stream);
}

/** "1 library", "3 libraries" */
static void put_count(FILE *stream, size_t count, const char *one, const char *many)
{
    fprintf(stream, "%zu %s", count, count == 1 ? one : many);
}

static bool put_libraries(FILE *stream, const struct armeld_report *report,
                          const struct report_style *style)
{
    size_t count = report->library_count;
    /* one row more costs no more than "[1 other]" */
    size_t shown = style->verbose || count <= ROWS + 1 ? count : ROWS;
    const struct armeld_library **sorted = calloc(count ? count : 1, sizeof *sorted);
    if (!sorted) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        sorted[i] = &report->libraries[i];
    }
    qsort(sorted, count, sizeof *sorted, by_savings);
    for (size_t i = 0; i < shown; i++) {
        put_library(stream, sorted[i], report->one_archive, style);
    }
    struct row others = {.unwritten = report->one_archive};
    for (size_t i = shown; i < count; i++) {
        add_library(&others, sorted[i]);
    }
    if (shown < count) {
        put_row(stream, &others);
        fprintf(stream, "[%zu others; -v lists them]\n", count - shown);
    }
    free(sorted);
    return true;
}

static void put_workspace(FILE *stream, const char *path, const char *what, size_t members,
                          uint64_t size)
{
    char bytes[TEXT_BYTES_SIZE];
    fprintf(stream, "%10s  %10s  %6s  %6s  %5s  ", "", text_bytes(size, bytes), "", "", "");
    put_name(stream, path);
    fprintf(stream, " (%s, ", what);
    put_count(stream, members, "member", "members");
    fputs(")\n", stream);
}

static void put_totals(FILE *stream, const struct armeld_report *report)
{
    struct row total = {0};
    for (size_t i = 0; i < report->library_count; i++) {
        add_library(&total, &report->libraries[i]);
    }
    total.before = report->bytes_before;
    total.after = report->bytes;
    size_t first = report_first_workspace(report);
    if (first) {
        put_workspace(stream, report->workspace, report->one_archive ? "archive" : "workspace",
                      report->workspace_members, report->workspace_bytes);
    }
    for (size_t i = first; i < report->workspace_count; i++) {
        const struct armeld_workspace *workspace = &report->workspaces[i];
        put_workspace(stream, workspace->path, "workspace", workspace->members,
                      workspace->bytes);
    }
    put_row(stream, &total);
    put_count(stream, report->library_count, "library", "libraries");
    if (report->workspace_count > 1) {
        fprintf(stream, " and %zu workspaces\n", report->workspace_count);
    } else {
        fputs(report->one_archive ? " in one archive\n" : " and the workspace\n", stream);
    }
}

static void put_notes(FILE *stream, const struct armeld_report *report, const char *before)
{
    for (size_t i = 0; i < report->note_count; i++) {
        fputs(before, stream);
        put_name(stream, report->notes[i]);
        fputc('\n', stream);
    }
}

/** Which libraries further workspaces are for. */
static void put_workspaces(FILE *stream, const struct armeld_report *report)
{
    if (!report_first_workspace(report)) {
        return;
    }
    bool platforms = report->workspace_count && report->workspaces->why;
    for (size_t i = !platforms; i < report->workspace_count; i++) {
        const struct armeld_workspace *workspace = &report->workspaces[i];
        size_t first = 0;
        while (report->left_out[first] || report->workspace_of[first] != i) {
            first++;
        }
        fputc('\n', stream);
        put_name(stream, workspace->path);
        fputs(" is for ", stream);
        put_name(stream, report->libraries[first].path);
        if (workspace->libraries > 1) {
            fputs(" and ", stream);
            put_count(stream, workspace->libraries - 1, "other", "others");
        }
        fputs(": ", stream);
        put_name(stream, workspace->why);
        fputs(".\n", stream);
    }
    if (report->workspace_count > 1) {
        fputs(platforms ? "Link each workspace behind the libraries for its platform: linkers "
                          "reject others.\n"
                        : "Link each workspace behind its libraries, or all of them, in the order "
                          "of their libraries, behind\nall; a program that uses libraries of one "
                          "workspace should name no others.\n", stream);
    }
}

static void put_variant(FILE *stream, const struct armeld_report *report,
                        const struct armeld_variant *variant)
{
    char bytes[TEXT_BYTES_SIZE];
    fprintf(stream, "%10s  %8zu  ", text_bytes(variant->bytes, bytes), variant->versions);
    put_name(stream, variant->name);
    fputs("\n                        in ", stream);
    for (size_t i = 0; i < variant->library_count; i++) {
        fputs(i ? ", " : "", stream);
        put_name(stream, report->libraries[variant->libraries[i]].path);
    }
    fputc('\n', stream);
}

static void put_variants(FILE *stream, const struct armeld_report *report, bool verbose)
{
    if (!report->variant_count) {
        return;
    }
    fputc('\n', stream);
    put_count(stream, report->variant_count, "member name stands", "member names stand");
    fprintf(stream, " for different contents%s\n", verbose ? ":" : " (-v lists them).");
    if (!verbose) {
        return;
    }
    fputs("     bytes  contents  name\n", stream);
    for (size_t i = 0; i < report->variant_count; i++) {
        put_variant(stream, report, &report->variants[i]);
    }
}

/* ---- the proof --------------------------------------------------------------------------- */

/** Name the originals that do not link: all of them with @verbose, else one. */
static void put_unprovable(FILE *stream, const struct armeld_report *report, const char *what,
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
        symbols_put(stream, report->unprovable[i], style->demangle);
        fputs(verbose ? "\n" : ".\n", stream);
    }
}

static void put_kept(FILE *stream, const struct armeld_report *report,
                     const struct armeld_kept *kept, const struct report_style *style)
{
    char bytes[TEXT_BYTES_SIZE];
    fprintf(stream, "%10s  ", text_bytes(kept->bytes, bytes));
    put_name(stream, kept->member);
    fputs(" in ", stream);
    put_name(stream, report->libraries[kept->library].path);
    fputs("\n              ", stream);
    if (*kept->symbol) {
        symbols_put(stream, kept->symbol, style->demangle);
        fputs(": ", stream);
    }
    fprintf(stream, "%s\n", kept->why);
}

/** A linker as people call it. */
static void put_linker(FILE *stream, const char *model)
{
    bool gnu = !strcmp(model, "bfd") || !strcmp(model, "mingw");
    bool apple = !strcmp(model, "ld64");
    fputs(gnu ? "GNU ld" : apple ? "Apple's ld" : model, stream);
}

static void put_proof(FILE *stream, const struct armeld_report *report,
                      const struct report_style *style)
{
    bool verbose = style->verbose;
    if (!report->proven) {
        fputs("\nThe link proof was skipped.\n", stream);
        return;
    }
    fputs("\nThe link proof holds for ", stream);
    for (size_t i = 0; i < report->model_count; i++) {
        put_linker(stream, report->models[i]);
        fputs(i + 2 < report->model_count ? ", " : i + 1 < report->model_count ? " and " : "",
              stream);
    }
    if (report->kept_count) {
        fputs("; ", stream);
        put_count(stream, report->kept_count, "member stays", "members stay");
        fprintf(stream, " for it%s\n", verbose ? ":" : " (-v lists them).");
    } else {
        fputs(".\n", stream);
    }
    for (size_t i = 0; verbose && i < report->kept_count; i++) {
        put_kept(stream, report, &report->kept[i], style);
    }
    put_unprovable(stream, report, "Not proven", style);
}

/** What each library saves, and what it costs the others. */
static void put_worths(FILE *stream, const struct armeld_report *report)
{
    if (!report->saves || report->single) {
        return;
    }
    fputs("\n     saves       costs  library\n", stream);
    for (size_t i = 0; i < report->library_count; i++) {
        char saves[TEXT_BYTES_SIZE];
        char costs[TEXT_BYTES_SIZE];
        bool left_out = report->left_out[i] != NULL;
        fprintf(stream, "%10s  %10s  ", text_bytes(report->saves[i], saves),
                text_bytes(report->costs[i], costs));
        put_name(stream, report->libraries[i].path);
        fputs(left_out ? " (left unmelded: " : "\n", stream);
        if (left_out) {
            put_name(stream, report->left_out[i]);
            fputs(")\n", stream);
        }
    }
}

static void put_account_row(FILE *stream, uint64_t before, uint64_t after, const char *what)
{
    fprintf(stream, "%14llu  %14llu  %s\n", (unsigned long long)before,
            (unsigned long long)after, what);
}

/** Every byte, before and after. */
static void put_account(FILE *stream, const struct armeld_report *report)
{
    const struct armeld_account *account = &report->account;
    fputs("\n  bytes before           after\n", stream);
    put_account_row(stream, account->moved, account->shared,
                    "members that move: every copy, then one");
    put_account_row(stream, 0, account->copied, "members copied to the workspace");
    put_account_row(stream, account->kept, account->kept, "members that stay");
    put_account_row(stream, account->bookkeeping_before, account->bookkeeping,
                    "headers, names, indexes, padding");
    if (report->shrunk) {
        fprintf(stream, "%14s  %14lld  taken out of members\n", "",
                -(long long)account->removed);
    }
    put_account_row(stream, report->bytes_before, report->bytes, "in all");
}

static void put_files(FILE *stream, const struct armeld_report *report)
{
    for (size_t i = 0; i < report->file_count; i++) {
        const struct armeld_file *file = &report->files[i];
        fputs(file->is_new ? "new        " : file->changes ? "changed    " : "unchanged  ", stream);
        put_name(stream, file->path);
        fputc('\n', stream);
    }
}

/* ---- the reports ------------------------------------------------------------------------- */

bool report_text(FILE *stream, const struct armeld_report *report,
                 const struct report_style *style)
{
    fputs("    before       after   saved   moved  stubs  library\n", stream);
    if (!put_libraries(stream, report, style)) {
        return false;
    }
    put_totals(stream, report);
    put_workspaces(stream, report);
    put_variants(stream, report, style->verbose);
    if (!report->workspace_members && !report->shared_objects) {
        fputs("\nNothing to share: the workspace is empty.\n", stream);
    }
    if (style->verbose && report->copied_objects) {
        fputc('\n', stream);
        put_count(stream, report->copied_objects, "member of the workspace stays",
                  "members of the workspace stay");
        fputs(" in the libraries as well.\n", stream);
    }
    report_shrunk_put(stream, report);
    put_proof(stream, report, style);
    put_notes(stream, report, "\n");
    if (style->verbose) {
        put_worths(stream, report);
        put_account(stream, report);
    }
    if (report->file_count) {
        fputc('\n', stream);
        put_files(stream, report);
    }
    if (style->dry_run) {
        fputs("\nDry run: no file was changed.\n", stream);
    }
    return true;
}

bool report_files_text(FILE *stream, const struct armeld_report *report,
                       const struct report_style *style)
{
    put_files(stream, report);
    if (style->dry_run) {
        fputs("\nDry run: no file was changed.\n", stream);
    }
    return true;
}

void report_share_text(FILE *stream, const struct armeld_report *report,
                       const struct report_style *style)
{
    put_files(stream, report);
    fputc('\n', stream);
    put_count(stream, report->shared_objects, "symbol is shared", "symbols are shared");
    fputs(".\n", stream);
    put_notes(stream, report, "");
    if (style->dry_run) {
        fputs("\nDry run: no file was changed.\n", stream);
    }
}

/** "PATH: text", a line each. */
static void put_findings(FILE *stream, const struct armeld_report *report,
                         const struct report_style *style)
{
    for (size_t i = 0; i < report->finding_count; i++) {
        put_name(stream, report->findings[i].path);
        fputs(": ", stream);
        symbols_put(stream, report->findings[i].text, style->demangle);
        fputc('\n', stream);
    }
}

bool report_restore_text(FILE *stream, const struct armeld_report *report,
                         const struct report_style *style)
{
    bool all = report->finding_count == 0;
    put_findings(stream, report, style);
    if (style->failed || style->quiet) {
        return true;
    }
    for (size_t i = 0; style->verbose && i < report->library_count; i++) {
        put_name(stream, report->libraries[i].path);
        fputs(style->dry_run ? ": to be restored\n" : ": restored\n", stream);
    }
    put_count(stream, report->restored, "library", "libraries");
    fprintf(stream, " %srestored; ", style->dry_run ? "would be " : "");
    if (report->single) {
        fprintf(stream, "its sidecar %s.\n", style->dry_run ? "would be removed" : "is removed");
    } else {
        bool stays = report->note_count && span_ends(span_of(report->workspace), ".xcframework");
        fputs(stays ? "the workspaces in " : "", stream);
        put_name(stream, report->workspace);
        bool several = report->workspace_count > 1 && report_first_workspace(report);
        for (size_t i = 1; several && i < report->workspace_count; i++) {
            fputs(", ", stream);
            put_name(stream, report->workspaces[i].path);
        }
        fprintf(stream, " and %s sidecar %s.\n", several ? "their" : "its",
                all ? style->dry_run ? "would be removed" : "are removed"
                    : style->dry_run ? "would stay" : "stay");
        put_notes(stream, report, "");
    }
    if (style->dry_run) {
        fputs("\nDry run: no file was changed.\n", stream);
    }
    return true;
}

bool report_verify_text(FILE *stream, const struct armeld_report *report,
                        const struct report_style *style)
{
    put_findings(stream, report, style);
    if (!style->quiet) {
        put_unprovable(stream, report, "Not compared", style);
        put_notes(stream, report, "");
    }
    if (style->failed || style->quiet) {
        return true;
    }
    put_name(stream, report->workspace);
    if (style->against) {
        fputs(": everything links as with the originals\n", stream);
    } else {
        fputs(report->single ? ": intact\n" : ": intact, with ", stream);
        if (!report->single) {
            put_count(stream, report->library_count, "library", "libraries");
            if (report->workspace_count > 1) {
                fprintf(stream, " and %zu workspaces", report->workspace_count);
            }
            fputc('\n', stream);
        }
    }
    return true;
}
