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

/* each symbol has a record, so that their numbers are 0, 2, 4, ... */
#define FUNCTIONS                                                                                  \
    CODE "symbol f in=.text bind=2 kind=0x20 aux=02000000110000007856341206000000\n"               \
         "symbol .bf in=.text bind=101 aux=00000000070000000000000008000000\n"                     \
         "symbol .ef in=.text bind=101 aux=0000000009000000\n"                                     \
         "symbol g in=.text at=1 bind=3 kind=0x20 aux=0800000012\n"                                \
         "symbol .bf in=.text at=1 bind=101 aux=000000000b\n"                                      \
         "symbol .ef in=.text at=1 bind=101 aux=000000000d\n"                                      \
         "symbol tok in=absolute bind=107 aux=010006000000\n"                                      \
         "symbol dom in=absolute bind=2 aux=20000000\n"                                            \
         "symbol arr in=.data bind=3 kind=0x34 aux=000000000000080002000400\n"

/** The first 16 bytes of each auxiliary record, as words of 32 bits in hexadecimal. */
static const char *aux_list(const struct obj_edit *edit)
{
    const char *text = "";
    for (size_t i = 0; i < edit->object.symbol_count; i++) {
        const struct obj_symbol *symbol = &edit->object.symbols[i];
        text = symbol->aux.size ? arena_printf(&arena, "%s%.*s", text, SPAN_ARGS(symbol->name))
                                : text;
        for (size_t at = 0; symbol->aux.size && at < 16; at += 4) {
            text = arena_printf(&arena, "%s%c%x", text, at ? ',' : ':',
                                get_le32(symbol->aux.data + at));
        }
        text = symbol->aux.size ? arena_printf(&arena, "%s ", text) : text;
    }
    return text;
}

/** Records for debuggers name symbols by their new numbers, and nothing instead of removed ones. */
START_TEST(auxiliary_records)
{
    static const struct {
        bool drop[10];
        const char *expected;
    } rows[] = {
        {{false},
         "f:2,11,0,6 .bf:0,7,0,8 .ef:0,9,0,0 g:8,12,0,0 .bf:0,b,0,0 .ef:0,d,0,0 tok:60001,0,0,0 "
         "dom:20,0,0,0 arr:0,80000,40002,0 "},
        {{false, true, true},
         "f:0,11,0,2 g:4,12,0,0 .bf:0,b,0,0 .ef:0,d,0,0 tok:20001,0,0,0 dom:20,0,0,0 "
         "arr:0,80000,40002,0 "},
        {{false, false, false, false, true, true},
         "f:2,11,0,6 .bf:0,7,0,0 .ef:0,9,0,0 g:0,12,0,0 tok:60001,0,0,0 dom:20,0,0,0 "
         "arr:0,80000,40002,0 "},
    };
    static const char *const formats[] = {"coff machine=0x8664\n", "bigobj machine=0x8664\n"};
    for (size_t i = 0; i < 2 * sizeof rows / sizeof *rows; i++) {
        struct error error = {0};
        bool sections[8] = {false};
        struct obj_edit edit =
            edit_of(&arena, arena_printf(&arena, "%s%s", formats[i % 2], FUNCTIONS));
        ck_assert(obj_edit_drop(&edit, sections, rows[i / 2].drop, &arena, &error) == OBJ_OK);
        struct obj_edit again = written(&arena, &edit);
        ck_assert_str_eq(aux_list(&again), rows[i / 2].expected);
    }
}
END_TEST

/** A record that is nothing without a removed symbol is not written. */
START_TEST(lost_token)
{
    struct error error = {0};
    struct span out;
    bool sections[8] = {false};
    bool symbols[10] = {false, false, false, true};
    struct obj_edit edit = edit_of(&arena, "coff machine=0x8664\n" FUNCTIONS);
    ck_assert(obj_edit_drop(&edit, sections, symbols, &arena, &error) == OBJ_OK);
    ck_assert(obj_edit_write(&edit, &arena, &out, &error) == OBJ_BROKEN);
    ck_assert_str_eq(error.text,
                     "symbol tok: its auxiliary record names a symbol that is removed");
}
END_TEST

/** In one object of several, records for debuggers name nothing: the numbers are of the parts. */
START_TEST(prelinked_records)
{
    const char *parts[] = {"coff machine=0x8664\n" CODE "symbol other in=.text bind=2\n",
                           "coff machine=0x8664\n" CODE "symbol api in=.text bind=2 kind=0x20 "
                           "aux=02000000110000007856341206000000\n",
                           NULL};
    struct obj_edit edit = prelinked(&arena, parts);
    struct obj_edit again = written(&arena, &edit);
    ck_assert_str_eq(aux_list(&again), "api:0,11,0,0 ");
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
        {0, 2, "symbol f: its auxiliary records are not understood"},
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
    tcase_add_test(cases, auxiliary_records);
    tcase_add_test(cases, lost_token);
    tcase_add_test(cases, prelinked_records);
    tcase_add_test(cases, refused);
    suite_add_tcase(suite, cases);
    return suite;
}
