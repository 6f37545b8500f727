/* SPDX-License-Identifier: MIT */
/**
 * Relocations of which only a distance remains: a field that holds how far it is from itself to its
 * target. Where both lie in one section that linkers move as a block, that distance is known before
 * the link, and the relocation can be finished: applied to the contents, and left out.
 *
 * The table in relative.c lists the kinds of relocation for which that is the whole meaning. What
 * linkers make of other kinds depends on more: global offset tables, thread-local storage,
 * addresses, pages, ARM's change between instruction sets, PowerPC's second entry points.
 */
#ifndef ARMELD_OBJ_RELATIVE_H
#define ARMELD_OBJ_RELATIVE_H

#include "obj/object.h"

/** How a field holds a distance. */
enum obj_relative_form {
    RELATIVE_32,       /**< 4 bytes, signed */
    RELATIVE_64,       /**< 8 bytes */
    RELATIVE_BRANCH26, /**< AArch64 B, BL: bits 0 to 25, in steps of 4 bytes */
    RELATIVE_BRANCH19, /**< AArch64 B.cond, CBZ, LDR (literal): bits 5 to 23, the same */
    RELATIVE_BRANCH14, /**< AArch64 TBZ: bits 5 to 18, the same */
    RELATIVE_ADR,      /**< AArch64 ADR: bits 29 and 30, then 5 to 23, in bytes */
};

/** A kind of relocation that holds a distance. */
struct obj_relative {
    enum obj_format format;
    enum obj_machine machine;
    uint32_t type; /**< struct obj_reloc */
    enum obj_relative_form form;
    unsigned from; /**< distances count from so many bytes behind the field's beginning */
};

/** Whether the table has rows for the format and the machine of an object. */
bool obj_has_relative(const struct object *object);

/** The row for a type of relocation; NULL: it cannot be finished. */
const struct obj_relative *obj_relative_of(const struct object *object, uint32_t type);

/** How many bytes the field or its instruction has. */
unsigned obj_relative_width(const struct obj_relative *kind);

/** The distance that a field holds; until the relocation is applied, the addend may be there. */
int64_t obj_relative_get(const struct obj_relative *kind, const uint8_t *field);

/**
 * Write a distance into a field.
 * @return false if it does not fit; the field is unchanged
 */
bool obj_relative_put(const struct obj_relative *kind, uint8_t *field, int64_t distance);

/** Whether two fields are the same, but for the distance. */
bool obj_relative_alike(const struct obj_relative *kind, const uint8_t *a, const uint8_t *b);

/** Whether the addend of a relocation of this kind is in the field. */
bool obj_relative_adds_field(const struct obj_relative *kind, const struct obj_reloc *reloc);

/**
 * Whether a relocation takes of its symbol the address only: another symbol of the same section
 * serves as well, with another addend. Only where the relocation has the addend.
 */
bool obj_reloc_is_sum(const struct object *object, const struct obj_reloc *reloc);

/**
 * Whether linkers move the section as one block, so that distances within it are final: no part of
 * it is merged, sorted, cut, shortened or discarded. Not a section of a group, which is discarded
 * if another object has the group, too.
 */
bool obj_section_is_rigid(const struct object *object, const struct obj_section *section);

/**
 * Whether all that refers to the symbol gets this object's definition, and nothing but its address.
 * Not where another object's definition may be taken: weak and common ones, unique ones, and global
 * ones of ELF with default visibility, which programs and other shared libraries replace. Nor
 * protected ones: linkers treat them in different ways. Nor an address that is found when the
 * program starts (STT_GNU_IFUNC), or that is one for each thread.
 */
bool obj_symbol_is_settled(const struct object *object, const struct obj_symbol *symbol);

#endif
