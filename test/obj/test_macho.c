/* SPDX-License-Identifier: MIT */
/** The Mach-O reader on objects made by hand: all widths, byte orders and processors. */
#include <stdio.h>

#include "obj/macho_builder.h"
#include "suites.h"

static struct arena arena;

static void forget(void)
{
    arena_free(&arena);
}

static struct obj_reloc *read_relocs(const struct object *object, uint32_t section, size_t wanted)
{
    struct obj_reloc *relocs;
    size_t count;
    struct error error = {0};
    enum obj_result result = macho_reader.relocs(object, section, &arena, &relocs, &count, &error);
    ck_assert_msg(result == OBJ_OK, "%s", error.text);
    ck_assert_uint_eq(count, wanted);
    ck_assert_uint_eq(object->sections[section].reloc_count, wanted);
    return relocs;
}

START_TEST(header_and_extent)
{
    const struct macho_variant *v = &macho_variants[_i];
    struct macho_builder b = macho_build(v->wide, v->big, v->cputype);
    memset(b.bytes + b.size, '\n', 5); /* an archive's padding */
    b.size += 5;
    struct object object = macho_read_good(&b, &arena);
    ck_assert_int_eq(object.machine, v->machine);
    ck_assert_int_eq(macho_reader.machine(object.data), v->machine);
    ck_assert_int_eq(object.bits, v->wide ? 64 : 32);
    ck_assert_int_eq(object.big_endian, v->big);
    ck_assert_uint_eq(object.raw_machine, v->cputype);
    ck_assert_uint_eq(object.raw_subtype, 3);
    ck_assert_uint_eq(object.flags, 0x2000);
    ck_assert_uint_eq(object.extent, b.size - 5);
}
END_TEST

START_TEST(sections)
{
    const struct macho_variant *v = &macho_variants[_i];
    struct macho_builder b = macho_build(v->wide, v->big, v->cputype);
    struct object object = macho_read_good(&b, &arena);
    ck_assert_uint_eq(object.section_count, SECTION_COUNT);
    const struct obj_section *s = object.sections;
    ck_assert(span_is(s[TEXT].name, "__text") && span_is(s[TEXT].segment, "__TEXT"));
    ck_assert(span_is(s[TEXT].data, "sixteen of text."));
    ck_assert_int_eq(s[TEXT].kind, SECTION_CODE);
    ck_assert_uint_eq(s[TEXT].flags, 0x80000400);
    ck_assert_uint_eq(s[TEXT].align, 16);
    ck_assert(span_is(s[DATA].name, "__sixteen_bytes_"));
    ck_assert(span_is(s[DATA].data, "datadata"));
    ck_assert_int_eq(s[DATA].kind, SECTION_DATA);
    ck_assert_uint_eq(s[DATA].address, 16);
    ck_assert_int_eq(s[ZERO].kind, SECTION_ZERO);
    ck_assert_uint_eq(s[ZERO].size, 0x100000);
    ck_assert_uint_eq(s[ZERO].data.size, 0);
    ck_assert_uint_eq(s[STUBS].entry_size, 5);
    ck_assert_int_eq(s[STUBS].kind, SECTION_CODE);
}
END_TEST

static const struct {
    const char *segment, *name;
    uint32_t flags;
    enum obj_section_kind kind;
} kinds[] = {
    {"__LD", "__compact_unwind", 0x02000000, SECTION_UNWIND},
    {"__TEXT", "__eh_frame", 0x6800000b, SECTION_UNWIND},
    {"__TEXT", "__gcc_except_tab", 0, SECTION_UNWIND},
    {"__DWARF", "__debug_info", 0x02000000, SECTION_DEBUG},
    {"__DWARF", "__debug_gdb_scri", 0, SECTION_DEBUG},
    {"__LLVM", "__bitcode", 0, SECTION_BITCODE},
    {"__LLVM", "__cmdline", 0, SECTION_BITCODE},
    {"__LLVM", "__bundle", 0, SECTION_BITCODE},
    {"__LLVM", "__cg_profile", 0, SECTION_NOTE},
    {"__DATA", "__llvm_addrsig", 0, SECTION_NOTE},
    {"__TEXT", "__cstring", 2, SECTION_RODATA},
    {"__TEXT", "__const", 0, SECTION_RODATA},
    {"__DATA", "__const", 0, SECTION_DATA},
    {"__DATA", "__thread_vars", 0x13, SECTION_DATA},
    {"__DATA", "__thread_bss", 0x12, SECTION_ZERO},
    {"__DATA", "__huge", 0xc, SECTION_ZERO},
    {"__TEXT", "__StaticInit", 0x80000400, SECTION_CODE},
    {"__MINE", "__mine", 0, SECTION_OTHER},
};

START_TEST(section_kinds)
{
    struct macho_builder b = macho_build(true, false, ARM64);
    uint8_t *record = b.bytes + b.at[SECTION_1];
    memset(record, 0, 32);
    memcpy(record, kinds[_i].name, strlen(kinds[_i].name));
    memcpy(record + 16, kinds[_i].segment, strlen(kinds[_i].segment));
    macho_set32(&b, b.at[SECTION_1] + 64, kinds[_i].flags);
    struct object object = macho_read_good(&b, &arena);
    ck_assert_msg(object.sections[DATA].kind == kinds[_i].kind, "%s,%s is %d, not %d",
                  kinds[_i].segment, kinds[_i].name, object.sections[DATA].kind, kinds[_i].kind);
}
END_TEST

START_TEST(symbols)
{
    static const struct obj_symbol wanted[SYMBOL_COUNT] = {
        [LOCAL] = {.value = 4, .section = TEXT, .place = PLACE_SECTION, .type = 0x0e},
        [HIDDEN] = {.section = DATA, .place = PLACE_SECTION, .binding = BINDING_WEAK,
                    .visibility = VISIBILITY_HIDDEN, .indexed = true, .type = 0x1f,
                    .detail = 0x80},
        [UNDEF] = {.section = OBJ_NONE, .binding = BINDING_WEAK, .type = 1, .detail = 0x40},
        [COMMON] = {.section = OBJ_NONE, .binding = BINDING_GLOBAL, .place = PLACE_COMMON,
                    .value = 8, .size = 24, .indexed = true, .type = 1, .detail = 0x300},
        [ABSOLUTE] = {.section = OBJ_NONE, .binding = BINDING_GLOBAL, .place = PLACE_ABSOLUTE,
                      .value = 0x77, .indexed = true, .type = 3},
        [INDIRECT] = {.section = OBJ_NONE, .binding = BINDING_GLOBAL, .place = PLACE_INDIRECT,
                      .indexed = true, .type = 0xb},
        [STAB] = {.section = OBJ_NONE, .place = PLACE_ABSOLUTE, .value = 8, .label = true,
                  .type = 0x24},
        [NAMELESS] = {.section = ZERO, .place = PLACE_SECTION, .value = 0x100000, .type = 0x0e},
    };
    static const char *const names[SYMBOL_COUNT] = {
        "_local", "_hidden", "_undef", "_common", "_abs", "_indr", "stab", "",
    };
    struct macho_builder b = macho_build_variant(_i);
    struct object object = macho_read_good(&b, &arena);
    ck_assert_uint_eq(object.symbol_count, SYMBOL_COUNT);
    for (int i = 0; i < SYMBOL_COUNT; i++) {
        const struct obj_symbol *is = &object.symbols[i], *want = &wanted[i];
        ck_assert_msg(span_is(is->name, names[i]), "symbol %d", i);
        ck_assert_msg(is->value == want->value && is->size == want->size &&
                      is->section == want->section && is->type == want->type &&
                      is->detail == want->detail && is->alias == OBJ_NONE, "%s", names[i]);
        ck_assert_msg(is->binding == want->binding && is->place == want->place &&
                      is->visibility == want->visibility && is->indexed == want->indexed &&
                      is->label == want->label && !is->is_section, "%s", names[i]);
    }
}
END_TEST

START_TEST(extras_and_options)
{
    struct macho_builder b = macho_build(true, false, ARM64);
    macho_set32(&b, b.at[CODE_DATA] + 8, (uint32_t)b.size);
    macho_set32(&b, b.at[CODE_DATA] + 12, 8);
    macho_add_text(&b, "dataCODE", 8);
    struct object object = macho_read_good(&b, &arena);
    ck_assert_uint_eq(object.extent, b.size);
    ck_assert_uint_eq(object.linker_option_count, 1);
    ck_assert(span_equal(object.linker_options[0], span_make("\1\0\0\0-lz", 8)));
    ck_assert_uint_eq(object.extra_count, 4);
    ck_assert(span_equal(object.extras[0], span_make(b.bytes + b.at[BUILD], 24)));
    ck_assert(span_equal(object.extras[1], span_make("\x29\0\0", 4)));
    ck_assert(span_is(object.extras[2], "dataCODE"));
    ck_assert(span_is(object.extras[3], "_undef")); /* behind _indr */
}
END_TEST

/** A command that we do not know may point anywhere, so it makes all bytes count. */
START_TEST(unknown_command)
{
    struct macho_builder b = macho_build(true, false, ARM64);
    macho_set32(&b, b.at[CODE_DATA], 0x77);
    b.size += 3;
    struct object object = macho_read_good(&b, &arena);
    ck_assert_uint_eq(object.extent, b.size);
    ck_assert_uint_eq(object.extras[1].size, b.size);
}
END_TEST

START_TEST(plain_relocations)
{
    struct macho_builder b = macho_build_variant(_i);
    macho_set32(&b, b.at[SECTION_0] + (b.wide && b.big ? 36 : 32), 0x40); /* the text's address */
    struct object object = macho_read_good(&b, &arena);
    struct obj_reloc *r = read_relocs(&object, TEXT, 3);
    bool counts_from_pc = macho_variants[_i].machine == MACHINE_X86 ||
                          macho_variants[_i].machine == MACHINE_ARM ||
                          macho_variants[_i].machine == MACHINE_PPC;
    ck_assert_uint_eq(r[0].offset, 4);
    ck_assert_uint_eq(r[0].type, 2 | 1 << 8 | 2 << 9);
    ck_assert_uint_eq(r[0].symbol, UNDEF);
    ck_assert_uint_eq(r[0].section, OBJ_NONE);
    ck_assert_int_eq(r[0].addend, counts_from_pc ? 0x40 : 0);
    ck_assert_uint_eq(r[1].offset, 8);
    ck_assert_uint_eq(r[1].type, 2 << 9);
    ck_assert_uint_eq(r[1].symbol, OBJ_NONE);
    ck_assert_uint_eq(r[1].section, DATA);
    ck_assert_int_eq(r[1].addend, -16);
    ck_assert(r[2].symbol == OBJ_NONE && r[2].section == OBJ_NONE && r[2].addend == 0);
}
END_TEST

/** x86_64, local and pc-relative: equal bytes mean the same when both sections move together. */
START_TEST(local_pc_relative)
{
    struct macho_builder b = macho_build(true, false, X86_64);
    macho_set32(&b, b.at[SECTION_0] + 32, 0x40);
    macho_set32(&b, b.at[SECTION_1] + 32, 0x60);
    macho_set32(&b, b.at[RELOCS] + 4, (DATA + 1) | 1 << 24 | 2 << 25 | 1U << 28);
    struct object object = macho_read_good(&b, &arena);
    ck_assert_int_eq(read_relocs(&object, TEXT, 3)[0].addend, 0x40 - 0x60);
}
END_TEST

START_TEST(arm64_addend)
{
    struct macho_builder b = macho_build(true, false, ARM64);
    macho_set32(&b, b.at[RELOCS], 0x80000004); /* no scattered form here */
    macho_set32(&b, b.at[RELOCS] + 4, 0xfffffe | 2 << 25 | 10U << 28);
    struct object object = macho_read_good(&b, &arena);
    struct obj_reloc *r = read_relocs(&object, TEXT, 3);
    ck_assert_uint_eq(r[0].offset, 0x80000004);
    ck_assert_int_eq(r[0].addend, -2);
    ck_assert(r[0].symbol == OBJ_NONE && r[0].section == OBJ_NONE);
    macho_set32(&b, b.at[RELOCS] + 4, 0x7fffff | 2 << 25 | 10U << 28);
    object = macho_read_good(&b, &arena);
    ck_assert_int_eq(read_relocs(&object, TEXT, 3)[0].addend, 0x7fffff);
}
END_TEST

/** A scattered difference and its pair; an ordinary pair has no section, whatever it says. */
START_TEST(scattered_relocations)
{
    bool big = _i;
    struct macho_builder b = macho_build(false, big, big ? PPC : X86);
    macho_set32(&b, b.at[RELOCS], 0x80000000 | 2 << 28 | 2 << 24 | 0x123);
    macho_set32(&b, b.at[RELOCS] + 4, 20); /* in the data */
    macho_set32(&b, b.at[RELOCS] + 8, 0x80000000 | 1 << 30 | 2 << 28 | 1 << 24);
    macho_set32(&b, b.at[RELOCS] + 12, 0x101000); /* the end of .bss */
    macho_set32(&b, b.at[RELOCS] + 20,
                big ? 0xffffff00 | 2 << 5 | 1 : 0xffffff | 2 << 25 | 1 << 28);
    struct object object = macho_read_good(&b, &arena);
    struct obj_reloc *r = read_relocs(&object, TEXT, 3);
    ck_assert_uint_eq(r[0].offset, 0x123);
    ck_assert_uint_eq(r[0].type, 2 | 2 << 9 | 1 << 11);
    ck_assert_uint_eq(r[0].symbol, OBJ_NONE);
    ck_assert_uint_eq(r[0].section, DATA);
    ck_assert_int_eq(r[0].addend, INT64_C(4) << 32 | 20);
    ck_assert_uint_eq(r[1].offset, 0);
    ck_assert_uint_eq(r[1].type, 1 | 1 << 8 | 2 << 9 | 1 << 11);
    ck_assert_uint_eq(r[1].section, ZERO);
    ck_assert_int_eq(r[1].addend, INT64_C(0x100000) << 32 | 0x101000);
    ck_assert(r[2].symbol == OBJ_NONE && r[2].section == OBJ_NONE);
    macho_set32(&b, b.at[RELOCS] + 4, 0x900); /* in no section */
    object = macho_read_good(&b, &arena);
    ck_assert_uint_eq(read_relocs(&object, TEXT, 3)[0].section, OBJ_NONE);
}
END_TEST

START_TEST(indirect_symbols)
{
    struct macho_builder b = macho_build_variant(_i);
    struct object object = macho_read_good(&b, &arena);
    struct obj_reloc *r = read_relocs(&object, STUBS, 2);
    ck_assert(r[0].offset == 0 && r[0].symbol == UNDEF && r[0].type == 1 << 12);
    ck_assert(r[1].offset == 5 && r[1].symbol == OBJ_NONE && r[1].addend == 0x80000000);
    macho_set32(&b, b.at[INDIRECTS] + 4, SYMBOL_COUNT);
    object = macho_read_good(&b, &arena);
    struct error error = {0};
    size_t count;
    ck_assert_int_eq(macho_reader.relocs(&object, STUBS, &arena, &r, &count, &error), OBJ_BROKEN);
    char wanted[80];
    snprintf(wanted, sizeof wanted,
             "offset %#zx: section 3: indirect symbol 0: symbol 8, but there are 8",
             b.at[INDIRECTS] + 4);
    ck_assert_str_eq(error.text, wanted);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof *(table)))

Suite *macho_suite(void)
{
    Suite *suite = suite_create("macho");
    TCase *tcase = tcase_create("macho");
    tcase_add_checked_fixture(tcase, NULL, forget);
    tcase_add_loop_test(tcase, header_and_extent, 0, MACHO_VARIANTS);
    tcase_add_loop_test(tcase, sections, 0, MACHO_VARIANTS);
    tcase_add_loop_test(tcase, section_kinds, 0, COUNT(kinds));
    tcase_add_loop_test(tcase, symbols, 0, MACHO_VARIANTS);
    tcase_add_test(tcase, extras_and_options);
    tcase_add_test(tcase, unknown_command);
    tcase_add_loop_test(tcase, plain_relocations, 0, MACHO_VARIANTS);
    tcase_add_test(tcase, local_pc_relative);
    tcase_add_test(tcase, arm64_addend);
    tcase_add_loop_test(tcase, scattered_relocations, 0, 2);
    tcase_add_loop_test(tcase, indirect_symbols, 0, MACHO_VARIANTS);
    suite_add_tcase(suite, tcase);
    return suite;
}
