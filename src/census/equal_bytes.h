/* SPDX-License-Identifier: MIT */
/** Equal bytes: which members of a set have the same contents, byte for byte. */
#ifndef ARMELD_CENSUS_EQUAL_BYTES_H
#define ARMELD_CENSUS_EQUAL_BYTES_H

#include "census/census.h"

/**
 * Find the leader of each member: the first member with the same contents.
 *
 * Members with the same label and size are compared with the first of them. In real sets nearly
 * all copies are found here, and each input byte is read from memory once: the first copy stays in
 * the cache while the others stream past. Only when that fails are contents hashed, so that
 * hostile sets cannot make the comparison quadratic.
 *
 * @jobs          number of threads
 * @progress      may be NULL
 * @leader_of[out] by member, allocated by the caller
 * Returns false, with an error, only when memory is short.
 */
bool equal_bytes_find(const struct set *set, unsigned jobs, const struct census_progress *progress,
                      uint32_t *leader_of, struct error *error);

#endif
