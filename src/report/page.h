/* SPDX-License-Identifier: MIT */
/** A page of HTML being written: text that grows. Only for html*.c. */
#ifndef ARMELD_REPORT_PAGE_H
#define ARMELD_REPORT_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "armeld.h"
#include "base/printf.h"
#include "inspect/chart_map.h"

/** Start with {0}; free(text). */
struct page {
    char *text;
    size_t size;
    size_t capacity;
    bool failed; /**< memory was short: the rest is lost */
    bool files;  /**< it is about files, of which not all are libraries */
};

/** Append @size bytes of HTML as they are. */
void page_text(struct page *page, const char *text, size_t size);

/** Append HTML by a format; at most 1,023 bytes. */
void page_put(struct page *page, const char *format, ...) PRINTF_LIKE(2, 3);

/** A name from a file, escaped as for a terminal, then for HTML, also in an attribute. */
void page_name(struct page *page, const char *name);

/** "12.3 MB" */
void page_bytes(struct page *page, uint64_t bytes);

/** How much less @after is, in percent. */
double page_saved(uint64_t before, uint64_t after);

/** The colour of a kind of bytes, on light and dark ground. */
const char *page_color(enum armeld_bytes kind);

/** The map of all bytes by crate and kind; @after: melded, drawn to the scale of before. */
bool page_map(struct page *page, const struct armeld_report *report, bool after);

/** How the two sides of a map are called. */
struct page_sides {
    const char *before, *after; /**< after: NULL: there is one side only */
    bool compares; /**< two sets, not one before and after */
};

/** What page_map.js draws. @skip bytes of libraries' paths are not shown. */
void page_data(struct page *page, const struct armeld_report *report, const struct chart_map *map,
               const struct page_sides *sides, size_t skip);

/* ---- parts of the page ------------------------------------------------------------------- */

/** Begin a section with a table that can be sorted; its column of names is called @name. */
void page_begin_table(struct page *page, const char *id, const char *title, const char *name);
void page_end_table(struct page *page);

/** A row that is found by its whole name, of which the first @skip bytes are not shown. */
void page_begin_row(struct page *page, const char *name, size_t skip);

/** How much of their paths all libraries have in common: directories only. */
size_t page_common_path(const struct armeld_report *report);

/** Tables. @known: it is known what melding does. */
void page_libraries(struct page *page, const struct armeld_report *report, bool known);
void page_crates(struct page *page, const struct armeld_report *report, bool known);
void page_matrix(struct page *page, const struct armeld_report *report, bool known);
void page_kept(struct page *page, const struct armeld_report *report);

/**
 * What shrinking the melded set would still save.
 * @images what is not melded, and not counted
 * @after  how a command goes on behind the options
 */
void page_savings(struct page *page, const struct armeld_report *report,
                  const struct chart_kinds *images, const char *after);

/** What stripping shared objects and programs would save, and the commands, or NULL. */
void page_images(struct page *page, const struct armeld_report *report, const char *named,
                 const char *packed);

/** A table's cell with bytes, a heading. */
void page_size(struct page *page, uint64_t bytes);
void page_heading(struct page *page, const char *text);

/** Of two sets: their bytes, and the changes by rows of one sort, such as "crate". */
void page_compared(struct page *page, const struct armeld_report *report);
void page_changes(struct page *page, const struct armeld_report *report, const char *row);

#endif
