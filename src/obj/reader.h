/* SPDX-License-Identifier: MIT */
/** The contract of a format reader, and the readers that there are. Only for src/obj. */
#ifndef ARMELD_OBJ_READER_H
#define ARMELD_OBJ_READER_H

#include "obj/object.h"

/** A format: how to recognise it and how to read it. Not every format can be read. */
struct obj_reader {
    enum obj_format format;
    const char *name;
    /** Whether the first bytes say that it is this format. */
    bool (*probe)(struct span data);
    /** The machine in the header, or MACHINE_UNKNOWN. NULL when the format names none. */
    enum obj_machine (*machine)(struct span data);
    /** Fill @object (zeroed but for format and data). NULL: recognised, not read. */
    enum obj_result (*read)(struct arena *arena, struct object *object, struct error *error);
    /** The relocations of one section. NULL when there are none. */
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

/** Whether a section name begins an LLVM bitcode section; shared by ELF and COFF. */
bool obj_name_is_bitcode(struct span name);

/**
 * Decode a list of symbol numbers in ULEB128 (.llvm_addrsig) or 32-bit words (.gfids$y) into
 * relocations of type 0. @number maps a raw number to an index into object.symbols (OBJ_NONE:
 * no such symbol, which breaks the object).
 */
enum obj_result obj_numbered_relocs(struct span list, bool leb128, const uint32_t *number,
                                    size_t number_count, struct arena *arena,
                                    struct obj_reloc **relocs, size_t *count, struct error *error);

#endif
