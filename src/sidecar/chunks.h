/* SPDX-License-Identifier: MIT */
/**
 * Chunks: stretches that the literals of several originals share are kept once.
 *
 * Libraries that share members also share long stretches of their indexes and name tables. Literals
 * are cut into chunks at places that their own bytes determine, so equal stretches are cut alike
 * wherever they begin. A chunk that occurs again becomes a content, which the recipes name.
 */
#ifndef ARMELD_SIDECAR_CHUNKS_H
#define ARMELD_SIDECAR_CHUNKS_H

#include "sidecar/manifest.h"

/**
 * The first chunk of @text; a short text is one chunk.
 * Depends only on the bytes from the beginning of @text.
 */
struct span chunk_first(struct span text);

/**
 * Replace chunks that occur more than once in the literals of a manifest's recipes by contents.
 * @manifest its recipes and contents are replaced by ones in @arena; contents keep their numbers,
 *           and where .contents is NULL, those that .content_count tells are to be filled in later
 * Returns false only when memory is short.
 */
bool chunks_share(struct manifest *manifest, unsigned jobs, struct arena *arena);

#endif
