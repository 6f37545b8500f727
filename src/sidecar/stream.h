/* SPDX-License-Identifier: MIT */
/** One stream of a packed sidecar: a frame of zstd, in front of it the size of what is in it. */
#ifndef ARMELD_SIDECAR_STREAM_H
#define ARMELD_SIDECAR_STREAM_H

#include "sidecar/numbers.h"
#include "sidecar/pack.h"

/**
 * Pack the pieces of stream @stream, in their order; unpack them again and compare.
 * @to[out] stays empty if there are none; the caller frees it
 */
bool stream_pack(const struct pack_piece *pieces, size_t count, enum pack_stream stream,
                 struct numbers *to, struct error *error);

/**
 * Fill in the pieces of stream @stream, all of them and nothing more.
 * @budget the most memory to take meanwhile
 */
bool stream_unpack(struct span packed, struct pack_piece *pieces, size_t count,
                   enum pack_stream stream, uint64_t budget, struct error *error);

#endif
