/* SPDX-License-Identifier: MIT */
/** Text to Mach-O, 64 bit, little-endian. */
#include <check.h>
#include <stdlib.h>

#include "support/text.h"

enum { SEGMENT_SIZE = 72, SECTION_SIZE = 80, SYMTAB_SIZE = 24, LINKEDIT_SIZE = 16 };
enum { N_SECT = 0xe, N_EXT = 1, N_INDR = 0xa, N_ABS = 2, ZEROFILL = 1 };
enum { MOST_SECTIONS = 16 };

struct assembling {
    const struct text *text;
    struct builder out;
    struct builder strings;
    int sections;
    uint64_t address[MOST_SECTIONS];
    uint64_t size[MOST_SECTIONS];
    size_t section_at[MOST_SECTIONS]; /* of the record */
};

static int section_index(const struct text *text, const char *name)
{
    int index = place_of(text, "section", name);
    ck_assert_msg(index >= 0 && index < MOST_SECTIONS, "no section %s", name);
    return index;
}

static void put_name(struct builder *out, const char *name, size_t length)
{
    char bytes[16] = "";
    memcpy(bytes, name, length < sizeof bytes ? length : sizeof bytes);
    builder_add(out, bytes, sizeof bytes);
}

/** The record; where its contents and relocations lie is put in later. */
static void add_section(struct assembling *a, const struct line *line, int index)
{
    const char *comma = strchr(line->word[1], ',');
    ck_assert_ptr_nonnull(comma);
    a->section_at[index] = a->out.size;
    put_name(&a->out, comma + 1, strlen(comma + 1));
    put_name(&a->out, line->word[1], (size_t)(comma - line->word[1]));
    put(&a->out, a->address[index], 8);
    put(&a->out, a->size[index], 8);
    put(&a->out, 0, 4);
    put(&a->out, number_of(line, "align", 3), 4);
    put(&a->out, 0, 8);
    put(&a->out, number_of(line, "flags", 0), 4);
    put(&a->out, 0, 8), put(&a->out, 0, 4);
}

/** Addresses as an assembler gives them: one section behind the other. */
static void place_sections(struct assembling *a)
{
    uint64_t address = 0;
    for (int i = 1; i < a->text->count; i++) {
        const struct line *line = &a->text->line[i];
        if (is_verb(line, "section")) {
            int index = section_index(a->text, line->word[1]);
            uint64_t size = number_of(line, "zero", bytes_of(a->text, line, "data").size);
            address = round_up(address, UINT64_C(1) << number_of(line, "align", 3));
            a->address[index] = address;
            a->size[index] = size;
            address += size;
        }
    }
}

static void add_option(struct assembling *a, const char *option)
{
    uint32_t size = (uint32_t)round_up(12 + strlen(option) + 1, 8);
    size_t end = a->out.size + size;
    put(&a->out, 0x2d, 4), put(&a->out, size, 4), put(&a->out, 1, 4);
    put_string(&a->out, option);
    while (a->out.size < end) {
        put(&a->out, 0, 1);
    }
}

/** All load commands; returns how many. @symtab and @linkedit: where these begin. */
static uint32_t add_commands(struct assembling *a, size_t *symtab, size_t *linkedit)
{
    const struct text *text = a->text;
    uint32_t count = 2;
    put(&a->out, 0x19, 4);
    put(&a->out, SEGMENT_SIZE + (uint64_t)a->sections * SECTION_SIZE, 4);
    put(&a->out, 0, 8), put(&a->out, 0, 8);
    put(&a->out, 0, 8), put(&a->out, 0, 8), put(&a->out, 0, 8), put(&a->out, 0, 8);
    put(&a->out, 7, 4), put(&a->out, 7, 4), put(&a->out, (uint64_t)a->sections, 4);
    put(&a->out, 0, 4);
    for (int i = 1, index = 0; i < text->count; i++) {
        if (is_verb(&text->line[i], "section")) {
            add_section(a, &text->line[i], index++);
        }
    }
    for (int i = 1; i < text->count; i++) {
        const struct line *line = &text->line[i];
        if (is_verb(line, "build")) {
            put(&a->out, 0x32, 4), put(&a->out, 24, 4);
            put(&a->out, number_of(line, "platform", 1), 4);
            put(&a->out, strtoul(line->word[1], NULL, 0), 4), put(&a->out, 0, 8);
        } else if (is_verb(line, "option")) {
            add_option(a, line->word[1]);
        } else if (is_verb(line, "incode")) {
            *linkedit = a->out.size;
            put(&a->out, 0x29, 4), put(&a->out, LINKEDIT_SIZE, 4), put(&a->out, 0, 8);
        } else {
            continue;
        }
        count++;
    }
    *symtab = a->out.size;
    put(&a->out, 2, 4), put(&a->out, SYMTAB_SIZE, 4), put(&a->out, 0, 8), put(&a->out, 0, 8);
    return count;
}

static void add_contents(struct assembling *a, size_t linkedit)
{
    for (int i = 1; i < a->text->count; i++) {
        const struct line *line = &a->text->line[i];
        struct span data = bytes_of(a->text, line, is_verb(line, "section") ? "data" : "-");
        if (is_verb(line, "incode")) {
            poke(&a->out, linkedit + 8, a->out.size, 4);
            poke(&a->out, linkedit + 12, 8, 4);
            put(&a->out, strtoull(line->word[1], NULL, 16), 8);
        } else if (data.size) {
            poke(&a->out, a->section_at[section_index(a->text, line->word[1])] + 48, a->out.size,
                 4);
            builder_add(&a->out, data.data, data.size);
            fill_to(&a->out, 4);
        }
    }
}

static void add_relocs(struct assembling *a, const char *section)
{
    const struct text *text = a->text;
    size_t record = a->section_at[section_index(text, section)];
    uint32_t count = 0;
    for (int i = 1; i < text->count; i++) {
        const struct line *line = &text->line[i];
        if (!is_verb(line, "reloc") || strcmp(line->word[1], section) != 0) {
            continue;
        }
        int symbol = place_of(text, "symbol", word_of(line, "to"));
        uint32_t number =
            (uint32_t)(symbol >= 0 ? symbol : section_index(text, word_of(line, "to")) + 1);
        uint64_t kind = number_of(line, "kind", 0);
        if (count++ == 0) {
            poke(&a->out, record + 56, a->out.size, 4);
        }
        put(&a->out, number_of(line, "at", 0), 4);
        put(&a->out, number | (uint64_t)(symbol >= 0) << 27 | kind << 28 |
                         number_of(line, "pcrel", 0) << 24 | number_of(line, "length", 2) << 25, 4);
    }
    poke(&a->out, record + 60, count, 4);
}

static void add_symbol(struct assembling *a, const struct line *line)
{
    const char *in = word_of(line, "in");
    uint64_t type = number_of(line, "kind", N_EXT);
    uint64_t value = number_of(line, "at", 0);
    uint32_t section = 0;
    put(&a->out, put_string(&a->strings, line->word[1]), 4);
    if (in && strcmp(in, "absolute") == 0) {
        type |= N_ABS;
    } else if (in && strcmp(in, "indirect") == 0) {
        type |= N_INDR;
        value = put_string(&a->strings, word_of(line, "target"));
    } else if (in && strcmp(in, "common") != 0) {
        type |= N_SECT;
        section = (uint32_t)section_index(a->text, in) + 1;
        value += a->address[section - 1];
    }
    put(&a->out, type, 1);
    put(&a->out, section, 1);
    put(&a->out, number_of(line, "other", 0), 2);
    put(&a->out, value, 8);
}

static void add_symbols(struct assembling *a, size_t symtab)
{
    put(&a->strings, 0, 1);
    if (word_of(&a->text->line[0], "junk")) {
        put_string(&a->strings, word_of(&a->text->line[0], "junk"));
    }
    poke(&a->out, symtab + 8, a->out.size, 4);
    poke(&a->out, symtab + 12, (uint64_t)count_of(a->text, "symbol"), 4);
    for (int i = 1; i < a->text->count; i++) {
        if (is_verb(&a->text->line[i], "symbol")) {
            add_symbol(a, &a->text->line[i]);
        }
    }
    poke(&a->out, symtab + 16, a->out.size, 4);
    poke(&a->out, symtab + 20, a->strings.size, 4);
    builder_add(&a->out, a->strings.bytes, a->strings.size);
    fill_to(&a->out, 8);
}

struct span assemble_macho_text(const struct text *text)
{
    const struct line *first = &text->line[0];
    struct assembling a = {.text = text, .sections = count_of(text, "section")};
    size_t symtab = 0;
    size_t linkedit = 0;
    ck_assert_int_le(a.sections, MOST_SECTIONS);
    place_sections(&a);
    put(&a.out, 0xfeedfacf, 4), put(&a.out, number_of(first, "machine", 0x0100000c), 4);
    put(&a.out, number_of(first, "abi", 0), 4), put(&a.out, 1, 4), put(&a.out, 0, 8);
    put(&a.out, number_of(first, "flags", 0x2000), 4), put(&a.out, 0, 4);
    size_t header = a.out.size;
    poke(&a.out, 16, add_commands(&a, &symtab, &linkedit), 4);
    poke(&a.out, 20, a.out.size - header, 4);
    add_contents(&a, linkedit);
    for (int i = 1; i < text->count; i++) {
        if (is_verb(&text->line[i], "section")) {
            add_relocs(&a, text->line[i].word[1]);
        }
    }
    add_symbols(&a, symtab);
    struct span result = arena_copy(text->arena, builder_span(&a.out));
    builder_free(&a.out);
    builder_free(&a.strings);
    return result;
}
