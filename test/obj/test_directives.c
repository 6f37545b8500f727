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
    {TEXT("/entry:start -ENTRY:main"), "entry start|entry main|"},
    {TEXT("/export:f=other.g /export:=,"), "export |export |"},
    {TEXT("-aligncomm:\"c\",5 -aligncomm:d"), "aligncomm c^5|aligncomm d^0|"},
    {TEXT("-exclude-symbols:a,\"b\" /guardsym:g,S"), "exclude a,\"b\"|guard g|"},
};

START_TEST(words)
{
    static const char *const kinds[] = {"other",      "include",   "entry",   "export", "alternate",
                                        "defaultlib", "aligncomm", "exclude", "guard"};
    char found[256] = "";
    struct span rest = rows[_i].text;
    struct obj_directive directive;
    while (obj_next_directive(&rest, &directive)) {
        size_t used = strlen(found);
        snprintf(found + used, sizeof found - used, "%s %.*s%s%.*s", kinds[directive.kind],
                 (int)directive.value.size, (const char *)directive.value.data,
                 directive.kind == DIRECTIVE_ALTERNATE ? "=" : "", (int)directive.instead.size,
                 (const char *)directive.instead.data);
        used = strlen(found);
        if (directive.kind == DIRECTIVE_ALIGNCOMM) {
            snprintf(found + used, sizeof found - used, "^%u", directive.align);
            used = strlen(found);
        }
        snprintf(found + used, sizeof found - used, "|");
    }
    ck_assert_str_eq(found, rows[_i].expected);
}
END_TEST

/** Names of symbols, of all directives; libraries, sections and what is empty are none. */
START_TEST(symbols)
{
    struct span rest = TEXT("/include:a /defaultlib:no /merge:.a=.b /alternatename:b=c /export:d=e "
                            "/export:f=x.g -exclude-symbols:g,,\"h\", /alternatename:i "
                            "/guardsym:j,S -aligncomm:\"k\",4 /entry:l "
                            "/failifmismatch:\"m=n\" /include:");
    char found[256] = "";
    struct obj_directive directive;
    struct span name;
    while (obj_next_directive(&rest, &directive)) {
        while (obj_directive_symbol(&directive, &name)) {
            size_t used = strlen(found);
            snprintf(found + used, sizeof found - used, "%.*s ", SPAN_ARGS(name));
        }
    }
    ck_assert_str_eq(found, "a b c e g h i j k l ");
}
END_TEST

Suite *directives_suite(void)
{
    Suite *suite = suite_create("directives");
    TCase *tcase = tcase_create("directives");
    tcase_add_test(tcase, symbols);
    tcase_add_loop_test(tcase, words, 0, sizeof rows / sizeof *rows);
    suite_add_tcase(suite, tcase);
    return suite;
}
