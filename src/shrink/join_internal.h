/* SPDX-License-Identifier: MIT */
/** Joining sections: what join.c and join_kinds.c share. Only for these files. */
#ifndef ARMELD_SHRINK_JOIN_INTERNAL_H
#define ARMELD_SHRINK_JOIN_INTERNAL_H

#include "base/table.h"
#include "shrink/prelink.h"

/** The bits of a COFF section's flags that hold its alignment [PE Format, "Section Flags"]. */
#define IMAGE_SCN_ALIGN_MASK 0xf00000u

/** A joined section. */
struct joined {
    struct obj_section section;
    uint64_t relocs; /* how many relocations its pieces have together */
    uint8_t *bytes;  /* contents that can still be changed; NULL: none in the file */
};

/** An object whose sections are being joined. */
struct joining {
    struct obj_edit *edit;
    struct object *object;
    struct arena *arena;
    struct error *error;
    struct joined *list; /* the joined sections */
    size_t count;
    struct table table; /* of the joined sections by name */
    struct table names; /* COFF: the symbols by name, also without the underscore of x86 */
    uint32_t *to;       /* by section: the index of its joined section in list */
    uint64_t *base;     /* by section: its offset in the joined section */
    bool *tied;         /* by section: linked to or from another section */
    bool *bounded;      /* by section: it leads to the bounds of a list, see join_kinds.c */
    bool all;           /* false: join debug info and unwind information only */
    bool in_place;      /* some addends are in the contents, not in the relocations */
};

/**
 * Decide which sections are joined, and at which offset each lies: fills in list, to, base, tied
 * and in_place. False when memory is short.
 */
bool join_find_kinds(struct joining *j);

/** Whether section @i is not joined with any other section. */
bool join_stays_apart(const struct joining *j, size_t i);

#endif
