/* SPDX-License-Identifier: MIT */
/** Simulated links: which members the linkers' models load, and whose definition a symbol has. */
#include <check.h>
#include <stdlib.h>

#include "proof/link.h"
#include "suites.h"
#include "support/linked_sets.h"

/**
 * Link all libraries in their order from "main" on; @melded: as t.plan has it, with the workspace
 * behind all.
 */
static void link_all(struct link *link, enum model model, bool melded)
{
    static struct line line; /* as long as the link is looked at */
    uint32_t root = symbol("main");
    line_free(&line);
    ck_assert(line_init(&line, &t.census, &t.arena));
    for (uint32_t i = 0; i < t.set.library_count; i++) {
        ck_assert(line_add_library(&line, melded ? &t.plan : NULL, i));
    }
    ck_assert(!melded || line_add_workspace(&line, &t.plan));
    ck_assert(link_init(link, &t.census, &t.arena));
    ck_assert(link_run(link, model, &line, &root, 1));
}

static const char *name_of(uint32_t number)
{
    struct span name = number == NO_CLASS ? span_of("nobody")
                                          : set_member(&t.set, class_member(&t.census, number))
                                                ->name;
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
    const char *expected[MODEL_MOLD + 1]; /* GNU ld, gold, lld, mold */
} rows[] = {
    {"of two definitions the first", "m=main | a=f1 | b=f2",
     {"m a: a", "m a: a", "m a: a", "m a: a"}},
    {"what is not needed is not loaded", "m=main | a=f1 g=g",
     {"m a: a", "m a: a", "m a: a", "m a: a"}},
    {"one pass: no way back to an archive", "a=f1 | m=main",
     {"m: nobody", "m: nobody", "a m: a", "a m: a"}},
    {"all go back within one", "a=f1 m=main", {"a m: a", "a m: a", "a m: a", "a m: a"}},
    {"back and forth within one", "g=g a=f-g m=main",
     {"g a m: a", "g a m: a", "g a m: a", "g a m: a"}},
    {"a later archive serves what was missing", "m=main | a=f-g | g=g",
     {"m a g: a", "m a g: a", "m a g: a", "m a g: a"}},
    {"one pass: but not an earlier one", "g=g | m=main | a=f-g",
     {"m a: a", "m a: a", "g m a: a", "g m a: a"}},
    {"mold looks for a strong definition first", "m=main | w=w1 | a=f2",
     {"m w: w", "m w: w", "m w: w", "m a: a"}},
    {"and takes the first weak one where there is none", "m=main | w=w1 | v=w2",
     {"m w: w", "m w: w", "m w: w", "m w: w"}},
    {"of two strong ones the first", "m=main | w=w1 | a=f1 | b=f2",
     {"m w: w", "m w: w", "m w: w", "m a: a"}},
    {"of COMDATs the first, and no second", "m=main | a=fc1 | b=fc2",
     {"m a: a", "m a: a", "m a: a", "m a: a"}},
    {"GNU ld and mold look for a definition of what is only common", "m=main-common | a=f1",
     {"m a: a", "m: m", "m: m", "m a: a"}},
    {"but a common symbol of another member is none", "m=main-common | c=common",
     {"m: m", "m: m", "m: m", "m: m"}},
    {"a weak one is one to mold", "m=main-common | w=w1", {"m: m", "m: m", "m: m", "m w: w"}},
    {"a common symbol serves a need, until a definition is there", "m=main | c=common | a=f1",
     {"m c a: a", "m c: c", "m c: c", "m a: a"}},
    {"an undefined weak symbol loads nothing", "m=main-weak | a=f1",
     {"m: nobody", "m: nobody", "m: nobody", "m: nobody"}},
    {"who has a definition needs no other", "m=main-fg | g=g-f | a=f1",
     {"m g: g", "m g: g", "m g: g", "m g a: a"}},
};

START_TEST(models)
{
    for (int model = 0; model <= MODEL_MOLD; model++) {
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
    link_all(&link, MODEL_LLD, false);
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
    struct line line;
    uint32_t root;
    take("m=main | a=f1 g=g");
    link_all(&link, MODEL_LLD, false);
    ck_assert_str_eq(outcome(&link), "m a: a");
    root = symbol("g");
    ck_assert(line_init(&line, &t.census, &t.arena));
    ck_assert(line_add_library(&line, NULL, 1));
    ck_assert(link_run(&link, MODEL_LLD, &line, &root, 1));
    ck_assert_str_eq(outcome(&link), "g: nobody");
    link_free(&link);
    line_free(&line);
    drop();
}
END_TEST

/** Who loaded a member, and from where. */
START_TEST(puller)
{
    struct link link;
    take("m=main a=f-g | g=g");
    move("a");
    link_all(&link, MODEL_LLD, true);
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

/** A common symbol loads a definition: who defines it as common, has loaded that. */
START_TEST(puller_of_a_common)
{
    struct link link;
    take("x=g m=main-common | a=f1");
    link_all(&link, MODEL_BFD, false);
    ck_assert_str_eq(outcome(&link), "m a: a");
    ck_assert_uint_eq(link.puller[class("a")], class("m"));
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
        {"m=pe-alternate | g=pe-g", MODEL_LLD_LINK, "m g: nobody"},
        {"m=pe-alternate | g=pe-g f=pe-f", MODEL_LLD_LINK, "m f: f"},
        {"m=pe-alternate | f=pe-f | g=pe-g", MODEL_LLD_LINK, "m f: f"},
        {"m=pe-alternate | g=pe-g", MODEL_MINGW, "m: nobody"}, /* no such linker reads it */
        {"m=pe-main a=pe-alternate | g=pe-g", MODEL_LLD_LINK, "m: nobody"}, /* not loaded */
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

/** lld-link: a weak external stands for its name, and two must not contradict each other. */
START_TEST(weak_externals)
{
    static const struct {
        const char *libraries;
        const char *expected;
        bool contradicted;
    } cases[] = {
        {"m=pe-main-xy | x=pe-x-weak y=pe-y-weak", "m x y: x", true},
        {"m=pe-main-xy | x=pe-x-weak y=pe-y-weak-x", "m x y: x", false},
        {"m=pe-main-xy | x=pe-xf y=pe-y-weak", "m x y: x", false},
        {"m=pe-main-xy | x=pe-x-weak y=pe-yf f=pe-f", "m x y: x", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct link link;
        take(cases[i].libraries);
        link_all(&link, MODEL_LLD_LINK, false);
        ck_assert_str_eq(outcome(&link), cases[i].expected);
        ck_assert_uint_eq(link.clash, NO_CLASS);
        ck_assert_uint_eq(link.contradicted, cases[i].contradicted ? symbol("f") : NO_CLASS);
        link_free(&link);
        drop();
    }
}
END_TEST

/** COMDATs with static leaders of one name have nothing to do with each other. */
START_TEST(static_leaders)
{
    struct link link;
    take("m=pe-main-gf | a=pe-merged-g b=pe-merged-f");
    link_all(&link, MODEL_LLD_LINK, false);
    ck_assert_str_eq(outcome(&link), "m a b: b");
    link_free(&link);
    drop();
}
END_TEST

/** An import stub defines all its names and loads nothing, not even what it needs itself. */
START_TEST(import_stubs)
{
    struct link link;
    take("m=pe-main-sys | f=pe-f s=pe-stub h=pe-head");
    link_all(&link, MODEL_LLD_LINK, false);
    ck_assert_str_eq(outcome(&link), "m: nobody");
    ck_assert_uint_eq(link_definer(&link, symbol("sys")), class("s"));
    ck_assert_uint_eq(link_definer(&link, symbol("__imp_sys")), class("s"));
    ck_assert_uint_eq(link_definer(&link, symbol("head")), NO_CLASS);
    link_free(&link);
    drop();
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
    ck_assert_str_eq(compared("m=main a=f1 | b=f1", "a", MODEL_BFD, true), "");
    /* the second library's f comes before the workspace now */
    ck_assert_str_eq(compared("m=main a=f1 | b=f2", "a", MODEL_LLD, true),
                     "[m needs f: a, then b]");
    /* g stands in a library that a one-pass linker has passed by */
    ck_assert_str_eq(compared("m=main a=f-g g=g", "a", MODEL_LLD, true), "");
    ck_assert_str_eq(compared("m=main a=f-g g=g", "a", MODEL_BFD, true),
                     "[a needs g: g, then nobody]");
    /* what another difference leads to is no difference of its own: h was not loaded before */
    ck_assert_str_eq(compared("m=main a=f1 | b=f-g | c=f1 | g=g2", "a", MODEL_LLD, true),
                     "[m needs f: a, then b]");
    /* of COMDATs any will do, unless that is asked for */
    ck_assert_str_eq(compared("m=main a=fc1 | b=fc2", "a", MODEL_LLD, false), "");
    ck_assert_str_eq(compared("m=main a=fc1 | b=fc2", "a", MODEL_LLD, true),
                     "[m needs f: a, then b]");
    /* but a COMDAT is not as good as a strong definition */
    ck_assert_str_eq(compared("m=main a=fc1 | b=f2", "a", MODEL_LLD, false),
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
    tcase_add_test(cases, puller_of_a_common);
    tcase_add_test(cases, alternates);
    tcase_add_test(cases, weak_externals);
    tcase_add_test(cases, static_leaders);
    tcase_add_test(cases, import_stubs);
    tcase_add_test(cases, comparison);
    suite_add_tcase(suite, cases);
    return suite;
}
