/* SPDX-License-Identifier: MIT */
/** What must not be lost: the workspace that lies where a new one is to be written. */
#ifndef ARMELD_MELD_EXISTING_H
#define ARMELD_MELD_EXISTING_H

#include "meld/classes.h"

/**
 * Refuse to replace a workspace that the inputs depend on: libraries that were melded before no
 * longer hold what moved, so overwriting the workspace would lose it for good. They depend on it
 * if they need a symbol that none of them defines and the workspace on disk does.
 * @path the workspace; nothing there, or something that is no archive, is fine
 */
bool existing_check(const char *path, const struct set *set, const struct classes *classes,
                    struct error *error);

#endif
