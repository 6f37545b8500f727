/* SPDX-License-Identifier: MIT */
/** Lists in an image that programs find by a section's name, such as constructors. */
#include "obj/directives.h"
#include "proof/image_internal.h"

/** COMDATs whose signatures are no global symbols, such as asan.module_ctor, by their names. */
struct signatures {
    struct span *names;
    uint32_t *classes; /* where the first one of the name is */
    size_t count, capacity, class_capacity;
    struct table table;
    struct arena arena;
};

/** The class of the first COMDAT of a name, which is @class if it is new; NO_CLASS: no memory. */
static uint32_t first_of(struct signatures *seen, struct span name, uint32_t class)
{
    uint64_t hash = table_hash(name, 0);
    uint32_t found = table_find(&seen->table, hash, table_equal_span, seen->names, &name);
    if (found != TABLE_NONE) {
        return seen->classes[found];
    }
    struct span *names = arena_grow(&seen->arena, seen->names, seen->count, &seen->capacity, 64,
                                    sizeof *names);
    seen->names = names ? names : seen->names;
    uint32_t *classes = arena_grow(&seen->arena, seen->classes, seen->count,
                                   &seen->class_capacity, 64, sizeof *classes);
    seen->classes = classes ? classes : seen->classes;
    if (!names || !classes || !table_add(&seen->table, hash, (uint32_t)seen->count)) {
        return NO_CLASS;
    }
    names[seen->count] = name;
    classes[seen->count++] = class;
    return class;
}

/** Whether the linker left the section out: it is in a COMDAT of which another one counts. */
static bool is_discarded(const struct image_object *in, const struct link *link, uint32_t class,
                         const struct obj_section *section, struct signatures *seen)
{
    if (section->group == OBJ_NONE || !in->object.groups[section->group].comdat) {
        return false;
    }
    uint32_t symbol = in->object.groups[section->group].symbol;
    uint32_t number = symbol == OBJ_NONE ? NO_CLASS : in->number_of[symbol];
    if (number == NO_CLASS && in->object.format == OBJ_ELF) {
        return first_of(seen, in->object.groups[section->group].name, class) != class;
    }
    return number != NO_CLASS && link_definer(link, number) != class;
}

/** How many symbols a COFF object makes programs export. */
static uint64_t count_exports(const struct object *object)
{
    struct obj_directive directive;
    uint64_t count = 0;
    for (struct span rest = object->directives; obj_next_directive(&rest, &directive);) {
        count += directive.kind == DIRECTIVE_EXPORT;
    }
    return count;
}

/** The name of a list, without the mark of a library that has it for itself. */
static struct span list_name(struct span name)
{
    if (name.size <= OBJ_LIST_MARK || name.data[name.size - OBJ_LIST_MARK] != '_') {
        return name;
    }
    for (size_t i = name.size - OBJ_LIST_MARK + 1; i < name.size; i++) {
        uint8_t c = name.data[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            return name;
        }
    }
    return span_make(name.data, name.size - OBJ_LIST_MARK);
}

static bool sum_lists(struct images *images, const struct link *link, struct signatures *seen,
                      uint64_t *sum, uint32_t *last)
{
    const struct census *census = images->census;
    *sum = 0;
    for (uint32_t i = 0; i < census->count; i++) {
        if (!census->list[i].has_lists || !link_has_loaded(link, i) ||
            census->list[i].import_stub) {
            continue;
        }
        struct image_object *in = image_object(images, i);
        if (!in) {
            return false;
        }
        uint64_t exports = in->broken ? 0 : count_exports(&in->object);
        *sum += exports;
        *last = exports ? i : *last;
        for (size_t s = 0; !in->broken && s < in->object.section_count; s++) {
            const struct obj_section *section = &in->object.sections[s];
            if (obj_section_is_gathered(&in->object, section) &&
                !is_discarded(in, link, i, section, seen)) {
                *sum += section->size * (table_hash(list_name(section->name), 0) | 1);
                *last = i;
            }
        }
    }
    return true;
}

bool image_sum_lists(struct images *images, const struct link *link, uint64_t *sum, uint32_t *last)
{
    struct signatures seen = {.count = 0};
    bool done = sum_lists(images, link, &seen, sum, last);
    table_free(&seen.table);
    arena_free(&seen.arena);
    return done;
}
