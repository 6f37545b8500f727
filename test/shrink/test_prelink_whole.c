/* SPDX-License-Identifier: MIT */
/** What an object says as a whole: one that is made of several must not say more than each did. */
#include <check.h>

#include "shrink/prelink.h"
#include "suites.h"
#include "support/edits.h"

static struct arena arena;

static void forget(void)
{
    arena_free(&arena);
}

enum { MOST_PARTS = 3 };

#define CODE "elf\nsection .text data=c3 flags=6\n"
#define STACK "section .note.GNU-stack data= flags=0\n"
#define STACK_RUNS "section .note.GNU-stack data= flags=4\n" /* SHF_EXECINSTR */
#define PROPERTY(data) "section .note.gnu.property data=" data " flags=2 type=7\n"
#define PE "coff machine=0x8664\nsection .text data=c3 flags=0x60500020\n"
#define MACHO "macho\nsection __TEXT,__text data=c3 flags=0x80000400\n"

static const struct {
    const char *what;
    const char *parts[MOST_PARTS + 1];
    const char *sections;
} rows[] = {
    {"no part needs an executable stack", {CODE STACK, CODE STACK},
     ".text:1 .note.GNU-stack:0 .text:1"},
    {"one part may need it: it does not say", {CODE STACK, CODE}, ".text:1 .text:1"},
    {"the first does not say", {CODE, CODE STACK, CODE STACK}, ".text:1 .text:1 .text:1"},
    {"one part needs it: its mark stays, alone, since linkers read the first",
     {CODE STACK, CODE STACK_RUNS, CODE}, ".text:1 .text:1 .note.GNU-stack:0 .text:1"},
    {"all parts have the same properties", {CODE PROPERTY("0102"), CODE PROPERTY("0102")},
     ".text:1 .note.gnu.property:2 .text:1"},
    {"others: none holds of all", {CODE PROPERTY("0102"), CODE PROPERTY("0103")},
     ".text:1 .text:1"},
    {"one has none: neither", {CODE PROPERTY("0102"), CODE}, ".text:1 .text:1"},
    {"the processor's attributes, once",
     {CODE "section .ARM.attributes data=41 type=0x70000003\n",
      CODE "section .ARM.attributes data=41 type=0x70000003\n"},
     ".text:1 .ARM.attributes:1 .text:1"},
    {"the same comment, once; another one stays",
     {CODE "section .comment data=6100 flags=0x30 entry=1\n",
      CODE "section .comment data=6100 flags=0x30 entry=1\n",
      CODE "section .comment data=6200 flags=0x30 entry=1\n"},
     ".text:1 .comment:2 .text:1 .text:1 .comment:2"},
    {"lists of symbols, which would claim that all others' addresses do not count",
     {CODE "symbol api in=.text\nsection .llvm_addrsig numbers=api flags=0x80000000\n", CODE},
     ".text:1 .text:1"},
    {"CodeView goes, DWARF stays",
     {PE "section .debug$S data=04000000 flags=0x42100040\n"
         "section .debug_info data=00 flags=0x42100040\n"},
     ".text:1 .debug_info:1"},
};

START_TEST(statements)
{
    struct obj_edit edit = prelinked(&arena, rows[_i].parts);
    const char *found = section_list(&arena, &edit);
    ck_assert_msg(strcmp(found, rows[_i].sections) == 0, "%s: %s, not %s", rows[_i].what, found,
                  rows[_i].sections);
}
END_TEST

/** The mark of a part that needs an executable stack says so in the result. */
START_TEST(executable_stack)
{
    struct obj_edit edit = prelinked(&arena, rows[3].parts);
    ck_assert_uint_eq(edit.object.sections[2].flags, 4);
}
END_TEST

/* ---- program properties ------------------------------------------------------------------ */

#define NOTE(size, list) PROPERTY("04000000" size "00000005000000474e5500" list)
#define WORD(type, value) type "04000000" value "00000000"
#define FEATURES(value) WORD("020000c0", value) /* x86: IBT 1, SHSTK 2 */
#define NEEDED(value) WORD("028000c0", value)   /* x86: ISA_1_NEEDED */
#define USED(value) WORD("020001c0", value)     /* x86: ISA_1_USED */
#define NOTHING "none"

/** Each has its rule: what all have, what any has, what any has if all say something. */
START_TEST(properties)
{
    static const struct {
        const char *parts[MOST_PARTS + 1], *sum; /* .sum: behind the note's header */
    } list[] = {
        {{CODE NOTE("10", FEATURES("03000000")), CODE NOTE("10", FEATURES("01000000"))},
         FEATURES("01000000")},
        {{CODE NOTE("10", FEATURES("02000000")), CODE NOTE("10", FEATURES("01000000"))}, NOTHING},
        {{CODE NOTE("10", FEATURES("03000000")), CODE}, NOTHING},
        {{CODE, CODE NOTE("10", NEEDED("04000000"))}, NEEDED("04000000")},
        {{CODE NOTE("20", FEATURES("03000000") NEEDED("01000000")),
          CODE NOTE("20", FEATURES("03000000") NEEDED("02000000"))},
         FEATURES("03000000") NEEDED("03000000")},
        {{CODE NOTE("10", USED("01000000")), CODE NOTE("10", USED("04000000"))},
         USED("05000000")},
        {{CODE NOTE("10", USED("01000000")), CODE NOTE("10", NEEDED("04000000"))},
         NEEDED("04000000")},
        {{CODE NOTE("10", WORD("000000d0", "01000000")), /* not known */
          CODE NOTE("10", WORD("000000d0", "02000000"))}, NOTHING},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        struct obj_edit edit = prelinked(&arena, list[i].parts);
        const char *found = "";
        for (size_t s = 0; s < edit.object.section_count; s++) {
            const struct obj_section *section = &edit.object.sections[s];
            bool note = span_is(section->name, ".note.gnu.property");
            ck_assert(!note || section->size > 16);
            for (size_t at = 16; note && at < section->size; at++) {
                found = arena_printf(&arena, "%s%02x", found, section->data.data[at]);
            }
        }
        found = *found ? found : NOTHING;
        ck_assert_msg(strcmp(found, list[i].sum) == 0, "row %zu: %s, not %s", i, found,
                      list[i].sum);
    }
}
END_TEST

/* ---- directives -------------------------------------------------------------------------- */

static const char *with_directives(const char *words)
{
    const char *text = PE "section .drectve flags=0x100a00 data=";
    for (; *words; words++) {
        text = arena_printf(&arena, "%s%02x", text, (unsigned char)*words);
    }
    return text;
}

/** Each part's once, a blank between them; UTF-8's mark only makes sense at the beginning. */
START_TEST(directives)
{
    const char *parts[] = {with_directives("\xef\xbb\xbf/include:a"), with_directives("/include:b"),
                           with_directives("/include:b"), NULL};
    struct obj_edit edit = prelinked(&arena, parts);
    ck_assert_str_eq(section_list(&arena, &edit), ".text:1 .text:1 .text:1 .drectve:22");
    ck_assert(span_is(edit.object.sections[3].data, "/include:a /include:b "));
    ck_assert_uint_eq(edit.object.sections[3].flags, 0x100a00);
}
END_TEST

/** Linkers refuse an object that names two symbols to stand in for one. */
START_TEST(alternates)
{
    const char *equal[] = {with_directives("/alternatename:f=a /alternatename:g=b"),
                           with_directives("/alternatename:g=b /include:f"), NULL};
    const char *other[] = {with_directives("/alternatename:f=a /alternatename:g=b"),
                           with_directives("-alternatename:g=c"), NULL};
    struct obj_edit edit;
    struct error error = {0};
    ck_assert(prelink_texts(&arena, equal, &edit, &error) == OBJ_OK);
    ck_assert(prelink_texts(&arena, other, &edit, &error) != OBJ_OK);
    ck_assert_str_eq(error.text, "1: -alternatename:g=c contradicts that of 0: they cannot be one "
                                 "object");
}
END_TEST

/* ---- what was common --------------------------------------------------------------------- */

/** Zeros, as aligned as the symbol was; COFF says no alignment: that of its size, up to 16. */
START_TEST(commons)
{
    static const struct {
        const char *parts[2];
        const char *symbol, *section;
        uint64_t size, align, flags;
    } list[] = {
        {{CODE "symbol own in=common at=32 size=40\n"}, "own", ".bss", 40, 32, 3},
        {{PE "symbol own in=common at=40 bind=2\n"}, "own", ".bss", 40, 16, 0xc0500080},
        {{PE "symbol own in=common at=3 bind=2\n"}, "own", ".bss", 3, 4, 0xc0300080},
        {{PE "symbol own in=common at=1 bind=2\n"}, "own", ".bss", 1, 1, 0xc0100080},
        /* n_desc's second byte: the logarithm of the alignment */
        {{MACHO "symbol _own in=common at=40 other=0x500\n"}, "_own", "__bss", 40, 32, 1},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        struct obj_edit edit = prelinked(&arena, list[i].parts);
        const struct obj_symbol *symbol = symbol_named(&edit, list[i].symbol);
        ck_assert_int_eq(symbol->binding, BINDING_LOCAL);
        ck_assert_int_eq(symbol->place, PLACE_SECTION);
        ck_assert_uint_eq(symbol->value, 0);
        const struct obj_section *section = &edit.object.sections[symbol->section];
        ck_assert(span_is(section->name, list[i].section));
        ck_assert_int_eq(section->kind, SECTION_ZERO);
        ck_assert_uint_eq(section->size, list[i].size);
        ck_assert_uint_eq(section->align, list[i].align);
        ck_assert_uint_eq(section->flags, list[i].flags);
    }
}
END_TEST

/** A section for each, as they are two. */
START_TEST(two_commons)
{
    static const char *const parts[] = {
        CODE "symbol one in=common at=4 size=4\nsymbol two in=common at=8 size=8\n",
        CODE "symbol one in=common at=4 size=4\nsymbol api in=common at=8 size=8\n", NULL};
    struct obj_edit edit = prelinked(&arena, parts);
    ck_assert_str_eq(section_list(&arena, &edit), ".text:1 .text:1 .bss:4 .bss:8");
    ck_assert_int_eq(symbol_named(&edit, "api")->place, PLACE_COMMON);
}
END_TEST

Suite *prelink_whole_suite(void)
{
    Suite *suite = suite_create("prelink-whole");
    TCase *cases = tcase_create("prelink-whole");
    tcase_add_checked_fixture(cases, NULL, forget);
    tcase_add_loop_test(cases, statements, 0, (int)(sizeof rows / sizeof *rows));
    tcase_add_test(cases, executable_stack);
    tcase_add_test(cases, properties);
    tcase_add_test(cases, directives);
    tcase_add_test(cases, alternates);
    tcase_add_test(cases, commons);
    tcase_add_test(cases, two_commons);
    suite_add_tcase(suite, cases);
    return suite;
}
