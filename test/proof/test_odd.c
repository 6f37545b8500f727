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
    /* of another compiler: only names of the runtime meet */
    {"div", TEXT("c3", "symbol __udivti3 in=.text\n")},
    {"otherdiv", TEXT("90c3", "symbol __udivti3 in=.text\n")},
    {"pers", TEXT(LONG LONG LONG LONG, STD "symbol rust_eh_personality in=.text\n")},
    {"otherpers", TEXT(LONG OTHER, "symbol _Rz in=.text\nsymbol rust_eh_personality in=.text\n")},
    {"other", TEXT(LONG OTHER, "symbol _Rz in=.text\nsymbol __udivti3\n")},
    {"ad", TEXT("c3", "symbol a_run in=.text\nsymbol _Rs\nsymbol __udivti3\n")},
    {"bd", TEXT("c3", "symbol b_run in=.text\nsymbol _Rs\nsymbol __udivti3\n")},
    {"ap", TEXT("c3", "symbol a_run in=.text\nsymbol rust_eh_personality\nsymbol _Rs\n")},
    {"bp", TEXT("c3", "symbol b_run in=.text\nsymbol rust_eh_personality\nsymbol _Rs\n")},
    {"z", TEXT("c3", "symbol z_run in=.text\nsymbol _Rz\n")},
    {"y", TEXT("c3", "symbol y_run in=.text\nsymbol rust_eh_personality\nsymbol _Rz\n")},
    {"zp", TEXT("c3", "symbol z_run in=.text\nsymbol rust_eh_personality\nsymbol _Rz\n")},
    {"inflate", TEXT("c3", "symbol inflate in=.text\n")},
    {"otherinflate", TEXT("90c3", "symbol inflate in=.text\n")},
    {"ai", TEXT("c3", "symbol a_run in=.text\nsymbol rust_eh_personality\nsymbol inflate\n")},
    {"bi", TEXT("c3", "symbol b_run in=.text\nsymbol rust_eh_personality\nsymbol inflate\n")},
};

#define S1 "std-1.std.1-cgu.0.rcgu.o=std1 "
#define S2 "std-2.std.2-cgu.0.rcgu.o=std2 "
#define S3 "std-3.std.3-cgu.0.rcgu.o=std3 "
#define DIV "rt-1.compiler_builtins.1-cgu.0.rcgu.o=div "
#define DIV2 "rt-2.compiler_builtins.2-cgu.0.rcgu.o=otherdiv "
#define P1 "std-1.std.1-cgu.0.rcgu.o=pers "
#define P2 "std-2.std.2-cgu.0.rcgu.o=otherpers "
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

/** What is found where programs link in any order what they use. */
static const struct {
    const char *what;
    const char *libraries;
    const char *left_out;
    const char *in_order; /* would be left out if programs kept to an order */
    const char *moved; /* two members whose names begin so move; NULL: none need */
    enum orders_proven orders;
} any_rows[] = {
    {"the same names, other definitions", "a=a " S1 "| b=b " S1 "| c=c " S1 "| d=d " S2, "----",
     "---x", NULL, ORDERS_OUTSIDE},
    {"only a support function meets: its members stay, and all are melded",
     "a=ad " DIV S1 "| b=bd " DIV S1 "| z=z " DIV2 "std-2.std.2-cgu.0.rcgu.o=other", "---", "--x",
     "std-1", ORDERS_OUTSIDE},
    {"the personality comes with std, so no program uses both",
     "a=ap " P1 "| b=bp " P1 "| z=zp " P2, "--x", "---", "std-1", ORDERS_USED},
    {"what is of no group would have the workspace in front of the odd one",
     "f=f | a=ap " P1 "| b=bp " P1 "| z=zp " P2, "x--x", "----", "std-1", ORDERS_USED},
    {"what is of no group, but shares, is of the side that it shares with",
     "f=f in.o=inflate | a=ap in.o=inflate " P1 "| b=bp " P1 "| z=zp " P2, "----", "x--x", NULL,
     ORDERS_OUTSIDE},
    {"what is no support function stays",
     "a=ai inflate.o=inflate " P1 "| b=bi inflate.o=inflate " P1
     "| z=zp inflate.o=otherinflate " P2,
     "--x", "--x", "std-1", ORDERS_USED},
};

static struct set set;
static struct census census;
static struct plan plan;
static struct odd odd;
static struct arena arena;

static void look_for(const char *libraries, enum orders_proven least)
{
    struct error error = {0};
    struct plan_rules rules = {.jobs = 1,
                               .min_sharers = 2,
                               .models = models_of(OBJ_ELF),
                               .orders = ORDERS_ANY,
                               .least = least};
    add_libraries(&set, libraries, contents, sizeof contents / sizeof *contents);
    find_classes(&set, ARMELD_IDENTITY_LINK, 1, &census);
    ck_assert_msg(plan_make(&census, &rules, &plan, &error), "%s", error.text);
    ck_assert_msg(odd_find(&census, &rules, &plan, &odd, &arena, &error), "%s", error.text);
}

static void look(const char *libraries)
{
    look_for(libraries, ORDERS_OUTSIDE);
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

/** Which workspace each library has if groups get their own; x: it is left out. */
static const struct {
    const char *what;
    const char *libraries;
    const char *parts;
} part_rows[] = {
    {"all agree", "a=a " S1 "| b=b " S1 "| c=c " S1, "000"},
    {"one alone gains nothing", "a=ap " P1 "| b=bp " P1 "| z=zp " P2, "00x"},
    {"two of one compiler, two of another",
     "a=ap " P1 "| b=bp " P1 "| y=y " P2 "| z=zp " P2, "0011"},
    {"the larger group is the first part",
     "y=y " P2 "| z=zp " P2 "| a=ap " P1 "| b=bp " P1, "1100"},
    {"what is of no group has no workspace",
     "f=f | a=ap " P1 "| b=bp " P1 "| y=y " P2 "| z=zp " P2, "x0011"},
    {"two groups, and one library of none, that save more apart",
     "f=f | a=a " S1 "| b=b " S1 "| d=d " S2 "| e=e " S2, "x0011"},
    {"two groups that are as large as all in one, and save more apart",
     "a=a " S1 "| b=b " S1 "| d=d " S2 "| e=e " S2, "0011"},
};

START_TEST(parts)
{
    char found[16] = "";
    struct error error = {0};
    struct plan_rules rules = {.jobs = 1,
                               .min_sharers = 2,
                               .models = models_of(OBJ_ELF),
                               .orders = ORDERS_ANY,
                               .least = ORDERS_USED};
    look_for(part_rows[_i].libraries, ORDERS_USED);
    ck_assert(!odd.group_of || (odd_add_parts(&census, &rules, &odd, &plan, &error) &&
                                odd_split(&census, &rules, &odd, &plan, &arena, &error)));
    for (uint32_t i = 0; i < set.library_count; i++) {
        found[i] = plan_leaves_out(&plan, i) ? 'x' : (char)('0' + plan_part_of(&plan, i));
    }
    ck_assert_msg(strcmp(found, part_rows[_i].parts) == 0, "%s: %s, not %s", part_rows[_i].what,
                  found, part_rows[_i].parts);
    /* what moves from a library is in its own workspace */
    for (uint32_t m = 0; m < set.member_count; m++) {
        const struct plan_part *part = &plan.parts[plan_part_of(&plan, set.members[m].library)];
        bool is_there = false;
        for (size_t i = 0; i < part->workspace_count; i++) {
            is_there |= census.class_of[part->workspace[i]] == census.class_of[m];
        }
        ck_assert(is_there || plan_stays(&plan, &census, m));
    }
    forget();
}
END_TEST

static const char *marks(const bool *list)
{
    char *text = arena_printf(&arena, "%.*s", (int)set.library_count, "--------");
    for (size_t i = 0; i < set.library_count; i++) {
        text[i] = list && list[i] ? 'x' : '-';
    }
    return text;
}

/** How often members whose names begin so move. */
static size_t count_moved(const char *start)
{
    size_t count = 0;
    for (uint32_t i = 0; i < set.member_count; i++) {
        count += !plan_stays(&plan, &census, i) && span_starts(set_member(&set, i)->name, start);
    }
    return count;
}

START_TEST(any_order)
{
    const char *what = any_rows[_i].what;
    look_for(any_rows[_i].libraries, ORDERS_USED);
    ck_assert_msg(strcmp(marks(odd.left_out), any_rows[_i].left_out) == 0, "%s: left out %s", what,
                  marks(odd.left_out));
    ck_assert_msg(strcmp(marks(odd.in_order), any_rows[_i].in_order) == 0, "%s: in order %s", what,
                  marks(odd.in_order));
    ck_assert_msg(odd.orders == any_rows[_i].orders, "%s: %d", what, (int)odd.orders);
    ck_assert_msg(!any_rows[_i].moved || count_moved(any_rows[_i].moved) == 2, "%s: %s stays",
                  what, any_rows[_i].moved);
    ck_assert_msg(count_moved("rt") == 0 && count_moved("inflate") == 0, "%s: moved", what);
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
    tcase_add_loop_test(cases, parts, 0, (int)(sizeof part_rows / sizeof *part_rows));
    tcase_add_loop_test(cases, who, 0, (int)(sizeof rows / sizeof *rows));
    tcase_add_loop_test(cases, any_order, 0, (int)(sizeof any_rows / sizeof *any_rows));
    tcase_add_test(cases, bytes);
    suite_add_tcase(suite, cases);
    return suite;
}
