/* SPDX-License-Identifier: MIT */
/** Import sets that the workspace needs: all of a DLL's members, in their order, or none. */
#include <check.h>

#include "proof/plan_imports.h"
#include "suites.h"
#include "support/objects.h"
#include "support/sets.h"

#define PE(symbols) "coff machine=0x8664\nsection .text data=c3c3c3c3 flags=0x60500020\n" symbols
#define DEF(name) "symbol " name " in=.text bind=2\n"
#define NEED(name) "symbol " name " bind=2\n"

/*
 * An import library as GNU dlltool makes it: the head defines _head_DLL and needs DLL_iname, each
 * stub needs the head, the tail defines DLL_iname [binutils, dlltool.c]. The linker orders them by
 * the names of their members.
 */
#define HEAD(dll)                                                                                  \
    "coff machine=0x8664\nsection .idata$2 data=0000000000000000000000000000000000000000 "         \
    "flags=0xc0300040\nsymbol _head_" dll " in=.idata$2 bind=2\nsymbol " dll "_iname bind=2\n"
#define STUB(dll, name)                                                                            \
    "coff machine=0x8664\nsection .text data=ff25 flags=0x60500020\n"                              \
    "section .idata$5 data=0000000000000000 flags=0xc0300040\n"                                    \
    "symbol " name " in=.text bind=2\nsymbol __imp_" name " in=.idata$5 bind=2\n"                  \
    "symbol _head_" dll " bind=2\n"
#define TAIL(dll)                                                                                  \
    "coff machine=0x8664\nsection .idata$7 data=782e646c6c00 flags=0xc0300040\n"                   \
    "symbol " dll "_iname in=.idata$7 bind=2\n"

static const struct content contents[] = {
    {"needs-open", PE(DEF("f") NEED("open"))},
    {"needs-imp-open", PE(DEF("f") NEED("__imp_open"))},
    {"needs-close", PE(DEF("g") NEED("close"))},
    {"needs-send", PE(DEF("s") NEED("send"))},
    {"needs-both", PE(DEF("h") NEED("open") NEED("send"))},
    {"needs-none", PE(DEF("n"))},
    {"may-need-open", PE("symbol other in=.text bind=2\nweak open to=other search=3\n")},
    {"defines-open", PE(DEF("open"))},
    {"k-head", HEAD("k")},
    {"k-open", STUB("k", "open")},
    {"k-close", STUB("k", "close")},
    {"k-tail", TAIL("k")},
    {"w-head", HEAD("w")},
    {"w-send", STUB("w", "send")},
    {"w-tail", TAIL("w")},
};

/** A short import: its header, then the symbol and the DLL [PE Format, "Import Library Format"]. */
static struct ar_item short_import(struct arena *arena, const char *name, const char *symbol,
                                   const char *dll)
{
    size_t size = strlen(symbol) + 1 + strlen(dll) + 1;
    uint8_t *bytes = arena_alloc(arena, 20 + size);
    memset(bytes, 0, 20);
    put_le16(bytes + 2, 0xffff);
    put_le16(bytes + 6, 0x8664);
    put_le32(bytes + 12, (uint32_t)size);
    put_le16(bytes + 18, 1 << 2); /* code, by name */
    memcpy(bytes + 20, symbol, strlen(symbol) + 1);
    memcpy(bytes + 20 + strlen(symbol) + 1, dll, strlen(dll) + 1);
    return (struct ar_item){
        .name = span_of(name), .data = span_make(bytes, 20 + size), .object = true};
}

static struct set set;
static struct census census;
static struct plan plan;
static struct arena arena;

static void take(void)
{
    find_classes(&set, ARMELD_IDENTITY_LINK, 1, &census);
    plan = (struct plan){0};
    plan.verdicts = ARENA_ARRAY(&plan.arena, struct verdict, census.count);
    ck_assert_ptr_nonnull(plan.verdicts);
}

static void drop(void)
{
    arena_free(&plan.arena);
    census_free(&census);
    set_free(&set);
    arena_free(&arena);
    memset(&set, 0, sizeof set);
    memset(&census, 0, sizeof census);
}

/** Move the first member of that name, or let it stay. */
static void decide(const char *name, enum decision decision)
{
    for (uint32_t i = 0; i < set.member_count; i++) {
        if (span_is(set_member(&set, i)->name, name)) {
            plan.verdicts[census.class_of[i]].decision = decision;
            return;
        }
    }
    ck_abort_msg("no member %s", name);
}

static void move(const char *names)
{
    char *copy = arena_printf(&arena, "%s", names);
    char *state;
    for (char *name = strtok_r(copy, " ", &state); name; name = strtok_r(NULL, " ", &state)) {
        decide(name, DECISION_MOVE);
    }
}

/** "LIBRARY:MEMBER(FIRST OF ITS SET)", in order. */
static const char *copies(void)
{
    const char *text = "";
    ck_assert(plan_imports(&census, &plan));
    for (size_t i = 0; i < plan.import_count; i++) {
        const struct import_copy *copy = &plan.imports[i];
        struct span name = set_member(&set, copy->member)->name;
        struct span first = set_member(&set, copy->set)->name;
        text = arena_printf(&arena, "%s%s%u:%.*s(%.*s)", text, *text ? " " : "",
                            set.members[copy->member].library, (int)name.size,
                            (const char *)name.data, (int)first.size, (const char *)first.data);
    }
    return text;
}

#define KERNEL "kh=k-head ko=k-open kc=k-close kt=k-tail"
#define WINSOCK "wh=w-head ws=w-send wt=w-tail"
#define ALL_KERNEL(n) n ":kh(kh) " n ":ko(kh) " n ":kc(kh) " n ":kt(kh)"
#define ALL_WINSOCK(n) n ":wh(wh) " n ":ws(wh) " n ":wt(wh)"

static const struct {
    const char *what;
    const char *libraries;
    const char *moves;
    const char *expected;
} rows[] = {
    {"one stub is needed: its whole set, and no other DLL's", "f=needs-open " KERNEL " " WINSOCK,
     "f", ALL_KERNEL("0")},
    {"the pointer is needed", "f=needs-imp-open " KERNEL, "f", ALL_KERNEL("0")},
    {"two stubs of one DLL: the set, once", "f=needs-open g=needs-close " KERNEL, "f g",
     ALL_KERNEL("0")},
    {"two DLLs", "h=needs-both " KERNEL " " WINSOCK, "h", ALL_KERNEL("0") " " ALL_WINSOCK("0")},
    {"two DLLs whose members are mixed keep their order",
     "h=needs-both kt=k-tail wh=w-head ko=k-open ws=w-send kh=k-head wt=w-tail", "h",
     "0:kt(kt) 0:ko(kt) 0:kh(kt) 0:wh(wh) 0:ws(wh) 0:wt(wh)"},
    {"what stays needs nothing in the workspace", "f=needs-open n=needs-none " KERNEL, "n", ""},
    {"nothing that moves needs an import", "n=needs-none " KERNEL, "n", ""},
    {"a weak external has a default", "m=may-need-open " KERNEL, "m", ""},
    {"what moves defines it", "f=needs-open d=defines-open | f=needs-open " KERNEL, "f d", ""},
    {"a definition that stays, and comes first, is no import",
     "f=needs-open d=defines-open " KERNEL, "f", ""},
    {"of several libraries the first that has it",
     "f=needs-open " KERNEL " | f=needs-open " KERNEL " " WINSOCK, "f", ALL_KERNEL("0")},
    {"the first may lack another DLL, of which the second has the set",
     "f=needs-open " KERNEL " | s=needs-send f=needs-open " KERNEL " " WINSOCK, "f s",
     ALL_KERNEL("0") " " ALL_WINSOCK("1")},
    {"no imports at all", "f=needs-open", "f", ""},
};

START_TEST(whole_sets)
{
    add_libraries(&set, rows[_i].libraries, contents, sizeof contents / sizeof *contents);
    take();
    move(rows[_i].moves);
    const char *found = copies();
    ck_assert_msg(strcmp(found, rows[_i].expected) == 0, "%s: %s, not %s", rows[_i].what, found,
                  rows[_i].expected);
    drop();
}
END_TEST

/** Asked again when the plan has changed, it says what holds then. */
START_TEST(again)
{
    add_libraries(&set, "f=needs-open s=needs-send " KERNEL " " WINSOCK, contents,
                  sizeof contents / sizeof *contents);
    take();
    move("f");
    ck_assert_str_eq(copies(), ALL_KERNEL("0"));
    decide("f", DECISION_STAY);
    move("s");
    ck_assert_str_eq(copies(), ALL_WINSOCK("0"));
    decide("s", DECISION_STAY);
    ck_assert_str_eq(copies(), "");
    drop();
}
END_TEST

/** Short imports of one DLL belong together, though none names another. */
START_TEST(short_imports)
{
    struct ar_item items[] = {
        {.name = span_of("f"), .data = assemble(&arena, PE(DEF("f") NEED("open"))), .object = true},
        short_import(&arena, "one", "close", "kernel32.dll"),
        short_import(&arena, "two", "send", "ws2_32.dll"),
        short_import(&arena, "three", "open", "kernel32.dll"),
    };
    add_library(&set, AR_COFF, items, sizeof items / sizeof *items);
    take();
    move("f");
    ck_assert_str_eq(copies(), "0:one(one) 0:three(one)");
    drop();
}
END_TEST

Suite *plan_imports_suite(void)
{
    Suite *suite = suite_create("plan-imports");
    TCase *cases = tcase_create("plan-imports");
    tcase_add_loop_test(cases, whole_sets, 0, (int)(sizeof rows / sizeof *rows));
    tcase_add_test(cases, again);
    tcase_add_test(cases, short_imports);
    suite_add_tcase(suite, cases);
    return suite;
}
