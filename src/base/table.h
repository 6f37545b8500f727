/* SPDX-License-Identifier: MIT */
/**
 * A hash table that maps keys to numbers: open addressing, no deletion.
 *
 * The table stores a 64-bit hash and a value for each entry. The caller keeps the keys and
 * compares them in @equal. Hostile keys cannot make it slow as long as the hash is table_hash().
 */
#ifndef ARMELD_BASE_TABLE_H
#define ARMELD_BASE_TABLE_H

#include "base/span.h"

#define TABLE_NONE UINT32_MAX

struct table_slot {
    uint64_t hash;
    uint32_t value; /**< TABLE_NONE: the slot is free */
};

/** Start with {0}; free with table_free(). */
struct table {
    struct table_slot *slots;
    size_t capacity; /**< a power of two, or 0 */
    size_t count;
};

/** Whether the entry with @value has the key @key. */
typedef bool table_equal(const void *context, uint32_t value, const void *key);

/**
 * For keys that are spans, which @key leads to; values are indices into the list @context of spans,
 * or of strings.
 */
bool table_equal_span(const void *context, uint32_t value, const void *key);
bool table_equal_text(const void *context, uint32_t value, const void *key);

/** The value stored for @key, or TABLE_NONE. */
uint32_t table_find(const struct table *table, uint64_t hash, table_equal *equal,
                    const void *context, const void *key);

/** Add @value under @hash; the key must not be there yet. False when memory is short. */
bool table_add(struct table *table, uint64_t hash, uint32_t value);

/** Forget all entries, but keep the slots. */
void table_clear(struct table *table);

/** Free the slots. */
void table_free(struct table *table);

/**
 * XXH3-64 of @bytes, mixed with @seed and a value that differs from run to run, so that hostile
 * names cannot be made to collide. No output may depend on the hash.
 */
uint64_t table_hash(struct span bytes, uint64_t seed);

#endif
