/* SPDX-License-Identifier: MIT */
/**
 * One normalised view of an object, whatever its format.
 *
 * A reader turns ELF, COFF or Mach-O (32 or 64 bit, either byte order) into sections, symbols,
 * groups and, on request, relocations, with numbers in native byte order. Only ar/, obj/ and
 * shrink/ know formats; the rooms above use this view. A struct object owns no memory: its names
 * and contents are spans into the member, its arrays lie in the arena that the caller gave.
 *
 * Readers cast no bytes of a file to structs and trust no count: the size of each array is checked
 * against the member's before it is allocated, so memory is at most a fixed multiple of the input.
 */
#ifndef ARMELD_OBJ_OBJECT_H
#define ARMELD_OBJ_OBJECT_H

#include "base/arena.h"
#include "base/error.h"
#include "base/span.h"

/** No section, no symbol, no group. */
#define OBJ_NONE UINT32_MAX

enum obj_format {
    OBJ_OTHER,   /**< no object: text, metadata, unknown */
    OBJ_ELF,     /**< ELF, 32 or 64 bit */
    OBJ_COFF,    /**< COFF, regular or bigobj */
    OBJ_IMPORT,  /**< COFF short import (IMPORT_OBJECT_HEADER) */
    OBJ_MACHO,   /**< Mach-O, 32 or 64 bit, not universal */
    OBJ_BITCODE, /**< LLVM bitcode, raw or in its wrapper: only its table of symbols is read */
    OBJ_OPAQUE,  /**< an object that only its own compiler can read (cl /GL) */
};

enum obj_machine {
    MACHINE_UNKNOWN,
    MACHINE_X86,
    MACHINE_X86_64,
    MACHINE_ARM,
    MACHINE_ARM64,
    MACHINE_ARM64EC, /**< COFF only */
    MACHINE_RISCV,
    MACHINE_PPC,
    MACHINE_S390X,
    MACHINE_MIPS,
    MACHINE_LOONGARCH,
    MACHINE_OTHER, /**< no name here; object.raw_machine has the number of the format */
};

/** The purpose of a section. Reports sum bytes by it, and identity ignores some purposes. */
enum obj_section_kind {
    SECTION_OTHER,
    SECTION_CODE,
    SECTION_RODATA,
    SECTION_DATA,     /**< writable data, thread-local data, constructors */
    SECTION_ZERO,     /**< occupies no bytes in the file: .bss, zerofill */
    SECTION_UNWIND,   /**< .eh_frame, .gcc_except_table, .pdata, .xdata, __compact_unwind, ... */
    SECTION_DEBUG,    /**< debug info that no linker needs: DWARF not loaded, CodeView .debug$* */
    SECTION_BITCODE,  /**< bitcode and other code for LTO: .llvmbc, .llvmcmd, .llvm.lto, .gnu.lto_*,
                           .gnu.debuglto_*, __LLVM,__bitcode, __LLVM,__cmdline, __GNU_LTO,* */
    SECTION_NOTE,     /**< .comment, .note.*, .drectve, .llvm_addrsig: read by tools and linkers */
    SECTION_TABLE,    /**< the format's own bookkeeping (symbol, string, relocation, group tables):
                           the view has the contents elsewhere, their bytes are never compared */
};

struct obj_section {
    struct span name;    /**< ".text.foo", "__text" */
    struct span segment; /**< Mach-O segment name ("__TEXT"); empty elsewhere */
    struct span data;    /**< contents; empty for SECTION_ZERO */
    uint64_t size;       /**< size in memory; equals data.size unless SECTION_ZERO */
    uint64_t address;    /**< sh_addr, Mach-O addr, COFF VirtualAddress: nearly always 0 in ELF */
    uint64_t flags;      /**< sh_flags, COFF Characteristics, Mach-O flags, as in the file */
    uint64_t align;      /**< in bytes */
    uint64_t entry_size; /**< sh_entsize; Mach-O: size of a stub or pointer slot; else 0 */
    uint32_t type;       /**< sh_type; 0 elsewhere (Mach-O's is in flags) */
    uint32_t link;       /**< index into object.sections, or OBJ_NONE: the section that this one
                              depends on (SHF_LINK_ORDER, COFF associative COMDAT) or, for an ELF
                              relocation table, the section that it relocates */
    uint32_t group;      /**< index into object.groups, or OBJ_NONE */
    uint32_t reloc_count; /**< number of relocations in this section */
    enum obj_section_kind kind;
    bool numbered; /**< the contents are symbol numbers (.llvm_addrsig, .gfids$y, ...). The view
                        has them as relocations, one for each; data must not be compared */
    uint8_t record_symbols; /**< numbered: symbols in each record, 1 or 2 */
    uint64_t reloc_offset; /**< for the reader: offset of its relocations in the member */
    uint32_t raw;          /**< for the reader: its number in the file, Mach-O's reserved1 */
};

enum obj_binding {
    BINDING_LOCAL,
    BINDING_GLOBAL,
    BINDING_WEAK,   /**< ELF weak, Mach-O weak definition or reference, COFF weak external */
    BINDING_UNIQUE, /**< STB_GNU_UNIQUE */
};

enum obj_place {
    PLACE_UNDEFINED,
    PLACE_SECTION,  /**< defined in object.sections[section] */
    PLACE_ABSOLUTE,
    PLACE_COMMON,   /**< value is the alignment (ELF, Mach-O) or 0 (COFF), size the size */
    PLACE_INDIRECT, /**< Mach-O N_INDR */
};

enum obj_visibility {
    VISIBILITY_DEFAULT,
    VISIBILITY_INTERNAL,
    VISIBILITY_HIDDEN, /**< STV_HIDDEN, Mach-O private extern */
    VISIBILITY_PROTECTED,
};

struct obj_symbol {
    struct span name;
    uint64_t value;   /**< in every format relative to the start of the section */
    uint64_t size;    /**< st_size, size of a common symbol; 0 where the format has none */
    uint32_t section; /**< for PLACE_SECTION, else OBJ_NONE */
    uint32_t alias;   /**< COFF weak external: index of the default symbol; else OBJ_NONE */
    uint32_t type;    /**< STT_*, COFF Type | storage class << 16, Mach-O n_type: untouched */
    uint32_t detail;  /**< st_other without visibility, COFF weak search characteristics, n_desc */
    uint32_t raw;     /**< COFF: its number in the file; OBJ_NONE: the object has no single file */
    struct span aux;  /**< COFF: the auxiliary records, as in the file */
    enum obj_binding binding : 8;
    enum obj_place place : 8;
    enum obj_visibility visibility : 8;
    bool indexed : 1;   /**< an archive's index lists it, by the rules of its format */
    bool label : 1;     /**< a debugger's note (STT_FILE, .file, N_STAB): no linker needs it */
    bool is_section : 1; /**< stands for its section (STT_SECTION, COFF static section symbol) */
    bool versioned : 1;  /**< ELF: NAME@@VERSION, which defines NAME; the object has no other */
};

/** Sections that are kept or discarded together: an ELF group, a COFF COMDAT. */
struct obj_group {
    struct span name;   /**< the signature symbol's name */
    uint32_t symbol;    /**< the signature symbol, or OBJ_NONE */
    uint32_t selection; /**< ELF: the flag word (GRP_COMDAT 1); COFF: IMAGE_COMDAT_SELECT_* */
    bool comdat;        /**< duplicates of other members are discarded, not an error */
    uint32_t *sections; /**< indices into object.sections; COFF: the COMDAT and its associates */
    size_t section_count;
};

struct obj_reloc {
    uint64_t offset;  /**< in the section */
    int64_t addend;   /**< r_addend (RELA); 0 where the addend is in the contents; Mach-O: the
                           base of the contents, see implied_addend() in macho_relocs.c */
    uint32_t type;    /**< r_type; Mach-O: r_type | r_pcrel << 8 | r_length << 9 | scattered << 11,
                           1 << 12 for an entry of the indirect symbol table */
    uint32_t symbol;  /**< index into object.symbols, or OBJ_NONE */
    uint32_t section; /**< Mach-O local relocation: index of its target section, else OBJ_NONE */
    bool in_place;    /**< the addend is in the contents (ELF SHT_REL) */
};

/** Whether an object holds code for link-time optimisation that linkers read. */
enum obj_lto {
    LTO_NONE,
    LTO_FAT,  /**< beside machine code */
    LTO_SLIM, /**< instead of machine code */
};

/** What code for LTO does with a symbol that other objects see. */
enum obj_lto_role {
    LTO_STRONG, /**< defines it: a second such definition is an error */
    LTO_WEAK,   /**< defines it weakly */
    LTO_COMDAT, /**< defines it in a COMDAT, or as a weak definition of Mach-O: any one serves */
    LTO_COMMON,
    LTO_NEEDS,
    LTO_NEEDS_WEAK,
};

struct obj_lto_symbol {
    struct span name; /**< as linkers see it */
    enum obj_lto_role role : 8;
    enum obj_visibility visibility : 8;
};

/** Whose ABI a COFF object has; obj/coff_abi.c says how it is told. */
enum obj_coff_abi {
    COFF_ABI_MSVC = 1,  /**< Microsoft's: link.exe and lld-link link it */
    COFF_ABI_MINGW = 2, /**< MinGW's: GNU ld and lld link it */
};

struct object {
    enum obj_format format;
    enum obj_machine machine;
    enum obj_format compiles_to; /**< OBJ_BITCODE: of what is made of it; OBJ_OTHER: not known */
    uint32_t raw_machine; /**< e_machine, COFF Machine, Mach-O cputype */
    uint32_t raw_subtype; /**< e_ident OS ABI | ABI version << 8, Mach-O cpusubtype, 0 */
    uint32_t platforms;   /**< Mach-O: a bit for each platform that it is for, 1 << its number in
                               LC_BUILD_VERSION; 0: it does not say, or another format */
    uint32_t system;      /**< Mach-O: the oldest version of the system that it is for, as in
                               LC_BUILD_VERSION, 0xXXXXYYZZ; 0 as above */
    uint32_t flags;       /**< e_flags, COFF Characteristics, Mach-O header flags */
    uint8_t bits;         /**< 32 or 64; 0 when the format does not say */
    bool big_endian;
    bool bigobj;          /**< COFF with the extended header */
    uint8_t abis;         /**< COFF: bits of enum obj_coff_abi; 0: nothing tells its ABI */
    bool import_stub;     /**< OBJ_IMPORT, or COFF with .idata$* sections: part of an import set */
    struct span dll;      /**< OBJ_IMPORT: the DLL's name */
    struct span data;     /**< the member's bytes */
    uint64_t extent;      /**< how many of these bytes the object uses; the rest is padding */

    struct obj_section *sections;
    size_t section_count;
    struct obj_symbol *symbols; /**< in file order, auxiliary records folded in */
    size_t symbol_count;
    struct obj_group *groups;
    size_t group_count;
    struct span symbol_table; /**< COFF, Mach-O: bytes in the member; in ELF these are sections */
    struct span string_table;
    struct span directives; /**< COFF: the first .drectve section, the one that linkers read */
    struct span *linker_options; /**< Mach-O LC_LINKER_OPTION payloads (count + strings), raw */
    size_t linker_option_count;
    struct span *extras; /**< further bytes that linkers read and that are in no section:
                              Mach-O build version, data-in-code, optimization hints, raw */
    size_t extra_count;

    enum obj_lto lto;
    struct obj_lto_symbol *lto_symbols; /**< of code for LTO, as far as object.symbols do not say
                                             the same; each name once */
    size_t lto_symbol_count;
    const char *lto_unread; /**< why they could not be read, "it has no ...", or NULL */

    bool addresses_count; /**< contents refer to sections by address, without relocations */

    const void *reader; /**< the reader's own tables, needed for relocations */
};

/** The result of reading, editing or writing an object. */
enum obj_result {
    OBJ_NOT_MINE, /**< refused, with the reason: the object is of a kind that is not supported */
    OBJ_OK,       /**< success */
    OBJ_BROKEN,   /**< the object contradicts itself or exceeds the member: error says where */
    OBJ_NO_MEMORY,
};

/**
 * Detect the format from the first bytes; no table is read.
 * @data the member without the archive's padding
 */
enum obj_format object_probe(struct span data);

/** The name of a format for messages: "ELF", "COFF", "Mach-O", ... */
const char *object_format_name(enum obj_format format);

/** The name of a machine for messages: "x86_64", "arm64ec", ... */
const char *object_machine_name(enum obj_machine machine);

/** Whether an object is for arm64e, whose pointers are signed: it does not link with arm64. */
bool object_is_arm64e(enum obj_format format, uint32_t raw_machine, uint32_t raw_subtype);

/** The name of platforms (object.platforms) for messages; of several, that of the first. */
const char *object_platform_name(uint32_t platforms);

/**
 * Read only the machine, from the header.
 * @return MACHINE_UNKNOWN if the format names no machine or the header is cut short
 */
enum obj_machine object_machine(struct span data);

/**
 * Read sections, symbols and groups.
 * @data        the member; the object's spans point into it
 * @arena       receives the arrays; after a failure its memory stays taken until it is reset
 * @object[out] without tables for OBJ_OTHER and OBJ_OPAQUE members, which are no error; of
 *              OBJ_BITCODE, only what concerns LTO
 * @return OBJ_OK; OBJ_BROKEN with offset and value in @error; OBJ_NO_MEMORY
 */
enum obj_result object_read(struct span data, struct arena *arena, struct object *object,
                            struct error *error);

/**
 * Read the relocations of a section, in file order. A numbered section has one relocation of type 0
 * for each symbol in its list, whose offset is the index in the list.
 * @object      from object_read()
 * @section     index into object.sections
 * @relocs[out] in @arena
 * @return OBJ_OK; OBJ_BROKEN with offset and value in @error; OBJ_NO_MEMORY
 */
enum obj_result object_relocs(const struct object *object, uint32_t section, struct arena *arena,
                              struct obj_reloc **relocs, size_t *count, struct error *error);

/**
 * The target triple of LLVM bitcode, raw or in its wrapper: "arm64-apple-macosx12.0.0".
 * @triple[out] points into @data
 * @return false if its table of symbols is not understood, or if it is none
 */
bool object_bitcode_triple(struct span data, struct span *triple);

/** What Mach-O objects made of bitcode are for, in Mach-O's numbers. */
struct macho_target {
    uint32_t machine;  /**< cputype */
    uint32_t subtype;  /**< cpusubtype */
    uint32_t platform; /**< as in LC_BUILD_VERSION, or 0 */
    uint32_t system;   /**< the oldest: xxxx.yy.zz, or 0 */
};

/** Read a triple of Apple's; false: it is none, or of an unknown machine. (macho_platform.c) */
bool macho_triple_target(struct span triple, struct macho_target *target);

/** Whether a section holds code for LTO that linkers read, or belongs to such code. */
bool obj_section_is_lto(const struct obj_section *section);

/**
 * Whether compilers can make code call a function of that name although nothing named it before:
 * memcpy, __udivti3. Code for LTO can come to need such functions when it is compiled, at the end
 * of a link. Source: LLVM, RuntimeLibcalls.def; libgcc, "Low-level runtime library".
 */
bool obj_name_is_libcall(struct span name);

/**
 * Whether a symbol belongs to GCC's code for LTO, so that no other object can mean it: its mark
 * __gnu_lto_slim, and the symbols of debug information in .gnu.debuglto_*.
 */
bool obj_symbol_is_of_lto(const struct object *object, const struct obj_symbol *symbol);

/**
 * List the symbols that an archive's index lists for an object, those of code for LTO included.
 * @names[out] @count[out] in @arena
 * @return false when memory is short
 */
bool obj_list_index(const struct object *object, struct arena *arena, struct span **names,
                    size_t *count);

/**
 * The name by which other objects refer to a symbol: NAME of a definition of NAME@@VERSION.
 * Source: binutils, "Symver"; lld 19, ELF/InputFiles.cpp.
 */
static inline struct span obj_symbol_link_name(const struct obj_symbol *symbol)
{
    struct span name = symbol->name;
    if (symbol->versioned) {
        const uint8_t *at = memchr(name.data + 1, '@', name.size - 1);
        name.size = (size_t)(at - name.data);
    }
    return name;
}

/** Whether the symbol is a definition that other objects can refer to. */
static inline bool obj_symbol_defines(const struct obj_symbol *symbol)
{
    return symbol->binding != BINDING_LOCAL && symbol->place != PLACE_UNDEFINED;
}

/**
 * Whether a COFF weak external only refers to a definition elsewhere: its default is no place in
 * the object. GCC and clang write 0 as the default of what is declared weak and not defined.
 */
bool obj_symbol_is_reference(const struct object *object, const struct obj_symbol *symbol);

/** Whether a second such definition in a link is an error: not weak, common or in a COMDAT. */
bool obj_symbol_is_strong(const struct object *object, const struct obj_symbol *symbol);

/** Whether the symbol is of ELF's type for functions, STT_FUNC or STT_GNU_IFUNC. */
bool obj_symbol_is_function(const struct object *object, const struct obj_symbol *symbol);

#endif
