/* SPDX-License-Identifier: MIT */
/**
 * The ELF reader against objects made by hand: both classes, both byte orders, each field broken
 * once, extended numbering, hostile sizes, and random damage.
 */
#include "obj/object.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

Suite *elf_suite(void);

enum { MANY = 66000, VARIANTS = 4 };

/** Fields of the file header and of a section header, in the order of builder_field(). */
enum field { E_SHOFF, E_SHENTSIZE, E_SHNUM, E_SHSTRNDX,
             NAME, TYPE, FLAGS, OFFSET, SIZE, LINK, INFO, ALIGN, ENTSIZE };

/** An ELF object that grows section by section. */
struct builder {
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
    size_t table; /* where the section headers stand, after builder_finish() */
};

static void put(struct builder *b, uint64_t value, size_t width)
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

static void put_word(struct builder *b, uint64_t value)
{
    put(b, value, b->wide ? 8 : 4);
}

static void poke(struct builder *b, size_t at, uint64_t value, size_t width)
{
    size_t size = b->size;
    b->size = at;
    put(b, value, width);
    b->size = size > b->size ? size : b->size;
}

static void builder_start(struct builder *b, bool wide, bool big)
{
    *b = (struct builder){.wide = wide, .big = big, .names_size = 1};
    b->sections = calloc(MANY + 16, sizeof *b->sections);
    ck_assert_ptr_nonnull(b->sections);
    b->count = 1;
    for (int i = 0; i < (wide ? 64 : 52); i++) {
        put(b, 0, 1);
    }
}

/** Open a section whose bytes are what is put until the next one; returns its number. */
static uint32_t section(struct builder *b, const char *name, uint32_t type, uint64_t flags,
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

static void symbol(struct builder *b, uint32_t name, unsigned info, unsigned other, uint32_t shndx,
                   uint64_t value, uint64_t size)
{
    put(b, name, 4);
    if (!b->wide) {
        put(b, value, 4);
        put(b, size, 4);
    }
    put(b, info, 1);
    put(b, other, 1);
    put(b, shndx, 2);
    if (b->wide) {
        put(b, value, 8);
        put(b, size, 8);
    }
}

static void reloc(struct builder *b, uint64_t offset, uint32_t number, uint32_t type)
{
    put_word(b, offset);
    put_word(b, b->wide ? (uint64_t)number << 32 | type : (uint64_t)number << 8 | type);
}

/** The section names, the section headers and the file header. */
static void builder_finish(struct builder *b, uint32_t machine)
{
    uint32_t names = section(b, "", 3, 0, 0, 0, 0);
    for (size_t i = 0; i < b->names_size; i++) {
        put(b, (uint8_t)b->names[i], 1);
    }
    b->sections[names].size = b->names_size;
    bool many = b->count >= 0xff00;
    b->sections[0] = (struct built){.size = many ? b->count : 0, .link = many ? names : 0};
    b->table = b->size;
    for (uint32_t i = 0; i < b->count; i++) {
        const struct built *s = &b->sections[i];
        put(b, s->name, 4);
        put(b, s->type, 4);
        put_word(b, s->flags);
        put_word(b, 0);
        put_word(b, s->offset);
        put_word(b, s->type == 8 ? 0x1234 : s->size);
        put(b, s->link, 4);
        put(b, s->info, 4);
        put_word(b, i ? 4 : 0);
        put_word(b, s->entry);
    }
    size_t word = b->wide ? 8 : 4;
    memcpy(b->bytes, "\x7f" "ELF", 4);
    poke(b, 4, b->wide ? 2 : 1, 1);
    poke(b, 5, b->big ? 2 : 1, 1);
    poke(b, 6, 1, 1);
    poke(b, 7, 3, 1);
    poke(b, 16, 1, 2);
    poke(b, 18, machine, 2);
    poke(b, 24 + 2 * word, b->table, word);
    poke(b, 24 + 3 * word, 0xabcd, 4);
    poke(b, 24 + 3 * word + 10, b->wide ? 64 : 40, 2);
    poke(b, 24 + 3 * word + 12, many ? 0 : b->count, 2);
    poke(b, 24 + 3 * word + 14, many ? 0xffff : names, 2);
}

/** Overwrite one field of section @raw, or of the file header. */
static void builder_field(struct builder *b, uint32_t raw, enum field field, uint64_t value)
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
    poke(b, places[field].at, value, places[field].width);
}

static void builder_free(struct builder *b)
{
    free(b->bytes);
    free(b->sections);
}

/** The numbers of the sections of sample(). */
enum { TEXT = 1, RELA, REL, DATA, BSS, GROUP, TEXT_G, RELA_G, META, DEBUG, ADDRSIG, STRTAB,
       SYMTAB, GDB, SHSTRTAB, SAMPLE_COUNT };

static const char sample_strings[] =
    "\0file.c\0local\0global\0weak\0unique\0common\0undef\0$d.7";
enum { S_FILE = 1, S_LOCAL = 8, S_GLOBAL = 14, S_WEAK = 21, S_UNIQUE = 26, S_COMMON = 33,
       S_UNDEF = 40, S_MAPPING = 46 };

/** An object with one of everything. */
static void sample(struct builder *b, bool wide, bool big, uint32_t machine)
{
    builder_start(b, wide, big);
    uint64_t word = wide ? 8 : 4;
    section(b, ".text", 1, 6, 0, 0, 0);
    put(b, 0x90909090, 4);
    section(b, ".rela.text", 4, 0x40, SYMTAB, TEXT, 3 * word);
    reloc(b, 0, 8, 4);
    put_word(b, (uint64_t)-4);
    reloc(b, 2, 0, 5);
    put_word(b, 7);
    section(b, ".rel.text", 9, 0x40, SYMTAB, TEXT, 2 * word);
    reloc(b, 1, 4, 6);
    section(b, ".data", 1, 3, 0, 0, 0);
    put(b, 0x11, 8);
    section(b, ".bss", 8, 3, 0, 0, 0);
    section(b, ".group", 17, 0, SYMTAB, 5, 4);
    put(b, 1, 4);
    put(b, TEXT_G, 4);
    put(b, RELA_G, 4);
    section(b, ".text.g", 1, 0x206, 0, 0, 0);
    put(b, 0xcccc, 2);
    section(b, ".rela.text.g", 4, 0x240, SYMTAB, TEXT_G, 3 * word);
    section(b, ".meta", 1, 0x82, TEXT, 0, 0);
    section(b, ".debug_info", 1, 0, 0, 0, 0);
    put(b, 1, 1);
    section(b, ".llvm_addrsig", 0x6fff4c03, 0x80000000, SYMTAB, 0, 0);
    put(b, 4, 1);
    put(b, 0x85, 1); /* 5 in two bytes */
    put(b, 0, 1);
    section(b, ".strtab", 3, 0, 0, 0, 0);
    for (size_t i = 0; i < sizeof sample_strings; i++) {
        put(b, (uint8_t)sample_strings[i], 1);
    }
    section(b, ".symtab", 2, 0, STRTAB, 4, wide ? 24 : 16);
    symbol(b, 0, 0, 0, 0, 0, 0);
    symbol(b, S_FILE, 0x04, 0, 0xfff1, 0, 0);
    symbol(b, 0, 0x03, 0, TEXT, 0, 0);
    symbol(b, S_LOCAL, 0x01, 0, DATA, 4, 2);
    symbol(b, S_GLOBAL, 0x12, 0, TEXT, 1, 3);
    symbol(b, S_WEAK, 0x22, 2, TEXT_G, 0, 2);
    symbol(b, S_UNIQUE, 0xa1, 0x83, BSS, 0, 0x10);
    symbol(b, S_COMMON, 0x11, 0, 0xfff2, 16, 32);
    symbol(b, S_UNDEF, 0x10, 0, 0, 0, 0);
    symbol(b, S_MAPPING, 0x10, 0, TEXT, 0, 0);
    section(b, ".debug_gdb_scripts", 1, 0x32, 0, 0, 1);
    put(b, 0x0161, 2);
    builder_finish(b, machine);
}

static struct arena arena;
static struct error error;

static void setup(void)
{
    error = (struct error){.kind = ERROR_NONE};
}

static void teardown(void)
{
    arena_free(&arena);
}

static enum obj_result read_built(const struct builder *b, struct object *object)
{
    return object_read(span_make(b->bytes, b->size), &arena, object, &error);
}

static void sample_variant(struct builder *b, int variant)
{
    sample(b, variant & 1, variant & 2, 62);
}

/** What a section of the sample hangs on, or relocates. */
static uint32_t sample_link(uint32_t raw)
{
    switch (raw) {
    case META:
    case RELA:
    case REL: return TEXT - 1;
    case RELA_G: return TEXT_G - 1;
    default: return OBJ_NONE;
    }
}

static void check_span(struct span span, const char *text)
{
    ck_assert_msg(span_is(span, text), "'%.*s' is not '%s'", (int)span.size,
                  span.size ? (const char *)span.data : "", text);
}

START_TEST(reads_sections)
{
    static const struct {
        const char *name;
        enum obj_section_kind kind;
        uint32_t relocs;
    } want[] = {
        {".text", SECTION_CODE, 3},       {".rela.text", SECTION_TABLE, 0},
        {".rel.text", SECTION_TABLE, 0},  {".data", SECTION_DATA, 0},
        {".bss", SECTION_ZERO, 0},        {".group", SECTION_TABLE, 0},
        {".text.g", SECTION_CODE, 0},     {".rela.text.g", SECTION_TABLE, 0},
        {".meta", SECTION_RODATA, 0},     {".debug_info", SECTION_DEBUG, 0},
        {".llvm_addrsig", SECTION_NOTE, 2}, {".strtab", SECTION_TABLE, 0},
        {".symtab", SECTION_TABLE, 0},    {".debug_gdb_scripts", SECTION_RODATA, 0},
        {"", SECTION_TABLE, 0},
    };
    struct builder b;
    struct object o;
    sample_variant(&b, _i);
    ck_assert_msg(read_built(&b, &o) == OBJ_OK, "%s", error.text);
    ck_assert_int_eq(o.format, OBJ_ELF);
    ck_assert_int_eq(o.machine, MACHINE_X86_64);
    ck_assert_int_eq(object_machine(o.data), MACHINE_X86_64);
    ck_assert_uint_eq(o.bits, b.wide ? 64 : 32);
    ck_assert(o.big_endian == b.big);
    ck_assert_uint_eq(o.raw_subtype, 3);
    ck_assert_uint_eq(o.flags, 0xabcd);
    ck_assert_uint_eq(o.extent, b.size);
    ck_assert_uint_eq(o.section_count, SAMPLE_COUNT - 1);
    for (size_t i = 0; i < o.section_count; i++) {
        check_span(o.sections[i].name, want[i].name);
        ck_assert_msg(o.sections[i].kind == want[i].kind, "kind %d of %s", o.sections[i].kind,
                      want[i].name);
        ck_assert_uint_eq(o.sections[i].reloc_count, want[i].relocs);
        ck_assert_uint_eq(o.sections[i].raw, i + 1);
        ck_assert_uint_eq(o.sections[i].align, 4);
        ck_assert_uint_eq(o.sections[i].link, sample_link((uint32_t)i + 1));
        ck_assert(o.sections[i].numbered == (i == ADDRSIG - 1));
    }
    ck_assert_uint_eq(o.sections[BSS - 1].size, 0x1234);
    ck_assert_uint_eq(o.sections[BSS - 1].data.size, 0);
    check_span(o.sections[TEXT - 1].data, "\x90\x90\x90\x90");
    builder_free(&b);
}
END_TEST

START_TEST(reads_symbols_and_groups)
{
    static const struct {
        const char *name;
        enum obj_binding binding;
        enum obj_place place;
        enum obj_visibility visibility;
        uint32_t section;
        uint64_t value, size;
        bool indexed;
    } want[] = {
        {"file.c", BINDING_LOCAL, PLACE_ABSOLUTE, VISIBILITY_DEFAULT, OBJ_NONE, 0, 0, false},
        {"", BINDING_LOCAL, PLACE_SECTION, VISIBILITY_DEFAULT, TEXT - 1, 0, 0, false},
        {"local", BINDING_LOCAL, PLACE_SECTION, VISIBILITY_DEFAULT, DATA - 1, 4, 2, false},
        {"global", BINDING_GLOBAL, PLACE_SECTION, VISIBILITY_DEFAULT, TEXT - 1, 1, 3, true},
        {"weak", BINDING_WEAK, PLACE_SECTION, VISIBILITY_HIDDEN, TEXT_G - 1, 0, 2, true},
        {"unique", BINDING_UNIQUE, PLACE_SECTION, VISIBILITY_PROTECTED, BSS - 1, 0, 16, true},
        {"common", BINDING_GLOBAL, PLACE_COMMON, VISIBILITY_DEFAULT, OBJ_NONE, 16, 32, true},
        {"undef", BINDING_GLOBAL, PLACE_UNDEFINED, VISIBILITY_DEFAULT, OBJ_NONE, 0, 0, false},
        {"$d.7", BINDING_GLOBAL, PLACE_SECTION, VISIBILITY_DEFAULT, TEXT - 1, 0, 0, true},
    };
    struct builder b;
    struct object o;
    sample_variant(&b, _i);
    ck_assert_msg(read_built(&b, &o) == OBJ_OK, "%s", error.text);
    ck_assert_uint_eq(o.symbol_count, sizeof want / sizeof *want);
    for (size_t i = 0; i < o.symbol_count; i++) {
        const struct obj_symbol *s = &o.symbols[i];
        check_span(s->name, want[i].name);
        ck_assert_msg(s->binding == want[i].binding && s->place == want[i].place &&
                          s->visibility == want[i].visibility && s->section == want[i].section &&
                          s->value == want[i].value && s->size == want[i].size &&
                          s->indexed == want[i].indexed && s->alias == OBJ_NONE,
                      "%s", want[i].name);
        ck_assert(s->label == (i == 0) && s->is_section == (i == 1));
    }
    ck_assert_uint_eq(o.symbols[5].detail, 0x80);
    ck_assert_uint_eq(o.group_count, 1);
    check_span(o.groups[0].name, "weak");
    ck_assert_uint_eq(o.groups[0].symbol, 4);
    ck_assert(o.groups[0].comdat);
    ck_assert_uint_eq(o.groups[0].section_count, 1);
    ck_assert_uint_eq(o.groups[0].sections[0], TEXT_G - 1);
    ck_assert_uint_eq(o.sections[RELA_G - 1].group, 0);
    ck_assert(obj_symbol_is_strong(&o, &o.symbols[3]) && !obj_symbol_is_strong(&o, &o.symbols[4]));
    builder_free(&b);
}
END_TEST

START_TEST(reads_relocations)
{
    struct builder b;
    struct object o;
    struct obj_reloc *r;
    size_t count;
    sample_variant(&b, _i);
    ck_assert_msg(read_built(&b, &o) == OBJ_OK, "%s", error.text);
    ck_assert_int_eq(object_relocs(&o, TEXT - 1, &arena, &r, &count, &error), OBJ_OK);
    ck_assert_uint_eq(count, 3);
    ck_assert(r[0].offset == 0 && r[0].symbol == 7 && r[0].type == 4 && r[0].addend == -4);
    ck_assert(r[1].offset == 2 && r[1].symbol == OBJ_NONE && r[1].type == 5 && r[1].addend == 7);
    ck_assert(r[2].offset == 1 && r[2].symbol == 3 && r[2].type == 6 && r[2].addend == 0);
    ck_assert_int_eq(object_relocs(&o, ADDRSIG - 1, &arena, &r, &count, &error), OBJ_OK);
    ck_assert_uint_eq(count, 2);
    ck_assert(r[0].symbol == 3 && r[1].symbol == 4 && r[1].offset == 1 && r[1].type == 0);
    ck_assert_int_eq(object_relocs(&o, DATA - 1, &arena, &r, &count, &error), OBJ_OK);
    ck_assert_uint_eq(count, 0);
    builder_free(&b);
}
END_TEST

START_TEST(leaves_mapping_symbols_out_of_the_index)
{
    static const struct {
        uint32_t machine;
        bool indexed;
    } rows[] = {
        {3, true}, {40, false}, {183, false}, {243, false}, {252, false}, {8, true}, {22, true},
    };
    struct builder b;
    struct object o;
    sample(&b, true, false, rows[_i].machine);
    ck_assert_int_eq(read_built(&b, &o), OBJ_OK);
    ck_assert_msg(o.symbols[8].indexed == rows[_i].indexed, "machine %u", rows[_i].machine);
    builder_free(&b);
}
END_TEST

START_TEST(reads_mips64_relocations)
{
    for (int big = 0; big < 2; big++) {
        struct builder b;
        struct object o;
        struct obj_reloc *r;
        size_t count;
        sample(&b, true, big, 8);
        size_t info = (size_t)b.sections[RELA].offset + 8;
        poke(&b, info, 8, 4); /* symbol, then special symbol and three types, in this order */
        memcpy(b.bytes + info + 4, "\x01\x02\x03\x04", 4);
        ck_assert_int_eq(read_built(&b, &o), OBJ_OK);
        ck_assert_msg(object_relocs(&o, TEXT - 1, &arena, &r, &count, &error) == OBJ_OK, "%s",
                      error.text);
        ck_assert_uint_eq(r[0].symbol, 7);
        ck_assert_uint_eq(r[0].type, 0x01020304);
        builder_free(&b);
    }
}
END_TEST

/** One field made wrong, and what is said of it. */
static const struct broken {
    uint32_t raw;
    enum field field;
    uint64_t value;
    const char *say; /* NULL: harmless */
} broken[] = {
    {0, E_SHOFF, 0x7ffffff0, "file header: section headers at 0x7ffffff0 exceed the member ("},
    {0, E_SHENTSIZE, 0x41, "file header: section headers of 0x41 bytes, not 0x"},
    {0, E_SHNUM, 0xfeff, "file header: 65279 section headers at 0x"},
    {0, E_SHSTRNDX, 99, "section header 0: string table is section 99, but there are 16"},
    {0, E_SHSTRNDX, TEXT, "section header 1: type 0x1 of a string table, not 0x3"},
    {TEXT, NAME, 0x4000, "section header 1: name at 0x4000 in a string table of 0x"},
    {TEXT, TYPE, 0x40000014, "section header 1: type 0x40000014 (SHT_CREL, compact relocations)"},
    {TEXT, OFFSET, 0x7000000, "section header 1: offset 0x7000000 exceeds the member (0x"},
    {TEXT, SIZE, 0x9000, "section header 1: size 0x9000 at 0x"},
    {TEXT, ALIGN, 12, "section header 1: alignment 0xc is not a power of 2"},
    {META, LINK, 77, "section header 9: linked to section 77, but there are 16"},
    {DATA, TYPE, 2, "section header 13: a second one of type 0x2, after 4"},
    {RELA, INFO, 0, "section header 2: relocates section 0, but there are 16"},
    {RELA, INFO, 16, "section header 2: relocates section 16, but there are 16"},
    {RELA, INFO, REL, "section header 2: relocates section 3, which is a table (type 0x9)"},
    {RELA, INFO, ADDRSIG, "section header 2: relocates section 11, which is a table (type 0x6ff"},
    {RELA, LINK, 1, "section header 2: link 1 is not the symbol table (13)"},
    {RELA, ENTSIZE, 0, "section header 2: entry size 0, not 0x"},
    {RELA, SIZE, 13, "section header 2: size 0xd is not a number of entries of 0x"},
    {SYMTAB, ENTSIZE, 7, "section header 13: entry size 0x7, not 0x"},
    {SYMTAB, SIZE, 17, "section header 13: size 0x11 is not a number of entries of 0x"},
    {SYMTAB, LINK, 55, "section header 13: string table is section 55, but there are 16"},
    {SYMTAB, LINK, TEXT, "section header 1: type 0x1 of a string table, not 0x3"},
    {SYMTAB, INFO, 11, "section header 13: 11 local symbols, but there are 10"},
    {SYMTAB, INFO, 3, "symbol 3: binding 0, but the local symbols are those below 3"},
    {SYMTAB, INFO, 5, "symbol 4: binding 1, but the local symbols are those below 5"},
    {SYMTAB, TYPE, 1, "is not the symbol table (0)"},
    {STRTAB, SIZE, 12, "symbol 3: name at 0x8 in a string table of 0xc bytes does not end inside"},
    {DATA, TYPE, 18, "section header 4: link 0 is not the symbol table (13)"},
    {GROUP, INFO, 10, "section header 6: signature is symbol 10, but there are 10"},
    {GROUP, INFO, 0, "section header 6: signature is symbol 0, but there are 10"},
    {GROUP, LINK, 2, "section header 6: link 2 is not the symbol table (13)"},
    {GROUP, SIZE, 10, "section header 6: size 0xa of a group, not a number of words"},
    {GROUP, SIZE, 0, "section header 6: size 0 of a group, not a number of words"},
    {DEBUG, OFFSET, 0, NULL},  /* overlaps the header, harmless */
    {BSS, OFFSET, 0x7ffffff, NULL}, /* no bytes, so no place */
    {META, OFFSET, 0x7ffffff, NULL},
    {META, LINK, 0, NULL},
    {ADDRSIG, LINK, 0, NULL},
    {0, E_SHOFF, 0, NULL}, /* no sections at all */
};

START_TEST(names_what_is_broken)
{
    const struct broken *row = &broken[_i / VARIANTS];
    struct builder b;
    struct object o;
    sample_variant(&b, _i % VARIANTS);
    builder_field(&b, row->raw, row->field, row->value);
    enum obj_result result = read_built(&b, &o);
    ck_assert_msg(result == (row->say ? OBJ_BROKEN : OBJ_OK), "result %d: %s", result, error.text);
    if (row->say) {
        ck_assert_msg(strstr(error.text, row->say) && strncmp(error.text, "offset 0x", 9) == 0,
                      "'%s' does not say '%s'", error.text, row->say);
    }
    builder_free(&b);
}
END_TEST

/** Single bytes of the sample made wrong; @at is relative to a section, 0 the file. */
static const struct {
    uint32_t raw;
    size_t at;
    uint64_t value;
    size_t width;
    const char *say; /* NULL: harmless */
} bytes[] = {
    {0, 4, 3, 1, "offset 0x4: file header: class 3, not 1 or 2"},
    {0, 5, 0, 1, "offset 0x5: file header: byte order 0, not 1 or 2"},
    {0, 6, 2, 1, "offset 0x6: file header: version 2, not 1"},
    {0, 16, 3, 2, "offset 0x10: not a relocatable object (e_type 3)"},
    {GROUP, 4, 99, 4, "section header 6: lists section 99, but there are 16"},
    {GROUP, 4, 0, 4, "section header 6: lists section 0, but there are 16"},
    {GROUP, 4, RELA_G, 4, "section header 6: lists section 8, which is in group 0 already"},
    {SYMTAB, 24 * 3, 0x99, 4, "symbol 3: name at 0x99 in a string table of 0x33 bytes does not"},
    {SYMTAB, 24 * 4 + 4, 0x52, 1, "symbol 4: binding 5, not 0, 1, 2 or 10"},
    {SYMTAB, 24 * 4 + 6, 0x10, 2, "symbol 4: section 16, but there are 16"},
    {SYMTAB, 24 * 4 + 6, 0xff03, 2, "symbol 4: section 0xff03 is reserved"},
    {SYMTAB, 24 * 4 + 6, 0xffff, 2, "symbol 4: section 0xffff, but no SHT_SYMTAB_SHNDX"},
    {SYMTAB, 24 * 4 + 6, 0xff02, 2, NULL}, /* a large common symbol of x86_64 */
    {GROUP, 0, 0, 4, NULL},
};

START_TEST(names_which_bytes_are_broken)
{
    struct builder b;
    struct object o;
    sample(&b, true, false, 62);
    size_t base = bytes[_i].raw ? (size_t)b.sections[bytes[_i].raw].offset : 0;
    poke(&b, base + bytes[_i].at, bytes[_i].value, bytes[_i].width);
    ck_assert_int_eq(read_built(&b, &o), bytes[_i].say ? OBJ_BROKEN : OBJ_OK);
    ck_assert_msg(!bytes[_i].say || strstr(error.text, bytes[_i].say), "'%s' does not say '%s'",
                  error.text, bytes[_i].say);
    builder_free(&b);
}
END_TEST

START_TEST(tells_the_whole_place)
{
    struct builder b;
    struct object o;
    char want[200];
    sample(&b, true, false, 62);
    builder_field(&b, TEXT, SIZE, 0x9000);
    ck_assert_int_eq(read_built(&b, &o), OBJ_BROKEN);
    snprintf(want, sizeof want, "offset %#zx: section header 1: size 0x9000 at 0x40 exceeds the "
             "member (%#zx)", b.table + 64, b.size);
    ck_assert_str_eq(error.text, want);
    builder_free(&b);
}
END_TEST

START_TEST(breaks_in_relocations)
{
    struct builder b;
    struct object o;
    struct obj_reloc *r;
    size_t count;
    sample(&b, true, false, 62);
    poke(&b, (size_t)b.sections[RELA].offset + 24 + 12, 10, 4);
    poke(&b, (size_t)b.sections[ADDRSIG].offset + 2, 0x80, 1);
    ck_assert_int_eq(read_built(&b, &o), OBJ_OK);
    ck_assert_int_eq(object_relocs(&o, TEXT - 1, &arena, &r, &count, &error), OBJ_BROKEN);
    ck_assert_str_eq(error.text, "offset 0x5c: section 2: relocation 1: symbol 10, but there are "
                                 "10");
    setup();
    ck_assert_int_eq(object_relocs(&o, ADDRSIG - 1, &arena, &r, &count, &error), OBJ_BROKEN);
    ck_assert_ptr_nonnull(strstr(error.text, "section 11: symbol list: bad ULEB128 number at 0x1"));
    builder_free(&b);
}
END_TEST

START_TEST(survives_every_cut)
{
    struct builder b;
    struct object o;
    sample_variant(&b, _i);
    for (size_t size = 0; size < b.size; size++) {
        uint8_t *copy = malloc(size ? size : 1); /* its own block: ASan sees one byte too many */
        ck_assert_ptr_nonnull(copy);
        memcpy(copy, b.bytes, size);
        setup();
        enum obj_result result = object_read(span_make(copy, size), &arena, &o, &error);
        ck_assert_int_eq(result, size < 4 ? OBJ_OK : OBJ_BROKEN);
        ck_assert_int_eq(o.format, size < 4 ? OBJ_OTHER : OBJ_ELF);
        (void)object_machine(span_make(copy, size));
        free(copy);
        arena_reset(&arena);
    }
    builder_free(&b);
}
END_TEST

START_TEST(reads_extended_numbers)
{
    struct builder b;
    struct object o;
    builder_start(&b, _i & 1, _i & 2);
    uint32_t strtab = section(&b, ".strtab", 3, 0, 0, 0, 0);
    put(&b, 0x00780000, 4); /* "x" is at 1 or 2 */
    uint32_t symtab = section(&b, ".symtab", 2, 0, strtab, 1, b.wide ? 24 : 16);
    symbol(&b, 0, 0, 0, 0, 0, 0);
    symbol(&b, b.big ? 1 : 2, 0x10, 0, 0xffff, 0, 0);
    section(&b, ".symtab_shndx", 18, 0, symtab, 0, 4);
    put(&b, 0, 4);
    put(&b, MANY, 4);
    for (uint32_t i = b.count; i <= MANY; i++) {
        section(&b, "", 1, 6, 0, 0, 0);
    }
    builder_finish(&b, 62);
    ck_assert_msg(read_built(&b, &o) == OBJ_OK, "%s", error.text);
    ck_assert_uint_eq(o.section_count, MANY + 1);
    check_span(o.sections[symtab - 1].name, ".symtab");
    ck_assert_uint_eq(o.symbols[0].section, MANY - 1);
    check_span(o.symbols[0].name, "x");
    ck_assert(o.symbols[0].indexed);
    builder_field(&b, 0, SIZE, MANY * 3);
    ck_assert_int_eq(read_built(&b, &o), OBJ_BROKEN);
    ck_assert_ptr_nonnull(strstr(error.text, "file header: 198000 section headers at 0x"));
    setup();
    builder_field(&b, 0, SIZE, MANY + 2);
    builder_field(&b, symtab + 1, SIZE, 4);
    ck_assert_int_eq(read_built(&b, &o), OBJ_BROKEN);
    ck_assert_ptr_nonnull(strstr(error.text, "size 0x4, not a word for each of 2 symbols"));
    builder_free(&b);
}
END_TEST

/** n headers that claim n bytes each must not cost n * n. */
START_TEST(limits_overlaps)
{
    enum { LONG = 1 << 20, COUNT = 20000 };
    struct builder b;
    struct object o;
    builder_start(&b, true, false);
    uint32_t strtab = section(&b, ".strtab", 3, 0, 0, 0, 0);
    put(&b, 0, 1);
    for (int i = 0; i < LONG; i++) {
        put(&b, 'a', 1);
    }
    put(&b, 0, 1);
    section(&b, ".symtab", 2, 0, strtab, 1, 24);
    symbol(&b, 0, 0, 0, 0, 0, 0);
    for (int i = 0; i < COUNT; i++) {
        symbol(&b, 1, 0x10, 0, 0, 0, 0);
    }
    uint32_t first = section(&b, "", 1, 2, 0, 0, 0);
    section(&b, "", 1, 2, 0, 0, 0);
    builder_finish(&b, 62);
    ck_assert_int_eq(read_built(&b, &o), OBJ_BROKEN);
    ck_assert_ptr_nonnull(strstr(error.text, "makes all names larger than 64 times the member"));
    setup();
    builder_field(&b, first, OFFSET, 0);
    builder_field(&b, first, SIZE, b.size);
    builder_field(&b, first + 1, OFFSET, 0);
    builder_field(&b, first + 1, SIZE, b.size);
    ck_assert_int_eq(read_built(&b, &o), OBJ_BROKEN);
    ck_assert_ptr_nonnull(strstr(error.text, "larger than twice the member"));
    builder_free(&b);
}
END_TEST

static void read_everything(struct span data)
{
    struct object o;
    struct obj_reloc *r;
    size_t count;
    setup();
    if (object_read(data, &arena, &o, &error) == OBJ_OK) {
        for (uint32_t i = 0; i < o.section_count; i++) {
            setup();
            enum obj_result result = object_relocs(&o, i, &arena, &r, &count, &error);
            ck_assert(result == OBJ_BROKEN || count == o.sections[i].reloc_count);
        }
    }
    arena_reset(&arena);
}

START_TEST(survives_damage)
{
    uint64_t seed = 0x9e3779b97f4a7c15 + (uint64_t)_i;
    struct builder b;
    sample_variant(&b, _i);
    uint8_t *copy = malloc(b.size);
    ck_assert_ptr_nonnull(copy);
    for (int round = 0; round < 5000; round++) {
        memcpy(copy, b.bytes, b.size);
        for (int flips = 0; flips < 1 + round % 4; flips++) {
            seed = seed * 6364136223846793005 + 1442695040888963407;
            copy[(seed >> 33) % b.size] = (uint8_t)(seed >> 24);
        }
        read_everything(span_make(copy, b.size));
    }
    free(copy);
    builder_free(&b);
}
END_TEST

Suite *elf_suite(void)
{
    Suite *suite = suite_create("elf");
    TCase *tcase = tcase_create("elf");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, reads_sections, 0, VARIANTS);
    tcase_add_loop_test(tcase, reads_symbols_and_groups, 0, VARIANTS);
    tcase_add_loop_test(tcase, reads_relocations, 0, VARIANTS);
    tcase_add_loop_test(tcase, leaves_mapping_symbols_out_of_the_index, 0, 7);
    tcase_add_test(tcase, reads_mips64_relocations);
    tcase_add_loop_test(tcase, names_what_is_broken, 0,
                        (int)(sizeof broken / sizeof *broken) * VARIANTS);
    tcase_add_loop_test(tcase, names_which_bytes_are_broken, 0,
                        (int)(sizeof bytes / sizeof *bytes));
    tcase_add_test(tcase, tells_the_whole_place);
    tcase_add_test(tcase, breaks_in_relocations);
    tcase_add_loop_test(tcase, survives_every_cut, 0, VARIANTS);
    tcase_add_loop_test(tcase, reads_extended_numbers, 0, VARIANTS);
    tcase_add_test(tcase, limits_overlaps);
    tcase_add_loop_test(tcase, survives_damage, 0, VARIANTS);
    suite_add_tcase(suite, tcase);
    return suite;
}
