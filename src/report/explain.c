/* SPDX-License-Identifier: MIT */
/** Explanations, for people. */
#include "report/report.h"

#include <string.h>

#include "base/text.h"
#include "report/rows.h"
#include "report/sentences.h"
#include "report/symbols.h"

/** "LIBRARY: MEMBER (12.3 kB)", then what is known of it. */
static void put_explanation(FILE *stream, const struct armeld_explanation *explanation,
                            const struct report_style *style)
{
    enum { INDENT = 2 };
    const struct look *look = &style->look;
    char bytes[TEXT_BYTES_SIZE];
    text_bytes(explanation->bytes, bytes);
    size_t around = strlen(bytes) + strlen(":  ()");
    size_t member = text_width(explanation->member);
    size_t most = look->columns / 2;
    fputs(look_begin(look, LOOK_BOLD), stream);
    size_t used = look_put_beside(stream, look, explanation->library,
                                  around + (member < most ? member : most));
    fputs(": ", stream);
    look_put_beside(stream, look, explanation->member, used + around);
    fprintf(stream, "%s (%s)\n%*s", look_end(look, LOOK_BOLD), bytes, INDENT, "");
    look_put_words(stream, look, explanation->verdict, INDENT, 2 * INDENT);
    fputc('\n', stream);
    for (size_t i = 0; i < explanation->fact_count; i++) {
        fprintf(stream, "%*s", INDENT, "");
        symbols_put(stream, look, explanation->facts[i], style->demangle, INDENT, 2 * INDENT);
        fputc('\n', stream);
    }
}

static bool put_reasons(FILE *stream, const struct armeld_report *report, const struct look *look)
{
    struct grid grid;
    grid_begin(&grid, look, rows_shares, 2, NULL);
    for (size_t i = 0; i < report->row_count; i++) {
        const struct armeld_row *row = &report->rows[i];
        rows_add_bytes(&grid, row->bytes);
        grid_cell(&grid, LOOK_PLAIN, "%.1f%%", rows_percent(row->bytes, report->total.bytes));
        grid_words(&grid, row->name);
    }
    bool done = grid_put(&grid, stream);
    rows_put_saving(stream, report, look);
    return done;
}

static bool put_explained(FILE *stream, const struct armeld_report *report, bool members,
                          const struct report_style *style)
{
    for (size_t i = 0; members && i < report->explanation_count; i++) {
        put_explanation(stream, &report->explanations[i], style);
    }
    bool done = members || put_reasons(stream, report, &style->look);
    if (!members) {
        put_notes(stream, report, "\n", &style->look);
    }
    return done;
}

bool report_explain_text(FILE *stream, const struct armeld_report *report,
                         const struct report_part *parts, size_t count, bool members,
                         const struct report_style *style)
{
    const struct look *look = &style->look;
    size_t shown = 0;
    bool done = true;
    for (size_t i = 0; i < count; i++) {
        const struct armeld_report *part = parts[i].report;
        if (!members || part->explanation_count) {
            fprintf(stream, "%s%s%s: %zu librar%s%s\n\n", shown++ ? "\n" : "",
                    look_begin(look, LOOK_BOLD), parts[i].machine, part->library_count,
                    part->library_count == 1 ? "y" : "ies", look_end(look, LOOK_BOLD));
            done = put_explained(stream, part, members, style) && done;
        }
    }
    if (!count) {
        done = put_explained(stream, report, members, style);
    } else if (!members) {
        rows_put_saving(stream, report, look);
    }
    return done;
}
