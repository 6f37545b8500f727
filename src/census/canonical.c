/* SPDX-License-Identifier: MIT */
#include "census/canonical.h"

#include <stdlib.h>

#include <xxhash.h>

#include "base/table.h"

/** Work in progress on one form. */
struct forming {
    const struct object *object;
    struct arena *arena;
    struct canonical *form;
    struct error *error;
    uint32_t *section_order; /* section index -> position among those kept, or OBJ_NONE */
    uint32_t *symbol_rank;   /* symbol index -> position in the canonical order, or OBJ_NONE */
};

static bool is_kept_section(const struct obj_section *section)
{
    return section->kind != SECTION_DEBUG && section->kind != SECTION_TABLE;
}

/** Whether a symbol counts: it is more than a label, and others see it or what it names is kept. */
static bool is_kept_symbol(const struct object *object, const struct obj_symbol *symbol)
{
    if (symbol->label || symbol->is_section) {
        return false;
    }
    return symbol->binding != BINDING_LOCAL || symbol->place != PLACE_SECTION ||
           is_kept_section(&object->sections[symbol->section]);
}

/* ---- the list of parts ------------------------------------------------------------------- */

static bool add_part(struct forming *f, struct span part)
{
    struct canonical *form = f->form;
    struct span *parts =
        arena_grow(f->arena, form->parts, form->count, &form->capacity, 64, sizeof *parts);
    if (!parts) {
        return false;
    }
    form->parts = parts;
    form->parts[form->count++] = part;
    return true;
}

static bool add_numbers(struct forming *f, const uint64_t *numbers, size_t count)
{
    return add_part(f, arena_copy(f->arena, span_make(numbers, count * sizeof *numbers)));
}

#define ADD_NUMBERS(f, ...)                                                                        \
    add_numbers((f), (const uint64_t[]){__VA_ARGS__},                                              \
                sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t))

/* ---- symbols ----------------------------------------------------------------------------- */

/** What counts of a symbol, in an order of our own. */
struct symbol_key {
    struct span name;
    struct span alias;
    uint64_t numbers[10];
    uint32_t index;
};

static struct symbol_key make_key(const struct forming *f, uint32_t index)
{
    const struct obj_symbol *symbol = &f->object->symbols[index];
    struct symbol_key key = {.name = symbol->name, .index = index};
    if (symbol->alias != OBJ_NONE) {
        /* local symbols can share a name: the place tells them apart */
        const struct obj_symbol *alias = &f->object->symbols[symbol->alias];
        key.alias = alias->name;
        key.numbers[8] =
            alias->place == PLACE_SECTION ? f->section_order[alias->section] : OBJ_NONE;
        key.numbers[9] = alias->value;
    }
    key.numbers[0] = symbol->binding;
    key.numbers[1] = symbol->place;
    key.numbers[2] = symbol->visibility;
    key.numbers[3] = symbol->place == PLACE_SECTION ? f->section_order[symbol->section] : 0;
    /* the names behind indirect symbols stand in object.extras, in the order of the symbols */
    key.numbers[4] = symbol->place == PLACE_INDIRECT ? index : symbol->value;
    key.numbers[5] = symbol->size;
    key.numbers[6] = symbol->type;
    key.numbers[7] = symbol->detail;
    return key;
}

static int compare_keys(const void *a, const void *b)
{
    const struct symbol_key *first = a;
    const struct symbol_key *second = b;
    int order = span_compare(first->name, second->name);
    if (!order) {
        order = memcmp(first->numbers, second->numbers, sizeof first->numbers);
    }
    return order ? order : span_compare(first->alias, second->alias);
}

/**
 * Sort the symbols that count by what counts of them and add them. Symbols that cannot be told
 * apart share a rank.
 */
static bool add_symbols(struct forming *f)
{
    const struct object *object = f->object;
    struct symbol_key *keys = ARENA_ARRAY(f->arena, struct symbol_key, object->symbol_count);
    size_t count = 0;
    uint32_t rank = 0;
    f->symbol_rank = ARENA_ARRAY(f->arena, uint32_t, object->symbol_count);
    if (!keys || !f->symbol_rank) {
        return false;
    }
    for (size_t i = 0; i < object->symbol_count; i++) {
        f->symbol_rank[i] = OBJ_NONE;
        if (is_kept_symbol(object, &object->symbols[i])) {
            keys[count++] = make_key(f, (uint32_t)i);
        }
    }
    qsort(keys, count, sizeof *keys, compare_keys);
    if (!ADD_NUMBERS(f, count)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        rank += i && compare_keys(&keys[i - 1], &keys[i]) != 0;
        f->symbol_rank[keys[i].index] = rank;
        if (!add_part(f, keys[i].name) || !add_part(f, keys[i].alias) ||
            !add_part(f, span_make(keys[i].numbers, sizeof keys[i].numbers))) {
            return false;
        }
    }
    return true;
}

/* ---- sections, relocations, groups ------------------------------------------------------- */

enum target { TARGET_NONE, TARGET_SYMBOL, TARGET_SECTION, TARGET_DROPPED };

/**
 * What a relocation points at, as numbers: a symbol's rank, or a section's position with the
 * symbol's value, or, for what the form leaves out, the section's number in the file.
 */
static void describe_target(const struct forming *f, const struct obj_reloc *reloc,
                            uint64_t target[3])
{
    const struct obj_symbol *symbol;
    uint32_t section = reloc->section;
    uint64_t value = 0;
    target[0] = TARGET_NONE;
    target[1] = target[2] = 0;
    if (reloc->symbol != OBJ_NONE) {
        symbol = &f->object->symbols[reloc->symbol];
        if (f->symbol_rank[reloc->symbol] != OBJ_NONE) {
            target[0] = TARGET_SYMBOL;
            target[1] = f->symbol_rank[reloc->symbol];
            return;
        }
        section = symbol->place == PLACE_SECTION ? symbol->section : OBJ_NONE;
        value = symbol->value;
    }
    if (section != OBJ_NONE) {
        bool kept = f->section_order[section] != OBJ_NONE;
        target[0] = kept ? TARGET_SECTION : TARGET_DROPPED;
        target[1] = kept ? f->section_order[section] : section;
        target[2] = value;
    }
}

/** Relocations of one section. */
static enum obj_result add_relocs(struct forming *f, uint32_t index)
{
    struct obj_reloc *relocs;
    size_t count;
    const struct object *object = f->object;
    enum obj_result result = object_relocs(object, index, f->arena, &relocs, &count, f->error);
    if (result != OBJ_OK) {
        return result;
    }
    enum { NUMBERS = 6 };
    uint64_t *numbers = ARENA_ARRAY(f->arena, uint64_t, count *NUMBERS);
    if (!numbers) {
        return OBJ_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        uint64_t *entry = numbers + i * NUMBERS;
        entry[0] = relocs[i].offset;
        entry[1] = relocs[i].type | (uint64_t)relocs[i].in_place << 32;
        entry[2] = (uint64_t)relocs[i].addend;
        describe_target(f, &relocs[i], entry + 3);
    }
    return add_part(f, span_make(numbers, count * NUMBERS * sizeof *numbers)) ? OBJ_OK
                                                                              : OBJ_NO_MEMORY;
}

static bool add_section(struct forming *f, const struct obj_section *section)
{
    uint64_t address = f->object->addresses_count ? section->address : 0;
    uint64_t link = section->link == OBJ_NONE ? OBJ_NONE : f->section_order[section->link];
    const struct span nothing = {0};
    return add_part(f, section->segment) && add_part(f, section->name) &&
           ADD_NUMBERS(f, section->type, section->flags, section->align, section->size,
                       section->entry_size, section->numbered, link, address) &&
           add_part(f, section->numbered ? nothing : section->data);
}

static bool add_group(struct forming *f, const struct obj_group *group)
{
    size_t count = 0;
    uint64_t *numbers = ARENA_ARRAY(f->arena, uint64_t, group->section_count);
    if (!numbers) {
        return false;
    }
    for (size_t i = 0; i < group->section_count; i++) {
        uint32_t order = f->section_order[group->sections[i]];
        if (order != OBJ_NONE) {
            numbers[count++] = order;
        }
    }
    if (count == 0) {
        return true; /* a group of debug sections only */
    }
    return add_part(f, group->name) && ADD_NUMBERS(f, group->selection, group->comdat) &&
           add_part(f, span_make(numbers, count * sizeof *numbers));
}

static bool add_header(struct forming *f)
{
    const struct object *object = f->object;
    bool added = ADD_NUMBERS(f, object->format, object->raw_machine, object->raw_subtype,
                             object->flags, object->bits, object->big_endian, object->bigobj,
                             object->linker_option_count, object->extra_count);
    for (size_t i = 0; added && i < object->linker_option_count; i++) {
        added = add_part(f, object->linker_options[i]);
    }
    for (size_t i = 0; added && i < object->extra_count; i++) {
        added = add_part(f, object->extras[i]);
    }
    return added;
}

/** Number the sections that are kept; returns how many there are. */
static uint32_t order_sections(const struct object *object, uint32_t *order)
{
    uint32_t count = 0;
    for (size_t i = 0; i < object->section_count; i++) {
        order[i] = is_kept_section(&object->sections[i]) ? count++ : OBJ_NONE;
    }
    return count;
}

enum obj_result canonical_form(const struct object *object, struct arena *arena,
                               struct canonical *form, struct error *error)
{
    struct forming f = {.object = object, .arena = arena, .form = form, .error = error};
    *form = (struct canonical){0};
    f.section_order = ARENA_ARRAY(arena, uint32_t, object->section_count);
    if (!f.section_order) {
        return OBJ_NO_MEMORY;
    }
    uint32_t kept = order_sections(object, f.section_order);
    if (!add_header(&f) || !ADD_NUMBERS(&f, kept) || !add_symbols(&f)) {
        return OBJ_NO_MEMORY;
    }
    for (uint32_t i = 0; i < object->section_count; i++) {
        if (f.section_order[i] == OBJ_NONE) {
            continue;
        }
        if (!add_section(&f, &object->sections[i])) {
            return OBJ_NO_MEMORY;
        }
        enum obj_result result = add_relocs(&f, i);
        if (result != OBJ_OK) {
            return result;
        }
    }
    for (size_t i = 0; i < object->group_count; i++) {
        if (!add_group(&f, &object->groups[i])) {
            return OBJ_NO_MEMORY;
        }
    }
    return OBJ_OK;
}

bool canonical_equal(const struct canonical *a, const struct canonical *b)
{
    if (a->count != b->count) {
        return false;
    }
    for (size_t i = 0; i < a->count; i++) {
        if (!span_equal(a->parts[i], b->parts[i])) {
            return false;
        }
    }
    return true;
}

struct digest canonical_digest(const struct canonical *form)
{
    /* each part is hashed with the hash so far as its seed: no streaming state to allocate */
    XXH128_hash_t hash = {0, 0};
    for (size_t i = 0; i < form->count; i++) {
        XXH128_hash_t part = XXH3_128bits_withSeed(form->parts[i].data, form->parts[i].size,
                                                   hash.low64 ^ form->parts[i].size);
        hash.high64 = (hash.high64 << 1 | hash.high64 >> 63) ^ part.high64;
        hash.low64 = part.low64;
    }
    return (struct digest){hash.low64, hash.high64};
}

uint64_t canonical_fingerprint(const struct object *object)
{
    uint64_t hash =
        table_hash(span_make((const uint64_t[]){object->format, object->raw_machine, object->flags},
                             3 * sizeof(uint64_t)),
                   0);
    for (size_t i = 0; i < object->section_count; i++) {
        const struct obj_section *section = &object->sections[i];
        if (is_kept_section(section)) {
            hash = table_hash(section->name, hash + 3 * section->size + section->flags);
        }
    }
    for (size_t i = 0; i < object->symbol_count; i++) {
        const struct obj_symbol *symbol = &object->symbols[i];
        if (symbol->binding != BINDING_LOCAL && is_kept_symbol(object, symbol)) {
            /* a sum, because the order of symbols does not count */
            hash += table_hash(symbol->name, symbol->value);
        }
    }
    return hash;
}
