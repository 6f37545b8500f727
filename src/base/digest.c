/* SPDX-License-Identifier: MIT */
#include "base/digest.h"

#include <stdio.h>

#define XXH_STATIC_LINKING_ONLY /* for a state on the stack */
#include <xxhash.h>

struct digest digest_of(struct span bytes)
{
    XXH128_hash_t hash = XXH3_128bits(bytes.data, bytes.size);
    return (struct digest){hash.low64, hash.high64};
}

struct digest digest_of_pieces(const struct span *pieces, size_t count)
{
    XXH3_state_t state;
    XXH3_INITSTATE(&state);
    XXH3_128bits_reset(&state);
    for (size_t i = 0; i < count; i++) {
        XXH3_128bits_update(&state, pieces[i].data, pieces[i].size);
    }
    XXH128_hash_t hash = XXH3_128bits_digest(&state);
    return (struct digest){hash.low64, hash.high64};
}

struct digest digest_join(struct digest first, struct digest second, uint64_t size)
{
    uint64_t numbers[] = {first.low, first.high, second.low, second.high, size};
    uint8_t bytes[sizeof numbers];
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        put_le64(bytes + 8 * i, numbers[i]); /* the same on every machine */
    }
    return digest_of(span_make(bytes, sizeof bytes));
}

void digest_text(struct digest digest, char text[DIGEST_TEXT])
{
    snprintf(text, DIGEST_TEXT, "%016llx%016llx", (unsigned long long)digest.high,
             (unsigned long long)digest.low);
}

static bool parse_half(const char *text, uint64_t *half)
{
    *half = 0;
    for (int i = 0; i < 16; i++) {
        char c = text[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            return false;
        }
        *half = *half << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return true;
}

bool digest_parse(const char *text, struct digest *digest)
{
    return strlen(text) == DIGEST_TEXT - 1 && parse_half(text, &digest->high) &&
           parse_half(text + 16, &digest->low);
}
