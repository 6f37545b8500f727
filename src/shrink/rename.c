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
                    const struct shrink_object_rules *rules)
{
    if (rules->is_renamed(rules->context, name)) {
        return true;
    }
    return object->format == OBJ_COFF && span_starts(name, IMPORT_PREFIX) &&
           rules->is_renamed(rules->context, span_from(name, strlen(IMPORT_PREFIX)));
}

static struct span suffixed(struct span name, const struct shrink_object_rules *rules,
                            struct arena *arena)
{
    char *text = arena_printf(arena, "%.*s%s", SPAN_ARGS(name),
                              rules->rename);
    return text ? span_of(text) : span_make(NULL, 0);
}

/**
 * GNU ld tells COFF's COMDATs apart by the names of their sections, which end with the symbol's:
 * two that bear one name and define two symbols would lose one of them.
 */
static bool rename_sections(struct obj_edit *edit, const struct shrink_object_rules *rules,
                            struct arena *arena)
{
    struct object *object = &edit->object;
    bool done = true;
    for (size_t i = 0; object->format == OBJ_COFF && done && i < object->section_count; i++) {
        struct obj_section *section = &object->sections[i];
        if (section->group == OBJ_NONE) {
            continue;
        }
        struct span name = object->groups[section->group].name;
        bool ends = name.size && section->name.size > name.size &&
                    span_equal(span_from(section->name, section->name.size - name.size), name);
        if (ends && renames(object, name, rules)) {
            section->name = suffixed(section->name, rules, arena);
            done = section->name.data != NULL;
        }
    }
    return done;
}

enum obj_result rename_object(struct obj_edit *edit, const struct shrink_object_rules *rules,
                              struct arena *arena, bool *changed)
{
    struct object *object = &edit->object;
    if (!rename_sections(edit, rules, arena)) {
        return OBJ_NO_MEMORY;
    }
    for (size_t i = 0; i < object->symbol_count; i++) {
        struct obj_symbol *symbol = &object->symbols[i];
        if (symbol->binding == BINDING_LOCAL || symbol->label ||
            !renames(object, symbol->name, rules)) {
            continue;
        }
        symbol->name = suffixed(symbol->name, rules, arena);
        if (!symbol->name.data) {
            return OBJ_NO_MEMORY;
        }
        *changed = true;
    }
    return OBJ_OK;
}
