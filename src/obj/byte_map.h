/* SPDX-License-Identifier: MIT */
/** Regions: what each byte of a member is for. */
#ifndef ARMELD_OBJ_BYTE_MAP_H
#define ARMELD_OBJ_BYTE_MAP_H

#include "obj/object.h"

enum byte_kind {
    BYTES_CODE,
    BYTES_RODATA,
    BYTES_DATA,
    BYTES_UNWIND,
    BYTES_RELOCS,  /**< relocations, but those of debug info */
    BYTES_SYMBOLS, /**< symbol and string tables, groups */
    BYTES_DEBUG,   /**< debug info and its relocations */
    BYTES_BITCODE, /**< bitcode sections, and members that are bitcode altogether */
    BYTES_IMPORT,  /**< members of import libraries, altogether */
    BYTES_OTHER,   /**< other sections: notes, directives; and members that nobody reads */
    BYTES_HEADERS, /**< file and section headers, load commands, what lies between sections */
    BYTES_KINDS,
};

struct byte_range {
    uint64_t size;
    enum byte_kind kind;
    struct span name;    /**< the section's; empty for what is none */
    struct span segment; /**< Mach-O's */
};

/**
 * The name of a section without what it holds: ".text" for ".text.main" and ".text$mn". What is no
 * section has none.
 */
struct span byte_range_base_name(const struct byte_range *range);

/** "code", "read-only data", ... */
const char *byte_kind_name(enum byte_kind kind);

/**
 * Divide a member into regions: in the order of the file, without gaps, adding up to its size.
 * Where an object claims bytes twice, the first claim counts. Sections without bytes in the file
 * are left out. What is no object, or does not parse, is one region.
 * @ranges[out] in @arena, which is used as scratch memory too. False when memory is short.
 */
bool byte_map_make(struct span data, struct arena *arena, struct byte_range **ranges,
                   size_t *count);

#endif
