/* SPDX-License-Identifier: MIT */
/** Globs, compared with fnmatch(3). */
#include <check.h>
#include <fnmatch.h>
#include <stdint.h>

#include "base/glob.h"
#include "suites.h"

static const char *const globs[] = {
    "", "*", "?", "a", "a*", "*a", "*a*", "a?c", "a*c*e", "**", "[abc]", "[!a]", "[a-c]", "[^a]",
    "[]a]", "[!]a]", "[a", "a[", "[]", "\\*", "\\a", "[\\]]", "[a\\-c]", "[-a]", "[a-]",
    "*.rcgu.o", "*[0-9].o", "a/b", "a*b", ".a", "*.a", "???", "a**b", "*?*", "[a-b-c]", "*\\**",
};
static const char *const texts[] = {
    "", "a", "b", "c", "ab", "abc", "abcde", "ace", "a.rcgu.o", "1.o", "a/b", ".a", "*", "]", "[",
    "-", "\\", "[a", "a[", "a*b", "aXb", "aaaaab", "[]", "!", "^", "a\\", "std-1.rcgu.o",
};

START_TEST(as_fnmatch)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        ck_assert_msg(glob_matches(globs[_i], texts[i]) == (fnmatch(globs[_i], texts[i], 0) == 0),
                      "glob '%s', text '%s'", globs[_i], texts[i]);
    }
}
END_TEST

/** Random ones of few letters: many match. */
START_TEST(as_fnmatch_at_random)
{
    static const char letters[] = "ab*?[]!-\\";
    uint32_t seed = 1;
    for (unsigned i = 0; i < 200000; i++) {
        char glob[9];
        char text[9];
        for (unsigned j = 0; j < 8; j++) {
            seed = seed * 1664525 + 1013904223;
            glob[j] = letters[(seed >> 20) % 9];
            text[j] = letters[(seed >> 10) % (i % 3 ? 2 : 9)];
        }
        glob[(seed >> 8) % 9] = '\0';
        glob[8] = text[8] = '\0';
        text[(seed >> 5) % 9] = '\0';
        /* glibc refuses what ends with a backslash, POSIX leaves it open */
        size_t length = 0;
        while (glob[length]) {
            length++;
        }
        if (length && glob[length - 1] == '\\') {
            continue;
        }
        ck_assert_msg(glob_matches(glob, text) == (fnmatch(glob, text, 0) == 0),
                      "glob '%s', text '%s'", glob, text);
    }
}
END_TEST

Suite *glob_suite(void)
{
    Suite *suite = suite_create("glob");
    TCase *tcase = tcase_create("glob");
    tcase_add_loop_test(tcase, as_fnmatch, 0, sizeof globs / sizeof *globs);
    tcase_add_test(tcase, as_fnmatch_at_random);
    suite_add_tcase(suite, tcase);
    return suite;
}
