/* SPDX-License-Identifier: MIT */
/**
 * COFF objects made by hand, regular or bigobj.
 *
 * coff_begin(), then sections (each with its relocations) and symbols, then coff_finish().
 * coff_build() makes the sample that most tests read. coff_section_at() and coff_symbol_at() say
 * where records lie, so that a test can put a wrong number into a field.
 */
#ifndef ARMELD_TEST_COFF_BUILDER_H
#define ARMELD_TEST_COFF_BUILDER_H

#include <check.h>

#include "base/span.h"

enum { X86 = 0x14c, ARMNT = 0x1c4, X86_64 = 0x8664, ARM64 = 0xaa64, ARM64EC = 0xa641 };
enum { EXTERNAL = 2, STATIC = 3, FILE_NAME = 103, SECTION_CLASS = 104, WEAK = 105 };
enum { ANY = 2, NODUPLICATES = 1, ASSOCIATIVE = 5 };

#define CODE 0x60500020u /* aligned to 16, like all below */
#define COMDAT 0x1000u
#define DATA_FLAGS 0xc0500040u
#define RODATA 0x40500040u
#define BSS 0xc0500080u
#define INFO 0x100a00u
#define REMOVE 0x100800u
#define DISCARDABLE 0x42100040u
#define NRELOC_OVFL 0x01000000u

struct coff_builder {
    uint8_t bytes[1 << 20];
    size_t size;
    bool big;
    uint32_t section_count; /* announced to coff_begin() */
    uint32_t sections;      /* added so far */
    uint8_t symbols[4096];
    size_t symbols_size;
    uint8_t strings[4096];
    size_t strings_size;
};

/** The sample: symbols by raw number and by index. */
enum raw { RAW_UNDEF = 16, RAW_MAIN = 4, RAW_LEADER = 7, RAW_COUNT = 28 };
enum { S_FILE, S_TEXT, S_MAIN, S_MN, S_LEADER, S_LOCAL, S_XDATA, S_DEBUG, S_RDATA, S_ONLY,
       S_UNDEF, S_COMMON, S_ALIAS, S_WEAK, S_FEAT, S_ABS, S_CLR, S_DBG, S_NAMELESS, S_COUNT };

size_t coff_symbol_size(const struct coff_builder *b);

/** Where the header of section @number, which counts from 1, lies. */
size_t coff_section_at(const struct coff_builder *b, size_t number);

/** Where the record of the symbol with raw number @raw lies, in a finished object. */
size_t coff_symbol_at(const struct coff_builder *b, size_t raw);

void coff_begin(struct coff_builder *b, bool big, uint16_t machine, uint32_t section_count);

uint32_t coff_add_string(struct coff_builder *b, const char *text);

/** Add a section; contents NULL: none in the file. Returns its number. */
uint32_t coff_add_section(struct coff_builder *b, const char *name, uint32_t flags,
                          const void *contents, uint32_t size);

/** Add a relocation to the section that was added last. */
void coff_add_reloc(struct coff_builder *b, uint32_t address, uint32_t symbol, uint16_t type);

/** Add a symbol. Returns its raw number. */
uint32_t coff_add_symbol(struct coff_builder *b, const char *name, uint32_t value, int32_t section,
                         uint16_t type, uint8_t storage, uint8_t aux_count);

/** Add the symbol of a section with its record. */
uint32_t coff_add_section_symbol(struct coff_builder *b, const char *name, uint32_t section,
                                 uint8_t selection, uint32_t associated);

uint32_t coff_add_weak(struct coff_builder *b, const char *name, uint32_t tag, uint32_t search);

/** Append the symbol and the string table, and fill in where they are. */
struct span coff_finish(struct coff_builder *b);

struct span coff_build(struct coff_builder *b, bool big);

/** The cases of test_coff_broken.c. */
TCase *coff_broken_case(void);

#endif
