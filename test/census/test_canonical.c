/* SPDX-License-Identifier: MIT */
/**
 * Canonical identity: an object, and the same with one thing changed. What no linker looks at
 * must not make a difference, everything else must. Each row replaces words of the object's text;
 * see objects.h.
 */
#include <stdio.h>

#include "census/canonical.h"
#include "suites.h"
#include "support/objects.h"

struct change {
    const char *what;
    const char *old; /* occurs once */
    const char *new;
};

/* ---- ELF --------------------------------------------------------------------------------- */

static const char elf[] = "elf machine=62 flags=0 abi=0\n"
                          "file a.c\n"
                          "section .text data=c3c3c3c3c3c3c3c3 flags=6 align=16\n"
                          "section .data data=0102030405060708 flags=3 align=8\n"
                          "section .bss zero=4 flags=3 align=4\n"
                          "section .rodata.cst data=61620000 flags=0x12 entry=2\n"
                          "section .text.pick data=9090 flags=0x206 group=pick\n"
                          "section .data.pick data=07 flags=0x203 group=pick\n"
                          "section .meta data=aabb flags=0x82 link=.text\n"
                          "section .llvm_addrsig numbers=main,helper flags=0x80000000\n"
                          "section .debug_info data=1122 flags=0\n"
                          "section .debug_str data=6162 flags=0x30\n"
                          "group pick flags=1\n"
                          "symbol local in=.text at=2 size=1 bind=0\n"
                          "symbol other in=.data at=4 size=2 bind=0\n"
                          "symbol main in=.text size=8 kind=2\n"
                          "symbol pick in=.text.pick size=2 kind=2 bind=2\n"
                          "symbol helper kind=0 other=0\n"
                          "symbol fixed in=absolute at=0x77\n"
                          "symbol shared in=common at=8 size=16 kind=1\n"
                          "reloc .text at=0 to=helper kind=4 add=-4\n"
                          "reloc .text at=4 to=.data kind=1 add=8\n"
                          "reloc .debug_info at=0 to=.text kind=10 add=0\n";

static const struct change elf_same[] = {
    {"STT_FILE name", "file a.c", "file b/and/longer.c"},
    {"STT_FILE gone", "file a.c\n", ""},
    {"string table's order", "elf", "elf junk=at_the_front"},
    {"order of local symbols",
     "symbol local in=.text at=2 size=1 bind=0\nsymbol other in=.data at=4 size=2 bind=0\n",
     "symbol other in=.data at=4 size=2 bind=0\nsymbol local in=.text at=2 size=1 bind=0\n"},
    {"order of global symbols", "symbol helper kind=0 other=0\nsymbol fixed in=absolute at=0x77\n",
     "symbol fixed in=absolute at=0x77\nsymbol helper kind=0 other=0\n"},
    {"debug contents", ".debug_info data=1122", ".debug_info data=3344"},
    {"debug size, so all offsets", ".debug_info data=1122", ".debug_info data=112233445566778899"},
    {"debug flags", ".debug_str data=6162 flags=0x30", ".debug_str data=6162 flags=0"},
    {"debug relocations", "reloc .debug_info at=0 to=.text kind=10 add=0\n", ""},
    {"debug relocation's symbol", "to=.text kind=10", "to=helper kind=10"},
    {"debug section gone, so all numbers", "section .debug_str data=6162 flags=0x30\n", ""},
    {"debug section first", "section .text data", "section .debug_a data=01\nsection .text data"},
    {"symbol in a debug section", "symbol main",
     "symbol note in=.debug_info at=1 bind=0\nsymbol main"},
};

static const struct change elf_different[] = {
    {"machine", "machine=62", "machine=183"},
    {"e_flags", "elf machine=62 flags=0", "elf machine=62 flags=5"},
    {"OS ABI", "abi=0", "abi=9"},
    {"contents", "c3c3c3c3c3c3c3c3", "c3c3c3c3c3c3c3c4"},
    {"size", "c3c3c3c3c3c3c3c3", "c3c3c3c3c3c3c3c3c3"},
    {"section flags", "flags=6 align", "flags=7 align"},
    {"section alignment", "flags=6 align=16", "flags=6 align=32"},
    {"section name", "section .bss", "section .tbs"},
    {"section type", "0102030405060708 flags=3", "0102030405060708 flags=3 type=14"},
    {"size of .bss", "zero=4", "zero=5"},
    {"zeros in the file", "zero=4", "data=00000000"},
    {"entry size", "entry=2", "entry=4"},
    {"one more section", "group pick", "section .more data=00 flags=2\ngroup pick"},
    {"one more empty section", "group pick", "section .note.GNU-stack flags=0\ngroup pick"},
    {"debug info that is loaded", ".debug_info data=1122 flags=0", ".debug_info data=1122 flags=2"},
    {"linked section", "link=.text", "link=.data"},
    {"address-significant symbols", "numbers=main,helper", "numbers=main,local"},
    {"fewer address-significant symbols", "numbers=main,helper", "numbers=main"},
    {"group's selection", "group pick flags=1", "group pick flags=0"},
    {"group's signature", "group pick flags=1\n", "group main flags=1\n"},
    {"group's members", "flags=0x203 group=pick", "flags=0x203"},
    {"relocation's offset", "reloc .text at=0", "reloc .text at=1"},
    {"relocation's type", "to=helper kind=4", "to=helper kind=2"},
    {"relocation's addend", "add=-4", "add=-5"},
    {"relocation's symbol", "to=helper kind=4", "to=shared kind=4"},
    {"relocation's section", "to=.data kind=1", "to=.bss kind=1"},
    {"relocation without symbol or with", "to=.data kind=1", "to=other kind=1"},
    {"relocation gone", "reloc .text at=4 to=.data kind=1 add=8\n", ""},
    {"addends in the contents", "elf", "elf rel=1"},
    {"symbol's name", "symbol fixed", "symbol fixes"},
    {"symbol's value", "at=0x77", "at=0x78"},
    {"symbol's size", "symbol main in=.text size=8", "symbol main in=.text size=7"},
    {"symbol's type", "size=8 kind=2", "size=8 kind=10"},
    {"symbol's binding", "kind=2 bind=2", "kind=2 bind=1"},
    {"symbol is unique", "kind=2 bind=2", "kind=2 bind=10"},
    {"symbol's visibility", "size=8 kind=2", "size=8 kind=2 other=2"},
    {"visibility of a needed one", "kind=0 other=0", "kind=0 other=2"},
    {"rest of st_other", "size=8 kind=2", "size=8 kind=2 other=0x60"},
    {"symbol's section", "symbol main in=.text ", "symbol main in=.data "},
    {"weakly needed", "symbol helper kind=0", "symbol helper bind=2 kind=0"},
    {"size of a common symbol", "at=8 size=16", "at=8 size=24"},
    {"alignment of a common symbol", "at=8 size=16", "at=16 size=16"},
    {"defined instead of needed", "symbol helper kind=0", "symbol helper in=.text kind=0"},
    {"one more symbol", "symbol helper", "symbol more in=.data\nsymbol helper"},
    {"one more needed symbol", "symbol helper", "symbol more\nsymbol helper"},
    {"value of a local symbol", "at=2 size=1", "at=3 size=1"},
    {"a global symbol in a debug section", "symbol helper",
     "symbol more in=.debug_info\nsymbol helper"},
};

/* ---- COFF -------------------------------------------------------------------------------- */

static const char coff[] = "coff machine=0x8664 flags=0 time=0\n"
                           "section .text data=c3c3c3c3c3c3c3c3 flags=0x60500020\n"
                           "section .data data=0102030405060708 flags=0xc0400040\n"
                           "section .bss zero=32 flags=0xc0400080\n"
                           "section .text$x data=9090 flags=0x60501020\n"
                           "section .xdata data=07070707 flags=0x40301040\n"
                           "section .drectve data=202f413a62 flags=0x100a00\n"
                           "section .llvm_addrsig numbers=main,helper flags=0x100800\n"
                           "section .gfids$y numbers=main flags=0x42300040\n"
                           "section .debug$S data=11223344 flags=0x42300040\n"
                           "section .debug$T data=55667788 flags=0x42300040\n"
                           "file a.c\n"
                           "mark .text sum=0x1234\n"
                           "mark .data sum=0x5678\n"
                           "mark .text$x select=2 sum=0\n"
                           "symbol pick in=.text$x kind=0x20\n"
                           "mark .xdata select=5 link=.text$x sum=0\n"
                           "mark .debug$T sum=0x9999\n"
                           "symbol main in=.text kind=0x20\n"
                           "symbol local in=.text at=4 bind=3\n"
                           "symbol helper kind=0x20\n"
                           "symbol fixed in=absolute at=0x77\n"
                           "symbol a_symbol_with_a_long_name in=.data at=4\n"
                           "symbol shared in=common at=16\n"
                           "weak soft to=main search=3\n"
                           "reloc .text at=0 to=helper kind=4\n"
                           "reloc .text at=4 to=.data kind=1\n"
                           "reloc .debug$S at=0 to=main kind=3\n";

static const struct change coff_same[] = {
    {".file name", "file a.c", "file other.rs"},
    {".file gone", "file a.c\n", ""},
    {"timestamp", "time=0", "time=0x65432101"},
    {"string table's order", "coff", "coff junk=at_the_front"},
    {"order of symbols", "symbol helper kind=0x20\nsymbol fixed in=absolute at=0x77\n",
     "symbol fixed in=absolute at=0x77\nsymbol helper kind=0x20\n"},
    {"checksum of a debug section", "sum=0x9999", "sum=0x8888"},
    {"symbol of a debug section gone", "mark .debug$T sum=0x9999\n", ""},
    {"debug contents", "55667788", "5566778899aa"},
    {"debug relocations", "reloc .debug$S at=0 to=main kind=3\n", ""},
    {"debug section gone, so all numbers", "section .debug$S data=11223344 flags=0x42300040\n", ""},
    {"debug section first", "section .text data",
     "section .debug$F data=0102 flags=0x42300040\nsection .text data"},
};

static const struct change coff_different[] = {
    {"machine", "machine=0x8664", "machine=0xaa64"},
    {"characteristics", "coff machine=0x8664 flags=0", "coff machine=0x8664 flags=0x80"},
    {"bigobj", "coff", "bigobj"},
    {"contents", "c3c3c3c3c3c3c3c3", "c3c3c3c3c3c3c3c4"},
    {"size", "c3c3c3c3c3c3c3c3", "c3c3c3c3c3c3c3c3c3"},
    {"section flags", "flags=0x60500020", "flags=0xe0500020"},
    {"section alignment", "flags=0x60500020", "flags=0x60600020"},
    {"size of .bss", "zero=32", "zero=33"},
    {"directives", "202f413a62", "202f413a63"},
    {"address-significant symbols", "numbers=main,helper", "numbers=main,local"},
    {"guarded functions", ".gfids$y numbers=main", ".gfids$y numbers=pick"},
    {"COMDAT's selection", "select=2", "select=1"},
    {"section of a COMDAT", "link=.text$x", "link=.data"},
    {"COMDAT's symbol", "symbol pick in", "symbol peck in"},
    {"no COMDAT", "flags=0x60501020", "flags=0x60500020"},
    {"relocation's offset", "at=0 to=helper", "at=1 to=helper"},
    {"relocation's type", "to=helper kind=4", "to=helper kind=2"},
    {"relocation's symbol", "to=helper kind=4", "to=shared kind=4"},
    {"relocation's section", "to=.data kind=1", "to=.text kind=1"},
    {"symbol's name", "symbol fixed", "symbol fixes"},
    {"long name", "a_symbol_with_a_long_name", "a_symbol_with_a_long_game"},
    {"symbol's value", "at=0x77", "at=0x78"},
    {"symbol's type", "symbol main in=.text kind=0x20", "symbol main in=.text kind=0"},
    {"symbol's class", "at=4 bind=3", "at=4 bind=2"},
    {"symbol's section", "symbol main in=.text ", "symbol main in=.data "},
    {"size of a common symbol", "in=common at=16", "in=common at=24"},
    {"weak external's default", "weak soft to=main", "weak soft to=helper"},
    {"weak external's search", "search=3", "search=1"},
    {"one more needed symbol", "symbol helper", "symbol more\nsymbol helper"},
};

/** Two local symbols have one name; which of them the weak external stands for matters. */
static const char coff_twins[] = "coff\n"
                                 "section .text data=c3c3c3c3 flags=0x60500020\n"
                                 "symbol twin in=.text at=0 bind=3\n"
                                 "symbol helper\n"
                                 "symbol twin in=.text at=2 bind=3\n"
                                 "weak soft to=twin search=3\n";

static const struct change coff_twins_different[] = {
    {"which of two defaults of one name",
     "symbol twin in=.text at=0 bind=3\nsymbol helper\nsymbol twin in=.text at=2 bind=3\n",
     "symbol twin in=.text at=2 bind=3\nsymbol helper\nsymbol twin in=.text at=0 bind=3\n"},
};

/* ---- Mach-O ------------------------------------------------------------------------------ */

static const char macho[] =
    "macho machine=0x0100000c abi=0 flags=0x2000\n"
    "section __TEXT,__text data=c0035fd6c0035fd6 flags=0x80000400 align=2\n"
    "section __DWARF,__debug_info data=0011223344556677 flags=0x02000000 align=0\n"
    "section __DATA,__data data=0102030405060708 flags=0 align=3\n"
    "section __DATA,__bss zero=32 flags=1 align=3\n"
    "build 0xb0000\n"
    "option -lz\n"
    "incode 0800040001000000\n"
    "symbol local in=__DATA,__data at=4 kind=0\n"
    "symbol _main in=__TEXT,__text at=0\n"
    "symbol _helper\n"
    "symbol _fixed in=absolute at=0x77\n"
    "symbol _shared in=common at=16\n"
    "symbol _alias in=indirect target=_elsewhere\n"
    "symbol a.c kind=0x64\n"
    "reloc __TEXT,__text at=0 to=_helper kind=2\n"
    "reloc __TEXT,__text at=4 to=__DATA,__data kind=0\n"
    "reloc __DWARF,__debug_info at=0 to=_main kind=0\n";

static const struct change macho_same[] = {
    {"stab's name", "symbol a.c", "symbol b.c"},
    {"stab gone", "symbol a.c kind=0x64\n", ""},
    {"string table's order", "macho", "macho junk=at_the_front"},
    {"order of symbols", "symbol _helper\nsymbol _fixed in=absolute at=0x77\n",
     "symbol _fixed in=absolute at=0x77\nsymbol _helper\n"},
    {"debug contents", "0011223344556677", "1111223344556677"},
    {"debug relocations", "reloc __DWARF,__debug_info at=0 to=_main kind=0\n", ""},
};

static const struct change macho_different[] = {
    {"machine", "machine=0x0100000c", "machine=0x01000007"},
    {"machine's subtype", "abi=0", "abi=2"},
    {"MH_SUBSECTIONS_VIA_SYMBOLS", "flags=0x2000", "flags=0"},
    {"contents", "c0035fd6c0035fd6", "c0035fd6c0035fd7"},
    {"section flags", "flags=0x80000400", "flags=0x90000400"},
    {"section alignment", "flags=0 align=3", "flags=0 align=4"},
    {"segment", "section __DATA,__bss", "section __DATO,__bss"},
    {"section name", "section __DATA,__bss", "section __DATA,__bst"},
    {"size of zerofill", "zero=32", "zero=33"},
    {"build version", "build 0xb0000", "build 0xc0000"},
    {"no build version", "build 0xb0000\n", ""},
    {"linker option", "option -lz", "option -lc"},
    {"no linker option", "option -lz\n", ""},
    {"data in code", "incode 08", "incode 04"},
    {"relocation's offset", "at=0 to=_helper", "at=1 to=_helper"},
    {"relocation's type", "to=_helper kind=2", "to=_helper kind=3"},
    {"relocation's symbol", "to=_helper kind=2", "to=_shared kind=2"},
    {"relocation's section", "to=__DATA,__data kind", "to=__DATA,__bss kind"},
    {"symbol's name", "symbol _fixed", "symbol _fixes"},
    {"symbol's value", "at=0x77", "at=0x78"},
    {"symbol's descriptor", "in=__TEXT,__text at=0", "in=__TEXT,__text at=0 other=0x80"},
    {"private extern", "in=__TEXT,__text at=0", "in=__TEXT,__text at=0 kind=0x11"},
    {"symbol's section", "symbol _main in=__TEXT,__text", "symbol _main in=__DATA,__data"},
    {"size of a common symbol", "in=common at=16", "in=common at=24"},
    {"name behind an indirect symbol", "target=_elsewhere", "target=_elsewhen"},
    {"value of a local symbol", "at=4 kind=0", "at=5 kind=0"},
};

/** Where two indirect symbols lead, though the names are in the same order. */
static const char macho_indirect[] = "macho\n"
                                     "symbol _one in=indirect target=_first\n"
                                     "symbol _two in=indirect target=_second\n";

static const struct change macho_indirect_different[] = {
    {"two indirect symbols that changed places",
     "symbol _one in=indirect target=_first\nsymbol _two in=indirect target=_second\n",
     "symbol _two in=indirect target=_first\nsymbol _one in=indirect target=_second\n"},
};

/** A local relocation's bytes hold an address, which debug info before the target changes. */
static const char macho_frame[] =
    "macho\n"
    "section __TEXT,__text data=c0035fd6c0035fd6 flags=0x80000400 align=2\n"
    "section __DWARF,__debug_info data=0011223344556677 flags=0x02000000 align=0\n"
    "section __TEXT,__eh_frame data=0102030405060708 flags=0x6800000b align=3\n"
    "symbol _main in=__TEXT,__text at=0\n";

static const struct change macho_frame_different[] = {
    {"distance from __eh_frame to the code", "0011223344556677", "00112233445566778899"},
};

/* ---- running ----------------------------------------------------------------------------- */

#define ROWS(rows) rows, sizeof rows / sizeof *rows

static const struct table {
    const char *format;
    const char *text;
    const struct change *rows;
    size_t count;
    bool same;
} tables[] = {
    {"ELF", elf, ROWS(elf_same), true},
    {"ELF", elf, ROWS(elf_different), false},
    {"COFF", coff, ROWS(coff_same), true},
    {"COFF", coff, ROWS(coff_different), false},
    {"COFF", coff_twins, ROWS(coff_twins_different), false},
    {"Mach-O", macho, ROWS(macho_same), true},
    {"Mach-O", macho, ROWS(macho_different), false},
    {"Mach-O", macho_indirect, ROWS(macho_indirect_different), false},
    {"Mach-O", macho_frame, ROWS(macho_frame_different), false},
};

enum { TABLES = sizeof tables / sizeof *tables };

struct formed {
    struct span data;
    struct canonical form;
    struct digest digest;
    uint64_t fingerprint;
};

static struct formed form(struct arena *arena, const char *what, const char *text)
{
    struct formed formed = {.data = assemble(arena, text)};
    struct object object;
    struct error error = {0};
    enum obj_result result = object_read(formed.data, arena, &object, &error);
    ck_assert_msg(result == OBJ_OK, "%s: %s", what, error.text);
    result = canonical_form(&object, arena, &formed.form, &error);
    ck_assert_msg(result == OBJ_OK, "%s: %s", what, error.text);
    formed.digest = canonical_digest(&formed.form);
    formed.fingerprint = canonical_fingerprint(&object);
    return formed;
}

/** @text with the only @old in it replaced. The first word may be part of a longer one. */
static const char *replace(struct arena *arena, const char *text, const struct change *change)
{
    const char *at = strstr(text, change->old);
    ck_assert_msg(at != NULL, "%s: no \"%s\"", change->what, change->old);
    bool header = at == text;
    ck_assert_msg(header || !strstr(at + 1, change->old), "%s: two \"%s\"", change->what,
                  change->old);
    return arena_printf(arena, "%.*s%s%s", (int)(at - text), text, change->new,
                        at + strlen(change->old));
}

START_TEST(one_change)
{
    const struct table *table = &tables[_i];
    struct arena arena = {0};
    for (size_t i = 0; i < table->count; i++) {
        const struct change *row = &table->rows[i];
        struct formed a = form(&arena, "as it is", table->text);
        struct formed b = form(&arena, row->what, replace(&arena, table->text, row));
        bool equal = canonical_equal(&a.form, &b.form);
        bool digests = a.digest.low == b.digest.low && a.digest.high == b.digest.high;
        ck_assert_msg(!span_equal(a.data, b.data), "%s, %s: nothing changed", table->format,
                      row->what);
        ck_assert_msg(equal == table->same, "%s, %s: %s", table->format, row->what,
                      equal ? "the same to armeld" : "different to armeld");
        ck_assert_msg(digests == equal, "%s, %s: digest", table->format, row->what);
        ck_assert_msg(!equal || a.fingerprint == b.fingerprint, "%s, %s: fingerprint",
                      table->format, row->what);
        arena_reset(&arena);
    }
    arena_free(&arena);
}
END_TEST

START_TEST(bigobj_like_coff)
{
    struct arena arena = {0};
    const struct change big = {"bigobj", "coff", "bigobj"};
    struct formed a = form(&arena, "bigobj", replace(&arena, coff, &big));
    const struct change file = {"file", "file a.c", "file other.c"};
    const char *text = replace(&arena, replace(&arena, coff, &big), &file);
    struct formed b = form(&arena, "bigobj with another .file", text);
    ck_assert(canonical_equal(&a.form, &b.form));
    arena_free(&arena);
}
END_TEST

Suite *canonical_suite(void)
{
    Suite *suite = suite_create("canonical");
    TCase *tests = tcase_create("one change");
    tcase_add_loop_test(tests, one_change, 0, TABLES);
    tcase_add_test(tests, bigobj_like_coff);
    suite_add_tcase(suite, tests);
    return suite;
}
