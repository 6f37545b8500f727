/* SPDX-License-Identifier: MIT */
/** The symbols of shared libraries. */
#include <check.h>
#include <stdlib.h>

#include "obj/dynamic.h"
#include "suites.h"

enum { SYMBOLS_AT = 64, STRINGS_AT = SYMBOLS_AT + 5 * 24, HEADERS_AT = STRINGS_AT + 24,
       SIZE = HEADERS_AT + 3 * 64 };

static void put_section(uint8_t *header, uint32_t type, uint64_t offset, uint64_t size,
                        uint32_t link)
{
    put_le32(header + 4, type);
    put_le64(header + 24, offset);
    put_le64(header + 32, size);
    put_le32(header + 40, link);
}

static void put_symbol(uint8_t *symbol, uint32_t name, uint8_t info, uint16_t section)
{
    put_le32(symbol, name);
    symbol[4] = info;
    put_le16(symbol + 6, section);
}

/** ELF of 64 bits for x86_64: defines "one" and weakly "two", needs "three", has a local "four". */
static void build(uint8_t file[SIZE])
{
    memset(file, 0, SIZE);
    memcpy(file, "\x7f""ELF\2\1\1", 7);
    put_le16(file + 16, 3);
    put_le16(file + 18, 62);
    put_le32(file + 20, 1);
    put_le64(file + 40, HEADERS_AT);
    put_le16(file + 52, 64);
    put_le16(file + 58, 64);
    put_le16(file + 60, 3);
    memcpy(file + STRINGS_AT, "\0one\0two\0three\0four", 20);
    put_symbol(file + SYMBOLS_AT + 24, 1, 0x12, 1);
    put_symbol(file + SYMBOLS_AT + 48, 5, 0x22, 1);
    put_symbol(file + SYMBOLS_AT + 72, 9, 0x12, 0);
    put_symbol(file + SYMBOLS_AT + 96, 15, 0x02, 1);
    put_section(file + HEADERS_AT + 64, 11, SYMBOLS_AT, STRINGS_AT - SYMBOLS_AT, 2);
    put_section(file + HEADERS_AT + 128, 3, STRINGS_AT, 20, 0);
}

START_TEST(lists_definitions)
{
    uint8_t file[SIZE];
    struct arena arena = {0};
    struct error error = {0};
    struct dynamic dynamic;
    build(file);
    ck_assert_int_eq(dynamic_read(span_make(file, SIZE), &arena, &dynamic, &error), OBJ_OK);
    ck_assert_int_eq(dynamic.machine, MACHINE_X86_64);
    ck_assert_uint_eq(dynamic.bits, 64);
    ck_assert_uint_eq(dynamic.count, 2);
    ck_assert(span_is(dynamic.symbols[0], "one"));
    ck_assert(span_is(dynamic.symbols[1], "two"));
    arena_free(&arena);
}
END_TEST

START_TEST(refuses_others)
{
    uint8_t file[SIZE];
    struct arena arena = {0};
    struct error error = {0};
    struct dynamic dynamic;
    struct span script = span_of("/* GNU ld script */ INPUT(libm.so.6) and then some more text");
    ck_assert_int_eq(dynamic_read(script, &arena, &dynamic, &error), OBJ_NOT_MINE);
    build(file);
    put_le16(file + 16, 1); /* ET_REL */
    ck_assert_int_eq(dynamic_read(span_make(file, SIZE), &arena, &dynamic, &error), OBJ_NOT_MINE);
    build(file);
    put_le32(file + HEADERS_AT + 68, 3); /* no dynamic symbols */
    ck_assert_int_eq(dynamic_read(span_make(file, SIZE), &arena, &dynamic, &error), OBJ_NOT_MINE);
    build(file);
    put_le64(file + HEADERS_AT + 64 + 24, SIZE);
    ck_assert_int_eq(dynamic_read(span_make(file, SIZE), &arena, &dynamic, &error), OBJ_BROKEN);
    arena_free(&arena);
}
END_TEST

/** Read the first @size bytes, which end where the memory does. */
static void read_start(const uint8_t *file, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    struct arena arena = {0};
    struct error error = {0};
    struct dynamic dynamic;
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, file, size);
    dynamic_read(span_make(copy, size), &arena, &dynamic, &error);
    arena_free(&arena);
    free(copy);
}

/** Whatever a byte is, and wherever the file ends, nothing is read outside. */
START_TEST(survives_anything)
{
    for (size_t at = 0; at < SIZE; at++) {
        for (unsigned value = 0; value < 256; value += 51) {
            uint8_t file[SIZE];
            build(file);
            file[at] = (uint8_t)value;
            read_start(file, SIZE);
            read_start(file, at);
        }
    }
}
END_TEST

Suite *dynamic_suite(void)
{
    Suite *suite = suite_create("dynamic");
    TCase *tcase = tcase_create("dynamic");
    tcase_add_test(tcase, lists_definitions);
    tcase_add_test(tcase, refuses_others);
    tcase_add_test(tcase, survives_anything);
    suite_add_tcase(suite, tcase);
    return suite;
}
