/* SPDX-License-Identifier: MIT */
/**
 * The pieces of a Mach-O part, shared by prelink_macho_pieces.c, which finds the pieces that go,
 * and prelink_macho_cut.c, which takes them out. Only for these two.
 */
#ifndef ARMELD_SHRINK_MACHO_PIECES_H
#define ARMELD_SHRINK_MACHO_PIECES_H

#include "shrink/prelink_internal.h"

/**
 * A piece of a section: what linkers cut at symbols; a record of unwind information; otherwise the
 * whole section.
 */
struct piece {
    uint32_t section;
    uint32_t function;   /* of a record: the piece that it describes, or OBJ_NONE */
    uint64_t start, end; /* in the section */
    uint64_t moved;      /* where it starts afterwards */
    uint64_t field;      /* of a record: the offset of what names the function, or UINT64_MAX */
    uint64_t cie;        /* of an FDE: where its CIE starts, or UINT64_MAX */
    bool dies;
};

/** A part being cut. */
struct cutting {
    struct linking *l;
    uint32_t part;
    struct obj_edit *edit;
    struct object *object;
    struct arena *arena;
    struct piece *pieces; /* by section, then by start */
    size_t count;
    uint32_t *first; /* by section: its first piece; one more entry at the end */
};

/**
 * Divide the sections of a part into pieces, and find those that go: definitions that lost against
 * another part's, with their unwind information and exception tables. A piece stays if anything
 * that stays refers to it other than by the name of the definition.
 * @any[out] whether any piece goes
 * @return false when memory is short
 */
bool macho_find_pieces(struct cutting *c, bool *any);

/** The piece that holds an offset of a section; its end belongs to the last one. */
struct piece *macho_piece_at(const struct cutting *c, uint32_t section, uint64_t offset);

/** Whether nothing of a section can go. */
static inline bool macho_is_one_piece(const struct cutting *c, uint32_t section)
{
    return c->first[section + 1] - c->first[section] == 1;
}

/** The offset in its section to which a local relocation leads. False: it is not understood. */
bool macho_local_target(const struct cutting *c, uint32_t from, const struct obj_reloc *reloc,
                        uint64_t *offset);

/** The offset, in its target section, of the difference that a place holds. */
uint64_t macho_place_target(const struct cutting *c, const struct edit_place *place);

#endif
