/* SPDX-License-Identifier: MIT */
/** A page of HTML being written: text that grows. Only for html*.c. */
#ifndef ARMELD_REPORT_PAGE_H
#define ARMELD_REPORT_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "armeld.h"
#include "base/printf.h"

/** Start with {0}; free(text). */
struct page {
    char *text;
    size_t size;
    size_t capacity;
    bool failed; /**< memory was short: the rest is lost */
};

/** Append @size bytes of HTML as they are. */
void page_text(struct page *page, const char *text, size_t size);

/** Append HTML by a format; at most 1,023 bytes. */
void page_put(struct page *page, const char *format, ...) PRINTF_LIKE(2, 3);

/** A name from a file, escaped as for a terminal, then for HTML, also in an attribute. */
void page_name(struct page *page, const char *name);

/** "12.3 MB" */
void page_bytes(struct page *page, uint64_t bytes);

/** The colour of a kind of bytes, on light and dark ground. */
const char *page_color(enum armeld_bytes kind);

/** The map of all bytes by crate and kind; @after: melded, drawn to the scale of before. */
bool page_map(struct page *page, const struct armeld_report *report, bool after);

#endif
