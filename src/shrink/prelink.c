/* SPDX-License-Identifier: MIT */
#include "shrink/prelink.h"

#include <stdlib.h>

#include "base/table.h"
#include "obj/coff.h"
#include "obj/elf.h"
#include "obj/macho.h"
#include "obj/writer.h"
#include "shrink/shrink.h"

enum { IMAGE_COMDAT_SELECT_LARGEST = 6 };

/** What wins: the higher one; of two that are equal the first. */
enum strength { NO_DEFINITION, WEAK_DEFINITION, COMMON_DEFINITION, STRONG_DEFINITION };

/** A global name: who defines it, and its one symbol. */
struct name {
    struct span name;
    enum strength strength;
    uint32_t part, symbol; /* the definition, or the first reference */
    uint32_t number;       /* in the output */
    enum obj_visibility visibility;
    bool needed;           /* some reference is not weak */
};

struct linking {
    struct prelink_part *parts;
    size_t part_count;
    const struct prelink_object_rules *rules;
    struct arena *arena;
    struct obj_edit *out;
    struct error *error;
    struct name *names;
    size_t name_count;
    struct table table;
    uint32_t **names_of;   /* by part, by symbol: its name, or OBJ_NONE */
    uint32_t **symbols_of; /* by part, by symbol: its number in the output, or OBJ_NONE */
    uint32_t *sections_of; /* by part: the number of its first section in the output */
    bool *relocated;
};

#define PART_FAIL(l, i, format, ...)                                                              \
    OBJ_FAIL((l)->error, "%.*s: " format, SPAN_BRIEF((l)->parts[i].name), __VA_ARGS__)

static struct object *object_of(const struct linking *l, size_t part)
{
    return &l->parts[part].edit.object;
}

/* ---- COMDATs ----------------------------------------------------------------------------- */

struct groups {
    struct span *names;
    size_t count;
    struct table table;
};

static bool same_span(const void *context, uint32_t number, const void *key)
{
    return span_equal(((const struct span *)context)[number], *(const struct span *)key);
}

/** Whether a group of that name has been seen. @found[out] */
static bool meet_group(struct groups *groups, struct span name, bool *found)
{
    uint64_t hash = table_hash(name, 0);
    *found = table_find(&groups->table, hash, same_span, groups->names, &name) != TABLE_NONE;
    if (*found) {
        return true;
    }
    groups->names[groups->count] = name;
    return table_add(&groups->table, hash, (uint32_t)groups->count++);
}

/** Whether duplicates of a group are discarded by its name. */
static bool is_comdat(const struct object *object, const struct obj_group *group)
{
    bool named = group->symbol != OBJ_NONE &&
                 (object->format == OBJ_ELF ||
                  object->symbols[group->symbol].binding != BINDING_LOCAL);
    return group->comdat && named;
}

/** Leave out what other parts have already. */
static enum obj_result discard_duplicates(struct linking *l, struct groups *groups, size_t part)
{
    struct object *object = object_of(l, part);
    bool *drop = ARENA_ARRAY(l->arena, bool, object->section_count + 1);
    bool any = false;
    for (size_t g = 0; drop && g < object->group_count; g++) {
        const struct obj_group *group = &object->groups[g];
        bool found = false;
        if (!is_comdat(object, group)) {
            continue;
        }
        if (object->format == OBJ_COFF && group->selection == IMAGE_COMDAT_SELECT_LARGEST) {
            return PART_FAIL(l, part, "COMDAT %.*s: the largest one is to be taken, which is not "
                             "done here", SPAN_BRIEF(group->name));
        }
        if (!meet_group(groups, group->name, &found)) {
            return OBJ_NO_MEMORY;
        }
        for (size_t i = 0; found && i < group->section_count; i++) {
            drop[group->sections[i]] = any = true;
        }
    }
    if (!drop) {
        return OBJ_NO_MEMORY;
    }
    return any ? discard_sections(&l->parts[part].edit, drop, l->arena, l->error) : OBJ_OK;
}

/** ELF COMDATs that are left are groups no more. */
static void dissolve_groups(struct object *object)
{
    if (object->format != OBJ_ELF) {
        return;
    }
    for (size_t g = 0; g < object->group_count; g++) {
        for (size_t i = 0; object->groups[g].comdat && i < object->groups[g].section_count; i++) {
            struct obj_section *section = &object->sections[object->groups[g].sections[i]];
            section->group = OBJ_NONE;
            section->flags &= ~(uint64_t)SHF_GROUP;
        }
    }
}

static enum obj_result discard_all(struct linking *l)
{
    struct groups groups = {.count = 0};
    size_t most = 0;
    enum obj_result result = OBJ_OK;
    for (size_t i = 0; i < l->part_count; i++) {
        most += object_of(l, i)->group_count;
    }
    groups.names = ARENA_ARRAY(l->arena, struct span, most + 1);
    for (size_t i = 0; groups.names && result == OBJ_OK && i < l->part_count; i++) {
        result = discard_duplicates(l, &groups, i);
        dissolve_groups(object_of(l, i));
    }
    table_free(&groups.table);
    return groups.names ? result : OBJ_NO_MEMORY;
}

/* ---- names ------------------------------------------------------------------------------- */

static bool same_name(const void *context, uint32_t number, const void *key)
{
    return span_equal(((const struct name *)context)[number].name, *(const struct span *)key);
}

static enum strength strength_of(const struct object *object, const struct obj_symbol *symbol)
{
    if (symbol->place == PLACE_UNDEFINED) {
        return symbol->alias != OBJ_NONE ? WEAK_DEFINITION : NO_DEFINITION;
    }
    if (symbol->place == PLACE_COMMON) {
        return COMMON_DEFINITION;
    }
    return obj_symbol_is_strong(object, symbol) ? STRONG_DEFINITION : WEAK_DEFINITION;
}

/** The more visibility is constrained, the higher its rank [gABI, "Symbol Table"]. */
static enum obj_visibility stricter(enum obj_visibility a, enum obj_visibility b)
{
    static const int ranks[] = {[VISIBILITY_DEFAULT] = 0, [VISIBILITY_PROTECTED] = 1,
                                [VISIBILITY_HIDDEN] = 2, [VISIBILITY_INTERNAL] = 3};
    return ranks[a] > ranks[b] ? a : b;
}

/** Let a symbol compete for its name. */
static enum obj_result compete(struct linking *l, uint32_t part, uint32_t number)
{
    const struct object *object = object_of(l, part);
    const struct obj_symbol *symbol = &object->symbols[number];
    uint64_t hash = table_hash(symbol->name, 0);
    uint32_t found = table_find(&l->table, hash, same_name, l->names, &symbol->name);
    enum strength strength = strength_of(object, symbol);
    if (found == TABLE_NONE) {
        found = (uint32_t)l->name_count;
        l->names[l->name_count++] = (struct name){
            .name = symbol->name, .strength = strength, .part = part, .symbol = number,
            .visibility = symbol->visibility};
        if (!table_add(&l->table, hash, found)) {
            return OBJ_NO_MEMORY;
        }
    }
    struct name *name = &l->names[found];
    bool itself = name->part == part && name->symbol == number;
    l->names_of[part][number] = found;
    name->visibility = stricter(name->visibility, symbol->visibility);
    name->needed |= strength == NO_DEFINITION && symbol->binding != BINDING_WEAK;
    if (!itself && strength == STRONG_DEFINITION && name->strength == STRONG_DEFINITION) {
        return PART_FAIL(l, part, "defines %.*s, which %.*s defines as well: they cannot be one "
                         "object", SPAN_BRIEF(symbol->name), SPAN_BRIEF(l->parts[name->part].name));
    }
    if (!itself && strength > name->strength) {
        name->strength = strength;
        name->part = part;
        name->symbol = number;
    } else if (!itself && strength == COMMON_DEFINITION && name->strength == strength) {
        struct obj_symbol *winner = &object_of(l, name->part)->symbols[name->symbol];
        winner->size = symbol->size > winner->size ? symbol->size : winner->size;
        winner->value = symbol->value > winner->value ? symbol->value : winner->value;
    }
    return OBJ_OK;
}

static enum obj_result find_names(struct linking *l)
{
    size_t most = 0;
    enum obj_result result = OBJ_OK;
    for (size_t i = 0; i < l->part_count; i++) {
        most += object_of(l, i)->symbol_count;
    }
    l->names = ARENA_ARRAY(l->arena, struct name, most + 1);
    l->names_of = ARENA_ARRAY(l->arena, uint32_t *, l->part_count + 1);
    l->symbols_of = ARENA_ARRAY(l->arena, uint32_t *, l->part_count + 1);
    if (!l->names || !l->names_of || !l->symbols_of) {
        return OBJ_NO_MEMORY;
    }
    for (uint32_t i = 0; i < l->part_count; i++) {
        const struct object *object = object_of(l, i);
        l->names_of[i] = ARENA_ARRAY(l->arena, uint32_t, object->symbol_count + 1);
        l->symbols_of[i] = ARENA_ARRAY(l->arena, uint32_t, object->symbol_count + 1);
        if (!l->names_of[i] || !l->symbols_of[i]) {
            return OBJ_NO_MEMORY;
        }
        for (uint32_t s = 0; s < object->symbol_count && result == OBJ_OK; s++) {
            const struct obj_symbol *symbol = &object->symbols[s];
            bool global = symbol->binding != BINDING_LOCAL && !symbol->label;
            l->names_of[i][s] = OBJ_NONE;
            result = global ? compete(l, i, s) : OBJ_OK;
        }
        if (result != OBJ_OK) {
            return result;
        }
    }
    return result;
}

/* ---- symbols ----------------------------------------------------------------------------- */

static void make_local(struct object *out, struct obj_symbol *symbol)
{
    symbol->binding = BINDING_LOCAL;
    symbol->visibility = VISIBILITY_DEFAULT;
    if (out->format == OBJ_COFF) {
        symbol->type = (symbol->type & 0xffff) | (uint32_t)IMAGE_SYM_CLASS_STATIC << 16;
    } else if (out->format == OBJ_MACHO) {
        symbol->detail &= ~(uint32_t)N_WEAK_DEF;
    }
}

/**
 * A library's own copy of a personality routine would count against Apple's limit of 3 in a
 * program: it stays visible to the linker, which takes one of all.
 */
static bool is_personality(const struct object *out, struct span name)
{
    return out->format == OBJ_MACHO && span_is(name, "_rust_eh_personality");
}

/** The symbol that stands for a name. */
static void settle_name(struct linking *l, const struct name *name, struct obj_symbol *symbol)
{
    struct object *out = &l->out->object;
    symbol->visibility = name->visibility;
    if (name->strength == NO_DEFINITION) {
        symbol->binding = name->needed ? BINDING_GLOBAL : symbol->binding;
        if (out->format == OBJ_MACHO && name->needed) {
            symbol->detail &= ~(uint32_t)N_WEAK_REF;
        }
    } else if (is_personality(out, name->name)) {
        symbol->visibility = VISIBILITY_HIDDEN;
        symbol->binding = BINDING_WEAK;
        symbol->detail |= N_WEAK_DEF;
    } else if (!l->rules->stays_global(l->rules->context, name->name)) {
        make_local(out, symbol);
    }
}

/** Marks that tools leave about a whole object: one is enough. */
static bool is_mark(const struct object *object, const struct obj_symbol *symbol)
{
    return object->format == OBJ_COFF && symbol->place == PLACE_ABSOLUTE &&
           (span_is(symbol->name, "@feat.00") || span_is(symbol->name, "@comp.id"));
}

/** COFF's records of an old size, as the new ones have it. */
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

/** Put one symbol of a part into the output, if it is to stand there. */
static bool add_symbol(struct linking *l, uint32_t part, uint32_t number)
{
    struct object *out = &l->out->object;
    const struct object *object = object_of(l, part);
    struct obj_symbol symbol = object->symbols[number];
    uint32_t of = l->names_of[part][number];
    struct name *name = of == OBJ_NONE ? NULL : &l->names[of];
    bool loses = name && (name->part != part || name->symbol != number);
    l->symbols_of[part][number] = OBJ_NONE;
    if (symbol.label || is_mark(object, &symbol)) {
        return true;
    }
    if (symbol.section != OBJ_NONE) {
        symbol.section += l->sections_of[part];
    }
    if (loses) {
        /* where it was, a piece of a Mach-O section begins all the same */
        if (out->format == OBJ_MACHO && symbol.place == PLACE_SECTION) {
            make_local(out, &symbol);
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

/** "@feat.00" tells what holds of all code in the object. */
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
                count++;
                break;
            }
        }
    }
    if (count == l->part_count) {
        out->symbols[out->symbol_count++] = all;
    }
}

static enum obj_result add_symbols(struct linking *l)
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
    add_features(l);
    for (uint32_t i = 0; i < l->part_count; i++) {
        for (uint32_t s = 0; s < object_of(l, i)->symbol_count; s++) {
            if (!add_symbol(l, i, s)) {
                return OBJ_NO_MEMORY;
            }
        }
    }
    for (uint32_t i = 0; i < l->part_count; i++) {
        for (uint32_t s = 0; s < object_of(l, i)->symbol_count; s++) {
            uint32_t name = l->names_of[i][s];
            if (name != OBJ_NONE) {
                l->symbols_of[i][s] = l->names[name].number;
            }
        }
    }
    return OBJ_OK;
}

/** What a weak external stands for when nobody defines it otherwise: a local one cannot be weak. */
static void settle_aliases(struct linking *l)
{
    struct object *out = &l->out->object;
    for (uint32_t i = 0; i < l->part_count; i++) {
        const struct object *object = object_of(l, i);
        for (uint32_t s = 0; s < object->symbol_count; s++) {
            uint32_t alias = object->symbols[s].alias;
            uint32_t number = l->symbols_of[i][s];
            uint32_t name = l->names_of[i][s];
            if (alias == OBJ_NONE || name == OBJ_NONE || l->names[name].part != i ||
                l->names[name].symbol != s) {
                continue;
            }
            struct obj_symbol *symbol = &out->symbols[number];
            if (symbol->binding == BINDING_LOCAL) {
                struct obj_symbol target = out->symbols[l->symbols_of[i][alias]];
                target.name = symbol->name;
                target.aux = span_make(NULL, 0);
                target.is_section = false;
                make_local(out, &target);
                *symbol = target;
            } else {
                symbol->alias = l->symbols_of[i][alias];
            }
        }
    }
}

/* ---- sections ---------------------------------------------------------------------------- */

static enum obj_result copy_relocs(struct linking *l, size_t part, uint32_t from, uint32_t to)
{
    struct edit_relocs *relocs = &l->parts[part].edit.relocs[from];
    for (size_t r = 0; r < relocs->count; r++) {
        struct obj_reloc *reloc = &relocs->list[r];
        if (reloc->symbol != OBJ_NONE) {
            reloc->symbol = l->symbols_of[part][reloc->symbol];
            if (reloc->symbol == OBJ_NONE) {
                return PART_FAIL(l, part, "section %.*s: relocation %zu refers to what is no part "
                                 "of the result",
                                 SPAN_BRIEF(object_of(l, part)->sections[from].name), r);
            }
        }
        if (reloc->section != OBJ_NONE) {
            reloc->section += l->sections_of[part];
        }
    }
    l->out->relocs[to] = *relocs;
    return OBJ_OK;
}

static void copy_groups(struct linking *l, size_t part, uint32_t first_group)
{
    const struct object *object = object_of(l, part);
    struct object *out = &l->out->object;
    for (size_t g = 0; g < object->group_count; g++) {
        struct obj_group group = object->groups[g];
        for (size_t i = 0; i < group.section_count; i++) {
            group.sections[i] += l->sections_of[part];
        }
        group.symbol = group.symbol == OBJ_NONE ? OBJ_NONE : l->symbols_of[part][group.symbol];
        out->groups[first_group + g] = group;
    }
    out->group_count += object->group_count;
}

/** A COMDAT that is local is the only one of its kind. */
static void settle_selections(struct object *out)
{
    for (size_t g = 0; out->format == OBJ_COFF && g < out->group_count; g++) {
        struct obj_group *group = &out->groups[g];
        bool local = group->symbol != OBJ_NONE &&
                     out->symbols[group->symbol].binding == BINDING_LOCAL;
        if (local) {
            group->selection = IMAGE_COMDAT_SELECT_NODUPLICATES;
            group->comdat = false;
        }
    }
}

static enum obj_result add_sections(struct linking *l)
{
    struct object *out = &l->out->object;
    size_t sections = 0;
    size_t groups = 0;
    for (size_t i = 0; i < l->part_count; i++) {
        sections += object_of(l, i)->section_count;
        groups += object_of(l, i)->group_count;
    }
    out->sections = ARENA_ARRAY(l->arena, struct obj_section, sections + 1);
    out->groups = ARENA_ARRAY(l->arena, struct obj_group, groups + 1);
    l->out->relocs = ARENA_ARRAY(l->arena, struct edit_relocs, sections + 1);
    if (!out->sections || !out->groups || !l->out->relocs) {
        return OBJ_NO_MEMORY;
    }
    for (size_t i = 0; i < l->part_count; i++) {
        const struct object *object = object_of(l, i);
        uint32_t first_group = (uint32_t)out->group_count;
        copy_groups(l, i, first_group);
        for (uint32_t s = 0; s < object->section_count; s++) {
            struct obj_section section = object->sections[s];
            section.link = section.link == OBJ_NONE ? OBJ_NONE : section.link + l->sections_of[i];
            section.group = section.group == OBJ_NONE ? OBJ_NONE : section.group + first_group;
            enum obj_result result = copy_relocs(l, i, s, (uint32_t)out->section_count);
            if (result != OBJ_OK) {
                return result;
            }
            out->sections[out->section_count++] = section;
        }
    }
    settle_selections(out);
    return OBJ_OK;
}

/** All parts' places, in the numbers of the output. */
static enum obj_result add_places(struct linking *l)
{
    struct obj_edit *out = l->out;
    size_t most = 0;
    for (size_t i = 0; i < l->part_count; i++) {
        most += l->parts[i].edit.place_count;
    }
    out->places = ARENA_ARRAY(l->arena, struct edit_place, most + 1);
    out->place_count = 0;
    if (!out->places) {
        return OBJ_NO_MEMORY;
    }
    for (size_t i = 0; i < l->part_count; i++) {
        const struct obj_edit *edit = &l->parts[i].edit;
        for (size_t p = 0; p < edit->place_count; p++) {
            struct edit_place place = edit->places[p];
            place.section += l->sections_of[i];
            place.target = place.target == OBJ_NONE ? OBJ_NONE : place.target + l->sections_of[i];
            out->places[out->place_count++] = place;
        }
    }
    return OBJ_OK;
}

/** Groups that were dissolved have no sections: they do not count. */
static void drop_empty_groups(struct object *object)
{
    uint32_t kept = 0;
    for (size_t g = 0; g < object->group_count; g++) {
        struct obj_group *group = &object->groups[g];
        bool alive = group->section_count && object->sections[group->sections[0]].group == g;
        for (size_t i = 0; alive && i < group->section_count; i++) {
            object->sections[group->sections[i]].group = kept;
        }
        if (alive) {
            object->groups[kept++] = *group;
        }
    }
    object->group_count = kept;
}

/* ---- the object -------------------------------------------------------------------------- */

static enum obj_result check_headers(struct linking *l)
{
    struct object *out = &l->out->object;
    *l->out = l->parts[0].edit;
    for (size_t i = 1; i < l->part_count; i++) {
        const struct object *object = object_of(l, i);
        if (object->format != out->format || object->raw_machine != out->raw_machine ||
            object->bits != out->bits || object->big_endian != out->big_endian) {
            return PART_FAIL(l, i, "%s for %s, but %.*s is %s for %s",
                             object_format_name(object->format),
                             object_machine_name(object->machine), SPAN_BRIEF(l->parts[0].name),
                             object_format_name(out->format),
                             object_machine_name(out->machine));
        }
        if (object->format == OBJ_ELF && object->flags != out->flags) {
            return PART_FAIL(l, i, "flags %#x, but %.*s has %#x", object->flags,
                             SPAN_BRIEF(l->parts[0].name), out->flags);
        }
        if (object->format == OBJ_MACHO) {
            out->flags &= object->flags;
        }
        if (object->format == OBJ_ELF && object->raw_subtype > out->raw_subtype) {
            out->raw_subtype = object->raw_subtype;
        }
    }
    out->bigobj = false;
    out->sections = NULL;
    out->section_count = out->symbol_count = out->group_count = 0;
    return OBJ_OK;
}

enum obj_result prelink_objects(struct prelink_part *parts, size_t count,
                                const struct prelink_object_rules *rules, struct arena *arena,
                                struct obj_edit *out, struct error *error)
{
    struct linking l = {.parts = parts, .part_count = count, .rules = rules, .arena = arena,
                        .out = out, .error = error};
    l.sections_of = ARENA_ARRAY(arena, uint32_t, count + 1);
    enum obj_result result = l.sections_of ? check_headers(&l) : OBJ_NO_MEMORY;
    result = result == OBJ_OK ? prelink_whole(parts, count, arena, out, error) : result;
    for (size_t i = 0; result == OBJ_OK && i < count; i++) {
        result = out->object.format == OBJ_MACHO ? macho_find_places(&parts[i].edit, arena, error)
                                                 : OBJ_OK;
        if (result == OBJ_NOT_MINE || result == OBJ_BROKEN) {
            error_prefix(error, "%.*s: ", SPAN_BRIEF(parts[i].name));
        }
    }
    result = result == OBJ_OK ? discard_all(&l) : result;
    for (size_t i = 0; result == OBJ_OK && i < count; i++) {
        drop_empty_groups(object_of(&l, i));
        l.sections_of[i + 1] = l.sections_of[i] + (uint32_t)object_of(&l, i)->section_count;
    }
    result = result == OBJ_OK ? find_names(&l) : result;
    result = result == OBJ_OK ? add_symbols(&l) : result;
    if (result == OBJ_OK) {
        settle_aliases(&l);
        result = add_sections(&l);
    }
    result = result == OBJ_OK ? add_places(&l) : result;
    result = result == OBJ_OK ? prelink_finish(out, arena) : result;
    table_free(&l.table);
    return result;
}
