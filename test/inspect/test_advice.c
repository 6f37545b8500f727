/* SPDX-License-Identifier: MIT */
/** How libraries were built, by the names of their members. */
#include "inspect/advice.h"
#include "suites.h"
#include "support/sets.h"

#define OWN "foo-62d3dfb0d4389b38.foo.96ad1937965435ef-cgu.0.rcgu.o=x "
#define BUILTINS                                                                                   \
    "compiler_builtins-a466aec70b9a9679.compiler_builtins.64480a6fcbd14bbf-cgu.000.rcgu.o=x "
#define CORE "core-a466aec70b9a9679.core.64480a6fcbd14bbf-cgu.0.rcgu.o=x "
#define THIN                                                                                       \
    "foo-62d3dfb0d4389b38.core-a466aec70b9a9679.core.64480a6fcbd14bbf-cgu.0.rcgu.o.rcgu.o=x "

static const struct {
    const char *what;
    const char *library;
    enum build_kind kind;
} rows[] = {
    {"all crates", OWN CORE BUILTINS "memcpy.o=x", BUILD_PLAIN},
    {"fat LTO leaves compiler_builtins alone", OWN BUILTINS "memcpy.o=x", BUILD_FAT_LTO},
    {"no std at all", OWN "n.o=x", BUILD_PLAIN},
    {"no Rust", "a.o=x b.o=x", BUILD_PLAIN},
    {"thin LTO", OWN THIN BUILTINS, BUILD_THIN_LTO},
};

START_TEST(builds)
{
    struct set set = {0};
    struct census census = {0};
    add_libraries(&set, rows[_i].library, NULL, 0);
    find_classes(&set, ARMELD_IDENTITY_LINK, 1, &census);
    ck_assert_msg(build_kind_of(&set, 0) == rows[_i].kind, "%s", rows[_i].what);
    census_free(&census);
    set_free(&set);
}
END_TEST

Suite *advice_suite(void)
{
    Suite *suite = suite_create("advice");
    TCase *tcase = tcase_create("advice");
    tcase_add_loop_test(tcase, builds, 0, sizeof rows / sizeof *rows);
    suite_add_tcase(suite, tcase);
    return suite;
}
