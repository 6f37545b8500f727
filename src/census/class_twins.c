/* SPDX-License-Identifier: MIT */
/** Mach-O: weak definitions with another global name at their address. */
#include <stdlib.h>

#include "census/census.h"

/** Where a symbol lies. */
struct spot {
    uint32_t section;
    bool weak;
    uint64_t value;
};

static int by_spot(const void *a, const void *b)
{
    const struct spot *first = a;
    const struct spot *second = b;
    if (first->section != second->section) {
        return first->section < second->section ? -1 : 1;
    }
    return (first->value > second->value) - (first->value < second->value);
}

bool class_find_twins(const struct object *object, struct class *class)
{
    if (object->format != OBJ_MACHO) {
        return true;
    }
    struct arena scratch = {0};
    struct spot *spots = ARENA_ARRAY(&scratch, struct spot, object->symbol_count);
    size_t count = 0, weak = 0;
    for (size_t i = 0; spots && i < object->symbol_count; i++) {
        const struct obj_symbol *symbol = &object->symbols[i];
        if (symbol->binding != BINDING_LOCAL && symbol->place == PLACE_SECTION) {
            bool yields = symbol->binding == BINDING_WEAK;
            spots[count++] = (struct spot){symbol->section, yields, symbol->value};
            weak += yields;
        }
    }
    if (weak) {
        qsort(spots, count, sizeof *spots, by_spot);
    }
    for (size_t i = 1; weak && i < count; i++) {
        bool same = by_spot(&spots[i - 1], &spots[i]) == 0;
        class->has_twins |= same && (spots[i - 1].weak || spots[i].weak);
    }
    arena_free(&scratch);
    return spots != NULL;
}
