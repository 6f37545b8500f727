/* SPDX-License-Identifier: MIT */
/** What a reader of a format provides, and the list of readers. Only for src/obj. */
#ifndef ARMELD_OBJ_READER_H
#define ARMELD_OBJ_READER_H

#include "obj/object.h"

/** A format: how to recognise and read its objects. */
struct obj_reader {
    enum obj_format format;
    const char *name;
    /** Whether the first bytes are those of this format. */
    bool (*probe)(struct span data);
    /** The machine in the header, or MACHINE_UNKNOWN. NULL when the format names none. */
    enum obj_machine (*machine)(struct span data);
    /** Fill in @object, whose format and data are set. NULL: the format is not read. */
    enum obj_result (*read)(struct arena *arena, struct object *object, struct error *error);
    /** Read the relocations of a section, as object_relocs(). NULL: the format has none. */
    enum obj_result (*relocs)(const struct object *object, uint32_t section, struct arena *arena,
                              struct obj_reloc **relocs, size_t *count, struct error *error);
};

extern const struct obj_reader elf_reader;     /* elf.c */
extern const struct obj_reader coff_reader;    /* coff.c */
extern const struct obj_reader import_reader;  /* import.c: short imports */
extern const struct obj_reader macho_reader;   /* macho.c */
extern const struct obj_reader bitcode_reader; /* bitcode.c */
extern const struct obj_reader opaque_reader;  /* coff.c: cl /GL */

/** Set an error and return OBJ_BROKEN. */
#define OBJ_FAIL(error, ...) (error_set((error), __VA_ARGS__), OBJ_BROKEN)

/** Whether a section of ELF or COFF with that name holds bitcode or other code for LTO. */
bool obj_name_is_bitcode(struct span name);

/**
 * Decode a list of symbol numbers in ULEB128 (.llvm_addrsig) or 32-bit words (.gfids$y) into
 * relocations of type 0.
 * @number       by raw number: index into object.symbols, or OBJ_NONE for an auxiliary record
 * @relocs[out]  in @arena
 * @return OBJ_BROKEN if the list is cut short or has a number that no symbol has
 */
enum obj_result obj_numbered_relocs(struct span list, bool leb128, const uint32_t *number,
                                    size_t number_count, struct arena *arena,
                                    struct obj_reloc **relocs, size_t *count, struct error *error);

#endif
