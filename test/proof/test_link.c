/* SPDX-License-Identifier: MIT */
/** Simulated links: which members the linkers' models load, and whose definition a symbol has. */
#include <check.h>
#include <stdlib.h>

#include "proof/link.h"
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

static void begin(struct link *link, enum model model)
{
    uint32_t root = symbol("main");
    ck_assert(link_init(link, &t.census, &t.arena));
    ck_assert(link_begin(link, model, &root, 1));
}

static struct search_scope new_scope(enum model model)
{
    struct search_scope scope;
    ck_assert(scope_init(&scope, &t.census, &t.arena));
    scope_clear(&scope, model);
    return scope;
}

/**
 * Link all libraries in their order from "main" on; @melded: as t.plan has it, with the workspace
 * behind all.
 */
static void link_all(struct link *link, enum model model, bool melded)
{
    struct search_scope scope = new_scope(model);
    begin(link, model);
    for (uint32_t i = 0; i < t.set.library_count; i++) {
        scope_add_library(&scope, &t.census, melded ? &t.plan : NULL, i);
        if (model == MODEL_ONE_PASS) {
            ck_assert(link_search(link, &scope));
            scope_clear(&scope, model);
        }
    }
    if (melded) {
        scope_add_workspace(&scope, &t.census, &t.plan);
    }
    ck_assert(link_search(link, &scope));
}

static const char *name_of(uint32_t number)
{
    struct span name = number == NO_CLASS ? span_of("nobody")
                                          : set_member(&t.set, t.census.list[number].member)->name;
    return arena_printf(&t.arena, "%.*s", (int)name.size, (const char *)name.data);
}

/** "LOADED LOADED: who defines f" */
static const char *outcome(const struct link *link)
{
    const char *text = "";
    for (uint32_t i = 0; i < t.census.count; i++) {
        if (link_has_loaded(link, i)) {
            text = arena_printf(&t.arena, "%s%s%s", text, *text ? " " : "", name_of(i));
        }
    }
    return arena_printf(&t.arena, "%s: %s", text, name_of(link_definer(link, symbol("f"))));
}

static const struct {
    const char *what;
    const char *libraries;
    const char *expected[MODEL_COUNT]; /* lazy, one pass, strong first */
} rows[] = {
    {"of two definitions the first", "m=main | a=f1 | b=f2", {"m a: a", "m a: a", "m a: a"}},
    {"what is not needed is not loaded", "m=main | a=f1 g=g", {"m a: a", "m a: a", "m a: a"}},
    {"only lazy linkers go back to an archive", "a=f1 | m=main", {"a m: a", "m: nobody", "a m: a"}},
    {"all go back within one", "a=f1 m=main", {"a m: a", "a m: a", "a m: a"}},
    {"back and forth within one", "g=g a=f-g m=main", {"g a m: a", "g a m: a", "g a m: a"}},
    {"a later archive serves what was missing", "m=main | a=f-g | g=g",
     {"m a g: a", "m a g: a", "m a g: a"}},
    {"one pass: but not an earlier one", "g=g | m=main | a=f-g",
     {"g m a: a", "m a: a", "g m a: a"}},
    {"mold looks for a strong definition first", "m=main | w=w1 | a=f2",
     {"m w: w", "m w: w", "m a: a"}},
    {"and takes the first weak one where there is none", "m=main | w=w1 | v=w2",
     {"m w: w", "m w: w", "m w: w"}},
    {"of two strong ones the first", "m=main | w=w1 | a=f1 | b=f2",
     {"m w: w", "m w: w", "m a: a"}},
    {"of COMDATs the first, and no second", "m=main | a=fc1 | b=fc2",
     {"m a: a", "m a: a", "m a: a"}},
    {"GNU ld and mold look for a definition of what is only common", "m=main-common | a=f1",
     {"m: m", "m a: a", "m a: a"}},
    {"but a common symbol of another member is none", "m=main-common | c=common",
     {"m: m", "m: m", "m: m"}},
    {"nor is a weak one", "m=main-common | w=w1", {"m: m", "m: m", "m: m"}},
    {"a common symbol serves a need, until a definition is there", "m=main | c=common | a=f1",
     {"m c: c", "m c a: a", "m a: a"}},
    {"an undefined weak symbol loads nothing", "m=main-weak | a=f1",
     {"m: nobody", "m: nobody", "m: nobody"}},
    {"a strong definition that comes along takes the place of a weak one",
     "m=main-fg | g=g-f | a=f1", {"m g: g", "m g: g", "m g a: a"}},
};

START_TEST(models)
{
    for (int model = 0; model < MODEL_COUNT; model++) {
        struct link link;
        take(rows[_i].libraries);
        link_all(&link, (enum model)model, false);
        const char *found = outcome(&link);
        ck_assert_msg(strcmp(found, rows[_i].expected[model]) == 0, "%s, model %d: %s, not %s",
                      rows[_i].what, model, found, rows[_i].expected[model]);
        ck_assert_uint_eq(link.clash, NO_CLASS);
        link_free(&link);
        drop();
    }
}
END_TEST

/** Two loaded members define x strongly: the link fails, and it is known which one is too many. */
START_TEST(clash)
{
    struct link link;
    take("m=main-fg | a=f-x | g=g-x");
    link_all(&link, MODEL_LAZY, false);
    ck_assert_uint_eq(link.clash, symbol("x"));
    ck_assert_uint_eq(link.clashing_count, 1);
    ck_assert_uint_eq(link.clashing[0], class("g"));
    ck_assert_uint_eq(link_definer(&link, symbol("x")), class("a")); /* the first */
    link_free(&link);
    drop();
}
END_TEST

/** A link begins anew: nothing is left of the one before. */
START_TEST(again)
{
    struct link link;
    struct search_scope scope;
    uint32_t root;
    take("m=main | a=f1 g=g");
    link_all(&link, MODEL_LAZY, false);
    ck_assert_str_eq(outcome(&link), "m a: a");
    root = symbol("g");
    scope = new_scope(MODEL_LAZY);
    scope_add_library(&scope, &t.census, NULL, 1);
    ck_assert(link_begin(&link, MODEL_LAZY, &root, 1));
    ck_assert(link_search(&link, &scope));
    ck_assert_str_eq(outcome(&link), "g: nobody");
    link_free(&link);
    drop();
}
END_TEST

/** Who loaded a member, and from where. */
START_TEST(puller)
{
    struct link link;
    take("m=main a=f-g | g=g");
    move("a");
    link_all(&link, MODEL_LAZY, true);
    ck_assert_str_eq(outcome(&link), "m a g: a");
    ck_assert_uint_eq(link.puller[class("m")], NO_CLASS); /* the program itself */
    ck_assert_uint_eq(link.puller[class("a")], class("m"));
    ck_assert_uint_eq(link.puller[class("g")], class("a"));
    ck_assert(!link.from_workspace[class("m")]);
    ck_assert(link.from_workspace[class("a")]);
    ck_assert(!link.from_workspace[class("g")]);
    link_free(&link);
    drop();
}
END_TEST

/* ---- COFF -------------------------------------------------------------------------------- */

/** /alternatename: the replacement is needed when everything else has been found. */
START_TEST(alternates)
{
    static const struct {
        const char *libraries;
        enum model model;
        const char *expected;
    } cases[] = {
        {"m=pe-alternate | g=pe-g", MODEL_LAZY, "m g: nobody"},
        {"m=pe-alternate | g=pe-g f=pe-f", MODEL_LAZY, "m f: f"},
        {"m=pe-alternate | f=pe-f | g=pe-g", MODEL_LAZY, "m f: f"},
        {"m=pe-alternate | g=pe-g", MODEL_ONE_PASS, "m: nobody"}, /* no such linker reads it */
        {"m=pe-main a=pe-alternate | g=pe-g", MODEL_LAZY, "m: nobody"}, /* not loaded, not read */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct link link;
        take(cases[i].libraries);
        link_all(&link, cases[i].model, false);
        ck_assert_str_eq(outcome(&link), cases[i].expected);
        link_free(&link);
        drop();
    }
}
END_TEST

/** An import stub defines what is needed of it and loads nothing, not even what it needs itself. */
START_TEST(import_stubs)
{
    struct link link;
    take("m=pe-main-sys | f=pe-f s=pe-stub h=pe-head");
    link_all(&link, MODEL_LAZY, false);
    ck_assert_str_eq(outcome(&link), "m: nobody");
    ck_assert_uint_eq(link_definer(&link, symbol("sys")), class("s"));
    ck_assert_uint_eq(link_definer(&link, symbol("__imp_sys")), NO_CLASS);
    ck_assert_uint_eq(link_definer(&link, symbol("head")), NO_CLASS);
    link_free(&link);
    drop();
}
END_TEST

/* ---- scopes ------------------------------------------------------------------------------ */

/** What moved is found in the workspace, and there only; what stays nevertheless in both. */
START_TEST(scopes_of_a_plan)
{
    struct search_scope library, workspace;
    take("a=f1 g=g | b=f1 g=g");
    move("a");
    library = new_scope(MODEL_LAZY);
    workspace = new_scope(MODEL_LAZY);
    scope_add_library(&library, &t.census, &t.plan, 0);
    scope_add_workspace(&workspace, &t.census, &t.plan);
    ck_assert_uint_eq(scope_find(&library, symbol("f")), NO_CLASS);
    ck_assert_uint_eq(scope_find(&library, symbol("g")), class("g"));
    ck_assert_uint_eq(scope_find(&workspace, symbol("f")), class("a") | SCOPE_WORKSPACE);
    ck_assert_uint_eq(scope_find(&workspace, symbol("g")), NO_CLASS);
    t.plan.stays[t.set.libraries[1].first] = true; /* b keeps its own f */
    scope_clear(&library, MODEL_LAZY);
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
    workspace = new_scope(MODEL_LAZY);
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
    before = new_scope(MODEL_LAZY);
    after = new_scope(MODEL_LAZY);
    workspace = new_scope(MODEL_LAZY);
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
        {"a=f1 | b=w1", true},   {"a=fc1 | b=fc2", false},   {"a=fc1 | b=f2", true},
        {"a=f1 | g=g", false},   {"s=pe-stub | s=pe-stub2", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        take(cases[i].libraries);
        struct search_scope first = new_scope(MODEL_LAZY), own = new_scope(MODEL_LAZY);
        ck_assert_msg(libraries_differ(&t.census, 0, 2, &first, &own) == cases[i].differ, "%s",
                      cases[i].libraries);
        ck_assert(!libraries_differ(&t.census, 1, 1, &first, &own)); /* one is enough not to */
        drop();
    }
}
END_TEST

/* ---- comparing --------------------------------------------------------------------------- */

static const char *differences;

static void note(void *context, struct need need, uint32_t was, uint32_t is)
{
    struct span name = t.census.symbols[need.symbol];
    (void)context;
    differences = arena_printf(&t.arena, "%s[%s needs %.*s: %s, then %s]", differences,
                               need.needer == NO_CLASS ? "program" : name_of(need.needer),
                               (int)name.size, (const char *)name.data, name_of(was), name_of(is));
}

/** Compare a link of all libraries before and after @moves went to the workspace. */
static const char *compared(const char *libraries, const char *moves, enum model model,
                            bool any_counts)
{
    static char text[256];
    struct link before, after;
    take(libraries);
    move(moves);
    link_all(&before, model, false);
    link_all(&after, model, true);
    differences = "";
    link_compare(&before, &after, any_counts, note, NULL);
    ck_assert_uint_lt(strlen(differences), sizeof text);
    strcpy(text, differences);
    link_free(&before);
    link_free(&after);
    drop();
    return text;
}

START_TEST(comparison)
{
    ck_assert_str_eq(compared("m=main a=f1 | b=f1", "a", MODEL_ONE_PASS, true), "");
    /* the second library's f comes before the workspace now */
    ck_assert_str_eq(compared("m=main a=f1 | b=f2", "a", MODEL_LAZY, true),
                     "[m needs f: a, then b]");
    /* g stands in a library that a one-pass linker has passed by */
    ck_assert_str_eq(compared("m=main a=f-g g=g", "a", MODEL_LAZY, true), "");
    ck_assert_str_eq(compared("m=main a=f-g g=g", "a", MODEL_ONE_PASS, true),
                     "[a needs g: g, then nobody]");
    /* what another difference leads to is no difference of its own: h was not loaded before */
    ck_assert_str_eq(compared("m=main a=f1 | b=f-g | c=f1 | g=g2", "a", MODEL_LAZY, true),
                     "[m needs f: a, then b]");
    /* of COMDATs any will do, unless that is asked for */
    ck_assert_str_eq(compared("m=main a=fc1 | b=fc2", "a", MODEL_LAZY, false), "");
    ck_assert_str_eq(compared("m=main a=fc1 | b=fc2", "a", MODEL_LAZY, true),
                     "[m needs f: a, then b]");
    /* but a COMDAT is not as good as a strong definition */
    ck_assert_str_eq(compared("m=main a=fc1 | b=f2", "a", MODEL_LAZY, false),
                     "[m needs f: a, then b]");
}
END_TEST

Suite *link_suite(void)
{
    Suite *suite = suite_create("link");
    TCase *cases = tcase_create("link");
    tcase_add_loop_test(cases, models, 0, (int)(sizeof rows / sizeof *rows));
    tcase_add_test(cases, clash);
    tcase_add_test(cases, again);
    tcase_add_test(cases, puller);
    tcase_add_test(cases, alternates);
    tcase_add_test(cases, import_stubs);
    tcase_add_test(cases, scopes_of_a_plan);
    tcase_add_test(cases, scope_of_imports);
    tcase_add_test(cases, places);
    tcase_add_test(cases, differing_libraries);
    tcase_add_test(cases, comparison);
    suite_add_tcase(suite, cases);
    return suite;
}
