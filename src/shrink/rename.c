/* SPDX-License-Identifier: MIT */
/**
 * Renaming: symbols that users of a library do not call get a suffix, the same one in all members.
 * Two libraries that hold the same crates can then be linked into one program. COFF needs
 * renaming, since it has no visibility.
 */
#include "shrink/shrink.h"

/** COFF: code that imports NAME from a DLL refers to the pointer __imp_NAME. */
static const char IMPORT_PREFIX[] = "__imp_";

/** Whether a name gets the suffix; __imp_NAME gets it if NAME does. */
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
 * Rename the COMDAT sections whose names end with the name of their symbol. GNU ld identifies a
 * COMDAT by the name of its section: it would take two sections of one name for duplicates and
 * discard one, although their symbols have different names now. False when memory is short.
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
