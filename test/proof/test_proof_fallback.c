/* SPDX-License-Identifier: MIT */
/** The last resort of the link proof: what it lets stay, and that the proof has nothing to add. */
#include <check.h>
#include <stdlib.h>

#include "proof/models.h"
#include "proof/proof_internal.h"
#include "proof/roots.h"
#include "suites.h"
#include "support/sets.h"

#define OBJECT(symbols) "elf\nsection .text data=c3c3c3c3 flags=6\n" symbols
#define OTHER(symbols) "elf\nsection .text data=90909090 flags=6\n" symbols
#define DEF(name) "symbol " name " in=.text\n"
#define WEAK(name) "symbol " name " in=.text bind=2\n"
#define COMMON(name) "symbol " name " in=common size=8 at=8\n"
#define NEED(name) "symbol " name "\n"
#define COMDAT(data, name)                                                                         \
    "elf\nsection .text data=c3 flags=6\nsection .text.x data=" data " flags=0x206 group=" name    \
    "\nsymbol " name " in=.text.x bind=2\ngroup " name " flags=1\n"

static const struct content contents[] = {
    {"a-f", OBJECT(DEF("a_run") NEED("_Rf"))},
    {"b-f", OBJECT(DEF("b_run") NEED("_Rf"))},
    {"c-f", OBJECT(DEF("c_run") NEED("_Rf"))},
    {"a-fg", OBJECT(DEF("a_run") NEED("_Rf") NEED("_Rg"))},
    {"b-fg", OBJECT(DEF("b_run") NEED("_Rf") NEED("_Rg"))},
    {"a-e", OBJECT(DEF("a_run") NEED("_Re"))},
    {"b-e", OBJECT(DEF("b_run") NEED("_Re"))},
    {"c-sys", OBJECT(DEF("c_run") NEED("sys"))},
    {"c-buffer", OBJECT(DEF("c_run") COMMON("_Rf"))},
    {"e-f", OBJECT(DEF("_Re") NEED("_Rf"))},
    {"f", OBJECT(DEF("_Rf"))},
    {"f2", OTHER(DEF("_Rf"))},
    {"w1", OBJECT(WEAK("_Rf"))},
    {"w2", OTHER(WEAK("_Rf"))},
    {"fc1", COMDAT("c3c3", "_Rf")},
    {"fc2", COMDAT("9090", "_Rf")},
    {"fc-ext", COMDAT("9090", "_Rf") NEED("ext")},
    {"fc-e", COMDAT("9090", "_Rf") NEED("_Re")},
    {"e-ext", OBJECT(DEF("_Re") NEED("ext"))},
    {"f-g", OBJECT(DEF("_Rf") NEED("_Rg"))},
    {"f-sys", OBJECT(DEF("_Rf") NEED("sys"))},
    {"g", OBJECT(DEF("_Rg"))},
    {"g2", OTHER(DEF("_Rg"))},
    {"sys", OBJECT(DEF("sys"))},
};

static struct set set;
static struct census census;
static struct plan plan;

/** All that two libraries hold moves, whatever comes of it. */
static void plan_all(const char *libraries)
{
    memset(&set, 0, sizeof set);
    memset(&census, 0, sizeof census);
    add_libraries(&set, libraries, contents, sizeof contents / sizeof *contents);
    find_classes(&set, ARMELD_IDENTITY_LINK, 1, &census);
    plan = (struct plan){0};
    plan.verdicts = ARENA_ARRAY(&plan.arena, struct verdict, census.count);
    plan.stays = ARENA_ARRAY(&plan.arena, bool, set.member_count);
    ck_assert(plan.verdicts && plan.stays);
    for (uint32_t i = 0; i < census.count; i++) {
        bool moves = census.members[i].sharers >= 2;
        plan.verdicts[i] = (struct verdict){moves ? DECISION_MOVE : DECISION_STAY,
                                            moves ? REASON_SHARED : REASON_UNSHARED, NO_CLASS,
                                            NO_CLASS};
    }
}

static void fall_back(unsigned models)
{
    struct proof_rules rules = {.jobs = 1, .min_sharers = 2, .models = models};
    struct proof_worker worker = {.fault_count = 0};
    struct proof proof = {.census = &census, .rules = &rules, .plan = &plan, .workers = &worker};
    ck_assert(roots_find(&census, NULL, 0, &proof.arena, &proof.is_root));
    ck_assert(scope_init(&proof.workspace, &census, &proof.arena));
    ck_assert(scope_init(&worker.before, &census, &worker.arena));
    ck_assert(scope_init(&worker.after, &census, &worker.arena));
    ck_assert(link_init(&worker.original, &census, &worker.arena));
    give_up(&proof);
    link_free(&worker.original);
    arena_free(&worker.arena);
    arena_free(&proof.arena);
}

/** The members of classes that move, once each. */
static const char *moved(void)
{
    const char *text = "";
    for (uint32_t i = 0; i < census.count; i++) {
        struct span name = set_member(&set, class_member(&census, i))->name;
        if (plan.verdicts[i].decision == DECISION_MOVE) {
            text = arena_printf(&plan.arena, "%s%s%.*s", text, *text ? " " : "", (int)name.size,
                                (const char *)name.data);
        }
    }
    return text;
}

static void forget(void)
{
    arena_free(&plan.arena);
    census_free(&census);
    set_free(&set);
}

static const struct {
    const char *what;
    const char *libraries;
    bool one_pass;
    const char *moves;
} rows[] = {
    {"what needs nothing and is the only one moves", "a=a-f f=f | b=b-f f=f", true, "f"},
    {"with what it needs", "a=a-f f=f-g g=g | b=b-f f=f-g g=g", true, "f g"},
    {"one symbol, two definitions: both stay",
     "a=a-f f=f | b=b-f f=f | c=c-f v=f2 | d=c-f v=f2", true, ""},
    {"though the second one is in one library only", "a=a-f f=f | b=b-f f=f | c=c-f v=f2", true,
     ""},
    {"also if they are weak", "a=a-f f=w1 | b=b-f f=w1 | c=c-f v=w2", true, ""},
    {"a common symbol is another definition", "a=a-f f=f | b=b-f f=f | c=c-buffer", true, ""},
    {"of COMDATs any is as good", "a=a-f f=fc1 | b=b-f f=fc1 | c=c-f v=fc2", true, "f"},
    {"but not if it comes with a need of what is undefined",
     "a=a-f f=fc1 | b=b-f f=fc1 | c=c-f v=fc-ext", true, ""},
    {"nor if what it needs does", "a=a-f f=fc1 | b=b-f f=fc1 | c=c-f v=fc-e e=e-ext", false, ""},
    {"one pass: not what needs something that stays", "a=a-fg f=f-g g=g | b=b-fg f=f-g g=g2", true,
     ""},
    {"lazy linkers go back for it", "a=a-fg f=f-g g=g | b=b-fg f=f-g g=g2", false, "f"},
    {"nor what needs that", "a=a-e e=e-f f=f-g g=g | b=b-e e=e-f f=f-g g=g2", true, ""},
    {"what would be defined for a library that lacks it",
     "a=a-f f=f-sys s=sys | b=b-f f=f-sys s=sys | c=c-sys", true, ""},
};

START_TEST(what_stays)
{
    plan_all(rows[_i].libraries);
    fall_back(models_of(rows[_i].one_pass ? OBJ_ELF : OBJ_MACHO));
    ck_assert_msg(strcmp(moved(), rows[_i].moves) == 0, "%s: %s, not %s", rows[_i].what, moved(),
                  rows[_i].moves);
    for (uint32_t i = 0; i < census.count; i++) { /* and says why */
        ck_assert(census.members[i].sharers < 2 || plan.verdicts[i].decision == DECISION_MOVE ||
                  plan.verdicts[i].reason == REASON_PROOF ||
                  plan.verdicts[i].reason == REASON_CAPTURE);
    }
    forget();
}
END_TEST

/** It is right without any simulated link: the simulation finds nothing to change. */
START_TEST(holds)
{
    unsigned models = models_of(rows[_i].one_pass ? OBJ_ELF : OBJ_MACHO);
    struct proof_rules rules = {.jobs = 1, .min_sharers = 2, .models = models};
    struct error error = {0};
    plan_all(rows[_i].libraries);
    fall_back(models);
    const char *before = moved();
    ck_assert_msg(proof_run(&census, &rules, &plan, &error), "%s", error.text);
    ck_assert_str_eq(moved(), before);
    ck_assert_uint_eq(plan.kept_count, 0);
    ck_assert_uint_eq(plan.proof_rounds, 1);
    forget();
}
END_TEST

Suite *proof_fallback_suite(void)
{
    Suite *suite = suite_create("proof-fallback");
    TCase *cases = tcase_create("proof-fallback");
    tcase_add_loop_test(cases, what_stays, 0, (int)(sizeof rows / sizeof *rows));
    tcase_add_loop_test(cases, holds, 0, (int)(sizeof rows / sizeof *rows));
    suite_add_tcase(suite, cases);
    return suite;
}
