/* SPDX-License-Identifier: MIT */
/** XXH3-128 digests: they name contents and find candidates; they do not resist attacks. */
#ifndef ARMELD_BASE_DIGEST_H
#define ARMELD_BASE_DIGEST_H

#include "base/span.h"

struct digest {
    uint64_t low;
    uint64_t high;
};

enum { DIGEST_TEXT = 33 }; /**< 32 hex digits and a NUL */

/** The digest of some bytes. */
struct digest digest_of(struct span bytes);

/** The digest of the bytes of all pieces in a row. */
struct digest digest_of_pieces(const struct span *pieces, size_t count);

/** The digest of @first followed by @second and @size: for lists of digests. */
struct digest digest_join(struct digest first, struct digest second, uint64_t size);

static inline bool digest_equal(struct digest a, struct digest b)
{
    return a.low == b.low && a.high == b.high;
}

/** Print a digest as 32 hex digits, the high half first, like xxhsum -H2. */
void digest_text(struct digest digest, char text[DIGEST_TEXT]);

/** Parse what digest_text() prints; false if @text is not 32 hex digits. */
bool digest_parse(const char *text, struct digest *digest);

#endif
