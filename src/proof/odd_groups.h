/* SPDX-License-Identifier: MIT */
/** The groups of libraries that agree on what they share. Only for odd*.c. */
#ifndef ARMELD_PROOF_ODD_GROUPS_H
#define ARMELD_PROOF_ODD_GROUPS_H

#include "proof/odd.h"

enum { MOST_GROUPS = 16 };

/**
 * Sort the libraries into groups: fills in .group_of, .group_count and .symbol. What no group takes
 * any more is in the last one.
 * @return false only when memory is short
 */
bool odd_groups(const struct census *census, struct odd *odd, struct arena *arena);

/** Whether any library is of no group. */
bool odd_has_groupless(const struct odd *odd, size_t libraries);

#endif
