/* SPDX-License-Identifier: MIT */
/**
 * Chunks: what the literals of several originals have in common is kept once.
 *
 * Libraries that share members have long stretches of their indexes and name tables in common,
 * too. These are cut where their own bytes say so, so that equal stretches are cut alike wherever
 * they begin; a chunk that comes up again becomes a content, which the recipes name.
 */
#ifndef ARMELD_SIDECAR_CHUNKS_H
#define ARMELD_SIDECAR_CHUNKS_H

#include "sidecar/manifest.h"

/**
 * The first chunk of @text: all of it when it is short.
 * Depends on nothing but the bytes from its beginning on.
 */
struct span chunk_first(struct span text);

/**
 * Replace what occurs more than once in the literals of a manifest's recipes by contents.
 * @manifest its recipes and contents are replaced by ones in @arena; contents keep their numbers
 */
bool chunks_share(struct manifest *manifest, unsigned jobs, struct arena *arena);

#endif
