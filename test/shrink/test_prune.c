/* SPDX-License-Identifier: MIT */
/** Sections that are left out of an object, and what goes with them. */
#include <check.h>

#include "shrink/shrink.h"
#include "suites.h"
#include "support/edits.h"

static struct arena arena;

static void forget(void)
{
    arena_free(&arena);
}

enum { MOST_SECTIONS = 8 };

static const char *left(const struct obj_edit *edit)
{
    return arena_printf(&arena, "%s | %s", section_list(&arena, edit), symbol_list(&arena, edit));
}

/** The numbers of the sections of @names. */
static void mark(const struct obj_edit *edit, const char *names, bool drop[MOST_SECTIONS])
{
    char *copy = arena_printf(&arena, "%s", names);
    char *state;
    for (char *name = strtok_r(copy, " ", &state); name; name = strtok_r(NULL, " ", &state)) {
        drop[section_number(edit, name, 0)] = true;
    }
}

#define TWO "elf\nsection .text.a data=00000000 flags=6\nsection .text.b data=00000000 flags=6\n"
#define PE "coff machine=0x8664\nsection .text$a data=00000000 flags=0x60500020\n"                 \
           "section .text$b data=00000000 flags=0x60500020\n"

static const struct {
    const char *what;
    const char *text;
    const char *drop;
    const char *pruned;    /* sections | symbols */
    const char *discarded; /* the same when another object has the sections instead */
} rows[] = {
    {"what it defines goes, or is another's",
     TWO "symbol inner in=.text.b bind=0\nsymbol b in=.text.b\nsymbol a in=.text.a\n", ".text.b",
     ".text.a:4 | a", ".text.a:4 | ?b a"},
    {"an undefined symbol goes with the last reference",
     TWO "symbol far\nsymbol a in=.text.a\nreloc .text.b at=0 to=far kind=4\n", ".text.b",
     ".text.a:4 | a", ".text.a:4 | ?far a"},
    {"not if another refers to it",
     TWO "symbol far\nreloc .text.b at=0 to=far kind=4\nreloc .text.a at=0 to=far kind=4\n",
     ".text.b", ".text.a:4 | ?far", ".text.a:4 | ?far"},
    {"nor if nothing did: it is there to be linked", TWO "symbol forced\n", ".text.b",
     ".text.a:4 | ?forced", ".text.a:4 | ?forced"},
    {"a group goes as a whole, and the local symbol that signs it",
     "elf\ngroup sign flags=1\nsection .text.g data=c3 flags=0x206 group=sign\n"
     "section .data.g data=00 flags=0x203 group=sign\nsection .text data=c3 flags=6\n"
     "symbol sign in=.text.g bind=0\nsymbol a in=.text\n", ".text.g .data.g",
     ".text:1 | a", ".text:1 | a"},
    {"COFF: checksums of all sections go with any of them",
     PE "section .chks64 data=0000000000000000 flags=0xa00\n", ".text$b", ".text$a:4 | ",
     ".text$a:4 .chks64:8 | "},
    {"COFF: a weak external that stays keeps its default",
     PE "symbol inner in=.text$a bind=3\nweak maybe to=inner search=3\n"
        "symbol b in=.text$b bind=2\n", ".text$b", ".text$a:4 | -inner ?!maybe",
     ".text$a:4 | -inner ?!maybe ?b"},
    {"COFF: one that defines its name stays, though only what goes needs it here",
     PE "symbol inner in=.text$a bind=3\nweak maybe to=inner search=3\n"
        "reloc .text$b at=0 to=maybe kind=4\n", ".text$b", ".text$a:4 | -inner ?!maybe",
     ".text$a:4 | -inner ?!maybe"},
    {"COFF: and an undefined one",
     PE "symbol far bind=2\nweak maybe to=far search=3\nreloc .text$b at=0 to=far kind=4\n",
     ".text$b", ".text$a:4 | ?far ?!maybe", ".text$a:4 | ?far ?!maybe"},
};

START_TEST(what_goes)
{
    for (int discard = 0; discard < 2; discard++) {
        struct obj_edit edit = edit_of(&arena, rows[_i].text);
        struct error error = {0};
        bool drop[MOST_SECTIONS] = {false};
        mark(&edit, rows[_i].drop, drop);
        enum obj_result result = discard ? discard_sections(&edit, drop, &arena, &error)
                                         : prune_object(&edit, drop, &arena, &error);
        ck_assert_msg(result == OBJ_OK, "%s: %s", rows[_i].what, error.text);
        edit = written(&arena, &edit);
        const char *expected = discard ? rows[_i].discarded : rows[_i].pruned;
        ck_assert_msg(strcmp(left(&edit), expected) == 0, "%s: %s, not %s", rows[_i].what,
                      left(&edit), expected);
    }
}
END_TEST

/** Debug info of types that nobody knows, and frames that nobody understands, cannot be cut. */
START_TEST(refused)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {TWO "section .debug_info data=0000000000000000\n"
             "reloc .debug_info at=0 to=.text.b kind=99\n",
         ".debug_info has relocations that are not understood"},
        {TWO "section .eh_frame data=0700000000000000 flags=2\n",
         ".eh_frame: a record of 7 bytes at 0"},
        {TWO "reloc .text.a at=0 to=.text.b kind=4\n",
         "section .text.a: relocation 0 refers to a section, which is to be removed"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int discard = 0; discard < 2; discard++) {
            struct obj_edit edit = edit_of(&arena, cases[i].text);
            struct error error = {0};
            bool drop[MOST_SECTIONS] = {false, true};
            ck_assert((discard ? discard_sections(&edit, drop, &arena, &error)
                               : prune_object(&edit, drop, &arena, &error)) != OBJ_OK);
            ck_assert_str_eq(error.text, cases[i].expected);
        }
    }
}
END_TEST

/** Where debug info speaks of what goes: 0, in a list 1; of what stays: as before. */
START_TEST(debug_info)
{
    struct obj_edit edit = edit_of(&arena,
        TWO "section .debug_info data=7777777777777777\n"
            "section .debug_ranges data=7777777777777777\n"
            "section .debug_loc data=7777777777777777\nsection .debug_line data=7777777777777777\n"
            "reloc .debug_info at=4 to=.text.b kind=10\n"
            "reloc .debug_ranges at=0 to=.text.b kind=1\n"
            "reloc .debug_loc at=0 to=.text.b kind=1\nreloc .debug_line at=0 to=.text.a kind=1\n");
    struct error error = {0};
    bool drop[MOST_SECTIONS] = {false, true};
    ck_assert(prune_object(&edit, drop, &arena, &error) == OBJ_OK);
    ck_assert_str_eq(section_list(&arena, &edit), ".text.a:4 .debug_info:8 .debug_ranges:8 "
                                                  ".debug_loc:8 .debug_line:8");
    ck_assert_uint_eq(get_le64(edit.object.sections[1].data.data), 0x77777777); /* R_X86_64_32 */
    ck_assert_uint_eq(get_le64(edit.object.sections[2].data.data), 1);
    ck_assert_uint_eq(get_le64(edit.object.sections[3].data.data), 1);
    ck_assert_str_eq(reloc_list(&arena, &edit, 4), "0:[.text.a]");
    ck_assert_uint_eq(edit.relocs[1].count + edit.relocs[2].count + edit.relocs[3].count, 0);
}
END_TEST

Suite *prune_suite(void)
{
    Suite *suite = suite_create("prune");
    TCase *cases = tcase_create("prune");
    tcase_add_checked_fixture(cases, NULL, forget);
    tcase_add_loop_test(cases, what_goes, 0, (int)(sizeof rows / sizeof *rows));
    tcase_add_test(cases, refused);
    tcase_add_test(cases, debug_info);
    suite_add_tcase(suite, cases);
    return suite;
}
