/* SPDX-License-Identifier: MIT */
/** Which libraries have a class: classes that the same libraries have are of one circle. */
#ifndef ARMELD_CENSUS_SHARER_SETS_H
#define ARMELD_CENSUS_SHARER_SETS_H

#include "census/census.h"

/**
 * The number of each class's circle, from 1 on, by class: two have the same number if they are in
 * the same libraries. In @arena; NULL when memory is short.
 */
uint32_t *sharer_sets_find(const struct census *census, struct arena *arena);

#endif
