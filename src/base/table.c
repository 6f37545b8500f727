/* SPDX-License-Identifier: MIT */
#include "base/table.h"

#include <stdlib.h>

#include <xxhash.h>

enum { FIRST_CAPACITY = 64 };

bool table_equal_span(const void *context, uint32_t value, const void *key)
{
    return span_equal(((const struct span *)context)[value], *(const struct span *)key);
}

bool table_equal_text(const void *context, uint32_t value, const void *key)
{
    return span_equal(span_of(((const char *const *)context)[value]), *(const struct span *)key);
}

uint32_t table_find(const struct table *table, uint64_t hash, table_equal *equal,
                    const void *context, const void *key)
{
    if (!table->capacity) {
        return TABLE_NONE;
    }
    size_t mask = table->capacity - 1;
    for (size_t i = (size_t)hash & mask;; i = (i + 1) & mask) {
        const struct table_slot *slot = &table->slots[i];
        if (slot->value == TABLE_NONE) {
            return TABLE_NONE;
        }
        if (slot->hash == hash && equal(context, slot->value, key)) {
            return slot->value;
        }
    }
}

static void put(struct table_slot *slots, size_t capacity, struct table_slot entry)
{
    size_t mask = capacity - 1;
    size_t i = (size_t)entry.hash & mask;
    while (slots[i].value != TABLE_NONE) {
        i = (i + 1) & mask;
    }
    slots[i] = entry;
}

static void clear_slots(struct table_slot *slots, size_t capacity)
{
    for (size_t i = 0; i < capacity; i++) {
        slots[i] = (struct table_slot){.value = TABLE_NONE};
    }
}

static bool grow(struct table *table)
{
    size_t capacity = table->capacity ? table->capacity * 2 : FIRST_CAPACITY;
    if (capacity > SIZE_MAX / sizeof *table->slots) {
        return false;
    }
    struct table_slot *slots = malloc(capacity * sizeof *slots);
    if (!slots) {
        return false;
    }
    clear_slots(slots, capacity);
    for (size_t i = 0; i < table->capacity; i++) {
        if (table->slots[i].value != TABLE_NONE) {
            put(slots, capacity, table->slots[i]);
        }
    }
    free(table->slots);
    table->slots = slots;
    table->capacity = capacity;
    return true;
}

bool table_add(struct table *table, uint64_t hash, uint32_t value)
{
    /* at most half full, so that probing stays short and always ends */
    if (table->count >= table->capacity / 2 && !grow(table)) {
        return false;
    }
    put(table->slots, table->capacity, (struct table_slot){hash, value});
    table->count++;
    return true;
}

void table_clear(struct table *table)
{
    clear_slots(table->slots, table->capacity);
    table->count = 0;
}

void table_free(struct table *table)
{
    free(table->slots);
    *table = (struct table){0};
}

uint64_t table_hash(struct span bytes, uint64_t seed)
{
    static const char here;
    /* where the program lies is another place in each run: who makes a file cannot know it */
    return XXH3_64bits_withSeed(bytes.data, bytes.size, seed ^ (uint64_t)(uintptr_t)&here);
}
