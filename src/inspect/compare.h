/* SPDX-License-Identifier: MIT */
/** Comparing two inspected sets, row by row, and as one chart. */
#ifndef ARMELD_INSPECT_COMPARE_H
#define ARMELD_INSPECT_COMPARE_H

#include "armeld.h"
#include "base/arena.h"
#include "census/set.h"
#include "inspect/chart_map.h"

/**
 * What a library is called that is compared: its file's name, whatever folder or package it is in;
 * in an xcframework, "a.xcframework/ios-arm64/liba.a". In @arena; NULL when memory is short.
 */
const char *compare_name(const struct library *library, struct arena *arena);

/** An inspected set. */
struct compare_set {
    const struct armeld_report *report;
    const struct set *set; /**< its libraries; NULL: rows are no libraries */
};

/**
 * Match the rows of two inspected sets by name, and add the changes to @report, that of @after.
 * Libraries match by compare_name(); those of one name count together. All that is added lives in
 * @arena. False when memory is short.
 */
bool compare_rows(const struct compare_set *before, const struct compare_set *after,
                  struct arena *arena, struct armeld_report *report);

/** The chart of a set: crates of the report, and the map. */
struct compare_side {
    struct armeld_report report;
    struct chart_map map;
    const struct set *set; /**< whose libraries are the first archives of the map */
};

/**
 * Join the charts of two sets, made without plans: in the report, crates have the bytes of the one
 * set before and those of the other after; so have the archives of the map, by
 * compare_name(). The report has the changes by crate, too. All of it lives in @arena, but names of
 * members, which are those of @before and @after. False when memory is short.
 */
bool compare_charts(const struct compare_side *before, const struct compare_side *after,
                    struct arena *arena, struct compare_side *joined);

#endif
