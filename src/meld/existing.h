/* SPDX-License-Identifier: MIT */
/** What must not be lost: the workspace that lies where a new one is to be written. */
#ifndef ARMELD_MELD_EXISTING_H
#define ARMELD_MELD_EXISTING_H

#include "meld/plan.h"

/**
 * Refuse to replace a workspace that the inputs depend on: libraries that were melded before no
 * longer hold what moved, so overwriting it would lose that for good. A library depends on it if
 * it needs a symbol that it does not define itself, that the workspace on disk defines, and that
 * the new workspace would not define.
 * @path the workspace; nothing there, or something that is no archive, is fine
 * @name how messages call it
 */
bool existing_check(const char *path, const char *name, const struct set *set,
                    const struct classes *classes, const struct plan *plan, struct error *error);

#endif
