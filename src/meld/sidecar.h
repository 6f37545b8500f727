/* SPDX-License-Identifier: MIT */
/**
 * The sidecar, WORKSPACE.armeld: a tar compressed with zstd. Its first entry is manifest.json;
 * `literal/N` holds the literal bytes of library N's recipe, `content/N` what the workspace does
 * not have of content N (the variants of members that were shared by canonical identity).
 */
#ifndef ARMELD_MELD_SIDECAR_H
#define ARMELD_MELD_SIDECAR_H

#include "meld/manifest.h"

/** The path of a workspace's sidecar, in @arena. */
const char *sidecar_path(const char *workspace, struct arena *arena);

/** The sidecar's bytes. The same manifest gives the same bytes. In @arena. */
bool sidecar_write(const struct manifest *manifest, struct arena *arena, struct span *bytes,
                   struct error *error);

/**
 * Read a sidecar's bytes. Everything is checked: sizes, digests of what it stores, that each
 * recipe adds up to its original. Lives in @arena.
 */
bool sidecar_read(struct span bytes, struct arena *arena, struct manifest *manifest,
                  struct error *error);

#endif
