/* SPDX-License-Identifier: MIT */
/** Files beside a set that need the workspace that is about to be replaced. */
#ifndef ARMELD_WRITE_NEIGHBOURS_H
#define ARMELD_WRITE_NEIGHBOURS_H

#include "sidecar/record.h"
#include "write/outputs.h"

/**
 * Refuse to replace a workspace by one, or by none, that lacks symbols which a library on the disk
 * still needs and this run does not write. A Rust library needs what it lacks (census/whole.h) and
 * gets from no other workspace. If the old workspace has no Rust symbols, a library needs what it
 * lacks if it was melded into that: the record knows its path or its bytes, or there is no record,
 * and the old workspace is marked (archive_is_marked()); so does an input that the record does not
 * know. Libraries are looked for in the folders of the workspace and of the inputs, in xcframeworks
 * beside theirs, and where the record says; only if a symbol goes. Nothing is changed.
 */
bool guard_neighbours(const struct census *census, const struct record *record,
                      const struct outputs *outputs, struct error *error);

/**
 * The same before the workspaces of @record are removed and its libraries are originals again: tell
 * of a library that lies beside it or them and is none of them.
 * @needs[out] its path, or NULL; @why[out] what it needs and what to do; in @arena
 * False, with @error set, only when memory is short; what cannot be read needs nothing.
 */
bool guard_removal(const struct record *record, struct arena *arena, const char **needs,
                   const char **why, struct error *error);

#endif
