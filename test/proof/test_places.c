/* SPDX-License-Identifier: MIT */
/** Where symbols are found without linking. */
#include <check.h>
#include <stdlib.h>

#include "proof/places.h"
#include "suites.h"
#include "support/linked_sets.h"

static struct search_scope new_scope(void)
{
    struct search_scope scope;
    ck_assert(scope_init(&scope, &t.census, &t.arena));
    scope_clear(&scope);
    return scope;
}

/** What moved is found in the workspace, and there only; what stays nevertheless in both. */
START_TEST(scopes_of_a_plan)
{
    struct search_scope library, workspace;
    take("a=f1 g=g | b=f1 g=g");
    move("a");
    library = new_scope();
    workspace = new_scope();
    scope_add_library(&library, &t.census, &t.plan, 0);
    scope_add_workspace(&workspace, &t.census, &t.plan);
    ck_assert_uint_eq(scope_find(&library, symbol("f")), NO_CLASS);
    ck_assert_uint_eq(scope_find(&library, symbol("g")), class("g"));
    ck_assert_uint_eq(scope_find(&workspace, symbol("f")), class("a") | SCOPE_WORKSPACE);
    ck_assert_uint_eq(scope_find(&workspace, symbol("g")), NO_CLASS);
    t.plan.stays[t.set.libraries[1].first] = true; /* b keeps its own f */
    scope_clear(&library);
    ck_assert_uint_eq(scope_find(&library, symbol("g")), NO_CLASS);
    scope_add_library(&library, &t.census, &t.plan, 1);
    ck_assert_uint_eq(scope_find(&library, symbol("f")), class("a"));
    drop();
}
END_TEST

/** Copied import stubs are found in the workspace. */
START_TEST(scope_of_imports)
{
    struct search_scope workspace;
    take("m=pe-main-sys s=pe-stub");
    struct import_copy copy = {t.set.libraries[0].first + 1, t.set.libraries[0].first + 1};
    t.plan.imports = &copy;
    t.plan.import_count = 1;
    workspace = new_scope();
    scope_add_workspace(&workspace, &t.census, &t.plan);
    ck_assert_uint_eq(scope_find(&workspace, symbol("sys")), class("s") | SCOPE_WORKSPACE);
    ck_assert_uint_eq(scope_find(&workspace, symbol("main")), NO_CLASS);
    drop();
}
END_TEST

/** Where f is in library 0 of @libraries, and where after @moves went; the workspace has @moves. */
static bool is_kept(const char *libraries, const char *moves, bool one_pass, bool from_workspace)
{
    struct search_scope before, after, workspace;
    take(libraries);
    if (moves) {
        move(moves);
    }
    before = new_scope();
    after = new_scope();
    workspace = new_scope();
    scope_add_library(&before, &t.census, NULL, 0);
    scope_add_library(&after, &t.census, &t.plan, 0);
    scope_add_workspace(&workspace, &t.census, &t.plan);
    bool is_root[64] = {false};
    ck_assert_uint_le(t.census.symbol_count, sizeof is_root);
    struct places places = {.before = &before,
                            .after = &after,
                            .workspace = &workspace,
                            .census = &t.census,
                            .is_root = is_root,
                            .one_pass = one_pass,
                            .parted = moves != NULL};
    bool kept = place_is_kept(&places, symbol("f"), from_workspace);
    drop();
    return kept;
}

START_TEST(places)
{
    /* it stays, it moves */
    ck_assert(is_kept("a=f1 g=g | b=f1", NULL, true, false));
    ck_assert(is_kept("a=f1 g=g | b=f1", "a", true, false));
    ck_assert(is_kept("a=f1 g=g | b=f1", "a", true, true));
    /* it stays, but another one is in the workspace, where linkers may find it first */
    ck_assert(!is_kept("a=f1 | b=f2", "b", true, false));
    /* a member of the workspace needs it: one-pass linkers have passed it by */
    ck_assert(!is_kept("a=f1 g=g | b=f1", NULL, true, true));
    ck_assert(is_kept("a=f1 g=g | b=f1", NULL, false, true));
    /* the library itself has two: parted, another one may be found first */
    ck_assert(is_kept("a=w1 b=f2 | c=g", NULL, true, false));
    ck_assert(!is_kept("a=w1 b=f2 | c=g", "a", true, false));
    ck_assert(!is_kept("a=fc1 b=fc2 | c=fc1", "a", false, false));
    ck_assert(is_kept("a=f1 b=f1 | c=f1", "a", true, false)); /* two copies of one */
    /* it had none, and gets one */
    ck_assert(!is_kept("m=main | b=f1", "b", false, false));
    ck_assert(is_kept("m=main | b=f1", NULL, false, true));
    /* it had none, and another library has one, which one-pass linkers passed by */
    ck_assert(!is_kept("m=main | b=f1", NULL, true, true));
    ck_assert(is_kept("m=main | b=f1", NULL, true, false));
}
END_TEST

START_TEST(differing_libraries)
{
    static const struct {
        const char *libraries;
        bool differ;
    } cases[] = {
        {"a=f1 | b=f1", false},  {"a=f1 | b=f2", true},      {"a=w1 | b=w2", true},
        {"a=f1 | b=w1", true},   {"a=fc1 | b=fc2", false},    {"a=fc1 | b=f2", true},
        {"a=f1 | g=g", false},   {"s=pe-stub | s=pe-stub2", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        take(cases[i].libraries);
        struct search_scope first = new_scope();
        struct search_scope own = new_scope();
        bool is_root[64] = {false};
        bool differ = libraries_differ(&t.census, 0, 2, is_root, &first, &own);
        ck_assert_msg(differ == cases[i].differ, "%s", cases[i].libraries);
        /* one is enough not to */
        ck_assert(!libraries_differ(&t.census, 1, 1, is_root, &first, &own));
        drop();
    }
}
END_TEST

Suite *places_suite(void)
{
    Suite *suite = suite_create("places");
    TCase *cases = tcase_create("places");
    tcase_add_test(cases, scopes_of_a_plan);
    tcase_add_test(cases, scope_of_imports);
    tcase_add_test(cases, places);
    tcase_add_test(cases, differing_libraries);
    suite_add_tcase(suite, cases);
    return suite;
}
