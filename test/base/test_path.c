/* SPDX-License-Identifier: MIT */
/** Paths as text. */
#include <check.h>

#include "base/path.h"
#include "suites.h"

static const struct {
    const char *path;
    const char *clean;
    const char *directory;
    const char *base;
} rows[] = {
    {"a", "a", ".", "a"},
    {"/", "/", "/", ""},
    {"/a", "/a", "/", "a"},
    {"a/b", "a/b", "a", "b"},
    {"/a/./b//c/", "/a/b/c", "/a/./b//c", ""},
    {"/a/../b", "/b", "/a/..", "b"},
    {"/../a", "/a", "/..", "a"},
    {"../a", "../a", "..", "a"},
    {"../../a/..", "../..", "../../a", ".."},
    {"a/..", ".", "a", ".."},
    {"./.", ".", ".", "."},
    {"a/b/../../..", "..", "a/b/../..", ".."},
    {"/usr/lib/gstreamer-1.0/../libw.la", "/usr/lib/libw.la", "/usr/lib/gstreamer-1.0/..",
     "libw.la"},
};

START_TEST(parts)
{
    struct arena arena = {0};
    ck_assert_str_eq(path_clean(rows[_i].path, &arena), rows[_i].clean);
    ck_assert_str_eq(path_directory(rows[_i].path, &arena), rows[_i].directory);
    ck_assert_str_eq(path_base(rows[_i].path), rows[_i].base);
    arena_free(&arena);
}
END_TEST

#ifndef _WIN32
START_TEST(quoted)
{
    struct arena arena = {0};
    ck_assert_str_eq(path_quoted("a/", "b-1.2_c.a", &arena), "a/b-1.2_c.a");
    ck_assert_str_eq(path_quoted("", "a b", &arena), "'a b'");
    ck_assert_str_eq(path_quoted("it's ", "$mine", &arena), "'it'\\''s $mine'");
    ck_assert_str_eq(path_quoted("", "", &arena), "''");
    arena_free(&arena);
}
END_TEST
#endif

START_TEST(ways)
{
    struct arena arena = {0};
    ck_assert_str_eq(path_relative("/a/b/w", "/a/b/x", &arena), "x");
    ck_assert_str_eq(path_relative("/a/b/w", "/a/c/x", &arena), "../c/x");
    ck_assert_str_eq(path_relative("/a/b/w", "/x", &arena), "../../x");
    ck_assert_str_eq(path_relative("/w", "/a/x", &arena), "a/x");
    ck_assert_str_eq(path_relative("/ab/w", "/a/x", &arena), "../a/x");
    ck_assert_str_eq(path_join("a", "b", &arena), "a/b");
    ck_assert_str_eq(path_join("a/", "b", &arena), "a/b");
    ck_assert_str_eq(path_join(".", "b", &arena), "b");
    ck_assert_str_eq(path_join("a", "/b", &arena), "/b");
    ck_assert(path_same_directory("a/b", "a/c") && path_same_directory("b", "c"));
    ck_assert(!path_same_directory("a/b", "ab/c") && !path_same_directory("a/b", "b"));
    arena_free(&arena);
}
END_TEST

Suite *path_suite(void)
{
    Suite *suite = suite_create("path");
    TCase *tcase = tcase_create("path");
    tcase_add_loop_test(tcase, parts, 0, sizeof rows / sizeof *rows);
#ifndef _WIN32
    tcase_add_test(tcase, quoted);
#endif
    tcase_add_test(tcase, ways);
    suite_add_tcase(suite, tcase);
    return suite;
}
