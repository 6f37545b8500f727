/* SPDX-License-Identifier: MIT */
/** Which ELF objects are taken apart, and why others are not. */
#include <check.h>

#include "obj/elf_builder.h"
#include "suites.h"
#include "support/edits.h"
#include "support/objects.h"

static struct arena arena;

static void forget(void)
{
    arena_free(&arena);
}

static const struct {
    const char *text, *expected; /* NULL: it is taken apart */
} rows[] = {
    {"elf\nsection .text data=c3 flags=6\nsection .meta data=00 flags=0x82 link=.text\n", NULL},
    /* without SHF_LINK_ORDER nobody knows what sh_link means */
    {"elf\nsection .text data=c3 flags=6\nsection .meta data=00 flags=2 link=.text\n",
     "section header 2 (.meta, type 0x1): link 1 and info 0 are not understood"},
    /* SHT_STRTAB that is neither of symbols nor of sections: names would be lost */
    {"elf\nsection .text data=c3 flags=6\nsection .names data=006100 type=3\n",
     "section header 2 (.names, type 0x3): link 0 and info 0 are not understood"},
};

START_TEST(links)
{
    struct obj_edit edit;
    struct error error = {0};
    enum obj_result result = obj_edit_read(assemble(&arena, rows[_i].text), &arena, &edit, &error);
    ck_assert_int_eq(result, rows[_i].expected ? OBJ_NOT_MINE : OBJ_OK);
    ck_assert_str_eq(error.text, rows[_i].expected ? rows[_i].expected : "");
}
END_TEST

static void check_refused(struct elf_builder *b, const char *expected)
{
    struct obj_edit edit;
    struct error error = {0};
    ck_assert_int_eq(obj_edit_read(span_make(b->bytes, b->size), &arena, &edit, &error),
                     OBJ_NOT_MINE);
    ck_assert_str_eq(error.text, expected);
    elf_free(b);
}

/** The sample's .text has SHT_RELA and SHT_REL. */
START_TEST(both_kinds_of_relocations)
{
    struct elf_builder b;
    elf_sample(&b, true, false, 62);
    check_refused(&b, "section header 1 (.text): relocations of both kinds");
}
END_TEST

/** Tables are written anew: a symbol in one of them would mean nothing. */
START_TEST(symbol_in_a_table)
{
    struct elf_builder b;
    elf_start(&b, true, false);
    uint32_t strings = elf_section(&b, ".strtab", 3, 0, 0, 0, 0);
    elf_put(&b, 0x00780000, 4); /* "x" is at 2 */
    elf_section(&b, ".symtab", 2, 0, strings, 1, 24);
    elf_symbol(&b, 0, 0, 0, 0, 0, 0);
    elf_symbol(&b, 2, 0x10, 0, strings, 0, 0);
    elf_finish(&b, 62);
    check_refused(&b, "symbol 1 lies in a table");
}
END_TEST

/** GNU as signs some groups by a local symbol in the group's own section: that is no place. */
START_TEST(local_signature)
{
    struct elf_builder b;
    struct obj_edit edit;
    struct error error = {0};
    enum { GROUP_NUMBER = 1, TEXT_NUMBER, STRINGS_NUMBER, SYMBOLS_NUMBER };
    elf_start(&b, true, false);
    elf_section(&b, ".group", 17, 0, SYMBOLS_NUMBER, 1, 4);
    elf_put(&b, 1, 4);
    elf_put(&b, TEXT_NUMBER, 4);
    elf_section(&b, ".text", 1, 0x206, 0, 0, 0);
    elf_put(&b, 0xc3, 1);
    elf_section(&b, ".strtab", 3, 0, 0, 0, 0);
    elf_put(&b, 0x00780000, 4);
    elf_section(&b, ".symtab", 2, 0, STRINGS_NUMBER, 2, 24);
    elf_symbol(&b, 0, 0, 0, 0, 0, 0);
    elf_symbol(&b, 2, 0, 0, GROUP_NUMBER, 0, 0);
    elf_finish(&b, 62);
    ck_assert_msg(obj_edit_read(span_make(b.bytes, b.size), &arena, &edit, &error) == OBJ_OK, "%s",
                  error.text);
    edit = written(&arena, &edit);
    ck_assert_str_eq(section_list(&arena, &edit), ".text:1");
    ck_assert_uint_eq(edit.object.group_count, 1);
    ck_assert(span_is(edit.object.groups[0].name, "x"));
    elf_free(&b);
}
END_TEST

Suite *elf_admit_suite(void)
{
    Suite *suite = suite_create("elf-admit");
    TCase *cases = tcase_create("elf-admit");
    tcase_add_checked_fixture(cases, NULL, forget);
    tcase_add_loop_test(cases, links, 0, (int)(sizeof rows / sizeof *rows));
    tcase_add_test(cases, both_kinds_of_relocations);
    tcase_add_test(cases, symbol_in_a_table);
    tcase_add_test(cases, local_signature);
    suite_add_tcase(suite, cases);
    return suite;
}
