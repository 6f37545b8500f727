/* SPDX-License-Identifier: MIT */
/** The COFF reader on objects made by hand; broken ones: test_coff_broken.c. */
#include <check.h>
#include <stdio.h>

#include "coff_builder.h"
#include "obj/reader.h"

Suite *coff_suite(void);

static struct arena arena;
static struct coff_builder builder;

static void forget(void)
{
    arena_free(&arena);
}

static struct object read_ok(struct span data)
{
    struct object object;
    struct error error = {0};
    enum obj_result result = object_read(data, &arena, &object, &error);
    ck_assert_msg(result == OBJ_OK, "result %d: %s", result, error.text);
    ck_assert_int_eq(object.format, OBJ_COFF);
    return object;
}

static struct obj_reloc *relocs_ok(const struct object *object, uint32_t section, size_t count)
{
    struct obj_reloc *relocs;
    size_t found;
    struct error error = {0};
    enum obj_result result = object_relocs(object, section, &arena, &relocs, &found, &error);
    ck_assert_msg(result == OBJ_OK, "result %d: %s", result, error.text);
    ck_assert_uint_eq(found, count);
    ck_assert_uint_eq(object->sections[section].reloc_count, count);
    return relocs;
}

START_TEST(header_is_read)
{
    bool big = _i;
    struct object object = read_ok(coff_build(&builder, big));
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
    struct object object = read_ok(coff_build(&builder, _i));
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
        {".chks64", REMOVE, SECTION_DEBUG},           {"noname", CODE, SECTION_CODE},
        {"odd", 0, SECTION_OTHER},                   {"", RODATA, SECTION_RODATA},
        {"\xff\xff", RODATA, SECTION_RODATA},        {".\xff", RODATA, SECTION_RODATA},
    };
    enum { COUNT = sizeof expected / sizeof *expected };
    coff_begin(&builder, false, X86_64, COUNT);
    for (int i = 0; i < COUNT; i++) {
        coff_add_section(&builder, expected[i].name, expected[i].flags, "data", 4);
    }
    struct object object = read_ok(coff_finish(&builder));
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
    coff_begin(&builder, false, X86_64, 5);
    for (int i = 0; i < 5; i++) {
        coff_add_section(&builder, "s", expected[i].flags, "x", 1);
    }
    struct object object = read_ok(coff_finish(&builder));
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
    struct object object = read_ok(coff_build(&builder, _i));
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
    coff_begin(&builder, false, X86_64, 1);
    coff_add_section(&builder, ".text", CODE | COMDAT, "x", 1);
    coff_add_symbol(&builder, "function", 0, 1, 0x20, STATIC, 1);
    coff_add_symbol(&builder, ".text", 0, 1, 0, STATIC, 0);
    coff_add_symbol(&builder, ".text", 1, 1, 0, STATIC, 0);
    coff_add_symbol(&builder, ".other", 0, 1, 0, STATIC, 0);
    coff_add_symbol(&builder, ".class", 0xc0000040, 1, 0, SECTION_CLASS, 0);
    coff_add_symbol(&builder, ".idata$4", 0xc0000040, 0, 0, SECTION_CLASS, 0);
    struct object object = read_ok(coff_finish(&builder));
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
    struct object object = read_ok(coff_build(&builder, _i));
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
    coff_begin(&builder, false, X86_64, 4);
    coff_add_section(&builder, ".pdata$f", RODATA | COMDAT, "x", 1);
    coff_add_section(&builder, ".eh_frame", RODATA | COMDAT, "x", 1);
    coff_add_section(&builder, ".text", CODE, "x", 1);
    coff_add_section(&builder, ".debug$S", DISCARDABLE | COMDAT, "x", 1);
    coff_add_section_symbol(&builder, ".pdata$f", 1, ANY, 0);
    coff_add_section_symbol(&builder, ".debug$S", 4, ASSOCIATIVE, 3);
    struct object object = read_ok(coff_finish(&builder));
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
    coff_begin(&builder, true, X86_64, 0);
    memcpy(bytes, builder.bytes, 56);
    put_le32(bytes + 44, COUNT);
    put_le32(bytes + 56 + 36, CODE | COMDAT);
    put_le32(bytes + 56 + (COUNT - 1) * 40 + 36, CODE | COMDAT);
    coff_add_section_symbol(&builder, ".text", COUNT, ANY, 0);
    coff_add_section_symbol(&builder, ".xdata", 1, ASSOCIATIVE, COUNT);
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
    struct object object = read_ok(coff_build(&builder, _i));
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
    coff_begin(&builder, _i, X86_64, 1);
    coff_add_section(&builder, ".text", CODE | NRELOC_OVFL, "1234", 4);
    uint32_t at = (uint32_t)builder.size;
    coff_add_reloc(&builder, 0x10001, 0, 0);
    for (int i = 0; i < 0x10000; i++) {
        coff_add_reloc(&builder, (uint32_t)i % 4, 0, 4);
    }
    uint8_t *header = builder.bytes + coff_section_at(&builder, 1);
    put_le32(header + 24, at); /* coff_add_reloc() went round 2^16 */
    put_le16(header + 32, 0xffff);
    coff_add_symbol(&builder, "f", 0, 1, 0, EXTERNAL, 0);
    struct object object = read_ok(coff_finish(&builder));
    struct obj_reloc *relocs = relocs_ok(&object, 0, 0x10000);
    ck_assert_uint_eq(relocs[0xffff].offset, 3);
    put_le32(header + 36, CODE); /* without the flag, 0xffff is a count like any other */
    object = read_ok(object.data);
    ck_assert_uint_eq(object.sections[0].reloc_count, 0xffff);
}
END_TEST

START_TEST(relocations_may_be_special)
{
    coff_begin(&builder, false, ARMNT, 1);
    coff_add_section(&builder, ".text", CODE, "12345678", 8);
    coff_add_reloc(&builder, 0x1004, 0, 1);
    coff_add_reloc(&builder, 0x1004, 0xfffffffe, 0x16); /* PAIR: a displacement */
    coff_add_reloc(&builder, 99, 0, 0);                  /* ABSOLUTE: does nothing, anywhere */
    put_le32(builder.bytes + coff_section_at(&builder, 1) + 12, 0x1000);
    coff_add_symbol(&builder, "f", 0, 1, 0, EXTERNAL, 0);
    struct object object = read_ok(coff_finish(&builder));
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
    coff_begin(&builder, false, ARM64EC, 7);
    for (int i = 0; i < 6; i++) {
        coff_add_section(&builder, lists[i].name, INFO, words, 24);
    }
    static const uint8_t edge[16] = {[0] = 2, [4] = 3, [8] = 0xff, [14] = 1};
    coff_add_section(&builder, ".llvm.call-graph-profile", REMOVE, edge, 16);
    coff_add_section_symbol(&builder, ".gfids$y", 1, 0, 0);
    coff_add_symbol(&builder, "a", 0, 0, 0, EXTERNAL, 0);
    coff_add_symbol(&builder, "b", 0, 0, 0, EXTERNAL, 0);
    struct object object = read_ok(coff_finish(&builder));
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

START_TEST(import_stubs_are_known_by_their_sections)
{
    coff_begin(&builder, false, X86_64, 2);
    coff_add_section(&builder, ".text", CODE, "x", 1);
    coff_add_section(&builder, ".idata$7", DATA_FLAGS, "x", 1);
    ck_assert(read_ok(coff_finish(&builder)).import_stub);
}
END_TEST

START_TEST(long_names_are_decimal_or_base64)
{
    static const char *const names[] = {"/0000004", "//AAAAAE", "//E"};
    coff_begin(&builder, false, X86_64, 3);
    coff_add_string(&builder, "a.long.name");
    for (int i = 0; i < 3; i++) {
        coff_add_section(&builder, names[i], CODE, "x", 1);
    }
    struct object object = read_ok(coff_finish(&builder));
    for (int i = 0; i < 3; i++) {
        ck_assert_msg(span_is(object.sections[i].name, "a.long.name"), "%s", names[i]);
    }
}
END_TEST

START_TEST(empty_objects_are_objects)
{
    coff_begin(&builder, _i, ARM64, 0);
    struct object object = read_ok(coff_finish(&builder)); /* a string table of size 4 */
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
    struct span data = coff_build(&builder, false);
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
    struct span data = coff_build(&builder, true);
    struct object object;
    struct error error = {0};
    memcpy(builder.bytes + 12, class_id, sizeof class_id);
    ck_assert_int_eq(object_probe(data), OBJ_OPAQUE);
    ck_assert_int_eq(object_machine(data), MACHINE_X86_64);
    ck_assert_int_eq(object_read(data, &arena, &object, &error), OBJ_OK);
    ck_assert_int_eq(object.format, OBJ_OPAQUE);
    ck_assert_uint_eq(object.symbol_count, 0);
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
    suite_add_tcase(suite, coff_broken_case());
    return suite;
}
