/* SPDX-License-Identifier: MIT */
/** Stripping ELF images: the state of the work. Only for src/image. */
#ifndef ARMELD_IMAGE_ELF_STRIP_H
#define ARMELD_IMAGE_ELF_STRIP_H

#include "image/elf_image.h"

/** Bytes of the file that stay together: what is loaded, and headers. */
struct elf_piece {
    uint64_t start, end;
    uint64_t align; /**< its new place is the old one, less a multiple of this */
    bool pinned;    /**< it stays where it is */
    uint64_t to;    /**< its new place */
};

struct elf_stripping {
    struct elf_image elf;
    unsigned what;          /**< bits of enum image_strip */
    struct arena *keep;     /**< of the result */
    struct arena *scratch;
    struct error error;     /**< why the image stays as it is; or memory was short */
    bool *drop;             /**< by section */
    uint32_t *number;       /**< by section: its new number */
    uint64_t *offset;       /**< by section: its new offset */
    uint64_t *size;         /**< by section: its new size */
    uint32_t kept;          /**< number of sections that stay, with number 0 */
    uint32_t first_dropped; /**< the first section that goes, or the number of sections */
    uint32_t symtab;        /**< the section with all symbols; 0: none */
    uint32_t strtab;        /**< that with their names */
    bool drops_symbols;     /**< some symbol goes */
    struct span symbols;    /**< the new table; its sections have the new numbers */
    struct span strings;    /**< the new names of symbols; also of sections if they were in one */
    struct span names;      /**< the new names of sections */
    uint32_t *name_at;      /**< by section: its name in .names, or .strings */
    uint32_t locals;        /**< number of symbols in front of the first that is not local */
    struct elf_piece *pieces;
    size_t piece_count;
    bool sections_loaded;   /**< the section headers are in a piece, and stay in their place */
    bool in_place;          /**< what is between the pieces stays there */
    uint64_t sections_to;   /**< the new place of the section headers */
    uint64_t end;           /**< the size of the new file */
};

/** Set the reason why the image stays as it is. Always false. */
#define ELF_REFUSE(s, ...) error_set(&(s)->error, __VA_ARGS__)

/** The two arguments of "section %u (%.*s)". */
#define ELF_SECTION(s, i) (i), SPAN_BRIEF((s)->elf.sections[i].name)

/* A step that fails returns false and has set the error. */

/** Choose the symbols that stay, and make the new tables. (elf_strip_symbols.c) */
bool elf_strip_symbols(struct elf_stripping *s);

/** Find what stays together, and where everything goes. (elf_strip_layout.c) */
bool elf_strip_lay_out(struct elf_stripping *s);

/** Where in the new file a place of the old one is that some piece begins, holds or ends at. */
uint64_t elf_strip_moved(const struct elf_stripping *s, uint64_t offset, uint64_t align);

/** Whether a section is not loaded, and has bytes between the pieces. */
bool elf_strip_floats(const struct elf_stripping *s, uint32_t section);

#endif
