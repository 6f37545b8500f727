/* SPDX-License-Identifier: MIT */
/**
 * Renaming: what a library defines and nobody calls from outside gets a name of its own, in all
 * members alike, so that two libraries that hold the same crates can meet in one program. COFF,
 * which has no visibility, needs this; the others may want it.
 */
#include "shrink/shrink.h"

/** COFF: the pointer through which a symbol is imported bears its name. */
static const char IMPORT_PREFIX[] = "__imp_";

/** Whether a name is to get the suffix. */
static bool renames(const struct object *object, struct span name,
                    const struct shrink_rules *rules)
{
    if (rules->is_renamed(rules->context, name)) {
        return true;
    }
    return object->format == OBJ_COFF && span_starts(name, IMPORT_PREFIX) &&
           rules->is_renamed(rules->context, span_from(name, strlen(IMPORT_PREFIX)));
}

enum obj_result rename_image(struct image *image, const struct shrink_rules *rules,
                             struct arena *arena, bool *changed)
{
    struct object *object = &image->object;
    for (size_t i = 0; i < object->symbol_count; i++) {
        struct obj_symbol *symbol = &object->symbols[i];
        if (symbol->binding == BINDING_LOCAL || symbol->label ||
            !renames(object, symbol->name, rules)) {
            continue;
        }
        char *name = arena_printf(arena, "%.*s%s", (int)symbol->name.size,
                                  (const char *)symbol->name.data, rules->rename);
        if (!name) {
            return OBJ_NO_MEMORY;
        }
        symbol->name = span_of(name);
        *changed = true;
    }
    return OBJ_READ;
}
