/* SPDX-License-Identifier: MIT */
/**
 * The symbols that code for link-time optimisation (LTO) defines and needs.
 *
 * A compiler puts such code into an object instead of machine code (slim) or beside it (fat).
 * Linkers ask a plug-in for its symbols. Here they are read from the tables that the compilers
 * write for these plug-ins, in bitcode.c and gcc_lto.c; lto.c finds the tables in an object.
 * Only for src/obj and test/obj.
 */
#ifndef ARMELD_OBJ_LTO_H
#define ARMELD_OBJ_LTO_H

#include "obj/object.h"

/** Symbols while they are read. */
struct lto_reading {
    struct object *object;  /**< receives symbols and directives */
    struct arena *arena;    /**< owns the list, and names that are not in the member as they are */
    size_t capacity;        /**< of object.lto_symbols */
    uint64_t names_left;    /**< how many bytes the names may still claim together */
    bool no_memory;         /**< a step failed because memory is short */
};

/** How many times the size of the member all names together may have: names may share bytes. */
enum { LTO_NAMES_LIMIT = 64 };

/**
 * Append a symbol to object.lto_symbols.
 * @return NULL, or the reason why not; with no_memory set if memory is short
 */
const char *lto_add(struct lto_reading *r, struct obj_lto_symbol symbol);

/**
 * Append the symbols of LLVM bitcode. (bitcode.c)
 * @code raw or in its wrapper
 * @return NULL, or the reason why the symbols cannot be read; some may have been appended
 */
const char *bitcode_symbols(struct lto_reading *r, struct span code);

/**
 * Append the symbols of one of GCC's tables. (gcc_lto.c)
 * @table the contents of a section .gnu.lto_.symtab.*
 * @return as bitcode_symbols()
 */
const char *gcc_lto_symbols(struct lto_reading *r, struct span table);

/**
 * Whether GCC's section .gnu.lto_.lto.* says that the object has no machine code. (gcc_lto.c)
 * @header the contents of the section
 */
bool gcc_lto_is_slim(struct span header);

/**
 * A section of an object with code for LTO, by its name in ELF and COFF.
 * In Mach-O, GCC packs such sections into three others; gcc_lto_unpack() yields them.
 */
struct lto_section {
    struct span name, data;
};

/**
 * Take the next section out of GCC's wrapper for Mach-O. (gcc_lto.c)
 * @parts  the sections __wrapper_sects, __wrapper_names and __wrapper_index of segment __GNU_LTO
 * @at     number of the section; the caller counts from 0
 * @out[out] set if there is such a section
 * @return NULL and out->name.data not NULL: a section; NULL otherwise: no further one; or the
 *         reason why the index cannot be read
 */
const char *gcc_lto_unpack(const struct span parts[3], bool big_endian, size_t at,
                           struct lto_section *out);

/** Read what an object has for LTO; object.lto and the fields after it. (lto.c) */
enum obj_result lto_read(struct arena *arena, struct object *object);

#endif
