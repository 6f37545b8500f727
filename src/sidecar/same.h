/* SPDX-License-Identifier: MIT */
/**
 * What was taken out of a set, and what the workspace has of it all the same: most sections of a
 * shrunk object are still there. Runs of bytes that occur in both need not be stored.
 */
#ifndef ARMELD_SIDECAR_SAME_H
#define ARMELD_SIDECAR_SAME_H

#include "base/span.h"

/** An index of the places in some bytes. Start with {0}. */
struct same {
    struct span base;
    uint32_t *places; /* by hash: the place plus 1, or 0 */
    unsigned bits;
};

/** A run that both have. */
struct same_run {
    size_t at;     /**< in the bytes that were looked at */
    size_t offset; /**< in the base */
    size_t size;
};

/**
 * Index @base, of which struct same keeps a span; the index is freed by same_free(). Nothing is
 * found in a base that is larger than SAME_MOST bytes. False when memory is short.
 */
bool same_index(struct same *same, struct span base);
void same_free(struct same *same);

/** Find the first run at or behind @from. False when there is none. */
bool same_find(const struct same *same, struct span bytes, size_t from, struct same_run *run);

enum { SAME_MOST = 1 << 28 };

#endif
