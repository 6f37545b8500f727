/* SPDX-License-Identifier: MIT */
#include "ar/name_table.h"

#include "base/table.h"

enum { SHORT_NAME = 16 }; /* "name/" must fit the field of 16 bytes */

static bool same_name(const void *context, uint32_t item, const void *key)
{
    const struct ar_item *items = context;
    return span_equal(items[item].name, *(const struct span *)key);
}

/** Whether a header cannot hold the name: "#1" with its slash would announce an inline name. */
static bool goes_to_table(struct span name)
{
    return name.size == 0 || name.size >= SHORT_NAME || memchr(name.data, '/', name.size) ||
           span_is(name, "#1");
}

bool name_is_possible(struct span name)
{
    bool wide;
    return name.size == 0 || (!memchr(name.data, 0, name.size) &&
                              !memchr(name.data, '\n', name.size) &&
                              !ar_is_darwin_index(name, &wide));
}

/** Bytes that end a name in the table. */
static size_t ending_size(enum ar_flavour flavour)
{
    return flavour == AR_COFF ? 1 : 2;
}

/**
 * Give each long name its place in the table.
 * @fresh[out] the items whose names are new in the table, in order
 * @size[out]  of the table, without padding
 */
static bool place_names(enum ar_flavour flavour, const struct ar_item *items, size_t count,
                        uint64_t *offsets, uint32_t *fresh, size_t *fresh_count, uint64_t *size)
{
    struct table seen = {0};
    bool done = true;
    *size = *fresh_count = 0;
    for (size_t i = 0; done && i < count; i++) {
        struct span name = items[i].name;
        offsets[i] = NAME_IN_HEADER;
        if (flavour == AR_DARWIN || !goes_to_table(name)) {
            continue;
        }
        uint64_t hash = table_hash(name, 0);
        uint32_t first = table_find(&seen, hash, same_name, items, &name);
        if (first != TABLE_NONE) {
            offsets[i] = offsets[first];
            continue;
        }
        offsets[i] = *size;
        *size += name.size + ending_size(flavour);
        fresh[(*fresh_count)++] = (uint32_t)i;
        done = table_add(&seen, hash, (uint32_t)i);
    }
    table_free(&seen);
    return done;
}

bool name_table_make(enum ar_flavour flavour, const struct ar_item *items, size_t count,
                     struct arena *arena, struct name_table *table)
{
    size_t ending = ending_size(flavour);
    uint64_t size;
    size_t fresh_count;
    uint32_t *fresh = ARENA_ARRAY(arena, uint32_t, count);
    table->offsets = ARENA_ARRAY(arena, uint64_t, count);
    if (!fresh || !table->offsets ||
        !place_names(flavour, items, count, table->offsets, fresh, &fresh_count, &size)) {
        return false;
    }
    uint8_t *at = arena_alloc(arena, (size_t)round_up(size, 2));
    if (!at) {
        return false;
    }
    table->bytes = span_make(at, (size_t)round_up(size, 2));
    for (size_t i = 0; i < fresh_count; i++) {
        struct span name = items[fresh[i]].name;
        memcpy(at, name.size ? (const void *)name.data : "", name.size);
        memcpy(at + name.size, ending == 1 ? "\0" : "/\n", ending);
        at += name.size + ending;
    }
    if (size & 1) {
        *at = '\n';
    }
    return true;
}
