/* SPDX-License-Identifier: MIT */
/** The matrix of the HTML report: which library holds which crate. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/page.h"

enum { MOST_COLUMNS = 40 };

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

/** @known: it is known what moves */
static void put_cell(struct page *page, const struct armeld_report *report,
                     const struct armeld_cell *cell, bool known)
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
    if (!known) {
        page_put(page, "<td class=\"has\" style=\"--s:%.2f\" title=\"%s\">&#9679;</td>",
                 share > 1.5 ? 1 : share / 1.5, text_bytes(cell->bytes, bytes));
        return;
    }
    page_put(page, "<td class=\"has\" style=\"--s:%.2f\" title=\"%s, of which %s move\">%s</td>",
             share > 1.5 ? 1 : share / 1.5, text_bytes(cell->bytes, bytes),
             text_bytes(cell->moved, moved),
             cell->moved == 0             ? "&#9675;"
             : cell->moved == cell->bytes ? "&#9679;"
                                          : "&#9680;");
}

static void put_matrix_rows(struct page *page, const struct armeld_report *report, size_t columns,
                            const size_t *column_of, bool known)
{
    const struct armeld_cell *row[MOST_COLUMNS];
    size_t skip = page_common_path(report);
    const struct armeld_cell *cell = report->cells; /* they are by library */
    const struct armeld_cell *end = cell + report->cell_count;
    for (size_t i = 0; i < report->library_count; i++) {
        memset(row, 0, sizeof row);
        for (; cell < end && cell->library == i; cell++) {
            if (column_of[cell->crate]) {
                row[column_of[cell->crate] - 1] = cell;
            }
        }
        page_begin_row(page, report->libraries[i].path, skip);
        for (size_t j = 0; j < columns; j++) {
            put_cell(page, report, row[j], known);
        }
        page_put(page, "</tr>\n");
    }
}

void page_matrix(struct page *page, const struct armeld_report *report, bool known)
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
                       "%sThe darker, the more bytes for this crate. The %zu largest crates "
                       "that several %s hold.</p>\n<div class=\"scroll\" tabindex=\"0\" "
                       "role=\"group\" aria-labelledby=\"matrix\">\n<table class=\"matrix\">\n"
                       "<thead><tr><th scope=\"col\" class=\"name\">%s</th>",
                 known ? "&#9679; all of it moves to the workspace, &#9680; some of it, &#9675; it "
                         "stays. "
                       : "",
                 count, page->files ? "files" : "libraries", page->files ? "File" : "Library");
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
        put_matrix_rows(page, report, count, column_of, known);
        page_end_table(page);
    }
    free(column_of);
}
