/* SPDX-License-Identifier: MIT */
/** Rows of bytes, as inspect and explain print them. */
#ifndef ARMELD_REPORT_ROWS_H
#define ARMELD_REPORT_ROWS_H

#include "report/report.h"
#include "report/grid.h"

/** Bytes and their share, of what needs no titles. */
extern const struct grid_column rows_shares[2];

/** 100 for all; 0 of nothing. */
double rows_percent(uint64_t part, uint64_t all);

/** A size as a cell; nothing for 0. */
void rows_add_bytes(struct grid *grid, uint64_t bytes);

/** How small the libraries become if they are melded. */
void rows_put_saving(FILE *stream, const struct armeld_report *report, const struct look *look);

/** Shared objects and programs, and what stripping them would save. (images.c) */
bool rows_put_images(FILE *stream, const struct armeld_report *report,
                     const struct rows_style *style);

#endif
