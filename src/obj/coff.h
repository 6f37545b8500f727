/* SPDX-License-Identifier: MIT */
/** What the COFF reader and the COFF writer share. Only for src/obj/coff*.c and import.c. */
#ifndef ARMELD_OBJ_COFF_H
#define ARMELD_OBJ_COFF_H

#include "obj/reader.h"

enum coff_size {
    COFF_HEADER_SIZE = 20,
    COFF_ANONYMOUS_SIZE = 28, /**< the fields that all headers with a class id have in common */
    COFF_BIGOBJ_HEADER_SIZE = 56,
    COFF_SECTION_SIZE = 40,
    COFF_SYMBOL_SIZE = 18,
    COFF_BIGOBJ_SYMBOL_SIZE = 20,
    COFF_RELOC_SIZE = 10,
};

/**
 * Special section numbers of symbols. A number of 16 bits that is above LARGEST_SECTION_NUMBER_16
 * is negative.
 */
enum { IMAGE_SYM_ABSOLUTE = -1, IMAGE_SYM_DEBUG = -2, LARGEST_SECTION_NUMBER_16 = 0xfeff };

/**
 * Limits: a member of N bytes may refer to COFF_NAMES_LIMIT * N bytes of names, and to
 * COFF_CLAIMS_LIMIT * N bytes each of section contents and of relocations. A small hostile file
 * could otherwise refer to the same bytes again and again, and cause endless work. Real files share
 * a few names and nothing else.
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
    IMAGE_SYM_CLASS_CLR_TOKEN = 107,
};

enum coff_selection {
    IMAGE_COMDAT_SELECT_NODUPLICATES = 1,
    IMAGE_COMDAT_SELECT_ANY = 2,
    IMAGE_COMDAT_SELECT_SAME_SIZE = 3,
    IMAGE_COMDAT_SELECT_EXACT_MATCH = 4,
    IMAGE_COMDAT_SELECT_ASSOCIATIVE = 5,
    IMAGE_COMDAT_SELECT_LARGEST = 6,
    IMAGE_COMDAT_SELECT_NEWEST = 7, /**< the last one */
};

/** Section flags that more than one side reads. */
#define IMAGE_SCN_CNT_UNINITIALIZED_DATA 0x80u
#define IMAGE_SCN_LNK_COMDAT 0x1000u
#define IMAGE_SCN_LNK_NRELOC_OVFL 0x01000000u

/** In a section header: the first relocation holds the number of relocations. */
#define RELOC_COUNT_ELSEWHERE 0xffff

/** The kinds of headers that begin with 00 00 FF FF. */
enum coff_anonymous {
    COFF_NOT_ANONYMOUS,
    COFF_BIGOBJ,       /**< ordinary COFF with wider fields */
    COFF_CL_GL,        /**< an object of cl /GL: intermediate language, no code */
    COFF_SHORT_IMPORT, /**< no class id, or an unknown one */
};

/** The numbers of symbols in the file. object.reader keeps them for object_relocs(). */
struct coff_numbers {
    uint32_t *index; /**< by number in the file: index into object.symbols; OBJ_NONE: an
                          auxiliary record */
    uint32_t count;  /**< of records in the symbol table, auxiliary records included */
};

/** An object that is being read. Spans lie in the member, tables in the arena. */
struct coff_input {
    struct object *object;
    struct arena *arena;
    struct error *error;
    struct span section_table; /**< the headers, COFF_SECTION_SIZE each */
    struct span symbol_table;  /**< the records, symbol_size each */
    struct span strings;       /**< begins with its size field, as the offsets of names count it */
    uint64_t section_offset;   /**< in the member */
    uint64_t symbol_offset;    /**< in the member; 0 when there is no table */
    uint32_t symbol_size;
    struct coff_numbers *numbers;
    uint64_t names_left;    /**< bytes of names that may still be read */
    uint64_t contents_left; /**< bytes of contents that may still be read */
    uint64_t relocs_left;   /**< bytes of relocations that may still be read */
};

/* coff.c */

/** The class id of bigobj. */
extern const uint8_t coff_bigobj_class[16];

/** Whether a relocation holds a displacement where others hold a symbol number. */
bool coff_is_pair(const struct object *object, uint32_t type);

/** The kind of a header that begins with 00 00 FF FF. Source: LLVM, identify_magic(). */
enum coff_anonymous coff_anonymous(struct span data);

/** The machine of a Machine field: MACHINE_UNKNOWN for 0, MACHINE_OTHER if armeld lacks it. */
enum obj_machine coff_machine(uint32_t raw);

/** The bits of a machine's addresses: 32, 64, or 0 if the machine is not known. */
uint8_t coff_bits(uint32_t raw);

/** The machine that a header names, whatever the kind of the header. */
enum obj_machine coff_header_machine(struct span data);

/**
 * Read the string at @offset of the string table.
 * @return OBJ_BROKEN if there is none; the caller puts a prefix before the error
 */
enum obj_result coff_string(struct coff_input *in, uint32_t offset, struct span *name);

/** Raise object.extent to the end of a table, which lies inside the member. */
void coff_claim(struct coff_input *in, uint64_t offset, uint64_t size);

/* coff_sections.c */

/** Read the section headers: fills in object.sections and object.directives. */
enum obj_result coff_read_sections(struct coff_input *in);

/** Read a numbered section as relocations; otherwise as object_relocs(). */
enum obj_result coff_numbered_relocs(const struct object *object,
                                     const struct obj_section *section, struct arena *arena,
                                     struct obj_reloc **relocs, size_t *count,
                                     struct error *error);

/** The size of a record of a numbered section, in bytes; 1: the section is a ULEB128 list. */
uint8_t coff_numbered_stride(const struct obj_section *section);

/* coff_abi.c */

/** Whose ABI an object has, as far as it says: bits of enum obj_coff_abi. */
unsigned coff_abis(const struct object *object);

/* coff_aux.c */

/** Whether the auxiliary records of a symbol can be written again. */
bool coff_aux_is_known(const struct object *object, const struct obj_symbol *symbol);

/**
 * Give the auxiliary record of a symbol, which is neither a section symbol nor a weak external, the
 * new numbers of the symbols that it names. A note for debuggers names 0 instead of a removed one.
 * @numbers by old number: the new one, or OBJ_NONE
 * @return false if the record is nothing without a symbol that was removed
 */
bool coff_aux_patch(uint8_t *record, const struct obj_symbol *symbol, const uint32_t *numbers,
                    size_t count);

/* coff_symbols.c */

/** Read the symbols and the groups that they describe. coff_read_sections() must come first. */
enum obj_result coff_read_symbols(struct coff_input *in);

#endif
