/* SPDX-License-Identifier: MIT */
/** Where two objects first differ; the words that `armeld explain` says. */
#include "inspect/difference.h"
#include "suites.h"
#include "support/objects.h"

#define TEXT "section .text data=c3c3c3c3 flags=6\n"
#define F "symbol f in=.text\n"
#define G "symbol g\n"

static const struct {
    const char *first;
    const char *second;
    const char *expected;
} rows[] = {
    {"elf\n" TEXT F, "elf\nsection .text data=c3c390c3 flags=6\n" F,
     "section .text: offset 0x2 is 0x90, not 0xc3"},
    {"elf\n" TEXT F, "elf\nsection .text data=c3c3 flags=6\n" F, "section .text: 2 bytes, not 4"},
    {"elf\n" TEXT F, "elf\nsection .text.f data=c3c3c3c3 flags=6\nsymbol f in=.text.f\n",
     "section 0 is .text.f, not .text"},
    {"elf\n" TEXT F, "elf\n" TEXT "section .data data=01 flags=3\n" F, "section .data is new"},
    {"elf\n" TEXT "section .data data=01 flags=3\n" F, "elf\n" TEXT F, "section .data is missing"},
    {"elf\n" TEXT F, "elf\nsection .text data=c3c3c3c3 flags=2\n" F,
     "section .text: flags 0x2 and alignment 1, not 0x6 and 1"},
    {"elf\n" TEXT F G "reloc .text at=0 to=g kind=2\n",
     "elf\n" TEXT F G "reloc .text at=1 to=g kind=2\n",
     "relocation 0 of section .text: offset 0x1, type 0x2, to g+0, not offset 0, type 0x2, to g+0"},
    {"elf\n" TEXT F G "reloc .text at=0 to=g kind=2\n",
     "elf\n" TEXT F G,
     "section .text: 0 relocations, not 1"},
    {"elf\n" TEXT F, "elf\n" TEXT "symbol h in=.text\n", "symbol 1 is h, not f"},
    {"elf\n" TEXT F, "elf\n" TEXT "symbol f in=.text at=2\n",
     "symbol f: value 0x2 and size 0, not 0 and 0, or another binding"},
    {"elf\n" TEXT F, "elf\n" TEXT F G, "symbol g is new"},
    {"elf\n" TEXT F G, "elf\n" TEXT F, "symbol g is missing"},
    {"elf\nsection .debug_x data=00\n" TEXT F,
     "elf\nsection .debug_x data=01\n" TEXT "symbol h in=.text\n",
     "symbol 2 is h, not f"},
    {"coff machine=0x8664\nsection .text data=c3\nsymbol f in=.text bind=2\n",
     "elf\n" TEXT F, "x86_64 ELF, not x86_64 COFF"},
    {"macho\nbuild 0xb0000\nsection __TEXT,__text data=c3 flags=0x80000400\n",
     "macho\nbuild 0xc0300\nsection __TEXT,__text data=c3 flags=0x80000400\n",
     "for macOS from 12.3 on, not from 11.0 on: with one deployment target for all code they may "
     "be equal"},
};

static struct arena arena;

static void forget(void)
{
    arena_free(&arena);
}

START_TEST(words)
{
    const char *found = first_difference(assemble(&arena, rows[_i].first),
                                         assemble(&arena, rows[_i].second), &arena);
    ck_assert_str_eq(found, rows[_i].expected);
}
END_TEST

/** What is no object is compared byte by byte. */
START_TEST(bytes)
{
    ck_assert_str_eq(first_difference(span_of("text"), span_of("tent"), &arena),
                     "the member: offset 0x2 is 0x6e, not 0x78");
    ck_assert_str_eq(first_difference(span_of("text"), span_of(""), &arena),
                     "the member: 0 bytes, not 4");
}
END_TEST

Suite *difference_suite(void)
{
    Suite *suite = suite_create("difference");
    TCase *tcase = tcase_create("difference");
    tcase_add_checked_fixture(tcase, NULL, forget);
    tcase_add_loop_test(tcase, words, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tcase, bytes);
    suite_add_tcase(suite, tcase);
    return suite;
}
