/* SPDX-License-Identifier: MIT */
/** Making string tables: a name that is the end of another name shares its bytes. */
#include "obj/writer.h"

#include <stdlib.h>

struct ending {
    struct span name;
    size_t number;
};

/** Order by bytes from the last to the first; a longer name comes before its endings. */
static int by_ending(const void *left, const void *right)
{
    const struct ending *a = left, *b = right;
    size_t common = a->name.size < b->name.size ? a->name.size : b->name.size;
    for (size_t i = 1; i <= common; i++) {
        uint8_t x = a->name.data[a->name.size - i];
        uint8_t y = b->name.data[b->name.size - i];
        if (x != y) {
            return x < y ? 1 : -1;
        }
    }
    if (a->name.size != b->name.size) {
        return a->name.size < b->name.size ? 1 : -1;
    }
    return a->number < b->number ? -1 : a->number > b->number;
}

bool strings_begin(struct strings *strings, size_t capacity, struct arena *arena)
{
    *strings = (struct strings){.names = ARENA_ARRAY(arena, struct span, capacity),
                                .offsets = ARENA_ARRAY(arena, uint32_t, capacity)};
    return strings->names && strings->offsets;
}

static bool ends_with(struct span longer, struct span name)
{
    return longer.size >= name.size &&
           memcmp(longer.data + (longer.size - name.size), name.data, name.size) == 0;
}

bool strings_lay_out(struct strings *strings, uint32_t head, struct arena *arena)
{
    struct ending *sorted = ARENA_ARRAY(arena, struct ending, strings->count);
    size_t count = 0;
    uint64_t size = head;
    for (size_t i = 0; sorted && i < strings->count; i++) {
        if (strings->names[i].size) {
            sorted[count++] = (struct ending){strings->names[i], i};
        }
    }
    if (!sorted) {
        return false;
    }
    qsort(sorted, count, sizeof *sorted, by_ending);
    const struct ending *last = NULL;
    for (size_t i = 0; i < count; i++) {
        if (last && ends_with(last->name, sorted[i].name)) {
            strings->offsets[sorted[i].number] = (uint32_t)(size - 1 - sorted[i].name.size);
        } else {
            strings->offsets[sorted[i].number] = (uint32_t)size;
            size += sorted[i].name.size + 1;
            last = &sorted[i];
        }
        if (size > UINT32_MAX) {
            return false;
        }
    }
    uint8_t *bytes = arena_alloc(arena, (size_t)size + 1);
    if (!bytes) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        memcpy(bytes + strings->offsets[sorted[i].number], sorted[i].name.data,
               sorted[i].name.size);
    }
    strings->size = size;
    strings->bytes = span_make(bytes, (size_t)size);
    return true;
}
