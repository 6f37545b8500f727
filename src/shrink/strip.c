/* SPDX-License-Identifier: MIT */
/** Stripping: sections and symbols that no linker needs. */
#include "shrink/macho_kinds.h"
#include "shrink/shrink.h"

#include <stdlib.h>

static bool is_comment(const struct obj_section *section)
{
    return section->kind == SECTION_NOTE &&
           (span_is(section->name, ".comment") || span_is(section->name, ".ident"));
}

/** Whether code for LTO that linkers read is removed. */
static bool takes_lto(const struct object *object, const struct shrink_object_rules *rules)
{
    bool hides = rules->hide && object->format != OBJ_COFF; /* which has no visibility */
    return object->lto == LTO_FAT &&
           (rules->strip & ARMELD_STRIP_BITCODE || hides || rules->rename || rules->joins);
}

static bool strips_section(const struct object *object, const struct obj_section *section,
                           const struct shrink_object_rules *rules)
{
    unsigned strip = rules->strip;
    switch (section->kind) {
    case SECTION_DEBUG:
        return strip & ARMELD_STRIP_DEBUG;
    case SECTION_BITCODE:
        return obj_section_is_lto(section) ? takes_lto(object, rules)
                                           : strip & ARMELD_STRIP_BITCODE || rules->rename;
    default:
        return strip & ARMELD_STRIP_COMMENTS && is_comment(section);
    }
}

bool strip_loses_lto(const struct object *object, const struct shrink_object_rules *rules)
{
    bool any = false;
    for (size_t i = 0; i < object->section_count; i++) {
        const struct obj_section *section = &object->sections[i];
        any |= section->kind == SECTION_BITCODE && strips_section(object, section, rules);
    }
    return any && !(rules->strip & ARMELD_STRIP_BITCODE);
}

/** cl's checksums of all sections: a list that is wrong as soon as a section is removed. */
static bool is_checksums(const struct obj_section *section)
{
    return span_is(section->name, ".chks64");
}

/** Whether any section is removed; if so, mark the sections that are wrong then as well. */
static bool finish_marks(const struct object *object, bool *sections)
{
    bool any = false;
    for (size_t i = 0; i < object->section_count; i++) {
        any |= sections[i];
    }
    for (size_t i = 0; any && i < object->section_count; i++) {
        sections[i] |= is_checksums(&object->sections[i]);
    }
    return any;
}

/** Mapping symbols say where code and data begin in a section [AAELF32, AAELF64, RISC-V psABI]. */
static bool is_mapping_symbol(const struct object *object, const struct obj_symbol *symbol)
{
    bool maps = object->machine == MACHINE_ARM || object->machine == MACHINE_ARM64 ||
                object->machine == MACHINE_RISCV;
    return object->format == OBJ_ELF && maps && span_starts(symbol->name, "$");
}

/** Whether a local symbol has a meaning of its own, even if no relocation refers to it. */
static bool means_more(const struct object *object, const struct obj_symbol *symbol)
{
    if (object->format == OBJ_COFF) { /* "@feat.00"; a section symbol describes its COMDAT */
        return symbol->place == PLACE_ABSOLUTE || symbol->is_section;
    }
    return is_mapping_symbol(object, symbol) ||
           (object->format == OBJ_MACHO && macho_is_used(symbol));
}

/** A Mach-O symbol, for sorting by address; of equal addresses, symbols that stay come first. */
struct placed {
    uint32_t symbol, section;
    uint64_t value;
    bool removed;
};

static int by_place(const void *left, const void *right)
{
    const struct placed *a = left, *b = right;
    if (a->section != b->section) {
        return a->section < b->section ? -1 : 1;
    }
    if (a->value != b->value) {
        return a->value < b->value ? -1 : 1;
    }
    if (a->removed != b->removed) {
        return a->removed ? 1 : -1;
    }
    return a->symbol < b->symbol ? -1 : a->symbol > b->symbol;
}

/**
 * Keep one symbol at each address that has symbols. With MH_SUBSECTIONS_VIA_SYMBOLS, linkers cut a
 * section into pieces at its symbols and remove pieces that nothing needs: without the last symbol
 * at an address, two pieces would become one. Without the flag they do not remove pieces, but still
 * find the function that an unwind entry describes by the symbol at its beginning.
 */
static enum obj_result keep_places(const struct object *object, struct arena *arena,
                                   bool *symbols)
{
    struct placed *list = ARENA_ARRAY(arena, struct placed, object->symbol_count + 1);
    size_t count = 0;
    for (uint32_t i = 0; list && i < object->symbol_count; i++) {
        const struct obj_symbol *symbol = &object->symbols[i];
        if (symbol->place == PLACE_SECTION) {
            list[count++] = (struct placed){i, symbol->section, symbol->value, symbols[i]};
        }
    }
    if (!list) {
        return OBJ_NO_MEMORY;
    }
    qsort(list, count, sizeof *list, by_place);
    for (size_t i = 0; i < count; i++) {
        bool first = i == 0 || list[i - 1].section != list[i].section ||
                     list[i - 1].value != list[i].value;
        symbols[list[i].symbol] = list[i].removed && !first;
    }
    return OBJ_OK;
}

/** Mark the local symbols that no relocation refers to. */
static enum obj_result mark_locals(const struct obj_edit *edit, struct arena *arena, bool *symbols)
{
    const struct object *object = &edit->object;
    bool *used = ARENA_ARRAY(arena, bool, object->symbol_count + 1);
    if (!used) {
        return OBJ_NO_MEMORY;
    }
    obj_edit_mark_used(edit, used);
    for (size_t i = 0; i < object->symbol_count; i++) {
        const struct obj_symbol *symbol = &object->symbols[i];
        bool local = symbol->binding == BINDING_LOCAL && !means_more(object, symbol);
        symbols[i] = !used[i] && (symbol->label || local);
    }
    return object->format == OBJ_MACHO ? keep_places(object, arena, symbols) : OBJ_OK;
}

enum obj_result strip_names(struct obj_edit *edit, const struct shrink_object_rules *rules,
                            struct arena *arena)
{
    struct object *object = &edit->object;
    bool *signs = ARENA_ARRAY(arena, bool, object->symbol_count + 1);
    if (!signs) {
        return OBJ_NO_MEMORY;
    }
    for (size_t i = 0; i < object->group_count; i++) {
        if (object->groups[i].symbol != OBJ_NONE) {
            signs[object->groups[i].symbol] = true;
        }
    }
    for (size_t i = 0; rules->strip & ARMELD_STRIP_LOCALS && i < object->symbol_count; i++) {
        struct obj_symbol *symbol = &object->symbols[i];
        if (symbol->binding == BINDING_LOCAL && symbol->place == PLACE_SECTION && !signs[i] &&
            !symbol->label && !symbol->is_section && !means_more(object, symbol) &&
            object->sections[symbol->section].group == OBJ_NONE) {
            symbol->name = object->format == OBJ_ELF ? span_make(NULL, 0) : span_of(".L0");
        }
    }
    return OBJ_OK;
}

void strip_mark(const struct object *object, const struct shrink_object_rules *rules,
                bool *sections)
{
    for (size_t i = 0; i < object->section_count; i++) {
        sections[i] |= strips_section(object, &object->sections[i], rules);
    }
}

/** Mark the symbols that stand for code for LTO, if it is removed. Whether there are any. */
static bool mark_lto_marks(const struct object *object, const struct shrink_object_rules *rules,
                           bool *symbols)
{
    bool any = false;
    for (size_t i = 0; takes_lto(object, rules) && i < object->symbol_count; i++) {
        bool mark = obj_symbol_is_of_lto(object, &object->symbols[i]);
        symbols[i] |= mark;
        any |= mark;
    }
    return any;
}

enum obj_result strip_object(struct obj_edit *edit, const struct shrink_object_rules *rules,
                             struct arena *arena, bool *changed, struct error *error)
{
    struct object *object = &edit->object;
    bool *sections = ARENA_ARRAY(arena, bool, object->section_count + 1);
    bool *symbols = ARENA_ARRAY(arena, bool, object->symbol_count + 1);
    if (!sections || !symbols) {
        return OBJ_NO_MEMORY;
    }
    strip_mark(object, rules, sections);
    if (finish_marks(object, sections)) {
        *changed = true;
        for (size_t i = 0; i < object->symbol_count; i++) {
            uint32_t section = object->symbols[i].section;
            symbols[i] = section != OBJ_NONE && sections[section];
        }
        obj_edit_mark_signatures(edit, sections, symbols);
        enum obj_result result = obj_edit_drop(edit, sections, symbols, arena, error);
        if (result != OBJ_OK) {
            return result;
        }
    }
    memset(sections, 0, object->section_count * sizeof *sections);
    memset(symbols, 0, object->symbol_count * sizeof *symbols);
    bool locals = rules->strip & ARMELD_STRIP_LOCALS;
    if (locals && mark_locals(edit, arena, symbols) != OBJ_OK) {
        return OBJ_NO_MEMORY;
    }
    if (!mark_lto_marks(object, rules, symbols) && !locals) {
        return OBJ_OK;
    }
    size_t before = object->symbol_count;
    enum obj_result result = obj_edit_drop(edit, sections, symbols, arena, error);
    *changed |= object->symbol_count != before;
    return result;
}
