/* SPDX-License-Identifier: MIT */
/** Errors: the first one stays, what is known is put before it, and no text is too long. */
#include "base/error.h"

#include <errno.h>
#include <string.h>

#include "suites.h"

START_TEST(first_stays)
{
    struct error error = {0};
    ck_assert(!error_set(&error, "offset 0x%x: bad", 26u));
    ck_assert(!error_set_kind(&error, ERROR_PROOF, "another"));
    ck_assert(!error_memory(&error));
    ck_assert_int_eq(error.kind, ERROR_INPUT);
    ck_assert(!error.memory); /* the first failure is another one */
    ck_assert_str_eq(error.text, "offset 0x1a: bad");
}
END_TEST

START_TEST(kinds)
{
    struct error error = {0};
    ck_assert(!error_set_kind(&error, ERROR_USAGE, "%s", "what?"));
    ck_assert_int_eq(error.kind, ERROR_USAGE);
    error = (struct error){0};
    ck_assert(!error_memory(&error));
    ck_assert_str_eq(error.text, "out of memory");
    ck_assert(error.memory);
    error = (struct error){0};
    ck_assert(!error_set_errno(&error, ENOENT, "%s", "x.a"));
    ck_assert_str_eq(error.text, "x.a: No such file or directory");
    ck_assert_int_eq(error.kind, ERROR_INPUT);
}
END_TEST

START_TEST(internal)
{
    struct error error = {0};
    ck_assert(!error_internal(&error, "%d bytes are lost", 3));
    ck_assert_int_eq(error.kind, ERROR_INTERNAL);
    ck_assert_str_eq(error.text,
                     "internal error: 3 bytes are lost; this is a mistake in armeld: please report "
                     "this message and what armeld --version prints");
}
END_TEST

START_TEST(prefixes)
{
    struct error error = {0};
    error_set(&error, "offset 0x8: bad");
    ck_assert(!error_prefix(&error, "%s(%s): ", "liba.a", "b.o"));
    ck_assert_str_eq(error.text, "liba.a(b.o): offset 0x8: bad");
    ck_assert(!error_prefix(&error, "%s", "x/"));
    ck_assert_str_eq(error.text, "x/liba.a(b.o): offset 0x8: bad");
}
END_TEST

START_TEST(too_long)
{
    struct error error = {0};
    error_set(&error, "%2000s", "end");
    ck_assert_uint_eq(strlen(error.text), sizeof error.text - 1);
    error_prefix(&error, "%s", "start");
    ck_assert_uint_eq(strlen(error.text), sizeof error.text - 1);
    ck_assert_int_eq(strncmp(error.text, "start ", 6), 0);
    error_prefix(&error, "%2000s", "x");
    ck_assert_uint_eq(strlen(error.text), sizeof error.text - 1);
    error = (struct error){0};
    error_set_errno(&error, ENOENT, "%2000s", "x");
    ck_assert_uint_eq(strlen(error.text), sizeof error.text - 1);
}
END_TEST

START_TEST(short_memory_passes_for_nothing)
{
    struct error error = {0};
    struct error missing = {0};
    struct error memory = {0};
    struct error mapping = {0};
    error_set_errno(&missing, ENOENT, "a");
    ck_assert(error_passes(&missing, &error));
    ck_assert_int_eq(error.kind, ERROR_NONE);
    error_set_errno(&mapping, ENOMEM, "a");
    error_memory(&memory);
    ck_assert(!error_passes(&memory, &error));
    ck_assert_str_eq(error.text, "out of memory");
    error = (struct error){0};
    ck_assert(!error_passes(&mapping, &error));
    ck_assert(error.memory);
}
END_TEST

Suite *error_suite(void)
{
    Suite *suite = suite_create("error");
    TCase *tcase = tcase_create("error");
    tcase_add_test(tcase, first_stays);
    tcase_add_test(tcase, kinds);
    tcase_add_test(tcase, internal);
    tcase_add_test(tcase, prefixes);
    tcase_add_test(tcase, too_long);
    tcase_add_test(tcase, short_memory_passes_for_nothing);
    suite_add_tcase(suite, tcase);
    return suite;
}
