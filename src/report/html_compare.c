/* SPDX-License-Identifier: MIT */
/** Two sets in the HTML report: what grew, shrank, is new or gone. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "report/page.h"

enum { MOST_CHANGES = 2000 };

static const char *state_of(const struct armeld_change *change)
{
    return !change->in_before                      ? "new"
           : !change->in_after                     ? "gone"
           : change->bytes > change->bytes_before  ? "grown"
           : change->bytes < change->bytes_before  ? "shrunk"
                                                   : "same";
}

static size_t count_of(const struct armeld_report *report, const char *state)
{
    size_t count = 0;
    for (size_t i = 0; i < report->change_count; i++) {
        count += strcmp(state_of(&report->changes[i]), state) == 0;
    }
    return count;
}

/** "+1.2 MB", with a minus sign that is as wide; what is equal is "0 B". */
static void put_difference(struct page *page, uint64_t before, uint64_t after)
{
    page_put(page, "%s", after > before ? "+" : after < before ? "&minus;" : "");
    page_bytes(page, after > before ? after - before : before - after);
}

void page_compared(struct page *page, const struct armeld_report *report)
{
    static const char *const states[] = {"grown", "shrunk", "new", "gone", "same"};
    uint64_t before = report->compared_bytes;
    uint64_t after = report->total.bytes;
    page_put(page, "<ul class=\"facts\">\n<li><b>");
    page_bytes(page, before);
    page_put(page, "</b>old</li>\n<li><b>");
    page_bytes(page, after);
    page_put(page, "</b>new</li>\n<li><b>");
    put_difference(page, before, after);
    double grown = before || !after ? -page_saved(before, after) : 100.0;
    bool none = grown > -0.05 && grown < 0.05; /* not "-0.0 %" */
    page_put(page, "</b>%+.1f %%</li>\n", none ? 0.0 : grown);
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        page_put(page, "<li><b>%zu</b>%s</li>\n", count_of(report, states[i]), states[i]);
    }
    page_put(page, "</ul>\n");
}

static void put_change(struct page *page, const struct armeld_change *change)
{
    long long difference = (long long)change->bytes - (long long)change->bytes_before;
    page_begin_row(page, change->name, 0);
    page_put(page, "<td data-value=\"%llu\">", (unsigned long long)change->bytes_before);
    if (change->in_before) {
        page_bytes(page, change->bytes_before);
    }
    page_put(page, "</td><td data-value=\"%llu\">", (unsigned long long)change->bytes);
    if (change->in_after) {
        page_bytes(page, change->bytes);
    }
    page_put(page, "</td><td data-value=\"%lld\">", difference);
    put_difference(page, change->bytes_before, change->bytes);
    page_put(page, "</td>");
    if (change->in_before && change->bytes_before) {
        double percent = -page_saved(change->bytes_before, change->bytes);
        page_put(page, "<td data-value=\"%.4f\">%+.1f %%</td>", percent, percent);
    } else {
        page_put(page, "<td data-value=\"1e9\"></td>");
    }
    page_put(page, "<td class=\"name\">%s</td></tr>\n", state_of(change));
}

void page_changes(struct page *page, const struct armeld_report *report, const char *row)
{
    char title[64];
    char name[32];
    size_t same = count_of(report, "same");
    size_t count = report->change_count - same;
    snprintf(title, sizeof title, "Changes by %s", row);
    snprintf(name, sizeof name, "%c%s", row[0] - 'a' + 'A', row + 1);
    if (!count) {
        page_put(page, "<h2>%s</h2>\n<p class=\"soft\">Nothing is larger or smaller.</p>\n",
                 title);
        return;
    }
    page_begin_table(page, row, title, name);
    page_put(page, "<th scope=\"col\">Old</th><th scope=\"col\">New</th>"
                   "<th scope=\"col\">Difference</th><th scope=\"col\">Percent</th>"
                   "<th scope=\"col\" class=\"name\">Is</th></tr></thead>\n<tbody>\n");
    size_t shown = 0;
    for (size_t i = 0; i < report->change_count && shown < MOST_CHANGES; i++) {
        const struct armeld_change *change = &report->changes[i];
        if (strcmp(state_of(change), "same") != 0) {
            put_change(page, change);
            shown++;
        }
    }
    page_end_table(page);
    if (same) {
        page_put(page, "<p class=\"soft\">Not listed: %zu with as many bytes as before.</p>\n",
                 same);
    }
    if (count > shown) {
        page_put(page, "<p class=\"soft\">Not listed: %zu that changed less.</p>\n",
                 count - shown);
    }
}
