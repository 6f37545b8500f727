/* SPDX-License-Identifier: MIT */
/**
 * The kinds of ELF sections: what joining objects, joining sections and pruning mean for each.
 *
 * This table is the only place that says so. A section that no row knows by its name or its type
 * is kept as it is: not removed, not joined with others, and reported.
 */
#ifndef ARMELD_SHRINK_ELF_KINDS_H
#define ARMELD_SHRINK_ELF_KINDS_H

#include "obj/object.h"

/** What becomes of the sections of several objects that become one. */
enum elf_whole {
    WHOLE_EACH,   /**< each stays */
    WHOLE_ALL,    /**< a statement that holds only if all objects make it */
    WHOLE_RULES,  /**< one whose parts have rules of their own: prelink_properties.c */
    WHOLE_ONCE,   /**< one that an object makes once; objects that differ in it are not joined */
    WHOLE_MASKS,  /**< one register mask each: one is left, which has the bits of all */
    WHOLE_LISTED, /**< of equal ones the first stays */
    WHOLE_GONE,   /**< it would be wrong in the one object, and linkers do without */
    WHOLE_LTO,    /**< another form of the code, which only its own object has: removed, said */
    WHOLE_NEVER,  /**< an object with such a section is not joined with others */
};

/** How --merge joins the sections of one kind in an object. */
enum elf_join {
    JOIN_PIECES,  /**< one behind the other, each with its alignment */
    JOIN_RECORDS, /**< without gaps; also without --merge, since tools expect one in an object */
    JOIN_NEVER,   /**< each stays a section */
};

/** When pruning removes a section. */
enum elf_prune {
    PRUNE_UNUSED,  /**< when nothing refers to it */
    PRUNE_TIED,    /**< together with its group, or the section that it is linked to */
    PRUNE_RECORDS, /**< its records go with their functions; it does not keep functions */
    PRUNE_NEVER,   /**< what it refers to is kept, too */
};

struct elf_kind {
    const char *name;   /**< NULL: any */
    char match;         /**< '=' the name, '*' its beginning, '.' the name or NAME.*, '$' its end */
    uint32_t type;      /**< SHT_*, or 0: any */
    uint64_t flags;     /**< SHF_* that it has */
    enum elf_whole whole;
    enum elf_join join;
    enum elf_prune prune;
};

/**
 * The row of a section.
 * @return NULL if no row knows it
 */
const struct elf_kind *elf_kind_of(const struct obj_section *section);

#endif
