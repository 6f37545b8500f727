/* SPDX-License-Identifier: MIT */
/** Where two objects first differ to a linker. */
#ifndef ARMELD_INSPECT_DIFFERENCE_H
#define ARMELD_INSPECT_DIFFERENCE_H

#include "base/arena.h"
#include "base/span.h"

/**
 * Say in words where the second object first differs from the first one: header, section,
 * relocation or symbol, with offsets. Only the canonical form counts
 * (census/canonical.h); members that are no objects, or do not parse, are compared byte by byte.
 * In @arena; NULL when memory is short. Names in the text are as they are in the files.
 */
const char *first_difference(struct span first, struct span second, struct arena *arena);

#endif
