/* SPDX-License-Identifier: MIT */
/** The ELF reader against objects made by hand: both classes, both byte orders, many sections. */
#include "obj/elf_builder.h"
#include "suites.h"

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

static enum obj_result read_built(const struct elf_builder *b, struct object *object)
{
    return object_read(span_make(b->bytes, b->size), &arena, object, &error);
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
    struct elf_builder b;
    struct object o;
    elf_sample_variant(&b, _i);
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
    elf_free(&b);
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
    struct elf_builder b;
    struct object o;
    elf_sample_variant(&b, _i);
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
    elf_free(&b);
}
END_TEST

START_TEST(reads_relocations)
{
    struct elf_builder b;
    struct object o;
    struct obj_reloc *r;
    size_t count;
    elf_sample_variant(&b, _i);
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
    elf_free(&b);
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
    struct elf_builder b;
    struct object o;
    elf_sample(&b, true, false, rows[_i].machine);
    ck_assert_int_eq(read_built(&b, &o), OBJ_OK);
    ck_assert_msg(o.symbols[8].indexed == rows[_i].indexed, "machine %u", rows[_i].machine);
    elf_free(&b);
}
END_TEST

START_TEST(reads_mips64_relocations)
{
    for (int big = 0; big < 2; big++) {
        struct elf_builder b;
        struct object o;
        struct obj_reloc *r;
        size_t count;
        elf_sample(&b, true, big, 8);
        size_t info = (size_t)b.sections[RELA].offset + 8;
        elf_poke(&b, info, 8, 4); /* symbol, then special symbol and three types, in this order */
        memcpy(b.bytes + info + 4, "\x01\x02\x03\x04", 4);
        ck_assert_int_eq(read_built(&b, &o), OBJ_OK);
        ck_assert_msg(object_relocs(&o, TEXT - 1, &arena, &r, &count, &error) == OBJ_OK, "%s",
                      error.text);
        ck_assert_uint_eq(r[0].symbol, 7);
        ck_assert_uint_eq(r[0].type, 0x01020304);
        elf_free(&b);
    }
}
END_TEST

START_TEST(reads_extended_numbers)
{
    struct elf_builder b;
    struct object o;
    elf_start(&b, _i & 1, _i & 2);
    uint32_t strtab = elf_section(&b, ".strtab", 3, 0, 0, 0, 0);
    elf_put(&b, 0x00780000, 4); /* "x" is at 1 or 2 */
    uint32_t symtab = elf_section(&b, ".symtab", 2, 0, strtab, 1, b.wide ? 24 : 16);
    elf_symbol(&b, 0, 0, 0, 0, 0, 0);
    elf_symbol(&b, b.big ? 1 : 2, 0x10, 0, 0xffff, 0, 0);
    elf_section(&b, ".symtab_shndx", 18, 0, symtab, 0, 4);
    elf_put(&b, 0, 4);
    elf_put(&b, MANY, 4);
    for (uint32_t i = b.count; i <= MANY; i++) {
        elf_section(&b, "", 1, 6, 0, 0, 0);
    }
    elf_finish(&b, 62);
    ck_assert_msg(read_built(&b, &o) == OBJ_OK, "%s", error.text);
    ck_assert_uint_eq(o.section_count, MANY + 1);
    check_span(o.sections[symtab - 1].name, ".symtab");
    ck_assert_uint_eq(o.symbols[0].section, MANY - 1);
    check_span(o.symbols[0].name, "x");
    ck_assert(o.symbols[0].indexed);
    elf_field(&b, 0, SIZE, MANY * 3);
    ck_assert_int_eq(read_built(&b, &o), OBJ_BROKEN);
    ck_assert_ptr_nonnull(strstr(error.text, "file header: 198000 section headers at 0x"));
    setup();
    elf_field(&b, 0, SIZE, MANY + 2);
    elf_field(&b, symtab + 1, SIZE, 4);
    ck_assert_int_eq(read_built(&b, &o), OBJ_BROKEN);
    ck_assert_ptr_nonnull(strstr(error.text, "size 0x4, not a word for each of 2 symbols"));
    elf_free(&b);
}
END_TEST

/** NAME@@VERSION defines NAME, unless the object defines that by itself. */
START_TEST(marks_default_versions)
{
    static const char names[] = "\0a@@V\0b@@V\0b\0c@V\0d@@V\0@@V";
    static const struct {
        uint32_t name, section;
        bool versioned;
        const char *link_name;
    } rows[] = {
        {1, TEXT, true, "a"},  {6, TEXT, false, "b@@V"}, {11, TEXT, false, "b"},
        {13, TEXT, false, "c@V"}, {17, 0, false, "d@@V"}, {22, TEXT, false, "@@V"},
    };
    struct elf_builder b;
    struct object o;
    elf_start(&b, true, false);
    elf_section(&b, ".text", 1, 6, 0, 0, 0);
    elf_put(&b, 0, 8);
    uint32_t strtab = elf_section(&b, ".strtab", 3, 0, 0, 0, 0);
    for (size_t i = 0; i < sizeof names; i++) {
        elf_put(&b, (uint8_t)names[i], 1);
    }
    elf_section(&b, ".symtab", 2, 0, strtab, 1, 24);
    elf_symbol(&b, 0, 0, 0, 0, 0, 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        elf_symbol(&b, rows[i].name, 0x12, 0, rows[i].section, 0, 0);
    }
    elf_finish(&b, 62);
    ck_assert_msg(read_built(&b, &o) == OBJ_OK, "%s", error.text);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ck_assert_int_eq(o.symbols[i].versioned, rows[i].versioned);
        check_span(obj_symbol_link_name(&o.symbols[i]), rows[i].link_name);
    }
    elf_free(&b);
}
END_TEST

Suite *elf_suite(void)
{
    Suite *suite = suite_create("elf");
    TCase *tcase = tcase_create("elf");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, reads_sections, 0, ELF_VARIANTS);
    tcase_add_loop_test(tcase, reads_symbols_and_groups, 0, ELF_VARIANTS);
    tcase_add_loop_test(tcase, reads_relocations, 0, ELF_VARIANTS);
    tcase_add_loop_test(tcase, leaves_mapping_symbols_out_of_the_index, 0, 7);
    tcase_add_test(tcase, reads_mips64_relocations);
    tcase_add_test(tcase, marks_default_versions);
    tcase_add_loop_test(tcase, reads_extended_numbers, 0, ELF_VARIANTS);
    suite_add_tcase(suite, tcase);
    return suite;
}
