/* SPDX-License-Identifier: MIT */
/** Shared objects and programs of a set: what they are, and what stripping them would save. */
#ifndef ARMELD_INSPECT_IMAGES_H
#define ARMELD_INSPECT_IMAGES_H

#include "armeld.h"
#include "census/set.h"

/**
 * Fill in the report's images; one that cannot be read is noted in set->passed.
 * False, with an error, only when memory is short.
 */
bool images_fill(struct set *set, struct arena *arena, struct armeld_report *report,
                 struct error *error);

/** Whether a set has nothing else. */
bool images_are_all(const struct set *set);

#endif
