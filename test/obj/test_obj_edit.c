/* SPDX-License-Identifier: MIT */
/** Objects taken apart and written again; make writers does it with real libraries. */
#include <check.h>
#include <stdio.h>

#include "ar/archive.h"
#include "ar/fixtures.h"
#include "obj/writer.h"
#include "suites.h"
#include "support/objects.h"

static struct arena arena;

static void forget(void)
{
    arena_free(&arena);
}

static struct obj_edit take_apart(struct span data)
{
    struct obj_edit edit;
    struct error error = {0};
    ck_assert_msg(obj_edit_read(data, &arena, &edit, &error) == OBJ_OK, "%s", error.text);
    return edit;
}

static struct span put_together(const struct obj_edit *edit)
{
    struct span out;
    struct error error = {0};
    ck_assert_msg(obj_edit_write(edit, &arena, &out, &error) == OBJ_OK, "%s", error.text);
    return out;
}

static void check_again(struct span data)
{
    struct error why = {0};
    struct obj_edit meant = take_apart(data);
    struct span out = put_together(&meant);
    struct obj_edit written = take_apart(out);
    ck_assert_msg(obj_edit_equal(&meant, &written, &arena, &why), "%s", why.text);
    ck_assert(span_equal(put_together(&written), out)); /* what was written once is settled */
}

static const char *const objects[] = {
    "elf\nsection .text data=c3c3c3c3 flags=6\nsection .bss zero=4096 flags=3 type=8\n"
    "symbol local in=.text bind=0\nsymbol f in=.text\nsymbol g\n"
    "reloc .text at=0 to=g kind=4 add=-4\n",
    "elf rel=1 machine=40\nsection .text data=00000000 flags=6\nsymbol f in=.text\n"
    "reloc .text at=0 to=f kind=2\n",
    "elf\ngroup sig flags=1\nsection .text.f data=c3 flags=0x206 group=sig\n"
    "section .rodata data=00 flags=2\nsymbol sig in=.text.f bind=2\nsymbol c in=common at=8 "
    "size=8\n"
    "symbol a in=absolute at=5\n",
    "elf\nsection .text data=c3 flags=6\nsymbol f in=.text\n"
    "section .llvm_addrsig type=0x6fff4c03 flags=0x80000000 numbers=f\n",
    "coff machine=0x8664\nsection .text$mn data=c3c3c3c3 flags=0x60500020\n"
    "section averylongname data=00 flags=0x40300040\nfile x.c\nmark .text$mn\n"
    "symbol f in=.text$mn bind=2\nsymbol another_long_name bind=2\nweak w to=f search=3\n"
    "reloc .text$mn at=0 to=another_long_name kind=4\n",
    "bigobj machine=0x8664\nsection .text data=c3 flags=0x60501020\nmark .text select=2\n"
    "symbol f in=.text bind=2\nsection .pdata data=000000000000000000000000 flags=0x40301040\n"
    "mark .pdata select=5 link=.text\nreloc .pdata at=0 to=f kind=3\n",
    "macho\nsection __TEXT,__text data=c3c3c3c3 flags=0x80000400\nsection __DATA,__bss zero=16 "
    "flags=1\nsymbol _f in=__TEXT,__text\nsymbol _g\nsymbol _c in=common size=4\n"
    "reloc __TEXT,__text at=0 to=_g kind=2\noption x\nbuild 1\n",
};

START_TEST(again)
{
    check_again(assemble(&arena, objects[_i]));
}
END_TEST

struct tally {
    size_t written;
};

/** Every object of every fixture: nothing but import stubs is refused. */
static void visit(void *context, const char *path, struct span file)
{
    struct tally *tally = context;
    struct archive archive;
    struct error error = {0};
    ck_assert(archive_read(file, &arena, &archive, &error));
    for (size_t i = 0; i < archive.member_count; i++) {
        struct span data = ar_member_content(&archive, &archive.members[i]);
        struct obj_edit edit;
        enum obj_result result = obj_edit_read(data, &arena, &edit, &error);
        bool stub = edit.object.import_stub || edit.object.format == OBJ_OTHER ||
                    edit.object.format == OBJ_BITCODE;
        ck_assert_msg(result == OBJ_OK || stub, "%s: %s", path, error.text);
        if (result == OBJ_OK) {
            check_again(data);
            tally->written++;
        }
        error = (struct error){0};
    }
    arena_reset(&arena);
}

START_TEST(fixtures)
{
    struct tally tally = {0};
    each_fixture(visit, &tally);
    ck_assert_uint_gt(tally.written, 200);
}
END_TEST

/** "NAME ..." of what is left, in order. */
static const char *names_of(const struct object *object, bool sections)
{
    char *text = arena_printf(&arena, "%s", "");
    size_t count = sections ? object->section_count : object->symbol_count;
    for (size_t i = 0; i < count; i++) {
        struct span name = sections ? object->sections[i].name : object->symbols[i].name;
        if (!sections && object->symbols[i].is_section) {
            continue;
        }
        text = arena_printf(&arena, "%s%s%.*s", text, *text ? " " : "", (int)name.size,
                            (const char *)name.data);
    }
    return text;
}

static const struct {
    const char *text;
    const char *sections, *symbols; /* to drop: one of each, or NULL */
    const char *left;               /* sections | symbols, or what is wrong */
} drops[] = {
    {"elf\nsection .text data=c3c3c3c3 flags=6\nsection .debug_info data=00000000\n"
     "symbol f in=.text\nsymbol d in=.debug_info bind=0\nreloc .debug_info at=0 to=f kind=10\n",
     ".debug_info", "d", ".text | f"},
    {"elf\nsection .text data=c3c3c3c3 flags=6\nsection .data data=00 flags=3\n"
     "symbol f in=.text\nsymbol d in=.data\nreloc .text at=0 to=d kind=2\n",
     ".data", "d", "section .text: relocation 0 refers to d, which is to be removed"},
    {"elf\nsection .text data=c3c3c3c3 flags=6\nsection .data data=00 flags=3\n"
     "symbol f in=.text\nsymbol d in=.data\n",
     ".data", NULL, "symbol d is defined in a section that is to be removed"},
    {"elf\nsection .a data=00 flags=2\nsection .b data=00 flags=0x82 link=.a\nsymbol f\n", ".a",
     NULL, "section .b depends on a section that is to be removed"},
    {"elf\ngroup s flags=1\nsection .t data=c3 flags=0x206 group=s\nsection .u data=00 flags=2\n"
     "symbol s in=.t bind=2\n",
     ".t", "s", ".u | "},
    {"elf\nsection .text data=c3 flags=6\nsymbol f in=.text\nsymbol g\n"
     "section .llvm_addrsig type=0x6fff4c03 flags=0x80000000 numbers=f,g\n",
     NULL, "g", ".text .llvm_addrsig | f"},
};

START_TEST(drop)
{
    struct obj_edit edit = take_apart(assemble(&arena, drops[_i].text));
    struct error error = {0};
    bool sections[8] = {false};
    bool symbols[8] = {false};
    for (size_t i = 0; i < edit.object.section_count; i++) {
        sections[i] =
            drops[_i].sections && span_is(edit.object.sections[i].name, drops[_i].sections);
    }
    for (size_t i = 0; i < edit.object.symbol_count; i++) {
        const struct obj_symbol *symbol = &edit.object.symbols[i];
        symbols[i] = (drops[_i].symbols && span_is(symbol->name, drops[_i].symbols)) ||
                     (symbol->is_section && sections[symbol->section]);
    }
    if (obj_edit_drop(&edit, sections, symbols, &arena, &error) != OBJ_OK) {
        ck_assert_str_eq(error.text, drops[_i].left);
        return;
    }
    ck_assert_str_eq(arena_printf(&arena, "%s | %s", names_of(&edit.object, true),
                                  names_of(&edit.object, false)),
                     drops[_i].left);
    struct obj_edit written = take_apart(put_together(&edit));
    ck_assert_msg(obj_edit_equal(&edit, &written, &arena, &error), "%s", error.text);
}
END_TEST

/** What is changed is noticed, whatever it is. */
START_TEST(unequal)
{
    struct obj_edit edit = take_apart(assemble(&arena, objects[0]));
    struct obj_edit written = take_apart(put_together(&edit));
    struct error why = {0};
    switch (_i) {
    case 0:
        written.relocs[0].list[0].addend++;
        break;
    case 1:
        written.relocs[0].list[0].type++;
        break;
    case 2:
        written.object.symbols[0].value++;
        break;
    case 3:
        written.object.symbols[1].binding = BINDING_WEAK;
        break;
    case 4:
        written.object.sections[0].align = 2;
        break;
    case 5:
        written.object.sections[0].data.size--;
        break;
    case 6:
        written.object.section_count--;
        break;
    case 7:
        written.object.symbol_count--;
        break;
    default:
        written.object.raw_machine++;
        break;
    }
    ck_assert(!obj_edit_equal(&edit, &written, &arena, &why));
    ck_assert_str_ne(why.text, "");
}
END_TEST

static const struct {
    const char *text, *why;
} refused[] = {
    {"macho machine=7\nsection __TEXT,__text data=c3 flags=0x80000400\nsymbol _f\n",
     "Mach-O of i686 is not written"},
    {"coff machine=0x8664\nsection .idata$5 data=0000000000000000 flags=0xc0300040\n"
     "symbol __imp_f in=.idata$5 bind=2\n",
     "an import stub is not written"},
    {"macho machine=0x1000007\nsection __DATA,__odd data=00 flags=0x17\n",
     "section __odd: type 0x17 is not understood"},
    {"macho machine=0x1000007\nsection __DATA,__odd data=00000000 flags=0\nsymbol _f\n"
     "reloc __DATA,__odd at=0 to=_f kind=10 length=2\n",
     "section __odd: a relocation of type 10 is not understood"},
    {"macho machine=0x100000c\nsection __DATA,__odd data=00000000 flags=0\nsymbol _f\n"
     "reloc __DATA,__odd at=0 to=_f kind=12 length=2\n",
     "section __odd: a relocation of type 12 is not understood"},
    {"coff machine=0x8664\nsection .text data=c3 flags=0x60100020\nsymbol f in=.text bind=99\n",
     "symbol f: storage class 99 is not understood"},
};

START_TEST(refuse)
{
    struct obj_edit edit;
    struct error error = {0};
    ck_assert_int_eq(obj_edit_read(assemble(&arena, refused[_i].text), &arena, &edit, &error),
                     OBJ_NOT_MINE);
    ck_assert_str_eq(error.text, refused[_i].why);
}
END_TEST

/** More sections than a regular COFF object can have make it a bigobj, and ELF's numbers extended.
 */
START_TEST(many_sections)
{
    enum { MANY = 65400 };
    struct obj_edit edit = take_apart(assemble(&arena, objects[_i ? 4 : 0]));
    struct obj_section *sections = ARENA_ARRAY(&arena, struct obj_section, MANY);
    struct edit_relocs *relocs = ARENA_ARRAY(&arena, struct edit_relocs, MANY);
    for (size_t i = 0; i < MANY; i++) {
        bool own = i < edit.object.section_count;
        sections[i] = edit.object.sections[own ? i : 0];
        relocs[i] = own ? edit.relocs[i] : (struct edit_relocs){NULL, 0};
    }
    edit.object.sections = sections;
    edit.object.section_count = MANY;
    edit.relocs = relocs;
    for (size_t i = 0; i < edit.object.symbol_count; i++) {
        struct obj_symbol *symbol = &edit.object.symbols[i];
        if (symbol->place == PLACE_SECTION && !symbol->is_section) {
            symbol->section = MANY - 1;
        }
    }
    struct span out = put_together(&edit);
    struct obj_edit written = take_apart(out);
    struct error why = {0};
    ck_assert_uint_eq(written.object.section_count, MANY);
    ck_assert_int_eq(written.object.bigobj, _i == 1);
    for (size_t i = 0; i < written.object.symbol_count; i++) { /* records are of another size */
        written.object.symbols[i].is_section = edit.object.symbols[i].is_section;
    }
    written.object.flags = edit.object.flags;
    ck_assert_msg(obj_edit_equal(&edit, &written, &arena, &why), "%s", why.text);
}
END_TEST

/** A name that ends another one lies within it; equal ones are one. */
START_TEST(strings)
{
    static const char *const names[] = {"main", "domain", "", "in", "main", "x"};
    struct strings table;
    ck_assert(strings_begin(&table, 6, &arena));
    for (size_t i = 0; i < 6; i++) {
        strings_add(&table, span_of(names[i]));
    }
    ck_assert(strings_lay_out(&table, 1, &arena));
    ck_assert_uint_eq(table.size, 1 + sizeof "domain" + sizeof "x");
    for (size_t i = 0; i < 6; i++) {
        ck_assert_str_eq((const char *)table.bytes.data + table.offsets[i], names[i]);
    }
}
END_TEST

Suite *obj_edit_suite(void)
{
    Suite *suite = suite_create("image");
    TCase *cases = tcase_create("image");
    tcase_add_checked_fixture(cases, NULL, forget);
    tcase_add_loop_test(cases, again, 0, (int)(sizeof objects / sizeof *objects));
    tcase_add_test(cases, fixtures);
    tcase_add_loop_test(cases, drop, 0, (int)(sizeof drops / sizeof *drops));
    tcase_add_loop_test(cases, unequal, 0, 9);
    tcase_add_loop_test(cases, refuse, 0, (int)(sizeof refused / sizeof *refused));
    tcase_add_loop_test(cases, many_sections, 0, 2);
    tcase_add_test(cases, strings);
    suite_add_tcase(suite, cases);
    return suite;
}
