/* SPDX-License-Identifier: MIT */
/** Odd ones out: which libraries are left unmelded, and what is said of their bytes. */
#include <stdlib.h>

#include "proof/models.h"
#include "proof/odd.h"
#include "suites.h"
#include "support/objects.h"
#include "support/scratch.h"
#include "support/sets.h"

#define TEXT(data, symbols) "elf\nsection .text data=" data " flags=6\n" symbols
#define LONG "c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3"
#define OTHER "9090909090909090909090909090909090909090909090909090909090909090"
#define STD "symbol _Rs in=.text\nsymbol _Rt in=.text\n"

/* Each library runs std, which is one of three builds of the same symbols. */
static const struct content contents[] = {
    {"a", TEXT("c3", "symbol a_run in=.text\nsymbol _Rs\n")},
    {"b", TEXT("c3", "symbol b_run in=.text\nsymbol _Rs\n")},
    {"c", TEXT("c3", "symbol c_run in=.text\nsymbol _Rs\n")},
    {"d", TEXT("c3", "symbol d_run in=.text\nsymbol _Rs\n")},
    {"e", TEXT("c3", "symbol e_run in=.text\nsymbol _Rs\n")},
    {"f", TEXT("c3", "symbol f_run in=.text\n")},
    {"std1", TEXT(LONG LONG LONG LONG, STD)},
    {"std2", TEXT(LONG LONG LONG OTHER, STD)},
    {"std3", TEXT(LONG LONG OTHER OTHER, STD)},
    {"more", TEXT(LONG LONG, "symbol _Rm in=.text\n")},
};

#define S1 "std-1.std.1-cgu.0.rcgu.o=std1 "
#define S2 "std-2.std.2-cgu.0.rcgu.o=std2 "
#define S3 "std-3.std.3-cgu.0.rcgu.o=std3 "
#define MORE "more-1.more.1-cgu.0.rcgu.o=more "

static const struct {
    const char *what;
    const char *libraries;
    const char *left_out; /* by library */
    uint32_t groups;      /* 0: nobody looked */
} rows[] = {
    {"all agree", "a=a " S1 "| b=b " S1 "| c=c " S1, "---", 0},
    {"one is odd", "a=a " S1 "| b=b " S1 "| c=c " S1 "| d=d " S2, "---x", 2},
    {"the odd one is first", "d=d " S2 "| a=a " S1 "| b=b " S1 "| c=c " S1, "x---", 2},
    {"two are odd in two ways",
     "a=a " S1 "| d=d " S2 "| b=b " S1 "| e=e " S3 "| c=c " S1, "-x-x-", 3},
    {"two of one kind are the lesser ones",
     "a=a " S1 "| b=b " S1 "| c=c " S1 "| d=d " S2 "| e=e " S2, "---xx", 2},
    {"what shares nothing costs nothing", "a=a " S1 "| b=b " S1 "| c=c " S1 "| f=f", "----", 0},
    {"no two agree", "a=a " S1 "| b=b " S2 "| c=c " S3, "---", 0},
    {"not of Rust", "a=a std.o=std1 | b=b std.o=std1 | c=c std.o=std1 | d=d std.o=std2", "----", 0},
    {"more is shared than kept apart",
     "a=a " S1 MORE "| b=b " S1 MORE "| d=d " S2 MORE "x.o=more y.o=more z.o=more", "---", 2},
};

static struct set set;
static struct census census;
static struct plan plan;
static struct odd odd;
static struct arena arena;

static void look(const char *libraries)
{
    struct error error = {0};
    struct plan_rules rules = {.jobs = 1, .min_sharers = 2, .models = models_of(OBJ_ELF)};
    add_libraries(&set, libraries, contents, sizeof contents / sizeof *contents);
    find_classes(&set, ARMELD_IDENTITY_LINK, 1, &census);
    ck_assert_msg(plan_make(&census, &rules, &plan, &error), "%s", error.text);
    ck_assert_msg(odd_find(&census, &rules, &plan, &odd, &arena, &error), "%s", error.text);
}

static void forget(void)
{
    plan_free(&plan);
    census_free(&census);
    set_free(&set);
    arena_free(&arena);
    odd = (struct odd){0};
}

START_TEST(who)
{
    char found[16] = "";
    look(rows[_i].libraries);
    for (size_t i = 0; i < set.library_count; i++) {
        found[i] = odd.left_out && odd.left_out[i] ? 'x' : '-';
    }
    ck_assert_msg(strcmp(found, rows[_i].left_out) == 0, "%s: %s, not %s", rows[_i].what, found,
                  rows[_i].left_out);
    ck_assert_msg(odd.group_count == rows[_i].groups, "%s: %u groups", rows[_i].what,
                  (unsigned)odd.group_count);
    forget();
}
END_TEST

/** Nothing moves from them, and their bytes are what plans with and without them save. */
START_TEST(bytes)
{
    struct error error = {0};
    struct plan all = {0};
    struct plan_rules rules = {.jobs = 1, .min_sharers = 2, .models = models_of(OBJ_ELF)};
    look("a=a " S1 MORE "| b=b " S1 MORE "| c=c " S1 MORE "| d=d " S2 MORE);
    ck_assert_ptr_nonnull(odd.left_out);
    for (uint32_t i = set.libraries[3].first; i < set.member_count; i++) {
        ck_assert(plan_stays(&plan, &census, i));
    }
    ck_assert(plan_make(&census, &rules, &all, &error));
    uint32_t group = odd.group_of[3];
    ck_assert_uint_gt(plan_saving(&census, &plan), plan_saving(&census, &all));
    ck_assert_uint_eq(odd.saving, plan_saving(&census, &plan));
    ck_assert_uint_eq(odd.saving_of_all, plan_saving(&census, &all));
    ck_assert_uint_eq(odd.costs[group] - odd.saves[3], odd.saving - odd.saving_of_all);
    plan_free(&all);
    forget();
}
END_TEST

Suite *odd_suite(void)
{
    Suite *suite = suite_create("odd");
    TCase *cases = tcase_create("odd");
    tcase_add_loop_test(cases, who, 0, (int)(sizeof rows / sizeof *rows));
    tcase_add_test(cases, bytes);
    suite_add_tcase(suite, cases);
    return suite;
}
