/* SPDX-License-Identifier: MIT */
/**
 * The sidecar, WORKSPACE.armeld: a tar compressed with zstd. Its entries, in this order:
 *   manifest.json  the set: paths, sizes and digests of the files, before and after
 *   contents       all contents of members, by number
 *   recipe/N       how library N is put together
 *   literal/N      the bytes of it that are no content
 *   content/N      content N, if the workspace does not have it: a variant of a member that was
 *                  shared by canonical identity
 *   file/N         what companion N (companion.h) was before
 */
#ifndef ARMELD_SIDECAR_SIDECAR_H
#define ARMELD_SIDECAR_SIDECAR_H

#include "sidecar/manifest.h"

/**
 * The sidecar's bytes, in @arena. The same manifest gives the same bytes. They are read again and
 * compared: they may be all that is left of an original.
 */
bool sidecar_write(const struct manifest *manifest, struct arena *arena, struct span *bytes,
                   struct error *error);

/**
 * Read a sidecar's bytes. Everything is checked: sizes, digests of what it stores, that each
 * recipe adds up to its original. Lives in @arena.
 */
bool sidecar_read(struct span bytes, struct arena *arena, struct manifest *manifest,
                  struct error *error);

#endif
