/* SPDX-License-Identifier: MIT */
/** What must not be lost: the workspace that lies where a new one is to be written. */
#ifndef ARMELD_WRITE_GUARD_H
#define ARMELD_WRITE_GUARD_H

#include "sidecar/record.h"
#include "write/outputs.h"

/**
 * Refuse to replace a workspace that holds what none of the inputs has: libraries that were
 * melded into it may need it, and without a sidecar nobody knows. Only for sets without one.
 * @name      how messages call it
 * @workspace the new one; what lies in its place, if it is no archive or the same, is fine
 */
bool guard_workspace(const char *name, const struct output *workspace, const struct census *census,
                     struct error *error);

/**
 * Refuse to leave a melded library behind: one that is neither in the set nor at a path that will
 * be written, while the new workspace takes the place of the one that it needs.
 */
bool guard_melded(const struct record *record, const struct outputs *outputs, struct error *error);

/**
 * Refuse to shrink a library alone that belongs to a melded set: what the set's other files need
 * of it is known to the set only. Sidecars are looked for beside the library.
 */
bool guard_library(const struct library *library, struct error *error);

#endif
