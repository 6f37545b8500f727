/* SPDX-License-Identifier: MIT */
/** What shrinking would still take from a set, as far as it is known, and how to find out. */
#include "report/page.h"

/** Bytes of a kind that options take. */
struct saving {
    const char *options;
    const char *what;
    enum armeld_bytes kind; /**< ARMELD_BYTES_KINDS: how much it is cannot be told from kinds */
};

static const struct saving savings[] = {
    {"--strip=debug", "Debug info, and what only that needs.", ARMELD_BYTES_DEBUG},
    {"--strip=bitcode", "LLVM bitcode and GCC's code for LTO in objects.", ARMELD_BYTES_BITCODE},
    {"--strip=locals", "Local symbols that no relocation needs.", ARMELD_BYTES_KINDS},
    {"--strip=all --prune", "All of these, and code and data that no export needs.",
     ARMELD_BYTES_KINDS},
    {"--strip=all --prelink --merge",
     "The same, and headers and symbols of objects that are joined.", ARMELD_BYTES_KINDS},
};

/** What the set has of a kind, melded. */
static uint64_t bytes_of(const struct armeld_report *report, const struct chart_kinds *images,
                         enum armeld_bytes kind)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < report->crate_count; i++) {
        sum += report->crates[i].kinds[kind];
    }
    return sum - images->bytes[kind];
}

void page_savings(struct page *page, const struct armeld_report *report,
                  const struct chart_kinds *images, const char *after)
{
    page_put(page, "<section aria-labelledby=\"savings\">\n<h2 id=\"savings\">What could still be "
                   "saved</h2>\n<p class=\"soft\">Each command is a dry run: it says what would be "
                   "left, and changes no file. Without -n it does it.</p>\n"
                   "<div class=\"scroll\" tabindex=\"0\" role=\"group\" "
                   "aria-labelledby=\"savings\">\n<table class=\"texts\">\n<thead><tr>"
                   "<th scope=\"col\" class=\"name\">Takes</th><th scope=\"col\">In the melded "
                   "set</th><th scope=\"col\" class=\"name\">Command</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < sizeof savings / sizeof *savings; i++) {
        const struct saving *saving = &savings[i];
        page_put(page, "<tr><th scope=\"row\">%s</th><td>", saving->what);
        if (saving->kind == ARMELD_BYTES_KINDS) {
            page_put(page, "known by a run");
        } else if (bytes_of(report, images, saving->kind)) {
            page_bytes(page, bytes_of(report, images, saving->kind));
        } else {
            page_put(page, "none");
        }
        page_put(page, "</td><td class=\"name\"><code class=\"copy\">armeld meld -n %s ",
                 saving->options);
        page_name(page, after);
        page_put(page, "</code></td></tr>\n");
    }
    page_put(page, "</tbody>\n</table>\n</div>\n</section>\n");
}
