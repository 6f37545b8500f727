/* SPDX-License-Identifier: MIT */
/** Whole libraries: which Rust-mangled symbols one needs and lacks. */
#include "census/whole.h"

#include "support/objects.h"
#include "obj/rust_names.h"
#include "support/scratch.h"
#include "suites.h"

#define F "_ZN3foo1f17h0123456789abcdefE"
#define G "_RNvCs1_3foo1g"
#define ELF(symbols) "elf\nsection .text data=c3c3c3c3 flags=6\n" symbols
#define DEF(name) "symbol " name " in=.text\n"
#define NEED(name) "symbol " name "\n"
#define COFF(symbols) "coff machine=0x8664\nsection .text data=c3c3c3c3 flags=0x60500020\n" symbols
#define COFF_DEF(name) "symbol " name " in=.text bind=2\n"
#define COFF_NEED(name) "symbol " name " bind=2\n"
#define MACHO(symbols) "macho\nsection __TEXT,__text data=c3c3c3c3\n" symbols
#define MACHO_DEF(name) "symbol " name " in=__TEXT,__text kind=1\n"
#define MACHO_NEED(name) "symbol " name " kind=1\n"

static const struct content contents[] = {
    {"f", ELF(DEF(F))},
    {"f-weak", ELF("symbol " F " in=.text bind=2\n")},
    {"f-common", ELF("symbol " F " in=common size=8 at=8\n")},
    {"f-local", ELF("symbol " F " in=.text bind=0\n")},
    {"a-f", ELF(DEF("a_run") NEED(F))},
    {"a-fg", ELF(DEF("a_run") NEED(F) NEED(G))},
    {"b-f", ELF(DEF("b_run") NEED(F))},
    {"a-wf", ELF(DEF("a_run") "symbol " F " bind=2\n")},
    {"a-c", ELF(DEF("a_run") NEED("malloc") NEED("_Z3barv") NEED("_RTC_Shutdown"))},
    {"coff-f", COFF(COFF_DEF(F))},
    {"coff-a-f", COFF(COFF_DEF("a_run") COFF_NEED(F))},
    {"coff-a-imp", COFF(COFF_DEF("a_run") COFF_NEED("__imp_" F))},
    {"coff-a-alternate", COFF("section .drectve data="
                              "2f616c7465726e6174656e616d653a" /* "/alternatename:" */
                              "5f5a4e33666f6f31663137683031323334353637383961626364656645"
                              "3d615f72756e" /* F "=a_run" */
                              " flags=0x100a00\n" COFF_DEF("a_run") COFF_NEED(F))},
    {"macho-f", MACHO(MACHO_DEF("_" F))},
    {"macho-a-f", MACHO(MACHO_DEF("_a_run") MACHO_NEED("_" F))},
};

/** Sets of libraries, and how many symbols each one of the set lacks: a digit for each. */
static const struct {
    const char *what;
    const char *libraries;
    const char *lacks;
} rows[] = {
    {"all is there", "a.o=a-f f.o=f", "0"},
    {"the definition comes first", "f.o=f a.o=a-f", "0"},
    {"a weak definition", "a.o=a-f f.o=f-weak", "0"},
    {"a common symbol", "a.o=a-f f.o=f-common", "0"},
    {"a local symbol defines nothing for others", "a.o=a-f f.o=f-local", "1"},
    {"one is missing", "a.o=a-f", "1"},
    {"two are missing", "a.o=a-fg", "2"},
    {"one of two is missing", "a.o=a-fg f.o=f", "1"},
    {"what two members need counts once", "a.o=a-f b.o=b-f", "1"},
    {"another library's definition does not count", "a.o=a-f | b.o=b-f f.o=f | a.o=a-fg", "102"},
    {"a weak need", "a.o=a-wf", "0"},
    {"names of other languages", "a.o=a-c", "0"},
    {"no member", "", "0"},
    {"text", "a.o=a-f readme=text", "1"},
    {"an rlib", "lib.rmeta=text a.o=a-f", "0"},
    {"COFF", "coff: a.o=coff-a-f f.o=coff-f | coff: a.o=coff-a-f", "01"},
    {"COFF: imported from a DLL", "coff: a.o=coff-a-imp", "0"},
    {"COFF: another one is taken", "coff: a.o=coff-a-alternate", "0"},
    {"Mach-O", "darwin: a.o=macho-a-f f.o=macho-f | darwin: a.o=macho-a-f", "01"},
};

START_TEST(what_lacks)
{
    struct set set = {0};
    struct census census = {0};
    struct arena arena = {0};
    struct whole whole;
    add_libraries(&set, rows[_i].libraries, contents, sizeof contents / sizeof *contents);
    find_classes(&set, ARMELD_IDENTITY_LINK, 2, &census);
    ck_assert(whole_init(&whole, &census, &arena));
    ck_assert_uint_eq(set.library_count, strlen(rows[_i].lacks));
    for (uint32_t i = 0; i < set.library_count; i++) {
        size_t lacks = (size_t)(rows[_i].lacks[i] - '0');
        ck_assert_int_eq(whole_look(&whole, i), lacks == 0);
        ck_assert_msg(whole.lacking_count == lacks, "%s: library %u lacks %zu", rows[_i].what, i,
                      whole.lacking_count);
    }
    arena_free(&arena);
    census_free(&census);
    set_free(&set);
}
END_TEST

/** A member that only a compiler can read: it may define what is missing, unless an index tells. */
START_TEST(unread_members)
{
    static const uint8_t bitcode[] = {'B', 'C', 0xc0, 0xde, 1, 2, 3, 4};
    static const char *const indexed[] = {NULL, F, "other"};
    static const bool whole_with[] = {true, true, false};
    struct span object = assemble(&scratch_arena, ELF(DEF("a_run") NEED(F)));
    struct span name = indexed[_i] ? span_of(indexed[_i]) : span_of("");
    struct ar_item items[] = {
        {.name = span_of("a.o"), .data = object},
        {.name = span_of("b.o"),
         .data = span_make(bitcode, sizeof bitcode),
         .symbols = &name,
         .symbol_count = indexed[_i] != NULL},
    };
    struct set set = {0};
    struct census census = {0};
    struct whole whole;
    add_library(&set, AR_GNU, items, 2);
    find_classes(&set, ARMELD_IDENTITY_LINK, 1, &census);
    ck_assert(whole_init(&whole, &census, &scratch_arena));
    ck_assert_int_eq(whole_look(&whole, 0), whole_with[_i]);
    census_free(&census);
    set_free(&set);
}
END_TEST

static const struct {
    const char *name;
    bool mangled;
} names[] = {
    {F, true},
    {"_" F, true},
    {F ".llvm.123", true},
    {"_ZN17h0123456789abcdefE", true},
    {"_ZN3foo1f17h0123456789abcdeXE", false},
    {"_ZN3foo3barE", false},
    {G, true},
    {"_" G, true},
    {G ".llvm.9", true},
    {"_RNvC3foo1g", true},
    {"_RNvCu3foo1g", true},
    {"_RINvNtCs1234567890a_4core3ptr13drop_in_placeReE", true},
    {"_RTC_Shutdown", false},
    {"_RNG_Count", false},
    {"_RInC", false},
    {"_RNCs_", false},
    {"_RNCsabc", false},
    {"__RTDynamicCast", false},
    {"_R", false},
    {"_RN", false},
    {"anon.0.llvm.123", false},
    {"__imp_" F, false},
    {"main", false},
    {"", false},
};

START_TEST(mangled_names)
{
    ck_assert_msg(is_rust_mangled(span_of(names[_i].name)) == names[_i].mangled, "%s",
                  names[_i].name);
}
END_TEST

Suite *whole_suite(void)
{
    Suite *suite = suite_create("whole");
    TCase *tests = tcase_create("whole libraries");
    tcase_add_unchecked_fixture(tests, scratch_make, scratch_remove);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, what_lacks, 0, sizeof rows / sizeof *rows);
    tcase_add_loop_test(tests, unread_members, 0, 3);
    tcase_add_loop_test(tests, mangled_names, 0, sizeof names / sizeof *names);
    suite_add_tcase(suite, tests);
    return suite;
}
