/* SPDX-License-Identifier: MIT */
/** ELF images: headers as they are read, for those who look at them and those who strip them. */
#ifndef ARMELD_IMAGE_ELF_IMAGE_H
#define ARMELD_IMAGE_ELF_IMAGE_H

#include "image/image_internal.h"

enum { /* e_type, p_type [gABI 4] */
    ELF_ET_EXEC = 2, ELF_ET_DYN = 3, ELF_PT_LOAD = 1, ELF_PT_DYNAMIC = 2,
};

enum { /* sh_type [gABI 4; LSB; ARM, RISC-V and GNU attributes] */
    ELF_SHT_NULL = 0, ELF_SHT_PROGBITS = 1, ELF_SHT_SYMTAB = 2, ELF_SHT_STRTAB = 3,
    ELF_SHT_RELA = 4, ELF_SHT_HASH = 5, ELF_SHT_DYNAMIC = 6, ELF_SHT_NOTE = 7,
    ELF_SHT_NOBITS = 8, ELF_SHT_REL = 9, ELF_SHT_DYNSYM = 11, ELF_SHT_GROUP = 17,
    ELF_SHT_SYMTAB_SHNDX = 18, ELF_SHT_RELR = 19, ELF_SHT_CREL = 0x40000014,
    ELF_SHT_GNU_ATTRIBUTES = 0x6ffffff5, ELF_SHT_GNU_HASH = 0x6ffffff6,
    ELF_SHT_GNU_VERDEF = 0x6ffffffd, ELF_SHT_GNU_VERNEED = 0x6ffffffe,
    ELF_SHT_GNU_VERSYM = 0x6fffffff, ELF_SHT_ATTRIBUTES = 0x70000003,
    ELF_SHT_MIPS_DWARF = 0x7000001e, /* of MIPS only */
};

enum { /* sh_flags [gABI 4] */
    ELF_SHF_WRITE = 1, ELF_SHF_ALLOC = 2, ELF_SHF_EXECINSTR = 4, ELF_SHF_MERGE = 0x10,
    ELF_SHF_STRINGS = 0x20, ELF_SHF_INFO_LINK = 0x40,
};

enum { ELF_SHN_LORESERVE = 0xff00, ELF_SHN_XINDEX = 0xffff };

enum { ELF_STB_LOCAL = 0, ELF_STT_SECTION = 3, ELF_STT_FILE = 4 };

struct elf_segment {
    uint32_t type, flags;
    uint64_t offset, address, physical, size, memory, align;
};

struct elf_part {
    struct span name; /**< in the file */
    uint32_t name_at, type, link, info;
    uint64_t flags, address, offset, size, align, entry_size;
};

struct elf_image {
    struct span data;
    bool wide; /**< 64 bits */
    bool big;  /**< big-endian */
    uint16_t type, machine;
    uint64_t segments_at, sections_at; /**< offsets of the tables; 0: none */
    uint32_t names_number;             /**< the section with the names of sections; 0: none */
    struct elf_segment *segments;
    uint32_t segment_count;
    struct elf_part *sections; /**< with number 0 */
    uint32_t section_count;
};

struct elf_image_symbol {
    uint32_t name;
    uint8_t info, other;
    uint16_t section;
    uint64_t value, size;
};

/** Read all headers. Offsets and sizes of contents may still exceed the file. */
enum obj_result elf_image_read(struct span data, struct arena *arena, struct elf_image *image,
                               struct error *error);

/** Whether a section has bytes in the file. */
static inline bool elf_part_has_bytes(const struct elf_part *part)
{
    return part->type != ELF_SHT_NULL && part->type != ELF_SHT_NOBITS && part->size != 0;
}

/** Whether a section is a table of names that is not loaded, nor compressed. */
static inline bool elf_part_is_strings(const struct elf_part *part)
{
    return part->type == ELF_SHT_STRTAB &&
           !(part->flags & ~(uint64_t)(ELF_SHF_MERGE | ELF_SHF_STRINGS));
}

/** Whether a section is debug info: not loaded, and named as such. */
bool elf_part_is_debug(const struct elf_part *part);

static inline uint32_t elf_image_symbol_size(const struct elf_image *image)
{
    return image->wide ? 24 : 16;
}

/** Read a section header from its bytes; it gets no name. */
struct elf_part elf_image_part(const struct elf_image *image, const uint8_t *at);

/** Read a symbol from its bytes. */
struct elf_image_symbol elf_image_symbol(const struct elf_image *image, const uint8_t *at);

static inline uint64_t elf_image_word(const struct elf_image *image, const uint8_t *at)
{
    return image->wide ? get_64(at, image->big) : get_32(at, image->big);
}

/** image_strip() of an ELF image. (elf_strip.c) */
bool elf_image_strip(struct span data, unsigned what, struct arena *keep, struct arena *scratch,
                     struct image_stripped *stripped);

/**
 * Compare an image that was stripped with the original, both read from their bytes: what is loaded
 * must be there as before, and all other sections and symbols but those that @what names.
 * Returns NULL, or what differs, in @arena; "out of memory" when memory is short. (elf_check.c)
 */
const char *elf_image_check(struct span before, struct span after, unsigned what,
                            struct arena *arena);

#endif
