/* SPDX-License-Identifier: MIT */
/** What the parts of the COFF reader share. Only for src/obj/coff*.c and import.c. */
#ifndef ARMELD_OBJ_COFF_H
#define ARMELD_OBJ_COFF_H

#include "obj/reader.h"

enum coff_size {
    COFF_HEADER_SIZE = 20,
    COFF_ANONYMOUS_SIZE = 28, /**< the part that all headers with a class id begin with */
    COFF_BIGOBJ_HEADER_SIZE = 56,
    COFF_SECTION_SIZE = 40,
    COFF_SYMBOL_SIZE = 18,
    COFF_BIGOBJ_SYMBOL_SIZE = 20,
    COFF_RELOC_SIZE = 10,
};

/** Section numbers that are none; in 16 bits, those above the largest are negative. */
enum { IMAGE_SYM_ABSOLUTE = -1, IMAGE_SYM_DEBUG = -2, LARGEST_SECTION_NUMBER_16 = 0xfeff };

/**
 * How many times its own size a member may claim in names from the string table, in section
 * contents and in relocations. All three may overlap, so that without a limit a small hostile file
 * would claim an endless amount of work. Real files share a few names and nothing else.
 */
enum coff_limit {
    COFF_NAMES_LIMIT = 64,
    COFF_CLAIMS_LIMIT = 4,
};

enum coff_storage_class {
    IMAGE_SYM_CLASS_EXTERNAL = 2,
    IMAGE_SYM_CLASS_STATIC = 3,
    IMAGE_SYM_CLASS_FILE = 103,
    IMAGE_SYM_CLASS_SECTION = 104,
    IMAGE_SYM_CLASS_WEAK_EXTERNAL = 105,
};

enum coff_selection {
    IMAGE_COMDAT_SELECT_NODUPLICATES = 1,
    IMAGE_COMDAT_SELECT_ASSOCIATIVE = 5,
    IMAGE_COMDAT_SELECT_NEWEST = 7, /**< the last one */
};

/** Section flags that more than one side reads. */
#define IMAGE_SCN_CNT_UNINITIALIZED_DATA 0x80u
#define IMAGE_SCN_LNK_COMDAT 0x1000u
#define IMAGE_SCN_LNK_NRELOC_OVFL 0x01000000u

/** The number of relocations in a section header that says: look into the first of them. */
#define RELOC_COUNT_ELSEWHERE 0xffff

/** The kinds of headers that begin with 00 00 FF FF. */
enum coff_anonymous {
    COFF_NOT_ANONYMOUS,
    COFF_BIGOBJ,       /**< ordinary COFF with wider fields */
    COFF_CL_GL,        /**< the intermediate language of cl /GL */
    COFF_SHORT_IMPORT, /**< has no class id, or one that nobody knows */
};

/** What is kept for object_relocs(). */
struct coff_numbers {
    uint32_t *index; /**< raw symbol number -> object.symbols; OBJ_NONE for auxiliary records */
    uint32_t count;  /**< of records in the symbol table, auxiliary ones included */
};

/** An object while it is read. Everything in it lives in the member, the arena or the caller. */
struct coff_input {
    struct object *object;
    struct arena *arena;
    struct error *error;
    struct span section_table; /**< the headers, COFF_SECTION_SIZE each */
    struct span symbol_table;  /**< the records, symbol_size each */
    struct span strings;       /**< with its size field, so that offsets start at 0 */
    uint64_t section_offset;   /**< in the member */
    uint64_t symbol_offset;    /**< in the member; 0 when there is no table */
    uint32_t symbol_size;
    struct coff_numbers *numbers;
    uint64_t names_left;    /**< how many more bytes of names, of COFF_NAMES_LIMIT */
    uint64_t contents_left; /**< how many more bytes of contents, of COFF_CLAIMS_LIMIT */
    uint64_t relocs_left;   /**< how many more bytes of relocations, of COFF_CLAIMS_LIMIT */
};

/* coff.c */

/** The class id of bigobj. */
extern const uint8_t coff_bigobj_class[16];

/** Whether a relocation has a displacement in place of a symbol. */
bool coff_is_pair(const struct object *object, uint32_t type);

/** The kind of a header that begins with 00 00 FF FF, after LLVM's identify_magic(). */
enum coff_anonymous coff_anonymous(struct span data);

/** MACHINE_UNKNOWN for 0, MACHINE_OTHER for what armeld does not know. */
enum obj_machine coff_machine(uint32_t raw);

/** 32, 64, or 0 when the machine is not known. */
uint8_t coff_bits(uint32_t raw);

/** The machine that a regular or an anonymous header names. */
enum obj_machine coff_header_machine(struct span data);

/** Take the string at @offset of the string table. The caller prefixes the error. */
enum obj_result coff_string(struct coff_input *in, uint32_t offset, struct span *name);

/** Raise object.extent to the end of a table that lies inside the member. */
void coff_claim(struct coff_input *in, uint64_t offset, uint64_t size);

/* coff_sections.c */

enum obj_result coff_read_sections(struct coff_input *in);

/** The relocations that a numbered section is given as. */
enum obj_result coff_numbered_relocs(const struct object *object,
                                     const struct obj_section *section, struct arena *arena,
                                     struct obj_reloc **relocs, size_t *count,
                                     struct error *error);

/** Bytes of a record of a numbered section; 1: it is a list in ULEB128. */
uint8_t coff_numbered_stride(const struct obj_section *section);

/* coff_symbols.c */

/** Read the symbols, and the groups that they describe. Needs the sections. */
enum obj_result coff_read_symbols(struct coff_input *in);

#endif
