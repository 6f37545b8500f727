/* SPDX-License-Identifier: MIT */
/** Stripping ELF images: the tables of symbols and names, made anew. */
#include "image/elf_strip.h"
#include "obj/writer.h"

enum { NAMES_LIMIT = 64 }; /* all names together, of the file's size: see elf.c */

/** The work on the symbols. */
struct choosing {
    struct elf_stripping *s;
    struct span table;
    struct span strings;
    uint64_t names_left;
    uint32_t count;
    bool *keep;
    struct strings names;
    size_t *name_of; /* by symbol that stays: its name among the new ones */
};

/** Whether a symbol stays; false with an error if it cannot be understood. */
static bool decide(struct choosing *c, uint32_t i, const struct elf_image_symbol *symbol)
{
    struct elf_stripping *s = c->s;
    const struct elf_part *table = &s->elf.sections[s->symtab];
    bool local = symbol->info >> 4 == ELF_STB_LOCAL;
    bool in_section = symbol->section && symbol->section < ELF_SHN_LORESERVE;
    uint8_t type = symbol->info & 15;
    if (local != (i < table->info)) {
        return ELF_REFUSE(s, "symbol %u: local symbols do not come first", i);
    }
    if (symbol->section == ELF_SHN_XINDEX ||
        (in_section && symbol->section >= s->elf.section_count)) {
        return ELF_REFUSE(s, "symbol %u: its section %u is not there", i, symbol->section);
    }
    /* Also a global one: GCC's LTO names its debug info by hidden symbols. */
    bool goes = in_section && s->drop[symbol->section];
    bool debug = local && (type == ELF_STT_FILE || type == ELF_STT_SECTION);
    c->keep[i] = i == 0 || !(goes || (local && s->what & IMAGE_STRIP_LOCALS) ||
                             (debug && s->what & IMAGE_STRIP_DEBUG));
    s->drops_symbols |= !c->keep[i];
    return true;
}

static bool choose(struct choosing *c)
{
    struct elf_stripping *s = c->s;
    uint32_t each = elf_image_symbol_size(&s->elf);
    for (uint32_t i = 0; i < c->count; i++) {
        struct elf_image_symbol symbol = elf_image_symbol(&s->elf, c->table.data + i * each);
        struct span name = {0};
        if (!decide(c, i, &symbol)) {
            return false;
        }
        if (!c->keep[i]) {
            continue;
        }
        if (symbol.name && (!span_cstr(c->strings, symbol.name, &name) ||
                            name.size > c->names_left)) {
            return ELF_REFUSE(s, "symbol %u: its name does not end inside the table, or all are "
                              "too long", i);
        }
        c->names_left -= name.size;
        c->name_of[i] = strings_add(&c->names, name);
        s->locals += symbol.info >> 4 == ELF_STB_LOCAL;
    }
    return true;
}

/** Write the symbols that stay. */
static bool write_symbols(struct choosing *c)
{
    struct elf_stripping *s = c->s;
    uint32_t each = elf_image_symbol_size(&s->elf);
    struct cursor out = {.big_endian = s->elf.big};
    out.bytes = arena_array(s->scratch, c->count + (size_t)1, each);
    if (!out.bytes) {
        return error_memory(&s->error);
    }
    for (uint32_t i = 0; i < c->count; i++) {
        const uint8_t *from = c->table.data + (size_t)i * each;
        uint16_t section = elf_image_symbol(&s->elf, from).section;
        struct cursor at = out;
        if (!c->keep[i]) {
            continue;
        }
        put_bytes(&out, span_make(from, each));
        put_32(&at, c->names.offsets[c->name_of[i]]);
        at.at += s->elf.wide ? 2 : 10;
        if (section && section < ELF_SHN_LORESERVE) {
            put_16(&at, (uint16_t)s->number[section]);
        }
    }
    s->symbols = span_make(out.bytes, out.at);
    return true;
}

/** Add the names of the sections that stay; @first[out] the first one's number. */
static void add_section_names(const struct elf_stripping *s, struct strings *names, size_t *first)
{
    *first = names->count;
    for (uint32_t i = 0; i < s->elf.section_count; i++) {
        if (!s->drop[i]) {
            strings_add(names, s->elf.sections[i].name);
        }
    }
}

static void take_section_names(struct elf_stripping *s, const struct strings *names, size_t first)
{
    for (uint32_t i = 0; i < s->elf.section_count; i++) {
        s->name_at[i] = s->drop[i] ? 0 : names->offsets[first++];
    }
}

/** Make the table of the names of sections, unless it is that of symbols, too. */
static bool name_sections(struct elf_stripping *s)
{
    struct strings names;
    size_t first;
    if (s->symtab && s->strtab == s->elf.names_number) {
        return true;
    }
    if (!strings_begin(&names, s->elf.section_count + (size_t)1, s->scratch)) {
        return error_memory(&s->error);
    }
    add_section_names(s, &names, &first);
    if (!strings_lay_out(&names, 1, s->scratch)) {
        return error_memory(&s->error);
    }
    take_section_names(s, &names, first);
    s->names = names.bytes;
    s->size[s->elf.names_number] = names.size;
    return true;
}

static bool open_tables(struct choosing *c)
{
    struct elf_stripping *s = c->s;
    const struct elf_part *table = &s->elf.sections[s->symtab];
    const struct elf_part *strings = &s->elf.sections[s->strtab];
    uint32_t each = elf_image_symbol_size(&s->elf);
    if (table->entry_size != each || table->size % each || table->size / each >= UINT32_MAX ||
        !s->strtab || !elf_part_is_strings(strings) ||
        !span_sub(s->elf.data, table->offset, table->size, &c->table) ||
        !span_sub(s->elf.data, strings->offset, strings->size, &c->strings)) {
        return ELF_REFUSE(s, "section %u (%.*s): the symbol table, or that of its names, is of no "
                          "known form", ELF_SECTION(s, s->symtab));
    }
    c->count = (uint32_t)(table->size / each);
    c->names_left = (uint64_t)s->elf.data.size * NAMES_LIMIT;
    c->keep = ARENA_ARRAY(s->scratch, bool, c->count + (size_t)1);
    c->name_of = ARENA_ARRAY(s->scratch, size_t, c->count + (size_t)1);
    size_t most = c->count + (size_t)s->elf.section_count + 1;
    return (c->keep && c->name_of && strings_begin(&c->names, most, s->scratch)) ||
           error_memory(&s->error);
}

bool elf_strip_symbols(struct elf_stripping *s)
{
    struct choosing c = {.s = s};
    size_t first = 0;
    if (!s->symtab) {
        return name_sections(s);
    }
    bool both = s->strtab == s->elf.names_number;
    if (!open_tables(&c) || !choose(&c)) {
        return false;
    }
    if (both) {
        add_section_names(s, &c.names, &first);
    }
    if (!strings_lay_out(&c.names, 1, s->scratch)) {
        return error_memory(&s->error);
    }
    if (both) {
        take_section_names(s, &c.names, first);
    }
    s->strings = c.names.bytes;
    s->names = both ? c.names.bytes : s->names;
    s->size[s->strtab] = c.names.size;
    if (!write_symbols(&c)) {
        return false;
    }
    s->size[s->symtab] = s->symbols.size;
    return name_sections(s);
}
