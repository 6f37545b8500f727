/* SPDX-License-Identifier: MIT */
/** What is left of one object when what nothing leads to has gone; and its personality routines. */
#include <check.h>

#include "shrink/prelink.h"
#include "suites.h"
#include "support/edits.h"

static struct arena arena;

static void forget(void)
{
    arena_free(&arena);
}

#define TWO "elf\nsection .text.a data=00000000 flags=6\nsection .text.b data=00000000 flags=6\n"

static const struct {
    const char *what;
    const char *text;
    const char *expected; /* sections | symbols */
} rows[] = {
    {"a global symbol stays, and what its section needs",
     TWO "section .text.c data=00000000 flags=6\nsymbol b in=.text.b bind=0\n"
         "symbol c in=.text.c bind=0\nsymbol api in=.text.a\nsymbol far\n"
         "reloc .text.a at=0 to=b kind=4\nreloc .text.c at=0 to=far kind=4\n",
     ".text.a:4 .text.b:4 | -b api"},
    {"what needs itself only goes",
     TWO "symbol b in=.text.b bind=0\nsymbol api in=.text.a\nreloc .text.b at=0 to=b kind=4\n",
     ".text.a:4 | api"},
    {"a weak definition is one that users may call",
     TWO "symbol api in=.text.a bind=2\n", ".text.a:4 | !api"},
    {"constructors stay, and what they call",
     TWO "section .init_array data=0000000000000000 flags=3 type=14\n"
         "reloc .init_array at=0 to=.text.b kind=1\n", ".text.b:4 .init_array:8 | "},
    {"frames go with their functions",
     TWO "section .eh_frame flags=2 data=0c00000000000000017a520001781001"
         "10000000140000000000000001000000" "00000000"
         "10000000280000000000000001000000" "00000000\n"
         "reloc .eh_frame at=24 to=.text.b kind=2\nreloc .eh_frame at=44 to=.text.a kind=2\n"
         "symbol api in=.text.a\n", ".text.a:4 .eh_frame:36 | api"},
    {"what a global refers to by name",
     TWO "symbol api in=.text.a\nsymbol api2 in=.text.b\nreloc .text.a at=0 to=api2 kind=4\n",
     ".text.a:4 .text.b:4 | api api2"},
    {"COFF too",
     "coff machine=0x8664\nsection .text$a data=00000000 flags=0x60500020\n"
     "section .text$b data=c3 flags=0x60500020\nsection .text$c data=c3 flags=0x60500020\n"
     "symbol b in=.text$b bind=3\nsymbol c in=.text$c bind=3\nsymbol api in=.text$a bind=2\n"
     "reloc .text$a at=0 to=b kind=4\n", ".text$a:4 .text$b:1 | -b api"},
    {"Mach-O's sections are linkers' to cut",
     "macho\nsection __TEXT,__text data=c3 flags=0x80000400\nsection __DATA,__data data=00\n"
     "symbol _own in=__TEXT,__text kind=0\n", "__text:1 __data:1 | -_own"},
};

START_TEST(left)
{
    struct obj_edit edit = edit_of(&arena, rows[_i].text);
    struct error error = {0};
    ck_assert_msg(prelink_prune(&edit, NULL, true, &arena, &error) == OBJ_OK, "%s", error.text);
    edit = written(&arena, &edit);
    const char *found = arena_printf(&arena, "%s | %s", section_list(&arena, &edit),
                                     symbol_list(&arena, &edit));
    ck_assert_msg(strcmp(found, rows[_i].expected) == 0, "%s: %s, not %s", rows[_i].what, found,
                  rows[_i].expected);
}
END_TEST

static bool is_needed(const void *context, struct span name)
{
    (void)context;
    return span_starts(name, "api");
}

/** What is global only so that linkers unify it is no root: nothing needs it here. */
START_TEST(needed)
{
    static const struct prelink_object_rules rules = {.stays_global = is_needed,
                                                      .is_needed = is_needed, .shares = true};
    struct obj_edit edit = edit_of(
        &arena, TWO "section .text.c data=00000000 flags=6\nsymbol api in=.text.a\n"
                    "symbol used in=.text.b bind=2\nsymbol unused in=.text.c bind=2\n"
                    "symbol com in=common at=4 size=4\nsymbol free in=common at=4 size=4\n"
                    "reloc .text.a at=0 to=used kind=4\nreloc .text.b at=0 to=com kind=4\n");
    struct error error = {0};
    ck_assert(prelink_prune(&edit, &rules, true, &arena, &error) == OBJ_OK);
    ck_assert_str_eq(section_list(&arena, &edit), ".text.a:4 .text.b:4");
    ck_assert_str_eq(symbol_list(&arena, &edit), "api !used com");
}
END_TEST

/** Debug info whose relocations nobody understands holds on to everything, or goes if it may. */
START_TEST(debug_info)
{
    static const char text[] =
        TWO "section .debug_info data=0000000000000000\nsymbol api in=.text.a\n"
            "reloc .debug_info at=0 to=.text.b kind=99\n";
    struct error error = {0};
    struct obj_edit edit = edit_of(&arena, text);
    ck_assert(prelink_prune(&edit, NULL, true, &arena, &error) == OBJ_OK);
    ck_assert_str_eq(section_list(&arena, &edit), ".text.a:4 .text.b:4 .debug_info:8");
    edit = edit_of(&arena, text);
    ck_assert_msg(prelink_prune(&edit, NULL, false, &arena, &error) == OBJ_OK, "%s", error.text);
    ck_assert_str_eq(section_list(&arena, &edit), ".text.a:4");
}
END_TEST

#define ZEROES "0000000000000000000000000000000000000000000000000000000000000000"

/* An FDE's CIE takes its personality by way of the GOT; compact unwind has it at 16 of 32 bytes. */
static const struct {
    const char *object;
    const char *names;
} unwinds[] = {
    {"macho\nsection __TEXT,__eh_frame data=" ZEROES " flags=0x6800000b\nsymbol _a\nsymbol _b\n"
     "reloc __TEXT,__eh_frame at=19 to=_a kind=7\n"
     "reloc __TEXT,__eh_frame at=24 to=_b kind=0\n",
     "_a "},
    {"macho machine=0x1000007\nsection __TEXT,__eh_frame data=" ZEROES " flags=0x6800000b\n"
     "symbol _a\nsymbol _b\nreloc __TEXT,__eh_frame at=19 to=_b kind=0x504\n",
     "_b "},
    {"macho\nsection __LD,__compact_unwind data=" ZEROES
     ZEROES " flags=0x2000000\nsymbol _a\nsymbol _b\n"
     "reloc __LD,__compact_unwind at=48 to=_a kind=0x600\n"
     "reloc __LD,__compact_unwind at=56 to=_b kind=0x600\n",
     "_a "},
    {"elf\nsection .eh_frame data=" ZEROES " flags=2\nsymbol a\n"
     "reloc .eh_frame at=16 to=a kind=7\n", ""},
};

static bool append_name(void *context, struct span name)
{
    const char **names = context;
    *names = arena_printf(&arena, "%s%.*s ", *names, (int)name.size, (const char *)name.data);
    return true;
}

START_TEST(personalities)
{
    const char *names = "";
    struct obj_edit edit = edit_of(&arena, unwinds[_i].object);
    ck_assert(prelink_personalities(&edit, append_name, &names));
    ck_assert_str_eq(names, unwinds[_i].names);
}
END_TEST

Suite *prelink_prune_suite(void)
{
    Suite *suite = suite_create("prelink-prune");
    TCase *cases = tcase_create("prelink-prune");
    tcase_add_checked_fixture(cases, NULL, forget);
    tcase_add_loop_test(cases, left, 0, (int)(sizeof rows / sizeof *rows));
    tcase_add_test(cases, needed);
    tcase_add_test(cases, debug_info);
    tcase_add_loop_test(cases, personalities, 0, (int)(sizeof unwinds / sizeof *unwinds));
    suite_add_tcase(suite, cases);
    return suite;
}
