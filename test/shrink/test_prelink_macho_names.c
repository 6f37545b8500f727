/* SPDX-License-Identifier: MIT */
/** What several Mach-O definitions of one name become: weak ones, hidden ones, common ones. */
#include <check.h>

#include "obj/macho.h"
#include "suites.h"
#include "support/edits.h"

static struct arena arena;

static void forget(void)
{
    arena_free(&arena);
}

/* n_desc: 0x80 weak definition, 0x40 may be hidden, 0x20 no dead strip; n_type 0x11 is hidden */
#define PART(text) "macho\nsection __DATA,__data data=0102030405060708\n" text
#define PLAIN PART("symbol _api in=__DATA,__data other=0x80\n")
#define HIDEABLE PART("symbol _api in=__DATA,__data other=0xc0\n")
#define HIDDEN PART("symbol _api in=__DATA,__data other=0x80 kind=0x11\n")
#define KEPT PART("symbol _api in=__DATA,__data other=0xa0\n")
#define STRONG PART("symbol _api in=__DATA,__data\n")
#define COMMON(size, align) PART("symbol _api in=common at=" size " other=" align "00\n")

static const struct {
    const char *what;
    const char *parts[4];
    uint32_t detail;
    bool hidden;
    enum obj_place place;
    uint64_t size; /* of a common symbol */
} rows[] = {
    {"automatically hidden, since both are", {HIDEABLE, HIDEABLE}, 0xc0, false, PLACE_SECTION, 0},
    {"one is plain", {HIDEABLE, PLAIN}, 0x80, false, PLACE_SECTION, 0},
    {"the first one is plain", {PLAIN, HIDEABLE, HIDEABLE}, 0x80, false, PLACE_SECTION, 0},
    {"private extern, since both are", {HIDDEN, HIDDEN}, 0x80, true, PLACE_SECTION, 0},
    {"automatically hidden, since the others are hidden", {HIDEABLE, HIDDEN, HIDEABLE}, 0xc0, false,
     PLACE_SECTION, 0},
    {"one is exported", {HIDDEN, PLAIN}, 0x80, false, PLACE_SECTION, 0},
    {"one must not be stripped", {PLAIN, KEPT}, 0xa0, false, PLACE_SECTION, 0},
    {"weak ones say nothing beside a strong one", {KEPT, HIDDEN, STRONG}, 0, false, PLACE_SECTION,
     0},
    {"nor does a hidden one before it", {HIDDEN, STRONG}, 0, false, PLACE_SECTION, 0},
    {"the largest size and the largest alignment", {COMMON("64", "0x3"), COMMON("16", "0x5")},
     0x500, false, PLACE_COMMON, 64},
    {"the same the other way round", {COMMON("16", "0x5"), COMMON("64", "0x3")}, 0x500, false,
     PLACE_COMMON, 64},
    {"a weak definition wins against a common symbol", {COMMON("64", "0x3"), PLAIN}, 0x80, false,
     PLACE_SECTION, 0},
};

START_TEST(attributes)
{
    struct obj_edit edit = prelinked(&arena, rows[_i].parts);
    const struct obj_symbol *symbol = symbol_named(&edit, "_api");
    while (symbol->binding == BINDING_LOCAL) { /* what is left of a definition that lost */
        symbol++;
        ck_assert(symbol < edit.object.symbols + edit.object.symbol_count);
    }
    ck_assert_msg(symbol->detail == rows[_i].detail, "%s: %#x", rows[_i].what, symbol->detail);
    ck_assert_msg((symbol->visibility == VISIBILITY_HIDDEN) == rows[_i].hidden, "%s",
                  rows[_i].what);
    ck_assert_msg(symbol->place == rows[_i].place, "%s", rows[_i].what);
    ck_assert_msg(symbol->size == rows[_i].size, "%s", rows[_i].what);
}
END_TEST

/** What the runtimes of instrumentation find by name stays global, so that it is one. */
START_TEST(instrumentation)
{
    static const char *const parts[] = {
        PART("symbol ___llvm_profile_raw_version in=__DATA,__data other=0x80 kind=0x11\n"
             "symbol ____asan_globals_registered in=common at=8 other=0x300 kind=0x11\n"
             "symbol _own in=__DATA,__data other=0x80 kind=0x11\n"), NULL};
    struct obj_edit edit = prelinked(&arena, parts);
    ck_assert_str_eq(symbol_list(&arena, &edit),
                     "-_own ~!___llvm_profile_raw_version ~____asan_globals_registered");
}
END_TEST

Suite *prelink_macho_names_suite(void)
{
    Suite *suite = suite_create("prelink-macho-names");
    TCase *cases = tcase_create("prelink-macho-names");
    tcase_add_checked_fixture(cases, NULL, forget);
    tcase_add_loop_test(cases, attributes, 0, (int)(sizeof rows / sizeof *rows));
    tcase_add_test(cases, instrumentation);
    suite_add_tcase(suite, cases);
    return suite;
}
