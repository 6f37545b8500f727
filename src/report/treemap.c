/* SPDX-License-Identifier: MIT */
#include "report/treemap.h"

/** How far from square the worst box of a row is, whose areas have that sum, along @side. */
static double worst_ratio(double smallest, double largest, double sum, double side)
{
    double wide = side * side * largest / (sum * sum);
    double narrow = sum * sum / (side * side * smallest);
    return wide > narrow ? wide : narrow;
}

/** How many of the areas make the best row along @side. */
static size_t row_length(const double *areas, size_t count, double side, double *sum)
{
    size_t length = 1;
    *sum = areas[0];
    while (length < count && areas[length] > 0) {
        double more = *sum + areas[length];
        if (worst_ratio(areas[length], areas[0], more, side) >
            worst_ratio(areas[length - 1], areas[0], *sum, side)) {
            break;
        }
        *sum = more;
        length++;
    }
    return length;
}

/** Lay a row along the shorter side, and leave the rest of the box. */
static struct box lay_row(struct box box, const double *areas, size_t count, double sum,
                          struct box *boxes)
{
    bool upright = box.width >= box.height;
    double side = upright ? box.height : box.width;
    double room = upright ? box.width : box.height;
    double depth = side > 0 ? sum / side : 0;
    double at = 0;
    depth = depth > room ? room : depth; /* what is left at the end is left by rounding, too */
    for (size_t i = 0; i < count; i++) {
        double length = sum > 0 ? side * areas[i] / sum : 0;
        boxes[i] = upright ? (struct box){box.x, box.y + at, depth, length}
                           : (struct box){box.x + at, box.y, length, depth};
        at += length;
    }
    if (upright) {
        box.x += depth;
        box.width -= depth;
    } else {
        box.y += depth;
        box.height -= depth;
    }
    return box;
}

void treemap_divide(struct box box, const double *sizes, size_t count, struct box *boxes)
{
    double total = 0;
    for (size_t i = 0; i < count; i++) {
        total += sizes[i];
    }
    double scale = total > 0 ? box.width * box.height / total : 0;
    for (size_t i = 0; i < count; i++) {
        boxes[i] = (struct box){box.x, box.y, 0, 0};
    }
    for (size_t at = 0; at < count && scale > 0 && sizes[at] > 0;) {
        enum { MOST = 4096 };
        double areas[MOST] = {0};
        double sum;
        size_t some = count - at < MOST ? count - at : MOST;
        for (size_t i = 0; i < some; i++) {
            areas[i] = sizes[at + i] * scale;
        }
        double side = box.width < box.height ? box.width : box.height;
        size_t length = row_length(areas, some, side > 0 ? side : 1, &sum);
        box = lay_row(box, areas, length, sum, boxes + at);
        at += length;
    }
}
