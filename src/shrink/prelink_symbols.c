/* SPDX-License-Identifier: MIT */
/** Prelinking: the global names of all parts, and the symbols of the output. */
#include "obj/coff.h"
#include "obj/macho.h"
#include "shrink/prelink_internal.h"
#include "shrink/shrink.h"

/* ---- names ------------------------------------------------------------------------------- */

static bool same_name(const void *context, uint32_t number, const void *key)
{
    return span_equal(((const struct name *)context)[number].name, *(const struct span *)key);
}

static enum strength strength_of(const struct object *object, const struct obj_symbol *symbol)
{
    if (symbol->place == PLACE_UNDEFINED && symbol->alias != OBJ_NONE) {
        return obj_symbol_is_reference(object, symbol) ? WEAK_REFERENCE : WEAK_DEFINITION;
    }
    if (symbol->place == PLACE_UNDEFINED) {
        return NO_DEFINITION;
    }
    if (symbol->place == PLACE_COMMON) {
        return object->format == OBJ_MACHO ? TENTATIVE_DEFINITION : COMMON_DEFINITION;
    }
    return obj_symbol_is_strong(object, symbol) ? STRONG_DEFINITION : WEAK_DEFINITION;
}

/** The more constrained of two visibilities [gABI, "Symbol Visibility"]. */
static enum obj_visibility stricter(enum obj_visibility a, enum obj_visibility b)
{
    static const int ranks[] = {[VISIBILITY_DEFAULT] = 0, [VISIBILITY_PROTECTED] = 1,
                                [VISIBILITY_HIDDEN] = 2, [VISIBILITY_INTERNAL] = 3};
    return ranks[a] > ranks[b] ? a : b;
}

/** Whether a symbol describes the whole object, so that the output has at most one of it. */
static bool is_mark(const struct object *object, const struct obj_symbol *symbol)
{
    return object->format == OBJ_COFF && symbol->place == PLACE_ABSOLUTE &&
           (span_is(symbol->name, "@feat.00") || span_is(symbol->name, "@comp.id"));
}

/** Whether two symbols of COFF are absolute and of one value: linkers take them for one. */
static bool is_same_constant(const struct object *object, const struct obj_symbol *first,
                             const struct obj_symbol *second)
{
    return object->format == OBJ_COFF && first->place == PLACE_ABSOLUTE &&
           second->place == PLACE_ABSOLUTE && first->value == second->value;
}

/** Compare a symbol with the definition of its name that has won so far. */
static enum obj_result compete(struct linking *l, uint32_t part, uint32_t number)
{
    const struct object *object = object_of(l, part);
    const struct obj_symbol *symbol = &object->symbols[number];
    struct span link_name = obj_symbol_link_name(symbol);
    uint64_t hash = table_hash(link_name, 0);
    uint32_t found = table_find(&l->table, hash, same_name, l->names, &link_name);
    enum strength strength = strength_of(object, symbol);
    if (found == TABLE_NONE) {
        found = (uint32_t)l->name_count;
        l->names[l->name_count++] = (struct name){
            .name = link_name, .strength = strength, .part = part, .symbol = number,
            .visibility = symbol->visibility};
        if (!table_add(&l->table, hash, found)) {
            return OBJ_NO_MEMORY;
        }
    }
    struct name *name = &l->names[found];
    bool itself = name->part == part && name->symbol == number;
    l->names_of[part][number] = found;
    macho_meet_definition(name, strength, symbol);
    name->visibility = stricter(name->visibility, symbol->visibility);
    name->needed |= strength == NO_DEFINITION && symbol->binding != BINDING_WEAK;
    bool twice = !itself && strength == STRONG_DEFINITION && name->strength == STRONG_DEFINITION;
    struct obj_symbol *winner = &object_of(l, name->part)->symbols[name->symbol];
    if (twice && !is_same_constant(object, winner, symbol)) {
        return PART_FAIL(l, part, "defines %.*s, which %.*s defines as well: they cannot be one "
                         "object", SPAN_BRIEF(symbol->name), SPAN_BRIEF(l->parts[name->part].name));
    }
    if (!itself && strength > name->strength) {
        name->strength = strength;
        name->part = part;
        name->symbol = number;
    } else if (!itself && symbol->place == PLACE_COMMON && name->strength == strength) {
        winner->size = symbol->size > winner->size ? symbol->size : winner->size;
        winner->value = symbol->value > winner->value ? symbol->value : winner->value;
    }
    return OBJ_OK;
}

enum obj_result prelink_find_names(struct linking *l)
{
    size_t most = 0;
    enum obj_result result = OBJ_OK;
    for (size_t i = 0; i < l->part_count; i++) {
        most += object_of(l, i)->symbol_count;
    }
    l->names = ARENA_ARRAY(l->arena, struct name, most + 1);
    l->names_of = ARENA_ARRAY(l->arena, uint32_t *, l->part_count + 1);
    l->symbols_of = ARENA_ARRAY(l->arena, uint32_t *, l->part_count + 1);
    l->left_of = ARENA_ARRAY(l->arena, uint32_t *, l->part_count + 1);
    if (!l->names || !l->names_of || !l->symbols_of || !l->left_of) {
        return OBJ_NO_MEMORY;
    }
    for (uint32_t i = 0; i < l->part_count; i++) {
        const struct object *object = object_of(l, i);
        l->names_of[i] = ARENA_ARRAY(l->arena, uint32_t, object->symbol_count + 1);
        l->symbols_of[i] = ARENA_ARRAY(l->arena, uint32_t, object->symbol_count + 1);
        l->left_of[i] = ARENA_ARRAY(l->arena, uint32_t, object->symbol_count + 1);
        if (!l->names_of[i] || !l->symbols_of[i] || !l->left_of[i]) {
            return OBJ_NO_MEMORY;
        }
        for (uint32_t s = 0; s < object->symbol_count && result == OBJ_OK; s++) {
            const struct obj_symbol *symbol = &object->symbols[s];
            bool global = symbol->binding != BINDING_LOCAL && !symbol->label &&
                          !is_mark(object, symbol);
            l->names_of[i][s] = OBJ_NONE;
            result = global ? compete(l, i, s) : OBJ_OK;
        }
        if (result != OBJ_OK) {
            return result;
        }
    }
    elf_find_bound(l);
    return result;
}

/* ---- symbols ----------------------------------------------------------------------------- */

/** Make a symbol local in the way of the output's format. */
static void make_local(struct object *out, struct obj_symbol *symbol)
{
    symbol->binding = BINDING_LOCAL;
    symbol->visibility = VISIBILITY_DEFAULT;
    if (out->format == OBJ_COFF) {
        symbol->type = (symbol->type & 0xffff) | (uint32_t)IMAGE_SYM_CLASS_STATIC << 16;
    } else if (out->format == OBJ_MACHO) {
        symbol->detail &= ~(uint32_t)(N_WEAK_DEF | N_WEAK_REF);
    }
}

/**
 * Whether a name is that of Rust's personality routine in Mach-O. Apple's linkers allow 3
 * personality routines in a program, so this one stays a weak global symbol: the linker then takes
 * one definition for all libraries.
 */
static bool is_personality(const struct object *out, struct span name)
{
    return out->format == OBJ_MACHO && span_is(name, "_rust_eh_personality");
}

bool prelink_is_programs(const struct object *object, struct span name)
{
    bool own_lists = object->format == OBJ_ELF && span_ends(name, "asan_globals_registered");
    return is_programs_name(name) && !own_lists;
}

/** Whether a name's symbol stays global. A definition that is not strong is one of several. */
static bool stays_global(const struct linking *l, const struct name *name)
{
    bool shares = l->rules->shares || prelink_is_programs(&l->out->object, name->name);
    return (shares && name->strength != STRONG_DEFINITION) ||
           l->rules->stays_global(l->rules->context, name->name);
}

/** Decide on the binding and the visibility of a name's symbol. */
static void settle_name(struct linking *l, const struct name *name, struct obj_symbol *symbol)
{
    struct object *out = &l->out->object;
    symbol->visibility = name->visibility;
    if (out->format == OBJ_MACHO) {
        macho_settle_definition(name, symbol);
    }
    if (name->strength == NO_DEFINITION) {
        symbol->binding = name->needed ? BINDING_GLOBAL : symbol->binding;
        if (out->format == OBJ_MACHO && name->needed) {
            symbol->detail &= ~(uint32_t)N_WEAK_REF;
        }
    } else if (name->strength == WEAK_REFERENCE || name->kept) {
        return;
    } else if (is_personality(out, name->name)) {
        symbol->visibility = VISIBILITY_HIDDEN;
        symbol->binding = BINDING_WEAK;
        symbol->detail |= N_WEAK_DEF;
    } else if (out->format == OBJ_MACHO && name->strength != STRONG_DEFINITION &&
               prelink_is_programs(out, name->name)) {
        return; /* the runtime finds it, and linkers take one of several */
    } else if (!stays_global(l, name) && name->bound) {
        symbol->visibility = VISIBILITY_HIDDEN;
    } else if (!stays_global(l, name)) {
        make_local(out, symbol);
    }
}

/** Shorten auxiliary records of bigobj, 20 bytes, to 18 as in regular COFF. False: no memory. */
static bool shorten_records(struct linking *l, const struct object *object,
                            struct obj_symbol *symbol)
{
    size_t count = symbol->aux.size / COFF_BIGOBJ_SYMBOL_SIZE;
    if (!object->bigobj || !count) {
        return true;
    }
    uint8_t *records = arena_alloc(l->arena, count * COFF_SYMBOL_SIZE);
    for (size_t i = 0; records && i < count; i++) {
        memcpy(records + i * COFF_SYMBOL_SIZE, symbol->aux.data + i * COFF_BIGOBJ_SYMBOL_SIZE,
               COFF_SYMBOL_SIZE);
    }
    symbol->aux = span_make(records, count * COFF_SYMBOL_SIZE);
    return records != NULL;
}

/** Add a symbol of a part to the output, unless another definition wins. False: no memory. */
static bool add_symbol(struct linking *l, uint32_t part, uint32_t number)
{
    struct object *out = &l->out->object;
    const struct object *object = object_of(l, part);
    struct obj_symbol symbol = object->symbols[number];
    symbol.raw = OBJ_NONE;
    uint32_t of = l->names_of[part][number];
    struct name *name = of == OBJ_NONE ? NULL : &l->names[of];
    bool loses = name && (name->part != part || name->symbol != number);
    l->symbols_of[part][number] = l->left_of[part][number] = OBJ_NONE;
    if (symbol.label || is_mark(object, &symbol)) {
        return true;
    }
    if (symbol.section != OBJ_NONE) {
        symbol.section += l->sections_of[part];
    }
    if (loses) {
        /* a piece of the section still begins at its address */
        if (out->format == OBJ_MACHO && symbol.place == PLACE_SECTION) {
            make_local(out, &symbol);
            l->left_of[part][number] = (uint32_t)out->symbol_count;
            out->symbols[out->symbol_count++] = symbol;
        }
        return true;
    }
    if (name) {
        settle_name(l, name, &symbol);
        name->number = (uint32_t)out->symbol_count;
    }
    l->symbols_of[part][number] = (uint32_t)out->symbol_count;
    out->symbols[out->symbol_count++] = symbol;
    return shorten_records(l, object, &out->symbols[out->symbol_count - 1]);
}

/** Add "@feat.00", which lists features that all code in an object has: those of all parts. */
static void add_features(struct linking *l)
{
    struct object *out = &l->out->object;
    struct obj_symbol all = {.value = UINT32_MAX};
    size_t count = 0;
    for (size_t i = 0; i < l->part_count; i++) {
        const struct object *object = object_of(l, i);
        for (size_t s = 0; s < object->symbol_count; s++) {
            const struct obj_symbol *symbol = &object->symbols[s];
            if (is_mark(object, symbol) && span_is(symbol->name, "@feat.00")) {
                uint64_t value = all.value & symbol->value;
                all = *symbol;
                all.value = value;
                all.raw = OBJ_NONE;
                count++;
                break;
            }
        }
    }
    if (count == l->part_count) {
        out->symbols[out->symbol_count++] = all;
    }
}

/** Whether a symbol of a part is a weak external that won. */
static bool is_winning_alias(const struct linking *l, uint32_t part, uint32_t symbol)
{
    uint32_t name = l->names_of[part][symbol];
    return object_of(l, part)->symbols[symbol].alias != OBJ_NONE && name != OBJ_NONE &&
           l->names[name].part == part && l->names[name].symbol == symbol;
}

/** The number of the default of a weak external in the output. */
static uint32_t default_number(const struct linking *l, uint32_t part, uint32_t symbol)
{
    uint32_t alias = object_of(l, part)->symbols[symbol].alias;
    uint32_t name = l->names_of[part][alias];
    return name == OBJ_NONE ? l->symbols_of[part][alias] : l->names[name].number;
}

/**
 * A weak external that is local now becomes a second name of its default. If that comes later, and
 * may be the leader of a COMDAT, the second name would be taken for the leader: then what refers to
 * the weak external refers to its default, and the symbol itself is left without a section.
 */
static void settle_local_alias(struct linking *l, uint32_t part, uint32_t number)
{
    struct object *out = &l->out->object;
    struct obj_symbol *symbol = &out->symbols[l->symbols_of[part][number]];
    uint32_t to = default_number(l, part, number);
    struct obj_symbol target = out->symbols[to];
    if (to > l->symbols_of[part][number] && target.place == PLACE_SECTION) {
        l->names[l->names_of[part][number]].number = to;
        target = (struct obj_symbol){.section = OBJ_NONE, .alias = OBJ_NONE, .raw = OBJ_NONE,
                                     .place = PLACE_ABSOLUTE};
    }
    target.name = symbol->name;
    target.aux = span_make(NULL, 0);
    target.is_section = false;
    make_local(out, &target);
    *symbol = target;
}

/** Settle the weak externals that are local now. */
static void settle_local_aliases(struct linking *l)
{
    for (uint32_t i = 0; i < l->part_count; i++) {
        for (uint32_t s = 0; s < object_of(l, i)->symbol_count; s++) {
            bool local = is_winning_alias(l, i, s) &&
                         l->out->object.symbols[l->symbols_of[i][s]].binding == BINDING_LOCAL;
            if (local) {
                settle_local_alias(l, i, s);
            }
        }
    }
}

/**
 * Give weak externals the new numbers of their defaults, the symbols that they stand for where no
 * definition is found.
 */
static void settle_aliases(struct linking *l)
{
    struct object *out = &l->out->object;
    for (uint32_t i = 0; i < l->part_count; i++) {
        const struct object *object = object_of(l, i);
        for (uint32_t s = 0; s < object->symbol_count; s++) {
            if (is_winning_alias(l, i, s)) {
                struct obj_symbol *symbol = &out->symbols[l->symbols_of[i][s]];
                if (symbol->alias != OBJ_NONE && /* not one that is local, or redirected */
                    span_equal(symbol->name, object->symbols[s].name)) {
                    symbol->alias = l->symbols_of[i][object->symbols[s].alias];
                }
            }
        }
    }
}

/**
 * Mark the defaults of weak externals that stay global: GNU ld takes 0 for a default that is local.
 */
static void keep_defaults(struct linking *l)
{
    for (uint32_t i = 0; l->out->object.format == OBJ_COFF && i < l->part_count; i++) {
        const struct object *object = object_of(l, i);
        for (uint32_t s = 0; s < object->symbol_count; s++) {
            uint32_t number = l->names_of[i][s];
            uint32_t alias = object->symbols[s].alias;
            const struct name *name = number == OBJ_NONE ? NULL : &l->names[number];
            bool wins = name && alias != OBJ_NONE && name->part == i && name->symbol == s;
            bool global = wins && (name->strength == WEAK_REFERENCE || stays_global(l, name));
            if (global && l->names_of[i][alias] != OBJ_NONE) {
                l->names[l->names_of[i][alias]].kept = true;
            }
        }
    }
}

enum obj_result prelink_add_symbols(struct linking *l)
{
    struct object *out = &l->out->object;
    size_t most = 1;
    for (size_t i = 0; i < l->part_count; i++) {
        most += object_of(l, i)->symbol_count;
    }
    out->symbols = ARENA_ARRAY(l->arena, struct obj_symbol, most);
    if (!out->symbols) {
        return OBJ_NO_MEMORY;
    }
    keep_defaults(l);
    add_features(l);
    for (uint32_t i = 0; i < l->part_count; i++) {
        for (uint32_t s = 0; s < object_of(l, i)->symbol_count; s++) {
            if (!add_symbol(l, i, s)) {
                return OBJ_NO_MEMORY;
            }
        }
    }
    settle_local_aliases(l);
    for (uint32_t i = 0; i < l->part_count; i++) {
        for (uint32_t s = 0; s < object_of(l, i)->symbol_count; s++) {
            uint32_t name = l->names_of[i][s];
            if (name != OBJ_NONE) {
                l->symbols_of[i][s] = l->names[name].number;
            }
        }
    }
    settle_aliases(l);
    return OBJ_OK;
}
