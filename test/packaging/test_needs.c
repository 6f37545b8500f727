/* SPDX-License-Identifier: MIT */
/** System libraries that objects name themselves, as the flags of a linker. */
#include <check.h>

#include "packaging/needs.h"
#include "suites.h"
#include "support/objects.h"

static struct arena arena;

static void forget(void)
{
    arena_free(&arena);
}

/** An object whose .drectve has these words. */
static struct span with_directives(const char *words)
{
    const char *text = "coff machine=0x8664\nsection .drectve flags=0x100a00 data=";
    for (; *words; words++) {
        text = arena_printf(&arena, "%s%02x", text, (unsigned char)*words);
    }
    return assemble(&arena, text);
}

static const char *needs_of(struct span member)
{
    struct words flags = {0};
    ck_assert(needs_add(member, &flags, &arena));
    return flags_join(&flags, &arena);
}

static const struct {
    const char *directives, *flags;
} rows[] = {
    {"/defaultlib:ws2_32", "-lws2_32"},
    {"/DEFAULTLIB:ws2_32.lib", "-lws2_32"},
    {"-defaultlib:\"WS2_32.LIB\"", "-lWS2_32"},
    {"/defaultlib:a /defaultlib:b /defaultlib:a.lib", "-la -lb"},
    {"/defaultlib:.lib", "-l.lib"}, /* a name that has nothing before its suffix */
    {"/defaultlib:sub/x.lib", "sub/x.lib"},
    {"/defaultlib:c:\\x.lib", "c:\\\\x.lib"}, /* quoted */
    {"/defaultlib:", ""},
    {"/include:main /export:f /alternatename:a=b", ""},
};

START_TEST(directives)
{
    ck_assert_str_eq(needs_of(with_directives(rows[_i].directives)), rows[_i].flags);
}
END_TEST

/** A flag and what it takes are one; other members' flags are there already. */
START_TEST(linker_options)
{
    struct words flags = {0};
    struct span first = assemble(&arena, "macho\noption -lz\noption -lm\n");
    struct span second = assemble(&arena, "macho\noption -lm\noption -lSystem\n");
    ck_assert(needs_add(first, &flags, &arena));
    ck_assert(needs_add(second, &flags, &arena));
    ck_assert_str_eq(flags_join(&flags, &arena), "-lz -lm -lSystem");
}
END_TEST

/** LC_LINKER_OPTION with two strings: a framework. The builder makes one, of which this is two. */
START_TEST(frameworks)
{
    struct span data = assemble(&arena, "macho\noption -framework.Security\n");
    uint8_t *bytes = (uint8_t *)(uintptr_t)data.data;
    for (size_t i = 0; i + 19 < data.size; i++) {
        if (memcmp(bytes + i, "-framework.Security", 19) == 0) {
            bytes[i + 10] = '\0';
            put_le32(bytes + i - 4, 2);
        }
    }
    ck_assert_str_eq(needs_of(data), "-framework Security");
}
END_TEST

START_TEST(others_name_none)
{
    ck_assert_str_eq(needs_of(assemble(&arena, "elf\nsymbol main\n")), "");
    ck_assert_str_eq(needs_of(span_of("text")), "");
    struct span cut = with_directives("/defaultlib:a");
    ck_assert_str_eq(needs_of(span_make(cut.data, 40)), "");
}
END_TEST

Suite *needs_suite(void)
{
    Suite *suite = suite_create("needs");
    TCase *cases = tcase_create("needs");
    tcase_add_checked_fixture(cases, NULL, forget);
    tcase_add_loop_test(cases, directives, 0, (int)(sizeof rows / sizeof *rows));
    tcase_add_test(cases, linker_options);
    tcase_add_test(cases, frameworks);
    tcase_add_test(cases, others_name_none);
    suite_add_tcase(suite, cases);
    return suite;
}
