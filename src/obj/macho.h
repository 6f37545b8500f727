/* SPDX-License-Identifier: MIT */
/** Shared by the files that read and write Mach-O; macho.c describes the format. */
#ifndef ARMELD_OBJ_MACHO_H
#define ARMELD_OBJ_MACHO_H

#include "obj/obj_edit.h"
#include "obj/reader.h"

#include <inttypes.h>

enum { /* cputype; the high byte tells the ABI: 1 for 64 bit, 2 for 32-bit pointers on 64 bit */
    CPU_TYPE_I386 = 7, CPU_TYPE_MIPS = 8, CPU_TYPE_ARM = 12, CPU_TYPE_POWERPC = 18,
    CPU_TYPE_RISCV = 24, CPU_TYPE_X86_64 = 0x01000007, CPU_TYPE_ARM64 = 0x0100000c,
    CPU_TYPE_POWERPC64 = 0x01000012, CPU_TYPE_ARM64_32 = 0x0200000c,
};

enum { SYMTAB_SIZE = 24, DYSYMTAB_SIZE = 80, RELOC_SIZE = 8 };

/** The lowest byte of a section's flags is its type; these have slots in the indirect table. */
enum {
    SECTION_TYPE = 0xff,
    S_NON_LAZY_SYMBOL_POINTERS = 0x6, S_LAZY_SYMBOL_POINTERS = 0x7, S_SYMBOL_STUBS = 0x8,
    S_LAZY_DYLIB_SYMBOL_POINTERS = 0x10, S_THREAD_LOCAL_VARIABLE_POINTERS = 0x14,
    S_LAST = 0x16, /**< S_INIT_FUNC_OFFSETS, the last one that mach-o/loader.h names */
};

/** Attributes: linkers do not strip the section; its pieces live as long as what they name. */
#define S_ATTR_NO_DEAD_STRIP 0x10000000U
#define S_ATTR_LIVE_SUPPORT 0x08000000U

/** Where a section lies in the assembler's layout. */
struct macho_range {
    uint64_t address;
    uint64_t size;
    uint32_t section;
};

/** The reader's tables, for relocations and for the writer: object.reader. */
struct macho {
    struct span indirect;       /**< the indirect symbol table: 32-bit symbol numbers */
    struct macho_range *ranges; /**< by address, for scattered relocations, or NULL */
    struct edit_command *commands; /**< for the writer: all but those of sections and symbols */
    size_t command_count;
    size_t segment_count;
    bool unknown;               /**< some load commands are of unknown types */
};

enum { /* mach_header, load_command, segment_command, section */
    HEADER_SIZE_32 = 28, HEADER_SIZE_64 = 32,
    MH_OBJECT = 1, MH_SUBSECTIONS_VIA_SYMBOLS = 0x2000,
    COMMAND_SIZE = 8, LINKEDIT_SIZE = 16,
    SEGMENT_SIZE_32 = 56, SEGMENT_SIZE_64 = 72,
    SECTION_SIZE_32 = 68, SECTION_SIZE_64 = 80,
    NAME_SIZE = 16,
};

#define MH_MAGIC 0xfeedfaceU
#define MH_MAGIC_64 0xfeedfacfU

enum { /* load commands that more than one side reads */
    LC_SEGMENT = 0x1, LC_SYMTAB = 0x2, LC_DYSYMTAB = 0xb, LC_SEGMENT_64 = 0x19,
    LC_LINKER_OPTION = 0x2d, LC_DATA_IN_CODE = 0x29, LC_LINKER_OPTIMIZATION_HINT = 0x2e,
    LC_VERSION_MIN_MACOSX = 0x24, LC_VERSION_MIN_IPHONEOS = 0x25, LC_VERSION_MIN_TVOS = 0x2f,
    LC_VERSION_MIN_WATCHOS = 0x30, LC_BUILD_VERSION = 0x32,
};

enum { NLIST_SIZE_32 = 12, NLIST_SIZE_64 = 16 };

enum { /* n_type, n_desc */
    N_EXT = 0x01, N_TYPE = 0x0e, N_PEXT = 0x10, N_STAB = 0xe0,
    N_UNDF = 0x0, N_ABS = 0x2, N_INDR = 0xa, N_SECT = 0xe,
    N_NO_DEAD_STRIP = 0x20, N_WEAK_REF = 0x40, N_WEAK_DEF = 0x80, N_ALT_ENTRY = 0x200,
    REFERENCED_DYNAMICALLY = 0x10,
};

/** In obj_reloc.type, beside r_type, r_pcrel and r_length. */
enum { RELOC_SCATTERED = 1 << 11, RELOC_INDIRECT = 1 << 12 };

enum { X86_64_RELOC_GOT = 4, ARM64_RELOC_POINTER_TO_GOT = 7, ARM64_RELOC_ADDEND = 10 };

/** Bytes of the file, and what messages call them. */
struct macho_record {
    uint64_t offset;
    const char *kind;
    uint32_t number;
    struct span bytes;
};

/** An object being read. */
struct macho_reading {
    struct object *object;
    struct arena *arena;
    struct error *error;
    bool big_endian;
    bool wide;                    /**< 64 bit */
    uint64_t claimed;             /**< bytes claimed so far by header and tables */
    uint64_t names_left;          /**< bytes that names may still have */
    struct macho_record symtab;   /**< the commands; without bytes when there is none */
    struct macho_record dysymtab;
    struct macho *macho;
};

/** Set an error that begins with the record; false. */
#define MACHO_FAIL(reading, record, format, ...)                                                 \
    error_set((reading)->error, "offset %#" PRIx64 ": %s %" PRIu32 ": " format, (record)->offset, \
              (record)->kind, (record)->number, __VA_ARGS__)

static inline uint32_t macho_word(const struct macho_reading *in, struct span record, size_t at)
{
    return get_32(record.data + at, in->big_endian);
}

/** A number as wide as an address. */
static inline uint64_t macho_address(const struct macho_reading *in, struct span record, size_t at)
{
    return in->wide ? get_64(record.data + at, in->big_endian) : macho_word(in, record, at);
}

/** Only the 32-bit machines have scattered relocations. */
static inline bool macho_can_scatter(uint32_t cputype)
{
    return cputype >> 24 == 0;
}

/** Whether each slot of a section with these flags has an entry in the indirect symbol table. */
static inline bool macho_is_indirect(uint64_t flags)
{
    uint64_t type = flags & SECTION_TYPE;
    return (type >= S_NON_LAZY_SYMBOL_POINTERS && type <= S_SYMBOL_STUBS) ||
           type == S_LAZY_DYLIB_SYMBOL_POINTERS || type == S_THREAD_LOCAL_VARIABLE_POINTERS;
}

/** Take bytes that @record points at; false with the error set. They count as the object's. */
bool macho_claim(struct macho_reading *in, const struct macho_record *record, const char *what,
                 uint64_t offset, uint64_t size, struct span *out);

/** The platform that a target triple names, as in object.platforms; 0: none of Apple's. */
uint32_t macho_triple_platforms(struct span triple);

/** The platform that a load command names, as in object.platforms; 0 if it names none. */
uint32_t macho_command_platform(const struct object *object, struct span command);

/** The oldest system that such a command names, as in object.system; 0 if it names none. */
uint32_t macho_command_system(const struct object *object, struct span command);

/** Fill object.symbols. */
enum obj_result macho_read_symbols(struct macho_reading *in);

/** Prepare struct macho, when the sections are known. */
enum obj_result macho_read_reloc_tables(struct macho_reading *in);

/** obj_reader.relocs */
enum obj_result macho_relocs(const struct object *object, uint32_t section, struct arena *arena,
                             struct obj_reloc **relocs, size_t *count, struct error *error);

#endif
