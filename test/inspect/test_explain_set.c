/* SPDX-License-Identifier: MIT */
/** Why a whole set shares so little: crates built in several ways, strategies of panicking. */
#include "inspect/explain.h"
#include "suites.h"
#include "support/notes.h"

/* CRATE-HASH.CRATE.UNIT-cgu.0.rcgu.o: cargo's hash says version, features, profile, compiler. */
#define UNIT(crate, hash) crate "-" hash "." crate ".0123456789abcdef-cgu.0.rcgu.o"
#define H1 "1111111111111111"
#define H2 "2222222222222222"
#define H3 "3333333333333333"

static const struct {
    const char *what;
    const char *libraries;
    const char *note; /* that there is; NULL: none at all */
} rows[] = {
    {"one build", UNIT("serde", H1) "=x | " UNIT("serde", H1) "=x", NULL},
    {"two builds", UNIT("serde", H1) "=x | " UNIT("serde", H2) "=yy",
     "crate serde was built in 2 ways: other version, features, profile or compiler; 3 B of it "
     "stay."},
    {"three builds", UNIT("serde", H1) "=x | " UNIT("serde", H2) "=yy | " UNIT("serde", H3) "=zzz",
     "crate serde was built in 3 ways: other version, features, profile or compiler; 6 B of it "
     "stay."},
    {"both in both libraries: std brings its own",
     UNIT("hashbrown", H1) "=x " UNIT("hashbrown", H2) "=y | " UNIT("hashbrown", H1) "=x "
     UNIT("hashbrown", H2) "=y", NULL},
    {"both in one, and a third in another",
     UNIT("hashbrown", H1) "=x " UNIT("hashbrown", H2) "=y | " UNIT("hashbrown", H3) "=z",
     "crate hashbrown was built in 3 ways"},
    {"no names of rustc", "a.o=x | a.o=y", NULL},
    {"one aborts, one unwinds",
     "a.o=x " UNIT("panic_abort", H1) "=x | a.o=y " UNIT("panic_unwind", H1) "=x",
     "lib1.a aborts when it panics, lib2.a unwinds: their crates differ."},
    {"both unwind", UNIT("panic_unwind", H1) "=x | " UNIT("panic_unwind", H1) "=x", NULL},
};

START_TEST(notes)
{
    struct notes found = notes_of(rows[_i].libraries, NULL, 0);
    if (rows[_i].note) {
        ck_assert_msg(strstr(found.text, rows[_i].note) != NULL, "%s: %s", rows[_i].what,
                      found.text);
        ck_assert_msg(found.count == 1, "%s: %s", rows[_i].what, found.text);
    } else {
        ck_assert_msg(found.count == 0, "%s: %s", rows[_i].what, found.text);
    }
    notes_free(&found);
}
END_TEST

/** The crate with most bytes comes first; those behind the eighth are counted. */
START_TEST(many_crates)
{
    static const char *const sizes[] = {"x", "xx", "xxx", "xxxx", "xxxxx", "xxxxxx", "xxxxxxx",
                                        "xxxxxxxx", "xxxxxxxxx", "xxxxxxxxxx"};
    struct arena arena = {0};
    const char *first = "";
    const char *second = "";
    for (int i = 0; i < 10; i++) {
        first = arena_printf(&arena, "%scrate%c-" H1 ".crate%c.0123456789abcdef-cgu.0.rcgu.o=%s ",
                             first, 'a' + i, 'a' + i, sizes[i]);
        second = arena_printf(&arena, "%scrate%c-" H2 ".crate%c.0123456789abcdef-cgu.0.rcgu.o=y%s ",
                              second, 'a' + i, 'a' + i, sizes[i]);
    }
    struct notes found =
        notes_of(arena_printf(&arena, "%s| %s", first, second), NULL, 0);
    ck_assert_uint_eq(found.count, 9);
    ck_assert(strncmp(found.text, "crate cratej was built in 2 ways", 32) == 0);
    ck_assert_ptr_nonnull(strstr(found.text, "2 more crates were built in several ways."));
    ck_assert_ptr_null(strstr(found.text, "crateb "));
    notes_free(&found);
    arena_free(&arena);
}
END_TEST

/** Notes of others before them stay. */
START_TEST(appended)
{
    struct notes found =
        notes_of_behind("said before", UNIT("serde", H1) "=x | " UNIT("serde", H2) "=yy", NULL, 0);
    ck_assert_uint_eq(found.count, 2);
    ck_assert(strncmp(found.text, "said before\ncrate serde", 23) == 0);
    notes_free(&found);
}
END_TEST

Suite *explain_set_suite(void)
{
    Suite *suite = suite_create("explain-set");
    TCase *cases = tcase_create("explain-set");
    tcase_add_loop_test(cases, notes, 0, (int)(sizeof rows / sizeof *rows));
    tcase_add_test(cases, many_crates);
    tcase_add_test(cases, appended);
    suite_add_tcase(suite, cases);
    return suite;
}
