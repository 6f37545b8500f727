/* SPDX-License-Identifier: MIT */
/**
 * ELF objects made by hand, in both classes and both byte orders, for tests of the reader: field by
 * field, so that each can be wrong.
 */
#ifndef ARMELD_TEST_OBJ_ELF_BUILDER_H
#define ARMELD_TEST_OBJ_ELF_BUILDER_H

#include <check.h>

#include "obj/object.h"

enum { MANY = 66000, ELF_VARIANTS = 4 };

/** Fields of the file header and of a section header, in the order of elf_field(). */
enum field { E_SHOFF, E_SHENTSIZE, E_SHNUM, E_SHSTRNDX,
             NAME, TYPE, FLAGS, OFFSET, SIZE, LINK, INFO, ALIGN, ENTSIZE };

/** An ELF object that grows section by section; for MANY sections at most. */
struct elf_builder {
    bool wide, big;
    uint8_t *bytes; /* malloc */
    size_t size, room;
    struct built {
        uint32_t name, type, link, info;
        uint64_t flags, offset, size, entry;
    } *sections;
    uint32_t count;
    char names[512];
    size_t names_size;
    size_t table; /* where the section headers stand, after elf_finish() */
};

void elf_start(struct elf_builder *b, bool wide, bool big);
void elf_free(struct elf_builder *b);

/** Append a number of @width bytes, or of the width of an address; overwrite one. */
void elf_put(struct elf_builder *b, uint64_t value, size_t width);
void elf_put_word(struct elf_builder *b, uint64_t value);
void elf_poke(struct elf_builder *b, size_t at, uint64_t value, size_t width);

/** Open a section whose bytes are what is put until the next one; returns its number. */
uint32_t elf_section(struct elf_builder *b, const char *name, uint32_t type, uint64_t flags,
                     uint32_t link, uint32_t info, uint64_t entry);

/** Append an entry of a symbol table, of a relocation table (without its addend). */
void elf_symbol(struct elf_builder *b, uint32_t name, unsigned info, unsigned other,
                uint32_t shndx, uint64_t value, uint64_t size);
void elf_reloc(struct elf_builder *b, uint64_t offset, uint32_t number, uint32_t type);

/** The section names, the section headers and the file header. */
void elf_finish(struct elf_builder *b, uint32_t machine);

/** Overwrite one field of section @raw, or of the file header. */
void elf_field(struct elf_builder *b, uint32_t raw, enum field field, uint64_t value);

/** The numbers of the sections of elf_sample(). */
enum { TEXT = 1, RELA, REL, DATA, BSS, GROUP, TEXT_G, RELA_G, META, DEBUG, ADDRSIG, STRTAB,
       SYMTAB, GDB, SHSTRTAB, SAMPLE_COUNT };

/** An object with one of everything; one for x86_64, of each class and byte order. */
void elf_sample(struct elf_builder *b, bool wide, bool big, uint32_t machine);
void elf_sample_variant(struct elf_builder *b, int variant);

#endif
