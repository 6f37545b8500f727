/* SPDX-License-Identifier: MIT */
/**
 * Mach-O's addresses without relocations: data in code, and on x86_64 what __eh_frame names by
 * plain differences. All sections, offsets and differences are counted by hand.
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

/*
 * A CIE of 28 bytes: length, id, version, augmentation "zPLR", code alignment 1, data alignment -8,
 * return address 16, 7 bytes: encoding and routine (at 19), encodings of tables and of functions.
 * An FDE of 36 bytes: length, way back, function (at 8), range, 8 bytes: its table (at 25), gap.
 */
#define BEFORE_CODES "18000000" "00000000" "01" "7a504c5200" "01" "78" "10" "07"
#define CODES "0c0708"
#define CIE BEFORE_CODES "9b" "00000000" "10" "10" CODES
#define FDE(back, function, table)                                                                 \
    "20000000" back function "1000000000000000" "08" table "000000"
#define ROUTINE "reloc __TEXT,__eh_frame at=19 to=_personality kind=4 pcrel=1\n"

/* __text at 0, __gcc_except_tab at 16, __eh_frame at 24: 0 - (24 + 36) and 16 - (24 + 53). */
#define FRAMES                                                                                     \
    "macho machine=0x1000007\n"                                                                    \
    "section __TEXT,__text data=c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3 align=4 flags=0x80000400\n"      \
    "section __TEXT,__gcc_except_tab data=0102030405060708\n"                    \
    "section __TEXT,__eh_frame flags=0x6800000b data=" CIE                                         \
    FDE("20000000", "c4ffffffffffffff", "c3ffffffffffffff") "\n" ROUTINE                           \
    "symbol _api in=__TEXT,__text\nsymbol _personality\n"

enum { TEXT, TABLE, FRAME };

START_TEST(differences)
{
    struct obj_edit edit = edit_of(&arena, FRAMES);
    struct error error = {0};
    ck_assert_msg(macho_find_places(&edit, &arena, &error) == OBJ_OK, "%s", error.text);
    ck_assert_uint_eq(edit.place_count, 2);
    ck_assert_uint_eq(edit.places[0].section, FRAME);
    ck_assert_uint_eq(edit.places[0].offset, 36);
    ck_assert_uint_eq(edit.places[0].target, TEXT);
    ck_assert_uint_eq(edit.places[1].section, FRAME);
    ck_assert_uint_eq(edit.places[1].offset, 53);
    ck_assert_uint_eq(edit.places[1].target, TABLE);
}
END_TEST

/** A function without an exception table has 0 there, which leads nowhere. */
START_TEST(no_table)
{
    struct obj_edit edit = edit_of(&arena,
        "macho machine=0x1000007\nsection __TEXT,__text data=c3 flags=0x80000400\n"
        "section __TEXT,__eh_frame flags=0x6800000b data=" CIE
        FDE("20000000", "d4ffffffffffffff", "0000000000000000") "\n" ROUTINE
        "symbol _personality\n");
    struct error error = {0};
    ck_assert_msg(macho_find_places(&edit, &arena, &error) == OBJ_OK, "%s", error.text);
    ck_assert_uint_eq(edit.place_count, 1);
    ck_assert_uint_eq(edit.places[0].target, TEXT);
}
END_TEST

/** What has a relocation is no plain difference. */
START_TEST(relocated)
{
    struct obj_edit edit = edit_of(&arena, FRAMES
        "reloc __TEXT,__eh_frame at=36 to=_api kind=5 length=3\n"
        "reloc __TEXT,__eh_frame at=36 to=_api kind=0 length=3\n");
    struct error error = {0};
    ck_assert_msg(macho_find_places(&edit, &arena, &error) == OBJ_OK, "%s", error.text);
    ck_assert_uint_eq(edit.place_count, 1);
    ck_assert_uint_eq(edit.places[0].offset, 53);
}
END_TEST

/** arm64's assemblers give all of it relocations. */
START_TEST(not_on_arm64)
{
    struct obj_edit edit = edit_of(&arena,
        "macho\nsection __TEXT,__text data=c3c3c3c3 flags=0x80000400\n"
        "section __TEXT,__eh_frame data=ffffffffffffffffffffffff flags=0x6800000b\n");
    struct error error = {0};
    ck_assert(macho_find_places(&edit, &arena, &error) == OBJ_OK);
    ck_assert_uint_eq(edit.place_count, 0);
}
END_TEST

/**
 * Behind a part with 4 bytes of code and a table of 8: the code is at 16, the table at 32 + 8, the
 * frames at 48. 16 - (48 + 36) and 40 - (48 + 53).
 */
START_TEST(joined)
{
    static const char *const parts[] = {
        "macho machine=0x1000007\nsection __TEXT,__text data=c3c3c3c3 flags=0x80000400 align=2\n"
        "section __TEXT,__gcc_except_tab data=1112131415161718\nsymbol _api2 in=__TEXT,__text\n",
        FRAMES, NULL};
    struct obj_edit edit;
    struct error error = {0};
    ck_assert_msg(prelink_texts(&arena, parts, &edit, &error) == OBJ_OK, "%s", error.text);
    ck_assert_msg(join_sections(&edit, true, &arena, &error) == OBJ_OK, "%s", error.text);
    edit = written(&arena, &edit);
    ck_assert_str_eq(section_list(&arena, &edit), "__text:32 __gcc_except_tab:16 __eh_frame:64");
    ck_assert_uint_eq(edit.object.sections[FRAME].address, 48);
    const uint8_t *data = edit.object.sections[FRAME].data.data;
    ck_assert_int_eq((int64_t)get_le64(data + 36), 16 - (48 + 36));
    ck_assert_int_eq((int64_t)get_le64(data + 53), 40 - (48 + 53));
    ck_assert_str_eq(reloc_list(&arena, &edit, FRAME), "19:_personality");
}
END_TEST

/* ---- what is not understood -------------------------------------------------------------- */

#define NO_TABLE "0000000000000000"

/* A CIE of 20 bytes, then an FDE: its function is 8 + 20 + 8 before. */
#define SHORT_CIE(version, letters) "1000000000000000" version letters "017810" "0110000000"
#define SHORT_FDE FDE("18000000", "dcffffffffffffff", NO_TABLE)

/* __text has one byte at 0, __eh_frame is at 8: 0 - (8 + 28 + 8). */
static const struct {
    const char *what;
    const char *data;
    bool fine;
} frames[] = {
    {"what the others are variants of", CIE FDE("20000000", "d4ffffffffffffff", NO_TABLE), true},
    {"the same without routines and tables", SHORT_CIE("01", "7a5200") SHORT_FDE, true},
    {"a record of less than 8 bytes", "0700000000000000000000000000", false},
    {"a record that is longer than the section", "2000000000000000" "0000000000000000", false},
    {"a way back that leads before the section",
     CIE FDE("21000000", "d4ffffffffffffff", NO_TABLE), false},
    {"version 3", SHORT_CIE("03", "7a5200") SHORT_FDE, false},
    {"no 'z': nobody knows how long the data are", SHORT_CIE("01", "525200") SHORT_FDE, false},
    {"a letter that is not known", SHORT_CIE("01", "7a5300") SHORT_FDE, false},
    {"a routine that is not taken by way of the global offset table",
     BEFORE_CODES "1b" "00000000" "10" "10" CODES FDE("20000000", "d4ffffffffffffff", NO_TABLE),
     false},
    {"functions that are not relative",
     BEFORE_CODES "9b" "00000000" "10" "00" CODES FDE("20000000", "d4ffffffffffffff", NO_TABLE),
     false},
    {"tables of four bytes",
     BEFORE_CODES "9b" "00000000" "1b" "10" CODES FDE("20000000", "d4ffffffffffffff", NO_TABLE),
     false},
    {"a function that is nowhere", CIE FDE("20000000", "00ffffffffffffff", NO_TABLE), false},
    {"a table that is nowhere", CIE FDE("20000000", "d4ffffffffffffff", "00ffffffffffffff"), false},
    {"an FDE without its range", CIE "0c00000020000000" "d4ffffffffffffff", false},
};

START_TEST(frames_not_understood)
{
    struct obj_edit edit = edit_of(&arena,
        arena_printf(&arena,
                     "macho machine=0x1000007\nsection __TEXT,__text data=c3 flags=0x80000400\n"
                     "section __TEXT,__eh_frame flags=0x6800000b data=%s\n",
                     frames[_i].data));
    struct error error = {0};
    enum obj_result result = macho_find_places(&edit, &arena, &error);
    ck_assert_msg(result == (frames[_i].fine ? OBJ_OK : OBJ_NOT_MINE), "%s", frames[_i].what);
    if (!frames[_i].fine) {
        ck_assert_str_eq(error.text, "__eh_frame is not understood");
    }
}
END_TEST

/** A member's name comes before what is wrong with it. */
START_TEST(named)
{
    static const char *const parts[] = {
        "macho machine=0x1000007\nsection __TEXT,__text data=c3 flags=0x80000400\n",
        "macho machine=0x1000007\nsection __TEXT,__text data=c3 flags=0x80000400\n"
        "section __TEXT,__eh_frame flags=0x6800000b data=070000000000000000000000\n", NULL};
    struct obj_edit edit;
    struct error error = {0};
    ck_assert(prelink_texts(&arena, parts, &edit, &error) == OBJ_NOT_MINE);
    ck_assert_str_eq(error.text, "1: __eh_frame is not understood");
}
END_TEST

/* ---- data in code ------------------------------------------------------------------------ */

/* An entry: u32 address, u16 length, u16 kind; as one number, from the highest byte down. */
#define JUMP_TABLE(address) "incode 0001" "0004" address "\n"

/** The entry of the second part, at 4 of its code, is at 16 + 4; the first part's stays at 2. */
START_TEST(data_in_code)
{
    static const char *const parts[] = {
        "macho\nsection __TEXT,__text data=c3c3c3c3c3c3 flags=0x80000400 align=2\n"
        JUMP_TABLE("00000002") "symbol _api in=__TEXT,__text\n",
        "macho\nsection __TEXT,__text data=0102030405060708 flags=0x80000400 align=4\n"
        JUMP_TABLE("00000004") "symbol _api2 in=__TEXT,__text\n", NULL};
    struct obj_edit edit;
    struct error error = {0};
    ck_assert_msg(prelink_texts(&arena, parts, &edit, &error) == OBJ_OK, "%s", error.text);
    ck_assert_uint_eq(edit.command_count, 0); /* entries are places meanwhile */
    ck_assert_uint_eq(edit.place_count, 2);
    ck_assert_msg(join_sections(&edit, true, &arena, &error) == OBJ_OK, "%s", error.text);
    edit = written(&arena, &edit);
    ck_assert_uint_eq(edit.command_count, 1);
    ck_assert_uint_eq(get_le32(edit.commands[0].bytes.data), 0x29); /* LC_DATA_IN_CODE */
    ck_assert_uint_eq(edit.commands[0].data.size, 16);
    ck_assert_mem_eq(edit.commands[0].data.data, "\2\0\0\0\4\0\1\0\24\0\0\0\4\0\1\0", 16);
}
END_TEST

START_TEST(data_in_no_section)
{
    struct obj_edit edit = edit_of(&arena,
        "macho\nsection __TEXT,__text data=c3c3c3c3 flags=0x80000400\n" JUMP_TABLE("00000009"));
    struct error error = {0};
    ck_assert(macho_find_places(&edit, &arena, &error) == OBJ_NOT_MINE);
    ck_assert_str_eq(error.text, "data in code that is in no section");
}
END_TEST

/** Attributes that keep a section must not keep others; of unwind information there is one. */
START_TEST(kinds)
{
    static const char *const parts[] = {
        "macho\nsection __DATA,__data data=0102030405060708\n"
        "section __TEXT,__gcc_except_tab data=01020304\nsymbol _api in=__DATA,__data\n",
        "macho\nsection __DATA,__data data=0102030405060708 flags=0x10000000\n"
        "section __TEXT,__gcc_except_tab data=01020304 flags=0xb\nsymbol _api2 in=__DATA,__data\n",
        "macho\nsection __DATA,__data data=0102030405060708\nsymbol _api3 in=__DATA,__data\n",
        NULL};
    struct obj_edit edit;
    struct error error = {0};
    ck_assert_msg(prelink_texts(&arena, parts, &edit, &error) == OBJ_OK, "%s", error.text);
    ck_assert_msg(join_sections(&edit, true, &arena, &error) == OBJ_OK, "%s", error.text);
    ck_assert_str_eq(section_list(&arena, &edit), "__data:16 __gcc_except_tab:12 __data:8");
}
END_TEST

Suite *prelink_macho_suite(void)
{
    Suite *suite = suite_create("prelink-macho");
    TCase *cases = tcase_create("prelink-macho");
    tcase_add_checked_fixture(cases, NULL, forget);
    tcase_add_test(cases, differences);
    tcase_add_test(cases, no_table);
    tcase_add_test(cases, relocated);
    tcase_add_test(cases, not_on_arm64);
    tcase_add_test(cases, joined);
    tcase_add_loop_test(cases, frames_not_understood, 0, (int)(sizeof frames / sizeof *frames));
    tcase_add_test(cases, named);
    tcase_add_test(cases, data_in_code);
    tcase_add_test(cases, data_in_no_section);
    tcase_add_test(cases, kinds);
    suite_add_tcase(suite, cases);
    return suite;
}
