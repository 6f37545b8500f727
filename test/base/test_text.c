/* SPDX-License-Identifier: MIT */
/** Names that fit a terminal, whatever is in them. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "suites.h"

START_TEST(widths)
{
    static const struct {
        const char *text;
        size_t width;
    } known[] = {
        {"", 0},           {"abc", 3},    {"\xc3\xa4", 1},     {"a\xcc\x88", 1},
        {"日本語", 6},     {"한글", 4},   {"ｱ", 1},
        {"Ａ", 2},         {"🦀", 2},     {"Ж", 1},
        {"\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", 2}, /* a syllable in three letters */
        {"か\xe3\x82\x99", 2},        {"\xe2\x80\xa6", 1},    {"\xff", 1},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        ck_assert_msg(text_width(known[i].text) == known[i].width, "%s: %zu", known[i].text,
                      text_width(known[i].text));
    }
}
END_TEST

static void check_fitted(const char *text, size_t most, bool ascii, const char *wanted)
{
    char *fitted = text_fitted(text, most, ascii);
    ck_assert_str_eq(fitted, wanted);
    free(fitted);
}

START_TEST(fitted)
{
    check_fitted("liba.a", 6, false, "liba.a");
    check_fitted("libabc.a", 6, false, "li…c.a");
    check_fitted("libabc.a", 6, true, "l....a");
    check_fitted("/a/long/way/to/liba.a", 20, false, "/a/long…ay/to/liba.a");
    check_fitted("/a/long/way/to/liblonger.a", 16, false, "/a/…/liblonger.a");
    check_fitted("/a/long/way/to/liblonger.a", 12, false, "/a/l…onger.a");
    check_fitted("日本語のライブラリ.a", 11, false, "日本…ラリ.a");
    check_fitted("日本", 40, true, "\\xe6\\x97\\xa5\\xe6\\x9c\\xac");
    check_fitted("a\tb", 40, false, "a\\x09b");
}
END_TEST

/** No cut is ever wider than asked, none splits a character, and the shortened keep their ends. */
START_TEST(every_width)
{
    static const char *const texts[] = {
        "/home/somebody/src/project/target/release/deps/libplugin_with_a_long_name.a",
        "core-120cbae4e86ec454.core.c1f1a4ba060b9bfa-cgu.0.rcgu.o",
        "プラグイン/日本語のフォルダ名/ライブラリの長い名前ですよ.a",
        "u\xcc\x81u\xcc\x81u\xcc\x81u\xcc\x81u\xcc\x81u\xcc\x81u\xcc\x81u\xcc\x81u\xcc\x81",
        "\xff\xfe\x01 not text at all \x1b[31m",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        for (size_t most = 8; most <= 200; most++) {
            for (int ascii = 0; ascii < 2; ascii++) {
                char *cut = text_fitted(texts[i], most, ascii);
                ck_assert_uint_le(text_width(cut), most);
                char *again = text_escaped(cut);
                ck_assert_str_eq(again, cut); /* nothing that is no character */
                ck_assert(most < 10 || text_width(cut) + 4 >= most || !strstr(cut, "…"));
                for (const char *at = cut; ascii && *at; at++) {
                    ck_assert_int_gt(*at, 0);
                }
                free(again);
                free(cut);
            }
        }
    }
}
END_TEST

Suite *text_suite(void)
{
    Suite *suite = suite_create("text");
    TCase *tests = tcase_create("text");
    tcase_add_test(tests, widths);
    tcase_add_test(tests, fitted);
    tcase_add_test(tests, every_width);
    suite_add_tcase(suite, tests);
    return suite;
}
