/* SPDX-License-Identifier: MIT */
/** Writing COFF again: lists of symbols, long names, weak externals, many relocations. */
#include <check.h>

#include "suites.h"
#include "support/edits.h"
#include "support/objects.h"

static struct arena arena;

static void forget(void)
{
    arena_free(&arena);
}

#define CODE                                                                                       \
    "section .text data=c3c3c3c3 flags=0x60500020\nsection .data data=00 flags=0xc0100040\n"
#define SYMBOLS                                                                                    \
    "symbol f in=.text bind=2\nsymbol g in=.text at=1 bind=2\nsymbol d in=.data bind=2\n"

static const struct {
    const char *what;
    const char *text;
    const char *section;
    const char *relocs;  /* of that section */
    const char *without; /* when f has gone */
} lists[] = {
    {"the functions that control flow guard allows", CODE SYMBOLS
     "section .gfids$y numbers=f,g flags=0x40300040\n", ".gfids$y", "0:f 1:g", "0:g"},
    {"symbols whose addresses count", CODE SYMBOLS
     "section .llvm_addrsig numbers=g,f,d flags=0x100800\n", ".llvm_addrsig", "0:g 1:f 2:d",
     "0:g 1:d"},
    /* a caller, a callee, a weight of 64 bits, which both have as addend; f calls g 5 times, g
       calls d 7 times */
    {"how often functions call each other", CODE
     "section .llvm.call-graph-profile flags=0x100800 data="
     "00000000" "01000000" "0500000000000000" "01000000" "02000000" "0700000000000000\n" SYMBOLS,
     ".llvm.call-graph-profile", "0:f+5 1:g+5 2:g+7 3:d+7", "0:g+7 1:d+7"},
    /* from, to, kind */
    {"thunks of arm64ec", CODE "section .hybmp$x flags=0x40300040 data="
     "00000000" "01000000" "04000000" "01000000" "02000000" "01000000\n" SYMBOLS, ".hybmp$x",
     "0:f+4 1:g+4 2:g+1 3:d+1", "0:g+1 1:d+1"},
};

START_TEST(lists_of_symbols)
{
    static const char *const formats[] = {"coff machine=0x8664\n", "bigobj machine=0x8664\n"};
    for (int big = 0; big < 2; big++) {
        struct obj_edit edit =
            edit_of(&arena, arena_printf(&arena, "%s%s", formats[big], lists[_i].text));
        uint32_t number = section_number(&edit, lists[_i].section, 0);
        ck_assert_str_eq(reloc_list(&arena, &edit, number), lists[_i].relocs);
        struct obj_edit again = written(&arena, &edit);
        ck_assert_str_eq(reloc_list(&arena, &again, number), lists[_i].relocs);
        ck_assert_uint_eq(again.object.sections[number].size, edit.object.sections[number].size);
    }
}
END_TEST

/** A list loses what goes, with the whole record: what is left has other numbers. */
START_TEST(shortened_lists)
{
    struct obj_edit edit =
        edit_of(&arena, arena_printf(&arena, "coff machine=0x8664\n%s", lists[_i].text));
    struct error error = {0};
    uint32_t number = section_number(&edit, lists[_i].section, 0);
    bool sections[4] = {false};
    bool symbols[4] = {true}; /* f */
    ck_assert(obj_edit_drop(&edit, sections, symbols, &arena, &error) == OBJ_OK);
    edit = written(&arena, &edit);
    ck_assert_str_eq(reloc_list(&arena, &edit, number), lists[_i].without);
}
END_TEST

/** Names of more than eight bytes stand in the string table, of symbols as of sections. */
START_TEST(long_names)
{
    struct obj_edit edit = edit_of(&arena,
        "coff machine=0x8664\nsection .text$a_long_name data=c3 flags=0x60500020\n"
        "section .text$88 data=c3 flags=0x60500020\nmark .text$a_long_name\n"
        "symbol eight_88 in=.text$88 bind=2\nsymbol nine_9999 in=.text$88 bind=2\n");
    edit = written(&arena, &edit);
    ck_assert_str_eq(section_list(&arena, &edit), ".text$a_long_name:1 .text$88:1");
    ck_assert_str_eq(symbol_list(&arena, &edit), "eight_88 nine_9999");
}
END_TEST

/** 65,535 relocations and more have their number in the first one [PE Format, 4.1]. */
START_TEST(many_relocations)
{
    enum { MANY = 65536 };
    struct obj_edit edit = edit_of(&arena,
        "coff machine=0x8664\nsection .data data=0000000000000000 flags=0xc0400040\n"
        "symbol far bind=2\nreloc .data at=0 to=far kind=1\n");
    for (size_t count = MANY - 2; count <= MANY; count++) {
        struct obj_reloc *list = ARENA_ARRAY(&arena, struct obj_reloc, count);
        ck_assert_ptr_nonnull(list);
        for (size_t i = 0; i < count; i++) {
            list[i] = edit.relocs[0].list[0];
        }
        struct obj_edit more = edit;
        struct edit_relocs relocs = {list, count};
        more.relocs = &relocs;
        more = written(&arena, &more);
        ck_assert_uint_eq(more.relocs[0].count, count);
        ck_assert_int_eq((more.object.sections[0].flags & 0x01000000) != 0, count >= 65535);
    }
}
END_TEST

/** What the writer does not know is not taken apart. */
START_TEST(refused)
{
    static const struct {
        size_t at;
        uint8_t value;
        const char *expected;
    } cases[] = {
        {20 + 34, 1, "section header 1: line numbers are not understood"},
        /* the first symbol gets an auxiliary record: the second one */
        {0, 1, "symbol f: its auxiliary records are not understood"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct obj_edit edit;
        struct error error = {0};
        struct span data = assemble(&arena, "coff machine=0x8664\n" CODE SYMBOLS);
        size_t symbols = get_le32(data.data + 8);
        ((uint8_t *)(uintptr_t)data.data)[cases[i].at ? cases[i].at : symbols + 17] =
            cases[i].value;
        ck_assert(obj_edit_read(data, &arena, &edit, &error) == OBJ_NOT_MINE);
        ck_assert_str_eq(error.text, cases[i].expected);
    }
}
END_TEST

Suite *coff_write_suite(void)
{
    Suite *suite = suite_create("coff-write");
    TCase *cases = tcase_create("coff-write");
    tcase_add_checked_fixture(cases, NULL, forget);
    tcase_add_loop_test(cases, lists_of_symbols, 0, (int)(sizeof lists / sizeof *lists));
    tcase_add_loop_test(cases, shortened_lists, 0, (int)(sizeof lists / sizeof *lists));
    tcase_add_test(cases, long_names);
    tcase_add_test(cases, many_relocations);
    tcase_add_test(cases, refused);
    suite_add_tcase(suite, cases);
    return suite;
}
