/* SPDX-License-Identifier: MIT */
/** Shared by the files that join sections. Only for join*.c. */
#ifndef ARMELD_SHRINK_JOIN_INTERNAL_H
#define ARMELD_SHRINK_JOIN_INTERNAL_H

#include "base/table.h"
#include "shrink/prelink.h"

/** The alignment of a COFF section lies in these bits of its flags. */
#define IMAGE_SCN_ALIGN_MASK 0xf00000u

/** A section of the result. */
struct joined {
    struct obj_section section;
    uint64_t relocs; /* number of relocations */
    uint8_t *bytes;
};

/** The sections of an object on their way into joined ones. */
struct joining {
    struct obj_edit *edit;
    struct object *object;
    struct arena *arena;
    struct error *error;
    struct joined *list;
    size_t count;
    struct table table;
    struct table names; /* COFF: the symbols by name, also without the underscore of x86 */
    uint32_t *to;      /* by section: its number in the list */
    uint64_t *base;    /* by section: its offset in the joined one */
    bool *tied;        /* by section: linked to or from another section */
    bool all;          /* false: join streams of records only */
    bool in_place;     /* addends are in the contents */
};

/** Decide which sections are joined, and where each lies. False when memory is short. */
bool join_find_kinds(struct joining *j);

/** Whether section @i is joined with no other. */
bool join_stays_apart(const struct joining *j, size_t i);

#endif
