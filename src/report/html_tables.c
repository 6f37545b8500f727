/* SPDX-License-Identifier: MIT */
/** The tables of the HTML report. */
#include <string.h>

#include "base/path.h"
#include "base/text.h"
#include "report/page.h"
#include "report/report.h"

enum { MOST_ROWS = 1000 };

void page_heading(struct page *page, const char *text)
{
    page_put(page, "<th scope=\"col\">%s</th>", text);
}

void page_begin_table(struct page *page, const char *id, const char *title, const char *name)
{
    page_put(page, "<section aria-labelledby=\"%s\">\n<h2 id=\"%s\">%s</h2>\n"
                   "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-labelledby=\"%s\">\n"
                   "<table class=\"sortable\">\n<thead><tr>"
                   "<th scope=\"col\" class=\"name\">%s</th>",
             id, id, title, id, name);
}

void page_end_table(struct page *page)
{
    page_put(page, "</tbody>\n</table>\n</div>\n</section>\n");
}

void page_begin_row(struct page *page, const char *name, size_t skip)
{
    page_put(page, "<tr data-name=\"");
    page_name(page, name);
    page_put(page, "\"><th scope=\"row\" title=\"");
    page_name(page, name);
    page_put(page, "\">");
    page_name(page, name + skip);
    page_put(page, "</th>");
}

size_t page_common_path(const struct armeld_report *report)
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

void page_size(struct page *page, uint64_t bytes)
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
    double percent = page_saved(before, after);
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

void page_libraries(struct page *page, const struct armeld_report *report, bool known)
{
    bool several = known && report->workspace_count > 1;
    uint64_t most = 0;
    size_t skip = page_common_path(report);
    for (size_t i = 0; i < report->library_count; i++) {
        const struct armeld_library *library = &report->libraries[i];
        most = library->bytes_before > most ? library->bytes_before : most;
    }
    page_begin_table(page, "libraries", page->files ? "Files" : "Libraries",
                     page->files ? "File" : "Library");
    page_heading(page, known ? "Before" : "Bytes");
    if (known) {
        page_heading(page, "After");
        page_heading(page, "Saved");
        page_put(page, "<th scope=\"col\" class=\"chart\">Left</th>");
        page_heading(page, "Moved");
    }
    page_heading(page, "Members");
    if (several) {
        page_heading(page, "Workspace");
    }
    page_put(page, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < report->library_count; i++) {
        const struct armeld_library *library = &report->libraries[i];
        page_begin_row(page, library->path, skip);
        page_size(page, library->bytes_before);
        if (known) {
            page_size(page, library->bytes);
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
    page_end_table(page);
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

void page_crates(struct page *page, const struct armeld_report *report, bool known)
{
    page_begin_table(page, "crates", "Crates", "Crate");
    page_heading(page, known ? "Before" : "Bytes");
    if (known) {
        page_heading(page, "After");
        page_heading(page, "Saved");
    }
    page_put(page, "<th scope=\"col\" class=\"chart\">Bytes are</th>");
    page_heading(page, page->files ? "Files" : "Libraries");
    page_heading(page, "Members");
    page_put(page, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < report->crate_count; i++) {
        const struct armeld_crate *crate = &report->crates[i];
        page_begin_row(page, crate->name, 0);
        page_size(page, crate->bytes_before);
        if (known) {
            page_size(page, crate->bytes);
            put_percent(page, crate->bytes_before, crate->bytes);
        }
        put_stripe(page, crate);
        put_count(page, crate->libraries);
        put_count(page, crate->members);
        page_put(page, "</tr>\n");
    }
    page_end_table(page);
}

void page_kept(struct page *page, const struct armeld_report *report)
{
    if (!report->kept_count) {
        return;
    }
    page_begin_table(page, "kept", "Members that stay for the link proof", "Member");
    page_heading(page, "Bytes");
    page_put(page, "<th scope=\"col\" class=\"name\">Library</th><th scope=\"col\" class=\"name\">"
                   "Because of</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < report->kept_count && i < MOST_ROWS; i++) {
        const struct armeld_kept *kept = &report->kept[i];
        page_begin_row(page, kept->member, 0);
        page_size(page, kept->bytes);
        page_put(page, "<td class=\"name\">");
        page_name(page, report->libraries[kept->library].path);
        page_put(page, "</td><td class=\"name\" title=\"");
        page_name(page, kept->why);
        page_put(page, "\">");
        page_name(page, *kept->symbol ? kept->symbol : kept->why);
        page_put(page, "</td></tr>\n");
    }
    page_end_table(page);
}
