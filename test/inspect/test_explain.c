/* SPDX-License-Identifier: MIT */
/** Why a member is where it is: verdicts and facts, of real plans. */
#include <stdio.h>

#include "base/text.h"
#include "inspect/explain.h"
#include "proof/models.h"
#include "suites.h"
#include "support/scratch.h"

#define OBJECT(symbols) "elf\nsection .text data=c3c3c3c3 flags=6\n" symbols
#define OTHER(symbols) "elf\nsection .text data=90909090 flags=6\n" symbols
#define DEF(name) "symbol " name " in=.text\n"
#define WEAK(name) "symbol " name " in=.text bind=2\n"
#define NEED(name) "symbol " name "\n"
#define NEED_MANY                                                                                  \
    NEED("_R1") NEED("_R2") NEED("_R3") NEED("_R4") NEED("_R5") NEED("_R6") NEED("_R7") NEED("_R8")
#define DEF_MANY                                                                                   \
    DEF("_R1") DEF("_R2") DEF("_R3") DEF("_R4") DEF("_R5") DEF("_R6") DEF("_R7") DEF("_R8")

static const struct content contents[] = {
    {"a-f", OBJECT(DEF("a_run") NEED("_Rf"))},
    {"b-f", OBJECT(DEF("b_run") NEED("_Rf"))},
    {"c-f", OBJECT(DEF("c_run") NEED("_Rf"))},
    {"d-f", OBJECT(DEF("d_run") NEED("_Rf"))},
    {"a-fg", OBJECT(DEF("a_run") NEED("_Rf") NEED("_Rg"))},
    {"b-fg", OBJECT(DEF("b_run") NEED("_Rf") NEED("_Rg"))},
    {"c-sys", OBJECT(DEF("c_run") NEED("sys"))},
    {"f", OBJECT(DEF("_Rf"))},
    {"f2", OTHER(DEF("_Rf"))},
    {"f-g", OBJECT(DEF("_Rf") NEED("_Rg"))},
    {"f-sys", OBJECT(DEF("_Rf") NEED("sys"))},
    {"f-many", OBJECT(DEF("_Rf") NEED_MANY)},
    {"many1", OBJECT(DEF_MANY)},
    {"many2", OTHER(DEF_MANY)},
    {"g", OBJECT(DEF("_Rg"))},
    {"g1", OTHER(DEF("_Rg"))},
    {"g2", "elf\nsection .text data=c3c39090 flags=6\n" DEF("_Rg")},
    {"sys", OBJECT(DEF("sys"))},
    {"x", OBJECT(DEF("_Rx"))},
    {"stub", "coff machine=0x8664\nsection .text data=ff25 flags=0x60500020\n"
             "section .idata$5 data=0000000000000000 flags=0xc0300040\n"
             "symbol sys in=.text bind=2\n"},
};

/** A set with its plan and what was explained of it. */
static struct {
    struct set set;
    struct census census;
    struct plan plan;
    struct arena arena;
    struct armeld_report report;
} t;

static void explain(const char *libraries, const struct armeld_question *question,
                    const char *const *keep, bool one_pass)
{
    struct error error = {0};
    struct plan_rules rules = {.jobs = 1,
                               .min_sharers = 2,
                               .models = models_of(one_pass ? OBJ_ELF : OBJ_MACHO),
                               .keep = keep,
                               .keep_count = keep != NULL};
    memset(&t, 0, sizeof t);
    add_libraries(&t.set, libraries, contents, sizeof contents / sizeof *contents);
    find_classes(&t.set, ARMELD_IDENTITY_LINK, 1, &t.census);
    ck_assert_msg(plan_make(&t.census, &rules, &t.plan, &error), "%s", error.text);
    ck_assert_msg(explain_members(&t.census, &t.plan, question, &t.arena, &t.report, &error), "%s",
                  error.text);
}

static void forget(void)
{
    arena_free(&t.arena);
    plan_free(&t.plan);
    census_free(&t.census);
    set_free(&t.set);
}

/** "VERDICT\n FACT\n FACT" of an explanation. */
static const char *told(size_t number)
{
    const struct armeld_explanation *e = &t.report.explanations[number];
    const char *text = e->verdict;
    for (size_t i = 0; i < e->fact_count; i++) {
        text = arena_printf(&t.arena, "%s\n%s", text, e->facts[i]);
    }
    return text;
}

/** As an object of @size bytes, @count times. */
static const char *bytes(uint64_t size, unsigned count)
{
    char text[TEXT_BYTES_SIZE];
    return arena_printf(&t.arena, "%s", text_bytes(size * count, text));
}

#define ALONE "No other library holds the same object."

static const struct {
    const char *what;
    const char *libraries;
    const char *member;
    const char *library;
    bool one_pass;
    const char *expected; /* %s: the bytes of all copies */
} rows[] = {
    {"shared", "a=a-f f=f | b=b-f f=f", "f", "lib2.a", true,
     "moves: several libraries hold it\n"
     "2 libraries hold the same object, %s in all: lib1.a, lib2.a."},
    {"not shared", "a=a-f f=f | b=b-f f=f", "a", NULL, true,
     "stays: no other library holds it\n" ALONE},
    {"no object", "a=a-f f=text | b=b-f f=text", "f", "lib1.a", true,
     "stays: not an object\n2 libraries hold the same object, %s in all: lib1.a, lib2.a."},
    {"an import stub", "a=stub | a=stub", "a", "lib1.a", false,
     "stays: import stub\n2 libraries hold the same object, %s in all: lib1.a, lib2.a."},
    {"another content of that name", "a=a-f f=f | b=b-f f=f2", "f", "lib1.a", true,
     "stays: no other library holds it\n" ALONE "\n"
     "Under this name another content is in lib2.a: section .text: offset 0 is 0x90, not 0xc3."},
    {"more than six libraries", "f=f | f=f | f=f | f=f | f=f | f=f | f=f | f=f", "f", "lib7.a",
     true,
     "moves: several libraries hold it\n"
     "8 libraries hold the same object, %s in all: lib1.a, lib2.a, lib3.a, lib4.a, lib5.a, lib6.a "
     "and 2 more."},
    {"twice in one library", "a=a-f f=f f=f | b=b-f f=f", "f", "lib2.a", true,
     "moves: several libraries hold it\n"
     "2 libraries hold the same object, %s in all: lib1.a, lib2.a."},
    {"another one has the workspace", "a=a-f f=f | b=b-f f=f | c=c-f v=f2 | d=d-f v=f2 | x=f", "v",
     "lib3.a", false,
     "stays: the workspace has another definition\n"
     "2 libraries hold the same object, %s in all: lib3.a, lib4.a.\n"
     "It is tied by the symbol _Rf, which f of lib1.a defines."},
    {"libraries that lack it would get it", "a=a-f f=f-sys s=sys | b=b-f f=f-sys s=sys | c=c-sys",
     "s", "lib1.a", true,
     "stays: it would define a symbol for libraries that lack it\n"
     "2 libraries hold the same object, %s in all: lib1.a, lib2.a.\n"
     "It is tied by the symbol sys."},
    {"kept here only", "a=a-fg f=f-g g=g1 | b=b-fg f=f-g g=g2 | c=c-f f=f-g g=g", "f", "lib3.a",
     true,
     "stays: the link proof wants it here, others give theirs up\n"
     "3 libraries hold the same object, %s in all: lib1.a, lib2.a, lib3.a.\n"
     "It is tied by the symbol _Rg, which g of lib3.a defines."},
    {"from the workspace back to what stays", "a=a-fg f=f-g g=g1 | b=b-fg f=f-g g=g2", "f",
     "lib2.a", false,
     "moves: several libraries hold it\n"
     "2 libraries hold the same object, %s in all: lib1.a, lib2.a.\n"
     "From the workspace it needs _Rg of g, which stays."},
    {"more than six symbols back", "a=a-f f=f-many m=many1 | b=b-f f=f-many m=many2", "f", "lib1.a",
     false,
     "moves: several libraries hold it\n"
     "2 libraries hold the same object, %s in all: lib1.a, lib2.a.\n"
     "From the workspace it needs _R1 of m, which stays.\n"
     "From the workspace it needs _R2 of m, which stays.\n"
     "From the workspace it needs _R3 of m, which stays.\n"
     "From the workspace it needs _R4 of m, which stays.\n"
     "From the workspace it needs _R5 of m, which stays.\n"
     "From the workspace it needs _R6 of m, which stays.\n"
     "And 2 more symbols of what stays."},
};

START_TEST(why)
{
    struct armeld_question question = {.library = rows[_i].library, .member = rows[_i].member};
    explain(rows[_i].libraries, &question, NULL, rows[_i].one_pass);
    ck_assert_uint_eq(t.report.explanation_count, 1);
    const struct armeld_explanation *e = &t.report.explanations[0];
    unsigned copies = 0;
    for (uint32_t i = 0; i < t.set.member_count; i++) {
        copies += span_is(set_member(&t.set, i)->name, rows[_i].member) &&
                  set_member(&t.set, i)->data.size == e->bytes;
    }
    const char *mark = strstr(rows[_i].expected, "%s");
    const char *expected =
        mark ? arena_printf(&t.arena, "%.*s%s%s", (int)(mark - rows[_i].expected),
                            rows[_i].expected, bytes(e->bytes, copies), mark + 2)
             : rows[_i].expected;
    ck_assert_str_eq(e->member, rows[_i].member);
    ck_assert_msg(strcmp(told(0), expected) == 0, "%s: %s\nnot %s", rows[_i].what, told(0),
                  expected);
    forget();
}
END_TEST

/** --keep: the user's wish is the reason. */
START_TEST(asked_for)
{
    static const char *const keep[] = {"f*"};
    struct armeld_question question = {.library = "lib1.a", .member = "f"};
    explain("a=a-f f=f | b=b-f f=f", &question, keep, true);
    ck_assert_uint_eq(t.report.explanation_count, 1);
    ck_assert_str_eq(t.report.explanations[0].verdict, "stays: asked for");
    forget();
}
END_TEST

/** An object that is cut short is one that cannot be read, and where is said. */
START_TEST(broken)
{
    struct armeld_question question = {.library = "lib1.a", .member = "f"};
    explain("a=a-f f=\x7f" "ELF\2\1\1 | b=b-f", &question, NULL, true);
    ck_assert_uint_eq(t.report.explanation_count, 1);
    ck_assert_str_eq(t.report.explanations[0].verdict, "stays: cannot be read");
    ck_assert_uint_eq(t.report.explanations[0].fact_count, 2);
    ck_assert(strncmp(t.report.explanations[0].facts[0], "It cannot be read: offset ", 26) == 0);
    forget();
}
END_TEST

/** Of a member that stays for the proof's sake, the symbol and who defines it are told. */
START_TEST(tied_by_proof)
{
    struct armeld_question question = {.library = "lib1.a", .member = "f"};
    explain("a=a-f f=f-g g=g1 | b=b-f f=f-g g=g2", &question, NULL, true);
    ck_assert_uint_eq(t.report.explanation_count, 1);
    ck_assert_str_eq(t.report.explanations[0].verdict,
                     "stays: the link proof would not hold without it");
    ck_assert_ptr_nonnull(strstr(told(0), "\nIt is tied by the symbol _Rg, which g of lib"));
    forget();
}
END_TEST

/* ---- who is asked for -------------------------------------------------------------------- */

static const struct {
    struct armeld_question question;
    const char *members; /* LIBRARY:MEMBER */
} questions[] = {
    {{.library = NULL}, "lib1.a:a lib1.a:f lib2.a:b lib2.a:f"},
    {{.library = "lib2.a"}, "lib2.a:b lib2.a:f"},
    {{.member = "f"}, "lib1.a:f lib2.a:f"},
    {{.member = "[ab]"}, "lib1.a:a lib2.a:b"},
    {{.symbol = "_Rf"}, "lib1.a:f lib2.a:f"}, /* who defines it, not who needs it */
    {{.symbol = "_Rf", .library = "lib1.a"}, "lib1.a:f"},
    {{.symbol = "a_run", .member = "f"}, ""},
    {{.symbol = "nowhere"}, ""},
    {{.library = "lib3.a"}, ""},
};

START_TEST(asked)
{
    const char *text = "";
    explain("a=a-f f=f | b=b-f f=f", &questions[_i].question, NULL, true);
    for (size_t i = 0; i < t.report.explanation_count; i++) {
        const struct armeld_explanation *e = &t.report.explanations[i];
        text = arena_printf(&t.arena, "%s%s%s:%s", text, i ? " " : "", e->library, e->member);
    }
    ck_assert_str_eq(text, questions[_i].members);
    forget();
}
END_TEST

Suite *explain_suite(void)
{
    Suite *suite = suite_create("explain");
    TCase *cases = tcase_create("explain");
    tcase_add_loop_test(cases, why, 0, (int)(sizeof rows / sizeof *rows));
    tcase_add_test(cases, asked_for);
    tcase_add_test(cases, broken);
    tcase_add_test(cases, tied_by_proof);
    tcase_add_loop_test(cases, asked, 0, (int)(sizeof questions / sizeof *questions));
    suite_add_tcase(suite, cases);
    return suite;
}
