/* SPDX-License-Identifier: MIT */
/** Byte maps: the purpose of each byte of a member. */
#ifndef ARMELD_OBJ_BYTE_MAP_H
#define ARMELD_OBJ_BYTE_MAP_H

#include "obj/object.h"

enum byte_kind {
    BYTES_CODE,
    BYTES_RODATA,
    BYTES_DATA,
    BYTES_UNWIND,
    BYTES_RELOCS,  /**< relocations, except those of debug info */
    BYTES_SYMBOLS, /**< symbol and string tables, groups */
    BYTES_DEBUG,   /**< debug info and its relocations */
    BYTES_BITCODE, /**< bitcode sections, and whole members of bitcode */
    BYTES_IMPORT,  /**< whole members of import libraries */
    BYTES_OTHER,   /**< other sections (notes, directives), and members that are no objects */
    BYTES_HEADERS, /**< file and section headers, load commands, padding */
    BYTES_KINDS,
};

/** Consecutive bytes of one purpose. */
struct byte_range {
    uint64_t size;
    enum byte_kind kind;
    struct span name;    /**< of the section; empty if the bytes are in no section */
    struct span segment; /**< of the section, in Mach-O */
    /**
     * The fields of a table of whole records, two characters each: the size in bytes, and how a
     * value follows from others: = not at all, + near that of the record before, > that and the
     * next field of the record before, * near that of an earlier record whose fields between the
     * first and this one are the same. NULL: no table.
     */
    const char *records;
};

/**
 * The name of a section without the part that names its contents: ".text" for ".text.main" and
 * ".text$mn". Empty if the bytes are in no section.
 */
struct span byte_range_base_name(const struct byte_range *range);

/** What reports call a purpose: "code", "read-only data", ... */
const char *byte_kind_name(enum byte_kind kind);

/**
 * Divide a member into byte ranges: in the order of the file, without gaps, adding up to its size.
 * Where two parts of an object claim the same bytes, the first claim counts. Sections without bytes
 * in the file have no range. A member that is no object, or that cannot be read, is one range.
 * @arena       receives the ranges, and is used for temporary memory
 * @ranges[out] @count[out] the byte ranges
 * @return false when memory is short
 */
bool byte_map_make(struct span data, struct arena *arena, struct byte_range **ranges,
                   size_t *count);

/** The bytes of one part of a file. */
struct byte_claim {
    uint64_t offset;
    struct byte_range range;
};

/**
 * Turn claims, which it sorts, into ranges without overlaps; unclaimed bytes are headers. No claim
 * exceeds @end, the size of the file.
 * @ranges room for 2 * claim_count + 1
 */
size_t byte_map_lay_out(struct byte_claim *claims, size_t claim_count, uint64_t end,
                        struct byte_range *ranges);

/** struct byte_range's .records of an ELF section by its type, or NULL. */
const char *byte_map_elf_records(uint32_t type, bool wide);

/** The same of a table of section headers. */
const char *byte_map_elf_headers(bool wide);

#endif
