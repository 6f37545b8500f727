/* SPDX-License-Identifier: MIT */
/** What stripping shared objects and programs would save, in the HTML report. */
#include "report/page.h"

enum { MOST_ROWS = 2000 };

static void put_image(struct page *page, const struct armeld_image *image, size_t skip)
{
    page_begin_row(page, image->path, skip);
    page_size(page, image->debug);
    page_size(page, image->locals);
    page_put(page, "<td class=\"name\">");
    page_name(page, image->kind);
    page_put(page, ", ");
    page_name(page, image->machine);
    if (image->refused) {
        page_put(page, "; not by armeld: ");
        page_name(page, image->refused);
    }
    page_put(page, "</td></tr>\n");
}

static void put_command(struct page *page, const char *text, const char *after)
{
    page_put(page, "<p class=\"soft\">%s</p>\n<p><code class=\"copy\">"
                   "armeld strip -n --debug --locals ", text);
    page_name(page, after);
    page_put(page, "</code></p>\n");
}

void page_images(struct page *page, const struct armeld_report *report, const char *named,
                 const char *packed)
{
    size_t shown = 0;
    size_t skip = page_common_path(report);
    for (size_t i = 0; i < report->image_count && shown < MOST_ROWS; i++) {
        const struct armeld_image *image = &report->images[i];
        if (!image->debug && !image->locals) {
            continue;
        }
        if (!shown++) {
            page_begin_table(page, "strip", "What stripping would save", "File");
            page_heading(page, "Debug info");
            page_heading(page, "Local symbols, too");
            page_put(page, "<th scope=\"col\" class=\"name\">Is</th></tr></thead>\n<tbody>\n");
        }
        put_image(page, image, skip);
    }
    if (shown) {
        page_end_table(page);
    } else if (report->image_count) {
        page_put(page, "<h2>What stripping would save</h2>\n<p class=\"soft\">Nothing.</p>\n");
    }
    if (named) {
        put_command(page, "A dry run, which changes no file. Without -n it strips them in place, "
                          "and what restore needs is kept beside each; with -d DIR, copies.",
                    named);
    }
    if (packed) {
        put_command(page,
                    "Packages are never changed: unpack them, and run this where their files are.",
                    packed);
    }
}
