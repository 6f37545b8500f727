/* SPDX-License-Identifier: MIT */
/** Regions: what each byte of a member is for. */
#ifndef ARMELD_OBJ_BYTE_MAP_H
#define ARMELD_OBJ_BYTE_MAP_H

#include "obj/object.h"

enum region_kind {
    REGION_CODE,
    REGION_RODATA,
    REGION_DATA,
    REGION_UNWIND,
    REGION_RELOCS,  /**< relocations, but those of debug info */
    REGION_SYMBOLS, /**< symbol and string tables, groups */
    REGION_DEBUG,   /**< debug info and its relocations */
    REGION_BITCODE, /**< bitcode sections, and members that are bitcode altogether */
    REGION_IMPORT,  /**< members of import libraries, altogether */
    REGION_OTHER,   /**< other sections: notes, directives; and members that nobody reads */
    REGION_HEADERS, /**< file and section headers, load commands, what lies between sections */
    REGION_KINDS,
};

struct region {
    uint64_t size;
    enum region_kind kind;
    struct span name;    /**< the section's; empty for what is none */
    struct span segment; /**< Mach-O's */
};

/**
 * The name of a section without what it holds: ".text" for ".text.main" and ".text$mn". What is no
 * section has none.
 */
struct span region_base_name(const struct region *region);

/** "code", "read-only data", ... */
const char *region_kind_name(enum region_kind kind);

/**
 * Divide a member into regions: in the order of the file, without gaps, adding up to its size.
 * Where an object claims bytes twice, the first claim counts. Sections without bytes in the file
 * are left out. What is no object, or does not parse, is one region.
 * @regions[out] in @arena, which is used as scratch memory too. False when memory is short.
 */
bool object_regions(struct span data, struct arena *arena, struct region **regions,
                    size_t *count);

#endif
