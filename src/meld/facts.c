/* SPDX-License-Identifier: MIT */
/** What a linker learns of a member: its symbols. */
#include "meld/classes.h"

#include "base/table.h"
#include "meld/canonical.h"

/** A name that outlives the scratch arena: as it is in the member, or copied. */
static struct span keep_name(struct span name, struct span data, struct arena *facts)
{
    uintptr_t start = (uintptr_t)data.data;
    uintptr_t at = (uintptr_t)name.data;
    bool inside = at >= start && at <= start + data.size;
    return inside || !name.size ? name : arena_copy(facts, name);
}

static enum role role_of(const struct object *object, const struct obj_symbol *symbol)
{
    if (symbol->place == PLACE_UNDEFINED) {
        /* a COFF weak external that the index lists defines its name by its default symbol */
        bool weak = symbol->binding == BINDING_WEAK && object->format != OBJ_MACHO;
        return symbol->indexed ? ROLE_DEFINES_WEAK : weak ? ROLE_NEEDS_WEAK : ROLE_NEEDS;
    }
    if (symbol->place == PLACE_COMMON) {
        return ROLE_DEFINES_COMMON;
    }
    if (obj_symbol_is_strong(object, symbol)) {
        return ROLE_DEFINES;
    }
    bool alone = symbol->place != PLACE_SECTION ||
                 object->sections[symbol->section].group == OBJ_NONE;
    return symbol->binding == BINDING_WEAK && alone && object->format != OBJ_MACHO
               ? ROLE_DEFINES_WEAK
               : ROLE_DEFINES_ANY;
}

static bool take_symbols(const struct object *object, struct class *class, struct arena *facts)
{
    size_t globals = 0;
    size_t indexed = 0;
    for (size_t i = 0; i < object->symbol_count; i++) {
        globals += object->symbols[i].binding != BINDING_LOCAL && !object->symbols[i].label;
        indexed += object->symbols[i].indexed;
    }
    class->globals = ARENA_ARRAY(facts, struct global, globals);
    class->index = ARENA_ARRAY(facts, struct span, indexed);
    if (!class->globals || !class->index) {
        return false;
    }
    for (size_t i = 0; i < object->symbol_count; i++) {
        const struct obj_symbol *symbol = &object->symbols[i];
        bool global = symbol->binding != BINDING_LOCAL && !symbol->label;
        if (!global && !symbol->indexed) {
            continue;
        }
        struct span name = keep_name(symbol->name, object->data, facts);
        if (name.size && !name.data) {
            return false;
        }
        if (symbol->indexed) {
            class->index[class->index_count++] = name;
        }
        if (global) {
            class->globals[class->global_count++] =
                (struct global){.name = name, .role = role_of(object, symbol)};
        }
    }
    return true;
}

bool class_learn(const struct set *set, struct class *class, struct arena *facts,
                 struct arena *scratch, struct error *error)
{
    struct object object;
    struct error why = {0};
    struct span data = member_content(set, class->member);
    enum obj_result result = object_read(data, scratch, &object, &why);
    class->format = object.format;
    class->fingerprint = table_hash(span_make(&data.size, sizeof data.size), object.format);
    if (result == OBJ_NO_MEMORY) {
        return error_memory(error);
    }
    if (result == OBJ_BROKEN) {
        class->broken = true;
        class->why = arena_printf(facts, "%s", why.text);
        return class->why || error_memory(error);
    }
    if (!object.section_count && !object.symbol_count) {
        return true; /* recognised at the most: bitcode, text */
    }
    class->machine = object.machine;
    class->raw_machine = object.raw_machine;
    class->bits = object.bits;
    class->big_endian = object.big_endian;
    class->import_stub = object.import_stub;
    class->dll = keep_name(object.dll, data, facts);
    class->fingerprint = canonical_fingerprint(&object);
    return take_symbols(&object, class, facts) || error_memory(error);
}

static bool same_symbol(const void *context, uint32_t symbol, const void *key)
{
    const struct classes *classes = context;
    return span_equal(classes->symbols[symbol], *(const struct span *)key);
}

bool classes_number_symbols(struct classes *classes, struct error *error)
{
    struct table names = {0};
    size_t total = 0;
    bool done = false;
    for (size_t i = 0; i < classes->count; i++) {
        total += classes->list[i].global_count;
    }
    classes->symbols = ARENA_ARRAY(&classes->arena, struct span, total);
    if (!classes->symbols || total >= UINT32_MAX) {
        return error_memory(error);
    }
    for (size_t i = 0; i < classes->count; i++) {
        for (size_t j = 0; j < classes->list[i].global_count; j++) {
            struct global *global = &classes->list[i].globals[j];
            uint64_t hash = table_hash(global->name, 0);
            global->symbol = table_find(&names, hash, same_symbol, classes, &global->name);
            if (global->symbol != TABLE_NONE) {
                continue;
            }
            global->symbol = (uint32_t)classes->symbol_count++;
            classes->symbols[global->symbol] = global->name;
            if (!table_add(&names, hash, global->symbol)) {
                goto free_names;
            }
        }
    }
    done = true;
free_names:
    table_free(&names);
    return done || error_memory(error);
}

/** Whether only a compiler can read the member's symbols, so that its index entries must do. */
static bool needs_carrying(const struct class *class)
{
    return class->format == OBJ_BITCODE || class->format == OBJ_OPAQUE || class->broken;
}

/** What one library's index lists, by member. */
struct carried {
    const struct library *library;
    struct span *names;
    size_t *first; /* by member: where its names begin; they end where the next one's do */
};

static bool read_carried(const struct library *library, struct arena *arena,
                         struct carried *carried, struct error *error)
{
    struct ar_symbols symbols;
    size_t count = library->archive.member_count;
    if (!archive_index(&library->archive, AR_TABLE_MAIN, arena, &symbols, error)) {
        return error_prefix(error, "%s: ", library->path);
    }
    size_t *first = ARENA_ARRAY(arena, size_t, count + 2);
    carried->library = library;
    carried->names = ARENA_ARRAY(arena, struct span, symbols.count);
    carried->first = first;
    if (!first || !carried->names) {
        return error_memory(error);
    }
    for (size_t i = 0; i < symbols.count; i++) {
        first[symbols.list[i].member + 2]++;
    }
    for (size_t i = 2; i < count + 2; i++) {
        first[i] += first[i - 1];
    }
    for (size_t i = 0; i < symbols.count; i++) { /* moves each beginning to the next one's */
        carried->names[first[symbols.list[i].member + 1]++] = symbols.list[i].name;
    }
    return true;
}

/** Take the entries of the library's index that belong to @class. */
static bool carry_from(const struct carried *carried, struct class *class, struct arena *arena)
{
    size_t member = class->member - carried->library->first;
    class->index = carried->names + carried->first[member];
    class->index_count = carried->first[member + 1] - carried->first[member];
    class->globals = ARENA_ARRAY(arena, struct global, class->index_count);
    if (!class->globals) {
        return false;
    }
    class->global_count = class->index_count;
    for (size_t i = 0; i < class->index_count; i++) {
        /* how strong its definitions are, an index does not say */
        class->globals[i] = (struct global){.name = class->index[i], .role = ROLE_DEFINES_WEAK};
    }
    return true;
}

bool classes_carry_over(const struct set *set, struct classes *classes, struct error *error)
{
    struct carried carried = {0};
    for (size_t i = 0; i < classes->count; i++) {
        struct class *class = &classes->list[i];
        if (!needs_carrying(class)) {
            continue;
        }
        const struct library *library = set_library_of(set, class->member);
        if (library != carried.library &&
            !read_carried(library, &classes->arena, &carried, error)) {
            return false;
        }
        if (!carry_from(&carried, class, &classes->arena)) {
            return error_memory(error);
        }
    }
    return true;
}
