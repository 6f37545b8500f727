/* SPDX-License-Identifier: MIT */
/** The linker options in .drectve. */
#include <check.h>
#include <stdio.h>

#include "obj/directives.h"
#include "suites.h"

#define TEXT(text) {(const uint8_t *)(text), sizeof(text) - 1}

static const struct {
    struct span text;
    const char *expected; /* kind value[=instead], each followed by a bar */
} rows[] = {
    {{NULL, 0}, ""},
    {TEXT(""), ""},
    {TEXT("  \t "), ""},
    {TEXT(" /include:a -INCLUDE:b"), "include a|include b|"},
    {TEXT("/DEFAULTLIB:libcmt /DefaultLib:\"a b.lib\""), "defaultlib libcmt|defaultlib a b.lib|"},
    {TEXT("\"/defaultlib:my lib.lib\" /include:x"), "defaultlib my lib.lib|include x|"},
    {TEXT("/alternatename:a=b"), "alternate a=b|"},
    {TEXT("/alternatename:a"), "alternate a=|"},
    {TEXT("/EXPORT:f,DATA /export:g=h,@2 -export:\"k\",data"), "export f|export h|export k|"},
    {TEXT("\xef\xbb\xbf/include:a"), "include a|"},
    {TEXT("/include:a\0\0"), "include a|"},
    {TEXT("/merge:.a=.b include:c /include / - \"\" x"),
     "other |other |include |other |other |other |other |"},
    {TEXT("/include:\"open ended"), "include \"open ended|"},
};

START_TEST(words)
{
    static const char *const kinds[] = {"other", "include", "export", "alternate", "defaultlib"};
    char found[256] = "";
    struct span rest = rows[_i].text;
    struct obj_directive directive;
    while (obj_next_directive(&rest, &directive)) {
        size_t used = strlen(found);
        snprintf(found + used, sizeof found - used, "%s %.*s%s%.*s|", kinds[directive.kind],
                 (int)directive.value.size, (const char *)directive.value.data,
                 directive.kind == DIRECTIVE_ALTERNATE ? "=" : "", (int)directive.instead.size,
                 (const char *)directive.instead.data);
    }
    ck_assert_str_eq(found, rows[_i].expected);
}
END_TEST

Suite *directives_suite(void)
{
    Suite *suite = suite_create("directives");
    TCase *tcase = tcase_create("directives");
    tcase_add_loop_test(tcase, words, 0, sizeof rows / sizeof *rows);
    suite_add_tcase(suite, tcase);
    return suite;
}
