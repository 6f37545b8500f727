/* SPDX-License-Identifier: MIT */
/** What the parts of the ELF reader share. Only for src/obj/elf*.c; the format is told in elf.c. */
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

/** A section number that stands for more than its field can hold. */
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

/** A section header in wide fields. */
struct elf_header {
    uint64_t flags, address, offset, size, align, entry_size;
    uint32_t name, type, link, info;
};

/** What the relocations need later; object.reader. */
struct elf_tables {
    uint32_t *chain;   /**< raw number of a section: its first relocation section; of that one:
                            the next of the same target; 0: none. The two never meet, since a
                            relocation section is refused as a target */
    uint32_t *numbers; /**< raw symbol number to index, for obj_numbered_relocs, or NULL */
    struct span headers;    /**< the section header table, for the writer */
    uint32_t names_number;  /**< the section with the names of sections */
    uint32_t symtab_number;
};

/** One object being read. Numbers of sections are raw, 0 is none. */
struct elf_reading {
    struct object *object;
    struct arena *arena;
    struct error *error;
    bool no_memory; /**< it failed, and this is why */
    struct elf_tables *tables;
    struct span headers;    /**< the section header table */
    uint64_t table_offset;  /**< where it stands */
    uint32_t header_count;  /**< with number 0 */
    uint32_t names_number;  /**< the section with the names of sections */
    uint32_t symtab_number;
    uint32_t shndx_number;  /**< SHT_SYMTAB_SHNDX */
    uint32_t group_count;
    uint64_t group_words;   /**< all groups together */
    uint64_t contents_left; /**< how many bytes the sections may still claim */
    uint64_t names_left;    /**< and the names */
};

/* Steps and helpers return false with the error set, or with no_memory. */

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

/** Offset, info and in SHT_RELA an addend, each as wide as the class. */
static inline uint32_t elf_reloc_size(const struct object *object, bool has_addend)
{
    return (has_addend ? 3U : 2U) * (elf_is_wide(object) ? 8U : 4U);
}

/** A field that is as wide as the class. */
static inline uint64_t elf_word(const struct object *object, const uint8_t *p)
{
    return elf_is_wide(object) ? get_64(p, object->big_endian) : get_32(p, object->big_endian);
}

/** Note that memory is short, or is not. */
static inline bool elf_got(struct elf_reading *r, const void *memory)
{
    r->no_memory = !memory;
    return memory != NULL;
}

/** The header of section @raw, which exists. */
struct elf_header elf_get_header(const struct elf_reading *r, uint32_t raw);

/** The same, when the object has been read. */
struct elf_header elf_header_of(const struct object *object, struct span headers, uint32_t raw);

/** Whether symbols of such a section number are commons of one machine only. */
bool elf_is_machine_common(uint32_t machine, uint32_t number);

/** Take a string from a table; returns what is wrong with it, or NULL. */
const char *elf_take_name(struct elf_reading *r, struct span strings, uint32_t offset,
                          struct span *name);

/** The contents of string table @raw, which section @user names in its link. */
bool elf_take_strings(const struct elf_reading *r, uint32_t user, uint32_t raw, struct span *out);

/** How many entries of @size bytes a table holds. */
bool elf_count_entries(const struct elf_reading *r, uint32_t raw, const struct elf_header *h,
                       uint32_t size, uint32_t *count);

/** A table that refers to symbols has to name the symbol table. */
bool elf_check_link(const struct elf_reading *r, uint32_t raw, const struct elf_header *h);

/** Fill object.symbols. */
bool elf_read_symbols(struct elf_reading *r);

/** Fill object.groups. */
bool elf_read_groups(struct elf_reading *r);

/** Mark the lists of symbol numbers and count what they list. */
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
 * Prepare an object that was read for writing: drops the tables that the writer makes anew. Only
 * for elf_write.c. (elf_admit.c)
 * Returns OBJ_NOT_MINE, with the reason, for an object that cannot be written as it was.
 */
enum obj_result elf_admit(struct obj_edit *edit, struct arena *arena, struct error *error);

#endif
