/* SPDX-License-Identifier: MIT */
#include "sidecar/numbers.h"

#include <stdlib.h>

#include "base/arena.h"

enum { LONGEST = 10 }; /* bytes of 64 bits */

/** Room for @size more bytes. */
static bool make_room(struct numbers *to, size_t size)
{
    if (size <= to->capacity - to->size) {
        return true;
    }
    size_t capacity = to->capacity ? 2 * to->capacity : 64;
    while (capacity - to->size < size) {
        capacity *= 2;
    }
    uint8_t *larger = to->failed ? NULL : realloc(to->bytes, capacity);
    to->failed |= !larger;
    if (larger) {
        to->bytes = larger;
        to->capacity = capacity;
    }
    return larger != NULL;
}

void numbers_put(struct numbers *to, uint64_t number)
{
    if (!make_room(to, LONGEST)) {
        return;
    }
    while (number > 0x7f) {
        to->bytes[to->size++] = (uint8_t)(number | 0x80);
        number >>= 7;
    }
    to->bytes[to->size++] = (uint8_t)number;
}

void numbers_put_bytes(struct numbers *to, struct span bytes)
{
    if (bytes.size && make_room(to, bytes.size)) {
        memcpy(to->bytes + to->size, bytes.data, bytes.size);
        to->size += bytes.size;
    }
}

void numbers_free(struct numbers *numbers)
{
    free(numbers->bytes);
    *numbers = (struct numbers){0};
}

bool numbers_take(struct span *from, uint64_t *number)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < LONGEST && i < from->size; i++) {
        uint8_t byte = from->data[i];
        if (i == LONGEST - 1 && byte > 1) {
            return false;
        }
        value |= (uint64_t)(byte & 0x7f) << 7 * i;
        if (byte < 0x80) {
            *number = value;
            *from = span_from(*from, i + 1);
            return true;
        }
    }
    return false;
}
