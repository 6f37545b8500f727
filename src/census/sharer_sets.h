/* SPDX-License-Identifier: MIT */
/** Sharer sets: classes that exactly the same libraries hold have the same sharer set. */
#ifndef ARMELD_CENSUS_SHARER_SETS_H
#define ARMELD_CENSUS_SHARER_SETS_H

#include "census/census.h"

/**
 * Number the sharer sets from 1 on. Returns, by class, the number of its sharer set: two classes
 * have the same number if the same libraries hold them. In @arena; NULL when memory is short.
 */
uint32_t *sharer_sets_find(const struct census *census, struct arena *arena);

#endif
