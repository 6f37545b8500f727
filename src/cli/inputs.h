/* SPDX-License-Identifier: MIT */
/** The paths that a verb is given, as inputs of a handle. */
#ifndef ARMELD_CLI_INPUTS_H
#define ARMELD_CLI_INPUTS_H

#include "armeld.h"

/**
 * Make a handle and add all paths to it. Returns the status of the first call that failed; what
 * went wrong is in the handle, but that memory was short is said at once.
 * @armeld[out] to be freed in any case
 */
int inputs_open(const struct armeld_options *options, const char *const *paths, size_t count,
                struct armeld **armeld);

#endif
