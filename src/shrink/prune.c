/* SPDX-License-Identifier: MIT */
/** Pruning one object: remove sections that nothing needs, and what only they need. */
#include "obj/linked.h"
#include "shrink/graph.h"
#include "shrink/shrink.h"

/** Cut the references from sections that stay to sections that are removed. */
static enum obj_result cut_references(struct obj_edit *edit, const bool *drop, struct arena *arena,
                                 struct error *error)
{
    enum obj_result result = OBJ_OK;
    for (uint32_t i = 0; i < edit->object.section_count && result == OBJ_OK; i++) {
        if (drop[i]) {
            continue;
        }
        if (frames_are_in(edit, i)) {
            result = frames_prune(edit, i, drop, arena, error);
        } else if (sframe_is_in(edit, i)) {
            result = sframe_prune(edit, i, drop, arena, error);
        } else if (edit->object.sections[i].kind == SECTION_DEBUG) {
            result = debug_tombstones_set(edit, i, drop, arena, error);
        }
    }
    return result;
}

/** Whether a COFF weak external defines its name by a default that stays: others may need it. */
static bool defines_by_default(const struct object *object, const struct obj_symbol *symbol,
                               const bool *drop)
{
    if (symbol->alias == OBJ_NONE || obj_symbol_is_reference(object, symbol)) {
        return false;
    }
    uint32_t section = object->symbols[symbol->alias].section;
    return section == OBJ_NONE || !drop[section];
}

/**
 * Mark the symbols to remove: those of removed sections, and undefined ones to which only removed
 * sections refer. False when memory is short.
 * @used by symbol: something refers to it now
 */
static bool mark_symbols(const struct obj_edit *edit, const bool *drop, const bool *used,
                         struct arena *arena, bool *symbols)
{
    const struct object *object = &edit->object;
    bool *still = ARENA_ARRAY(arena, bool, object->symbol_count + 1);
    if (!still) {
        return false;
    }
    obj_edit_mark_used_by(edit, drop, still);
    for (size_t i = 0; i < object->symbol_count; i++) {
        const struct obj_symbol *symbol = &object->symbols[i];
        bool removed = symbol->section != OBJ_NONE && drop[symbol->section];
        symbols[i] = removed || (symbol->place == PLACE_UNDEFINED && used[i] && !still[i] &&
                                 !defines_by_default(object, symbol, drop));
    }
    obj_edit_mark_signatures(edit, drop, symbols);
    /* a weak external that stays keeps its default */
    for (size_t i = 0; i < object->symbol_count; i++) {
        if (!symbols[i] && object->symbols[i].alias != OBJ_NONE) {
            uint32_t alias = object->symbols[i].alias;
            uint32_t section = object->symbols[alias].section;
            symbols[alias] = section != OBJ_NONE && drop[section];
        }
    }
    return true;
}

/** The section that a relocation leads into by a local symbol, or OBJ_NONE. */
static uint32_t local_target(const struct object *object, const struct obj_reloc *reloc)
{
    if (reloc->symbol == OBJ_NONE) {
        return reloc->section;
    }
    const struct obj_symbol *symbol = &object->symbols[reloc->symbol];
    return symbol->binding == BINDING_LOCAL ? symbol->section : OBJ_NONE;
}

/**
 * Whether a section has entries that belong to functions, which nothing reads but these functions:
 * in COFF constants in no COMDAT, where GCC for Windows puts tables of jumps; in ELF the tables of
 * handlers, which have relocations on RISC-V and LoongArch, and the table of addresses of PowerPC.
 */
static bool has_entries(const struct object *object, const struct obj_section *section)
{
    static const char *const names[] = {".gcc_except_table", ".toc", ".toc1", ".got2"};
    if (object->format != OBJ_ELF) {
        return object->format == OBJ_COFF && obj_section_has_tables(object, section);
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (span_is(section->name, names[i])) {
            return true;
        }
    }
    return false;
}

/** Cut the references from such entries to COMDATs that are discarded, as linkers do. */
static void cut_entries(struct obj_edit *edit, const bool *drop)
{
    const struct object *object = &edit->object;
    for (size_t i = 0; i < object->section_count; i++) {
        struct edit_relocs *relocs = &edit->relocs[i];
        size_t kept = 0;
        if (drop[i] || !has_entries(object, &object->sections[i])) {
            continue;
        }
        for (size_t r = 0; r < relocs->count; r++) {
            uint32_t target = local_target(object, &relocs->list[r]);
            if (target == OBJ_NONE || !drop[target]) {
                relocs->list[kept++] = relocs->list[r];
            }
        }
        relocs->count = kept;
    }
}

enum obj_result discard_sections(struct obj_edit *edit, const bool *drop, struct arena *arena,
                                 struct error *error)
{
    struct object *object = &edit->object;
    bool *symbols = ARENA_ARRAY(arena, bool, object->symbol_count + 1);
    if (!symbols) {
        return OBJ_NO_MEMORY;
    }
    enum obj_result result = cut_references(edit, drop, arena, error);
    if (result != OBJ_OK) {
        return result;
    }
    cut_entries(edit, drop);
    for (size_t i = 0; i < object->symbol_count; i++) {
        struct obj_symbol *symbol = &object->symbols[i];
        bool removed = symbol->section != OBJ_NONE && drop[symbol->section];
        symbols[i] = removed && symbol->binding == BINDING_LOCAL;
        if (removed && symbol->binding != BINDING_LOCAL) {
            symbol->place = PLACE_UNDEFINED;
            symbol->section = OBJ_NONE;
            symbol->value = symbol->size = 0;
        }
    }
    obj_edit_mark_signatures(edit, drop, symbols);
    return obj_edit_drop(edit, drop, symbols, arena, error);
}

/** The sections to remove, and cl's checksums of all sections, which are wrong without these. */
static bool *with_checksums(const struct object *object, const bool *drop, struct arena *arena)
{
    bool *all = ARENA_ARRAY(arena, bool, object->section_count + 1);
    bool any = false;
    for (size_t i = 0; all && i < object->section_count; i++) {
        all[i] = drop[i];
        any |= drop[i];
    }
    for (size_t i = 0; all && any && i < object->section_count; i++) {
        all[i] |= object->format == OBJ_COFF && span_is(object->sections[i].name, ".chks64");
    }
    return all;
}

enum obj_result prune_object(struct obj_edit *edit, const bool *drop, struct arena *arena,
                             struct error *error)
{
    struct object *object = &edit->object;
    drop = with_checksums(object, drop, arena);
    bool *used = ARENA_ARRAY(arena, bool, object->symbol_count + 1);
    bool *symbols = ARENA_ARRAY(arena, bool, object->symbol_count + 1);
    if (!drop || !used || !symbols) {
        return OBJ_NO_MEMORY;
    }
    obj_edit_mark_used(edit, used);
    enum obj_result result = cut_references(edit, drop, arena, error);
    if (result != OBJ_OK) {
        return result;
    }
    return mark_symbols(edit, drop, used, arena, symbols)
               ? obj_edit_drop(edit, drop, symbols, arena, error)
               : OBJ_NO_MEMORY;
}
