/* SPDX-License-Identifier: MIT */
/**
 * Resolving: what a joined section says of itself needs no linker.
 *
 * Once the sections of one kind are one section, most calls lead from it into itself. Their
 * relocations are applied and left out, as obj/relative.h says which, and so are the symbols that
 * only they needed. What stays is what linkers decide, and what they read for other reasons:
 * .eh_frame, whose relocations name functions, and all that is merged, sorted or edited.
 *
 * If local symbols are stripped, the relocations that stay name sections where they can, and the
 * local symbols that are left lose their names.
 *
 * Mach-O is left alone: what is joined there has the flag MH_SUBSECTIONS_VIA_SYMBOLS, so linkers
 * cut its sections at symbols and move the pieces.
 */
#include "obj/linked.h"
#include "obj/relative.h"
#include "shrink/shrink.h"

enum { STT_SECTION = 3 }; /* [gABI, "Symbol Table"] */

/** An object whose relocations are resolved. */
struct resolving {
    struct obj_edit *edit;
    struct object *object;
    struct arena *arena;
    size_t finished; /* relocations */
};

/** The distance that a linker would write for a relocation; false: only a linker can tell. */
static bool final_distance(const struct resolving *r, uint32_t section,
                           const struct obj_reloc *reloc, const struct obj_relative **kind,
                           int64_t *distance)
{
    const struct object *object = r->object;
    const struct obj_section *from = &object->sections[section];
    *kind = obj_relative_of(object, reloc->type);
    if (!*kind || reloc->symbol == OBJ_NONE || reloc->offset > from->data.size ||
        from->data.size - reloc->offset < obj_relative_width(*kind)) {
        return false;
    }
    const struct obj_symbol *symbol = &object->symbols[reloc->symbol];
    if (symbol->section != section || !obj_symbol_is_settled(object, symbol)) {
        return false;
    }
    int64_t addend = reloc->addend;
    if (obj_relative_adds_field(*kind, reloc)) {
        addend = obj_relative_get(*kind, from->data.data + reloc->offset);
        /* lld 19 sets the bits of such a field without a look at what is there */
        if (addend && (*kind)->form != RELATIVE_32 && (*kind)->form != RELATIVE_64) {
            return false;
        }
    }
    *distance = (int64_t)(symbol->value + (uint64_t)addend - reloc->offset - (*kind)->from);
    return true;
}

/** Finish the relocations of one section. False when memory is short. */
static bool finish_section(struct resolving *r, uint32_t number)
{
    struct obj_section *section = &r->object->sections[number];
    struct edit_relocs *relocs = &r->edit->relocs[number];
    uint8_t *bytes = NULL;
    size_t kept = 0;
    for (size_t i = 0; i < relocs->count; i++) {
        const struct obj_reloc reloc = relocs->list[i];
        const struct obj_relative *kind;
        int64_t distance;
        bool final = final_distance(r, number, &reloc, &kind, &distance);
        if (final && !bytes) {
            bytes = (uint8_t *)arena_copy(r->arena, section->data).data;
            if (!bytes) {
                return false;
            }
            section->data = span_make(bytes, section->data.size);
        }
        if (!final || !obj_relative_put(kind, bytes + reloc.offset, distance)) {
            relocs->list[kept++] = reloc;
        }
    }
    r->finished += relocs->count - kept;
    relocs->count = kept;
    return true;
}

/** Whether a symbol is a compiler's or an assembler's own: nobody looks for its name. */
static bool is_label(const struct object *object, const struct obj_symbol *symbol)
{
    return symbol->binding == BINDING_LOCAL && object->format == OBJ_ELF &&
           (symbol->is_section || span_starts(symbol->name, ".L"));
}

/** Remove the labels that were used before and are not any more. */
static enum obj_result drop_labels(struct resolving *r, const bool *used, struct error *error)
{
    const struct object *object = r->object;
    bool *sections = ARENA_ARRAY(r->arena, bool, object->section_count + 1);
    bool *symbols = ARENA_ARRAY(r->arena, bool, object->symbol_count + 1);
    bool *still = ARENA_ARRAY(r->arena, bool, object->symbol_count + 1);
    if (!sections || !symbols || !still) {
        return OBJ_NO_MEMORY;
    }
    obj_edit_mark_used(r->edit, still);
    for (size_t i = 0; i < object->symbol_count; i++) {
        symbols[i] = used[i] && !still[i] && is_label(object, &object->symbols[i]);
    }
    return obj_edit_drop(r->edit, sections, symbols, r->arena, error);
}

/** Finish what can be. */
static enum obj_result finish_relocs(struct resolving *r, struct error *error)
{
    const struct object *object = r->object;
    bool *used = ARENA_ARRAY(r->arena, bool, object->symbol_count + 1);
    if (!used) {
        return OBJ_NO_MEMORY;
    }
    obj_edit_mark_used(r->edit, used);
    for (uint32_t i = 0; i < object->section_count; i++) {
        if (obj_section_is_rigid(object, &object->sections[i]) && !finish_section(r, i)) {
            return OBJ_NO_MEMORY;
        }
    }
    return r->finished ? drop_labels(r, used, error) : OBJ_OK;
}

/** Find the symbols of sections, and make room for those that are missing. False: no memory. */
static bool find_own_symbols(struct resolving *r, uint32_t *own)
{
    struct object *object = r->object;
    size_t most = object->symbol_count + object->section_count;
    struct obj_symbol *symbols = ARENA_ARRAY(r->arena, struct obj_symbol, most + 1);
    if (!symbols) {
        return false;
    }
    memset(own, 0xff, object->section_count * sizeof *own);
    for (uint32_t i = 0; i < object->symbol_count; i++) {
        symbols[i] = object->symbols[i];
        if (symbols[i].is_section && symbols[i].place == PLACE_SECTION && !symbols[i].value) {
            own[symbols[i].section] = i;
        }
    }
    object->symbols = symbols;
    return true;
}

/** The symbol of a section, which is made if there is none. */
static uint32_t own_symbol(struct object *object, uint32_t section, uint32_t *own)
{
    if (own[section] == OBJ_NONE) {
        own[section] = (uint32_t)object->symbol_count;
        object->symbols[object->symbol_count++] = (struct obj_symbol){
            .section = section, .alias = OBJ_NONE, .type = STT_SECTION, .raw = OBJ_NONE,
            .binding = BINDING_LOCAL, .place = PLACE_SECTION, .is_section = true};
    }
    return own[section];
}

/**
 * Whether a relocation can name the section instead of a local symbol in it. In a section that
 * linkers merge, they look up the element at symbol plus addend for a section's symbol, and that at
 * the symbol for others: the same without an addend [LLVM 19, ELFObjectWriter.cpp].
 */
static bool can_name_section(const struct object *object, const struct obj_symbol *symbol,
                             const struct obj_reloc *reloc)
{
    return symbol->binding == BINDING_LOCAL && !symbol->is_section &&
           obj_symbol_is_settled(object, symbol) &&
           (!obj_section_is_merged(object, &object->sections[symbol->section]) || !reloc->addend);
}

/** Let relocations name sections instead of local symbols, as compilers do. */
static enum obj_result name_sections(struct resolving *r)
{
    struct object *object = r->object;
    uint32_t *own = ARENA_ARRAY(r->arena, uint32_t, object->section_count + 1);
    if (!own || !find_own_symbols(r, own)) {
        return OBJ_NO_MEMORY;
    }
    for (size_t i = 0; i < object->section_count; i++) {
        struct edit_relocs *relocs = &r->edit->relocs[i];
        for (size_t n = 0; n < relocs->count && !object->sections[i].numbered; n++) {
            struct obj_reloc *reloc = &relocs->list[n];
            if (reloc->symbol == OBJ_NONE || !obj_reloc_is_sum(object, reloc)) {
                continue;
            }
            struct obj_symbol symbol = object->symbols[reloc->symbol];
            if (can_name_section(object, &symbol, reloc)) {
                reloc->addend += (int64_t)symbol.value;
                reloc->symbol = own_symbol(object, symbol.section, own);
            }
        }
    }
    return OBJ_OK;
}

enum obj_result resolve_object(struct obj_edit *edit, const struct shrink_object_rules *rules,
                               struct arena *arena, struct error *error)
{
    struct resolving r = {.edit = edit, .object = &edit->object, .arena = arena};
    bool changed = false;
    if (!obj_has_relative(r.object)) {
        return OBJ_OK; /* nor do symbols lose their names: some linkers read them */
    }
    enum obj_result done = finish_relocs(&r, error);
    if (done != OBJ_OK || !(rules->strip & ARMELD_STRIP_LOCALS)) {
        return done;
    }
    done = name_sections(&r);
    done = done == OBJ_OK ? strip_object(edit, rules, arena, &changed, error) : done;
    return done == OBJ_OK ? strip_names(edit, rules, arena) : done;
}
