/* SPDX-License-Identifier: MIT */
/**
 * Joining sections of one kind: join_kinds.c decides which, this file moves them.
 *
 * Each section becomes a piece of a joined section and keeps its alignment. Its symbols and
 * relocations move along. Some references need care:
 *
 * - A section symbol, with an addend in the relocation (ELF RELA): the relocation names the joined
 *   section's symbol instead, and the addend is raised by the offset of the piece.
 * - A section symbol, with an addend in the contents (ELF REL, COFF), whose encoding depends on the
 *   type of the relocation: the symbol becomes a label at the piece.
 * - SHF_MERGE: linkers merge equal constants of such sections, and a label in one of them means
 *   something else than the section symbol with an addend. Where addends are in the contents,
 *   sections with this flag are not joined.
 * - COFF: linkers sort sections by the part of their names after '$', and lists between two marker
 *   sections rely on that order. Only sections whose '$' part is the name of a symbol, as
 *   compilers name the sections of functions, are joined with others.
 * - ELF: what leads to __start_NAME or __stop_NAME is not joined with what does not.
 * - Mach-O: local relocations and some contents hold addresses in the assembler's layout. They are
 *   rewritten for the new layout.
 */
#include "obj/coff.h"
#include "obj/elf.h"
#include "obj/macho.h"
#include "obj/writer.h"
#include "shrink/graph.h"
#include "shrink/join_internal.h"

/* ---- order and addresses ----------------------------------------------------------------- */

/** Mach-O: put zerofill sections last and give each section an address. False: no memory. */
static bool settle_addresses(struct joining *j)
{
    uint32_t *moved = ARENA_ARRAY(j->arena, uint32_t, j->count + 1);
    struct joined *list = ARENA_ARRAY(j->arena, struct joined, j->count + 1);
    uint64_t address = 0;
    size_t at = 0;
    if (!moved || !list) {
        return false;
    }
    for (int zeros = 0; zeros < 2; zeros++) {
        for (size_t i = 0; i < j->count; i++) {
            if ((j->list[i].section.kind == SECTION_ZERO) == zeros) {
                struct obj_section *section = &j->list[i].section;
                section->address = round_up(address, section->align);
                address = section->address + section->size;
                moved[i] = (uint32_t)at;
                list[at++] = j->list[i];
            }
        }
    }
    for (size_t i = 0; i < j->object->section_count; i++) {
        j->to[i] = moved[j->to[i]];
    }
    j->list = list;
    return true;
}

/** Set the bits of COFF section flags that hold the alignment. */
static void settle_alignment(struct obj_section *section)
{
    uint64_t bits = 1;
    while (UINT64_C(1) << (bits - 1) < section->align && bits < 14) {
        bits++;
    }
    section->flags = (section->flags & ~(uint64_t)IMAGE_SCN_ALIGN_MASK) | bits << 20;
}

/* ---- contents ---------------------------------------------------------------------------- */

/** The new address of a piece. */
static uint64_t new_address(const struct joining *j, uint32_t section)
{
    return j->list[j->to[section]].section.address + j->base[section];
}

/** How far the address of a Mach-O section moves, modulo 2^64. */
static uint64_t distance_of(const struct joining *j, uint32_t section)
{
    return new_address(j, section) - j->object->sections[section].address;
}

/** Rewrite the contents at a local Mach-O relocation for the new place of its target. */
static enum obj_result move_target(struct joining *j, uint32_t from, const struct obj_reloc *reloc)
{
    struct joined *joined = &j->list[j->to[from]];
    uint64_t at = j->base[from] + reloc->offset;
    bool pcrel = reloc->type >> 8 & 1;
    unsigned width = 1u << (reloc->type >> 9 & 3);
    unsigned type = reloc->type & 0xff;
    bool x86 = j->object->machine == MACHINE_X86_64;
    bool known = type == 0 || (x86 && pcrel && width == 4);
    if (!joined->bytes || !known || (pcrel && !x86) || width < 4 ||
        at + width > joined->section.size) {
        return OBJ_FAIL(j->error, "section %.*s: a local relocation of type %u is not moved",
                        SPAN_BRIEF(j->object->sections[from].name), type);
    }
    uint64_t distance = distance_of(j, reloc->section) - (pcrel ? distance_of(j, from) : 0);
    struct cursor c = {joined->bytes, (size_t)at, j->object->big_endian};
    if (width == 8) {
        put_64(&c, get_64(joined->bytes + at, j->object->big_endian) + distance);
    } else {
        put_32(&c, get_32(joined->bytes + at, j->object->big_endian) + (uint32_t)distance);
    }
    return OBJ_OK;
}

/** Whether __eh_frame has more than CIEs, or is not understood. */
static bool has_fde(struct span data, bool big_endian)
{
    enum { HEAD = 8 };
    for (size_t at = 0; data.size - at >= HEAD;) {
        uint32_t length = get_32(data.data + at, big_endian);
        if (length < HEAD - 4 || length > data.size - at - 4 ||
            get_32(data.data + at + 4, big_endian) != 0) {
            return true;
        }
        at += 4 + (size_t)length;
    }
    return false;
}

/** Refuse unwind information of arm64 without relocations: its addresses cannot be found. */
static enum obj_result check_frames(const struct joining *j)
{
    for (size_t i = 0; j->object->format == OBJ_MACHO && i < j->object->section_count; i++) {
        bool bare = j->object->machine != MACHINE_X86_64 && j->edit->relocs[i].count == 0;
        if (bare && span_is(j->object->sections[i].name, "__eh_frame") &&
            has_fde(j->object->sections[i].data, j->object->big_endian)) {
            return OBJ_FAIL(j->error, "%s: __eh_frame without relocations is not moved",
                            object_machine_name(j->object->machine));
        }
    }
    return OBJ_OK;
}

/** Move places, and rewrite differences between sections whose distance changes. */
static void move_places(struct joining *j)
{
    for (size_t i = 0; i < j->edit->place_count; i++) {
        struct edit_place *place = &j->edit->places[i];
        uint32_t from = place->section;
        place->offset += j->base[from];
        place->section = j->to[from];
        uint8_t *bytes = j->list[place->section].bytes;
        if (place->target != OBJ_NONE && bytes) {
            struct cursor c = {bytes, (size_t)place->offset, j->object->big_endian};
            uint64_t value = get_64(bytes + place->offset, j->object->big_endian);
            put_64(&c, value + distance_of(j, place->target) - distance_of(j, from));
            place->target = j->to[place->target];
        }
    }
}

/** Copy the contents of all pieces. False when memory is short. */
static bool copy_contents(struct joining *j)
{
    for (size_t i = 0; i < j->count; i++) {
        struct joined *joined = &j->list[i];
        if (joined->section.kind == SECTION_ZERO || joined->section.numbered) {
            continue;
        }
        joined->bytes = arena_alloc(j->arena, (size_t)joined->section.size + 1);
        if (!joined->bytes) {
            return false;
        }
        joined->section.data = span_make(joined->bytes, (size_t)joined->section.size);
    }
    for (size_t i = 0; i < j->object->section_count; i++) {
        struct span data = j->object->sections[i].data;
        if (data.size && j->list[j->to[i]].bytes) {
            memcpy(j->list[j->to[i]].bytes + j->base[i], data.data, data.size);
        }
    }
    return true;
}

/* ---- symbols and relocations ------------------------------------------------------------- */

/**
 * Move the symbols. One section symbol of the pieces becomes the symbol of the joined section. The
 * others become labels or, where relocations have addends, are replaced.
 * @instead[out] by symbol: the symbol that replaces it
 * @shift[out]   by symbol: how much addends are raised
 * @return false when memory is short
 */
static bool move_symbols(struct joining *j, uint32_t *instead, uint64_t *shift)
{
    struct object *object = j->object;
    uint32_t *own = ARENA_ARRAY(j->arena, uint32_t, j->count + 1);
    if (!own) {
        return false;
    }
    memset(own, 0xff, j->count * sizeof *own);
    for (uint32_t i = 0; i < object->symbol_count; i++) {
        struct obj_symbol *symbol = &object->symbols[i];
        instead[i] = i;
        if (symbol->section == OBJ_NONE) {
            continue;
        }
        uint32_t from = symbol->section;
        symbol->section = j->to[from];
        symbol->value += j->base[from];
        if (!symbol->is_section) {
            continue;
        }
        symbol->name = object->format == OBJ_COFF || j->in_place
                           ? j->list[symbol->section].section.name
                           : symbol->name;
        if (object->format == OBJ_ELF && !j->in_place) {
            shift[i] = symbol->value;
            symbol->value = 0;
            own[symbol->section] = own[symbol->section] == OBJ_NONE ? i : own[symbol->section];
            instead[i] = own[symbol->section];
        } else if (own[symbol->section] == OBJ_NONE && symbol->value == 0) {
            own[symbol->section] = i;
        } else if (object->format == OBJ_ELF) {
            symbol->is_section = false;
            symbol->type = 0;
        } else {
            symbol->aux = span_make(NULL, 0);
            symbol->is_section = symbol->value == 0;
        }
    }
    return true;
}

/** Move the relocations to @out, by joined section. */
static enum obj_result move_relocs(struct joining *j, const uint32_t *instead,
                                   const uint64_t *shift, struct edit_relocs *out)
{
    for (uint32_t i = 0; i < j->object->section_count; i++) {
        const struct edit_relocs *relocs = &j->edit->relocs[i];
        struct edit_relocs *to = &out[j->to[i]];
        for (size_t r = 0; r < relocs->count; r++) {
            struct obj_reloc reloc = relocs->list[r];
            if (reloc.section != OBJ_NONE) {
                enum obj_result result = move_target(j, i, &reloc);
                if (result != OBJ_OK) {
                    return result;
                }
                reloc.section = j->to[reloc.section];
                /* the base of the contents, see implied_addend() in macho_relocs.c */
                reloc.addend = -(int64_t)j->list[reloc.section].section.address;
                if (reloc.type >> 8 & 1) {
                    reloc.addend += (int64_t)j->list[j->to[i]].section.address;
                }
            }
            if (reloc.symbol != OBJ_NONE) {
                reloc.addend += (int64_t)shift[reloc.symbol];
                reloc.symbol = instead[reloc.symbol];
            }
            if (!j->object->sections[i].numbered) {
                reloc.offset += j->base[i];
            }
            to->list[to->count++] = reloc;
        }
    }
    return OBJ_OK;
}

/** Keep the groups of sections that are not joined; joined sections have no group. */
static bool move_groups(struct joining *j)
{
    struct object *object = j->object;
    uint32_t kept = 0;
    for (size_t i = 0; i < j->count; i++) {
        j->list[i].section.group = OBJ_NONE;
    }
    for (size_t g = 0; g < object->group_count; g++) {
        struct obj_group group = object->groups[g];
        bool apart = group.section_count && join_stays_apart(j, group.sections[0]);
        for (size_t i = 0; apart && i < group.section_count; i++) {
            group.sections[i] = j->to[group.sections[i]];
            j->list[group.sections[i]].section.group = kept;
        }
        if (apart) {
            object->groups[kept++] = group;
        }
    }
    object->group_count = kept;
    return true;
}

/** Remove section symbols that were replaced, unless something still refers to them. */
static enum obj_result drop_labels(struct obj_edit *edit, const uint32_t *instead,
                                   struct arena *arena, struct error *error)
{
    struct object *object = &edit->object;
    bool *sections = ARENA_ARRAY(arena, bool, object->section_count + 1);
    bool *symbols = ARENA_ARRAY(arena, bool, object->symbol_count + 1);
    bool *used = ARENA_ARRAY(arena, bool, object->symbol_count + 1);
    if (!sections || !symbols || !used) {
        return OBJ_NO_MEMORY;
    }
    obj_edit_mark_used(edit, used);
    for (uint32_t i = 0; i < object->symbol_count; i++) {
        symbols[i] = instead[i] != i && !used[i];
    }
    return obj_edit_drop(edit, sections, symbols, arena, error);
}

/** Where symbols, relocations and sections move. */
struct moves {
    uint32_t *instead; /* by symbol: the symbol that replaces it */
    uint64_t *shift;   /* by symbol: how much addends are raised */
    struct edit_relocs *relocs;   /* by joined section */
    struct obj_section *sections; /* the joined sections */
};

/** Allocate the tables whose sizes depend on the object. False when memory is short. */
static bool make_tables(struct joining *j, struct moves *moves)
{
    size_t sections = j->object->section_count + 1;
    size_t symbols = j->object->symbol_count + 1;
    j->list = ARENA_ARRAY(j->arena, struct joined, sections);
    j->to = ARENA_ARRAY(j->arena, uint32_t, sections);
    j->base = ARENA_ARRAY(j->arena, uint64_t, sections);
    j->tied = ARENA_ARRAY(j->arena, bool, sections);
    j->bounded = ARENA_ARRAY(j->arena, bool, sections);
    moves->instead = ARENA_ARRAY(j->arena, uint32_t, symbols);
    moves->shift = ARENA_ARRAY(j->arena, uint64_t, symbols);
    return j->list && j->to && j->base && j->tied && j->bounded && moves->instead && moves->shift;
}

/** Plan the joined sections: kinds, addresses, contents, room for relocations. False: no memory. */
static bool plan(struct joining *j, struct moves *moves)
{
    if (!join_find_kinds(j) || (j->object->format == OBJ_MACHO && !settle_addresses(j)) ||
        !copy_contents(j)) {
        return false;
    }
    moves->relocs = ARENA_ARRAY(j->arena, struct edit_relocs, j->count + 1);
    moves->sections = ARENA_ARRAY(j->arena, struct obj_section, j->count + 1);
    bool done = moves->relocs && moves->sections;
    for (size_t i = 0; done && i < j->count; i++) {
        size_t most = (size_t)j->list[i].relocs + 1;
        moves->relocs[i].list = ARENA_ARRAY(j->arena, struct obj_reloc, most);
        done = moves->relocs[i].list != NULL;
    }
    return done;
}

/** Move groups, symbols, places and relocations to the joined sections. */
static enum obj_result move(struct joining *j, struct moves *moves)
{
    enum obj_result result = check_frames(j);
    if (result != OBJ_OK) {
        return result;
    }
    if (!move_groups(j) || !move_symbols(j, moves->instead, moves->shift)) {
        return OBJ_NO_MEMORY;
    }
    move_places(j);
    return move_relocs(j, moves->instead, moves->shift, moves->relocs);
}

/** Put the joined sections into the object, and remove symbols that were replaced. */
static enum obj_result commit(struct joining *j, struct moves *moves)
{
    struct object *object = j->object;
    for (size_t i = 0; i < j->count; i++) {
        struct obj_section *section = &moves->sections[i];
        *section = j->list[i].section;
        section->link = section->link == OBJ_NONE ? OBJ_NONE : j->to[section->link];
        if (object->format == OBJ_COFF) {
            settle_alignment(section);
        }
    }
    object->sections = moves->sections;
    object->section_count = j->count;
    j->edit->relocs = moves->relocs;
    enum obj_result result = OBJ_OK;
    for (uint32_t i = 0; result == OBJ_OK && i < object->section_count; i++) {
        if (frames_are_in(j->edit, i)) {
            result = frames_group(j->edit, i, j->arena, j->error);
        }
    }
    if (result == OBJ_OK && object->format == OBJ_MACHO && !macho_put_places(j->edit, j->arena)) {
        return OBJ_NO_MEMORY;
    }
    return result == OBJ_OK ? drop_labels(j->edit, moves->instead, j->arena, j->error) : result;
}

enum obj_result join_sections(struct obj_edit *edit, bool all, struct arena *arena,
                              struct error *error)
{
    struct joining j = {
        .edit = edit, .object = &edit->object, .arena = arena, .error = error, .all = all};
    struct moves moves;
    if (!make_tables(&j, &moves) || !plan(&j, &moves)) {
        return OBJ_NO_MEMORY;
    }
    enum obj_result result = move(&j, &moves);
    return result == OBJ_OK ? commit(&j, &moves) : result;
}
