/* SPDX-License-Identifier: MIT */
/**
 * Writing ELF objects; the format is told in elf.c.
 *
 * The order is that of the gABI's rules and no other: groups before their members, each section
 * with its relocations behind it, then the symbol table, local symbols first, and one string table
 * for all names. The section header table stands at the end. Section
 * numbers from 0xff00 on use extended numbering.
 */
#include "obj/elf.h"
#include "obj/writer.h"

enum { MOST_ALIGN = 4096 }; /* limits padding in the file; sh_addralign itself is kept */

/* ---- layout ------------------------------------------------------------------------------ */

/** A section header to be written. */
struct elf_place {
    uint64_t flags, offset, size, align, entry_size, address;
    uint32_t type, link, info;
    size_t name; /* in the strings */
    struct span data;
};

struct elf_writing {
    const struct obj_edit *edit;
    const struct object *object;
    struct arena *arena;
    struct strings strings;
    struct elf_place *places;
    uint32_t count;
    uint32_t *sections; /* by section: its number */
    uint32_t *relocs;   /* by section: the number of its relocations, or 0 */
    uint32_t *symbols;  /* by symbol: its number */
    uint32_t *signs;    /* by symbol: the section of the group that it signs, or 0 */
    uint32_t local_count; /* with number 0 */
    size_t first_symbol_name; /* in the strings */
    uint32_t symtab, shndx, strtab;
    bool extended;      /* some symbol's section needs more than 16 bits */
};

/** Whether a section is a call graph profile that the view has as a list of symbols. */
static bool is_profile(const struct obj_section *section)
{
    return section->numbered && section->type == SHT_LLVM_CALL_GRAPH_PROFILE;
}

/** Number the sections, and say which symbol table they will have. */
static bool number_sections(struct elf_writing *w)
{
    const struct object *object = w->object;
    w->sections = ARENA_ARRAY(w->arena, uint32_t, object->section_count + 1);
    w->relocs = ARENA_ARRAY(w->arena, uint32_t, object->section_count + 1);
    if (!w->sections || !w->relocs) {
        return false;
    }
    uint32_t next = 1 + (uint32_t)object->group_count;
    for (size_t i = 0; i < object->section_count; i++) {
        w->sections[i] = next++;
        bool relocs = w->edit->relocs[i].count &&
                      (!object->sections[i].numbered || is_profile(&object->sections[i]));
        w->relocs[i] = relocs ? next++ : 0;
    }
    for (size_t i = 0; i < object->symbol_count && !w->extended; i++) {
        const struct obj_symbol *symbol = &object->symbols[i];
        w->extended =
            symbol->place == PLACE_SECTION && w->sections[symbol->section] >= SHN_LORESERVE;
    }
    w->symtab = next++;
    w->shndx = w->extended ? next++ : 0;
    w->strtab = next++;
    w->count = next;
    return true;
}

/** The local ones first. */
static int elf_rank(const struct obj_symbol *symbol)
{
    return symbol->binding != BINDING_LOCAL;
}

/** Number the symbols, from 1 on. */
static bool number_symbols(struct elf_writing *w)
{
    uint32_t ends[3];
    w->symbols = symbols_in_order(w->object, elf_rank, ends, w->arena);
    w->signs = ARENA_ARRAY(w->arena, uint32_t, w->object->symbol_count + 1);
    if (!w->symbols || !w->signs) {
        return false;
    }
    for (size_t i = 0; i < w->object->symbol_count; i++) {
        w->symbols[i]++;
    }
    for (uint32_t g = 0; g < w->object->group_count; g++) {
        w->signs[w->object->groups[g].symbol] = 1 + g;
    }
    w->local_count = 1 + ends[0];
    return true;
}

static struct span prefixed(struct elf_writing *w, const char *prefix, struct span name)
{
    char *text = arena_printf(w->arena, "%s%.*s", prefix, SPAN_ARGS(name));
    return text ? span_make(text, strlen(prefix) + name.size) : (struct span){NULL, 0};
}

static void place_groups(struct elf_writing *w)
{
    for (size_t g = 0; g < w->object->group_count; g++) {
        const struct obj_group *group = &w->object->groups[g];
        uint64_t words = 1;
        for (size_t i = 0; i < group->section_count; i++) {
            words += w->relocs[group->sections[i]] ? 2 : 1;
        }
        w->places[1 + g] = (struct elf_place){
            .type = SHT_GROUP, .size = words * 4, .align = 4, .entry_size = 4, .link = w->symtab,
            .info = w->symbols[group->symbol],
            .name = strings_add(&w->strings, span_of(".group")),
        };
    }
}

/** @return false when memory is short */
static bool place_section(struct elf_writing *w, size_t i)
{
    const struct obj_section *section = &w->object->sections[i];
    const struct edit_relocs *relocs = &w->edit->relocs[i];
    bool hangs = section->flags & SHF_LINK_ORDER && section->link != OBJ_NONE;
    w->places[w->sections[i]] = (struct elf_place){
        .type = section->type, .flags = section->flags, .address = section->address,
        .size = section->size, .align = section->align, .entry_size = section->entry_size,
        .link = section->numbered ? w->symtab : hangs ? w->sections[section->link] : 0,
        .name = strings_add(&w->strings, section->name),
        .data = section->data,
    };
    if (!w->relocs[i]) {
        return true;
    }
    bool has_addend = !relocs->list[0].in_place && !is_profile(section);
    uint64_t group = section->group == OBJ_NONE ? 0 : SHF_GROUP;
    struct span name = prefixed(w, has_addend ? ".rela" : ".rel", section->name);
    w->places[w->relocs[i]] = (struct elf_place){
        .type = has_addend ? SHT_RELA : SHT_REL, .flags = SHF_INFO_LINK | group,
        .size = relocs->count * elf_reloc_size(w->object, has_addend),
        .align = elf_is_wide(w->object) ? 8 : 4,
        .entry_size = elf_reloc_size(w->object, has_addend),
        .link = w->symtab, .info = w->sections[i],
        .name = strings_add(&w->strings, name),
    };
    return name.data != NULL;
}

static void place_tables(struct elf_writing *w)
{
    const struct object *object = w->object;
    w->places[w->symtab] = (struct elf_place){
        .type = SHT_SYMTAB, .size = (object->symbol_count + 1) * elf_symbol_size(object),
        .align = elf_is_wide(object) ? 8 : 4, .entry_size = elf_symbol_size(object),
        .link = w->strtab, .info = w->local_count,
        .name = strings_add(&w->strings, span_of(".symtab")),
    };
    if (w->shndx) {
        w->places[w->shndx] = (struct elf_place){
            .type = SHT_SYMTAB_SHNDX, .size = (object->symbol_count + 1) * 4, .align = 4,
            .entry_size = 4, .link = w->symtab,
            .name = strings_add(&w->strings, span_of(".symtab_shndx")),
        };
    }
    w->places[w->strtab] = (struct elf_place){
        .type = SHT_STRTAB, .align = 1, .name = strings_add(&w->strings, span_of(".strtab"))};
}

/** New numbers in a list of symbols, in ULEB128. */
static bool number_list(struct elf_writing *w, size_t i)
{
    const struct edit_relocs *relocs = &w->edit->relocs[i];
    struct elf_place *place = &w->places[w->sections[i]];
    uint8_t *bytes = arena_alloc(w->arena, relocs->count * 5 + 1);
    size_t at = 0;
    for (size_t r = 0; bytes && r < relocs->count; r++) {
        at += put_uleb128(bytes + at, w->symbols[relocs->list[r].symbol]);
    }
    place->data = span_make(bytes, at);
    place->size = at;
    return bytes != NULL;
}

/** The weights of a call graph profile. */
static bool list_weights(struct elf_writing *w, size_t i)
{
    const struct edit_relocs *relocs = &w->edit->relocs[i];
    struct elf_place *place = &w->places[w->sections[i]];
    struct cursor c = {arena_alloc(w->arena, relocs->count * 4 + 8), 0, w->object->big_endian};
    for (size_t r = 0; c.bytes && r + 1 < relocs->count; r += 2) {
        put_64(&c, (uint64_t)relocs->list[r].addend);
    }
    place->data = span_make(c.bytes, c.at);
    place->size = c.at;
    return c.bytes != NULL;
}

/** The contents of a section whose view is a list of symbols. */
static bool place_list(struct elf_writing *w, size_t i)
{
    const struct obj_section *section = &w->object->sections[i];
    return !section->numbered || (is_profile(section) ? list_weights(w, i) : number_list(w, i));
}

static bool place_all(struct elf_writing *w)
{
    const struct object *object = w->object;
    if (!number_sections(w) || !number_symbols(w)) {
        return false;
    }
    w->places = ARENA_ARRAY(w->arena, struct elf_place, w->count);
    if (!w->places ||
        !strings_begin(&w->strings, w->count + object->symbol_count, w->arena)) {
        return false;
    }
    place_groups(w);
    for (size_t i = 0; i < object->section_count; i++) {
        if (!place_section(w, i) || !place_list(w, i)) {
            return false;
        }
    }
    place_tables(w);
    w->first_symbol_name = w->strings.count;
    for (size_t i = 0; i < object->symbol_count; i++) {
        strings_add(&w->strings, object->symbols[i].name);
    }
    if (!strings_lay_out(&w->strings, 1, w->arena)) {
        return false;
    }
    w->places[w->strtab].size = w->strings.size;
    w->places[w->strtab].data = w->strings.bytes;
    return true;
}

/** Where everything stands; the end of the file. */
static uint64_t find_offsets(struct elf_writing *w, uint64_t *table)
{
    uint64_t at = elf_is_wide(w->object) ? 64 : 52;
    for (uint32_t i = 1; i < w->count; i++) {
        struct elf_place *place = &w->places[i];
        bool empty = place->type == SHT_NOBITS || place->size == 0;
        if (!empty) {
            at = round_up(at, place->align < MOST_ALIGN ? place->align : MOST_ALIGN);
        }
        place->offset = at;
        at += empty ? 0 : place->size;
    }
    *table = round_up(at, 8);
    return *table + (uint64_t)w->count * elf_header_size(w->object);
}

/* ---- bytes ------------------------------------------------------------------------------- */

/** A field that is as wide as the class. */
static void put_word(const struct elf_writing *w, struct cursor *c, uint64_t v)
{
    if (elf_is_wide(w->object)) {
        put_64(c, v);
    } else {
        put_32(c, (uint32_t)v);
    }
}

static void put_file_header(const struct elf_writing *w, struct cursor *c, uint64_t table)
{
    const struct object *object = w->object;
    bool wide = elf_is_wide(object);
    const uint8_t ident[EI_NIDENT] = {
        0x7f, 'E', 'L', 'F', [EI_CLASS] = wide ? ELFCLASS64 : ELFCLASS32,
        [EI_DATA] = object->big_endian ? ELFDATA2MSB : ELFDATA2LSB, [EI_VERSION] = EV_CURRENT,
        [EI_OSABI] = (uint8_t)object->raw_subtype,
        [EI_ABIVERSION] = (uint8_t)(object->raw_subtype >> 8)};
    put_bytes(c, span_make(ident, sizeof ident));
    put_16(c, ET_REL);
    put_16(c, (uint16_t)object->raw_machine);
    put_32(c, EV_CURRENT);
    put_word(w, c, 0); /* e_entry */
    put_word(w, c, 0); /* e_phoff */
    put_word(w, c, table);
    put_32(c, object->flags);
    put_16(c, wide ? 64 : 52);
    put_16(c, 0); /* e_phentsize */
    put_16(c, 0); /* e_phnum */
    put_16(c, (uint16_t)elf_header_size(object));
    put_16(c, (uint16_t)(w->count < SHN_LORESERVE ? w->count : 0));
    put_16(c, (uint16_t)(w->strtab < SHN_LORESERVE ? w->strtab : SHN_XINDEX));
}

static void put_group(const struct elf_writing *w, struct cursor *c, size_t g)
{
    const struct obj_group *group = &w->object->groups[g];
    put_32(c, group->selection);
    for (size_t i = 0; i < group->section_count; i++) {
        put_32(c, w->sections[group->sections[i]]);
        if (w->relocs[group->sections[i]]) {
            put_32(c, w->relocs[group->sections[i]]);
        }
    }
}

static void put_relocs(const struct elf_writing *w, struct cursor *c, size_t section)
{
    const struct object *object = w->object;
    const struct edit_relocs *relocs = &w->edit->relocs[section];
    bool profile = is_profile(&object->sections[section]);
    bool mips64el = object->raw_machine == EM_MIPS && !object->big_endian && elf_is_wide(object);
    for (size_t i = 0; i < relocs->count; i++) {
        const struct obj_reloc *reloc = &relocs->list[i];
        uint32_t symbol = reloc->symbol == OBJ_NONE ? 0 : w->symbols[reloc->symbol];
        put_word(w, c, profile ? reloc->offset / 2 * 8 : reloc->offset);
        if (!elf_is_wide(object)) {
            put_32(c, symbol << 8 | (reloc->type & 0xff));
        } else if (mips64el) {
            put_32(c, symbol);
            put_be32(c->bytes + c->at, reloc->type);
            c->at += 4;
        } else {
            put_64(c, (uint64_t)symbol << 32 | reloc->type);
        }
        if (!reloc->in_place && !profile) {
            put_word(w, c, (uint64_t)reloc->addend);
        }
    }
}

/** st_shndx; what does not fit stands in the extended table. */
static uint32_t symbol_section(const struct elf_writing *w, uint32_t number)
{
    const struct obj_symbol *symbol = &w->object->symbols[number];
    bool local = symbol->binding == BINDING_LOCAL;
    switch (symbol->place) {
    case PLACE_SECTION: return w->sections[symbol->section];
    case PLACE_ABSOLUTE: return SHN_ABS;
    case PLACE_COMMON: return symbol->detail >> 16 ? symbol->detail >> 16 : SHN_COMMON;
    default: return local ? w->signs[number] : SHN_UNDEF;
    }
}

static void put_symbol(const struct elf_writing *w, struct cursor *c, size_t i)
{
    static const uint8_t bindings[] = {
        [BINDING_LOCAL] = STB_LOCAL, [BINDING_GLOBAL] = STB_GLOBAL, [BINDING_WEAK] = STB_WEAK,
        [BINDING_UNIQUE] = STB_GNU_UNIQUE};
    const struct obj_symbol *symbol = &w->object->symbols[i];
    uint8_t info = (uint8_t)((uint32_t)bindings[symbol->binding] << 4 | (symbol->type & 0xf));
    uint8_t other = (uint8_t)((symbol->detail & 0xfc) | symbol->visibility);
    uint32_t section = symbol_section(w, (uint32_t)i);
    bool far = symbol->place == PLACE_SECTION && section >= SHN_LORESERVE;
    put_32(c, w->strings.offsets[w->first_symbol_name + i]);
    if (!elf_is_wide(w->object)) {
        put_32(c, (uint32_t)symbol->value);
        put_32(c, (uint32_t)symbol->size);
    }
    put_8(c, info);
    put_8(c, other);
    put_16(c, (uint16_t)(far ? SHN_XINDEX : section));
    if (elf_is_wide(w->object)) {
        put_64(c, symbol->value);
        put_64(c, symbol->size);
    }
}

/** The symbols stand where their numbers say; number 0 is zeros already. */
static void put_symbols(const struct elf_writing *w, struct cursor *c)
{
    for (size_t i = 0; i < w->object->symbol_count; i++) {
        struct cursor one = *c;
        one.at += (size_t)w->symbols[i] * elf_symbol_size(w->object);
        put_symbol(w, &one, i);
    }
}

static void put_extended(const struct elf_writing *w, struct cursor *c)
{
    for (size_t i = 0; i < w->object->symbol_count; i++) {
        const struct obj_symbol *symbol = &w->object->symbols[i];
        uint32_t section = symbol_section(w, (uint32_t)i);
        struct cursor one = *c;
        one.at += (size_t)w->symbols[i] * 4;
        put_32(&one, symbol->place == PLACE_SECTION && section >= SHN_LORESERVE ? section : 0);
    }
}

static void put_header(const struct elf_writing *w, struct cursor *c, uint32_t number)
{
    const struct elf_place *place = &w->places[number];
    bool first = number == 0;
    put_32(c, first ? 0 : w->strings.offsets[place->name]);
    put_32(c, place->type);
    put_word(w, c, place->flags);
    put_word(w, c, place->address);
    put_word(w, c, place->offset);
    put_word(w, c, first && w->count >= SHN_LORESERVE ? w->count : place->size);
    put_32(c, first && w->strtab >= SHN_LORESERVE ? w->strtab : place->link);
    put_32(c, place->info);
    put_word(w, c, place->align);
    put_word(w, c, place->entry_size);
}

static void put_all(const struct elf_writing *w, struct cursor *c, uint64_t table)
{
    const struct object *object = w->object;
    put_file_header(w, c, table);
    for (size_t g = 0; g < object->group_count; g++) {
        c->at = (size_t)w->places[1 + g].offset;
        put_group(w, c, g);
    }
    for (size_t i = 0; i < object->section_count; i++) {
        c->at = (size_t)w->places[w->sections[i]].offset;
        put_bytes(c, w->places[w->sections[i]].data);
        if (w->relocs[i]) {
            c->at = (size_t)w->places[w->relocs[i]].offset;
            put_relocs(w, c, i);
        }
    }
    c->at = (size_t)w->places[w->symtab].offset;
    put_symbols(w, c);
    if (w->shndx) {
        c->at = (size_t)w->places[w->shndx].offset;
        put_extended(w, c);
    }
    c->at = (size_t)w->places[w->strtab].offset;
    put_bytes(c, w->strings.bytes);
    c->at = (size_t)table;
    for (uint32_t i = 0; i < w->count; i++) {
        put_header(w, c, i);
    }
}

/** The section with relocations that have addends and others that have not, or NULL. */
static const struct obj_section *find_both_kinds(const struct obj_edit *edit)
{
    for (size_t i = 0; i < edit->object.section_count; i++) {
        const struct edit_relocs *relocs = &edit->relocs[i];
        for (size_t r = 1; r < relocs->count; r++) {
            if (relocs->list[r].in_place != relocs->list[0].in_place) {
                return &edit->object.sections[i];
            }
        }
    }
    return NULL;
}

static enum obj_result elf_write(const struct obj_edit *edit, struct arena *arena, struct span *out,
                                 struct error *error)
{
    struct elf_writing w = {.edit = edit, .object = &edit->object, .arena = arena};
    const struct obj_section *mixed = find_both_kinds(edit);
    if (mixed) {
        return OBJ_FAIL(error, "section %.*s: relocations of both kinds", SPAN_BRIEF(mixed->name));
    }
    if (!place_all(&w)) {
        return OBJ_NO_MEMORY;
    }
    uint64_t table;
    uint64_t size = find_offsets(&w, &table);
    if (!elf_is_wide(w.object) && (size > UINT32_MAX || w.object->symbol_count > 0xfffffe)) {
        return OBJ_FAIL(error, "the object takes %#" PRIx64 " bytes, more than a 32-bit one can "
                        "have", size);
    }
    struct cursor cursor = {arena_alloc(arena, (size_t)size), 0, w.object->big_endian};
    if (!cursor.bytes) {
        return OBJ_NO_MEMORY;
    }
    put_all(&w, &cursor, table);
    *out = span_make(cursor.bytes, (size_t)size);
    return OBJ_OK;
}

const struct obj_writer elf_writer = {OBJ_ELF, elf_admit, elf_write, elf_rank};
