/* SPDX-License-Identifier: MIT */
/**
 * Mach-O objects made by hand. macho_build() makes one small object in any width and byte order and
 * notes where its parts lie, so that a test can put a wrong number into a field by name.
 */
#ifndef ARMELD_TEST_OBJ_MACHO_BUILDER_H
#define ARMELD_TEST_OBJ_MACHO_BUILDER_H

#include <check.h>

#include "obj/reader.h"

enum { X86 = 7, ARM = 12, PPC = 18, X86_64 = 0x01000007, ARM64 = 0x0100000c };
enum { LOCAL, HIDDEN, UNDEF, COMMON, ABSOLUTE, INDIRECT, STAB, NAMELESS, SYMBOL_COUNT };
enum { TEXT, DATA, ZERO, STUBS, SECTION_COUNT };

/** The parts of an object; their offsets. */
enum part {
    HEADER, SEGMENT, SECTION_0, SECTION_1, SECTION_2, SECTION_3, BUILD, OPTION, SYMTAB, DYSYMTAB,
    CODE_DATA, CONTENTS, RELOCS, SYMBOLS, INDIRECTS, STRINGS, PARTS,
};

struct macho_builder {
    uint8_t bytes[8192];
    size_t size;
    size_t at[PARTS];
    bool big, wide;
    uint32_t cputype;
};

/** The object, with its tables connected. */
struct macho_builder macho_build(bool wide, bool big, uint32_t cputype);
void macho_set32(struct macho_builder *b, size_t at, uint32_t value);

/** Append @size bytes: @text, then zeros. */
void macho_add_text(struct macho_builder *b, const char *text, size_t size);

/** Read from a copy of exactly @size bytes, so that a sanitizer sees every overrun. */
enum obj_result macho_read_size(const struct macho_builder *b, size_t size, struct arena *arena,
                                struct object *object, struct error *error);

/** Read what must be good. */
struct object macho_read_good(const struct macho_builder *b, struct arena *arena);

enum { MACHO_VARIANTS = 7 };

/** Widths, byte orders and processors. */
extern const struct macho_variant {
    bool wide, big;
    uint32_t cputype;
    enum obj_machine machine;
} macho_variants[MACHO_VARIANTS];

struct macho_builder macho_build_variant(int variant);

#endif
