/* SPDX-License-Identifier: MIT */
/** Declarations that src/obj/elf*.c share; no other file includes them. elf.c describes ELF. */
#ifndef ARMELD_OBJ_ELF_H
#define ARMELD_OBJ_ELF_H

#include "obj/reader.h"

#include <inttypes.h>

enum {
    EM_386 = 3, EM_MIPS = 8, EM_PPC = 20, EM_PPC64 = 21, EM_S390 = 22, EM_ARM = 40,
    EM_X86_64 = 62, EM_AARCH64 = 183, EM_RISCV = 243, EM_CSKY = 252, EM_LOONGARCH = 258,
};

enum {
    SHT_NULL = 0, SHT_SYMTAB = 2, SHT_STRTAB = 3, SHT_RELA = 4, SHT_NOTE = 7, SHT_NOBITS = 8,
    SHT_REL = 9, SHT_GROUP = 17, SHT_SYMTAB_SHNDX = 18, SHT_CREL = 0x40000014,
    SHT_LLVM_ADDRSIG = 0x6fff4c03, SHT_LLVM_CALL_GRAPH_PROFILE = 0x6fff4c09,
};

/** The section number does not fit into its field: another table holds it. */
enum { SHN_XINDEX = 0xffff };

enum { SHN_UNDEF = 0, SHN_LORESERVE = 0xff00, SHN_ABS = 0xfff1, SHN_COMMON = 0xfff2 };

enum { STB_LOCAL = 0, STB_GLOBAL = 1, STB_WEAK = 2, STB_GNU_UNIQUE = 10 };

enum {
    SHF_WRITE = 0x1, SHF_ALLOC = 0x2, SHF_EXECINSTR = 0x4, SHF_INFO_LINK = 0x40,
    SHF_LINK_ORDER = 0x80, SHF_GROUP = 0x200, SHF_COMPRESSED = 0x800,
};

/** Fields of the file header. */
enum {
    EI_CLASS = 4, EI_DATA = 5, EI_VERSION = 6, EI_OSABI = 7, EI_ABIVERSION = 8, EI_NIDENT = 16,
    E_TYPE = 16, E_MACHINE = 18, E_ENTRY = 24,
};
enum { ELFCLASS32 = 1, ELFCLASS64 = 2, ELFDATA2LSB = 1, ELFDATA2MSB = 2, EV_CURRENT = 1 };
enum { ET_REL = 1 };

/** A section header of either class; each field is as wide as in 64-bit files. */
struct elf_header {
    uint64_t flags, address, offset, size, align, entry_size;
    uint32_t name, type, link, info;
};

/** Tables that elf_relocs() and the writer use after the object was read; object.reader. */
struct elf_tables {
    uint32_t *chain;   /**< by raw section number. For a section with contents: its first relocation
                            section. For a relocation section: the next one with the same target.
                            0 ends the list. No section is both, because a relocation section that
                            names another one as its target is refused */
    uint32_t *numbers; /**< by raw symbol number: its index; for obj_numbered_relocs(); or NULL */
    struct span headers;    /**< the section header table, for the writer */
    uint32_t names_number;  /**< the section with the names of sections */
    uint32_t symtab_number;
};

/** The state of the reader for one object. Section numbers are those of the file; 0 means none. */
struct elf_reading {
    struct object *object;
    struct arena *arena;
    struct error *error;
    bool no_memory; /**< a step failed because memory is short */
    struct elf_tables *tables;
    struct span headers;    /**< the section header table */
    uint64_t table_offset;  /**< the offset of that table in the member */
    uint32_t header_count;  /**< the number of headers, including number 0 */
    uint32_t names_number;  /**< the section with the names of sections */
    uint32_t symtab_number;
    uint32_t shndx_number;  /**< SHT_SYMTAB_SHNDX */
    uint32_t group_count;
    uint64_t group_words;   /**< the number of words in all groups */
    uint64_t contents_left; /**< how many bytes the sections may still claim */
    uint64_t names_left;    /**< how many bytes the names may still claim */
};

/* A step that fails returns false and has set the error or no_memory. */

#define ELF_FAIL_SECTION(r, raw, format, ...)                                                     \
    error_set((r)->error, "offset %#" PRIx64 ": section header %" PRIu32 ": " format,             \
              (r)->table_offset + (uint64_t)(raw) * elf_header_size((r)->object), (raw),          \
              __VA_ARGS__)

static inline bool elf_is_wide(const struct object *object)
{
    return object->bits == 64;
}

static inline uint32_t elf_header_size(const struct object *object)
{
    return elf_is_wide(object) ? 64 : 40;
}

static inline uint32_t elf_symbol_size(const struct object *object)
{
    return elf_is_wide(object) ? 24 : 16;
}

/** The size of a relocation: offset, info and, in SHT_RELA, an addend of 4 or 8 bytes each. */
static inline uint32_t elf_reloc_size(const struct object *object, bool has_addend)
{
    return (has_addend ? 3U : 2U) * (elf_is_wide(object) ? 8U : 4U);
}

/** Read a field that has 4 bytes in 32-bit files and 8 bytes in 64-bit files. */
static inline uint64_t elf_word(const struct object *object, const uint8_t *p)
{
    return elf_is_wide(object) ? get_64(p, object->big_endian) : get_32(p, object->big_endian);
}

/** Check an allocation: returns false, and sets no_memory, if @memory is NULL. */
static inline bool elf_got(struct elf_reading *r, const void *memory)
{
    r->no_memory = !memory;
    return memory != NULL;
}

/** Read the header of section @raw. The caller knows that the section exists. */
struct elf_header elf_get_header(const struct elf_reading *r, uint32_t raw);

/** Read a section header when the object has been read; @headers: elf_tables.headers. */
struct elf_header elf_header_of(const struct object *object, struct span headers, uint32_t raw);

/** Whether section number @number marks a common symbol on @machine, as SHN_COMMON does. */
bool elf_is_machine_common(uint32_t machine, uint32_t number);

/** Take a string from a table. Returns NULL, or the words that say what is wrong. */
const char *elf_take_name(struct elf_reading *r, struct span strings, uint32_t offset,
                          struct span *name);

/** Get the contents of string table @raw. Section @user refers to it by its sh_link. */
bool elf_take_strings(const struct elf_reading *r, uint32_t user, uint32_t raw, struct span *out);

/** Count the entries of a table. Each has @size bytes. */
bool elf_count_entries(const struct elf_reading *r, uint32_t raw, const struct elf_header *h,
                       uint32_t size, uint32_t *count);

/** Check that the sh_link of section @raw is the symbol table. */
bool elf_check_link(const struct elf_reading *r, uint32_t raw, const struct elf_header *h);

/** Fill object.symbols. */
bool elf_read_symbols(struct elf_reading *r);

/** Fill object.groups. */
bool elf_read_groups(struct elf_reading *r);

/** Mark the sections that list symbol numbers, and count the numbers. */
bool elf_read_numbered(struct elf_reading *r);

/** Find the relocation sections of each section and count their entries. */
bool elf_read_reloc_tables(struct elf_reading *r);

/** Give call graph profiles, whose relocations are read, the view of a list of symbols. */
bool elf_read_profiles(struct elf_reading *r);

/**
 * Read the header of compact relocations. (elf_crel.c)
 * @count[out] entries; at most as many as there are bytes
 */
bool elf_crel_header(struct span data, uint32_t *count, bool *has_addend);

/** Read the entries; @out has room for all. Symbols are raw numbers. False if cut short. */
bool elf_crel_read(const struct object *object, struct span data, struct obj_reloc *out);

/** obj_reader.relocs */
enum obj_result elf_relocs(const struct object *object, uint32_t section, struct arena *arena,
                           struct obj_reloc **relocs, size_t *count, struct error *error);

struct obj_edit;

/**
 * Prepare an object for writing: drop the tables that the writer makes anew. Only elf_write.c calls
 * this function. (elf_admit.c)
 * Returns OBJ_NOT_MINE, with the reason, for an object that cannot be written as it was.
 */
enum obj_result elf_admit(struct obj_edit *edit, struct arena *arena, struct error *error);

#endif
