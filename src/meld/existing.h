/* SPDX-License-Identifier: MIT */
/** What must not be lost: the workspace that lies where a new one is to be written. */
#ifndef ARMELD_MELD_EXISTING_H
#define ARMELD_MELD_EXISTING_H

#include "meld/set.h"

/**
 * Refuse to replace a workspace that holds what none of the inputs has: libraries that were
 * melded into it may need it, and without a sidecar nobody knows. Only for sets without one.
 * @path the workspace; nothing there, or something that is no archive, is fine
 * @name how messages call it
 */
bool existing_check(const char *path, const char *name, const struct set *set,
                    struct error *error);

/**
 * Refuse to shrink a library alone that belongs to a melded set: what the set's other files need
 * of it is known to the set only. Sidecars are looked for beside the library.
 */
bool melded_check(const struct library *library, struct error *error);

#endif
