/* SPDX-License-Identifier: MIT */
/** Guards: refuse to replace, strand or shrink a file that other files on disk still need. */
#ifndef ARMELD_WRITE_GUARD_H
#define ARMELD_WRITE_GUARD_H

#include "sidecar/record.h"
#include "write/outputs.h"

/**
 * Refuse to replace a workspace that holds a member which no input has: libraries that were melded
 * into it may need the member, and without a sidecar nobody knows. Only for sets without a sidecar.
 * @name      the workspace, for messages
 * @workspace the new workspace; a file in its place that is no archive, or equal, may be replaced
 */
bool guard_workspace(const char *name, const struct output *workspace, const struct census *census,
                     struct error *error);

/** Refuse to replace a file that is not an archive, nor empty: it was named by mistake. */
bool guard_archives(const struct outputs *outputs, struct error *error);

/**
 * Refuse to replace a file that belongs to another set, as sidecars beside the outputs tell: its
 * workspace, or a library that is as it was melded. Not for libraries that are shrunk alone.
 * @workspace of this set, resolved
 */
bool guard_other_sets(const char *workspace, const struct record *record,
                      const struct outputs *outputs, struct error *error);

/** Whether this run writes the file at @target, a path without symlinks. */
bool guard_will_be_written(const struct outputs *outputs, const char *target);

/**
 * Refuse to strand a melded library: one that needs the old workspace and is at no path that will
 * be written.
 */
bool guard_melded(const struct record *record, const struct outputs *outputs, struct error *error);

/**
 * Refuse to shrink a single library of a melded set: only the set knows which symbols its other
 * files need. Looks for sidecars beside the library.
 */
bool guard_library(const struct library *library, struct error *error);

/** Refuse a melded library named in place of its workspace; looks for sidecars beside it. */
bool guard_is_workspace(const char *path, struct error *error);

#endif
