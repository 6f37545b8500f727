/* SPDX-License-Identifier: MIT */
/** Why a set shares so little: compilers, codegen units, debug information, renamed symbols. */
#include "inspect/explain.h"
#include "suites.h"
#include "support/notes.h"

#define UNIT(crate, number)                                                                        \
    crate "-1111111111111111." crate ".0123456789abcdef-cgu." number ".rcgu.o"
#define OBJECT(more) "elf\nsection .text data=c3c3c3c3 flags=6\n" more
#define OTHER(more) "elf\nsection .text data=90909090 flags=6\n" more
#define COMMENT(hex) "section .comment flags=0x30 entry=1 data=" hex "\n"

#define RUSTC "72757374632076657273696f6e20" /* "rustc version " */

static const struct content contents[] = {
    {"old", OBJECT(COMMENT(RUSTC "312e36302e3000") "symbol f in=.text\n")},  /* 1.60.0 */
    {"new", OTHER(COMMENT(RUSTC "312e37302e3000") "symbol f in=.text\n")},   /* 1.70.0 */
    {"newer", OTHER(COMMENT(RUSTC "312e37312e3000") "symbol g in=.text\n")}, /* 1.71.0 */
    {"unknown", OTHER(COMMENT("47434300") "symbol f in=.text\n")},           /* GCC */
    {"r-rustc", OBJECT(COMMENT("7272" RUSTC "312e36302e3000") "symbol f in=.text\n")},
    {"plain", OBJECT("symbol f in=.text\n")},
    {"debug", OTHER("section .debug_info data=00\nsymbol f in=.text\n")},
    {"lines", OTHER("section .debug_line data=00\nsymbol f in=.text\n")},
    {"mac-debug", "macho\nsection __TEXT,__text data=c3 flags=0x80000400\n"
                  "section __DWARF,__debug_info data=00 flags=0x02000000\n"
                  "symbol _f in=__TEXT,__text\n"},
    {"mac-plain", "macho\nsection __TEXT,__text data=90 flags=0x80000400\n"
                  "symbol _f in=__TEXT,__text\n"},
    {"two-a", OBJECT("symbol f1 in=.text\nsymbol g1 in=.text\n")},
    {"two-b", OBJECT("symbol f2 in=.text\nsymbol g2 in=.text\n")},
    {"two-c", OBJECT("symbol f1 in=.text\nsymbol g2 in=.text\n")},
    {"three", OBJECT("symbol f3 in=.text\nsymbol g3 in=.text\nsymbol h3 in=.text\n")},
};

static const struct {
    const char *what;
    const char *libraries;
    const char *notes[2]; /* how they begin; NULL: there is none */
} rows[] = {
    {"two compilers", UNIT("x", "0") "=old | " UNIT("x", "0") "=new",
     {"lib1.a: compiled by rustc 1.60.0, others by another",
      "lib2.a: compiled by rustc 1.70.0, others by another"}},
    {"the second compiler in two libraries",
     UNIT("x", "0") "=old | " UNIT("x", "0") "=new | " UNIT("x", "0") "=new",
     {"lib1.a: compiled by rustc 1.60.0",
      "lib2.a and other libraries: compiled by rustc 1.70.0"}},
    {"one compiler", UNIT("x", "0") "=old | " UNIT("x", "0") "=old", {NULL}},
    {"one is not known", UNIT("x", "0") "=old | " UNIT("x", "0") "=unknown", {NULL}},
    {"the mark behind other letters", UNIT("x", "0") "=r-rustc | " UNIT("x", "0") "=new",
     {"lib1.a: compiled by rustc 1.60.0", "lib2.a: compiled by rustc 1.70.0"}},
    {"no names of rustc", "a.o=old | a.o=new", {NULL}},
    {"one unit and two", UNIT("x", "0") "=11 | " UNIT("x", "0") "=22 " UNIT("x", "1") "=33",
     {"crate x is in 1 codegen unit in lib1.a, in 2 in lib2.a; 6 B of it stay."}},
    {"two units and one", UNIT("x", "0") "=11 " UNIT("x", "1") "=22 | " UNIT("x", "0") "=33",
     {"crate x is in 2 codegen units in lib1.a, in 1 in lib2.a; 6 B of it stay."}},
    {"as many units", UNIT("x", "0") "=11 " UNIT("x", "1") "=22 | " UNIT("x", "0") "=33 "
     UNIT("x", "1") "=44", {NULL}},
    {"two builds of one crate, as where std brings its own, in one library",
     UNIT("x", "0") "=11 x-2222222222222222.x.0123456789abcdef-cgu.0.rcgu.o=22 | " UNIT("x", "0")
     "=11 | x-2222222222222222.x.0123456789abcdef-cgu.0.rcgu.o=33",
     {NULL}},
    {"a crate that one library lacks", UNIT("x", "0") "=11 | " UNIT("y", "0") "=22 "
     UNIT("y", "1") "=33", {NULL}},
    {"debug information in the second", UNIT("x", "0") "=plain | " UNIT("x", "0") "=debug",
     {"crate x has debug information in lib2.a and none in lib1.a;"}},
    {"in the first", UNIT("x", "0") "=debug | " UNIT("x", "0") "=plain",
     {"crate x has debug information in lib1.a and none in lib2.a;"}},
    {"lines only are what stays with debug = 0", UNIT("x", "0") "=plain | " UNIT("x", "0") "=lines",
     {NULL}},
    {"of two crates", UNIT("x", "0") "=plain " UNIT("y", "0") "=plain | " UNIT("x", "0") "=debug "
     UNIT("y", "0") "=debug",
     {"crate x has debug information in lib2.a and none in lib1.a, and so do others;"}},
    {"Mach-O", UNIT("x", "0") "=mac-plain | " UNIT("x", "0") "=mac-debug",
     {"crate x has debug information in lib2.a and none in lib1.a;"}},
    {"as many symbols, none by the same name", UNIT("x", "0") "=two-a | " UNIT("x", "0") "=two-b",
     {"", NULL}},
    {"one by the same name", UNIT("x", "0") "=two-a | " UNIT("x", "0") "=two-c", {NULL}},
    {"more symbols", UNIT("x", "0") "=two-a | " UNIT("x", "0") "=three", {NULL}},
    {"under different names", UNIT("x", "0") "=two-a | " UNIT("y", "0") "=two-b", {NULL}},
};

START_TEST(notes)
{
    struct notes found =
        notes_of(rows[_i].libraries, contents, sizeof contents / sizeof *contents);
    const char *line = found.text;
    size_t count = 0;
    for (; count < 2 && rows[_i].notes[count]; count++) {
        const char *note = rows[_i].notes[count];
        ck_assert_msg(count < found.count, "%s: %s", rows[_i].what, found.text);
        ck_assert_msg(strncmp(line, note, strlen(note)) == 0, "%s: %s", rows[_i].what, line);
        line = strchr(line, '\n') ? strchr(line, '\n') + 1 : line;
    }
    ck_assert_msg(found.count == count, "%s: %s", rows[_i].what, found.text);
    notes_free(&found);
}
END_TEST

/** Of objects whose symbols have other names the bytes are told, and how that comes. */
START_TEST(renamed)
{
    struct notes found = notes_of(UNIT("x", "0") "=two-a | " UNIT("x", "0") "=two-b", contents,
                                  sizeof contents / sizeof *contents);
    ck_assert_ptr_nonnull(strstr(found.text, "of Rust objects have other symbols in each library"));
    ck_assert_ptr_nonnull(strstr(found.text, "-Zstaticlib-rename-internal-symbols"));
    notes_free(&found);
}
END_TEST

Suite *explain_builds_suite(void)
{
    Suite *suite = suite_create("explain-builds");
    TCase *cases = tcase_create("explain-builds");
    tcase_add_loop_test(cases, notes, 0, (int)(sizeof rows / sizeof *rows));
    tcase_add_test(cases, renamed);
    suite_add_tcase(suite, cases);
    return suite;
}
