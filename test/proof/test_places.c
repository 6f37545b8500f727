/* SPDX-License-Identifier: MIT */
/** Where symbols are found without linking. */
#include <check.h>
#include <stdlib.h>

#include "proof/places.h"
#include "suites.h"
#include "support/sets.h"

#define OBJECT(symbols) "elf\nsection .text data=c3c3c3c3 flags=6\n" symbols
#define OTHER(symbols) "elf\nsection .text data=90909090 flags=6\n" symbols
#define DEF(name) "symbol " name " in=.text\n"
#define WEAK(name) "symbol " name " in=.text bind=2\n"
#define COMMON(name) "symbol " name " in=common size=8 at=8\n"
#define NEED(name) "symbol " name "\n"
#define NEED_WEAK(name) "symbol " name " bind=2\n"
#define COMDAT(data, name)                                                                         \
    "elf\nsection .text data=c3 flags=6\nsection .text.x data=" data " flags=0x206 group=" name    \
    "\nsymbol " name " in=.text.x bind=2\ngroup " name " flags=1\n"

#define PE(symbols) "coff machine=0x8664\nsection .text data=c3c3c3c3 flags=0x60500020\n" symbols
#define PE_DEF(name) "symbol " name " in=.text bind=2\n"
#define PE_NEED(name) "symbol " name " bind=2\n"
#define PE_STUB(name, more)                                                                        \
    "coff machine=0x8664\nsection .text data=ff25 flags=0x60500020\n"                              \
    "section .idata$5 data=0000000000000000 flags=0xc0300040\n"                                    \
    "symbol " name " in=.text bind=2\nsymbol __imp_" name " in=.idata$5 bind=2\n" more

static const struct content contents[] = {
    {"main", OBJECT(DEF("main") NEED("f"))},
    {"main-fg", OBJECT(DEF("main") NEED("f") NEED("g"))},
    {"main-weak", OBJECT(DEF("main") NEED_WEAK("f"))},
    {"main-common", OBJECT(DEF("main") COMMON("f"))},
    {"f1", OBJECT(DEF("f"))},
    {"f2", OTHER(DEF("f"))},
    {"f-g", OBJECT(DEF("f") NEED("g"))},
    {"f-x", OTHER(DEF("f") DEF("x"))},
    {"g-x", OBJECT(DEF("g") DEF("x"))},
    {"w1", OBJECT(WEAK("f"))},
    {"w2", OTHER(WEAK("f"))},
    {"fc1", COMDAT("c3c3", "f")},
    {"fc2", COMDAT("9090", "f")},
    {"common", OTHER(COMMON("f") DEF("y"))},
    {"g", OBJECT(DEF("g"))},
    {"g2", OTHER(DEF("g"))},
    {"g-f", OTHER(DEF("g") WEAK("f"))},
    {"pe-main", PE(PE_DEF("main") PE_NEED("f"))},
    {"pe-main-sys", PE(PE_DEF("main") PE_NEED("sys"))},
    /* /alternatename:f=g */
    {"pe-alternate", "coff machine=0x8664\nsection .text data=c3c3c3c3 flags=0x60500020\n"
                     "section .drectve flags=0x100a00 data=2f616c7465726e6174656e616d653a663d67\n"
                     PE_DEF("main") PE_NEED("f")},
    {"pe-f", PE(PE_DEF("f"))},
    {"pe-g", PE(PE_DEF("g"))},
    {"pe-stub", PE_STUB("sys", PE_NEED("head"))},
    {"pe-stub2", PE_STUB("sys", "")},
    {"pe-head", PE(PE_DEF("head"))},
};

/** A set of libraries with what is needed to link it. */
static struct {
    struct set set;
    struct census census;
    struct arena arena;
    struct plan plan;
} t;

static void take(const char *libraries)
{
    memset(&t, 0, sizeof t);
    add_libraries(&t.set, libraries, contents, sizeof contents / sizeof *contents);
    find_classes(&t.set, ARMELD_IDENTITY_LINK, 1, &t.census);
    t.plan.verdicts = ARENA_ARRAY(&t.arena, struct verdict, t.census.count);
    t.plan.stays = ARENA_ARRAY(&t.arena, bool, t.set.member_count);
    ck_assert(t.plan.verdicts && t.plan.stays);
}

static void drop(void)
{
    census_free(&t.census);
    set_free(&t.set);
    arena_free(&t.arena);
}

static uint32_t symbol(const char *name)
{
    for (uint32_t i = 0; i < t.census.symbol_count; i++) {
        if (span_is(t.census.symbols[i], name)) {
            return i;
        }
    }
    ck_abort_msg("no symbol %s", name);
    return 0;
}

/** The class of the first member of that name. */
static uint32_t class(const char *name)
{
    for (uint32_t i = 0; i < t.set.member_count; i++) {
        if (span_is(set_member(&t.set, i)->name, name)) {
            return t.census.class_of[i];
        }
    }
    ck_abort_msg("no member %s", name);
    return 0;
}

static void move(const char *name)
{
    t.plan.verdicts[class(name)].decision = DECISION_MOVE;
}

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
    struct places places = {&before, &after, &workspace, &t.census, one_pass};
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
        ck_assert_msg(libraries_differ(&t.census, 0, 2, &first, &own) == cases[i].differ, "%s",
                      cases[i].libraries);
        ck_assert(!libraries_differ(&t.census, 1, 1, &first, &own)); /* one is enough not to */
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
