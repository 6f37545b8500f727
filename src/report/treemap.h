/* SPDX-License-Identifier: MIT */
/** Treemaps: areas in proportion to sizes, as square as can be. */
#ifndef ARMELD_REPORT_TREEMAP_H
#define ARMELD_REPORT_TREEMAP_H

#include <stdbool.h>
#include <stddef.h>

struct box {
    double x, y, width, height;
};

/**
 * Divide a box among @count sizes, largest first; none of them is negative.
 * @boxes[out] one for each size
 * Source: Bruls, Huizing, van Wijk: Squarified Treemaps (2000).
 */
void treemap_divide(struct box box, const double *sizes, size_t count, struct box *boxes);

#endif
