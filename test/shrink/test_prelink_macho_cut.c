/* SPDX-License-Identifier: MIT */
/**
 * Mach-O definitions that lose against another part's are taken out, with what belongs to them.
 * All offsets and addresses are counted by hand.
 */
#include <check.h>

#include "shrink/prelink.h"
#include "suites.h"
#include "support/edits.h"

static struct arena arena;

static void forget(void)
{
    arena_free(&arena);
}

/* n_desc 0x80: a weak definition; 0x200: another entry into a piece */
#define WINNER "macho\nsection __TEXT,__text data=c0035fd6 align=2 flags=0x80000400\n"             \
               "symbol _w in=__TEXT,__text other=0x80\n"
/* three functions of four bytes, of which _w loses */
#define CODE "macho\nsection __TEXT,__text data=01000000"                                          \
             "02000000" "03000000 align=2 flags=0x80000400\n"
#define SYMBOLS "symbol _api in=__TEXT,__text\nsymbol _w in=__TEXT,__text at=4 other=0x80\n"       \
                "symbol _api2 in=__TEXT,__text at=8\n"
#define UNWIND(data) "section __LD,__compact_unwind flags=0x02000000 data=" data "\n"
#define ZEROS "0000000000000000"
#define ENTRY(function) function ZEROS ZEROS ZEROS

static const struct {
    const char *what;
    const char *loser;
    const char *sections; /* of both parts */
    const char *symbols;
} rows[] = {
    {"its bytes and its symbol go", CODE SYMBOLS, "__text:4 __text:8", "-_w _api _api2"},
    {"a name that is local refers to it: it stays",
     CODE SYMBOLS "symbol l_inner in=__TEXT,__text kind=0 at=4\n"
                  "reloc __TEXT,__text at=8 to=l_inner kind=2 pcrel=1\n",
     "__text:4 __text:12", "-_w -_w -l_inner _api _api2"},
    {"a local name without references goes along",
     CODE SYMBOLS "symbol l_inner in=__TEXT,__text kind=0 at=4\n", "__text:4 __text:8",
     "-_w _api _api2"},
    {"what only it refers to by place goes along",
     CODE SYMBOLS "symbol l_inner in=__TEXT,__text kind=0 at=4\n"
                  "reloc __TEXT,__text at=4 to=l_inner kind=2 pcrel=1\n",
     "__text:4 __text:8", "-_w _api _api2"},
    {"a section and an offset refer to it: it stays",
     CODE "section __DATA,__data data=0400000000000000\n" SYMBOLS
          "symbol _api3 in=__DATA,__data\n"
          "reloc __DATA,__data at=0 to=__TEXT,__text kind=0 length=3\n",
     "__text:4 __text:12 __data:8", "-_w -_w _api _api2 _api3"},
    {"another entry into it wins: it stays",
     CODE SYMBOLS "symbol _api3 in=__TEXT,__text at=6 other=0x200\n", "__text:4 __text:12",
     "-_w -_w _api _api2 _api3"},
    {"another symbol at its place wins: it stays",
     CODE SYMBOLS "symbol _api3 in=__TEXT,__text at=4\n", "__text:4 __text:12",
     "-_w -_w _api _api2 _api3"},
    {"what follows keeps its alignment: eight of twelve bytes go",
     "macho\nsection __DATA,__data data=01000000000000000200000002000000020000000300000000000000 "
     "align=3\nsymbol _api in=__DATA,__data\nsymbol _w in=__DATA,__data at=8 other=0x80\n"
     "symbol _api2 in=__DATA,__data at=20\n",
     "__text:4 __data:20", "-_w _api _api2"},
    {"zeros have no bytes",
     "macho\nsection __TEXT,__text data=01000000 align=2 flags=0x80000400\n"
     "section __DATA,__bss zero=64 flags=1\n"
     "symbol _api in=__DATA,__bss\nsymbol _w in=__DATA,__bss at=8 other=0x80\n"
     "symbol _api2 in=__DATA,__bss at=48\n",
     "__text:4 __text:4 __bss:24", "-_w _api _api2"},
    {"literals are not cut: linkers compare them",
     "macho\nsection __TEXT,__cstring data=610062006300 flags=2 align=0\n"
     "symbol _api in=__TEXT,__cstring\nsymbol _w in=__TEXT,__cstring at=2 other=0x80\n",
     "__text:4 __cstring:6", "-_w -_w _api"},
    {"without the subsections flag nothing is cut",
     "macho flags=0\nsection __TEXT,__text data=0100000002000000 align=2 flags=0x80000400\n"
     "symbol _w in=__TEXT,__text other=0x80\nsymbol _api in=__TEXT,__text at=4\n",
     "__text:4 __text:8", "-_w -_w _api"},
};

START_TEST(pieces)
{
    const char *parts[] = {WINNER, rows[_i].loser, NULL};
    struct obj_edit edit = prelinked(&arena, parts);
    const char *sections = section_list(&arena, &edit);
    const char *symbols = symbol_list(&arena, &edit);
    ck_assert_msg(strcmp(sections, rows[_i].sections) == 0, "%s: %s", rows[_i].what, sections);
    ck_assert_msg(strcmp(symbols, rows[_i].symbols) == 0, "%s: %s", rows[_i].what, symbols);
}
END_TEST

/** References by the name go to the definition that won; what stays moves, with its symbols. */
START_TEST(moved)
{
    static const char *const parts[] = {
        WINNER,
        CODE "section __DATA,__data data=0800000000000000\n" SYMBOLS
             "symbol _api3 in=__DATA,__data\n"
             "reloc __TEXT,__text at=0 to=_w kind=2 pcrel=1\n"
             "reloc __TEXT,__text at=4 to=_far kind=2 pcrel=1\n"
             "reloc __TEXT,__text at=8 to=_w kind=2 pcrel=1\n"
             "reloc __DATA,__data at=0 to=__TEXT,__text kind=0 length=3\nsymbol _far\n", NULL};
    struct obj_edit edit = prelinked(&arena, parts);
    ck_assert_mem_eq(edit.object.sections[1].data.data, "\1\0\0\0\3\0\0\0", 8);
    ck_assert_str_eq(reloc_list(&arena, &edit, 1), "0:_w 4:_w");
    ck_assert_uint_eq(symbol_named(&edit, "_api2")->value, 4);
    /* _api2, by its address in the part's layout */
    ck_assert_uint_eq(get_le64(edit.object.sections[2].data.data), 4);
}
END_TEST

/** Its unwind entry goes, with the exception table that only this entry names. */
START_TEST(unwind)
{
    static const char *const parts[] = {
        WINNER,
        CODE "section __TEXT,__gcc_except_tab data=1111111122222222 align=2\n"
        UNWIND(ENTRY(ZEROS) ENTRY(ZEROS) ENTRY(ZEROS)) SYMBOLS
        "symbol table1 in=__TEXT,__gcc_except_tab kind=0\n"
        "symbol table2 in=__TEXT,__gcc_except_tab kind=0 at=4\n"
        "reloc __LD,__compact_unwind at=0 to=_api kind=0 length=3\n"
        "reloc __LD,__compact_unwind at=32 to=_w kind=0 length=3\n"
        "reloc __LD,__compact_unwind at=56 to=table1 kind=0 length=3\n"
        "reloc __LD,__compact_unwind at=64 to=_api2 kind=0 length=3\n"
        "reloc __LD,__compact_unwind at=88 to=table2 kind=0 length=3\n", NULL};
    struct obj_edit edit = prelinked(&arena, parts);
    ck_assert_str_eq(section_list(&arena, &edit),
                     "__text:4 __text:8 __gcc_except_tab:4 __compact_unwind:64");
    ck_assert_mem_eq(edit.object.sections[2].data.data, "\x22\x22\x22\x22", 4);
    ck_assert_str_eq(reloc_list(&arena, &edit, 3), "0:_api 32:_api2 56:table2");
}
END_TEST

/** Where the loser stays, its entry describes what is left of it, not the one that won. */
START_TEST(own_entry)
{
    static const char *const parts[] = {
        WINNER,
        CODE UNWIND(ENTRY(ZEROS)) SYMBOLS "symbol _api3 in=__TEXT,__text at=4\n"
        "reloc __LD,__compact_unwind at=0 to=_w kind=0 length=3\n", NULL};
    struct obj_edit edit = prelinked(&arena, parts);
    const struct obj_reloc *reloc = &edit.relocs[2].list[0];
    const struct obj_symbol *symbol = &edit.object.symbols[reloc->symbol];
    ck_assert(span_is(symbol->name, "_w"));
    ck_assert_uint_eq(symbol->section, 1);
    ck_assert_uint_eq(symbol->value, 4);
}
END_TEST

/** Data in code goes along or moves: of entries at 4 and 8 of the second part, the latter stays. */
START_TEST(data_in_code)
{
    static const char *const parts[] = {
        WINNER, CODE "incode 0001000400000004\n" SYMBOLS,
        "macho\nsection __TEXT,__text data=0400000005000000 align=2 flags=0x80000400\n"
        "incode 0001000400000004\nsymbol _w in=__TEXT,__text other=0x80\n"
        "symbol _api4 in=__TEXT,__text at=4\n", NULL};
    struct obj_edit edit;
    struct error error = {0};
    ck_assert_msg(prelink_texts(&arena, parts, &edit, &error) == OBJ_OK, "%s", error.text);
    ck_assert_uint_eq(edit.place_count, 1);
    ck_assert_uint_eq(edit.places[0].section, 2);
    ck_assert_uint_eq(edit.places[0].offset, 0);
}
END_TEST

/*
 * x86_64's __eh_frame: a CIE of 20 bytes ("zR"), FDEs of 36 bytes. __text is at 0, 12 bytes;
 * __eh_frame at 16. Functions at 0, 4, 8 are named from 16 + 20 + 8, + 36, + 72.
 */
#define CIE "1000000000000000" "01" "7a5200" "017810" "0110000000"
#define FDE(back, function) "20000000" back function "0400000000000000" "00" ZEROS "000000"

START_TEST(frames)
{
    static const char *const parts[] = {
        "macho machine=0x1000007\nsection __TEXT,__text data=c3 flags=0x80000400\n"
        "symbol _w in=__TEXT,__text other=0x80\n",
        "macho machine=0x1000007\nsection __TEXT,__text data=010000000200000003000000 align=2 "
        "flags=0x80000400\nsection __TEXT,__eh_frame flags=0x6800000b data=" CIE
        FDE("18000000", "d4ffffffffffffff") FDE("3c000000", "b4ffffffffffffff")
        FDE("60000000", "94ffffffffffffff") "\n" SYMBOLS, NULL};
    struct obj_edit edit;
    struct error error = {0};
    ck_assert_msg(prelink_texts(&arena, parts, &edit, &error) == OBJ_OK, "%s", error.text);
    ck_assert_str_eq(section_list(&arena, &edit), "__text:1 __text:8 __eh_frame:92");
    const uint8_t *data = edit.object.sections[2].data.data;
    ck_assert_uint_eq(get_le32(data + 20 + 4), 24);      /* back to the CIE */
    ck_assert_uint_eq(get_le32(data + 20 + 36 + 4), 60); /* likewise, 36 less */
    ck_assert_int_eq((int64_t)get_le64(data + 20 + 8), 0 - (16 + 20 + 8));
    ck_assert_int_eq((int64_t)get_le64(data + 20 + 36 + 8), 4 - (16 + 20 + 36 + 8));
}
END_TEST

/** A CIE stays when its last FDE goes, as in linkers, and has no address to be moved. */
START_TEST(last_frame)
{
    static const char *const parts[] = {
        WINNER,
        CODE "section __TEXT,__eh_frame flags=0x6800000b data=" CIE FDE("18000000", ZEROS) "\n"
        SYMBOLS "symbol frame in=__TEXT,__eh_frame kind=0\n"
        "reloc __TEXT,__eh_frame at=28 to=frame kind=1 length=3\n"
        "reloc __TEXT,__eh_frame at=28 to=_w kind=0 length=3\n", NULL};
    struct obj_edit edit;
    struct error error = {0};
    ck_assert_msg(prelink_texts(&arena, parts, &edit, &error) == OBJ_OK, "%s", error.text);
    ck_assert_str_eq(section_list(&arena, &edit), "__text:4 __text:8 __eh_frame:20");
    ck_assert_msg(join_sections(&edit, true, &arena, &error) == OBJ_OK, "%s", error.text);
    ck_assert_str_eq(section_list(&arena, &edit), "__text:12 __eh_frame:20");
}
END_TEST

Suite *prelink_macho_cut_suite(void)
{
    Suite *suite = suite_create("prelink-macho-cut");
    TCase *cases = tcase_create("prelink-macho-cut");
    tcase_add_checked_fixture(cases, NULL, forget);
    tcase_add_loop_test(cases, pieces, 0, (int)(sizeof rows / sizeof *rows));
    tcase_add_test(cases, moved);
    tcase_add_test(cases, unwind);
    tcase_add_test(cases, own_entry);
    tcase_add_test(cases, data_in_code);
    tcase_add_test(cases, frames);
    tcase_add_test(cases, last_frame);
    suite_add_tcase(suite, cases);
    return suite;
}
