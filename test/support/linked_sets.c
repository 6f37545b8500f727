/* SPDX-License-Identifier: MIT */
#include <check.h>

#include "support/linked_sets.h"
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

/* LLVM's merged variables: a COMDAT without duplicates whose leader is static. */
#define PE_MERGED(name)                                                                           \
    "coff machine=0x8664\nsection .data data=00000000 flags=0xc0301040\nmark .data select=1\n"    \
    "symbol _MergedGlobals in=.data bind=3\nsymbol " name " in=.data bind=2\n"

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
    {"pe-main-gf", PE(PE_DEF("main") PE_NEED("g") PE_NEED("f"))},
    {"pe-main-xy", PE(PE_DEF("main") PE_NEED("x") PE_NEED("y"))},
    {"pe-x-weak", PE(PE_DEF("x") "weak f to=x search=2\n")},
    {"pe-y-weak", PE(PE_DEF("y") "weak f to=y search=2\n")},
    {"pe-y-weak-x", PE(PE_DEF("y") PE_NEED("x") "weak f to=x search=2\n")},
    {"pe-xf", PE(PE_DEF("x") PE_DEF("f"))},
    {"pe-yf", PE(PE_DEF("y") PE_NEED("f"))},
    {"pe-merged-f", PE_MERGED("f")},
    {"pe-merged-g", PE_MERGED("g")},
    {"pe-f", PE(PE_DEF("f"))},
    {"pe-g", PE(PE_DEF("g"))},
    {"pe-stub", PE_STUB("sys", PE_NEED("head"))},
    {"pe-stub2", PE_STUB("sys", "")},
    {"pe-head", PE(PE_DEF("head"))},
};

struct linked_set t;

void take(const char *libraries)
{
    memset(&t, 0, sizeof t);
    add_libraries(&t.set, libraries, contents, sizeof contents / sizeof *contents);
    find_classes(&t.set, ARMELD_IDENTITY_LINK, 1, &t.census);
    t.plan.verdicts = ARENA_ARRAY(&t.arena, struct verdict, t.census.count);
    t.plan.stays = ARENA_ARRAY(&t.arena, bool, t.set.member_count);
    ck_assert(t.plan.verdicts && t.plan.stays);
}

void drop(void)
{
    census_free(&t.census);
    set_free(&t.set);
    arena_free(&t.arena);
}

uint32_t symbol(const char *name)
{
    for (uint32_t i = 0; i < t.census.symbol_count; i++) {
        if (span_is(t.census.symbols[i], name)) {
            return i;
        }
    }
    ck_abort_msg("no symbol %s", name);
    return 0;
}

uint32_t class(const char *name)
{
    for (uint32_t i = 0; i < t.set.member_count; i++) {
        if (span_is(set_member(&t.set, i)->name, name)) {
            return t.census.class_of[i];
        }
    }
    ck_abort_msg("no member %s", name);
    return 0;
}

void move(const char *name)
{
    t.plan.verdicts[class(name)].decision = DECISION_MOVE;
}
