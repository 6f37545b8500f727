/* SPDX-License-Identifier: MIT */
/** The link proof: which members move, and which stay because a link would differ. */
#include <stdio.h>
#include <stdlib.h>

#include "obj/rust_names.h"
#include "proof/models.h"
#include "proof/roots.h"
#include "suites.h"
#include "support/objects.h"
#include "support/scratch.h"

#define OBJECT(symbols) "elf\nsection .text data=c3c3c3c3 flags=6\n" symbols
#define OTHER(symbols) "elf\nsection .text data=90909090 flags=6\n" symbols
#define DEF(name) "symbol " name " in=.text\n"
#define WEAK(name) "symbol " name " in=.text bind=2\n"
#define COMMON(name) "symbol " name " in=common size=8 at=8\n"
#define NEED(name) "symbol " name "\n"
#define COMDAT(data, name)                                                                         \
    "elf\nsection .text data=c3 flags=6\nsection .text.x data=" data " flags=0x206 group=" name    \
    "\nsymbol " name " in=.text.x bind=2\ngroup " name " flags=1\n"

#define PE(symbols) "coff machine=0x8664\nsection .text data=c3c3c3c3 flags=0x60500020\n" symbols
#define PE_DEF(name) "symbol " name " in=.text bind=2\n"
#define PE_NEED(name) "symbol " name " bind=2\n"
#define PE_STUB(name)                                                                              \
    "coff machine=0x8664\nsection .text data=ff25 flags=0x60500020\n"                              \
    "section .idata$5 data=0000000000000000 flags=0xc0300040\n"                                    \
    "symbol " name " in=.text bind=2\nsymbol __imp_" name " in=.idata$5 bind=2\n"

/* C names are roots; names that begin with _R are Rust's and only reached through others. */
static const struct content contents[] = {
    {"a-f", OBJECT(DEF("a_run") NEED("_Rf"))},
    {"b-f", OBJECT(DEF("b_run") NEED("_Rf"))},
    {"c-f", OBJECT(DEF("c_run") NEED("_Rf"))},
    {"c-fg", OBJECT(DEF("c_run") NEED("_Rf") NEED("_Rg"))},
    {"a-fg", OBJECT(DEF("a_run") NEED("_Rf") NEED("_Rg"))},
    {"b-fg", OBJECT(DEF("b_run") NEED("_Rf") NEED("_Rg"))},
    {"a-util", OBJECT(DEF("a_run") NEED("util"))},
    {"b-util", OBJECT(DEF("b_run") NEED("util"))},
    {"c-util", OBJECT(DEF("c_run") NEED("util"))},
    {"c-other", OBJECT(DEF("c_run") NEED("other"))},
    {"c-sys", OBJECT(DEF("c_run") NEED("sys"))},
    {"f", OBJECT(DEF("_Rf"))},
    {"f-g", OBJECT(DEF("_Rf") NEED("_Rg"))},
    {"e-f", OBJECT(DEF("_Re") NEED("_Rf"))},
    {"a-e", OBJECT(DEF("a_run") NEED("_Re"))},
    {"b-e", OBJECT(DEF("b_run") NEED("_Re"))},
    {"g", OBJECT(DEF("_Rg"))},
    {"g1", OBJECT(DEF("_Rg"))},
    {"g2", OTHER(DEF("_Rg"))},
    {"gw1", OBJECT(WEAK("_Rg"))},
    {"gw2", OTHER(WEAK("_Rg"))},
    {"gc1", COMDAT("c3c3", "_Rg")},
    {"gc2", COMDAT("9090", "_Rg")},
    {"a-g", OBJECT(DEF("a_run") NEED("_Rg"))},
    {"b-g", OBJECT(DEF("b_run") NEED("_Rg"))},
    {"c-g", OBJECT(DEF("c_run") NEED("_Rg"))},
    {"w", OTHER(WEAK("aaa"))},
    {"a-wf", OBJECT(WEAK("aaa") DEF("a_run") NEED("_Rf"))},
    {"b-wf", OBJECT(WEAK("aaa") DEF("b_run") NEED("_Rf"))},
    {"buffer", OBJECT(DEF("_Rbuffer") DEF("_Rf"))},
    {"c-buffer", OBJECT(DEF("c_run") COMMON("_Rbuffer"))},
    {"util1", OBJECT(DEF("util"))},
    {"util1-x", OBJECT(DEF("util") DEF("only_1"))},
    {"util2-x", OTHER(DEF("util") DEF("only_2"))},
    {"util2", OTHER(DEF("util"))},
    {"util2-h", OTHER(DEF("util") NEED("_Rh"))},
    {"h", OBJECT(DEF("_Rh"))},
    {"sys", OBJECT(DEF("sys"))},
    {"f-sys", OBJECT(DEF("_Rf") NEED("sys"))},
    {"pe-a-f", PE(PE_DEF("a_run") PE_NEED("_Rf"))},
    {"pe-b-f", PE(PE_DEF("b_run") PE_NEED("_Rf"))},
    {"pe-c-f", PE(PE_DEF("c_run") PE_NEED("_Rf"))},
    {"pe-a-sys", PE(PE_DEF("a_run") PE_NEED("sys"))},
    {"pe-c-sys", PE(PE_DEF("c_run") PE_NEED("sys"))},
    {"pe-c-other", PE(PE_DEF("c_run") PE_NEED("other"))},
    {"pe-f-sys", PE(PE_DEF("_Rf") PE_NEED("sys"))},
    {"pe-g", PE(PE_DEF("_Rg"))},
    {"pe-stub", PE_STUB("sys")},
    /* /alternatename:_Rg=_Rh, /include:_Rm */
    {"pe-f-else", "coff machine=0x8664\nsection .text data=c3c3c3c3 flags=0x60500020\n"
                  "section .drectve flags=0x100a00 data=2f616c7465726e6174656e616d653a"
                  "5f52673d5f5268\n" PE_DEF("_Rf") PE_NEED("_Rg")},
    {"pe-f-include",
     "coff machine=0x8664\nsection .text data=c3c3c3c3 flags=0x60500020\n"
     "section .drectve flags=0x100a00 data=2f696e636c7564653a5f526d\n" PE_DEF("_Rf")},
    {"pe-h", PE(PE_DEF("_Rh"))},
    {"pe-m1", PE(PE_DEF("_Rm"))},
    {"pe-m2", PE(PE_DEF("_Rm") PE_DEF("_Rx"))},
};

static const struct {
    const char *what;
    const char *libraries;
    bool one_pass;
    const char *expected; /* what stays in each library | ... || the workspace */
} rows[] = {
    {"a shared object moves", "a=a-f f=f | b=b-f f=f", true, "a | b || f"},
    {"F6: with what it needs", "a=a-f f=f-g g=g | b=b-f f=f-g g=g", true, "a | b || f g"},
    {"F9: not when that is left behind", "a=a-f f=f-g g=g1 | b=b-f f=f-g g=g2", true,
     "a f g | b f g || "},
    {"F9: nor what only leads there", "a=a-e e=e-f f=f-g g=g1 | b=b-e e=e-f f=f-g g=g2", true,
     "a e f g | b e f g || "},
    {"lazy linkers go back for it", "a=a-f f=f-g g=g1 | b=b-f f=f-g g=g2", false, "a g | b g || f"},
    {"what is left behind is loaded in any case", "a=a-fg f=f-g g=g1 | b=b-fg f=f-g g=g2", true,
     "a g | b g || f"},
    {"in one library only", "a=a-fg f=f-g g=g1 | b=b-fg f=f-g g=g2 | c=c-f f=f-g g=g", true,
     "a g | b g | c f g || f"},
    {"the same with weak definitions", "a=a-fg f=f-g g=gw1 | b=b-fg f=f-g g=gw2", true,
     "a g | b g || f"},
    {"F5: the first definition must stay the first",
     "a=a-util u=util1 | b=b-util u=util2 | c=c-util u=util1", true, "a u | b u | c u || "},
    {"F5: a weak one too", "a=a-g g=gw1 | b=b-g g=gw2 | c=c-g g=gw1", true, "a g | b g | c g || "},
    {"F5: the first of a weak and a strong one", "a=a-g g=g1 | b=b-g g=gw2 | c=c-g g=g1", false,
     "a g | b g | c g || "},
    {"F5: mold would prefer a strong one", "b=b-g g=gw2 | a=a-fg f=f g=g1 | c=c-fg f=f g=g1", true,
     "b g | a g | c g || f"},
    {"F24: of a COMDAT group any is as good", "a=a-g g=gc1 | b=b-g g=gc2 | c=c-g g=gc1", true,
     "a | b g | c || g"},
    {"F24: a common symbol takes a definition that it finds",
     "a=a-f f=buffer | b=b-f f=buffer | c=c-buffer", true, "a f | b f | c || "},
    {"F5: though the originals clash where all is called",
     "a=a-util u=util1-x | b=b-util u=util2-x | c=c-util u=util1-x", true, "a u | b u | c u || "},
    {"F9: of a unit whose first symbol stands elsewhere too",
     "w=w a=a-wf f=f-g g=g1 | w=w b=b-wf f=f-g g=g2", true, "w a f g | w b f g || "},
    {"F5: also for lazy linkers", "a=a-util u=util1 | b=b-util u=util2 | c=c-util u=util1", false,
     "a u | b u | c u || "},
    {"F5: variants that need different others",
     "a=a-util u=util1 | b=b-util u=util2-h h=h | c=c-util u=util1 h=h", true,
     "a u | b u | c u || h"},
    {"an undefined symbol stays undefined", "a=a-f f=f-sys s=sys | b=b-f f=f-sys s=sys | c=c-sys",
     true, "a f s | b f s | c || "},
    {"F19: import stubs are copied for what moves",
     "a=pe-a-f f=pe-f-sys s=pe-stub | b=pe-b-f f=pe-f-sys s=pe-stub | c=pe-c-other", true,
     "a s | b s | c || f s"},
    {"F19: not if a library lacks what they define",
     "a=pe-a-f f=pe-f-sys g=pe-g s=pe-stub | b=pe-b-f f=pe-f-sys g=pe-g s=pe-stub | c=pe-c-sys",
     true, "a f s | b f s | c || g"},
    {"F9: what another library has must not be passed by",
     "a=a-f f=f-g | b=b-f f=f-g | g=c-other g=g", true, "a f | b f | g g || "},
    {"F9: lazy linkers go back for it there too", "a=a-f f=f-g | b=b-f f=f-g | g=c-other g=g",
     false, "a | b | g g || f"},
    {"F19: nor if the stub is another library's, further on in the line",
     "a=pe-a-sys s=pe-stub | b=pe-b-f f=pe-f-sys | c=pe-c-f f=pe-f-sys", true,
     "a s | b f | c f || "},
    {"/alternatename: what is taken instead is not defined for those that lack it",
     "a=pe-a-f f=pe-f-else h=pe-h | b=pe-b-f f=pe-f-else | c=pe-c-other h=pe-h", false,
     "a h | b | c h || f"},
    {"/alternatename: what is taken instead moves along",
     "a=pe-a-f f=pe-f-else h=pe-h | b=pe-b-f f=pe-f-else h=pe-h | c=pe-c-other", false,
     "a | b | c || f h"},
    {"/include: what nothing refers to",
     "a=pe-a-f f=pe-f-include m=pe-m1 | b=pe-b-f f=pe-f-include m=pe-m2 | c=pe-c-other m=pe-m1",
     true, "a f m | b f m | c m || "},
    {"the same object twice in one library", "a=a-f f=f f=f | b=b-f f=f", true, "a | b || f"},
    {"nothing in common", "a=a-f f=f | b=b-util u=util1", true, "a f | b u || "},
};

static void append(char *text, size_t size, const char *word)
{
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s", word);
}

static void append_name(char *text, size_t size, const struct set *set, uint32_t member)
{
    struct span name = set_member(set, member)->name;
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%.*s ", (int)name.size, (const char *)name.data);
}

static void describe(const struct census *census, const struct plan *plan, char *text, size_t size)
{
    const struct set *set = census->set;
    text[0] = '\0';
    for (size_t i = 0; i < set->library_count; i++) {
        const struct library *library = &set->libraries[i];
        append(text, size, i ? "| " : "");
        for (uint32_t j = 0; j < library->archive.member_count; j++) {
            if (plan_stays(plan, census, library->first + j)) {
                append_name(text, size, set, library->first + j);
            }
        }
    }
    append(text, size, "|| ");
    for (size_t i = 0; i < plan->parts[0].workspace_count; i++) {
        append_name(text, size, set, plan->parts[0].workspace[i]);
    }
}

static void plan_set(const char *libraries, const struct plan_rules *rules, char *text, size_t size)
{
    struct set set = {0};
    struct census census = {0};
    struct plan plan = {0};
    struct error error = {0};
    add_libraries(&set, libraries, contents, sizeof contents / sizeof *contents);
    find_classes(&set, ARMELD_IDENTITY_LINK, rules->jobs, &census);
    ck_assert_msg(plan_make(&census, rules, &plan, &error), "%s", error.text);
    describe(&census, &plan, text, size);
    plan_free(&plan);
    census_free(&census);
    set_free(&set);
}

static bool same_words(const char *a, const char *b)
{
    for (;;) {
        a += strspn(a, " ");
        b += strspn(b, " ");
        size_t length = strcspn(a, " ");
        if (length != strcspn(b, " ") || memcmp(a, b, length) != 0) {
            return false;
        }
        if (!length) {
            return true;
        }
        a += length;
        b += length;
    }
}

/** The models for a row: those of its format, or those that go back to an archive. */
static unsigned models_for(const char *libraries, bool one_pass)
{
    if (strstr(libraries, "pe-")) {
        return one_pass ? models_of(OBJ_COFF) : model_bit(MODEL_LLD_LINK);
    }
    return models_of(one_pass ? OBJ_ELF : OBJ_MACHO);
}

START_TEST(what_moves)
{
    char found[512];
    for (unsigned jobs = 1; jobs <= 3; jobs++) {
        struct plan_rules rules = {.jobs = jobs,
                                   .min_sharers = 2,
                                   .models = models_for(rows[_i].libraries,
                                                        rows[_i].one_pass)};
        plan_set(rows[_i].libraries, &rules, found, sizeof found);
        ck_assert_msg(same_words(found, rows[_i].expected), "%s: %s, not %s", rows[_i].what, found,
                      rows[_i].expected);
    }
}
END_TEST

/** With roots named, only links from those count. */
START_TEST(named_roots)
{
    static const char *const root[] = {"*_run"};
    char found[512];
    struct plan_rules rules = {.jobs = 1, .min_sharers = 2, .models = models_of(OBJ_ELF)};
    const char *set = "a=a-f f=f u=util1 | b=b-f f=f u=util2 | c=c-f f=f u=util1";
    plan_set(set, &rules, found, sizeof found);
    ck_assert_msg(same_words(found, "a u | b u | c u || f"), "%s", found);
    rules.roots = root;
    rules.root_count = 1;
    plan_set(set, &rules, found, sizeof found);
    ck_assert_msg(same_words(found, "a | b u | c || f u"), "%s", found);
}
END_TEST

/** M6: originals that do not link together are named; nothing can be proven of them. */
START_TEST(clashing_originals)
{
    static const struct content clashing[] = {
        {"a", OBJECT(DEF("a_run") NEED("_Rx"))},
        {"x", OBJECT(DEF("_Rx") DEF("_Rz"))},
        {"b", OBJECT(DEF("b_run") NEED("_Rz") NEED("_Rq"))},
        {"z", OBJECT(DEF("_Rz") DEF("_Rq"))},
    };
    struct set set = {0};
    struct census census = {0};
    struct plan plan = {0};
    struct error error = {0};
    struct plan_rules rules = {.jobs = 2, .min_sharers = 2, .models = models_of(OBJ_ELF)};
    add_libraries(&set, "a=a x=x | b=b z=z", clashing, sizeof clashing / sizeof *clashing);
    find_classes(&set, ARMELD_IDENTITY_LINK, 2, &census);
    ck_assert_msg(plan_make(&census, &rules, &plan, &error), "%s", error.text);
    ck_assert_uint_eq(plan.clash_count, 2); /* the pair, and all together */
    ck_assert_uint_eq(plan.clashes[0].first, 0);
    ck_assert_uint_eq(plan.clashes[0].second, 1);
    ck_assert(span_is(census.symbols[plan.clashes[0].symbol], "_Rz"));
    ck_assert_uint_eq(plan.clashes[1].first, NO_CLASS);
    plan_free(&plan);
    census_free(&census);
    set_free(&set);
}
END_TEST

START_TEST(without_proof)
{
    char found[512];
    struct plan_rules rules = {
        .jobs = 1, .min_sharers = 2, .models = models_of(OBJ_ELF), .no_proof = true};
    plan_set("a=a-f f=f-g g=g1 | b=b-f f=f-g g=g2", &rules, found, sizeof found);
    ck_assert_msg(same_words(found, "a g | b g || f"), "%s", found);
}
END_TEST

static struct ar_item item(const char *name, const char *text)
{
    return (struct ar_item){.name = span_of(name), .data = assemble(&scratch_arena, text)};
}

/** A long chain of needs, which ends in something that stays: quick, and all of it stays. */
START_TEST(long_chain)
{
    enum { LINKS = 3000 };
    struct set set = {0};
    struct census census = {0};
    struct plan plan = {0};
    struct error error = {0};
    struct plan_rules rules = {.jobs = 2, .min_sharers = 2, .models = models_of(OBJ_ELF)};
    struct ar_item *items = calloc(LINKS + 2, sizeof *items);
    ck_assert(items != NULL);
    for (int i = 0; i < LINKS; i++) {
        char text[256];
        snprintf(text, sizeof text, OBJECT(DEF("_R%d") NEED("_R%d")), i, i + 1);
        items[i + 1] = item("link", text);
    }
    items[0] = item("a", OBJECT(DEF("a_run") NEED("_R0")));
    items[LINKS + 1] = item("end", OBJECT(DEF("_R3000")));
    add_library(&set, AR_GNU, items, LINKS + 2);
    items[0] = item("b", OBJECT(DEF("b_run") NEED("_R0")));
    items[LINKS + 1] = item("end", OTHER(DEF("_R3000")));
    add_library(&set, AR_GNU, items, LINKS + 2);
    find_classes(&set, ARMELD_IDENTITY_LINK, 2, &census);
    ck_assert_msg(plan_make(&census, &rules, &plan, &error), "%s", error.text);
    ck_assert_uint_eq(plan.parts[0].workspace_count, 0);
    plan_free(&plan);
    census_free(&census);
    set_free(&set);
    free(items);
}
END_TEST

static const struct {
    const char *name;
    bool rust;
} names[] = {
    {"main", false},
    {"_Z3foov", false},
    {"_ZN4core3fmt9Formatter3pad17h0123456789abcdefE", true},
    {"__ZN4core3fmt9Formatter3pad17h0123456789abcdefE", true},
    {"_ZN4core3fmt9Formatter3pad17h0123456789abcdeXE", false},
    {"_ZN17h0123456789abcdefE", true},
    {"_RNvCs1_3foo3bar", true},
    {"__imp__RNvCs1_3foo3bar", true},
    {"__imp___ZN4core3fmt9Formatter3pad17h0123456789abcdefE", true},
    {"__imp_main", false},
    {"__RNvCs1_3foo3bar", true},
    {"anon.0.llvm.123", true},
    {"rust_eh_personality", false},
    {"", false},
};

START_TEST(rust_names)
{
    ck_assert_msg(is_rust_name(span_of(names[_i].name)) == names[_i].rust, "%s", names[_i].name);
}
END_TEST

Suite *proof_suite(void)
{
    Suite *suite = suite_create("proof");
    TCase *tests = tcase_create("plans");
    tcase_add_unchecked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_loop_test(tests, what_moves, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tests, named_roots);
    tcase_add_test(tests, clashing_originals);
    tcase_add_test(tests, without_proof);
    tcase_add_test(tests, long_chain);
    tcase_add_loop_test(tests, rust_names, 0, sizeof names / sizeof *names);
    suite_add_tcase(suite, tests);
    return suite;
}
