/* SPDX-License-Identifier: MIT */
/** Roots: the symbols of a library that its users call. */
#ifndef ARMELD_PROOF_ROOTS_H
#define ARMELD_PROOF_ROOTS_H

#include "proof/places.h"

/** Whether a name matches one of some globs or, without globs, is one that rustc did not make. */
bool root_matches(struct span name, const char *const *globs, size_t count);

/**
 * Find the roots among all symbols: those that match a glob, or without globs all C names, which
 * is every name that rustc did not make.
 * @is_root[out] by symbol, in @arena; false when memory is short
 */
bool roots_find(const struct census *census, const char *const *globs, size_t glob_count,
                struct arena *arena, bool **is_root);

/**
 * Append to @roots the roots that a library defines and @scope, which holds the original library
 * and no other, finds there: with @every all of them, also those of weak externals
 * that no index lists, else the first of each member, since all roots of one member load the same.
 * Returns the new count.
 */
size_t roots_of(const struct census *census, const struct search_scope *scope, const bool *is_root,
                bool every, uint32_t library, uint32_t *roots, size_t count);

#endif
