/* SPDX-License-Identifier: MIT */
/** The numbers of workspaces of a set that has several, over meldings. */
#ifndef ARMELD_API_PART_NUMBERS_H
#define ARMELD_API_PART_NUMBERS_H

#include "api/handle.h"

/**
 * Number parts: one that has libraries of an earlier part takes the number of that, the one with
 * most of them first.
 * @count by part and earlier number: how many libraries it has of that
 * @number[out] by part
 */
void part_numbers_match(size_t count[MOST_PARTS][MOST_PARTS], uint32_t parts,
                        uint32_t number[MOST_PARTS]);

/** Give parts the numbers that they had in an earlier melding, as far as they are still there. */
void part_numbers_keep(struct armeld *armeld);

#endif
