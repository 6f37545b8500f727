/* SPDX-License-Identifier: MIT */
/** Comparing two inspected sets, row by row, and as one chart. */
#ifndef ARMELD_INSPECT_COMPARE_H
#define ARMELD_INSPECT_COMPARE_H

#include "armeld.h"
#include "base/arena.h"
#include "inspect/chart_map.h"

/**
 * Match the rows of two inspected sets by name, and add the changes to the report of the set
 * @after. Libraries match by the name of their file, in any directory; files of one name count
 * together. All that is added lives in @arena. False when memory is short.
 */
bool compare_rows(const struct armeld_report *before, enum armeld_by by, struct arena *arena,
                  struct armeld_report *after);

/** The chart of a set: crates of the report, and the map. */
struct compare_side {
    struct armeld_report report;
    struct chart_map map;
};

/**
 * Join the charts of two sets, made without plans: in the report, crates have the bytes of the one
 * set before and those of the other after; so have the archives of the map, by the names of
 * their files. The report has the changes by crate, too. All of it lives in @arena, but names of
 * members, which are those of @before and @after. False when memory is short.
 */
bool compare_charts(const struct compare_side *before, const struct compare_side *after,
                    struct arena *arena, struct compare_side *joined);

#endif
