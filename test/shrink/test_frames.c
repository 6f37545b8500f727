/* SPDX-License-Identifier: MIT */
/** .eh_frame taken apart, pruned and put in order. Sizes and offsets are counted by hand. */
#include <check.h>

#include "shrink/graph.h"
#include "suites.h"
#include "support/edits.h"

static struct arena arena;

static void forget(void)
{
    arena_free(&arena);
}

/* A record is length, id, contents. A CIE of 16 bytes; an FDE of 20, @back from id to its CIE. */
#define CIE "0c000000" "00000000" "017a5200" "01781001"
#define FDE(back) "10000000" back "00000000" "01000000" "00000000"
#define END "00000000"

#define FUNCTIONS                                                                                  \
    "elf\nsection .text.a data=c3 flags=6\nsection .text.b data=c3 flags=6\n"                      \
    "section .text.c data=c3 flags=6\nsection .table data=00 flags=2\nsymbol personality\n"

/*
 * 0: CIE, 16: FDE of a, 36: CIE with a personality routine, 52: FDE of b with an exception table,
 * 72: FDE of c, which goes back to the first CIE, 92: the end.
 */
#define TWO_CIES                                                                                   \
    FUNCTIONS "section .eh_frame flags=2 align=8 data=" CIE FDE("14000000") CIE FDE("14000000")    \
        FDE("4c000000") END "\n"                                                                   \
    "reloc .eh_frame at=24 to=.text.a kind=2\nreloc .eh_frame at=48 to=personality kind=2\n"       \
    "reloc .eh_frame at=60 to=.text.b kind=2\nreloc .eh_frame at=68 to=.table kind=2\n"            \
    "reloc .eh_frame at=80 to=.text.c kind=2\n"

enum { A, B, C, TABLE, FRAMES };

static uint32_t word_at(const struct obj_edit *edit, size_t at)
{
    return get_le32(edit->object.sections[FRAMES].data.data + at);
}

START_TEST(taken_apart)
{
    static const struct frame expected[] = {
        {.start = 0, .size = 16, .cie = 0, .function = OBJ_NONE, .is_cie = true},
        {.start = 16, .size = 20, .cie = 0, .function = A, .reloc_count = 1},
        {.start = 36, .size = 16, .cie = 2, .function = OBJ_NONE, .first_reloc = 1,
         .reloc_count = 1, .is_cie = true},
        {.start = 52, .size = 20, .cie = 2, .function = B, .first_reloc = 2, .reloc_count = 2},
        {.start = 72, .size = 20, .cie = 0, .function = C, .first_reloc = 4, .reloc_count = 1},
    };
    struct obj_edit edit = edit_of(&arena, TWO_CIES);
    struct error error = {0};
    struct frame *frames;
    size_t count;
    ck_assert_msg(frames_read(&edit, FRAMES, &arena, &frames, &count, &error) == OBJ_OK, "%s",
                  error.text);
    ck_assert_uint_eq(count, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < count; i++) {
        ck_assert_uint_eq(frames[i].start, expected[i].start);
        ck_assert_uint_eq(frames[i].size, expected[i].size);
        ck_assert_uint_eq(frames[i].cie, expected[i].cie);
        ck_assert_uint_eq(frames[i].function, expected[i].function);
        ck_assert_uint_eq(frames[i].reloc_count, expected[i].reloc_count);
        ck_assert_uint_eq(frames[i].is_cie, expected[i].is_cie);
        if (expected[i].reloc_count) {
            ck_assert_uint_eq(frames[i].first_reloc, expected[i].first_reloc);
        }
    }
}
END_TEST

/** The linker does not care for the order of relocations, and records need theirs together. */
START_TEST(relocations_in_any_order)
{
    struct obj_edit edit = edit_of(&arena,
        FUNCTIONS "section .eh_frame flags=2 data=" CIE FDE("14000000") FDE("28000000") "\n"
        "reloc .eh_frame at=44 to=.text.b kind=2\nreloc .eh_frame at=24 to=.text.a kind=2\n");
    struct error error = {0};
    struct frame *frames;
    size_t count;
    ck_assert_msg(frames_read(&edit, FRAMES, &arena, &frames, &count, &error) == OBJ_OK, "%s",
                  error.text);
    ck_assert_uint_eq(count, 3);
    ck_assert_uint_eq(frames[1].function, A);
    ck_assert_uint_eq(frames[2].function, B);
}
END_TEST

/** A big-endian object has its lengths and ids big-endian. */
START_TEST(big_endian)
{
    struct obj_edit edit = edit_of(&arena,
        FUNCTIONS "section .eh_frame flags=2 data="
        "0000000c" "00000000" "017a5200" "01781001"
        "00000010" "00000014" "00000000" "00000001" "00000000" "00000000" "\n"
        "reloc .eh_frame at=24 to=.text.a kind=2\n");
    struct error error = {0};
    struct frame *frames;
    size_t count;
    edit.object.big_endian = true;
    ck_assert_msg(frames_read(&edit, FRAMES, &arena, &frames, &count, &error) == OBJ_OK, "%s",
                  error.text);
    ck_assert_uint_eq(count, 2);
    ck_assert_uint_eq(frames[1].start, 16);
    ck_assert_uint_eq(frames[1].function, A);
}
END_TEST

/* ---- what goes --------------------------------------------------------------------------- */

static struct obj_edit pruned(bool a, bool b, bool c)
{
    struct obj_edit edit = edit_of(&arena, TWO_CIES);
    struct error error = {0};
    bool drop[FRAMES + 1] = {a, b, c};
    ck_assert_msg(frames_prune(&edit, FRAMES, drop, &arena, &error) == OBJ_OK, "%s", error.text);
    ck_assert_uint_eq(edit.object.sections[FRAMES].size, edit.object.sections[FRAMES].data.size);
    return edit;
}

/** b goes, and with its FDE the CIE that no other one has. */
START_TEST(one_function_goes)
{
    struct obj_edit edit = pruned(false, true, false);
    ck_assert_uint_eq(edit.object.sections[FRAMES].size, 16 + 20 + 20 + 4);
    ck_assert_uint_eq(word_at(&edit, 20), 20);      /* FDE of a, from 20 to 0 */
    ck_assert_uint_eq(word_at(&edit, 40), 40);      /* FDE of c, from 40 to 0 */
    ck_assert_uint_eq(word_at(&edit, 56), 0);       /* the end */
    ck_assert_str_eq(reloc_list(&arena, &edit, FRAMES), "24:[.text.a] 44:[.text.c]");
}
END_TEST

/** a and c go, and the first CIE; what belongs to b moves to the beginning, all of it. */
START_TEST(first_cie_goes)
{
    struct obj_edit edit = pruned(true, false, true);
    ck_assert_uint_eq(edit.object.sections[FRAMES].size, 16 + 20 + 4);
    ck_assert_uint_eq(word_at(&edit, 20), 20);
    ck_assert_uint_eq(word_at(&edit, 36), 0);
    ck_assert_str_eq(reloc_list(&arena, &edit, FRAMES),
                     "12:personality 24:[.text.b] 32:[.table]");
}
END_TEST

START_TEST(all_functions_go)
{
    struct obj_edit edit = pruned(true, true, true);
    ck_assert_uint_eq(edit.object.sections[FRAMES].size, 4);
    ck_assert_uint_eq(word_at(&edit, 0), 0);
    ck_assert_uint_eq(edit.relocs[FRAMES].count, 0);
}
END_TEST

START_TEST(no_function_goes)
{
    struct obj_edit before = edit_of(&arena, TWO_CIES);
    struct obj_edit after = pruned(false, false, false);
    ck_assert(span_equal(before.object.sections[FRAMES].data, after.object.sections[FRAMES].data));
    ck_assert_str_eq(reloc_list(&arena, &after, FRAMES), reloc_list(&arena, &before, FRAMES));
}
END_TEST

/** A section without an end gets none: the linker adds it. */
START_TEST(no_end_is_added)
{
    struct obj_edit edit = edit_of(&arena,
        FUNCTIONS "section .eh_frame flags=2 data=" CIE FDE("14000000") FDE("28000000") "\n"
        "reloc .eh_frame at=24 to=.text.a kind=2\nreloc .eh_frame at=44 to=.text.b kind=2\n");
    struct error error = {0};
    bool drop[FRAMES + 1] = {true};
    ck_assert(frames_prune(&edit, FRAMES, drop, &arena, &error) == OBJ_OK);
    ck_assert_uint_eq(edit.object.sections[FRAMES].size, 16 + 20);
    ck_assert_str_eq(reloc_list(&arena, &edit, FRAMES), "24:[.text.b]");
}
END_TEST

/** What is last then is padded: "ld.lld -r" would put an end between objects. */
START_TEST(last_one_is_padded)
{
    struct obj_edit edit = edit_of(&arena,
        FUNCTIONS "section .eh_frame flags=2 align=8 data=" CIE FDE("14000000") FDE("28000000")
        "\nreloc .eh_frame at=24 to=.text.a kind=2\nreloc .eh_frame at=44 to=.text.b kind=2\n");
    struct error error = {0};
    bool drop[FRAMES + 1] = {[B] = true};
    ck_assert(frames_prune(&edit, FRAMES, drop, &arena, &error) == OBJ_OK);
    ck_assert_uint_eq(edit.object.sections[FRAMES].size, 16 + 20 + 4);
    ck_assert_uint_eq(word_at(&edit, 16), 20);
    ck_assert_uint_eq(word_at(&edit, 36), 0);
}
END_TEST

/* ---- order ------------------------------------------------------------------------------- */

/** Two functions of section a with one of b between them: a, a, b behind the CIEs. */
START_TEST(functions_of_a_section_together)
{
    struct obj_edit edit = edit_of(&arena,
        FUNCTIONS "section .eh_frame flags=2 data=" CIE FDE("14000000") FDE("28000000")
        FDE("3c000000") CIE FDE("14000000") END "\n"
        "reloc .eh_frame at=24 to=.text.a kind=2\nreloc .eh_frame at=44 to=.text.b kind=2\n"
        "reloc .eh_frame at=64 to=.text.a add=1 kind=2\n"
        "reloc .eh_frame at=100 to=.text.c kind=2\n");
    struct error error = {0};
    ck_assert_msg(frames_group(&edit, FRAMES, &arena, &error) == OBJ_OK, "%s", error.text);
    ck_assert_uint_eq(edit.object.sections[FRAMES].size, 2 * 16 + 4 * 20 + 4);
    /* 0 CIE, 16 CIE, 32 a, 52 a, 72 b: back to 0; 92 c: back to 16 */
    ck_assert_str_eq(reloc_list(&arena, &edit, FRAMES),
                     "40:[.text.a] 60:[.text.a]+1 80:[.text.b] 100:[.text.c]");
    ck_assert_uint_eq(word_at(&edit, 36), 36);
    ck_assert_uint_eq(word_at(&edit, 56), 56);
    ck_assert_uint_eq(word_at(&edit, 76), 76);
    ck_assert_uint_eq(word_at(&edit, 96), 96 - 16);
    ck_assert_uint_eq(word_at(&edit, 112), 0);
}
END_TEST

/* ---- what is not understood -------------------------------------------------------------- */

static const struct {
    const char *data;
    const char *relocs;
    const char *expected;
} refused[] = {
    {"ffffffff" "ffffffffffffffff" "00000000", "",
     ".eh_frame: a record of 4294967295 bytes at 0"},
    {"03000000" "00000000", "", ".eh_frame: a record of 3 bytes at 0"},
    {CIE "11000000" "14000000" "00000000" "01000000" "00000000", "",
     ".eh_frame: a record of 17 bytes at 0x10"},
    /* the CIE would lie before the section; inside of a record; where an FDE is */
    {CIE FDE("15000000"), "reloc .eh_frame at=24 to=.text.a kind=2\n",
     ".eh_frame: an FDE without its CIE at 0x10"},
    {CIE FDE("10000000"), "reloc .eh_frame at=24 to=.text.a kind=2\n",
     ".eh_frame: an FDE without its CIE at 0x10"},
    {CIE FDE("14000000") FDE("18000000"),
     "reloc .eh_frame at=24 to=.text.a kind=2\nreloc .eh_frame at=44 to=.text.b kind=2\n",
     ".eh_frame: an FDE without its CIE at 0x24"},
    {CIE FDE("14000000"), "", ".eh_frame: an FDE whose function has no relocation at 0x10"},
    {CIE FDE("14000000"), "reloc .eh_frame at=28 to=.text.a kind=2\n",
     ".eh_frame: an FDE whose function has no relocation at 0x10"},
    {CIE FDE("14000000"), "reloc .eh_frame at=24 to=personality kind=2\n",
     ".eh_frame: an FDE of a function that is elsewhere at 0x10"},
    {CIE END "00000000", "reloc .eh_frame at=20 to=.text.a kind=1\n",
     ".eh_frame: a relocation behind its end"},
};

START_TEST(not_understood)
{
    struct obj_edit edit =
        edit_of(&arena, arena_printf(&arena, FUNCTIONS "section .eh_frame flags=2 data=%s\n%s",
                                     refused[_i].data, refused[_i].relocs));
    struct error error = {0};
    struct frame *frames;
    size_t count;
    bool drop[FRAMES + 1] = {true};
    ck_assert(frames_read(&edit, FRAMES, &arena, &frames, &count, &error) == OBJ_NOT_MINE);
    ck_assert_str_eq(error.text, refused[_i].expected);
    ck_assert(frames_prune(&edit, FRAMES, drop, &arena, &error) == OBJ_NOT_MINE);
    ck_assert(frames_group(&edit, FRAMES, &arena, &error) == OBJ_NOT_MINE);
}
END_TEST

/** Nothing is in an empty section, and nothing wrong with it. */
START_TEST(empty)
{
    struct obj_edit edit = edit_of(&arena, FUNCTIONS "section .eh_frame flags=2\n");
    struct error error = {0};
    struct frame *frames;
    size_t count;
    ck_assert(frames_read(&edit, FRAMES, &arena, &frames, &count, &error) == OBJ_OK);
    ck_assert_uint_eq(count, 0);
}
END_TEST

/** By name and kind; Mach-O's __eh_frame is laid out by other rules. */
START_TEST(where_frames_are)
{
    struct obj_edit elf = edit_of(&arena, TWO_CIES);
    struct obj_edit coff =
        edit_of(&arena, "coff machine=0x8664\nsection .eh_frame data=00000000 flags=0x40300040\n"
                        "section .eh_frame_hdr data=00000000 flags=0x40300040\n");
    struct obj_edit macho =
        edit_of(&arena, "macho\nsection __TEXT,.eh_frame data=00000000 flags=0x6800000b\n");
    for (uint32_t i = A; i <= FRAMES; i++) {
        ck_assert_int_eq(frames_are_in(&elf, i), i == FRAMES);
    }
    ck_assert(frames_are_in(&coff, 0));
    ck_assert(!frames_are_in(&coff, 1));
    ck_assert(!frames_are_in(&macho, 0));
}
END_TEST

Suite *frames_suite(void)
{
    Suite *suite = suite_create("frames");
    TCase *cases = tcase_create("frames");
    tcase_add_checked_fixture(cases, NULL, forget);
    tcase_add_test(cases, taken_apart);
    tcase_add_test(cases, relocations_in_any_order);
    tcase_add_test(cases, big_endian);
    tcase_add_test(cases, one_function_goes);
    tcase_add_test(cases, first_cie_goes);
    tcase_add_test(cases, all_functions_go);
    tcase_add_test(cases, no_function_goes);
    tcase_add_test(cases, no_end_is_added);
    tcase_add_test(cases, last_one_is_padded);
    tcase_add_test(cases, functions_of_a_section_together);
    tcase_add_loop_test(cases, not_understood, 0, (int)(sizeof refused / sizeof *refused));
    tcase_add_test(cases, empty);
    tcase_add_test(cases, where_frames_are);
    suite_add_tcase(suite, cases);
    return suite;
}
