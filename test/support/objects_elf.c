/* SPDX-License-Identifier: MIT */
/** Text to ELF, 64 bit, little-endian. */
#include <check.h>
#include <stdlib.h>

#include "support/text.h"

enum { HEADER = 64, SECTION_HEADER = 64, SYMBOL_SIZE = 24, MOST_SECTIONS = 40 };
enum {
    SHT_PROGBITS = 1,
    SHT_SYMTAB,
    SHT_STRTAB,
    SHT_RELA,
    SHT_NOBITS = 8,
    SHT_REL = 9,
    SHT_GROUP = 17,
    SHT_LLVM_ADDRSIG = 0x6fff4c03
};
enum { SHN_ABS = 0xfff1, SHN_COMMON = 0xfff2, STB_GLOBAL = 1, STT_SECTION = 3, STT_FILE = 4 };

/** The file's sections: 0, groups, those of the text, their relocations, the tables. */
struct assembling {
    const struct text *text;
    struct builder out;
    struct builder names;   /* of sections */
    struct builder strings; /* of symbols */
    struct builder symbols;
    char symbol_name[MOST_LINES][64]; /* by number */
    uint32_t symbol_count;
    uint32_t local_count;
    int sections, groups, tables; /* how many of the text, of groups, of relocations */
    struct header {
        uint64_t name, type, flags, offset, size, link, info, align, entry;
    } header[MOST_SECTIONS];
    uint32_t count;
};

static uint32_t section_number(const struct assembling *a, const char *name)
{
    int place = place_of(a->text, "section", name);
    ck_assert_msg(place >= 0, "no section %s", name);
    return (uint32_t)(1 + a->groups + place);
}

static uint32_t symtab_number(const struct assembling *a)
{
    return (uint32_t)(1 + a->groups + a->sections + a->tables);
}

/** A symbol's number, or that of the section symbol. */
static uint32_t symbol_number(const struct assembling *a, const char *name)
{
    for (uint32_t i = 1; i < a->symbol_count; i++) {
        if (strcmp(a->symbol_name[i], name) == 0) {
            return i;
        }
    }
    ck_abort_msg("no symbol %s", name);
    return 0;
}

static void add_symbol(struct assembling *a, const char *name, bool named, unsigned info,
                       unsigned other, uint32_t section, uint64_t value, uint64_t size)
{
    put(&a->symbols, named && *name ? put_string(&a->strings, name) : 0, 4);
    put(&a->symbols, info, 1);
    put(&a->symbols, other, 1);
    put(&a->symbols, section, 2);
    put(&a->symbols, value, 8);
    put(&a->symbols, size, 8);
    strncpy(a->symbol_name[a->symbol_count++], name, sizeof a->symbol_name[0] - 1);
}

/** The symbols of the text that are local, or those that are not. */
static void add_symbols(struct assembling *a, bool local)
{
    for (int i = 1; i < a->text->count; i++) {
        const struct line *line = &a->text->line[i];
        unsigned bind = (unsigned)number_of(line, "bind", STB_GLOBAL);
        const char *in = word_of(line, "in");
        if (!is_verb(line, "symbol") || (bind == 0) != local) {
            continue;
        }
        uint32_t section = !in                           ? 0
                           : strcmp(in, "absolute") == 0 ? SHN_ABS
                           : strcmp(in, "common") == 0   ? SHN_COMMON
                                                         : section_number(a, in);
        add_symbol(a, line->word[1], true, bind << 4 | (unsigned)number_of(line, "kind", 0),
                   (unsigned)number_of(line, "other", 0), section, number_of(line, "at", 0),
                   number_of(line, "size", 0));
    }
}

static void make_symbols(struct assembling *a)
{
    put(&a->strings, 0, 1);
    if (word_of(&a->text->line[0], "junk")) {
        put_string(&a->strings, word_of(&a->text->line[0], "junk"));
    }
    add_symbol(a, "", true, 0, 0, 0, 0, 0);
    for (int i = 1; i < a->text->count; i++) {
        const struct line *line = &a->text->line[i];
        if (is_verb(line, "file")) {
            add_symbol(a, line->word[1], true, STT_FILE, 0, SHN_ABS, 0, 0);
        } else if (is_verb(line, "section")) {
            add_symbol(a, line->word[1], false, STT_SECTION, 0, section_number(a, line->word[1]), 0,
                       0);
        }
    }
    add_symbols(a, true);
    a->local_count = a->symbol_count;
    add_symbols(a, false);
}

static struct header *add_header(struct assembling *a, const char *name, uint64_t type)
{
    ck_assert_uint_lt(a->count, MOST_SECTIONS);
    struct header *header = &a->header[a->count++];
    fill_to(&a->out, 8);
    *header = (struct header){put_string(&a->names, name), type, 0, a->out.size, 0, 0, 0, 1, 0};
    return header;
}

static void finish_header(struct assembling *a, struct header *header)
{
    header->size = a->out.size - header->offset;
}

static void add_group(struct assembling *a, const struct line *line)
{
    struct header *header = add_header(a, ".group", SHT_GROUP);
    header->link = symtab_number(a);
    header->info = symbol_number(a, line->word[1]);
    header->align = header->entry = 4;
    put(&a->out, number_of(line, "flags", 1), 4);
    for (int i = 1; i < a->text->count; i++) {
        const char *group = word_of(&a->text->line[i], "group");
        if (group && strcmp(group, line->word[1]) == 0) {
            put(&a->out, section_number(a, a->text->line[i].word[1]), 4);
        }
    }
    finish_header(a, header);
}

static void add_section(struct assembling *a, const struct line *line)
{
    const char *numbers = word_of(line, "numbers");
    uint64_t zero = number_of(line, "zero", 0);
    struct header *header = add_header(a, line->word[1], number_of(line, "type", SHT_PROGBITS));
    header->flags = number_of(line, "flags", 0);
    header->align = number_of(line, "align", 1);
    header->entry = number_of(line, "entry", 0);
    if (word_of(line, "link")) {
        header->link = section_number(a, word_of(line, "link"));
    }
    if (numbers) {
        char *copy = (char *)(uintptr_t)arena_copy(a->text->arena, span_of(numbers)).data;
        char *state;
        for (char *w = strtok_r(copy, ",", &state); w; w = strtok_r(NULL, ",", &state)) {
            put(&a->out, symbol_number(a, w), 1);
        }
        header->type = SHT_LLVM_ADDRSIG;
        header->link = symtab_number(a);
    }
    struct span data = bytes_of(a->text, line, "data");
    builder_add(&a->out, data.data, data.size);
    finish_header(a, header);
    if (zero) {
        header->type = SHT_NOBITS;
        header->size = zero;
    }
}

/** The relocations of one section, if it has any. Returns whether it has; @write: add them. */
static bool add_relocs(struct assembling *a, const char *section, bool write)
{
    bool rel = number_of(&a->text->line[0], "rel", 0);
    bool mips = number_of(&a->text->line[0], "machine", 62) == 8;
    struct header *header = NULL;
    for (int i = 1; i < a->text->count; i++) {
        const struct line *line = &a->text->line[i];
        if (!is_verb(line, "reloc") || strcmp(line->word[1], section) != 0) {
            continue;
        }
        if (!write) {
            return true;
        }
        header = header ? header : add_header(a, ".rela", rel ? SHT_REL : SHT_RELA);
        put(&a->out, number_of(line, "at", 0), 8);
        uint32_t kind = (uint32_t)number_of(line, "kind", 0);
        if (mips) { /* the symbol, then four types of a byte, the first one last */
            put(&a->out, symbol_number(a, word_of(line, "to")), 4);
            put(&a->out, (uint64_t)kind << 24, 4);
        } else {
            put(&a->out, kind, 4);
            put(&a->out, symbol_number(a, word_of(line, "to")), 4);
        }
        put(&a->out, number_of(line, "add", 0), rel ? 0 : 8);
    }
    if (header) {
        header->link = symtab_number(a);
        header->info = section_number(a, section);
        header->entry = rel ? 16 : 24;
        finish_header(a, header);
    }
    return header != NULL;
}

static void add_table(struct assembling *a, const char *name, uint64_t type,
                      const struct builder *contents)
{
    struct header *header = add_header(a, name, type);
    if (type == SHT_SYMTAB) {
        header->link = symtab_number(a) + 1;
        header->info = a->local_count;
        header->entry = SYMBOL_SIZE;
    }
    struct span bytes = arena_copy(a->text->arena, builder_span(contents));
    builder_add(&a->out, bytes.data, bytes.size);
    finish_header(a, header);
}

static void finish_file(struct assembling *a)
{
    const struct line *first = &a->text->line[0];
    fill_to(&a->out, 8);
    size_t table = a->out.size;
    for (uint32_t i = 0; i < a->count; i++) {
        const struct header *h = &a->header[i];
        put(&a->out, h->name, 4), put(&a->out, h->type, 4), put(&a->out, h->flags, 8);
        put(&a->out, 0, 8), put(&a->out, h->offset, 8), put(&a->out, h->size, 8);
        put(&a->out, h->link, 4), put(&a->out, h->info, 4), put(&a->out, h->align, 8);
        put(&a->out, h->entry, 8);
    }
    memcpy(a->out.bytes,
           "\x7f"
           "ELF\2\1\1",
           7);
    poke(&a->out, 7, number_of(first, "abi", 0), 1);
    poke(&a->out, 16, 1, 2); /* ET_REL */
    poke(&a->out, 18, number_of(first, "machine", 62), 2);
    poke(&a->out, 20, 1, 4);
    poke(&a->out, 40, table, 8);
    poke(&a->out, 48, number_of(first, "flags", 0), 4);
    poke(&a->out, 52, HEADER, 2);
    poke(&a->out, 58, SECTION_HEADER, 2);
    poke(&a->out, 60, a->count, 2);
    poke(&a->out, 62, a->count - 1, 2);
}

struct span assemble_elf_text(const struct text *text)
{
    struct assembling *a = calloc(1, sizeof *a);
    ck_assert_ptr_nonnull(a);
    a->text = text;
    a->sections = count_of(text, "section");
    a->groups = count_of(text, "group");
    for (int i = 1; i < text->count; i++) {
        const struct line *line = &text->line[i];
        a->tables += is_verb(line, "section") && add_relocs(a, line->word[1], false);
    }
    make_symbols(a);
    for (int i = 0; i < HEADER; i++) {
        put(&a->out, 0, 1);
    }
    put(&a->names, 0, 1);
    a->count = 1;
    static const char *const verbs[] = {"group", "section", "relocs"};
    for (int pass = 0; pass < 3; pass++) {
        for (int i = 1; i < text->count; i++) {
            const struct line *line = &text->line[i];
            if (pass == 0 && is_verb(line, verbs[pass])) {
                add_group(a, line);
            } else if (pass == 1 && is_verb(line, verbs[pass])) {
                add_section(a, line);
            } else if (pass == 2 && is_verb(line, "section")) {
                add_relocs(a, line->word[1], true);
            }
        }
    }
    add_table(a, ".symtab", SHT_SYMTAB, &a->symbols);
    add_table(a, ".strtab", SHT_STRTAB, &a->strings);
    put_string(&a->names, ".shstrtab");
    add_table(a, "", SHT_STRTAB, &a->names);
    finish_file(a);
    struct span result = arena_copy(text->arena, builder_span(&a->out));
    builder_free(&a->out);
    builder_free(&a->names);
    builder_free(&a->strings);
    builder_free(&a->symbols);
    free(a);
    return result;
}
