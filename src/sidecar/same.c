/* SPDX-License-Identifier: MIT */
/**
 * Places are chosen by the bytes at them, so equal runs have equal places wherever they begin.
 */
#include "sidecar/same.h"

#include <stdlib.h>

enum {
    WINDOW = 32,    /* bytes that are compared at a place */
    ONE_IN = 8,     /* places are chosen */
    SHORTEST = 48,  /* bytes of a run: to name a shorter one costs as much as it saves */
};

static uint64_t hash_at(const uint8_t *at)
{
    uint64_t hash = 0;
    for (unsigned i = 0; i < WINDOW; i += 8) {
        hash = (hash ^ get_le64(at + i)) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 29;
    }
    return hash;
}

static bool is_place(uint64_t hash)
{
    return hash % ONE_IN == 0;
}

static uint32_t *slot_of(const struct same *same, uint64_t hash)
{
    return &same->places[hash * 0xff51afd7ed558ccdu >> (64 - same->bits)];
}

bool same_index(struct same *same, struct span base)
{
    if (base.size < SHORTEST || base.size > SAME_MOST) {
        return true;
    }
    same->base = base;
    same->bits = 10;
    while (same->bits < 28 && (size_t)1 << same->bits < 2 * (base.size / ONE_IN)) {
        same->bits++;
    }
    same->places = calloc((size_t)1 << same->bits, sizeof *same->places);
    for (size_t i = 0; same->places && i + WINDOW <= base.size; i++) {
        uint64_t hash = hash_at(base.data + i);
        uint32_t *slot = is_place(hash) ? slot_of(same, hash) : NULL;
        if (slot && !*slot) {
            *slot = (uint32_t)i + 1;
        }
    }
    return same->places != NULL;
}

void same_free(struct same *same)
{
    free(same->places);
    *same = (struct same){0};
}

/** Make a run of a place as long as it can be, back to @from. */
static struct same_run extend(const struct same *same, struct span bytes, size_t from, size_t at,
                              size_t offset)
{
    struct same_run run = {at, offset, 0};
    while (run.at + run.size < bytes.size && run.offset + run.size < same->base.size &&
           bytes.data[run.at + run.size] == same->base.data[run.offset + run.size]) {
        run.size++;
    }
    while (run.at > from && run.offset > 0 &&
           bytes.data[run.at - 1] == same->base.data[run.offset - 1]) {
        run.at--;
        run.offset--;
        run.size++;
    }
    return run;
}

bool same_find(const struct same *same, struct span bytes, size_t from, struct same_run *run)
{
    if (!same->places) {
        return false;
    }
    for (size_t i = from; i < bytes.size && WINDOW <= bytes.size - i; i++) {
        uint64_t hash = hash_at(bytes.data + i);
        uint32_t place = is_place(hash) ? *slot_of(same, hash) : 0;
        if (place) {
            *run = extend(same, bytes, from, i, place - 1);
            if (run->size >= SHORTEST) {
                return true;
            }
        }
    }
    return false;
}
