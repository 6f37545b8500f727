/* SPDX-License-Identifier: MIT */
/** Checking a set that somebody melded against its originals: what is found, and how it is said. */
#include <check.h>

#include "proof/check.h"
#include "proof/models.h"
#include "suites.h"
#include "support/sets.h"

#define OBJECT(symbols) "elf\nsection .text data=c3c3c3c3 flags=6\n" symbols
#define OTHER(symbols) "elf\nsection .text data=90909090 flags=6\n" symbols
#define DEF(name) "symbol " name " in=.text\n"
#define NEED(name) "symbol " name "\n"
#define PE(symbols) "coff machine=0x8664\nsection .text data=c3c3c3c3 flags=0x60500020\n" symbols
#define PE_DEF(name) "symbol " name " in=.text bind=2\n"
#define PE_WEAK(name, other) "weak " name " to=" other " search=1\n"

static const struct content contents[] = {
    {"a-f", OBJECT(DEF("a_run") NEED("_Rf"))},
    {"b-f", OBJECT(DEF("b_run") NEED("_Rf"))},
    {"a-util", OBJECT(DEF("a_run") NEED("util"))},
    {"b-util", OBJECT(DEF("b_run") NEED("util"))},
    {"f", OBJECT(DEF("_Rf"))},
    {"f2", OTHER(DEF("_Rf"))},
    {"f-g", OBJECT(DEF("_Rf") NEED("_Rg"))},
    {"g", OBJECT(DEF("_Rg"))},
    {"util1", OBJECT(DEF("util"))},
    {"util2", OTHER(DEF("util"))},
    {"a-x", OBJECT(DEF("a_run") NEED("_Rx"))},
    {"b-y", OBJECT(DEF("b_run") NEED("_Ry"))},
    {"x", OBJECT(DEF("_Rx") DEF("_Rz"))},
    {"y", OBJECT(DEF("_Ry") DEF("_Rz"))},
    {"pe-a-null", PE(PE_DEF("a_run") "symbol .weak.hook.a_run in=absolute bind=2\n"
                     PE_WEAK("hook", ".weak.hook.a_run"))},
    {"pe-a-own", PE(PE_DEF("a_run") PE_DEF(".weak.hook.a_run")
                    PE_WEAK("hook", ".weak.hook.a_run"))},
    {"pe-b", PE(PE_DEF("b_run") "symbol hook bind=2\n")},
    {"pe-hook", PE(PE_DEF("hook"))},
};

/* Libraries in order: both originals (lib1.a, lib2.a), what was melded of them (lib3.a, lib4.a),
   the workspace (lib5.a). */
static const struct {
    const char *what;
    const char *libraries;
    const char *found[4]; /* "LIBRARIES: TEXT"; NULL: no more */
    const char *unprovable[4];
} rows[] = {
    {"well", "a=a-f f=f | b=b-f f=f | a=a-f | b=b-f | f=f", {NULL}, {NULL}},
    {"nothing was done", "a=a-f f=f | b=b-f f=f | a=a-f f=f | b=b-f f=f | f=f", {NULL}, {NULL}},
    {"lost", "a=a-f f=f | b=b-f f=f | a=a-f | b=b-f | g=g",
     {"lib3.a: _Rf is undefined now", "lib4.a: _Rf is undefined now"}, {NULL}},
    {"one of two lost", "a=a-f f=f | b=b-f f=f2 | a=a-f f=f | b=b-f | f=f",
     {"lib4.a: _Rf comes from another member than before, first found in lib1.a"}, {NULL}},
    {"what was missing is there", "a=a-f | b=b-f | a=a-f | b=b-f | f=f",
     {"lib3.a: _Rf was undefined, now it is defined by a member of lib5.a",
      "lib4.a: _Rf was undefined, now it is defined by a member of lib5.a"}, {NULL}},
    {"needed now, and not there", "a=a-f f=f | b=b-f f=f | a=a-f f=f-g | b=b-f f=f | f=f",
     {"lib3.a: _Rf comes from another member than before, first found in lib3.a",
      "lib3.a: _Rg is needed now, and undefined"}, {NULL}},
    {"only in pairs: the second library's definition was moved before the first's",
     "a=a-util u=util1 | b=b-util u=util2 | a=a-util | b=b-util u=util2 | u=util1",
     {"lib3.a and lib4.a: util comes from another member than before, first found in lib2.a",
      "all libraries together: util comes from another member than before, first found in lib2.a"},
     {NULL}},
    {"F24: a weak need, for which MinGW's GCC lets 0 stand in, pulls nothing",
     "a=pe-a-null | b=pe-b h=pe-hook | a=pe-a-null | b=pe-b | h=pe-hook", {NULL}, {NULL}},
    {"a weak function of MinGW's GCC may be called by a program, and is no other now",
     "a=pe-a-own | b=pe-b h=pe-hook | a=pe-a-own | b=pe-b | h=pe-hook",
     {"lib3.a: hook comes from another member than before, first found in lib2.a"}, {NULL}},
    {"originals that do not link together, once for a pair",
     "a=a-x x=x | b=b-y y=y | a=a-x x=x | b=b-y y=y | f=f", {NULL},
     {"lib1.a and lib2.a: the originals define _Rz twice",
      "all libraries together: the originals define _Rz twice"}},
};

START_TEST(findings)
{
    struct set set = {0};
    struct census census = {0};
    struct arena arena = {0};
    struct armeld_report report = {.finding_count = 0};
    struct error error = {0};
    struct check_rules rules = {.originals = 0,
                                .melded = 2,
                                .workspace = 4,
                                .count = 2,
                                .models = models_of(strstr(rows[_i].libraries, "pe-") ? OBJ_COFF
                                                                                      : OBJ_ELF),
                                .jobs = 2};
    add_libraries(&set, rows[_i].libraries, contents, sizeof contents / sizeof *contents);
    find_classes(&set, ARMELD_IDENTITY_LINK, 1, &census);
    struct check_result result = {.count = 0};
    ck_assert_msg(check_links(&census, &rules, &arena, &result, &error), "%s", error.text);
    ck_assert(check_report(&census, &rules, &result, &arena, &report));
    for (size_t i = 0; i < report.finding_count; i++) {
        const char *text = arena_printf(&arena, "%s: %s", report.findings[i].path,
                                        report.findings[i].text);
        ck_assert_msg(i < 4 && rows[_i].found[i], "%s: %s", rows[_i].what, text);
        ck_assert_str_eq(text, rows[_i].found[i]);
    }
    ck_assert_msg(!rows[_i].found[report.finding_count], "%s: %s is not found", rows[_i].what,
                  rows[_i].found[report.finding_count]);
    for (size_t i = 0; i < report.unprovable_count; i++) {
        ck_assert_msg(i < 4 && rows[_i].unprovable[i], "%s: %s", rows[_i].what,
                      report.unprovable[i]);
        ck_assert_str_eq(report.unprovable[i], rows[_i].unprovable[i]);
    }
    ck_assert_msg(!rows[_i].unprovable[report.unprovable_count], "%s", rows[_i].what);
    arena_free(&arena);
    census_free(&census);
    set_free(&set);
}
END_TEST

/* The same with a workspace for each library: lib5.a and lib6.a. */
static const struct {
    const char *what;
    const char *libraries;
    enum orders_proven orders;
    const char *found; /* the first finding, or NULL */
} part_rows[] = {
    {"each behind its own library", "a=a-f f=f | b=b-f f=f2 | a=a-f | b=b-f | f=f | f=f2",
     ORDERS_OUTSIDE, NULL},
    {"both behind all: a program that needs b_run alone gets the other workspace's",
     "a=a-f f=f | b=b-f f=f2 | a=a-f | b=b-f | f=f | f=f2", ORDERS_ANY,
     "lib3.a and lib4.a: _Rf comes from another member than before, first found in lib1.a"},
    {"both behind all, with other names",
     "a=a-x x=x | b=b-f f=f | a=a-x | b=b-f | x=x | f=f", ORDERS_ANY, NULL},
    {"the workspace of the other", "a=a-x x=x | b=b-f f=f | a=a-x | b=b-f | f=f | x=x",
     ORDERS_OUTSIDE, "lib3.a: _Rx is undefined now"},
};

START_TEST(parts)
{
    static const uint32_t part_of[] = {0, 1};
    struct set set = {0};
    struct census census = {0};
    struct arena arena = {0};
    struct armeld_report report = {.finding_count = 0};
    struct error error = {0};
    struct check_rules rules = {.originals = 0,
                                .melded = 2,
                                .workspace = 4,
                                .workspace_count = 2,
                                .part_of = part_of,
                                .count = 2,
                                .models = models_of(OBJ_ELF),
                                .jobs = 1,
                                .orders = part_rows[_i].orders};
    struct check_result result = {.count = 0};
    add_libraries(&set, part_rows[_i].libraries, contents, sizeof contents / sizeof *contents);
    find_classes(&set, ARMELD_IDENTITY_LINK, 1, &census);
    ck_assert_msg(check_links(&census, &rules, &arena, &result, &error), "%s", error.text);
    ck_assert(check_report(&census, &rules, &result, &arena, &report));
    const char *found = report.finding_count
                            ? arena_printf(&arena, "%s: %s", report.findings[0].path,
                                           report.findings[0].text)
                            : NULL;
    ck_assert_msg(!found == !part_rows[_i].found, "%s: %s", part_rows[_i].what,
                  found ? found : "nothing is found");
    ck_assert(!found || strcmp(found, part_rows[_i].found) == 0);
    arena_free(&arena);
    census_free(&census);
    set_free(&set);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("check");
    TCase *cases = tcase_create("check");
    tcase_add_loop_test(cases, findings, 0, (int)(sizeof rows / sizeof *rows));
    tcase_add_loop_test(cases, parts, 0, (int)(sizeof part_rows / sizeof *part_rows));
    suite_add_tcase(suite, cases);
    return suite;
}
