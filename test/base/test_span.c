/* SPDX-License-Identifier: MIT */
/** Checked bytes: nothing outside, no sum that overflows. */
#include "base/span.h"

#include "suites.h"

static const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 0x88};

START_TEST(parts)
{
    static const struct {
        uint64_t offset;
        uint64_t length;
        bool inside;
    } rows[] = {
        {0, 8, true},  {0, 0, true},           {8, 0, true},           {3, 5, true},
        {0, 9, false}, {8, 1, false},          {9, 0, false},          {3, 6, false},
        {4, UINT64_MAX - 3, false},            {UINT64_MAX, 1, false},
        {UINT64_MAX, UINT64_MAX, false},
    };
    struct span whole = span_make(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct span part = {0};
        ck_assert_msg(span_sub(whole, rows[i].offset, rows[i].length, &part) == rows[i].inside,
                      "row %zu", i);
        if (rows[i].inside) {
            ck_assert_ptr_eq(part.data, bytes + rows[i].offset);
            ck_assert_uint_eq(part.size, rows[i].length);
        }
    }
    ck_assert_uint_eq(span_from(whole, 5).size, 3);
    ck_assert_uint_eq(span_from(whole, 8).size, 0);
    ck_assert_uint_eq(span_from(whole, UINT64_MAX).size, 0);
}
END_TEST

START_TEST(nothing)
{
    struct span none = {0};
    struct span part;
    ck_assert(span_sub(none, 0, 0, &part));
    ck_assert_ptr_null(part.data);
    ck_assert(!span_sub(none, 0, 1, &part));
    ck_assert(!span_cstr(none, 0, &part));
    ck_assert(span_equal(none, span_of("")));
    ck_assert(span_is(none, ""));
    ck_assert(!span_starts(none, "a"));
    ck_assert(!span_ends(none, "a"));
    ck_assert_int_eq(span_compare(none, span_of("")), 0);
    ck_assert_int_lt(span_compare(none, span_of("a")), 0);
}
END_TEST

START_TEST(strings)
{
    struct span text = span_make("ab\0c", 4);
    struct span found;
    ck_assert(span_cstr(text, 0, &found) && span_is(found, "ab"));
    ck_assert(span_cstr(text, 2, &found) && found.size == 0);
    ck_assert(!span_cstr(text, 3, &found)); /* no NUL behind "c" */
    ck_assert(!span_cstr(text, 4, &found));
    ck_assert(!span_cstr(text, UINT64_MAX, &found));
    ck_assert(span_starts(span_of("abc"), "ab") && !span_starts(span_of("a"), "ab"));
    ck_assert(span_ends(span_of("abc"), "bc") && !span_ends(span_of("c"), "bc"));
    ck_assert(!span_is(span_of("abc"), "ab") && !span_is(span_of("ab"), "abc"));
}
END_TEST

/** Unsigned bytes first, then the shorter one: as the second COFF linker member is sorted. */
START_TEST(order)
{
    static const char *const sorted[] = {"",   "A", "AA",   "_",    "a",
                                         "ab", "b", "\x7f", "\x80", "\xff"};
    for (size_t i = 0; i < sizeof sorted / sizeof *sorted; i++) {
        for (size_t j = 0; j < sizeof sorted / sizeof *sorted; j++) {
            int found = span_compare(span_of(sorted[i]), span_of(sorted[j]));
            ck_assert_int_eq((found > 0) - (found < 0), (i > j) - (i < j));
        }
    }
}
END_TEST

START_TEST(numbers)
{
    uint8_t out[8];
    ck_assert_uint_eq(get_le16(bytes), 0x0201);
    ck_assert_uint_eq(get_be16(bytes), 0x0102);
    ck_assert_uint_eq(get_le32(bytes), 0x04030201);
    ck_assert_uint_eq(get_be32(bytes + 4), 0x05060788);
    ck_assert_uint_eq(get_le64(bytes), 0x8807060504030201);
    ck_assert_uint_eq(get_be64(bytes), 0x0102030405060788);
    ck_assert_uint_eq(get_16(bytes, true), get_be16(bytes));
    ck_assert_uint_eq(get_32(bytes, false), get_le32(bytes));
    ck_assert_uint_eq(get_64(bytes, true), get_be64(bytes));
    put_le16(out, get_le16(bytes));
    ck_assert_mem_eq(out, bytes, 2);
    put_le32(out, get_le32(bytes));
    ck_assert_mem_eq(out, bytes, 4);
    put_le64(out, get_le64(bytes));
    ck_assert_mem_eq(out, bytes, 8);
    put_be32(out, get_be32(bytes + 4));
    ck_assert_mem_eq(out, bytes + 4, 4);
    put_be64(out, get_be64(bytes));
    ck_assert_mem_eq(out, bytes, 8);
}
END_TEST

START_TEST(rounding)
{
    ck_assert_uint_eq(round_up(0, 8), 0);
    ck_assert_uint_eq(round_up(1, 8), 8);
    ck_assert_uint_eq(round_up(8, 8), 8);
    ck_assert_uint_eq(round_up(9, 2), 10);
    ck_assert_uint_eq(round_up(((uint64_t)1 << 32) + 1, 16), ((uint64_t)1 << 32) + 16);
}
END_TEST

Suite *span_suite(void)
{
    Suite *suite = suite_create("span");
    TCase *tcase = tcase_create("span");
    tcase_add_test(tcase, parts);
    tcase_add_test(tcase, nothing);
    tcase_add_test(tcase, strings);
    tcase_add_test(tcase, order);
    tcase_add_test(tcase, numbers);
    tcase_add_test(tcase, rounding);
    suite_add_tcase(suite, tcase);
    return suite;
}
