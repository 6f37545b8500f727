/* SPDX-License-Identifier: MIT */
/** What a linker learns of a member: its symbols. */
#include "census/census.h"

#include <stdlib.h>

#include "base/table.h"
#include "census/canonical.h"
#include "obj/directives.h"
#include "obj/linked.h"

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
    bool single =
        symbol->place != PLACE_SECTION || object->sections[symbol->section].group == OBJ_NONE;
    return symbol->binding == BINDING_WEAK && single && object->format != OBJ_MACHO
               ? ROLE_DEFINES_WEAK
               : ROLE_DEFINES_ANY;
}

/**
 * Whether any definition of the symbol's name serves. Mach-O does not tell C++'s inline functions
 * from other weak definitions. Two copies of one inline function can differ, since a compiler
 * inlines more in one object than in another. Data is the same in all objects. So weak code with a
 * mangled name of C++ counts as an inline function, as do virtual tables and type information
 * (_ZT, Itanium C++ ABI 5.1.4), that no program defines itself. Of all else the proof compares the
 * contents.
 */
static bool any_serves(const struct object *object, const struct obj_symbol *symbol, enum role role)
{
    if (role != ROLE_DEFINES_ANY || object->format != OBJ_MACHO) {
        return role == ROLE_DEFINES_ANY;
    }
    struct span name = symbol->name;
    if (symbol->place != PLACE_SECTION || name.size < 4 || memcmp(name.data, "__Z", 3) != 0) {
        return false;
    }
    return object->sections[symbol->section].kind == SECTION_CODE || name.data[3] == 'T';
}

/** Add the symbols of code for LTO; there is room for them. */
static bool take_lto_symbols(const struct object *object, struct class *class, struct arena *facts)
{
    static const enum role roles[] = {
        [LTO_STRONG] = ROLE_DEFINES,       [LTO_WEAK] = ROLE_DEFINES_WEAK,
        [LTO_COMDAT] = ROLE_DEFINES_ANY,   [LTO_COMMON] = ROLE_DEFINES_COMMON,
        [LTO_NEEDS] = ROLE_NEEDS,          [LTO_NEEDS_WEAK] = ROLE_NEEDS_WEAK,
    };
    for (size_t i = 0; i < object->lto_symbol_count; i++) {
        const struct obj_lto_symbol *symbol = &object->lto_symbols[i];
        bool macho = object->format == OBJ_MACHO && symbol->role == LTO_WEAK;
        struct span name = keep_name(symbol->name, object->data, facts);
        if (name.size && !name.data) {
            return false;
        }
        enum role role = macho ? ROLE_DEFINES_ANY : roles[symbol->role];
        bool strong = role == ROLE_DEFINES || role == ROLE_DEFINES_COMMON || role == ROLE_NEEDS;
        class->globals[class->global_count++] =
            (struct global){.name = name,
                            .group = NO_CLASS,
                            .role = role,
                            .any = role == ROLE_DEFINES_ANY && !macho,
                            .strength = strong ? STRENGTH_GLOBAL : STRENGTH_WEAK};
        if (role_defines(role)) {
            class->index[class->index_count++] = name;
        }
    }
    return true;
}

/** The COMDAT groups, numbered as the object numbers its groups. */
static bool take_groups(const struct object *object, struct class *class, struct arena *facts)
{
    class->groups = ARENA_ARRAY(facts, struct class_group, object->group_count);
    for (size_t i = 0; class->groups && i < object->group_count; i++) {
        struct span name = keep_name(object->groups[i].name, object->data, facts);
        if (name.size && !name.data) {
            return false;
        }
        class->groups[class->group_count++] = (struct class_group){
            .name = name,
            .selection = object->format == OBJ_COFF ? (uint8_t)object->groups[i].selection : 0};
    }
    return class->groups != NULL;
}

/** A size as struct global has it. */
static uint32_t size_of(uint64_t size)
{
    return size < UINT32_MAX ? (uint32_t)size : UINT32_MAX;
}

/**
 * Whether linkers may discard a group for another one of its name. A COFF COMDAT whose leader is
 * static has no name that other objects see: LLVM's _MergedGlobals.
 */
static bool is_discardable(const struct object *object, const struct obj_group *group)
{
    if (object->format != OBJ_COFF) {
        return group->comdat;
    }
    return group->symbol == OBJ_NONE || object->symbols[group->symbol].binding != BINDING_LOCAL;
}

/** What a linker knows of a symbol besides its name. */
static struct global describe(const struct object *object, const struct obj_symbol *symbol,
                              struct span name)
{
    struct global global = {
        .name = name,
        .group = NO_CLASS,
        .size = symbol->place == PLACE_COMMON ? size_of(symbol->size) : 0,
        .role = role_of(object, symbol),
        .strength = symbol->binding == BINDING_UNIQUE ? STRENGTH_UNIQUE
                    : symbol->binding == BINDING_WEAK ? STRENGTH_WEAK
                                                      : STRENGTH_GLOBAL,
        .visibility = symbol->visibility,
        .function = obj_symbol_is_function(object, symbol),
        .versioned = symbol->versioned,
        .instead = NO_CLASS,
    };
    global.any = any_serves(object, symbol, global.role);
    global.stands_in = symbol->alias != OBJ_NONE;
    const struct obj_symbol *value = global.stands_in ? &object->symbols[symbol->alias] : symbol;
    if (value->place == PLACE_ABSOLUTE && object->format == OBJ_COFF) {
        global.absolute = true;
        global.size = size_of(value->value);
    }
    if (symbol->place == PLACE_SECTION) {
        uint32_t group = object->sections[symbol->section].group;
        bool coff = object->format == OBJ_COFF;
        if (group != OBJ_NONE && is_discardable(object, &object->groups[group])) {
            global.group = group;
            global.selection = coff ? (uint8_t)object->groups[group].selection : 0;
            global.size = coff ? size_of(object->sections[symbol->section].size) : 0;
        }
    }
    return global;
}

/** Whether a symbol is one of the class's globals. */
static bool is_global(const struct object *object, const struct obj_symbol *symbol)
{
    return symbol->binding != BINDING_LOCAL && !symbol->label &&
           !obj_symbol_is_of_lto(object, symbol);
}

/** Find the defaults of weak externals among the globals, which are in the object's order. */
static bool find_defaults(const struct object *object, struct class *class)
{
    uint32_t *number = malloc(object->symbol_count * sizeof *number);
    uint32_t count = 0;
    for (size_t i = 0; number && i < object->symbol_count; i++) {
        number[i] = is_global(object, &object->symbols[i]) ? count++ : NO_CLASS;
    }
    for (size_t i = 0; number && i < object->symbol_count; i++) {
        uint32_t alias = object->symbols[i].alias;
        if (number[i] != NO_CLASS && alias != OBJ_NONE) {
            class->globals[number[i]].instead = number[alias];
        }
    }
    free(number);
    return number != NULL;
}

static bool take_symbols(const struct object *object, struct class *class, struct arena *facts)
{
    size_t globals = 0;
    size_t indexed = 0;
    for (size_t i = 0; i < object->symbol_count; i++) {
        globals += object->symbols[i].binding != BINDING_LOCAL && !object->symbols[i].label;
        indexed += object->symbols[i].indexed;
    }
    class->globals = ARENA_ARRAY(facts, struct global, globals + object->lto_symbol_count);
    class->index = ARENA_ARRAY(facts, struct span, indexed + object->lto_symbol_count);
    if (!class->globals || !class->index) {
        return false;
    }
    bool stands_in = false;
    for (size_t i = 0; i < object->symbol_count; i++) {
        const struct obj_symbol *symbol = &object->symbols[i];
        bool global = is_global(object, symbol);
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
            name.size = obj_symbol_link_name(symbol).size;
            class->globals[class->global_count] = describe(object, symbol, name);
            stands_in |= class->globals[class->global_count++].stands_in;
        }
    }
    return (!stands_in || find_defaults(object, class)) && take_lto_symbols(object, class, facts);
}

/** The symbol that an export directive names: on x86, C names have an underscore more there. */
static struct span exported_symbol(const struct object *object, struct span name,
                                   struct arena *facts)
{
    bool decorated = span_starts(name, "_") || span_starts(name, "?") || span_starts(name, "@");
    if (object->machine != MACHINE_X86 || decorated) {
        return name;
    }
    return span_of(arena_printf(facts, "_%.*s", SPAN_ARGS(name)));
}

/** What a COFF object's directives need: nothing else may refer to it. */
static bool take_directives(const struct object *object, struct class *class, struct arena *facts)
{
    struct obj_directive directive;
    size_t most = 0;
    for (struct span rest = object->directives; obj_next_directive(&rest, &directive);) {
        most++;
    }
    if (!most) {
        return true;
    }
    struct global *globals = ARENA_ARRAY(facts, struct global, class->global_count + most);
    class->alternates = ARENA_ARRAY(facts, struct alternate, most);
    if (!globals || !class->alternates) {
        return false;
    }
    if (class->global_count) {
        memcpy(globals, class->globals, class->global_count * sizeof *globals);
    }
    class->globals = globals;
    for (struct span rest = object->directives; obj_next_directive(&rest, &directive);) {
        struct global need = {.name = directive.value, .group = NO_CLASS, .role = ROLE_NEEDS};
        if (!directive.value.size) {
            continue;
        }
        if (directive.kind == DIRECTIVE_EXPORT || directive.kind == DIRECTIVE_ENTRY) {
            need.name = exported_symbol(object, directive.value, facts);
        }
        if (directive.kind == DIRECTIVE_INCLUDE || directive.kind == DIRECTIVE_EXPORT ||
            directive.kind == DIRECTIVE_ENTRY) {
            class->has_lists |= directive.kind == DIRECTIVE_EXPORT;
            globals[class->global_count++] = need;
        } else if (directive.kind == DIRECTIVE_ALTERNATE) {
            class->alternates[class->alternate_count++] =
                (struct alternate){need, need};
            class->alternates[class->alternate_count - 1].instead.name = directive.instead;
        }
    }
    return true;
}

/** What the object's header says; nothing else says what kind of object it is. */
static void class_take_header(const struct object *object, struct class *class)
{
    class->machine = object->machine;
    class->raw_machine = object->raw_machine;
    class->raw_subtype = object->raw_subtype;
    class->platforms = object->platforms;
    class->bits = object->bits;
    class->abis = object->abis;
    class->big_endian = object->big_endian;
    class->import_stub = object->import_stub;
}

bool class_learn(const struct census *census, size_t number, struct arena *facts,
                 struct arena *scratch, struct error *error)
{
    struct class *class = &census->list[number];
    struct object object;
    struct error why = {0};
    struct span data = member_content(census->set, class_member(census, number));
    if (set_library_of(census->set, class_member(census, number))->is_image) {
        return true; /* no linker reads its symbols as those of an object */
    }
    enum obj_result result = object_read(data, scratch, &object, &why);
    class->format = object.format;
    class->fingerprint = table_hash(span_make(&data.size, sizeof data.size), object.format);
    if (result == OBJ_NO_MEMORY) {
        return error_memory(error);
    }
    if (result == OBJ_BROKEN) {
        class->broken = true;
        class->unread = arena_printf(facts, "%s", why.text);
        return class->unread || error_memory(error);
    }
    class->lto = object.lto;
    class->unread =
        object.format == OBJ_OPAQUE ? "only its compiler can read it" : object.lto_unread;
    if (!object.section_count && !object.symbol_count && !object.lto) {
        return true; /* recognised at the most: text, what only a compiler can read */
    }
    if (object.format == OBJ_BITCODE) {
        class->platforms = object.platforms;
        class->bitcode_machine = object.machine;
        class->compiles_to = object.compiles_to;
    } else {
        class_take_header(&object, class);
        class->dll = keep_name(object.dll, data, facts);
        class->fingerprint = canonical_fingerprint(&object);
    }
    for (size_t i = 0; i < object.section_count; i++) {
        class->has_lists |= obj_section_is_gathered(&object, &object.sections[i]) ||
                            obj_section_is_run(&object, &object.sections[i]);
    }
    return (class_find_twins(&object, class) && take_groups(&object, class, facts) &&
            take_symbols(&object, class, facts) && take_directives(&object, class, facts) &&
            class_take_statements(&object, class, facts)) ||
           error_memory(error);
}

/** Whether the member's symbols cannot be read, so that the entries of its index must do. */
static bool needs_carrying(const struct class *class)
{
    return class->unread || class->format == OBJ_OTHER;
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

static bool same_global(const void *context, uint32_t number, const void *key)
{
    return span_equal(((const struct global *)context)[number].name, *(const struct span *)key);
}

/** Add what the index lists to what machine code beside that for LTO defines. */
static bool add_carried(struct class *class, struct global *globals)
{
    struct table known = {0};
    bool done = true;
    for (uint32_t i = 0; done && i < class->global_count; i++) {
        done = !role_defines(globals[i].role) ||
               table_add(&known, table_hash(globals[i].name, 0), i);
    }
    for (size_t i = 0; done && i < class->index_count; i++) {
        struct span name = class->index[i];
        if (table_find(&known, table_hash(name, 0), same_global, globals, &name) == TABLE_NONE) {
            /* how strong its definitions are, an index does not say */
            globals[class->global_count++] =
                (struct global){.name = name,
                                .group = NO_CLASS,
                                .role = ROLE_DEFINES_WEAK,
                                .strength = STRENGTH_WEAK};
        }
    }
    table_free(&known);
    return done;
}

/** Take the entries of the library's index that belong to @class, whose first member is @number. */
static bool carry_from(const struct carried *carried, uint32_t number, struct class *class,
                       struct arena *arena)
{
    size_t member = number - carried->library->first;
    size_t known = class->global_count;
    class->index = carried->names + carried->first[member];
    class->index_count = (uint32_t)(carried->first[member + 1] - carried->first[member]);
    struct global *globals = ARENA_ARRAY(arena, struct global, known + class->index_count);
    if (!globals) {
        return false;
    }
    if (known) {
        memcpy(globals, class->globals, known * sizeof *globals);
    }
    class->globals = globals;
    return add_carried(class, globals);
}

bool census_carry_over(struct census *census, struct error *error)
{
    struct carried carried = {0};
    struct arena *facts = &census->arenas[0];
    for (size_t i = 0; i < census->count; i++) {
        struct class *class = &census->list[i];
        if (!needs_carrying(class)) {
            continue;
        }
        uint32_t member = class_member(census, i);
        const struct library *library = set_library_of(census->set, member);
        if (library != carried.library && !read_carried(library, facts, &carried, error)) {
            return false;
        }
        if (!carry_from(&carried, member, class, facts)) {
            return error_memory(error);
        }
    }
    return true;
}
