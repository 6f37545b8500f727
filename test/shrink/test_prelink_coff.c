/* SPDX-License-Identifier: MIT */
/** Prelinking COFF: which of several COMDATs is kept, by their selections, and what goes along. */
#include <check.h>

#include "obj/linked.h"
#include "shrink/prelink.h"
#include "suites.h"
#include "support/edits.h"

static struct arena arena;

static void forget(void)
{
    arena_free(&arena);
}

enum { MOST_PARTS = 3 };

#define HEAD "coff machine=0x8664\n"

/** A COMDAT .rdata$v with that selection and these bytes, and "v" as its leader. */
#define V(selection, bytes)                                                                        \
    "section .rdata$v data=" bytes " flags=0x40301040\nmark .rdata$v select=" selection "\n"       \
    "symbol v in=.rdata$v bind=2\n"

/** A section that goes with it. */
#define WITH(name, bytes)                                                                          \
    "section " name " data=" bytes " flags=0x40301040\nmark " name " select=5 link=.rdata$v\n"

/** What refers to v, 4 bytes. */
#define USER(name)                                                                                 \
    "section .text data=00000000 flags=0x60500020\nsymbol " name " in=.text bind=2\n"              \
    "reloc .text at=0 to=v kind=4\n"

/** A function of GCC in a COMDAT, with unwind information that has no leader. */
#define F(bytes)                                                                                   \
    "section .text$f data=" bytes " flags=0x60501020\nmark .text$f select=2\n"                     \
    "symbol f in=.text$f bind=2\nsection .pdata$f data=" bytes "00000000 flags=0x40301040\n"       \
    "mark .pdata$f select=2\nreloc .pdata$f at=0 to=.text$f kind=3\n"

static const struct {
    const char *what;
    const char *parts[MOST_PARTS + 1];
    const char *sections;
    const char *symbols;
} rows[] = {
    {"any: the first one",
     {HEAD V("2", "0102") USER("api"), HEAD V("2", "010203") USER("api2")},
     ".rdata$v:2 .text:4 .text:4", "-v api api2"},
    {"same size: the first one",
     {HEAD V("3", "0102") USER("api"), HEAD V("3", "0304") USER("api2")},
     ".rdata$v:2 .text:4 .text:4", "-v api api2"},
    {"exact match: the first one",
     {HEAD V("4", "0102") USER("api"), HEAD V("4", "0102") USER("api2")},
     ".rdata$v:2 .text:4 .text:4", "-v api api2"},
    {"largest: the largest one, and what goes with it",
     {HEAD V("6", "01") WITH(".xdata", "11") USER("api"),
      HEAD V("6", "010203") WITH(".xdata", "111213") USER("api2"),
      HEAD V("6", "0102") WITH(".xdata", "1112") USER("api3")},
     ".text:4 .rdata$v:3 .xdata:3 .text:4 .text:4", "api -v api2 api3"},
    {"of two largest ones the first",
     {HEAD V("6", "0102") WITH(".xdata", "11") USER("api"), HEAD V("6", "0102") USER("api2")},
     ".rdata$v:2 .xdata:1 .text:4 .text:4", "-v api api2"},
    {"any and largest are largest together, in either order",
     {HEAD V("2", "01") USER("api"), HEAD V("6", "0102") USER("api2"), HEAD V("2", "010203")},
     ".text:4 .text:4 .rdata$v:3", "api api2 -v"},
    {"any and largest, the largest one first",
     {HEAD V("6", "0102") USER("api"), HEAD V("2", "01") USER("api2")},
     ".rdata$v:2 .text:4 .text:4", "-v api api2"},
    {"any and same size are same size together",
     {HEAD V("2", "0102") USER("api"), HEAD V("3", "0304") USER("api2")},
     ".rdata$v:2 .text:4 .text:4", "-v api api2"},
    {"a definition in no COMDAT wins",
     {HEAD V("2", "0102") WITH(".xdata", "11") USER("api"),
      HEAD "section .data data=0a0b0c flags=0xc0300040\nsymbol v in=.data bind=2\n"},
     ".text:4 .data:3", "api -v"},
    {"a static leader has no duplicates",
     {HEAD "section .rdata$v data=01 flags=0x40301040\nmark .rdata$v select=2\n"
      "symbol v in=.rdata$v bind=3\n",
      HEAD V("2", "0102") USER("api")},
     ".rdata$v:1 .rdata$v:2 .text:4", "-v -v api"},
    {"GCC's unwind information goes with its function", {HEAD F("0a0b"), HEAD F("0c0d0e")},
     ".text$f:2 .pdata$f:6", "-f"},
    {"and is a duplicate by its own name without one",
     {HEAD "section .pdata$f data=0a flags=0x40301040\nmark .pdata$f select=2\n",
      HEAD "section .pdata$f data=0b0c flags=0x40301040\nmark .pdata$f select=2\n"},
     ".pdata$f:1", ""},
};

START_TEST(chosen)
{
    struct obj_edit edit = prelinked(&arena, rows[_i].parts);
    const char *sections = section_list(&arena, &edit);
    const char *symbols = symbol_list(&arena, &edit);
    bool same = strcmp(sections, rows[_i].sections) == 0 && strcmp(symbols, rows[_i].symbols) == 0;
    ck_assert_msg(same, "%s: %s | %s", rows[_i].what, sections, symbols);
}
END_TEST

/** What is declared weak and defined nowhere is looked for outside; its default stays global. */
START_TEST(weak_references)
{
    const char *parts[] = {
        HEAD "section .text data=00000000 flags=0x60500020\nsymbol api in=.text bind=2\n"
             "symbol .weak.hook in=absolute bind=2\nweak hook to=.weak.hook search=3\n"
             "reloc .text at=0 to=hook kind=4\n",
        HEAD "section .text data=00000000 flags=0x60500020\nsymbol api2 in=.text bind=2\n"
             "symbol hook bind=2\nreloc .text at=0 to=hook kind=4\n",
        NULL};
    struct obj_edit edit = prelinked(&arena, parts);
    ck_assert_str_eq(symbol_list(&arena, &edit), "api .weak.hook ?!hook api2");
    ck_assert_str_eq(reloc_list(&arena, &edit, 1), "0:hook");
    const struct obj_symbol *hook = symbol_named(&edit, "hook");
    ck_assert(hook->alias != OBJ_NONE && hook->detail == 3);
    ck_assert(&edit.object.symbols[hook->alias] == symbol_named(&edit, ".weak.hook"));
}
END_TEST

/** What is defined weakly is local unless users call it; then its default stays global as well. */
START_TEST(weak_definitions)
{
    const char *parts[] = {
        HEAD "section .text data=0000000000000000 flags=0x60500020\n"
             "symbol .weak.api in=.text bind=2\nweak api to=.weak.api search=1\n"
             "symbol .weak.own in=.text at=4 bind=2\nweak own to=.weak.own search=1\n",
        NULL};
    struct obj_edit edit = prelinked(&arena, parts);
    ck_assert_str_eq(symbol_list(&arena, &edit), ".weak.api ?!api -.weak.own -own");
    ck_assert_uint_eq(symbol_named(&edit, "own")->value, 4);
}
END_TEST

/** A local name of a COMDAT's leader must not come before it: linkers would take it for that. */
START_TEST(weak_before_leader)
{
    const char *parts[] = {
        HEAD "section .text data=c3 flags=0x60501020\nmark .text select=1\n"
             "weak own to=.weak.own search=1\nsymbol .weak.own in=.text bind=2\n"
             "section .data data=0000000000000000 flags=0xc0400040\n"
             "reloc .data at=0 to=own kind=1\n",
        NULL};
    struct obj_edit edit = prelinked(&arena, parts);
    written(&arena, &edit);
    ck_assert_str_eq(symbol_list(&arena, &edit), "-own -.weak.own");
    ck_assert_int_eq(symbol_named(&edit, "own")->place, PLACE_ABSOLUTE);
    ck_assert_str_eq(reloc_list(&arena, &edit, 1), "0:.weak.own");
}
END_TEST

/** A list stays one for the proof, whether a COMDAT brings it along or, joined, none does. */
START_TEST(lists_of_comdats)
{
    struct obj_edit edit = edit_of(&arena, HEAD V("1", "01") WITH(".mine$m", "0700"));
    const struct obj_section *list = &edit.object.sections[1];
    ck_assert_uint_ne(list->group, OBJ_NONE);
    ck_assert(obj_section_is_gathered(&edit.object, list));
    ck_assert(!obj_section_is_gathered(&edit.object, &edit.object.sections[0]));
}
END_TEST

/** References go to the one that is kept, and associative sections stay associative. */
START_TEST(references)
{
    const char *parts[] = {HEAD V("6", "01") USER("api"),
                           HEAD V("6", "0102") WITH(".xdata", "11") USER("api2"), NULL};
    struct obj_edit edit = prelinked(&arena, parts);
    ck_assert_str_eq(reloc_list(&arena, &edit, section_number(&edit, ".text", 0)), "0:v");
    ck_assert_str_eq(reloc_list(&arena, &edit, section_number(&edit, ".text", 1)), "0:v");
    ck_assert_uint_eq(edit.object.sections[section_number(&edit, ".xdata", 0)].link,
                      section_number(&edit, ".rdata$v", 0));
}
END_TEST

/** The selection of a section's group. */
static uint32_t selection(const struct obj_edit *edit, const char *section)
{
    uint32_t group = edit->object.sections[section_number(edit, section, 0)].group;
    return edit->object.groups[group].selection;
}

/** What is local has no duplicates, nor has its unwind information; exports stay COMDATs. */
START_TEST(local_ones)
{
    const char *locals[] = {HEAD F("0a0b"), NULL};
    struct obj_edit edit = prelinked(&arena, locals);
    ck_assert_uint_eq(selection(&edit, ".text$f"), 1);
    ck_assert_uint_eq(selection(&edit, ".pdata$f"), 1);
    const char *exports[] = {
        HEAD "section .text$f data=c3 flags=0x60501020\nmark .text$f select=2\n"
        "symbol api in=.text$f bind=2\nsection .pdata$f data=00000000 flags=0x40301040\n"
        "mark .pdata$f select=2\n", NULL};
    edit = prelinked(&arena, exports);
    ck_assert_uint_eq(selection(&edit, ".text$f"), 2);
    ck_assert_uint_eq(selection(&edit, ".pdata$f"), 2);
}
END_TEST

static const struct {
    const char *parts[MOST_PARTS + 1];
    const char *expected;
} refused[] = {
    {{HEAD V("3", "0102"), HEAD V("3", "01")},
     "1: COMDAT v has selection 'same size', and another size than in 0: they cannot be one "
     "object"},
    {{HEAD V("2", "0102"), HEAD V("3", "01")},
     "1: COMDAT v has selection 'same size', and another size than in 0: they cannot be one "
     "object"},
    {{HEAD V("4", "0102"), HEAD V("4", "0103")},
     "1: COMDAT v has selection 'exact match', and other contents than in 0: they cannot be one "
     "object"},
    {{HEAD V("7", "0102"), HEAD V("7", "0102")},
     "1: COMDAT v has selection 'newest', and another time than in 0: they cannot be one object"},
    {{HEAD V("4", "0102"), HEAD V("6", "0102")},
     "1: COMDAT v has selection 'largest', but 'exact match' in 0: they cannot be one object"},
    {{HEAD V("1", "0102"), HEAD V("1", "0102")},
     "1: defines v, which 0 defines as well: they cannot be one object"},
};

START_TEST(not_one_object)
{
    struct obj_edit edit;
    struct error error = {0};
    ck_assert(prelink_texts(&arena, refused[_i].parts, &edit, &error) == OBJ_BROKEN);
    ck_assert_str_eq(error.text, refused[_i].expected);
}
END_TEST

Suite *prelink_coff_suite(void)
{
    Suite *suite = suite_create("prelink-coff");
    TCase *cases = tcase_create("prelink-coff");
    tcase_add_checked_fixture(cases, NULL, forget);
    tcase_add_loop_test(cases, chosen, 0, (int)(sizeof rows / sizeof *rows));
    tcase_add_test(cases, references);
    tcase_add_test(cases, weak_references);
    tcase_add_test(cases, weak_definitions);
    tcase_add_test(cases, weak_before_leader);
    tcase_add_test(cases, lists_of_comdats);
    tcase_add_test(cases, local_ones);
    tcase_add_loop_test(cases, not_one_object, 0, (int)(sizeof refused / sizeof *refused));
    suite_add_tcase(suite, cases);
    return suite;
}
