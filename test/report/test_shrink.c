/* SPDX-License-Identifier: MIT */
/** What shrinking took out, for people. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "report/report.h"
#include "suites.h"

/** Everything that @put prints; to be freed. */
static char *printed(const struct armeld_report *const *reports, size_t count,
                     const struct report_style *style)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    ck_assert_ptr_nonnull(stream);
    if (style) {
        ck_assert(report_shrink_text(stream, reports, count, style));
    } else {
        report_shrunk_put(stream, reports[0], &(struct look){.columns = 0});
    }
    fclose(stream);
    return text;
}

static const char *const routines[] = {"___gxx_personality_v0", "_rust_eh_personality"};
static const char *const others[] = {"_rust_eh_personality", "\x1b[31mevil"};

static const struct armeld_library first = {
    .path = "a.a", .output = "out/a.a", .bytes_before = 1000, .bytes = 250};
static const struct armeld_library second = {
    .path = "b.a", .output = "out/b.a", .bytes_before = 3000, .bytes = 3000};

static struct armeld_report report_of(const struct armeld_library *library)
{
    return (struct armeld_report){.libraries = library, .library_count = 1, .shrunk = true};
}

/** What went, most first; nothing that grew. */
START_TEST(taken_out)
{
    struct armeld_report report = report_of(&first);
    const struct armeld_report *reports[] = {&report};
    report.kinds_before[ARMELD_BYTES_DEBUG] = 5000;
    report.kinds_before[ARMELD_BYTES_BITCODE] = 9000;
    report.kinds_before[ARMELD_BYTES_CODE] = 300;
    report.kinds[ARMELD_BYTES_CODE] = 400;
    char *text = printed(reports, 1, NULL);
    char expected[200];
    snprintf(expected, sizeof expected, "\nTaken out of objects: %s 9.0 kB, %s 5.0 kB.\n",
             armeld_bytes_name(ARMELD_BYTES_BITCODE), armeld_bytes_name(ARMELD_BYTES_DEBUG));
    ck_assert_str_eq(text, expected);
    free(text);
}
END_TEST

START_TEST(nothing_taken_out)
{
    struct armeld_report report = report_of(&first);
    const struct armeld_report *reports[] = {&report};
    char *text = printed(reports, 1, NULL);
    ck_assert_str_eq(text, "\nNothing to take out of objects.\n");
    free(text);
    report.shrunk = false;
    text = printed(reports, 1, NULL);
    ck_assert_str_eq(text, "");
    free(text);
}
END_TEST

/** Routines of all libraries once; names from files are harmless on a terminal. */
START_TEST(personalities)
{
    struct armeld_report a = report_of(&first), b = report_of(&second);
    const struct armeld_report *reports[] = {&a, &b};
    struct report_style style = {.verbose = false};
    a.personalities = routines;
    a.personality_count = 1;
    char *text = printed(reports, 1, NULL);
    ck_assert_ptr_nonnull(strstr(text, "Unwind information names 1 personality routine "
                                       "(___gxx_personality_v0); Apple's linkers allow 3"));
    free(text);
    a.personality_count = 2;
    b.personalities = others;
    b.personality_count = 2;
    text = printed(reports, 2, &style);
    ck_assert_ptr_nonnull(strstr(text, "names 3 personality routines (___gxx_personality_v0, "
                                       "_rust_eh_personality, \\x1b[31mevil); Apple's"));
    free(text);
}
END_TEST

/** More than 16 are counted, not named. */
START_TEST(many_personalities)
{
    static const char *const names[] = {"p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9",
                                        "p10", "p11", "p12", "p13", "p14", "p15", "p16", "p17"};
    struct armeld_report report = report_of(&first);
    const struct armeld_report *reports[] = {&report};
    report.personalities = names;
    report.personality_count = 17;
    char *text = printed(reports, 1, NULL);
    ck_assert_ptr_nonnull(strstr(text, "names 17 personality routines (p1, "));
    ck_assert_ptr_nonnull(strstr(text, ", p16); Apple's"));
    free(text);
}
END_TEST

/** A row for each library and one for all; where the new one is, if that is asked for. */
START_TEST(rows)
{
    struct armeld_report a = report_of(&first), b = report_of(&second);
    const struct armeld_report *reports[] = {&a, &b};
    struct report_style style = {.verbose = true, .elsewhere = true};
    char *text = printed(reports, 2, &style);
    ck_assert_ptr_nonnull(strstr(text, "    1.0 kB       250 B   75.0%  a.a -> out/a.a\n"));
    ck_assert_ptr_nonnull(strstr(text, "    3.0 kB      3.0 kB    0.0%  b.a -> out/b.a\n"));
    ck_assert_ptr_nonnull(strstr(text, "    4.0 kB      3.2 kB   18.8%  2 libraries\n"));
    free(text);
    style.elsewhere = false;
    text = printed(reports, 1, &style);
    ck_assert_ptr_nonnull(strstr(text, "a.a\n"));
    ck_assert_ptr_null(strstr(text, "libraries\n"));
    free(text);
}
END_TEST

Suite *report_shrink_suite(void)
{
    Suite *suite = suite_create("report-shrink");
    TCase *cases = tcase_create("report-shrink");
    tcase_add_test(cases, taken_out);
    tcase_add_test(cases, nothing_taken_out);
    tcase_add_test(cases, personalities);
    tcase_add_test(cases, many_personalities);
    tcase_add_test(cases, rows);
    suite_add_tcase(suite, cases);
    return suite;
}
