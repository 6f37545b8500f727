/* SPDX-License-Identifier: MIT */
/** The hash table: everything that was put in is found, nothing else is, also when hashes agree. */
#include "base/table.h"

#include "suites.h"

enum { COUNT = 100000 };

/** The key of value N is 3 N. */
static bool same_key(const void *context, uint32_t value, const void *key)
{
    (void)context;
    return 3 * value == *(const uint32_t *)key;
}

static uint64_t hash_of(uint32_t key, bool poor)
{
    return poor ? key % 7 : table_hash(span_make(&key, sizeof key), 0);
}

static void check_table(uint32_t count, bool poor)
{
    struct table table = {0};
    uint32_t key = 0;
    ck_assert_uint_eq(table_find(&table, hash_of(0, poor), same_key, NULL, &key), TABLE_NONE);
    for (uint32_t i = 0; i < count; i++) {
        ck_assert(table_add(&table, hash_of(3 * i, poor), i));
    }
    ck_assert_uint_eq(table.count, count);
    ck_assert_uint_ge(table.capacity, 2 * table.count);
    for (key = 0; key < 3 * count; key++) {
        uint32_t expected = key % 3 ? TABLE_NONE : key / 3;
        ck_assert_uint_eq(table_find(&table, hash_of(key, poor), same_key, NULL, &key), expected);
    }
    table_free(&table);
    ck_assert_uint_eq(table.count, 0);
    table_free(&table);
}

START_TEST(many)
{
    check_table(COUNT, false);
}
END_TEST

START_TEST(colliding)
{
    check_table(500, true);
}
END_TEST

START_TEST(hash)
{
    ck_assert_uint_eq(table_hash(span_of("abc"), 0), table_hash(span_of("abc"), 0));
    ck_assert_uint_ne(table_hash(span_of("abc"), 0), table_hash(span_of("abd"), 0));
    ck_assert_uint_ne(table_hash(span_of("abc"), 0), table_hash(span_of("abc"), 1));
    ck_assert_uint_eq(table_hash((struct span){0}, 0), table_hash(span_of(""), 0));
}
END_TEST

Suite *table_suite(void)
{
    Suite *suite = suite_create("table");
    TCase *tcase = tcase_create("table");
    tcase_add_test(tcase, many);
    tcase_add_test(tcase, colliding);
    tcase_add_test(tcase, hash);
    suite_add_tcase(suite, tcase);
    return suite;
}
