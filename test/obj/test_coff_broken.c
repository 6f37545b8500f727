/* SPDX-License-Identifier: MIT */
/** What the COFF reader refuses, and what it says of it. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "coff_builder.h"
#include "obj/reader.h"

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

START_TEST(bad_relocations_are_told)
{
    struct object object = read_ok(coff_build(&builder, false));
    uint8_t *reloc = builder.bytes + object.sections[0].reloc_offset;
    put_le32(reloc, 16);
    relocs_break(&object, 0, "offset 0x1b4: section 1: relocation for address 0x10 outside the "
                             "section (0x10 bytes at 0)");
    put_le32(reloc, 4);
    put_le32(reloc + 4, RAW_COUNT);
    relocs_break(&object, 0, "offset 0x1b4: section 1: relocation for symbol 28, but there are 28 "
                             "(or it is auxiliary)");
    put_le32(reloc + 4, 1);
    relocs_break(&object, 0, "offset 0x1b4: section 1: relocation for symbol 1, but there are 28 "
                             "(or it is auxiliary)");
    builder.bytes[object.sections[9].data.data - builder.bytes] = RAW_COUNT;
    relocs_break(&object, 9, "section 10: symbol list: symbol 28 at 0, but there are 28");
    builder.bytes[object.sections[8].data.data + 2 - builder.bytes] = 0x80;
    relocs_break(&object, 8, "section 9: symbol list: bad ULEB128 number at 0x1");
}
END_TEST

START_TEST(bad_records_of_symbols_are_told)
{
    coff_begin(&builder, false, ARM64EC, 2);
    coff_add_section(&builder, ".hybmp$x", INFO, "\0\0\0\0\5\0\0\0\0\0\0\0", 12);
    coff_add_section(&builder, ".hybmp$x", INFO, "1234", 4);
    coff_add_symbol(&builder, "a", 0, 0, 0, EXTERNAL, 0);
    struct object object = read_ok(coff_finish(&builder));
    relocs_break(&object, 0, "section 1: symbol list: symbol 5 at 0x4, but there are 1");
    relocs_break(&object, 1, "section 2: symbol list: size 0x4 is no multiple of 12");
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
    coff_begin(&builder, false, X86_64, 1);
    coff_add_section(&builder, bad[_i].name, CODE, "x", 1);
    coff_add_string(&builder, "abc");
    struct span data = coff_finish(&builder);
    builder.bytes[data.size - 1] = 'd';
    snprintf(text, sizeof text, "offset 0x14: section header 1: %s", bad[_i].text);
    breaks(data, text);
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
    {HEADER, 0, 12, 4, 0x1000,
     "offset 0x1f0: symbol table: size 0x12000 exceeds the member (0x426)"},
    {HEADER, 0, 12, 4, 0xffffffff,
     "offset 0x1f0: symbol table: size 0x11ffffffee exceeds the member (0x426)"},
    {HEADER, 0, 8, 4, 0, "symbol table: 28 symbols at offset 0"},
    {HEADER, 0, 8, 4, 0x22c, "offset 0x424: string table: 2 bytes, at least 4 needed"},
    {STRINGS, 0, 0, 4, 0x3f, "offset 0x3e8: string table: size 0x3f exceeds the member (0x426)"},
    {SECTION, 1, 16, 4, 0x9000,
     "offset 0x14: section header 1: contents of 0x9000 bytes at 0x1a4 exceed the member (0x426)"},
    {SECTION, 2, 20, 4, 0xfffffff0,
     "offset 0x3c: section header 2: contents of 0x8 bytes at 0xfffffff0 exceed the member "
     "(0x426)"},
    {SECTION, 1, 24, 4, 0x413,
     "offset 0x14: section header 1: 2 relocations at 0x413 exceed the member (0x426)"},
    {SECTION, 1, 32, 2, 0xffff,
     "offset 0x14: section header 1: 65535 relocations at 0x1b4 exceed the member (0x426)"},
    {SECTION, 7, 34, 2, 1000,
     "offset 0x104: section header 7: line numbers of 0x1770 bytes at 0 exceed the member (0x426)"},
    {SECTION, 10, 32, 2, 1,
     "offset 0x17c: section header 10: 1 relocations, but it lists symbol numbers"},
    {SYMBOL, RAW_COUNT - 1, 17, 1, 1,
     "offset 0x3d6: symbol 27: 1 auxiliary records exceed the table (28)"},
    {SYMBOL, 0, 17, 1, 255, "offset 0x1f0: symbol 0: 255 auxiliary records exceed the table (28)"},
    {SYMBOL, RAW_MAIN, 12, 2, 11, "offset 0x238: symbol 4: section number 11, but there are 10"},
    {SYMBOL, RAW_MAIN, 12, 2, 0xfffd,
     "offset 0x238: symbol 4: section number -3, but there are 10"},
    {SYMBOL, RAW_LEADER, 4, 4, 0x1000,
     "offset 0x26e: symbol 7: name at 0x1000 lies outside the string table (0x3e)"},
    {SYMBOL, RAW_LEADER, 4, 4, 2,
     "offset 0x26e: symbol 7: name at 0x2 lies outside the string table (0x3e)"},
    {SYMBOL, 18, 17, 1, 0,
     "offset 0x334: symbol 18: weak external with 0 auxiliary records, 1 expected"},
    {AUX, 18, 0, 4, RAW_COUNT,
     "offset 0x334: symbol 18: weak external for symbol 28, but there are 28 (or it is auxiliary)"},
    {AUX, 18, 0, 4, 3,
     "offset 0x334: symbol 18: weak external for symbol 3, but there are 28 (or it is auxiliary)"},
    {AUX, 5, 14, 1, 8, "offset 0x24a: symbol 5: COMDAT selection 8, at most 7 allowed"},
    {AUX, 9, 12, 2, 0, "offset 0x292: symbol 9: associated with section 0, but there are 10"},
    {AUX, 9, 12, 2, 11, "offset 0x292: symbol 9: associated with section 11, but there are 10"},
    {AUX, 9, 12, 2, 5, "section header 5: its associations come back to section 5"},
    {AUX, 11, 12, 2, 5, "section header 5: its associations come back to section 5"},
};
enum { BROKEN_FIELDS = sizeof broken_fields / sizeof *broken_fields };

START_TEST(broken_fields_are_told)
{
    struct span data = coff_build(&builder, false);
    size_t at = broken_fields[_i].field;
    uint32_t number = broken_fields[_i].number;
    switch (broken_fields[_i].where) {
    case HEADER: break;
    case SECTION: at += coff_section_at(&builder, number); break;
    case SYMBOL: at += coff_symbol_at(&builder, number); break;
    case AUX: at += coff_symbol_at(&builder, number + 1); break;
    case STRINGS: at += coff_symbol_at(&builder, RAW_COUNT); break;
    }
    for (uint32_t i = 0; i < broken_fields[_i].width; i++) {
        builder.bytes[at + i] = (uint8_t)(broken_fields[_i].value >> 8 * i);
    }
    breaks(data, broken_fields[_i].text);
}
END_TEST

START_TEST(broken_bigobj_is_told)
{
    struct span data = coff_build(&builder, true);
    breaks(span_make(builder.bytes, 40), "bigobj header: size 0x28, 0x38 needed");
    put_le32(builder.bytes + 44, 0x10000000);
    breaks(data, "offset 0x38: section headers: size 0x280000000 exceeds the member (0x482)");
    put_le32(builder.bytes + 44, 10);
    put_le16(builder.bytes + 4, 1);
    breaks(data, "offset 0x4: bigobj header: version 1, at least 2 needed");
    put_le16(builder.bytes + 4, 2);
    put_le16(builder.bytes + 6, 0x1234);
    breaks(data, "offset 0x6: bigobj header: unknown machine 0x1234");
    put_le16(builder.bytes + 6, X86_64);
    put_le32(builder.bytes + coff_symbol_at(&builder, RAW_MAIN) + 12, 0x10001);
    breaks(data, "offset 0x264: symbol 4: section number 65537, but there are 10");
}
END_TEST

START_TEST(broken_relocation_count_is_told)
{
    struct span data = coff_build(&builder, false);
    uint8_t *header = builder.bytes + coff_section_at(&builder, 1);
    put_le32(header + 36, CODE | NRELOC_OVFL);
    put_le16(header + 32, 0xffff);
    uint32_t at = get_le32(header + 24);
    put_le32(builder.bytes + at, 0);
    breaks(data, "offset 0x14: section header 1: 0 relocations at 0x1b4, at least 1 expected");
    put_le32(builder.bytes + at, 0xffffffff);
    breaks(data, "offset 0x14: section header 1: 4294967294 relocations at 0x1be exceed the "
                 "member (0x426)");
    put_le32(header + 24, (uint32_t)data.size - 9);
    breaks(data, "offset 0x14: section header 1: first relocation at 0x41d exceeds the member "
                 "(0x426)");
}
END_TEST

/** Parts that overlap must not multiply the work. */
START_TEST(endless_claims_are_refused)
{
    coff_begin(&builder, false, X86_64, 8);
    for (int i = 0; i < 8; i++) {
        coff_add_section(&builder, ".data", DATA_FLAGS, "x", 1);
    }
    struct span data = coff_finish(&builder);
    for (size_t i = 1; i <= 8; i++) {
        put_le32(builder.bytes + coff_section_at(&builder, i) + 16, 300);
        put_le32(builder.bytes + coff_section_at(&builder, i) + 20, 20);
    }
    breaks(data, "offset 0xb4: section header 5: with size 0x12c, the sections exceed 4 times the "
                 "member (0x160)");
    for (size_t i = 1; i <= 8; i++) {
        put_le32(builder.bytes + coff_section_at(&builder, i) + 16, 1);
        put_le32(builder.bytes + coff_section_at(&builder, i) + 24, 20);
        put_le16(builder.bytes + coff_section_at(&builder, i) + 32, 30);
    }
    breaks(data, "offset 0xb4: section header 5: with 30 relocations, all of them exceed 4 times "
                 "the member (0x160)");
}
END_TEST

START_TEST(endless_names_are_refused)
{
    enum { COUNT = 200, LENGTH = 3000 };
    static char name[LENGTH + 1];
    coff_begin(&builder, false, X86_64, 0);
    memset(name, 'n', LENGTH);
    coff_add_string(&builder, name);
    for (int i = 0; i < COUNT; i++) {
        uint32_t raw = coff_add_symbol(&builder, "", 0, 0, 0, EXTERNAL, 0);
        put_le32(builder.symbols + raw * 18 + 4, 4);
    }
    breaks(coff_finish(&builder), "offset 0x9fe: symbol 141: with its name, all names exceed 64 "
                                  "times the member (0x19e1)");
}
END_TEST

/** Whatever is changed, reading ends, and stays inside (run with the sanitizers). */
START_TEST(any_change_is_survived)
{
    uint32_t state = 1;
    struct span data = coff_build(&builder, _i);
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
        if (object_read(span_make(copy, size), &arena, &object, &error) == OBJ_OK) {
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

TCase *coff_broken_case(void)
{
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
    return bad;
}
