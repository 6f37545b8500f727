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
#include "report/sentences.h"
#include "report/symbols.h"
#include "report/grid.h"

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

/* The columns before the name of a library. */
static const struct grid_column columns[] = {
    {"before", NULL, 10, 0, false, 1}, {"after", NULL, 10, 2, false, 0},
    {"saved", NULL, 6, 2, false, 0},   {"moved", NULL, 6, 2, false, 2},
    {"stubs", NULL, 5, 2, false, 3},
};

static void add_numbers(struct grid *grid, const struct row *row)
{
    char before[TEXT_BYTES_SIZE];
    char after[TEXT_BYTES_SIZE];
    double saved = row->before ? 100.0 - 100.0 * (double)row->after / (double)row->before : 0.0;
    if (saved < 0 && saved > -0.05) {
        saved = 0; /* not "-0.0%" */
    }
    grid_cell(grid, LOOK_PLAIN, "%s", text_bytes(row->before, before));
    if (row->unwritten) {
        grid_cell(grid, LOOK_PLAIN, "%s", "");
        grid_cell(grid, LOOK_PLAIN, "%s", "");
    } else {
        grid_cell(grid, LOOK_PLAIN, "%s", text_bytes(row->after, after));
        grid_cell(grid, saving_color(row->before, row->after), "%.1f%%", saved);
    }
    grid_cell(grid, LOOK_PLAIN, "%zu", row->moved);
    grid_cell(grid, LOOK_PLAIN, "%zu", row->stubs);
}

static void add_row(struct grid *grid, const struct armeld_library *library, bool unwritten,
                    const struct report_style *style)
{
    struct row row = {.unwritten = unwritten};
    add_library(&row, library);
    add_numbers(grid, &row);
    if (style->verbose && style->elsewhere) {
        grid_renamed(grid, library->path, library->output);
    } else {
        grid_name(grid, library->path, NULL);
    }
}

static bool add_libraries(struct grid *grid, const struct armeld_report *report,
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
        add_row(grid, sorted[i], report->one_archive, style);
    }
    struct row others = {.unwritten = report->one_archive};
    for (size_t i = shown; i < count; i++) {
        add_library(&others, sorted[i]);
    }
    if (shown < count) {
        char name[64];
        snprintf(name, sizeof name, "[%zu others; -v lists them]", count - shown);
        add_numbers(grid, &others);
        grid_words(grid, name);
    }
    free(sorted);
    return true;
}

static void add_workspace(struct grid *grid, const char *path, const char *what, size_t members,
                          uint64_t size)
{
    char bytes[TEXT_BYTES_SIZE];
    char tail[64];
    snprintf(tail, sizeof tail, "(%s, %zu member%s)", what, members, members == 1 ? "" : "s");
    grid_cell(grid, LOOK_PLAIN, "%s", "");
    grid_cell(grid, LOOK_PLAIN, "%s", text_bytes(size, bytes));
    for (int i = 0; i < 3; i++) {
        grid_cell(grid, LOOK_PLAIN, "%s", "");
    }
    grid_name(grid, path, tail);
}

static void add_totals(struct grid *grid, const struct armeld_report *report)
{
    struct row total = {0};
    char name[64];
    for (size_t i = 0; i < report->library_count; i++) {
        add_library(&total, &report->libraries[i]);
    }
    total.before = report->bytes_before;
    total.after = report->bytes;
    size_t first = report_first_workspace(report);
    if (first) {
        add_workspace(grid, report->workspace, report->one_archive ? "archive" : "workspace",
                      report->workspace_members, report->workspace_bytes);
    }
    for (size_t i = first; i < report->workspace_count; i++) {
        const struct armeld_workspace *workspace = &report->workspaces[i];
        add_workspace(grid, workspace->path, "workspace", workspace->members, workspace->bytes);
    }
    add_numbers(grid, &total);
    int used = snprintf(name, sizeof name, "%zu librar%s", report->library_count,
                        report->library_count == 1 ? "y" : "ies");
    if (report->workspace_count > 1) {
        snprintf(name + used, sizeof name - (size_t)used, " and %zu workspaces",
                 report->workspace_count);
    } else {
        snprintf(name + used, sizeof name - (size_t)used, "%s",
                 report->one_archive ? " in one archive" : " and the workspace");
    }
    grid_words(grid, name);
}

/** All libraries, the workspaces, the sum. */
static bool put_libraries(FILE *stream, const struct armeld_report *report,
                          const struct report_style *style)
{
    struct grid grid;
    grid_begin(&grid, &style->look, columns, sizeof columns / sizeof *columns, "library");
    bool added = add_libraries(&grid, report, style);
    add_totals(&grid, report);
    return grid_put(&grid, stream) && added;
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
        put_full_name(stream, workspace->path);
        fputs(" is for ", stream);
        put_full_name(stream, report->libraries[first].path);
        if (workspace->libraries > 1) {
            fputs(" and ", stream);
            put_count(stream, workspace->libraries - 1, "other", "others");
        }
        fputs(": ", stream);
        put_full_name(stream, workspace->why);
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

/** The libraries that hold a variant: on a terminal a row each, else all in one. */
static void add_places(struct grid *grid, const struct armeld_report *report,
                       const struct armeld_variant *variant)
{
    size_t count = variant->library_count;
    size_t size = sizeof "  in ";
    for (size_t i = 0; i < count; i++) {
        size += strlen(report->libraries[variant->libraries[i]].path) + 2;
    }
    char *text = malloc(size);
    size_t used = 0;
    for (size_t i = 0; text && i < count; i++) {
        bool first = i == 0 || grid->look.columns;
        bool last = i + 1 == count || grid->look.columns;
        used += (size_t)snprintf(text + used, size - used, "%s%s", first ? "  in " : ", ",
                                 report->libraries[variant->libraries[i]].path);
        if (last) {
            grid_cell(grid, LOOK_PLAIN, "%s", "");
            grid_cell(grid, LOOK_PLAIN, "%s", "");
            grid_name(grid, text, NULL);
            used = 0;
        }
    }
    grid->failed = grid->failed || !text;
    free(text);
}

static bool put_variants(FILE *stream, const struct armeld_report *report,
                         const struct report_style *style)
{
    static const struct grid_column numbers[] = {{"bytes", NULL, 10, 0, false, 0},
                                                  {"contents", NULL, 8, 2, false, 0}};
    if (!report->variant_count) {
        return true;
    }
    char text[128];
    snprintf(text, sizeof text, "%zu member name%s for different contents%s", report->variant_count,
             report->variant_count == 1 ? " stands" : "s stand",
             style->verbose ? ":" : " (-v lists them).");
    fputc('\n', stream);
    look_put_words(stream, &style->look, text, 0, 0);
    fputc('\n', stream);
    if (!style->verbose) {
        return true;
    }
    struct grid grid;
    grid_begin(&grid, &style->look, numbers, 2, "name");
    for (size_t i = 0; i < report->variant_count; i++) {
        const struct armeld_variant *variant = &report->variants[i];
        char bytes[TEXT_BYTES_SIZE];
        grid_cell(&grid, LOOK_PLAIN, "%s", text_bytes(variant->bytes, bytes));
        grid_cell(&grid, LOOK_PLAIN, "%zu", variant->versions);
        grid_name(&grid, variant->name, NULL);
        add_places(&grid, report, variant);
    }
    return grid_put(&grid, stream);
}

/* ---- the proof --------------------------------------------------------------------------- */

static void put_kept(FILE *stream, const struct armeld_report *report,
                     const struct armeld_kept *kept, const struct report_style *style)
{
    enum { BEFORE = 12, INDENT = 14, ROOMY = 60 };
    char bytes[TEXT_BYTES_SIZE];
    const struct look *look = &style->look;
    const char *library = report->libraries[kept->library].path;
    fprintf(stream, "%10s  ", text_bytes(kept->bytes, bytes));
    size_t beside = text_width(library) + 4;
    size_t most = look->columns < ROOMY ? 0 : look->columns / 3;
    size_t used = BEFORE + look_put_beside(stream, look, kept->member,
                                           BEFORE + (beside < most ? beside : most));
    if (look->columns && look->columns < ROOMY) {
        fprintf(stream, "\n%*s", INDENT - 1, "");
        used = INDENT - 1;
    }
    fputs(" in ", stream);
    look_put_beside(stream, look, library, used + 4);
    fprintf(stream, "\n%*s", INDENT, "");
    size_t at = INDENT;
    if (*kept->symbol) {
        at = symbols_put(stream, look, kept->symbol, style->demangle, INDENT, INDENT) + 2;
        fputs(": ", stream);
    }
    look_put_words(stream, look, kept->why, at, INDENT);
    fputc('\n', stream);
}

/** A linker as people call it. */
static const char *linker_name(const char *model)
{
    bool gnu = !strcmp(model, "bfd") || !strcmp(model, "mingw");
    bool apple = !strcmp(model, "ld64");
    return gnu ? "GNU ld" : apple ? "Apple's ld" : model;
}

static void put_proof(FILE *stream, const struct armeld_report *report,
                      const struct report_style *style)
{
    enum { LONGEST = 512 };
    bool verbose = style->verbose;
    size_t models = report->model_count;
    size_t stay = report->kept_count;
    char text[LONGEST] = "The link proof holds for ";
    size_t used = strlen(text);
    if (!report->proven) {
        fputs("\nThe link proof was skipped.\n", stream);
        return;
    }
    for (size_t i = 0; i < models && used < LONGEST; i++) {
        used += (size_t)snprintf(text + used, LONGEST - used, "%s%s",
                                 linker_name(report->models[i]),
                                 i + 2 < models   ? ", "
                                 : i + 1 < models ? " and "
                                 : stay           ? "; "
                                                  : ".");
    }
    if (stay && used < LONGEST) {
        snprintf(text + used, LONGEST - used, "%zu member%s for it%s", stay,
                 stay == 1 ? " stays" : "s stay", verbose ? ":" : " (-v lists them).");
    }
    fputc('\n', stream);
    look_put_words(stream, &style->look, text, 0, 0);
    fputc('\n', stream);
    for (size_t i = 0; verbose && i < report->kept_count; i++) {
        put_kept(stream, report, &report->kept[i], style);
    }
    put_unprovable(stream, report, "Not proven", style);
}

/** What each library saves, and what it costs the others. */
static bool put_worths(FILE *stream, const struct armeld_report *report, const struct look *look)
{
    static const struct grid_column numbers[] = {{"saves", NULL, 10, 0, false, 0},
                                                  {"costs", NULL, 10, 2, false, 0}};
    if (!report->saves || report->single) {
        return true;
    }
    struct grid grid;
    grid_begin(&grid, look, numbers, 2, "library");
    fputc('\n', stream);
    for (size_t i = 0; i < report->library_count; i++) {
        char bytes[TEXT_BYTES_SIZE];
        const char *why = report->left_out[i];
        size_t size = why ? strlen(why) + sizeof "(left unmelded: )" : 0;
        char *tail = why ? malloc(size) : NULL;
        grid_cell(&grid, LOOK_PLAIN, "%s", text_bytes(report->saves[i], bytes));
        grid_cell(&grid, LOOK_PLAIN, "%s", text_bytes(report->costs[i], bytes));
        if (tail) {
            snprintf(tail, size, "(left unmelded: %s)", why);
        }
        grid_name(&grid, report->libraries[i].path, why && !tail ? "(left unmelded)" : tail);
        free(tail);
    }
    return grid_put(&grid, stream);
}

static void add_account(struct grid *grid, uint64_t before, uint64_t after, const char *what)
{
    grid_cell(grid, LOOK_PLAIN, "%llu", (unsigned long long)before);
    grid_cell(grid, LOOK_PLAIN, "%llu", (unsigned long long)after);
    grid_words(grid, what);
}

/** Every byte, before and after. */
static bool put_account(FILE *stream, const struct armeld_report *report, const struct look *look)
{
    static const struct grid_column numbers[] = {{"bytes before", "before", 14, 0, false, 0},
                                                  {"after", NULL, 14, 2, false, 0}};
    const struct armeld_account *account = &report->account;
    struct grid grid;
    grid_begin(&grid, look, numbers, 2, "");
    fputc('\n', stream);
    add_account(&grid, account->moved, account->shared,
                "members that move: every copy, then one");
    add_account(&grid, 0, account->copied, "members copied to the workspace");
    add_account(&grid, account->kept, account->kept, "members that stay");
    add_account(&grid, account->bookkeeping_before, account->bookkeeping,
                "headers, names, indexes, padding");
    if (report->shrunk) {
        grid_cell(&grid, LOOK_PLAIN, "%s", "");
        grid_cell(&grid, LOOK_PLAIN, "%lld", -(long long)account->removed);
        grid_words(&grid, "taken out of members");
    }
    add_account(&grid, report->bytes_before, report->bytes, "in all");
    return grid_put(&grid, stream);
}

/* ---- the reports ------------------------------------------------------------------------- */

bool report_text(FILE *stream, const struct armeld_report *report,
                 const struct report_style *style)
{
    bool done = put_libraries(stream, report, style);
    if (!done) {
        return false;
    }
    put_workspaces(stream, report);
    done = put_variants(stream, report, style);
    if (!report->workspace_members && !report->shared_objects) {
        fputs("\nNothing to share: the workspace is empty.\n", stream);
    }
    if (style->verbose && report->copied_objects) {
        fputc('\n', stream);
        put_count(stream, report->copied_objects, "member of the workspace stays",
                  "members of the workspace stay");
        fputs(" in the libraries as well.\n", stream);
    }
    report_shrunk_put(stream, report, &style->look);
    put_proof(stream, report, style);
    put_notes(stream, report, "\n", &style->look);
    if (style->verbose) {
        done = put_worths(stream, report, &style->look) && done;
        done = put_account(stream, report, &style->look) && done;
    }
    if (report->file_count) {
        fputc('\n', stream);
        put_files(stream, report, &style->look);
    }
    put_dry_run(stream, style);
    return done;
}
