/* SPDX-License-Identifier: MIT */
#include "obj/elf_builder.h"

#include <stdlib.h>

void elf_put(struct elf_builder *b, uint64_t value, size_t width)
{
    while (b->size + width > b->room) {
        b->room = b->room ? b->room * 2 : 4096;
        b->bytes = realloc(b->bytes, b->room);
        ck_assert_ptr_nonnull(b->bytes);
    }
    for (size_t i = 0; i < width; i++) {
        b->bytes[b->size++] = (uint8_t)(value >> 8 * (b->big ? width - 1 - i : i));
    }
}

void elf_put_word(struct elf_builder *b, uint64_t value)
{
    elf_put(b, value, b->wide ? 8 : 4);
}

void elf_poke(struct elf_builder *b, size_t at, uint64_t value, size_t width)
{
    size_t size = b->size;
    b->size = at;
    elf_put(b, value, width);
    b->size = size > b->size ? size : b->size;
}

void elf_start(struct elf_builder *b, bool wide, bool big)
{
    *b = (struct elf_builder){.wide = wide, .big = big, .names_size = 1};
    b->sections = calloc(MANY + 16, sizeof *b->sections);
    ck_assert_ptr_nonnull(b->sections);
    b->count = 1;
    for (int i = 0; i < (wide ? 64 : 52); i++) {
        elf_put(b, 0, 1);
    }
}

uint32_t elf_section(struct elf_builder *b, const char *name, uint32_t type, uint64_t flags,
                     uint32_t link, uint32_t info, uint64_t entry)
{
    uint32_t at = 0;
    if (*name) {
        at = (uint32_t)b->names_size;
        ck_assert_uint_lt(at + strlen(name) + 1, sizeof b->names);
        memcpy(b->names + at, name, strlen(name) + 1);
        b->names_size += strlen(name) + 1;
    }
    b->sections[b->count - 1].size = b->size - b->sections[b->count - 1].offset;
    b->sections[b->count] = (struct built){at, type, link, info, flags, b->size, 0, entry};
    return b->count++;
}

void elf_symbol(struct elf_builder *b, uint32_t name, unsigned info, unsigned other,
                uint32_t shndx, uint64_t value, uint64_t size)
{
    elf_put(b, name, 4);
    if (!b->wide) {
        elf_put(b, value, 4);
        elf_put(b, size, 4);
    }
    elf_put(b, info, 1);
    elf_put(b, other, 1);
    elf_put(b, shndx, 2);
    if (b->wide) {
        elf_put(b, value, 8);
        elf_put(b, size, 8);
    }
}

void elf_reloc(struct elf_builder *b, uint64_t offset, uint32_t number, uint32_t type)
{
    elf_put_word(b, offset);
    elf_put_word(b, b->wide ? (uint64_t)number << 32 | type : (uint64_t)number << 8 | type);
}

void elf_finish(struct elf_builder *b, uint32_t machine)
{
    uint32_t names = elf_section(b, "", 3, 0, 0, 0, 0);
    for (size_t i = 0; i < b->names_size; i++) {
        elf_put(b, (uint8_t)b->names[i], 1);
    }
    b->sections[names].size = b->names_size;
    bool many = b->count >= 0xff00;
    b->sections[0] = (struct built){.size = many ? b->count : 0, .link = many ? names : 0};
    b->table = b->size;
    for (uint32_t i = 0; i < b->count; i++) {
        const struct built *s = &b->sections[i];
        elf_put(b, s->name, 4);
        elf_put(b, s->type, 4);
        elf_put_word(b, s->flags);
        elf_put_word(b, 0);
        elf_put_word(b, s->offset);
        elf_put_word(b, s->type == 8 ? 0x1234 : s->size);
        elf_put(b, s->link, 4);
        elf_put(b, s->info, 4);
        elf_put_word(b, i ? 4 : 0);
        elf_put_word(b, s->entry);
    }
    size_t word = b->wide ? 8 : 4;
    memcpy(b->bytes, "\x7f" "ELF", 4);
    elf_poke(b, 4, b->wide ? 2 : 1, 1);
    elf_poke(b, 5, b->big ? 2 : 1, 1);
    elf_poke(b, 6, 1, 1);
    elf_poke(b, 7, 3, 1);
    elf_poke(b, 16, 1, 2);
    elf_poke(b, 18, machine, 2);
    elf_poke(b, 24 + 2 * word, b->table, word);
    elf_poke(b, 24 + 3 * word, 0xabcd, 4);
    elf_poke(b, 24 + 3 * word + 10, b->wide ? 64 : 40, 2);
    elf_poke(b, 24 + 3 * word + 12, many ? 0 : b->count, 2);
    elf_poke(b, 24 + 3 * word + 14, many ? 0xffff : names, 2);
}

void elf_field(struct elf_builder *b, uint32_t raw, enum field field, uint64_t value)
{
    size_t w = b->wide ? 8 : 4;
    size_t end = 24 + 3 * w;
    size_t header = b->table + raw * (b->wide ? 64 : 40);
    const struct { size_t at, width; } places[] = {
        [E_SHOFF] = {24 + 2 * w, w},         [E_SHENTSIZE] = {end + 10, 2},
        [E_SHNUM] = {end + 12, 2},           [E_SHSTRNDX] = {end + 14, 2},
        [NAME] = {header, 4},                [TYPE] = {header + 4, 4},
        [FLAGS] = {header + 8, w},           [OFFSET] = {header + 8 + 2 * w, w},
        [SIZE] = {header + 8 + 3 * w, w},    [LINK] = {header + 8 + 4 * w, 4},
        [INFO] = {header + 12 + 4 * w, 4},   [ALIGN] = {header + 16 + 4 * w, w},
        [ENTSIZE] = {header + 16 + 5 * w, w},
    };
    elf_poke(b, places[field].at, value, places[field].width);
}

void elf_free(struct elf_builder *b)
{
    free(b->bytes);
    free(b->sections);
}

static const char sample_strings[] =
    "\0file.c\0local\0global\0weak\0unique\0common\0undef\0$d.7";
enum { S_FILE = 1, S_LOCAL = 8, S_GLOBAL = 14, S_WEAK = 21, S_UNIQUE = 26, S_COMMON = 33,
       S_UNDEF = 40, S_MAPPING = 46 };

void elf_sample(struct elf_builder *b, bool wide, bool big, uint32_t machine)
{
    elf_start(b, wide, big);
    uint64_t word = wide ? 8 : 4;
    elf_section(b, ".text", 1, 6, 0, 0, 0);
    elf_put(b, 0x90909090, 4);
    elf_section(b, ".rela.text", 4, 0x40, SYMTAB, TEXT, 3 * word);
    elf_reloc(b, 0, 8, 4);
    elf_put_word(b, (uint64_t)-4);
    elf_reloc(b, 2, 0, 5);
    elf_put_word(b, 7);
    elf_section(b, ".rel.text", 9, 0x40, SYMTAB, TEXT, 2 * word);
    elf_reloc(b, 1, 4, 6);
    elf_section(b, ".data", 1, 3, 0, 0, 0);
    elf_put(b, 0x11, 8);
    elf_section(b, ".bss", 8, 3, 0, 0, 0);
    elf_section(b, ".group", 17, 0, SYMTAB, 5, 4);
    elf_put(b, 1, 4);
    elf_put(b, TEXT_G, 4);
    elf_put(b, RELA_G, 4);
    elf_section(b, ".text.g", 1, 0x206, 0, 0, 0);
    elf_put(b, 0xcccc, 2);
    elf_section(b, ".rela.text.g", 4, 0x240, SYMTAB, TEXT_G, 3 * word);
    elf_section(b, ".meta", 1, 0x82, TEXT, 0, 0);
    elf_section(b, ".debug_info", 1, 0, 0, 0, 0);
    elf_put(b, 1, 1);
    elf_section(b, ".llvm_addrsig", 0x6fff4c03, 0x80000000, SYMTAB, 0, 0);
    elf_put(b, 4, 1);
    elf_put(b, 0x85, 1); /* 5 in two bytes */
    elf_put(b, 0, 1);
    elf_section(b, ".strtab", 3, 0, 0, 0, 0);
    for (size_t i = 0; i < sizeof sample_strings; i++) {
        elf_put(b, (uint8_t)sample_strings[i], 1);
    }
    elf_section(b, ".symtab", 2, 0, STRTAB, 4, wide ? 24 : 16);
    elf_symbol(b, 0, 0, 0, 0, 0, 0);
    elf_symbol(b, S_FILE, 0x04, 0, 0xfff1, 0, 0);
    elf_symbol(b, 0, 0x03, 0, TEXT, 0, 0);
    elf_symbol(b, S_LOCAL, 0x01, 0, DATA, 4, 2);
    elf_symbol(b, S_GLOBAL, 0x12, 0, TEXT, 1, 3);
    elf_symbol(b, S_WEAK, 0x22, 2, TEXT_G, 0, 2);
    elf_symbol(b, S_UNIQUE, 0xa1, 0x83, BSS, 0, 0x10);
    elf_symbol(b, S_COMMON, 0x11, 0, 0xfff2, 16, 32);
    elf_symbol(b, S_UNDEF, 0x10, 0, 0, 0, 0);
    elf_symbol(b, S_MAPPING, 0x10, 0, TEXT, 0, 0);
    elf_section(b, ".debug_gdb_scripts", 1, 0x32, 0, 0, 1);
    elf_put(b, 0x0161, 2);
    elf_finish(b, machine);
}

void elf_sample_variant(struct elf_builder *b, int variant)
{
    elf_sample(b, variant & 1, variant & 2, 62);
}
