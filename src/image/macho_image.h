/* SPDX-License-Identifier: MIT */
/** Mach-O images: load commands as they are read, for those who look at them, strip and compare. */
#ifndef ARMELD_IMAGE_MACHO_IMAGE_H
#define ARMELD_IMAGE_MACHO_IMAGE_H

#include "image/image_internal.h"

enum { /* mach_header.filetype [mach-o/loader.h] */
    MH_OBJECT = 1, MH_EXECUTE = 2, MH_CORE = 4, MH_DYLIB = 6, MH_BUNDLE = 8, MH_DSYM = 10,
    MH_LAST = 12,
};

enum { /* load commands, without the bit that says that dyld must know them */
    LC_SEGMENT = 0x1, LC_SYMTAB = 0x2, LC_DYSYMTAB = 0xb, LC_TWOLEVEL_HINTS = 0x16,
    LC_SEGMENT_64 = 0x19, LC_CODE_SIGNATURE = 0x1d, LC_SEGMENT_SPLIT_INFO = 0x1e,
    LC_DYLD_INFO = 0x22, LC_FUNCTION_STARTS = 0x26, LC_DATA_IN_CODE = 0x29,
    LC_DYLIB_CODE_SIGN_DRS = 0x2b, LC_LINKER_OPTIMIZATION_HINT = 0x2e,
    LC_DYLD_EXPORTS_TRIE = 0x33, LC_DYLD_CHAINED_FIXUPS = 0x34, LC_ATOM_INFO = 0x36,
    LC_FUNCTION_VARIANTS = 0x37, LC_FUNCTION_VARIANT_FIXUPS = 0x38,
};

#define LC_MASK 0x7fffffffU /**< all but that bit */

enum { /* section flags: types without bytes in the file, attributes of code */
    S_ZEROFILL = 0x1, S_GB_ZEROFILL = 0xc, S_THREAD_LOCAL_ZEROFILL = 0x12,
    S_ATTR_SOME_INSTRUCTIONS = 0x400,
};

enum { /* n_type, n_desc [mach-o/nlist.h, mach-o/stab.h] */
    N_STAB = 0xe0, N_TYPE = 0xe, N_EXT = 0x1, N_INDR = 0xa, REFERENCED_DYNAMICALLY = 0x10,
};

#define INDIRECT_SYMBOL_NONE 0xc0000000U /**< bits of entries that are no number of a symbol */
#define R_EXTERN 0x08000000U             /**< of the second word of a relocation */
#define R_NUMBER 0x00ffffffU

/** What __LINKEDIT holds. */
enum macho_part_kind {
    MACHO_OPAQUE, MACHO_SYMBOLS, MACHO_NAMES, MACHO_INDIRECT, MACHO_RELOCS, MACHO_SIGNATURE,
};

/** One part of __LINKEDIT. */
struct macho_part {
    enum macho_part_kind kind;
    const char *name;
    size_t field;          /**< where in the file its offset is; a number of units follows */
    uint32_t unit;         /**< bytes */
    struct span bytes;
    uint64_t offset;
};

enum { MACHO_PARTS = 32 };

struct macho_image {
    struct span data;
    bool wide;            /**< 64 bits */
    uint32_t cpu, type;
    size_t commands_at, commands_end;
    size_t linkedit_at;   /**< the load command of __LINKEDIT */
    uint64_t memory;      /**< its size in memory */
    uint64_t linkedit;    /**< its offset in the file: it is the rest of the file */
    struct span text;     /**< the segment __TEXT; its data may be the header's */
    size_t symtab_at, dysymtab_at; /**< load commands; 0: none */
    struct macho_part parts[MACHO_PARTS]; /**< in the order of the file */
    size_t part_count;
    uint32_t symbol_count;
};

struct macho_symbol {
    uint32_t name;
    uint8_t type, section;
    uint16_t description;
    uint64_t value;
};

static inline size_t macho_symbol_size(const struct macho_image *image)
{
    return image->wide ? 16 : 12;
}

static inline struct macho_symbol macho_symbol(const struct macho_image *image, const uint8_t *at)
{
    return (struct macho_symbol){get_le32(at), at[4], at[5], get_le16(at + 6),
                                 image->wide ? get_le64(at + 8) : get_le32(at + 8)};
}

static inline bool macho_symbol_is_debug(const struct macho_symbol *symbol)
{
    return symbol->type & N_STAB;
}

/** Whether a symbol is of no use to dyld and linkers, and no debug symbol. */
static inline bool macho_symbol_is_local(const struct macho_symbol *symbol)
{
    return !(symbol->type & (N_STAB | N_EXT)) && !(symbol->description & REFERENCED_DYNAMICALLY);
}

/** Whether the value of a symbol is the offset of a name: that of which it is another name. */
static inline bool macho_symbol_is_alias(const struct macho_symbol *symbol)
{
    return !(symbol->type & N_STAB) && (symbol->type & N_TYPE) == N_INDR;
}

/** The bytes of a part, or none. */
struct span macho_part_bytes(const struct macho_image *image, enum macho_part_kind kind);

/**
 * Read all load commands of an image that may be stripped. What is not understood is an error: an
 * unknown command, bytes in __LINKEDIT or behind it that no command names, parts that overlap.
 * An image without symbols has no part of the kind MACHO_SYMBOLS.
 */
bool macho_image_read(struct span data, struct macho_image *image, struct error *error);

/** image_strip() of a thin Mach-O image. (macho_strip.c) */
bool macho_image_strip(struct span data, unsigned what, struct arena *keep, struct arena *scratch,
                       struct image_stripped *stripped);

/**
 * Compare an image that was stripped with the original, both read from their bytes.
 * Returns NULL, or what differs, in @arena; "out of memory" when memory is short. (macho_check.c)
 */
const char *macho_image_check(struct span before, struct span after, unsigned what,
                              struct arena *arena);

#endif
