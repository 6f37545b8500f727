/* SPDX-License-Identifier: MIT */
/**
 * Prelinking Mach-O: take out of each part the definitions that lost, see prelink_macho_pieces.c.
 *
 * Pieces that stay move towards the beginning of their section, by multiples of its alignment:
 * linkers derive a piece's alignment from its offset. Contents that hold places are rewritten:
 * local relocations, differences without relocations, and the way back from an FDE to its CIE.
 */
#include "obj/macho.h"
#include "obj/writer.h"
#include "shrink/macho_pieces.h"

/** The offset of a section to which what was at @offset moves; its piece stays. */
static uint64_t new_offset(const struct cutting *c, uint32_t section, uint64_t offset)
{
    const struct piece *piece = macho_piece_at(c, section, offset);
    return piece->moved + (offset - piece->start);
}

/** How far towards the beginning what is at an offset moves. */
static uint64_t way_of(const struct cutting *c, uint32_t section, uint64_t offset)
{
    return offset - new_offset(c, section, offset);
}

/** Give each piece that stays its new place. */
static void place_pieces(struct cutting *c)
{
    for (uint32_t i = 0; i < c->object->section_count; i++) {
        const struct obj_section *section = &c->object->sections[i];
        bool stream = span_is(section->name, "__eh_frame") ||
                      span_is(section->name, "__compact_unwind");
        uint64_t align = stream || section->align == 0 ? 1 : section->align;
        uint64_t end = 0;
        for (uint32_t p = c->first[i]; p < c->first[i + 1]; p++) {
            struct piece *piece = &c->pieces[p];
            piece->moved = end + (piece->start - end) % align;
            if (!piece->dies) {
                end = piece->moved + (piece->end - piece->start);
            }
        }
    }
}

/** Copy the contents of all sections, to be changed. False when memory is short. */
static bool copy_sections(struct cutting *c)
{
    for (uint32_t i = 0; i < c->object->section_count; i++) {
        struct obj_section *section = &c->object->sections[i];
        if (section->data.size) {
            section->data = arena_copy(c->arena, section->data);
            if (!section->data.data) {
                return false;
            }
        }
    }
    return true;
}

/** Add a number to the bytes at an offset of a section. */
static void add_to(struct cutting *c, uint32_t section, uint64_t offset, unsigned width,
                   uint64_t number)
{
    bool big = c->object->big_endian;
    struct span data = c->object->sections[section].data;
    struct cursor at = {(uint8_t *)(uintptr_t)data.data, (size_t)offset, big};
    const uint8_t *bytes = at.bytes + offset;
    if (number == 0 || offset > data.size || width > data.size - offset) {
        return;
    }
    if (width == 8) {
        put_64(&at, get_64(bytes, big) + number);
    } else {
        put_32(&at, get_32(bytes, big) + (uint32_t)number);
    }
}

/** How far the target of a local relocation moves. */
static uint64_t way_of_target(const struct cutting *c, uint32_t from,
                              const struct obj_reloc *reloc)
{
    uint64_t target;
    return !macho_is_one_piece(c, reloc->section) && macho_local_target(c, from, reloc, &target)
               ? way_of(c, reloc->section, target)
               : 0;
}

/** Rewrite the contents at local relocations, while everything still lies at its old place. */
static void rewrite_relocs(struct cutting *c)
{
    for (uint32_t i = 0; i < c->object->section_count; i++) {
        const struct edit_relocs *relocs = &c->edit->relocs[i];
        for (size_t r = 0; r < relocs->count; r++) {
            const struct obj_reloc *reloc = &relocs->list[r];
            bool pcrel = reloc->type >> 8 & 1;
            if (reloc->section != OBJ_NONE && !macho_piece_at(c, i, reloc->offset)->dies) {
                uint64_t way = pcrel ? way_of(c, i, reloc->offset) : 0;
                add_to(c, i, reloc->offset, 1u << (reloc->type >> 9 & 3),
                       way - way_of_target(c, i, reloc));
            }
        }
    }
}

/** Rewrite differences without relocations in the same way. */
static void rewrite_places(struct cutting *c)
{
    for (size_t p = 0; p < c->edit->place_count; p++) {
        const struct edit_place *place = &c->edit->places[p];
        if (place->target != OBJ_NONE &&
            !macho_piece_at(c, place->section, place->offset)->dies) {
            uint64_t target = macho_place_target(c, place);
            add_to(c, place->section, place->offset, 8,
                   way_of(c, place->section, place->offset) - way_of(c, place->target, target));
        }
    }
    for (size_t i = 0; i < c->count; i++) {
        const struct piece *piece = &c->pieces[i];
        if (piece->cie != UINT64_MAX && !piece->dies) { /* the way back shrinks */
            add_to(c, piece->section, piece->start + 4, 4,
                   way_of(c, piece->section, piece->cie) -
                       way_of(c, piece->section, piece->start));
        }
    }
}

/** Move the contents, and set the new sizes. */
static void move_contents(struct cutting *c)
{
    for (uint32_t i = 0; i < c->object->section_count; i++) {
        struct obj_section *section = &c->object->sections[i];
        uint8_t *bytes = (uint8_t *)(uintptr_t)section->data.data;
        uint64_t end = 0;
        for (uint32_t p = c->first[i]; p < c->first[i + 1]; p++) {
            const struct piece *piece = &c->pieces[p];
            uint64_t size = piece->end - piece->start;
            if (piece->dies) {
                continue;
            }
            if (section->data.size) {
                memset(bytes + end, 0, (size_t)(piece->moved - end));
                memmove(bytes + piece->moved, bytes + piece->start, (size_t)size);
            }
            end = piece->moved + size;
        }
        section->size = end;
        section->data.size = section->data.size ? (size_t)end : 0;
    }
}

/** Move or remove relocations, places and symbols. */
static void move_rest(struct cutting *c)
{
    struct obj_edit *edit = c->edit;
    size_t kept = 0;
    for (uint32_t i = 0; i < c->object->section_count; i++) {
        struct edit_relocs *relocs = &edit->relocs[i];
        size_t count = 0;
        for (size_t r = 0; r < relocs->count; r++) {
            struct obj_reloc reloc = relocs->list[r];
            if (!macho_piece_at(c, i, reloc.offset)->dies) {
                reloc.offset = new_offset(c, i, reloc.offset);
                relocs->list[count++] = reloc;
            }
        }
        relocs->count = count;
    }
    for (size_t p = 0; p < edit->place_count; p++) {
        struct edit_place place = edit->places[p];
        if (!macho_piece_at(c, place.section, place.offset)->dies) {
            place.offset = new_offset(c, place.section, place.offset);
            edit->places[kept++] = place;
        }
    }
    edit->place_count = kept;
    for (size_t i = 0; i < c->object->symbol_count; i++) {
        struct obj_symbol *symbol = &c->object->symbols[i];
        if (symbol->place != PLACE_SECTION) {
            continue;
        }
        if (macho_piece_at(c, symbol->section, symbol->value)->dies) {
            symbol->label = true; /* it is not in the output */
        } else {
            symbol->value = new_offset(c, symbol->section, symbol->value);
        }
    }
}

static enum obj_result cut_part(struct linking *l, uint32_t part)
{
    struct cutting c = {.l = l, .part = part, .edit = &l->parts[part].edit,
                        .object = object_of(l, part), .arena = l->arena};
    bool any;
    if (!(c.object->flags & MH_SUBSECTIONS_VIA_SYMBOLS)) {
        return OBJ_OK;
    }
    if (!macho_find_pieces(&c, &any)) {
        return OBJ_NO_MEMORY;
    }
    if (!any) {
        return OBJ_OK;
    }
    place_pieces(&c);
    if (!copy_sections(&c)) {
        return OBJ_NO_MEMORY;
    }
    rewrite_relocs(&c);
    rewrite_places(&c);
    move_contents(&c);
    move_rest(&c);
    return OBJ_OK;
}

enum obj_result macho_cut_losers(struct linking *l)
{
    enum obj_result result = OBJ_OK;
    bool cuts = l->out->object.format == OBJ_MACHO && l->part_count > 1;
    for (uint32_t i = 0; cuts && result == OBJ_OK && i < l->part_count; i++) {
        result = cut_part(l, i);
    }
    return result;
}
