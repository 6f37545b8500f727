/* SPDX-License-Identifier: MIT */
/**
 * The report as one HTML file: nothing is fetched, and without scripts all of it can be read; with
 * them it can be searched and sorted, and its map zooms in.
 */
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/text.h"
#include "report/page.h"
#include "report/report.h"

/* Made of page*.css and page*.js by the build: their lines. */
static const char *const style_lines[] = {
#include "report/page.css.inc"
#include "report/page_map.css.inc"
};
static const char *const script_lines[] = {
#include "report/page_map.js.inc"
#include "report/page.js.inc"
};

enum { MOST_LISTED = 200 };

/* ---- the head ---------------------------------------------------------------------------- */

static void put_lines(struct page *page, const char *const *lines, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        page_text(page, lines[i], strlen(lines[i]));
        page_text(page, "\n", 1);
    }
}

static void put_head(struct page *page, const char *title)
{
    page_put(page, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta name=\"generator\" content=\"armeld report\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                   "img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
                   "<link rel=\"icon\" href=\"data:,\">\n"
                   "<title>");
    page_name(page, title);
    page_put(page, "</title>\n<style>\n");
    put_lines(page, style_lines, sizeof style_lines / sizeof *style_lines);
    page_put(page, "</style>\n</head>\n<body>\n<main>\n");
}

/** The title, what the report is about, and how it was made. */
static void put_title(struct page *page, const struct armeld_report *report,
                      const struct report_page *how, const char *title)
{
    size_t count = report->library_count ? report->library_count : how->map->archive_count;
    page_put(page, "<h1>");
    page_name(page, title);
    page_put(page, "</h1>\n<p class=\"soft\">%zu %s%s%s", count,
             page->files ? count == 1 ? "file" : "files"
             : count == 1 ? "library" : "libraries", report->machine ? ", " : "",
             report->machine ? report->machine : "");
    if (how->date) {
        page_put(page, ", ");
        page_name(page, how->date);
    }
    page_put(page, ", armeld %s</p>\n", armeld_version());
    if (how->command) {
        page_put(page, "<p class=\"soft\"><code class=\"copy\">");
        page_name(page, how->command);
        page_put(page, "</code></p>\n");
    }
}

static void put_fact(struct page *page, uint64_t bytes, const char *what)
{
    page_put(page, "<li><b>");
    page_bytes(page, bytes);
    page_put(page, "</b>%s</li>\n", what);
}

/** What stripping all shared objects and programs would save. */
static void put_strippable(struct page *page, const struct armeld_report *report)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < report->image_count; i++) {
        const struct armeld_image *image = &report->images[i];
        sum += image->refused ? 0 : image->debug + image->locals;
    }
    if (sum) {
        put_fact(page, sum, "saved by stripping");
    }
}

/** The figures that matter. What is not melded has no part in those of melding. */
static void put_facts(struct page *page, const struct armeld_report *report, bool known)
{
    uint64_t images = report_image_bytes(report);
    page_put(page, "<ul class=\"facts\">\n");
    if (images || !known) {
        put_fact(page, report->bytes_before, "in all");
    }
    put_strippable(page, report);
    if (known) {
        put_fact(page, report->bytes_before - images, images ? "in libraries before" : "before");
        page_put(page, "<li><b>");
        page_bytes(page, report->bytes - images);
        page_put(page, report->workspace_count > 1 ? "</b>melded, with %zu workspaces</li>\n"
                                                   : "</b>melded, with the workspace</li>\n",
                 report->workspace_count);
        page_put(page, "<li class=\"good\"><b>%.1f %%",
                 page_saved(report->bytes_before - images, report->bytes - images));
        page_put(page, "</b>%s</li>\n", "saved");
        page_put(page, "<li><b>%zu", report->shared_objects);
        page_put(page, "</b>%s</li>\n", "objects shared");
        page_put(page, "<li><b>%s", report->proven ? "holds" : "skipped");
        page_put(page, "</b>%s</li>\n", "link proof");
    }
    page_put(page, "</ul>\n");
}

/** A map by crate, which can be seen without scripts. */
static void put_plain_map(struct page *page, const struct armeld_report *report, const char *title,
                          bool after)
{
    page_put(page, "<figure><figcaption>%s: <b>", title);
    page_bytes(page, after ? report->bytes : report->bytes_before);
    page_put(page, "</b></figcaption>\n");
    page->failed |= !page_map(page, report, after);
    page_put(page, "</figure>\n");
}

static void put_maps(struct page *page, const struct armeld_report *report,
                     const struct page_sides *sides)
{
    page_put(page, "<section aria-labelledby=\"maps\">\n<h2 id=\"maps\">Where the bytes are</h2>\n"
                   "<p class=\"soft\">The colours are what the bytes are for.%s</p>\n"
                   "<div id=\"map\" class=\"script\"></div>\n<div id=\"plain-maps\">\n"
                   "<p class=\"soft\">Each outlined box is a crate.</p>\n<div class=\"maps\">\n",
             sides->after ? " Both maps have one scale." : "");
    put_plain_map(page, report, sides->before, false);
    if (sides->after) {
        put_plain_map(page, report, sides->after, true);
    }
    page_put(page, "</div>\n</div>\n");
    page_put(page, "<ul class=\"legend\">\n");
    for (int kind = 0; kind < ARMELD_BYTES_KINDS; kind++) {
        page_put(page, "<li><i style=\"background:%s\"></i>%s</li>\n",
                 page_color((enum armeld_bytes)kind), armeld_bytes_name((enum armeld_bytes)kind));
    }
    page_put(page, "</ul>\n</section>\n");
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

/** All between the title and the first table. */
static void begin_page(struct page *page, const struct armeld_report *report,
                       const struct report_page *how, const char *title)
{
    put_head(page, how->title ? how->title : title);
    put_title(page, report, how, how->title ? how->title : title);
}

static void put_search(struct page *page)
{
    const char *rows = page->files ? "files" : "libraries";
    page_put(page, "<div class=\"bar script\" role=\"search\">"
                   "<input type=\"search\" id=\"search\" "
                   "placeholder=\"Search %s and crates\" aria-label=\"Search %s and "
                   "crates\"><span id=\"found\" class=\"soft\" role=\"status\"></span></div>\n",
             rows, rows);
}

/** The scripts and what they draw. Hands the page over; false when memory was short. */
static bool end_page(struct page *page, const struct armeld_report *report,
                     const struct chart_map *map, const struct page_sides *sides, char **text,
                     size_t *size)
{
    page_put(page, "</main>\n");
    page_data(page, report, map, sides, page_common_path(report));
    page_put(page, "<script>\n");
    put_lines(page, script_lines, sizeof script_lines / sizeof *script_lines);
    page_put(page, "</script>\n</body>\n</html>\n");
    *text = page->text;
    *size = page->size;
    if (page->failed) {
        free(page->text);
        *text = NULL;
    }
    return !page->failed;
}

bool report_html(const struct armeld_report *report, const struct report_page *how, char **text,
                 size_t *size)
{
    struct page page = {.files = how->files};
    bool known = report->bytes != 0;
    struct page_sides sides = {.before = known ? "Before" : "All bytes",
                               .after = known ? "After" : NULL};
    begin_page(&page, report, how, "armeld report");
    put_facts(&page, report, known);
    put_search(&page);
    put_maps(&page, report, &sides);
    if (how->try_after) {
        page_savings(&page, report, &how->map->images, how->try_after);
    }
    page_images(&page, report, how->strip_after, how->strip_packed);
    page_libraries(&page, report, known);
    page_matrix(&page, report, known);
    page_crates(&page, report, known);
    page_kept(&page, report);
    put_list(&page, "Notes", report->notes, report->note_count);
    put_list(&page, "Warnings", report->warnings, report->warning_count);
    put_list(&page, "Not proven", report->unprovable, report->unprovable_count);
    return end_page(&page, report, how->map, &sides, text, size);
}

bool report_compare_html(const struct armeld_report *report, const struct compare_side *joined,
                         const struct report_page *how, const char *rows, char **text,
                         size_t *size)
{
    struct page page = {.files = how->files};
    static const struct page_sides sides = {.before = "Old", .after = "New", .compares = true};
    struct armeld_report chart = joined->report;
    chart.bytes_before = report->compared_bytes;
    chart.bytes = report->total.bytes;
    chart.machine = report->machine;
    begin_page(&page, report, how, "armeld report: two sets");
    page_compared(&page, report);
    put_search(&page);
    put_maps(&page, &chart, &sides);
    page_changes(&page, report, rows);
    if (strcmp(rows, "crate") != 0) {
        page_changes(&page, &chart, "crate");
    }
    put_list(&page, "Warnings", report->warnings, report->warning_count);
    return end_page(&page, &chart, &joined->map, &sides, text, size);
}
