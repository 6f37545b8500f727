/* SPDX-License-Identifier: MIT */
/** Resolving: which relocations are applied and left out, what then stands in the contents. */
#include <check.h>

#include "obj/relative.h"
#include "shrink/shrink.h"
#include "suites.h"
#include "support/edits.h"

static struct arena arena;

static const struct shrink_object_rules keeping = {.strip = 0};
static const struct shrink_object_rules stripping = {.strip = ARMELD_STRIP_LOCALS};

static void forget(void)
{
    arena_free(&arena);
}

#define X86_64 "elf\n"
#define ARM64 "elf machine=183\n"
#define PE "coff machine=0x8664\n"
#define CALL "e800000000c3c3c3"
#define TEXT "section .text data=" CALL " flags=6 align=16\n"
#define TO_F(kind, add) TEXT "reloc .text at=1 to=f kind=" kind " add=" add "\n"
#define F "symbol f in=.text at=6 kind=2 "
#define PE_TEXT "section .text data=" CALL " flags=0x60500020\n"
#define PE_F "symbol f in=.text at=6 bind=3\n"
#define ARM_TEXT(code) "section .text data=" code "1f2003d5c0035fd6 flags=6 align=4\n"

static const struct {
    const char *what;
    const char *text;
    const char *left;  /* relocations of the first section */
    const char *bytes; /* its first ones, in hexadecimal */
} rows[] = {
    {"x86_64: a call of a local function", X86_64 F "bind=0\n" TO_F("4", "-4"), "", "e801000000"},
    {"of a hidden one", X86_64 F "other=2\n" TO_F("4", "-4"), "", "e801000000"},
    {"of an internal one", X86_64 F "other=1\n" TO_F("2", "-4"), "", "e801000000"},
    {"by the section, backwards", X86_64 TEXT "reloc .text at=1 to=.text kind=2 add=-4\n", "",
     "e8fbffffff"},
    {"what stood there does not count", X86_64 F "bind=0\n"
     "section .text data=e8ffffffffc3c3c3 flags=6\nreloc .text at=1 to=f kind=4 add=-4\n", "",
     "e801000000"},
    {"a difference of 8 bytes", X86_64 "section .rodata data=0000000000000000c3c3 flags=2\n"
     "symbol f in=.rodata at=9 bind=0\nreloc .rodata at=0 to=f kind=24\n", "",
     "0900000000000000"},
    {"not of what others may replace: default visibility", X86_64 F "\n" TO_F("4", "-4"), "1:f+-4",
     "e800000000"},
    {"protected", X86_64 F "other=3\n" TO_F("4", "-4"), "1:f+-4", "e800000000"},
    {"weak, unique", X86_64 F "bind=2 other=2\n" TO_F("4", "-4"), "1:f+-4", "e800000000"},
    {"unique", X86_64 F "bind=10\n" TO_F("4", "-4"), "1:f+-4", "e800000000"},
    {"a function that is chosen when the program starts", X86_64
     "symbol f in=.text at=6 kind=10 bind=0\n" TO_F("4", "-4"), "1:f+-4", "e800000000"},
    {"an address, a place in a table", X86_64 F "bind=0\n" TO_F("9", "-4"), "1:f+-4",
     "e800000000"},
    {"what is in another section", X86_64 TEXT "section .text.g data=c3 flags=6\n"
     "symbol g in=.text.g bind=0\nreloc .text at=1 to=g kind=4 add=-4\n", "1:g+-4", "e800000000"},
    {"a distance that does not fit", X86_64 F "bind=0\n" TO_F("4", "0x7fffffff"),
     "1:f+2147483647", "e800000000"},
    {"a field that ends behind the section", X86_64
     "section .text data=e800 flags=6\nreloc .text at=1 to=.text kind=4 add=-4\n", "1:[.text]+-4",
     "e800"},
    {"what linkers merge", X86_64 "section .rodata.cst4 data=0000000000000000 flags=0x12 entry=4\n"
     "reloc .rodata.cst4 at=0 to=.rodata.cst4 kind=2\n", "0:[.rodata.cst4]", "00000000"},
    {"what is discarded if others have it", X86_64
     "section .text data=" CALL " flags=0x206 group=f\n"
     "symbol f in=.text bind=1 other=2\ngroup f flags=1\nreloc .text at=1 to=.text kind=4 add=-4\n",
     "1:[.text]+-4", "e800000000"},
    {"unwind information, of which linkers read the relocations", X86_64
     "section .eh_frame data=0c00000000000000017a520001781001 flags=2\n"
     "reloc .eh_frame at=12 to=.eh_frame kind=2\n", "12:[.eh_frame]", "0c000000"},
    {"lists that programs find by their name", X86_64
     "section list data=0000000000000000 flags=2\nreloc list at=0 to=list kind=2\n", "0:[list]",
     "00000000"},
    {"i386: the addend is in the contents", "elf machine=3 rel=1\n" F "bind=0\n"
     "section .text data=e8fcffffffc3c3c3 flags=6\nreloc .text at=1 to=f kind=4\n", "",
     "e801000000"},
    {"i386: not a distance from the global offset table", "elf machine=3 rel=1\n" F "bind=0\n"
     TEXT "reloc .text at=1 to=f kind=9\n", "1:f", "e800000000"},
    {"AArch64: BL", ARM64 ARM_TEXT("00000094") "symbol f in=.text at=8 kind=2 bind=0\n"
     "reloc .text at=0 to=f kind=283\n", "", "02000094"},
    {"B, backwards", ARM64 ARM_TEXT("1f2003d500000014") "reloc .text at=4 to=.text kind=282\n", "",
     "1f2003d5ffffff17"},
    {"B.EQ", ARM64 ARM_TEXT("00000054") "reloc .text at=0 to=.text kind=280 add=8\n", "",
     "40000054"},
    {"TBZ", ARM64 ARM_TEXT("1f2003d500000036") "reloc .text at=4 to=.text kind=279\n", "",
     "1f2003d5e0ff0736"},
    {"ADR", ARM64 ARM_TEXT("00000010") "reloc .text at=0 to=.text kind=274 add=9\n", "",
     "40000030"},
    {"not what lies between instructions", ARM64 ARM_TEXT("00000094")
     "reloc .text at=0 to=.text kind=283 add=6\n", "0:[.text]+6", "00000094"},
    {"not farther than 128 MiB, where linkers put a step between", ARM64 ARM_TEXT("00000094")
     "reloc .text at=0 to=.text kind=283 add=0x8000000\n", "0:[.text]+134217728", "00000094"},
    {"not ADRP, which counts pages", ARM64 ARM_TEXT("00000090")
     "reloc .text at=0 to=.text kind=275 add=8\n", "0:[.text]+8", "00000090"},
    {"not on big-endian AArch64, nor on ARM, RISC-V, PowerPC", "elf machine=40 rel=1\n"
     "section .text data=feffffeb1eff2fe1 flags=6\nreloc .text at=0 to=.text kind=28\n",
     "0:[.text]", "feffffeb"},
    {"RISC-V, whose linkers shorten code", "elf machine=243\n"
     "section .text data=9700000067800000 flags=6\nreloc .text at=0 to=.text kind=18\n",
     "0:[.text]", "97000000"},
    {"COFF: a call", PE PE_TEXT PE_F "reloc .text at=1 to=f kind=4\n", "", "e801000000"},
    {"COFF: of a global one", PE PE_TEXT "symbol f in=.text at=6 bind=2\n"
     "reloc .text at=1 to=f kind=4\n", "", "e801000000"},
    {"with an immediate of two bytes behind", PE PE_TEXT PE_F "reloc .text at=1 to=f kind=6\n", "",
     "e8ffffffff"},
    {"COFF: an addend", PE "section .text data=e801000000c3c3c3 flags=0x60500020\n" PE_F
     "reloc .text at=1 to=f kind=4\n", "", "e802000000"},
    {"COFF: not in a COMDAT", PE "section .text data=" CALL " flags=0x60501020\n"
     "mark .text select=2\nsymbol f in=.text bind=2\nreloc .text at=1 to=.text kind=4\n",
     "1:[.text]", "e800000000"},
    {"COFF: not an address", PE PE_TEXT PE_F "reloc .text at=1 to=f kind=2\n", "1:f",
     "e800000000"},
    {"COFF, i386", "coff machine=0x14c\n" PE_TEXT PE_F "reloc .text at=1 to=f kind=20\n", "",
     "e801000000"},
    {"COFF, AArch64", "coff machine=0xaa64\nsection .text data=00000094c0035fd6 flags=0x60500020\n"
     "symbol f in=.text at=4 bind=3\nreloc .text at=0 to=f kind=3\n", "", "01000094"},
    {"where lld would not add what is there", "coff machine=0xaa64\n"
     "section .text data=01000094c0035fd6 flags=0x60500020\n"
     "symbol f in=.text at=4 bind=3\nreloc .text at=0 to=f kind=3\n", "0:f", "01000094"},
    {"COFF, ARM64EC: not where calls may change the processor's mode", "coff machine=0xa641\n"
     "section .text data=00000094c0035fd6 flags=0x60500020\n"
     "symbol f in=.text at=4 bind=3\nreloc .text at=0 to=f kind=3\n", "0:f", "00000094"},
    {"Mach-O: nothing, its pieces move", "macho machine=0x1000007 flags=0x2000\n"
     "section __TEXT,__text data=e800000000c3c3c3 flags=0x80000400\n"
     "symbol f in=__TEXT,__text at=6 kind=0\n"
     "reloc __TEXT,__text at=1 to=f kind=2 pcrel=1 length=2\n", "1:f", "e800000000"},
};

static const char *hexadecimal(struct span data, size_t most)
{
    const char *text = "";
    for (size_t i = 0; i < data.size && i < most; i++) {
        text = arena_printf(&arena, "%s%02x", text, data.data[i]);
    }
    return text;
}

START_TEST(finished)
{
    struct obj_edit edit = edit_of(&arena, rows[_i].text);
    struct error error = {0};
    ck_assert_msg(resolve_object(&edit, &keeping, &arena, &error) == OBJ_OK, "%s", error.text);
    edit = written(&arena, &edit);
    ck_assert_msg(strcmp(reloc_list(&arena, &edit, 0), rows[_i].left) == 0, "%s: %s",
                  rows[_i].what, reloc_list(&arena, &edit, 0));
    const char *bytes = hexadecimal(edit.object.sections[0].data, strlen(rows[_i].bytes) / 2);
    ck_assert_msg(strcmp(bytes, rows[_i].bytes) == 0, "%s: %s", rows[_i].what, bytes);
}
END_TEST

/** Labels go that nothing else needs; names stay, and labels that something else needs. */
START_TEST(labels)
{
    struct obj_edit edit = edit_of(&arena,
        "elf\nsection .text data=e800000000e800000000e800000000 flags=6\n"
        "section .data data=0000000000000000 flags=3\n"
        "symbol f in=.text at=5 bind=0 kind=2\nsymbol .L1 in=.text at=10 bind=0\n"
        "symbol .L2 in=.text at=10 bind=0\n"
        "reloc .text at=1 to=f kind=4 add=-4\nreloc .text at=6 to=.L1 kind=4 add=-4\n"
        "reloc .text at=11 to=.L2 kind=4 add=-4\nreloc .data at=0 to=.L2 kind=1\n");
    struct error error = {0};
    ck_assert_msg(resolve_object(&edit, &keeping, &arena, &error) == OBJ_OK, "%s", error.text);
    edit = written(&arena, &edit);
    ck_assert_str_eq(symbol_list(&arena, &edit), "-f -.L2");
    ck_assert_str_eq(reloc_list(&arena, &edit, 1), "0:.L2");
}
END_TEST

/**
 * With the local symbols stripped, sections are named where only an address is taken, symbols that
 * something else needs have no name of their own, and those that sign groups have theirs.
 */
START_TEST(names)
{
    struct obj_edit edit = edit_of(&arena,
        "elf\nsection .text data=e800000000488b0500000000c3 flags=6\n"
        "section .data data=0000000000000000000000000000 flags=3\n"
        "section .rodata.str1.1 data=61006200 flags=0x32 entry=1\n"
        "section .text.g data=c3 flags=0x206 group=g\n"
        "symbol g in=.text.g bind=0\ngroup g flags=1\n"
        "symbol f in=.text at=12 bind=0 kind=2\nsymbol h in=.text at=5 bind=0 kind=2\n"
        "symbol s in=.rodata.str1.1 at=2 bind=0\nsymbol t in=.rodata.str1.1 at=2 bind=0\n"
        "reloc .text at=1 to=f kind=4 add=-4\nreloc .text at=8 to=h kind=9 add=-4\n"
        "reloc .data at=0 to=f kind=1 add=1\nreloc .data at=4 to=s kind=10\n"
        "reloc .data at=8 to=t kind=2 add=-4\n"
        "reloc .text.g at=0 to=g kind=9\n");
    struct error error = {0};
    ck_assert_msg(resolve_object(&edit, &stripping, &arena, &error) == OBJ_OK, "%s", error.text);
    edit = written(&arena, &edit);
    ck_assert_str_eq(symbol_list(&arena, &edit), "-g - -");
    ck_assert_str_eq(reloc_list(&arena, &edit, 0), "8:+-4");
    ck_assert_str_eq(reloc_list(&arena, &edit, 1), "0:[.text]+13 4:[.rodata.str1.1]+2 8:+-4");
}
END_TEST

/** Where nothing is resolved, symbols keep their names. */
START_TEST(other_machines)
{
    static const char *const machines[] = {"243", "258", "40", "21", "8", "22"};
    for (size_t i = 0; i < sizeof machines / sizeof *machines; i++) {
        struct obj_edit edit = edit_of(&arena, arena_printf(&arena,
            "elf machine=%s\nsection .text data=1300000013000000 flags=6 align=4\n"
            "symbol f in=.text at=4 bind=0 kind=2\nsection .data data=0000000000000000 flags=3\n"
            "reloc .text at=0 to=f kind=10\nreloc .data at=0 to=f kind=2\n", machines[i]));
        struct error error = {0};
        ck_assert_msg(resolve_object(&edit, &stripping, &arena, &error) == OBJ_OK, "%s",
                      error.text);
        ck_assert_str_eq(symbol_list(&arena, &edit), "-f");
        ck_assert_str_eq(reloc_list(&arena, &edit, 0), "0:f");
        ck_assert_str_eq(reloc_list(&arena, &edit, 1), "0:f");
    }
}
END_TEST

/** COFF has no such relocations, but names that nobody looks for. */
START_TEST(coff_names)
{
    struct obj_edit edit = edit_of(&arena,
        PE PE_TEXT "section .data data=0000000000000000 flags=0xc0400040\n" PE_F
        "symbol @feat.00 in=absolute bind=3\nmark .text\n"
        "reloc .text at=1 to=f kind=4\nreloc .data at=0 to=f kind=1\n");
    struct error error = {0};
    ck_assert_msg(resolve_object(&edit, &stripping, &arena, &error) == OBJ_OK, "%s", error.text);
    edit = written(&arena, &edit);
    ck_assert_str_eq(symbol_list(&arena, &edit), "-.L0 -@feat.00");
    ck_assert_str_eq(reloc_list(&arena, &edit, 1), "0:.L0");
}
END_TEST

/** Every kind holds what it was given, at its limits too, and nothing behind them. */
START_TEST(fields)
{
    static const struct {
        uint32_t type;
        int64_t low, high, step;
    } limits[] = {{283, -0x8000000, 0x7fffffc, 4}, {280, -0x100000, 0xffffc, 4},
                  {279, -0x8000, 0x7ffc, 4},       {274, -0x100000, 0xfffff, 1},
                  {261, -0x80000000ll, 0x7fffffff, 1}};
    const struct object object = {.format = OBJ_ELF, .machine = MACHINE_ARM64};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        const struct obj_relative *kind = obj_relative_of(&object, limits[i].type);
        const int64_t steps[] = {limits[i].low, limits[i].high, -limits[i].step, 0,
                                 limits[i].step * 5};
        ck_assert_ptr_nonnull(kind);
        for (unsigned fill = 0; fill <= 0xff; fill += 0xff) {
            uint8_t field[4], before[4];
            memset(field, (int)fill, sizeof field);
            memcpy(before, field, sizeof field);
            for (size_t j = 0; j < sizeof steps / sizeof *steps; j++) {
                ck_assert(obj_relative_put(kind, field, steps[j]));
                ck_assert_int_eq(obj_relative_get(kind, field), steps[j]);
                ck_assert(obj_relative_alike(kind, field, before));
            }
            ck_assert(!obj_relative_put(kind, field, limits[i].low - limits[i].step));
            ck_assert(!obj_relative_put(kind, field, limits[i].high + limits[i].step));
            ck_assert_int_eq(obj_relative_get(kind, field), steps[4]);
        }
    }
}
END_TEST

Suite *resolve_suite(void)
{
    Suite *suite = suite_create("resolve");
    TCase *cases = tcase_create("resolve");
    tcase_add_checked_fixture(cases, NULL, forget);
    tcase_add_loop_test(cases, finished, 0, (int)(sizeof rows / sizeof *rows));
    tcase_add_test(cases, labels);
    tcase_add_test(cases, names);
    tcase_add_test(cases, other_machines);
    tcase_add_test(cases, coff_names);
    tcase_add_test(cases, fields);
    suite_add_tcase(suite, cases);
    return suite;
}
