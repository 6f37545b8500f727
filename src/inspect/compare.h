/* SPDX-License-Identifier: MIT */
/** Comparing two inspected sets, row by row. */
#ifndef ARMELD_INSPECT_COMPARE_H
#define ARMELD_INSPECT_COMPARE_H

#include "armeld.h"
#include "base/arena.h"

/** A row of either set; a set without the row has size 0. */
struct change {
    const char *name;
    uint64_t before;
    uint64_t after;
    bool was; /**< the old set has it */
    bool is;  /**< the new set has it */
};

/**
 * Match the rows of two inspected sets by name; libraries by the name of their file, wherever it
 * lies, and files of one name together. Largest changes first. @list[out] in @arena; false when
 * memory is short.
 */
bool compare_rows(const struct armeld_report *before, const struct armeld_report *after,
                  enum armeld_by by, struct arena *arena, struct change **list, size_t *count);

#endif
