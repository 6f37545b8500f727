/* SPDX-License-Identifier: MIT */
/**
 * Numbers as bytes: LEB128, seven bits a byte, the lowest first, the top bit set in all but the
 * last [DWARF 5, 7.6]. Small numbers take one byte, which is what compresses best.
 */
#ifndef ARMELD_SIDECAR_NUMBERS_H
#define ARMELD_SIDECAR_NUMBERS_H

#include "base/span.h"

/** Bytes that grow. Start with {0}; numbers_free() releases them. */
struct numbers {
    uint8_t *bytes;
    size_t size;
    size_t capacity;
    bool failed; /**< memory was short: what was put since then is lost */
};

void numbers_put(struct numbers *to, uint64_t number);
void numbers_put_bytes(struct numbers *to, struct span bytes);
void numbers_free(struct numbers *numbers);

/** What was put. */
static inline struct span numbers_span(const struct numbers *numbers)
{
    return span_make(numbers->bytes, numbers->size);
}

/** Take a number off @from; false where none of at most 64 bits begins. */
bool numbers_take(struct span *from, uint64_t *number);

/** Small numbers for numbers near zero of either sign: 0, -1, 1, -2, ... */
static inline uint64_t zigzag(uint64_t difference)
{
    return difference << 1 ^ (0 - (difference >> 63));
}

static inline uint64_t unzigzag(uint64_t number)
{
    return number >> 1 ^ (0 - (number & 1));
}

#endif
