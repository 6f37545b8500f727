/* SPDX-License-Identifier: MIT */
/** Libraries that are not whole (whole.h): refused, naming the workspace that has what they lack.
 */
#ifndef ARMELD_WRITE_INCOMPLETE_H
#define ARMELD_WRITE_INCOMPLETE_H

#include "armeld.h"
#include "census/whole.h"

/**
 * Tell of each library of @count from number @first on that is not whole: a symbol that it lacks,
 * how many there are, and which archive near it defines that one: @workspace (NULL: none is
 * named), or another in the folder of the library or of the workspace. Nothing is changed.
 * @findings[out] as many as are found, in @arena; paths as they were given
 * False, with @error set, when memory is short or a folder cannot be read.
 */
bool incomplete_find(const struct census *census, uint32_t first, uint32_t count,
                     const char *workspace, struct arena *arena, struct armeld_finding **findings,
                     size_t *found, struct error *error);

/** Refuse, as an error of kind ERROR_INPUT, a set with a library that is not whole. */
bool incomplete_check(const struct census *census, const char *workspace, struct error *error);

/**
 * Whether the library that was looked at last (whole_look()) gets what it lacks from @workspace,
 * rather than from another archive near it whose sidecar knows the library, or that defines more.
 */
bool incomplete_needs(const struct whole *whole, uint32_t library, const char *workspace,
                      bool *needs, struct error *error);

#endif
