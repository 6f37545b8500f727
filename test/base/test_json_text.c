/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json_text.h"
#include "suites.h"

/** Every size of text around the sizes at which memory grows. */
START_TEST(as_jansson_prints)
{
    for (int size = 0; size < 5000; size += size % 1000 < 980 ? 7 : 1) {
        char key[24];
        snprintf(key, sizeof key, "%*d", 1 + size % 20, size);
        json_t *value = json_pack("{s:[i, s, n], s:f}", key, size, key, "x", 0.5);
        json_t *list = json_array();
        for (int i = 0; i < size; i += 100) {
            json_array_append(list, value);
        }
        json_t *text = json_stringn("", 0);
        char *long_text = calloc(1, (size_t)size + 1);
        memset(long_text, 'y', (size_t)size);
        json_string_set(text, long_text);
        json_array_append_new(list, text);
        char *expected = json_dumps(list, JSON_INDENT(1));
        char *found = json_text(list, JSON_INDENT(1));
        ck_assert_str_eq(found, expected);
        free(found);
        free(expected);
        free(long_text);
        json_decref(value);
        json_decref(list);
    }
}
END_TEST

START_TEST(nothing_of_no_value)
{
    ck_assert_ptr_null(json_text(NULL, 0));
}
END_TEST

Suite *json_text_suite(void)
{
    Suite *suite = suite_create("json_text");
    TCase *tcase = tcase_create("json_text");
    tcase_add_test(tcase, as_jansson_prints);
    tcase_add_test(tcase, nothing_of_no_value);
    suite_add_tcase(suite, tcase);
    return suite;
}
