/* SPDX-License-Identifier: MIT */
/** Comparing two inspected sets, row by row. */
#ifndef ARMELD_INSPECT_COMPARE_H
#define ARMELD_INSPECT_COMPARE_H

#include "armeld.h"
#include "base/arena.h"

/**
 * Match the rows of two inspected sets by name, and add the changes to the report of the set
 * @after. Libraries match by the name of their file, in any directory; files of one name count
 * together. All that is added lives in @arena. False when memory is short.
 */
bool compare_rows(const struct armeld_report *before, enum armeld_by by, struct arena *arena,
                  struct armeld_report *after);

#endif
