/* SPDX-License-Identifier: MIT */
/**
 * The COFF reader on objects made by hand.
 *
 * A builder puts sections, symbols and strings together, regular or bigobj; build() makes the
 * sample that most tests read. section_at() and symbol_at() say where its records lie, so that a
 * test can put a wrong number into a field.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "obj/reader.h"

Suite *coff_suite(void);

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

struct builder {
    uint8_t bytes[1 << 20];
    size_t size;
    bool big;
    uint32_t section_count; /* announced to begin() */
    uint32_t sections;      /* added so far */
    uint8_t symbols[4096];
    size_t symbols_size;
    uint8_t strings[4096];
    size_t strings_size;
};

static struct arena arena;
static struct builder builder;

static void forget(void)
{
    arena_free(&arena);
}

/* The builder. */

static size_t header_size(const struct builder *b)
{
    return b->big ? 56 : 20;
}

static size_t symbol_size(const struct builder *b)
{
    return b->big ? 20 : 18;
}

/** Where the header of section @number, which counts from 1, lies. */
static size_t section_at(const struct builder *b, size_t number)
{
    return header_size(b) + (number - 1) * 40;
}

static uint32_t symbol_table(const struct builder *b)
{
    return get_le32(b->bytes + (b->big ? 48 : 8));
}

/** Where the record of the symbol with raw number @raw lies, in a finished object. */
static size_t symbol_at(const struct builder *b, size_t raw)
{
    return symbol_table(b) + raw * symbol_size(b);
}

static void begin(struct builder *b, bool big, uint16_t machine, uint32_t section_count)
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

static uint32_t add_string(struct builder *b, const char *text)
{
    uint32_t offset = (uint32_t)b->strings_size;
    memcpy(b->strings + offset, text, strlen(text));
    b->strings_size += strlen(text) + 1;
    return offset;
}

/** Add a section; contents NULL: none in the file. Returns its number. */
static uint32_t add_section(struct builder *b, const char *name, uint32_t flags,
                            const void *contents, uint32_t size)
{
    uint8_t *header = b->bytes + section_at(b, ++b->sections);
    if (strlen(name) > 8) {
        char digits[16];
        snprintf(digits, sizeof digits, "/%u", add_string(b, name));
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

/** Add a relocation to the section that was added last. */
static void add_reloc(struct builder *b, uint32_t address, uint32_t symbol, uint16_t type)
{
    uint8_t *header = b->bytes + section_at(b, b->sections);
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

/** Add a symbol. Returns its raw number. */
static uint32_t add_symbol(struct builder *b, const char *name, uint32_t value, int32_t section,
                           uint16_t type, uint8_t storage, uint8_t aux_count)
{
    uint8_t *record = b->symbols + b->symbols_size;
    uint8_t *tail = record + symbol_size(b);
    if (strlen(name) > 8) {
        put_le32(record + 4, add_string(b, name));
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
    b->symbols_size += symbol_size(b) * (1u + aux_count);
    return (uint32_t)((size_t)(record - b->symbols) / symbol_size(b));
}

/** Add the symbol of a section with its record. */
static uint32_t add_section_symbol(struct builder *b, const char *name, uint32_t section,
                                   uint8_t selection, uint32_t associated)
{
    uint32_t raw = add_symbol(b, name, 0, (int32_t)section, 0, STATIC, 1);
    uint8_t *aux = b->symbols + b->symbols_size - symbol_size(b);
    put_le32(aux + 8, 0x12345678); /* CheckSum */
    put_le16(aux + 12, (uint16_t)associated);
    aux[14] = selection;
    if (b->big) {
        put_le16(aux + 16, (uint16_t)(associated >> 16));
    }
    return raw;
}

static uint32_t add_weak(struct builder *b, const char *name, uint32_t tag, uint32_t search)
{
    uint32_t raw = add_symbol(b, name, 0, 0, 0, WEAK, 1);
    uint8_t *aux = b->symbols + b->symbols_size - symbol_size(b);
    put_le32(aux, tag);
    put_le32(aux + 4, search);
    return raw;
}

/** Append the symbol and the string table, and fill in where they are. */
static struct span finish(struct builder *b)
{
    ck_assert_uint_eq(b->sections, b->section_count);
    put_le32(b->bytes + (b->big ? 48 : 8), (uint32_t)b->size);
    put_le32(b->bytes + (b->big ? 52 : 12), (uint32_t)(b->symbols_size / symbol_size(b)));
    memcpy(b->bytes + b->size, b->symbols, b->symbols_size);
    b->size += b->symbols_size;
    put_le32(b->strings, (uint32_t)b->strings_size);
    memcpy(b->bytes + b->size, b->strings, b->strings_size);
    b->size += b->strings_size;
    return span_make(b->bytes, b->size);
}

/** The sample: symbols by raw number and by index. */
enum raw { RAW_COMMON = 17, RAW_UNDEF = 16, RAW_MAIN = 4, RAW_LEADER = 7, RAW_COUNT = 29 };
enum { S_FILE, S_TEXT, S_MAIN, S_MN, S_LEADER, S_LOCAL, S_XDATA, S_DEBUG, S_RDATA, S_ONLY,
       S_UNDEF, S_COMMON, S_ALIAS, S_WEAK, S_FEAT, S_ABS, S_CLR, S_DBG, S_NAMELESS, S_COUNT };

static struct span build(struct builder *b, bool big)
{
    static const uint8_t code[16] = {0xc3};
    begin(b, big, X86_64, 10);
    add_section(b, ".text", CODE, code, 16);
    add_reloc(b, 4, RAW_UNDEF, 4);
    add_reloc(b, 8, RAW_MAIN, 3);
    add_section(b, ".data$a_long_name", DATA_FLAGS, "12345678", 8);
    add_section(b, ".bss", BSS, NULL, 32);
    add_section(b, ".text$mn", CODE | COMDAT, code, 4);
    add_section(b, ".xdata", RODATA | COMDAT, code, 8);
    add_section(b, ".debug$S", DISCARDABLE | COMDAT, code, 4);
    add_section(b, ".rdata", RODATA | COMDAT, "only", 4);
    add_section(b, ".drectve", INFO, " /A:b", 5);
    add_section(b, ".llvm_addrsig", REMOVE, "\x04\x90\x00", 3); /* 4, and 16 in two bytes */
    add_section(b, ".gfids$y", DISCARDABLE, "\x07\0\0\0", 4);

    add_symbol(b, ".file", 0, -2, 0, FILE_NAME, 1);
    add_section_symbol(b, ".text", 1, 0, 0);
    add_symbol(b, "main", 8, 1, 0x20, EXTERNAL, 0);
    add_section_symbol(b, ".text$mn", 4, ANY, 0);
    add_symbol(b, "a_leader_with_a_long_name", 0, 4, 0x20, EXTERNAL, 0);
    add_symbol(b, "local", 2, 4, 0, STATIC, 0);
    add_section_symbol(b, ".xdata", 5, ASSOCIATIVE, 6);
    add_section_symbol(b, ".debug$S", 6, ASSOCIATIVE, 4);
    add_section_symbol(b, ".rdata", 7, NODUPLICATES, 0);
    add_symbol(b, "only", 0, 7, 0, EXTERNAL, 0);
    add_symbol(b, "undef", 0, 0, 0, EXTERNAL, 0);
    add_symbol(b, "common", 24, 0, 0, EXTERNAL, 0);
    add_weak(b, "alias", RAW_MAIN, 3);
    add_weak(b, "nolib", RAW_UNDEF, 1);
    add_symbol(b, "@feat.00", 1, -1, 0, STATIC, 0);
    add_symbol(b, "absolute", 7, -1, 0, EXTERNAL, 0);
    add_symbol(b, "clr", 7, -1, 0, EXTERNAL, 1);
    add_symbol(b, "dbg", 9, -2, 0, STATIC, 0);
    add_symbol(b, "", 3, 2, 0, STATIC, 0);
    return finish(b);
}

/* Reading. */

static struct object read_ok(struct span data)
{
    struct object object;
    struct error error = {0};
    enum obj_result result = object_read(data, &arena, &object, &error);
    ck_assert_msg(result == OBJ_READ, "result %d: %s", result, error.text);
    ck_assert_int_eq(object.format, OBJ_COFF);
    return object;
}

static struct obj_reloc *relocs_ok(const struct object *object, uint32_t section, size_t count)
{
    struct obj_reloc *relocs;
    size_t found;
    struct error error = {0};
    enum obj_result result = object_relocs(object, section, &arena, &relocs, &found, &error);
    ck_assert_msg(result == OBJ_READ, "result %d: %s", result, error.text);
    ck_assert_uint_eq(found, count);
    ck_assert_uint_eq(object->sections[section].reloc_count, count);
    return relocs;
}

static void relocs_break(const struct object *object, uint32_t section, const char *text)
{
    struct obj_reloc *relocs;
    size_t found;
    struct error error = {0};
    ck_assert_int_eq(object_relocs(object, section, &arena, &relocs, &found, &error), OBJ_BROKEN);
    ck_assert_str_eq(error.text, text);
}

static void breaks(struct span data, const char *text)
{
    struct object object;
    struct error error = {0};
    enum obj_result result = object_read(data, &arena, &object, &error);
    ck_assert_msg(result == OBJ_BROKEN, "result %d instead of: %s", result, text);
    ck_assert_str_eq(error.text, text);
}

START_TEST(header_is_read)
{
    bool big = _i;
    struct object object = read_ok(build(&builder, big));
    ck_assert_int_eq(object_probe(object.data), OBJ_COFF);
    ck_assert_int_eq(object_machine(object.data), MACHINE_X86_64);
    ck_assert_int_eq(object.machine, MACHINE_X86_64);
    ck_assert_uint_eq(object.raw_machine, X86_64);
    ck_assert_uint_eq(object.bits, 64);
    ck_assert(object.bigobj == big && !object.big_endian && !object.import_stub);
    ck_assert_uint_eq(object.flags, big ? 0 : 4);
    ck_assert_uint_eq(object.extent, builder.size);
    ck_assert(span_is(object.directives, " /A:b"));
    builder.size += 3; /* padding */
    object = read_ok(span_make(builder.bytes, builder.size));
    ck_assert_uint_eq(object.extent, builder.size - 3);
}
END_TEST

START_TEST(sections_are_read)
{
    static const struct {
        const char *name;
        enum obj_section_kind kind;
        uint32_t size;
        uint64_t align;
    } expected[] = {
        {".text", SECTION_CODE, 16, 16},        {".data$a_long_name", SECTION_DATA, 8, 16},
        {".bss", SECTION_ZERO, 32, 16},         {".text$mn", SECTION_CODE, 4, 16},
        {".xdata", SECTION_UNWIND, 8, 16},      {".debug$S", SECTION_DEBUG, 4, 1},
        {".rdata", SECTION_RODATA, 4, 16},      {".drectve", SECTION_NOTE, 5, 1},
        {".llvm_addrsig", SECTION_NOTE, 3, 1},  {".gfids$y", SECTION_NOTE, 4, 1},
    };
    struct object object = read_ok(build(&builder, _i));
    ck_assert_uint_eq(object.section_count, 10);
    for (uint32_t i = 0; i < 10; i++) {
        const struct obj_section *section = &object.sections[i];
        ck_assert_msg(span_is(section->name, expected[i].name), "%s", expected[i].name);
        ck_assert_int_eq(section->kind, expected[i].kind);
        ck_assert_uint_eq(section->size, expected[i].size);
        ck_assert_uint_eq(section->data.size, i == 2 ? 0 : expected[i].size);
        ck_assert_uint_eq(section->align, expected[i].align);
        ck_assert_uint_eq(section->raw, i + 1);
        ck_assert(section->numbered == (i >= 8));
    }
    ck_assert(span_is(object.sections[1].data, "12345678"));
    ck_assert_uint_eq(object.sections[0].flags, CODE);
}
END_TEST

START_TEST(kinds_come_from_names_and_flags)
{
    static const struct {
        const char *name;
        uint32_t flags;
        enum obj_section_kind kind;
    } expected[] = {
        {".debug_info", DISCARDABLE, SECTION_DEBUG}, {".debug_info", RODATA, SECTION_RODATA},
        {".debug$T", RODATA, SECTION_DEBUG},         {".stab", DISCARDABLE, SECTION_DEBUG},
        {".pdata", RODATA, SECTION_UNWIND},          {".pdata$f", RODATA, SECTION_UNWIND},
        {".xdata.f", RODATA, SECTION_UNWIND},        {".pdatax", RODATA, SECTION_RODATA},
        {".eh_frame$_Z1fv", RODATA, SECTION_UNWIND}, {".gcc_except_table", RODATA, SECTION_UNWIND},
        {".sxdata", INFO, SECTION_UNWIND},           {".llvmbc", RODATA, SECTION_BITCODE},
        {".llvmcmd", RODATA, SECTION_BITCODE},       {".comment", REMOVE, SECTION_NOTE},
        {".CRT$XCU", RODATA, SECTION_DATA},          {".tls$", RODATA, SECTION_DATA},
        {".chks64", REMOVE, SECTION_NOTE},           {"noname", CODE, SECTION_CODE},
        {"odd", 0, SECTION_OTHER},                   {"", RODATA, SECTION_RODATA},
        {"\xff\xff", RODATA, SECTION_RODATA},        {".\xff", RODATA, SECTION_RODATA},
    };
    enum { COUNT = sizeof expected / sizeof *expected };
    begin(&builder, false, X86_64, COUNT);
    for (int i = 0; i < COUNT; i++) {
        add_section(&builder, expected[i].name, expected[i].flags, "data", 4);
    }
    struct object object = read_ok(finish(&builder));
    for (int i = 0; i < COUNT; i++) {
        ck_assert_msg(object.sections[i].kind == expected[i].kind, "%s", expected[i].name);
    }
}
END_TEST

START_TEST(alignments_are_decoded)
{
    static const struct {
        uint32_t flags;
        uint64_t align;
    } expected[] = {{0x40, 16}, {0x48, 1}, {0x100040, 1}, {0x400040, 8}, {0xe00040, 8192}};
    begin(&builder, false, X86_64, 5);
    for (int i = 0; i < 5; i++) {
        add_section(&builder, "s", expected[i].flags, "x", 1);
    }
    struct object object = read_ok(finish(&builder));
    for (int i = 0; i < 5; i++) {
        ck_assert_uint_eq(object.sections[i].align, expected[i].align);
    }
}
END_TEST

START_TEST(symbols_are_read)
{
    static const struct {
        const char *name;
        uint64_t value, size;
        uint32_t section, alias, detail;
        enum obj_binding binding;
        enum obj_place place;
        const char *marks; /* i: indexed, l: label, s: section, S: strong */
    } expected[S_COUNT] = {
#define NO OBJ_NONE
        [S_FILE] = {".file", 0, 0, NO, NO, 0, BINDING_LOCAL, PLACE_ABSOLUTE, "l"},
        [S_TEXT] = {".text", 0, 0, 0, NO, 0, BINDING_LOCAL, PLACE_SECTION, "s"},
        [S_MAIN] = {"main", 8, 0, 0, NO, 0, BINDING_GLOBAL, PLACE_SECTION, "iS"},
        [S_MN] = {".text$mn", 0, 0, 3, NO, 0, BINDING_LOCAL, PLACE_SECTION, "s"},
        [S_LEADER] = {"a_leader_with_a_long_name", 0, 0, 3, NO, 0, BINDING_GLOBAL, PLACE_SECTION,
                      "i"},
        [S_LOCAL] = {"local", 2, 0, 3, NO, 0, BINDING_LOCAL, PLACE_SECTION, ""},
        [S_XDATA] = {".xdata", 0, 0, 4, NO, 0, BINDING_LOCAL, PLACE_SECTION, "s"},
        [S_DEBUG] = {".debug$S", 0, 0, 5, NO, 0, BINDING_LOCAL, PLACE_SECTION, "s"},
        [S_RDATA] = {".rdata", 0, 0, 6, NO, 0, BINDING_LOCAL, PLACE_SECTION, "s"},
        [S_ONLY] = {"only", 0, 0, 6, NO, 0, BINDING_GLOBAL, PLACE_SECTION, "iS"},
        [S_UNDEF] = {"undef", 0, 0, NO, NO, 0, BINDING_GLOBAL, PLACE_UNDEFINED, ""},
        [S_COMMON] = {"common", 0, 24, NO, NO, 0, BINDING_GLOBAL, PLACE_COMMON, "i"},
        [S_ALIAS] = {"alias", 0, 0, NO, S_MAIN, 3, BINDING_WEAK, PLACE_UNDEFINED, "i"},
        [S_WEAK] = {"nolib", 0, 0, NO, S_UNDEF, 1, BINDING_WEAK, PLACE_UNDEFINED, ""},
        [S_FEAT] = {"@feat.00", 1, 0, NO, NO, 0, BINDING_LOCAL, PLACE_ABSOLUTE, ""},
        [S_ABS] = {"absolute", 7, 0, NO, NO, 0, BINDING_GLOBAL, PLACE_ABSOLUTE, "iS"},
        [S_CLR] = {"clr", 7, 0, NO, NO, 0, BINDING_GLOBAL, PLACE_ABSOLUTE, "S"},
        [S_DBG] = {"dbg", 9, 0, NO, NO, 0, BINDING_LOCAL, PLACE_ABSOLUTE, "l"},
        [S_NAMELESS] = {"", 3, 0, 1, NO, 0, BINDING_LOCAL, PLACE_SECTION, ""},
#undef NO
    };
    struct object object = read_ok(build(&builder, _i));
    ck_assert_uint_eq(object.symbol_count, S_COUNT);
    for (int i = 0; i < S_COUNT; i++) {
        const struct obj_symbol *symbol = &object.symbols[i];
        char marks[8];
        snprintf(marks, sizeof marks, "%s%s%s%s", symbol->indexed ? "i" : "",
                 symbol->label ? "l" : "", symbol->is_section ? "s" : "",
                 obj_symbol_is_strong(&object, symbol) ? "S" : "");
        ck_assert_msg(span_is(symbol->name, expected[i].name), "%s", expected[i].name);
        ck_assert_str_eq(marks, expected[i].marks);
        ck_assert_uint_eq(symbol->value, expected[i].value);
        ck_assert_uint_eq(symbol->size, expected[i].size);
        ck_assert_uint_eq(symbol->section, expected[i].section);
        ck_assert_uint_eq(symbol->alias, expected[i].alias);
        ck_assert_uint_eq(symbol->detail, expected[i].detail);
        ck_assert_int_eq(symbol->binding, expected[i].binding);
        ck_assert_int_eq(symbol->place, expected[i].place);
        ck_assert_int_eq(symbol->visibility, VISIBILITY_DEFAULT);
    }
    ck_assert_uint_eq(object.symbols[S_MAIN].type, 0x20 | EXTERNAL << 16);
    ck_assert_uint_eq(object.symbols[S_WEAK].type, (uint32_t)WEAK << 16);
}
END_TEST

/** GCC describes static functions, where LLVM would see a section; LLVM leaves the record away. */
START_TEST(section_symbols_are_told_from_others)
{
    begin(&builder, false, X86_64, 1);
    add_section(&builder, ".text", CODE | COMDAT, "x", 1);
    add_symbol(&builder, "function", 0, 1, 0x20, STATIC, 1);
    add_symbol(&builder, ".text", 0, 1, 0, STATIC, 0);
    add_symbol(&builder, ".text", 1, 1, 0, STATIC, 0);
    add_symbol(&builder, ".other", 0, 1, 0, STATIC, 0);
    add_symbol(&builder, ".class", 0xc0000040, 1, 0, SECTION_CLASS, 0);
    add_symbol(&builder, ".idata$4", 0xc0000040, 0, 0, SECTION_CLASS, 0);
    struct object object = read_ok(finish(&builder));
    static const bool expected[] = {false, true, false, false, true, false};
    ck_assert_uint_eq(object.symbol_count, 6);
    for (int i = 0; i < 6; i++) {
        ck_assert_msg(object.symbols[i].is_section == expected[i], "%d", i);
        ck_assert_int_eq(object.symbols[i].binding, BINDING_LOCAL);
    }
    ck_assert_int_eq(object.symbols[5].place, PLACE_UNDEFINED);
    ck_assert_uint_eq(object.groups[0].symbol, OBJ_NONE); /* "function" does not describe .text */
}
END_TEST

START_TEST(comdats_are_grouped)
{
    struct object object = read_ok(build(&builder, _i));
    ck_assert_uint_eq(object.group_count, 2);
    const struct obj_group *any = &object.groups[0];
    ck_assert(span_is(any->name, "a_leader_with_a_long_name"));
    ck_assert_uint_eq(any->symbol, S_LEADER);
    ck_assert_uint_eq(any->selection, ANY);
    ck_assert(any->comdat);
    ck_assert_uint_eq(any->section_count, 3); /* .xdata hangs on .debug$S, which comes later */
    ck_assert_uint_eq(any->sections[0], 3);
    ck_assert_uint_eq(any->sections[1], 4);
    ck_assert_uint_eq(any->sections[2], 5);
    ck_assert_uint_eq(object.sections[4].link, 5);
    ck_assert_uint_eq(object.sections[5].link, 3);
    ck_assert_uint_eq(object.sections[3].link, OBJ_NONE);
    const struct obj_group *only = &object.groups[1];
    ck_assert(span_is(only->name, "only") && !only->comdat);
    ck_assert_uint_eq(only->section_count, 1);
    ck_assert_uint_eq(only->sections[0], 6);
    ck_assert_uint_eq(object.sections[0].group, OBJ_NONE);
    ck_assert_uint_eq(object.sections[6].group, 1);
}
END_TEST

/** As GCC makes them: .pdata$f without a leader, .eh_frame without a symbol at all. */
START_TEST(comdats_without_leader_are_groups)
{
    begin(&builder, false, X86_64, 4);
    add_section(&builder, ".pdata$f", RODATA | COMDAT, "x", 1);
    add_section(&builder, ".eh_frame", RODATA | COMDAT, "x", 1);
    add_section(&builder, ".text", CODE, "x", 1);
    add_section(&builder, ".debug$S", DISCARDABLE | COMDAT, "x", 1);
    add_section_symbol(&builder, ".pdata$f", 1, ANY, 0);
    add_section_symbol(&builder, ".debug$S", 4, ASSOCIATIVE, 3);
    struct object object = read_ok(finish(&builder));
    ck_assert_uint_eq(object.group_count, 2);
    for (int i = 0; i < 2; i++) {
        ck_assert_uint_eq(object.groups[i].symbol, OBJ_NONE);
        ck_assert_uint_eq(object.groups[i].name.size, 0);
        ck_assert(object.groups[i].comdat);
        ck_assert_uint_eq(object.groups[i].selection, i ? 0 : ANY);
        ck_assert_uint_eq(object.groups[i].section_count, 1);
    }
    ck_assert_uint_eq(object.sections[3].link, 2); /* associated with a section that always stays */
    ck_assert_uint_eq(object.sections[3].group, OBJ_NONE);
}
END_TEST

START_TEST(bigobj_associates_past_16_bits)
{
    enum { COUNT = 70000 };
    static uint8_t bytes[56 + COUNT * 40 + 4 * 20 + 4];
    begin(&builder, true, X86_64, 0);
    memcpy(bytes, builder.bytes, 56);
    put_le32(bytes + 44, COUNT);
    put_le32(bytes + 56 + 36, CODE | COMDAT);
    put_le32(bytes + 56 + (COUNT - 1) * 40 + 36, CODE | COMDAT);
    add_section_symbol(&builder, ".text", COUNT, ANY, 0);
    add_section_symbol(&builder, ".xdata", 1, ASSOCIATIVE, COUNT);
    put_le32(bytes + 48, 56 + COUNT * 40);
    put_le32(bytes + 52, 4);
    memcpy(bytes + 56 + COUNT * 40, builder.symbols, builder.symbols_size);
    struct object object = read_ok(span_make(bytes, sizeof bytes));
    ck_assert_uint_eq(object.section_count, COUNT);
    ck_assert_uint_eq(object.sections[0].link, COUNT - 1);
    ck_assert_uint_eq(object.group_count, 1);
    ck_assert_uint_eq(object.groups[0].sections[0], COUNT - 1);
    ck_assert_uint_eq(object.groups[0].sections[1], 0);
}
END_TEST

START_TEST(relocations_are_read)
{
    struct object object = read_ok(build(&builder, _i));
    struct obj_reloc *relocs = relocs_ok(&object, 0, 2);
    ck_assert_uint_eq(relocs[0].offset, 4);
    ck_assert_uint_eq(relocs[0].type, 4);
    ck_assert_uint_eq(relocs[0].symbol, S_UNDEF);
    ck_assert_uint_eq(relocs[0].section, OBJ_NONE);
    ck_assert_int_eq(relocs[0].addend, 0);
    ck_assert_uint_eq(relocs[1].offset, 8);
    ck_assert_uint_eq(relocs[1].symbol, S_MAIN);
    relocs_ok(&object, 1, 0);
    relocs = relocs_ok(&object, 8, 2);
    ck_assert_uint_eq(relocs[0].symbol, S_MAIN);
    ck_assert_uint_eq(relocs[1].symbol, S_UNDEF);
    ck_assert_uint_eq(relocs[1].offset, 1);
    relocs = relocs_ok(&object, 9, 1);
    ck_assert_uint_eq(relocs[0].symbol, S_LEADER);
}
END_TEST

START_TEST(relocation_count_overflows)
{
    begin(&builder, _i, X86_64, 1);
    add_section(&builder, ".text", CODE | NRELOC_OVFL, "1234", 4);
    uint32_t at = (uint32_t)builder.size;
    add_reloc(&builder, 0x10001, 0, 0);
    for (int i = 0; i < 0x10000; i++) {
        add_reloc(&builder, (uint32_t)i % 4, 0, 4);
    }
    uint8_t *header = builder.bytes + section_at(&builder, 1);
    put_le32(header + 24, at); /* add_reloc() went round 2^16 */
    put_le16(header + 32, 0xffff);
    add_symbol(&builder, "f", 0, 1, 0, EXTERNAL, 0);
    struct object object = read_ok(finish(&builder));
    struct obj_reloc *relocs = relocs_ok(&object, 0, 0x10000);
    ck_assert_uint_eq(relocs[0xffff].offset, 3);
    put_le32(header + 36, CODE); /* without the flag, 0xffff is a count like any other */
    object = read_ok(object.data);
    ck_assert_uint_eq(object.sections[0].reloc_count, 0xffff);
}
END_TEST

START_TEST(relocations_may_be_special)
{
    begin(&builder, false, ARMNT, 1);
    add_section(&builder, ".text", CODE, "12345678", 8);
    add_reloc(&builder, 0x1004, 0, 1);
    add_reloc(&builder, 0x1004, 0xfffffffe, 0x16); /* PAIR: a displacement */
    add_reloc(&builder, 99, 0, 0);                  /* ABSOLUTE: does nothing, anywhere */
    put_le32(builder.bytes + section_at(&builder, 1) + 12, 0x1000);
    add_symbol(&builder, "f", 0, 1, 0, EXTERNAL, 0);
    struct object object = read_ok(finish(&builder));
    ck_assert_int_eq(object.machine, MACHINE_ARM);
    ck_assert_uint_eq(object.bits, 32);
    ck_assert_uint_eq(object.sections[0].address, 0x1000);
    struct obj_reloc *relocs = relocs_ok(&object, 0, 3);
    ck_assert_uint_eq(relocs[0].offset, 4);
    ck_assert_uint_eq(relocs[1].symbol, OBJ_NONE);
    ck_assert_int_eq(relocs[1].addend, -2);
}
END_TEST

START_TEST(lists_of_symbols_become_relocations)
{
    static const struct {
        const char *name;
        size_t symbols;
    } lists[] = {{".gfids$y", 6},  {".giats$y", 6}, {".gljmp$y", 6},
                 {".gehcont$y", 6}, {".sxdata", 6},  {".hybmp$x", 4}};
    static const uint8_t words[24] = {0, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0,
                                      2, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0};
    begin(&builder, false, ARM64EC, 7);
    for (int i = 0; i < 6; i++) {
        add_section(&builder, lists[i].name, INFO, words, 24);
    }
    static const uint8_t edge[16] = {[0] = 2, [4] = 3, [8] = 0xff, [14] = 1};
    add_section(&builder, ".llvm.call-graph-profile", REMOVE, edge, 16);
    add_section_symbol(&builder, ".gfids$y", 1, 0, 0);
    add_symbol(&builder, "a", 0, 0, 0, EXTERNAL, 0);
    add_symbol(&builder, "b", 0, 0, 0, EXTERNAL, 0);
    struct object object = read_ok(finish(&builder));
    for (uint32_t i = 0; i < 6; i++) {
        ck_assert_msg(object.sections[i].numbered, "%s", lists[i].name);
        struct obj_reloc *relocs = relocs_ok(&object, i, lists[i].symbols);
        ck_assert_uint_eq(relocs[0].symbol, 0);
        ck_assert_uint_eq(relocs[1].symbol, 1);
        ck_assert_uint_eq(relocs[2].symbol, i == 5 ? 1 : 2);
        ck_assert_int_eq(relocs[1].addend, i == 5 ? 3 : 0);
    }
    struct obj_reloc *relocs = relocs_ok(&object, 6, 2);
    ck_assert_uint_eq(relocs[0].symbol, 1);
    ck_assert_uint_eq(relocs[1].symbol, 2);
    ck_assert_int_eq(relocs[1].addend, 0x10000000000ff);
}
END_TEST

START_TEST(bad_relocations_are_told)
{
    struct object object = read_ok(build(&builder, false));
    uint8_t *reloc = builder.bytes + object.sections[0].reloc_offset;
    put_le32(reloc, 16);
    relocs_break(&object, 0, "offset 0x1c4: section 1: relocation for address 0x10 outside the "
                             "section (0x10 bytes at 0)");
    put_le32(reloc, 4);
    put_le32(reloc + 4, RAW_COUNT);
    relocs_break(&object, 0, "offset 0x1c4: section 1: relocation for symbol 29, but there are 29 "
                             "(or it is auxiliary)");
    put_le32(reloc + 4, 1);
    relocs_break(&object, 0, "offset 0x1c4: section 1: relocation for symbol 1, but there are 29 "
                             "(or it is auxiliary)");
    builder.bytes[object.sections[9].data.data - builder.bytes] = RAW_COUNT;
    relocs_break(&object, 9, "section 10: symbol list: symbol 29 at 0, but there are 29");
    builder.bytes[object.sections[8].data.data + 2 - builder.bytes] = 0x80;
    relocs_break(&object, 8, "section 9: symbol list: bad ULEB128 number at 0x1");
}
END_TEST

START_TEST(bad_records_of_symbols_are_told)
{
    begin(&builder, false, ARM64EC, 2);
    add_section(&builder, ".hybmp$x", INFO, "\0\0\0\0\5\0\0\0\0\0\0\0", 12);
    add_section(&builder, ".hybmp$x", INFO, "1234", 4);
    add_symbol(&builder, "a", 0, 0, 0, EXTERNAL, 0);
    struct object object = read_ok(finish(&builder));
    relocs_break(&object, 0, "section 1: symbol list: symbol 5 at 0x4, but there are 1");
    relocs_break(&object, 1, "section 2: symbol list: size 0x4 is no multiple of 12");
}
END_TEST

START_TEST(import_stubs_are_known_by_their_sections)
{
    begin(&builder, false, X86_64, 2);
    add_section(&builder, ".text", CODE, "x", 1);
    add_section(&builder, ".idata$7", DATA_FLAGS, "x", 1);
    ck_assert(read_ok(finish(&builder)).import_stub);
}
END_TEST

START_TEST(long_names_are_decimal_or_base64)
{
    static const char *const names[] = {"/0000004", "//AAAAAE", "//E"};
    begin(&builder, false, X86_64, 3);
    add_string(&builder, "a.long.name");
    for (int i = 0; i < 3; i++) {
        add_section(&builder, names[i], CODE, "x", 1);
    }
    struct object object = read_ok(finish(&builder));
    for (int i = 0; i < 3; i++) {
        ck_assert_msg(span_is(object.sections[i].name, "a.long.name"), "%s", names[i]);
    }
}
END_TEST

START_TEST(bad_names_are_told)
{
    static const struct {
        const char *name;
        const char *text;
    } bad[] = {
        {"/", "name '/' is no offset in the string table"},
        {"/x", "name '/x' is no offset in the string table"},
        {"/4x", "name '/4x' is no offset in the string table"},
        {"//", "name '//' is no offset in the string table"},
        {"//A=", "name '//A=' is no offset in the string table"},
        {"////////", "name '////////' is no offset in the string table"},
        {"/3", "name at 0x3 lies outside the string table (0x8)"},
        {"/8", "name at 0x8 lies outside the string table (0x8)"},
        {"//D/////", "name at 0xffffffff lies outside the string table (0x8)"},
        {"/5", "name at 0x5 has no end in the string table (0x8)"},
    };
    char text[128];
    begin(&builder, false, X86_64, 1);
    add_section(&builder, bad[_i].name, CODE, "x", 1);
    add_string(&builder, "abc");
    struct span data = finish(&builder);
    builder.bytes[data.size - 1] = 'd';
    snprintf(text, sizeof text, "offset 0x14: section header 1: %s", bad[_i].text);
    breaks(data, text);
}
END_TEST

START_TEST(empty_objects_are_objects)
{
    begin(&builder, _i, ARM64, 0);
    struct object object = read_ok(finish(&builder)); /* a string table of size 4 */
    ck_assert_int_eq(object.machine, MACHINE_ARM64);
    builder.size -= 4; /* none at all */
    object = read_ok(span_make(builder.bytes, builder.size));
    ck_assert_uint_eq(object.extent, builder.size);
    put_le32(builder.bytes + (_i ? 48 : 8), 0); /* and no symbol table */
    object = read_ok(span_make(builder.bytes, builder.size));
    ck_assert_uint_eq(object.section_count + object.symbol_count + object.group_count, 0);
    put_le32(builder.bytes + builder.size, 0); /* cvtres writes 0 as the size */
    put_le32(builder.bytes + (_i ? 48 : 8), (uint32_t)builder.size);
    read_ok(span_make(builder.bytes, builder.size + 4));
}
END_TEST

START_TEST(other_files_are_no_coff)
{
    struct span data = build(&builder, false);
    ck_assert_int_eq(object_probe(span_make("L\x01 is the start of a text", 25)), OBJ_OTHER);
    ck_assert_int_eq(object_probe(span_make(builder.bytes, 19)), OBJ_OTHER);
    ck_assert_int_eq(object_probe(span_make(builder.bytes, 419)), OBJ_OTHER); /* headers cut */
    put_le16(builder.bytes, 0x1234);
    ck_assert_int_eq(object_probe(data), OBJ_OTHER);
    put_le16(builder.bytes, X86);
    ck_assert_int_eq(object_probe(data), OBJ_COFF);
    ck_assert_int_eq(object_machine(data), MACHINE_X86);
    put_le32(builder.bytes + 8, (uint32_t)data.size + 1);
    ck_assert_int_eq(object_probe(data), OBJ_OTHER);
}
END_TEST

START_TEST(cl_gl_is_opaque)
{
    static const uint8_t class_id[16] = {0x38, 0xfe, 0xb3, 0x0c, 0xa5, 0xd9, 0xab, 0x4d,
                                         0xac, 0x9b, 0xd6, 0xb6, 0x22, 0x26, 0x53, 0xc2};
    struct span data = build(&builder, true);
    struct object object;
    struct error error = {0};
    memcpy(builder.bytes + 12, class_id, sizeof class_id);
    ck_assert_int_eq(object_probe(data), OBJ_OPAQUE);
    ck_assert_int_eq(object_machine(data), MACHINE_X86_64);
    ck_assert_int_eq(object_read(data, &arena, &object, &error), OBJ_READ);
    ck_assert_int_eq(object.format, OBJ_OPAQUE);
    ck_assert_uint_eq(object.symbol_count, 0);
}
END_TEST

/** A wrong number in a field of the regular sample, and what is said of it. */
enum where { HEADER, SECTION, SYMBOL, AUX, STRINGS };
static const struct {
    enum where where;
    uint32_t number; /* of the section or symbol */
    uint32_t field;
    uint32_t width;
    uint32_t value;
    const char *text;
} broken_fields[] = {
    {HEADER, 0, 12, 4, 0x1000, "offset 0x221: symbol table: size 0x12000 exceeds the member (0x45b)"},
    {HEADER, 0, 12, 4, 0xffffffff,
     "offset 0x221: symbol table: size 0x11ffffffee exceeds the member (0x45b)"},
    {HEADER, 0, 8, 4, 0, "symbol table: 29 symbols at offset 0"},
    {HEADER, 0, 8, 4, 0x24f, "offset 0x459: string table: 2 bytes, at least 4 needed"},
    {STRINGS, 0, 0, 4, 0x31, "offset 0x42b: string table: size 0x31 exceeds the member (0x45b)"},
    {SECTION, 1, 16, 4, 0x9000,
     "offset 0x14: section header 1: contents of 0x9000 bytes at 0x1a4 exceed the member (0x45b)"},
    {SECTION, 2, 20, 4, 0xfffffff0,
     "offset 0x3c: section header 2: contents of 0x8 bytes at 0xfffffff0 exceed the member (0x45b)"},
    {SECTION, 1, 24, 4, 0x448,
     "offset 0x14: section header 1: 2 relocations at 0x448 exceed the member (0x45b)"},
    {SECTION, 1, 32, 2, 0xffff,
     "offset 0x14: section header 1: 65535 relocations at 0x1b4 exceed the member (0x45b)"},
    {SECTION, 7, 34, 2, 1000,
     "offset 0x104: section header 7: line numbers of 0x1770 bytes at 0 exceed the member (0x45b)"},
    {SECTION, 10, 32, 2, 1,
     "offset 0x17c: section header 10: 1 relocations, but it lists symbol numbers"},
    {SYMBOL, RAW_COUNT - 1, 17, 1, 1,
     "offset 0x419: symbol 28: 1 auxiliary records exceed the table (29)"},
    {SYMBOL, 0, 17, 1, 255, "offset 0x221: symbol 0: 255 auxiliary records exceed the table (29)"},
    {SYMBOL, RAW_MAIN, 12, 2, 11, "offset 0x269: symbol 4: section number 11, but there are 10"},
    {SYMBOL, RAW_MAIN, 12, 2, 0xfffd, "offset 0x269: symbol 4: section number -3, but there are 10"},
    {SYMBOL, RAW_LEADER, 4, 4, 0x1000,
     "offset 0x29f: symbol 7: name at 0x1000 lies outside the string table (0x30)"},
    {SYMBOL, RAW_LEADER, 4, 4, 2,
     "offset 0x29f: symbol 7: name at 0x2 lies outside the string table (0x30)"},
    {SYMBOL, 18, 17, 1, 0,
     "offset 0x365: symbol 18: weak external with 0 auxiliary records, 1 expected"},
    {AUX, 18, 0, 4, RAW_COUNT,
     "offset 0x365: symbol 18: weak external for symbol 29, but there are 29 (or it is auxiliary)"},
    {AUX, 18, 0, 4, 3,
     "offset 0x365: symbol 18: weak external for symbol 3, but there are 29 (or it is auxiliary)"},
    {AUX, 5, 14, 1, 8, "offset 0x27b: symbol 5: COMDAT selection 8, at most 7 allowed"},
    {AUX, 9, 12, 2, 0, "offset 0x2c3: symbol 9: associated with section 0, but there are 10"},
    {AUX, 9, 12, 2, 11, "offset 0x2c3: symbol 9: associated with section 11, but there are 10"},
    {AUX, 9, 12, 2, 5, "section header 5: its associations come back to section 5"},
    {AUX, 11, 12, 2, 5, "section header 5: its associations come back to section 5"},
};
enum { BROKEN_FIELDS = sizeof broken_fields / sizeof *broken_fields };

START_TEST(broken_fields_are_told)
{
    struct span data = build(&builder, false);
    size_t at = broken_fields[_i].field;
    uint32_t number = broken_fields[_i].number;
    switch (broken_fields[_i].where) {
    case HEADER: break;
    case SECTION: at += section_at(&builder, number); break;
    case SYMBOL: at += symbol_at(&builder, number); break;
    case AUX: at += symbol_at(&builder, number + 1); break;
    case STRINGS: at += symbol_at(&builder, RAW_COUNT); break;
    }
    for (uint32_t i = 0; i < broken_fields[_i].width; i++) {
        builder.bytes[at + i] = (uint8_t)(broken_fields[_i].value >> 8 * i);
    }
    breaks(data, broken_fields[_i].text);
}
END_TEST

START_TEST(broken_bigobj_is_told)
{
    struct span data = build(&builder, true);
    breaks(span_make(builder.bytes, 40), "bigobj header: size 0x28, 0x38 needed");
    put_le32(builder.bytes + 44, 0x10000000);
    breaks(data, "offset 0x38: section headers: size 0x280000000 exceeds the member (0x4b9)");
    put_le32(builder.bytes + 44, 10);
    put_le16(builder.bytes + 4, 1);
    breaks(data, "offset 0x4: bigobj header: version 1, at least 2 needed");
    put_le16(builder.bytes + 4, 2);
    put_le16(builder.bytes + 6, 0x1234);
    breaks(data, "offset 0x6: bigobj header: unknown machine 0x1234");
    put_le16(builder.bytes + 6, X86_64);
    put_le32(builder.bytes + symbol_at(&builder, RAW_MAIN) + 12, 0x10001);
    breaks(data, "offset 0x295: symbol 4: section number 65537, but there are 10");
}
END_TEST

START_TEST(broken_relocation_count_is_told)
{
    struct span data = build(&builder, false);
    uint8_t *header = builder.bytes + section_at(&builder, 1);
    put_le32(header + 36, CODE | NRELOC_OVFL);
    put_le16(header + 32, 0xffff);
    uint32_t at = get_le32(header + 24);
    put_le32(builder.bytes + at, 0);
    breaks(data, "offset 0x14: section header 1: 0 relocations at 0x1b4, at least 1 expected");
    put_le32(builder.bytes + at, 0xffffffff);
    breaks(data, "offset 0x14: section header 1: 4294967294 relocations at 0x1be exceed the "
                 "member (0x45b)");
    put_le32(header + 24, (uint32_t)data.size - 9);
    breaks(data, "offset 0x14: section header 1: first relocation at 0x452 exceeds the member "
                 "(0x45b)");
}
END_TEST

/** Parts that overlap must not multiply the work. */
START_TEST(endless_claims_are_refused)
{
    begin(&builder, false, X86_64, 8);
    for (int i = 0; i < 8; i++) {
        add_section(&builder, ".data", DATA_FLAGS, "x", 1);
    }
    struct span data = finish(&builder);
    for (size_t i = 1; i <= 8; i++) {
        put_le32(builder.bytes + section_at(&builder, i) + 16, 300);
        put_le32(builder.bytes + section_at(&builder, i) + 20, 20);
    }
    breaks(data, "offset 0xdc: section header 6: with size 0x12c, the sections exceed 4 times the "
                 "member (0x160)");
    for (size_t i = 1; i <= 8; i++) {
        put_le32(builder.bytes + section_at(&builder, i) + 16, 1);
        put_le32(builder.bytes + section_at(&builder, i) + 24, 20);
        put_le16(builder.bytes + section_at(&builder, i) + 32, 30);
    }
    breaks(data, "offset 0xb4: section header 5: with 30 relocations, all of them exceed 4 times "
                 "the member (0x160)");
}
END_TEST

START_TEST(endless_names_are_refused)
{
    enum { COUNT = 200, LENGTH = 3000 };
    static char name[LENGTH + 1];
    begin(&builder, false, X86_64, 0);
    memset(name, 'n', LENGTH);
    add_string(&builder, name);
    for (int i = 0; i < COUNT; i++) {
        uint32_t raw = add_symbol(&builder, "", 0, 0, 0, EXTERNAL, 0);
        put_le32(builder.symbols + raw * 18 + 4, 4);
    }
    breaks(finish(&builder), "offset 0x9f2: symbol 141: with its name, all names exceed 64 times "
                             "the member (0x19e1)");
}
END_TEST

/** Whatever is changed, reading ends, and stays inside (run with the sanitizers). */
START_TEST(any_change_is_survived)
{
    uint32_t state = 1;
    struct span data = build(&builder, _i);
    uint8_t *original = malloc(data.size);
    memcpy(original, data.data, data.size);
    for (int run = 0; run < 20000; run++) {
        state = state * 1664525 + 1013904223;
        size_t size = run % 4 ? data.size : (state >> 8) % data.size;
        uint8_t *copy = malloc(size ? size : 1);
        memcpy(copy, original, size);
        for (int change = 0; size && change <= run % 3; change++) {
            state = state * 1664525 + 1013904223;
            copy[(state >> 8) % size] = (uint8_t)(state >> 4);
        }
        struct object object;
        struct error error = {0};
        struct obj_reloc *relocs;
        size_t count;
        if (object_read(span_make(copy, size), &arena, &object, &error) == OBJ_READ) {
            for (uint32_t i = 0; i < object.section_count; i++) {
                object_relocs(&object, i, &arena, &relocs, &count, &error);
            }
        }
        free(copy);
        arena_reset(&arena);
    }
    free(original);
}
END_TEST

Suite *coff_suite(void)
{
    Suite *suite = suite_create("coff");
    TCase *good = tcase_create("reads");
    tcase_add_checked_fixture(good, NULL, forget);
    tcase_add_loop_test(good, header_is_read, 0, 2);
    tcase_add_loop_test(good, sections_are_read, 0, 2);
    tcase_add_test(good, kinds_come_from_names_and_flags);
    tcase_add_test(good, alignments_are_decoded);
    tcase_add_loop_test(good, symbols_are_read, 0, 2);
    tcase_add_test(good, section_symbols_are_told_from_others);
    tcase_add_loop_test(good, comdats_are_grouped, 0, 2);
    tcase_add_test(good, comdats_without_leader_are_groups);
    tcase_add_test(good, bigobj_associates_past_16_bits);
    tcase_add_loop_test(good, relocations_are_read, 0, 2);
    tcase_add_loop_test(good, relocation_count_overflows, 0, 2);
    tcase_add_test(good, relocations_may_be_special);
    tcase_add_test(good, lists_of_symbols_become_relocations);
    tcase_add_test(good, import_stubs_are_known_by_their_sections);
    tcase_add_test(good, long_names_are_decimal_or_base64);
    tcase_add_loop_test(good, empty_objects_are_objects, 0, 2);
    tcase_add_test(good, other_files_are_no_coff);
    tcase_add_test(good, cl_gl_is_opaque);
    suite_add_tcase(suite, good);
    TCase *bad = tcase_create("refuses");
    tcase_add_checked_fixture(bad, NULL, forget);
    tcase_add_loop_test(bad, bad_names_are_told, 0, 10);
    tcase_add_test(bad, bad_relocations_are_told);
    tcase_add_test(bad, bad_records_of_symbols_are_told);
    tcase_add_loop_test(bad, broken_fields_are_told, 0, BROKEN_FIELDS);
    tcase_add_test(bad, broken_bigobj_is_told);
    tcase_add_test(bad, broken_relocation_count_is_told);
    tcase_add_test(bad, endless_claims_are_refused);
    tcase_add_test(bad, endless_names_are_refused);
    tcase_add_loop_test(bad, any_change_is_survived, 0, 2);
    suite_add_tcase(suite, bad);
    return suite;
}
