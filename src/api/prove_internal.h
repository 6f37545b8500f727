/* SPDX-License-Identifier: MIT */
/** What prove.c and prove_apart.c share. */
#ifndef ARMELD_API_PROVE_INTERNAL_H
#define ARMELD_API_PROVE_INTERNAL_H

#include "api/prove.h"

/** Past so many objects, it counts how many of them stay apart for needs that nobody meets. */
enum { MANY_OBJECTS = 64 };

/**
 * Mark what must not be joined for the sake of lists.
 * @missing and of symbols that libraries need and do not define
 * @all     whoever loads the lists
 * @return false, with an error, only when memory is short
 */
bool prove_set_lists_apart(struct armeld *armeld, bool missing, bool all);

#endif
