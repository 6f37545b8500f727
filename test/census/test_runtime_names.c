/* SPDX-License-Identifier: MIT */
/** Names of compilers' support libraries. */
#include <check.h>

#include "census/runtime_names.h"
#include "suites.h"

static const char *const names[] = {
    "rust_eh_personality", "__udivti3", "__extendhfsf2", "__popcountsi2", "__fixunstfti",
    "__divmoddi4", "__eqtf2", "__floattixf", "__divdc3", "__gnu_f2h_ieee", "__rust_u128_mulo",
    "fmaf", "sqrt", "fmaximum_numf128", "roundeven", "memcpy", "bcmp",
};

static const char *const others[] = {
    "", "_", "__", "__add", "__addxx3", "__adddf5", "__adddfsfdf3", "__adddf33", "_adddf3",
    "___adddf3", "__rust_alloc", "__rust_start_panic", "__emutls_get_address", "__cpu_model",
    "rust_eh_personality2", "memcpys", "sqrtx", "a_run", "inflate", "_RNvC1a1b",
};

START_TEST(known)
{
    ck_assert_msg(is_compiler_rt_name(span_of(names[_i]), false), "%s", names[_i]);
    ck_assert_msg(!is_compiler_rt_name(span_of(names[_i]), true), "%s", names[_i]);
}
END_TEST

START_TEST(unknown)
{
    ck_assert_msg(!is_compiler_rt_name(span_of(others[_i]), false), "%s", others[_i]);
}
END_TEST

START_TEST(underscore)
{
    ck_assert(is_compiler_rt_name(span_of("___udivti3"), true));
    ck_assert(is_compiler_rt_name(span_of("_fma"), true));
    ck_assert(!is_compiler_rt_name(span_of("__udivti3"), true));
}
END_TEST

Suite *runtime_names_suite(void)
{
    Suite *suite = suite_create("runtime_names");
    TCase *tests = tcase_create("runtime_names");
    tcase_add_loop_test(tests, known, 0, (int)(sizeof names / sizeof *names));
    tcase_add_loop_test(tests, unknown, 0, (int)(sizeof others / sizeof *others));
    tcase_add_test(tests, underscore);
    suite_add_tcase(suite, tests);
    return suite;
}
