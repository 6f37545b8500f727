/* SPDX-License-Identifier: MIT */
/**
 * The report as one HTML file: nothing is fetched, and without scripts all of it can be read; with
 * them it can be searched and sorted.
 */
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/text.h"
#include "report/page.h"
#include "report/report.h"

/* Made of page.css and page.js by the build: their lines. */
static const char *const style_lines[] = {
#include "report/page.css.inc"
};
static const char *const script_lines[] = {
#include "report/page.js.inc"
};

enum { MOST_COLUMNS = 40, MOST_LISTED = 200 };

/* ---- the head ---------------------------------------------------------------------------- */

static void put_lines(struct page *page, const char *const *lines, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        page_text(page, lines[i], strlen(lines[i]));
        page_text(page, "\n", 1);
    }
}

static double saved_percent(uint64_t before, uint64_t after)
{
    return before ? 100.0 - 100.0 * (double)after / (double)before : 0;
}

static void put_head(struct page *page)
{
    page_put(page, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                   "img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
                   "<link rel=\"icon\" href=\"data:,\">\n"
                   "<title>armeld report</title>\n<style>\n");
    put_lines(page, style_lines, sizeof style_lines / sizeof *style_lines);
    page_put(page, "</style>\n</head>\n<body>\n");
}

static void put_facts(struct page *page, const struct armeld_report *report, bool known)
{
    page_put(page, "<h1>armeld report</h1>\n<p class=\"soft\">%zu %s%s%s</p>\n"
             "<ul class=\"facts\">\n",
             report->library_count, report->library_count == 1 ? "library" : "libraries",
             report->machine ? ", " : "", report->machine ? report->machine : "");
    page_put(page, "<li><b>");
    page_bytes(page, report->bytes_before);
    page_put(page, "</b>%s</li>\n", known ? "before" : "in all");
    if (known) {
        page_put(page, "<li><b>");
        page_bytes(page, report->bytes);
        page_put(page, report->workspace_count > 1 ? "</b>melded, with %zu workspaces</li>\n"
                                                   : "</b>melded, with the workspace</li>\n",
                 report->workspace_count);
        page_put(page, "<li class=\"good\"><b>%.1f %%",
                 saved_percent(report->bytes_before, report->bytes));
        page_put(page, "</b>%s</li>\n", "saved");
        page_put(page, "<li><b>%zu", report->shared_objects);
        page_put(page, "</b>%s</li>\n", "objects shared");
        page_put(page, "<li><b>%s", report->proven ? "holds" : "skipped");
        page_put(page, "</b>%s</li>\n", "link proof");
    }
    page_put(page, "</ul>\n");
}

static void put_maps(struct page *page, const struct armeld_report *report, bool known)
{
    page_put(page, "<section aria-labelledby=\"maps\">\n<h2 id=\"maps\">Where the bytes are</h2>\n"
                   "<p class=\"soft\">Each outlined box is a crate, its parts are what the bytes "
                   "are "
                   "for. Both maps have one scale.</p>\n<div class=\"maps\">\n<figure>"
                   "<figcaption>%s: <b>", known ? "Before" : "All bytes");
    page_bytes(page, report->bytes_before);
    page_put(page, "</b></figcaption>\n");
    page->failed |= !page_map(page, report, false);
    page_put(page, "</figure>\n");
    if (known) {
        page_put(page, "<figure><figcaption>After: <b>");
        page_bytes(page, report->bytes);
        page_put(page, "</b></figcaption>\n");
        page->failed |= !page_map(page, report, true);
        page_put(page, "</figure>\n");
    }
    page_put(page, "</div>\n<ul class=\"legend\">\n");
    for (int kind = 0; kind < ARMELD_BYTES_KINDS; kind++) {
        page_put(page, "<li><i style=\"background:%s\"></i>%s</li>\n",
                 page_color((enum armeld_bytes)kind), armeld_bytes_name((enum armeld_bytes)kind));
    }
    page_put(page, "</ul>\n</section>\n");
}

/* ---- tables ------------------------------------------------------------------------------ */

static void put_heading(struct page *page, const char *text)
{
    page_put(page, "<th scope=\"col\">%s</th>", text);
}

static void begin_table(struct page *page, const char *id, const char *title, const char *name)
{
    page_put(page, "<section aria-labelledby=\"%s\">\n<h2 id=\"%s\">%s</h2>\n"
                   "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"%s\">\n"
                   "<table class=\"sortable\">\n<thead><tr>"
                   "<th scope=\"col\" class=\"name\">%s</th>",
             id, id, title, id, name);
}

static void end_table(struct page *page)
{
    page_put(page, "</tbody>\n</table>\n</div>\n</section>\n");
}

/** A row that is found by its whole name, of which the first @skip bytes are not shown. */
static void begin_row(struct page *page, const char *name, size_t skip)
{
    page_put(page, "<tr data-name=\"");
    page_name(page, name);
    page_put(page, "\"><th scope=\"row\" title=\"");
    page_name(page, name);
    page_put(page, "\">");
    page_name(page, name + skip);
    page_put(page, "</th>");
}

/** How much of their paths all libraries have in common: directories only. */
static size_t common_path(const struct armeld_report *report)
{
    const char *first = report->library_count ? report->libraries[0].path : "";
    size_t common = path_prefix_size(first);
    for (size_t i = 1; i < report->library_count; i++) {
        const char *path = report->libraries[i].path;
        while (common && strncmp(first, path, common) != 0) {
            do {
                common--;
            } while (common && first[common - 1] != '/');
        }
    }
    return common;
}

static void put_size(struct page *page, uint64_t bytes)
{
    page_put(page, "<td data-value=\"%llu\">", (unsigned long long)bytes);
    page_bytes(page, bytes);
    page_put(page, "</td>");
}

static void put_count(struct page *page, size_t count)
{
    page_put(page, "<td data-value=\"%zu\">%zu</td>", count, count);
}

static void put_percent(struct page *page, uint64_t before, uint64_t after)
{
    double percent = saved_percent(before, after);
    page_put(page, "<td data-value=\"%.4f\">%.1f %%</td>", percent, percent);
}

/** A bar of @width percent, of which @part percent are filled. */
static void put_bar(struct page *page, uint64_t most, uint64_t before, uint64_t after)
{
    double width = most ? 100.0 * (double)before / (double)most : 0;
    double part = before ? 100.0 * (double)after / (double)before : 0;
    page_put(page, "<td data-value=\"%llu\"><span class=\"stripe\" style=\"width:%.2frem\" "
                   "role=\"img\" aria-label=\"%.0f %% are left\"><i class=\"left\" "
                   "style=\"width:%.1f%%\"></i></span></td>",
             (unsigned long long)before, 12 * width / 100, part, part > 100 ? 100 : part);
}

/** The workspace of a library; nothing for one that is left unmelded. */
static void put_workspace(struct page *page, const struct armeld_report *report, size_t library)
{
    bool melded = !report->left_out[library];
    size_t number = report->workspace_of[library];
    page_put(page, "<td data-value=\"%zu\">", melded ? number + 1 : 0);
    const char *path = report->workspaces[number].path;
    size_t folder = report_first_workspace(report) ? 0 : strlen(report->workspace) + 1;
    page_name(page, melded ? folder ? path + folder : path_base(path) : "");
    page_put(page, "</td>");
}

static void put_libraries(struct page *page, const struct armeld_report *report, bool known)
{
    bool several = known && report->workspace_count > 1;
    uint64_t most = 0;
    size_t skip = common_path(report);
    for (size_t i = 0; i < report->library_count; i++) {
        const struct armeld_library *library = &report->libraries[i];
        most = library->bytes_before > most ? library->bytes_before : most;
    }
    begin_table(page, "libraries", "Libraries", "Library");
    put_heading(page, "Before");
    if (known) {
        put_heading(page, "After");
        put_heading(page, "Saved");
        page_put(page, "<th scope=\"col\" class=\"chart\">Left</th>");
        put_heading(page, "Moved");
    }
    put_heading(page, "Members");
    if (several) {
        put_heading(page, "Workspace");
    }
    page_put(page, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < report->library_count; i++) {
        const struct armeld_library *library = &report->libraries[i];
        begin_row(page, library->path, skip);
        put_size(page, library->bytes_before);
        if (known) {
            put_size(page, library->bytes);
            put_percent(page, library->bytes_before, library->bytes);
            put_bar(page, most, library->bytes_before, library->bytes);
            put_count(page, library->moved);
        }
        put_count(page, library->members_before);
        if (several) {
            put_workspace(page, report, i);
        }
        page_put(page, "</tr>\n");
    }
    end_table(page);
}

/** What a crate's bytes are for, as a stripe of the kinds' colours. */
static void put_stripe(struct page *page, const struct armeld_crate *crate)
{
    page_put(page, "<td data-value=\"%llu\"><span class=\"stripe\">",
             (unsigned long long)crate->bytes_before);
    for (int kind = 0; kind < ARMELD_BYTES_KINDS && crate->bytes_before; kind++) {
        double part = 100.0 * (double)crate->kinds_before[kind] / (double)crate->bytes_before;
        if (part >= 0.5) {
            page_put(page,
                     "<i style=\"width:%.1f%%;background:%s\" title=\"%s %.0f %%\"></i>", part,
                     page_color((enum armeld_bytes)kind),
                     armeld_bytes_name((enum armeld_bytes)kind), part);
        }
    }
    page_put(page, "</span></td>");
}

static void put_crates(struct page *page, const struct armeld_report *report, bool known)
{
    begin_table(page, "crates", "Crates", "Crate");
    put_heading(page, "Before");
    if (known) {
        put_heading(page, "After");
        put_heading(page, "Saved");
    }
    page_put(page, "<th scope=\"col\" class=\"chart\">Bytes are</th>");
    put_heading(page, "Libraries");
    put_heading(page, "Members");
    page_put(page, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < report->crate_count; i++) {
        const struct armeld_crate *crate = &report->crates[i];
        begin_row(page, crate->name, 0);
        put_size(page, crate->bytes_before);
        if (known) {
            put_size(page, crate->bytes);
            put_percent(page, crate->bytes_before, crate->bytes);
        }
        put_stripe(page, crate);
        put_count(page, crate->libraries);
        put_count(page, crate->members);
        page_put(page, "</tr>\n");
    }
    end_table(page);
}

/* ---- libraries by crates ----------------------------------------------------------------- */

/** The crates that the matrix shows, largest first: those that several libraries hold. */
static size_t choose_columns(const struct armeld_report *report, size_t *columns, size_t *column_of)
{
    size_t count = 0;
    for (size_t i = 0; i < report->crate_count; i++) {
        bool shown = report->crates[i].libraries > 1 && report->crates[i].members &&
                     count < MOST_COLUMNS;
        column_of[i] = shown ? count + 1 : 0;
        if (shown) {
            columns[count++] = i;
        }
    }
    return count;
}

static void put_cell(struct page *page, const struct armeld_report *report,
                     const struct armeld_cell *cell)
{
    if (!cell) {
        page_put(page, "<td></td>");
        return;
    }
    const struct armeld_crate *crate = &report->crates[cell->crate];
    double share = crate->bytes_before ? (double)cell->bytes * (double)crate->libraries /
                                             (double)crate->bytes_before
                                       : 0;
    char bytes[TEXT_BYTES_SIZE];
    char moved[TEXT_BYTES_SIZE];
    page_put(page, "<td class=\"has\" style=\"--s:%.2f\" title=\"%s, of which %s move\">%s</td>",
             share > 1.5 ? 1 : share / 1.5, text_bytes(cell->bytes, bytes),
             text_bytes(cell->moved, moved),
             cell->moved == 0             ? "&#9675;"
             : cell->moved == cell->bytes ? "&#9679;"
                                          : "&#9680;");
}

static void put_matrix_rows(struct page *page, const struct armeld_report *report, size_t columns,
                            const size_t *column_of)
{
    const struct armeld_cell *row[MOST_COLUMNS];
    size_t skip = common_path(report);
    const struct armeld_cell *cell = report->cells; /* they are by library */
    const struct armeld_cell *end = cell + report->cell_count;
    for (size_t i = 0; i < report->library_count; i++) {
        memset(row, 0, sizeof row);
        for (; cell < end && cell->library == i; cell++) {
            if (column_of[cell->crate]) {
                row[column_of[cell->crate] - 1] = cell;
            }
        }
        begin_row(page, report->libraries[i].path, skip);
        for (size_t j = 0; j < columns; j++) {
            put_cell(page, report, row[j]);
        }
        page_put(page, "</tr>\n");
    }
}

static void put_matrix(struct page *page, const struct armeld_report *report)
{
    size_t columns[MOST_COLUMNS];
    size_t *column_of = calloc(report->crate_count + 1, sizeof *column_of);
    if (!column_of) {
        page->failed = true;
        return;
    }
    size_t count = choose_columns(report, columns, column_of);
    if (count) {
        page_put(page, "<section aria-labelledby=\"matrix\">\n"
                       "<h2 id=\"matrix\">Who holds which crate</h2>\n<p class=\"soft\">"
                       "&#9679; all of it moves to the workspace, &#9680; some of it, &#9675; it "
                       "stays. The darker, the more bytes for this crate. The %zu largest crates "
                       "that several libraries hold.</p>\n<div class=\"scroll\" tabindex=\"0\" "
                       "role=\"region\" aria-labelledby=\"matrix\">\n<table class=\"matrix\">\n"
                       "<thead><tr><th scope=\"col\" class=\"name\">Library</th>", count);
        for (size_t i = 0; i < count; i++) {
            const char *name = report->crates[columns[i]].name;
            page_put(page, "<th scope=\"col\" data-name=\"");
            page_name(page, name);
            page_put(page, "\" title=\"");
            page_name(page, name);
            page_put(page, "\"><span>");
            page_name(page, name);
            page_put(page, "</span></th>");
        }
        page_put(page, "</tr></thead>\n<tbody>\n");
        put_matrix_rows(page, report, count, column_of);
        end_table(page);
    }
    free(column_of);
}

/* ---- what else is to say ----------------------------------------------------------------- */

static void put_list(struct page *page, const char *title, const char *const *texts, size_t count)
{
    if (count) {
        page_put(page, "<h2>%s</h2>\n<ul class=\"notes\">\n", title);
        for (size_t i = 0; i < count && i < MOST_LISTED; i++) {
            page_put(page, "<li>");
            page_name(page, texts[i]);
            page_put(page, "</li>\n");
        }
        if (count > MOST_LISTED) {
            page_put(page, "<li>[%zu others]</li>\n", count - MOST_LISTED);
        }
        page_put(page, "</ul>\n");
    }
}

static void put_kept(struct page *page, const struct armeld_report *report)
{
    if (!report->kept_count) {
        return;
    }
    begin_table(page, "kept", "Members that stay for the link proof", "Member");
    put_heading(page, "Bytes");
    page_put(page, "<th scope=\"col\" class=\"name\">Library</th><th scope=\"col\" class=\"name\">"
                   "Because of</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < report->kept_count && i < 5 * MOST_LISTED; i++) {
        const struct armeld_kept *kept = &report->kept[i];
        begin_row(page, kept->member, 0);
        put_size(page, kept->bytes);
        page_put(page, "<td class=\"name\">");
        page_name(page, report->libraries[kept->library].path);
        page_put(page, "</td><td class=\"name\" title=\"");
        page_name(page, kept->why);
        page_put(page, "\">");
        page_name(page, *kept->symbol ? kept->symbol : kept->why);
        page_put(page, "</td></tr>\n");
    }
    end_table(page);
}

bool report_html(const struct armeld_report *report, char **text, size_t *size)
{
    struct page page = {0};
    bool known = report->bytes != 0;
    put_head(&page);
    put_facts(&page, report, known);
    page_put(&page, "<div class=\"bar script\" role=\"search\">"
                    "<input type=\"search\" id=\"search\" "
                    "placeholder=\"Search libraries and crates\" aria-label=\"Search libraries and "
                    "crates\"><span id=\"found\" class=\"soft\" role=\"status\"></span></div>\n");
    put_maps(&page, report, known);
    put_libraries(&page, report, known);
    put_matrix(&page, report);
    put_crates(&page, report, known);
    put_kept(&page, report);
    put_list(&page, "Notes", report->notes, report->note_count);
    put_list(&page, "Warnings", report->warnings, report->warning_count);
    put_list(&page, "Not proven", report->unprovable, report->unprovable_count);
    page_put(&page, "<p class=\"soft\">Made by armeld %s.</p>\n<script>\n", armeld_version());
    put_lines(&page, script_lines, sizeof script_lines / sizeof *script_lines);
    page_put(&page, "</script>\n</body>\n</html>\n");
    *text = page.text;
    *size = page.size;
    if (page.failed) {
        free(page.text);
        *text = NULL;
    }
    return !page.failed;
}
