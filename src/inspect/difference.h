/* SPDX-License-Identifier: MIT */
/** Where two objects first differ in a linker's eyes. */
#ifndef ARMELD_INSPECT_DIFFERENCE_H
#define ARMELD_INSPECT_DIFFERENCE_H

#include "base/arena.h"
#include "base/span.h"

/**
 * Say in words where the second object first differs from the first one: header, section,
 * relocation or symbol, with offsets. What no linker looks at does not count (meld/canonical.h);
 * what is no object, or does not parse, is compared byte by byte.
 * In @arena; NULL when memory is short. Names in the text are as they are in the files.
 */
const char *first_difference(struct span first, struct span second, struct arena *arena);

#endif
