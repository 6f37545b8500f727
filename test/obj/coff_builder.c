/* SPDX-License-Identifier: MIT */
#include "coff_builder.h"

#include <stdio.h>

static size_t header_size(const struct coff_builder *b)
{
    return b->big ? 56 : 20;
}

size_t coff_symbol_size(const struct coff_builder *b)
{
    return b->big ? 20 : 18;
}

size_t coff_section_at(const struct coff_builder *b, size_t number)
{
    return header_size(b) + (number - 1) * 40;
}

static uint32_t symbol_table(const struct coff_builder *b)
{
    return get_le32(b->bytes + (b->big ? 48 : 8));
}

size_t coff_symbol_at(const struct coff_builder *b, size_t raw)
{
    return symbol_table(b) + raw * coff_symbol_size(b);
}

void coff_begin(struct coff_builder *b, bool big, uint16_t machine, uint32_t section_count)
{
    static const uint8_t class_id[16] = {0xc7, 0xa1, 0xba, 0xd1, 0xee, 0xba, 0xa9, 0x4b,
                                         0xaf, 0x20, 0xfa, 0xf6, 0x6a, 0xa4, 0xdc, 0xb8};
    memset(b, 0, sizeof *b);
    b->big = big;
    b->section_count = section_count;
    b->size = header_size(b) + section_count * 40;
    b->strings_size = 4;
    if (big) {
        put_le16(b->bytes + 2, 0xffff);
        put_le16(b->bytes + 4, 2);
        put_le16(b->bytes + 6, machine);
        memcpy(b->bytes + 12, class_id, sizeof class_id);
        put_le32(b->bytes + 44, section_count);
    } else {
        put_le16(b->bytes, machine);
        put_le16(b->bytes + 2, (uint16_t)section_count);
        put_le16(b->bytes + 18, 4);
    }
}

uint32_t coff_add_string(struct coff_builder *b, const char *text)
{
    uint32_t offset = (uint32_t)b->strings_size;
    memcpy(b->strings + offset, text, strlen(text));
    b->strings_size += strlen(text) + 1;
    return offset;
}

uint32_t coff_add_section(struct coff_builder *b, const char *name, uint32_t flags,
                          const void *contents, uint32_t size)
{
    uint8_t *header = b->bytes + coff_section_at(b, ++b->sections);
    if (strlen(name) > 8) {
        char digits[16];
        snprintf(digits, sizeof digits, "/%u", coff_add_string(b, name));
        name = digits;
        memcpy(header, name, strlen(name));
    } else {
        memcpy(header, name, strlen(name));
    }
    put_le32(header + 16, size);
    put_le32(header + 36, flags);
    if (contents) {
        put_le32(header + 20, (uint32_t)b->size);
        memcpy(b->bytes + b->size, contents, size);
        b->size += size;
    }
    return b->sections;
}

void coff_add_reloc(struct coff_builder *b, uint32_t address, uint32_t symbol, uint16_t type)
{
    uint8_t *header = b->bytes + coff_section_at(b, b->sections);
    uint16_t count = get_le16(header + 32);
    if (count == 0) {
        put_le32(header + 24, (uint32_t)b->size);
    }
    put_le16(header + 32, (uint16_t)(count + 1));
    put_le32(b->bytes + b->size, address);
    put_le32(b->bytes + b->size + 4, symbol);
    put_le16(b->bytes + b->size + 8, type);
    b->size += 10;
}

uint32_t coff_add_symbol(struct coff_builder *b, const char *name, uint32_t value, int32_t section,
                         uint16_t type, uint8_t storage, uint8_t aux_count)
{
    uint8_t *record = b->symbols + b->symbols_size;
    uint8_t *tail = record + coff_symbol_size(b);
    if (strlen(name) > 8) {
        put_le32(record + 4, coff_add_string(b, name));
    } else {
        memcpy(record, name, strlen(name));
    }
    put_le32(record + 8, value);
    if (b->big) {
        put_le32(record + 12, (uint32_t)section);
    } else {
        put_le16(record + 12, (uint16_t)section);
    }
    put_le16(tail - 4, type);
    tail[-2] = storage;
    tail[-1] = aux_count;
    b->symbols_size += coff_symbol_size(b) * (1u + aux_count);
    return (uint32_t)((size_t)(record - b->symbols) / coff_symbol_size(b));
}

uint32_t coff_add_section_symbol(struct coff_builder *b, const char *name, uint32_t section,
                                 uint8_t selection, uint32_t associated)
{
    uint32_t raw = coff_add_symbol(b, name, 0, (int32_t)section, 0, STATIC, 1);
    uint8_t *aux = b->symbols + b->symbols_size - coff_symbol_size(b);
    put_le32(aux + 8, 0x12345678); /* CheckSum */
    put_le16(aux + 12, (uint16_t)associated);
    aux[14] = selection;
    if (b->big) {
        put_le16(aux + 16, (uint16_t)(associated >> 16));
    }
    return raw;
}

uint32_t coff_add_weak(struct coff_builder *b, const char *name, uint32_t tag, uint32_t search)
{
    uint32_t raw = coff_add_symbol(b, name, 0, 0, 0, WEAK, 1);
    uint8_t *aux = b->symbols + b->symbols_size - coff_symbol_size(b);
    put_le32(aux, tag);
    put_le32(aux + 4, search);
    return raw;
}

struct span coff_finish(struct coff_builder *b)
{
    ck_assert_uint_eq(b->sections, b->section_count);
    put_le32(b->bytes + (b->big ? 48 : 8), (uint32_t)b->size);
    put_le32(b->bytes + (b->big ? 52 : 12), (uint32_t)(b->symbols_size / coff_symbol_size(b)));
    memcpy(b->bytes + b->size, b->symbols, b->symbols_size);
    b->size += b->symbols_size;
    put_le32(b->strings, (uint32_t)b->strings_size);
    memcpy(b->bytes + b->size, b->strings, b->strings_size);
    b->size += b->strings_size;
    return span_make(b->bytes, b->size);
}

struct span coff_build(struct coff_builder *b, bool big)
{
    static const uint8_t code[16] = {0xc3};
    coff_begin(b, big, X86_64, 10);
    coff_add_section(b, ".text", CODE, code, 16);
    coff_add_reloc(b, 4, RAW_UNDEF, 4);
    coff_add_reloc(b, 8, RAW_MAIN, 3);
    coff_add_section(b, ".data$a_long_name", DATA_FLAGS, "12345678", 8);
    coff_add_section(b, ".bss", BSS, NULL, 32);
    coff_add_section(b, ".text$mn", CODE | COMDAT, code, 4);
    coff_add_section(b, ".xdata", RODATA | COMDAT, code, 8);
    coff_add_section(b, ".debug$S", DISCARDABLE | COMDAT, code, 4);
    coff_add_section(b, ".rdata", RODATA | COMDAT, "only", 4);
    coff_add_section(b, ".drectve", INFO, " /A:b", 5);
    coff_add_section(b, ".llvm_addrsig", REMOVE, "\x04\x90\x00", 3); /* 4, and 16 in two bytes */
    coff_add_section(b, ".gfids$y", DISCARDABLE, "\x07\0\0\0", 4);

    coff_add_symbol(b, ".file", 0, -2, 0, FILE_NAME, 1);
    coff_add_section_symbol(b, ".text", 1, 0, 0);
    coff_add_symbol(b, "main", 8, 1, 0x20, EXTERNAL, 0);
    coff_add_section_symbol(b, ".text$mn", 4, ANY, 0);
    coff_add_symbol(b, "a_leader_with_a_long_name", 0, 4, 0x20, EXTERNAL, 0);
    coff_add_symbol(b, "local", 2, 4, 0, STATIC, 0);
    coff_add_section_symbol(b, ".xdata", 5, ASSOCIATIVE, 6);
    coff_add_section_symbol(b, ".debug$S", 6, ASSOCIATIVE, 4);
    coff_add_section_symbol(b, ".rdata", 7, NODUPLICATES, 0);
    coff_add_symbol(b, "only", 0, 7, 0, EXTERNAL, 0);
    coff_add_symbol(b, "undef", 0, 0, 0, EXTERNAL, 0);
    coff_add_symbol(b, "common", 24, 0, 0, EXTERNAL, 0);
    coff_add_weak(b, "alias", RAW_MAIN, 3);
    coff_add_weak(b, "nolib", RAW_UNDEF, 1);
    coff_add_symbol(b, "@feat.00", 1, -1, 0, STATIC, 0);
    coff_add_symbol(b, "absolute", 7, -1, 0, EXTERNAL, 0);
    coff_add_symbol(b, "clr", 7, -1, 0, EXTERNAL, 1);
    coff_add_symbol(b, "dbg", 9, -2, 0, STATIC, 0);
    coff_add_symbol(b, "", 3, 2, 0, STATIC, 0);
    return coff_finish(b);
}
