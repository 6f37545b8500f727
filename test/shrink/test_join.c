/* SPDX-License-Identifier: MIT */
/** Joining sections: which ones, where their pieces lie, and what refers to them afterwards. */
#include <check.h>

#include "shrink/prelink.h"
#include "suites.h"
#include "support/edits.h"

static struct arena arena;

static void forget(void)
{
    arena_free(&arena);
}

static struct obj_edit joined(const char *text, bool all)
{
    struct obj_edit edit = edit_of(&arena, text);
    struct error error = {0};
    ck_assert_msg(join_sections(&edit, all, &arena, &error) == OBJ_OK, "%s", error.text);
    return written(&arena, &edit);
}

/* ---- which ones -------------------------------------------------------------------------- */

#define CIE "0c000000" "00000000" "017a5200" "01781001"
#define ELF "elf\n"
#define PE "coff machine=0x8664\n"

static const struct {
    const char *what;
    const char *text;
    bool all;
    const char *expected;
} rows[] = {
    {"functions, each as aligned as it was",
     ELF "section .text.a data=c3c3c3 flags=6 align=4\nsection .text.b data=c3c3 flags=6 align=16\n"
         "section .text data=c3 flags=6\n", true, ".text:19"},
    {"but only when all are joined",
     ELF "section .text.a data=c3c3c3 flags=6\nsection .text.b data=c3c3 flags=6\n", false,
     ".text.a:3 .text.b:2"},
    {"zeros with zeros",
     ELF "section .bss.a zero=4 flags=3 align=4\nsection .bss data=00 flags=3\n"
         "section .bss.b zero=8 flags=3 align=8\n", true, ".bss:16 .bss:1"},
    {"of other flags, of another entry size: apart",
     ELF "section .data.a data=00 flags=3\nsection .data.b data=00 flags=0x403\n"
         "section .rodata.a data=00000000 flags=2 entry=4\nsection .rodata.b data=00 flags=2\n",
     true, ".data:1 .data:1 .rodata:4 .rodata:1"},
    {"a name ends at its dot, and the longest that is known counts",
     ELF "section .text data=c3 flags=6\nsection .textual data=c3 flags=6\n"
         "section .data.rel.ro.x data=00 flags=3\nsection .data.rel.x data=00 flags=3\n"
         "section .data.x data=00 flags=3\nsection .own.x data=00 flags=3\n"
         "section .own.y data=00 flags=3\n",
     true, ".text:1 .textual:1 .data.rel.ro:1 .data.rel:1 .data:1 .own.x:1 .own.y:1"},
    {"constants that are merged, of one name",
     ELF "section .rodata.str1.1 data=6100 flags=0x32 entry=1\n"
         "section .rodata.cst4 data=00000000 flags=0x12 entry=4\n"
         "section .rodata.str1.1 data=6200 flags=0x32 entry=1\n",
     true, ".rodata.str1.1:4 .rodata.cst4:4"},
    {"not where relocations have their addends in the contents",
     "elf rel=1\nsection .rodata.str1.1 data=6100 flags=0x32 entry=1\n"
     "section .rodata.str1.1 data=6200 flags=0x32 entry=1\nsection .data.a data=00000000 flags=3\n"
     "section .data.b data=00000000 flags=3\nreloc .data.a at=0 to=.rodata.str1.1 kind=10\n",
     true, ".rodata.str1.1:2 .rodata.str1.1:2 .data:8"},
    {"not of a group, which others may have",
     ELF "group g flags=1\nsection .text.g data=c3 flags=0x206 group=g\n"
         "section .text.a data=c3 flags=6\nsection .text.b data=c3 flags=6\n"
         "symbol g in=.text.g bind=2\n", true, ".text.g:1 .text:2"},
    {"not with SHF_LINK_ORDER, nor what it hangs on",
     ELF "section .text.a data=c3 flags=6\nsection .text.b data=c3 flags=6\n"
         "section .text.c data=c3 flags=6\nsection .meta data=00 flags=0x82 link=.text.a\n"
         "section .meta data=00 flags=0x82 link=.text.a\n",
     true, ".text.a:1 .text:2 .meta:1 .meta:1"},
    {"not with SHF_GNU_RETAIN, which keeps no more than it did",
     ELF "section .data.a data=00 flags=0x200003\nsection .data.b data=00 flags=0x200003\n"
         "section .data.c data=00 flags=3\n", true, ".data.a:1 .data.b:1 .data:1"},
    {"not what is compressed, each with its header",
     ELF "section .debug_str data=0000 flags=0x800\nsection .debug_str data=0000 flags=0x800\n",
     true, ".debug_str:2 .debug_str:2"},
    {"not for gaps of more than 64 KiB",
     ELF "section .data.a data=00 flags=3 align=131072\nsection .data.b data=00 flags=3\n"
         "section .data.c data=00 flags=3\n", true, ".data.a:1 .data:2"},
    {"debug and unwind information in any case, without gaps, which would end it",
     ELF "section .debug_line data=0102030405 align=8\nsection .eh_frame data=" CIE
         " flags=2 align=8\nsection .debug_line data=060708 align=8\n"
         "section .eh_frame data=" CIE " flags=2 align=8 type=0x70000001\n",
     false, ".debug_line:8 .eh_frame:32"},
    {"RISC-V: not code that linkers move out of its alignment, unless it asks to be aligned",
     "elf machine=243\nsection .text.a data=c3c3c3c3 flags=6 align=4\n"
     "section .text.b data=c3c3c3c3 flags=6 align=16\n"
     "section .text.c data=c3c3c3c3 flags=6 align=16\n"
     "reloc .text.c at=0 to=.text.a kind=43 add=12\n"
     "section .data.a data=00 flags=3\nsection .data.b data=00 flags=3 align=16\n",
     true, ".text:20 .text.b:4 .data:17"},
    {"LoongArch: the same",
     "elf machine=258\nsection .text.a data=c3c3c3c3 flags=6 align=4\n"
     "section .text.b data=c3c3c3c3 flags=6 align=32\n"
     "section .text.c data=c3c3c3c3 flags=6 align=16\nreloc .text.c at=0 to=mark kind=102 add=4\n"
     "symbol mark\n",
     true, ".text:20 .text.b:4"},
    {"nor code of machines that armeld does not know",
     "elf machine=94\nsection .text.a data=c3c3 flags=6\nsection .text.b data=c3c3 flags=6\n"
     "section .data.a data=00 flags=3\nsection .data.b data=00 flags=3\n",
     true, ".text.a:2 .text.b:2 .data:2"},
    {"function descriptors of PowerPC in any case: linkers read one such section",
     "elf machine=21\nsection .opd data=0000000000000000 flags=3 align=8\n"
     "section .text.a data=c3c3 flags=6\nsection .text.b data=c3c3 flags=6\n"
     "section .opd data=0000000000000000 flags=3 align=8\n",
     false, ".opd:16 .text.a:2 .text.b:2"},
    {"not lists of symbols, which a linker reads by the object",
     ELF "section .addrsig numbers=f\nsection .addrsig numbers=f\n"
         "section .text data=c3 flags=6\nsymbol f in=.text\n",
     true, ".addrsig:1 .addrsig:1 .text:1"},
    {"COFF: functions, by the name of the function",
     PE "section .text$f data=c3c3c3 flags=0x60300020\nsection .text data=c3 flags=0x60300020\n"
        "section .text$g data=c3 flags=0x60500020\nsymbol f in=.text$f bind=2\n"
        "symbol g in=.text$g bind=2\nsection .pdata$f data=00000000 flags=0x40300040\n"
        "section .pdata$g data=00000000 flags=0x40300040\n", true, ".text:17 .pdata:8"},
    {"COFF: not COMDATs that others may have, but those that are the only ones",
     PE "section .text data=c3 flags=0x60501020\nmark .text select=2\nsymbol f in=.text bind=2\n"
        "section .data data=00 flags=0xc0101040\nmark .data select=1\nsymbol d in=.data bind=2\n"
        "section .data data=00 flags=0xc0100040\n", true, ".text:1 .data:2"},
    {"COFF: not directives",
     PE "section .drectve data=2f61 flags=0x100a00\nsection .drectve data=2f61 flags=0x100a00\n",
     true, ".drectve:2 .drectve:2"},
    {"COFF: not read-only data with writable data, nor zeros with bytes",
     PE "section .data data=00 flags=0xc0100040\nsection .data data=00 flags=0x40100040\n"
        "section .bss zero=4 flags=0xc0300080\nsection .bss zero=4 flags=0xc0300080\n",
     true, ".data:1 .data:1 .bss:8"},
};

START_TEST(which)
{
    struct obj_edit edit = joined(rows[_i].text, rows[_i].all);
    const char *found = section_list(&arena, &edit);
    ck_assert_msg(strcmp(found, rows[_i].expected) == 0, "%s: %s, not %s", rows[_i].what, found,
                  rows[_i].expected);
}
END_TEST

/* ---- where things are -------------------------------------------------------------------- */

static const struct obj_section *section_named(const struct obj_edit *edit, const char *name)
{
    return &edit->object.sections[section_number(edit, name, 0)];
}

/** 3 bytes, a gap of 13, 4 bytes: symbols and relocations are 16 behind, and addends. */
START_TEST(elf_with_addends)
{
    struct obj_edit edit = joined(
        "elf\nsection .text.a data=010203 flags=6 align=4\n"
        "section .text.b data=04050607 flags=6 align=16\n"
        "section .data data=0000000000000000 flags=3\n"
        "symbol inner in=.text.b at=2 size=1 bind=0\nsymbol b in=.text.b size=4\n"
        "symbol a in=.text.a\n"
        "reloc .text.b at=0 to=.text.a kind=2 add=-4\n"
        "reloc .data at=0 to=.text.b kind=1 add=5\n", true);
    const struct obj_section *text = section_named(&edit, ".text");
    ck_assert_uint_eq(text->size, 20);
    ck_assert_uint_eq(text->align, 16);
    ck_assert_mem_eq(text->data.data, "\1\2\3\0\0\0\0\0\0\0\0\0\0\0\0\0\4\5\6\7", 20);
    ck_assert_uint_eq(symbol_named(&edit, "a")->value, 0);
    ck_assert_uint_eq(symbol_named(&edit, "b")->value, 16);
    ck_assert_uint_eq(symbol_named(&edit, "b")->size, 4);
    ck_assert_uint_eq(symbol_named(&edit, "inner")->value, 18);
    ck_assert_str_eq(reloc_list(&arena, &edit, section_number(&edit, ".text", 0)), "16:[.text]+-4");
    ck_assert_str_eq(reloc_list(&arena, &edit, section_number(&edit, ".data", 0)), "0:[.text]+21");
}
END_TEST

/** Of the pieces' own symbols one is left, the joined section's: the others are not needed. */
START_TEST(one_symbol_for_a_section)
{
    struct obj_edit edit = edit_of(&arena,
        "elf\nsection .text.a data=01 flags=6\nsection .text.b data=02 flags=6\n"
        "section .data data=0000000000000000 flags=3\n"
        "reloc .data at=0 to=.text.a kind=10\nreloc .data at=4 to=.text.b kind=10\n");
    struct error error = {0};
    size_t own = 0;
    ck_assert(join_sections(&edit, true, &arena, &error) == OBJ_OK);
    for (size_t i = 0; i < edit.object.symbol_count; i++) {
        own += edit.object.symbols[i].is_section && edit.object.symbols[i].section == 0;
    }
    ck_assert_uint_eq(own, 1);
    ck_assert_str_eq(reloc_list(&arena, &edit, 1), "0:[.text] 4:[.text]+1");
}
END_TEST

/** With addends in the contents, nobody can raise them: a label stands where the piece begins. */
START_TEST(elf_without_addends)
{
    struct obj_edit edit = joined(
        "elf rel=1\nsection .text.a data=01020304 flags=6 align=4\n"
        "section .text.b data=05060708 flags=6 align=16\n"
        "reloc .text.a at=0 to=.text.b kind=10\nreloc .text.b at=0 to=.text.a kind=10\n", true);
    const struct obj_symbol *label = symbol_named(&edit, ".text");
    ck_assert_uint_eq(label->value, 16);
    ck_assert_int_eq(label->binding, BINDING_LOCAL);
    ck_assert_uint_eq(label->type, 0); /* STT_NOTYPE */
    ck_assert_str_eq(reloc_list(&arena, &edit, 0), "0:.text 16:[.text]");
    ck_assert_mem_eq(edit.object.sections[0].data.data + 16, "\5\6\7\10", 4);
}
END_TEST

/** Frames of one section's functions come together, and CIEs come first. */
START_TEST(elf_frames)
{
#define FRAMES CIE "10000000140000000000000001000000" "00000000\n"
    static const char *const parts[] = {
        "elf\nsection .text.a data=c3 flags=6\nsection .eh_frame flags=2 data=" FRAMES
        "reloc .eh_frame at=24 to=.text.a kind=2\nsymbol api in=.text.a\n",
        "elf\nsection .text.b data=c3 flags=6\nsection .eh_frame flags=2 data=" FRAMES
        "reloc .eh_frame at=24 to=.text.b kind=2\nsymbol api2 in=.text.b\n",
        NULL};
    struct obj_edit edit;
    struct error error = {0};
    ck_assert_msg(prelink_texts(&arena, parts, &edit, &error) == OBJ_OK, "%s", error.text);
    ck_assert_msg(join_sections(&edit, true, &arena, &error) == OBJ_OK, "%s", error.text);
    edit = written(&arena, &edit);
    ck_assert_str_eq(section_list(&arena, &edit), ".text:2 .eh_frame:72");
    ck_assert_str_eq(reloc_list(&arena, &edit, 1), "40:[.text] 60:[.text]+1");
    const uint8_t *data = edit.object.sections[1].data.data;
    ck_assert_uint_eq(get_le32(data + 4), 0);
    ck_assert_uint_eq(get_le32(data + 20), 0);
    ck_assert_uint_eq(get_le32(data + 36), 36); /* from 36 back to 0 */
    ck_assert_uint_eq(get_le32(data + 56), 40); /* from 56 back to 16 */
}
END_TEST

/** What follows an end between the pieces would be lost: it is refused. */
START_TEST(elf_frames_with_an_end)
{
    static const char *const parts[] = {
        "elf\nsection .text.a data=c3 flags=6\nsection .eh_frame flags=2 data=" CIE "00000000\n"
        "symbol api in=.text.a\n",
        "elf\nsection .text.b data=c3 flags=6\nsection .eh_frame flags=2 data=" FRAMES
        "reloc .eh_frame at=24 to=.text.b kind=2\nsymbol api2 in=.text.b\n",
        NULL};
    struct obj_edit edit;
    struct error error = {0};
    ck_assert_msg(prelink_texts(&arena, parts, &edit, &error) == OBJ_OK, "%s", error.text);
    ck_assert(join_sections(&edit, false, &arena, &error) == OBJ_NOT_MINE);
    ck_assert_str_eq(error.text, ".eh_frame: a relocation behind its end");
}
END_TEST

/** COFF: a section's symbol becomes a label; the alignment is the larger one, in the flags. */
START_TEST(coff)
{
    struct obj_edit edit = joined(
        "coff machine=0x8664\nsection .text$f data=01020304 flags=0x60300020\n"
        "section .text$g data=05060708 flags=0x60500020\n"
        "section .data data=0000000000000000 flags=0xc0400040\n"
        "mark .text$f\nmark .text$g\nsymbol f in=.text$f bind=2\nsymbol g in=.text$g bind=2\n"
        "reloc .text$f at=0 to=.text$g kind=4\nreloc .text$g at=0 to=f kind=4\n"
        "reloc .data at=0 to=.text$f kind=1\n", true);
    ck_assert_uint_eq(edit.object.sections[0].flags, 0x60500020); /* IMAGE_SCN_ALIGN_16BYTES */
    ck_assert_uint_eq(edit.object.sections[0].size, 20);
    ck_assert_uint_eq(symbol_named(&edit, "f")->value, 0);
    ck_assert_uint_eq(symbol_named(&edit, "g")->value, 16);
    ck_assert_uint_eq(symbol_named(&edit, ".text")->value, 16);
    ck_assert_str_eq(reloc_list(&arena, &edit, 0), "0:.text 16:f");
    ck_assert_str_eq(reloc_list(&arena, &edit, 1), "0:[.text]");
}
END_TEST

/** A linker sorts COFF's sections by what follows the '$': lists between two marks stay so. */
START_TEST(coff_order)
{
    struct obj_edit edit = joined(
        "coff machine=0x8664\nsection .rdata$zETW9 data=09 flags=0x40100040\n"
        "section .rdata$zETW0 data=00 flags=0x40100040\n"
        "section .rdata$zETW1 data=01 flags=0x40100040\n"
        "section .CRT$XCU data=02 flags=0x40100040\nsection .CRT$XCL data=03 flags=0x40100040\n",
        true);
    ck_assert_str_eq(section_list(&arena, &edit),
                     ".rdata$zETW9:1 .rdata$zETW0:1 .rdata$zETW1:1 .CRT$XCU:1 .CRT$XCL:1");
}
END_TEST

/* ---- Mach-O ------------------------------------------------------------------------------ */

#define X86 "macho machine=0x1000007\n"

/** What the objects of @texts become when they are one and their sections are joined. */
static struct obj_edit joined_macho(const char *const *texts)
{
    struct obj_edit edit;
    struct error error = {0};
    ck_assert_msg(prelink_texts(&arena, texts, &edit, &error) == OBJ_OK, "%s", error.text);
    ck_assert_msg(join_sections(&edit, true, &arena, &error) == OBJ_OK, "%s", error.text);
    return written(&arena, &edit);
}

/**
 * Addresses without symbols. The second part's function is at 0 of its own layout and at 16 of the
 * new one; its data was at 8 and is at 24, where zeros, which come last, are no more.
 */
START_TEST(macho_addresses)
{
    static const char *const parts[] = {
        X86 "section __TEXT,__text data=c3c3c3c3c3c3 align=2 flags=0x80000400\n"
            "section __DATA,__bss zero=8 flags=1\nsymbol _api in=__TEXT,__text\n",
        /* a call of 8 + 1 from 0 + 4, and the address of 2 */
        X86 "section __TEXT,__text data=05000000 align=4 flags=0x80000400\n"
            "section __DATA,__data data=0200000000000000\nsymbol _api2 in=__TEXT,__text\n"
            "reloc __TEXT,__text at=0 to=__DATA,__data kind=1 pcrel=1\n"
            "reloc __DATA,__data at=0 to=__TEXT,__text length=3\n",
        NULL};
    struct obj_edit edit = joined_macho(parts);
    ck_assert_str_eq(section_list(&arena, &edit), "__text:20 __data:8 __bss:8");
    ck_assert_uint_eq(edit.object.sections[0].align, 16);
    ck_assert_uint_eq(edit.object.sections[1].address, 24);
    ck_assert_uint_eq(edit.object.sections[2].address, 32);
    ck_assert_uint_eq(symbol_named(&edit, "_api2")->value, 16);
    /* 24 + 1 from 16 + 4; 16 + 2 */
    ck_assert_uint_eq(get_le32(edit.object.sections[0].data.data + 16), 5);
    ck_assert_uint_eq(get_le64(edit.object.sections[1].data.data), 18);
    ck_assert_str_eq(reloc_list(&arena, &edit, 0), "16:[__data]");
    ck_assert_str_eq(reloc_list(&arena, &edit, 1), "0:[__text]");
}
END_TEST

/** Code and data move by different ways: the distance between them is told. */
START_TEST(macho_distance)
{
    static const char *const parts[] = {
        X86 "section __TEXT,__text data=c3 flags=0x80000400 align=0\n"
            "section __DATA,__data data=0000000000000000 align=3\nsymbol _api in=__TEXT,__text\n",
        X86 "section __TEXT,__text data=05000000 flags=0x80000400 align=2\n"
            "section __DATA,__data data=0000000000000000 align=3\nsymbol _api2 in=__TEXT,__text\n"
            "reloc __TEXT,__text at=0 to=__DATA,__data kind=1 pcrel=1\n",
        NULL};
    struct obj_edit edit = joined_macho(parts);
    /* code: 0 to 4. data: 8 to 8 + 8. 8 + 1 from 0 + 4 becomes 16 + 1 from 4 + 4 */
    ck_assert_uint_eq(edit.object.sections[1].address, 8);
    ck_assert_uint_eq(get_le32(edit.object.sections[0].data.data + 4), 9);
}
END_TEST

/** S_ATTR flags of all pieces: the joined section has what any of them has. */
START_TEST(macho_flags)
{
    static const char *const parts[] = {
        X86 "section __TEXT,__text data=c3 flags=0x80000000\nsymbol _api in=__TEXT,__text\n",
        X86 "section __TEXT,__text data=c3 flags=0x00000400\nsymbol _api2 in=__TEXT,__text\n",
        X86 "section __TEXT,__text data=6100 flags=0x00000002\nsymbol _api3 in=__TEXT,__text\n",
        NULL};
    struct obj_edit edit = joined_macho(parts);
    ck_assert_uint_eq(edit.object.section_count, 2); /* S_CSTRING_LITERALS is another type */
    ck_assert_uint_eq(edit.object.sections[0].flags, 0x80000400);
    ck_assert_uint_eq(edit.object.sections[1].flags, 2);
}
END_TEST

static const struct {
    const char *part;
    const char *expected;
} refused[] = {
    {"macho\nsection __TEXT,__eh_frame data=0000000000000000 flags=0x6800000b\n",
     "aarch64: __eh_frame without relocations is not moved"},
    {"macho\nsection __TEXT,__text data=00000000 flags=0x80000400\nsection __DATA,__data data=00\n"
     "reloc __TEXT,__text at=0 to=__DATA,__data kind=3 pcrel=1\n",
     "section __text: a local relocation of type 3 is not moved"},
    /* two bytes cannot hold an address */
    {X86 "section __TEXT,__text data=00000000 flags=0x80000400\nsection __DATA,__data data=00\n"
         "reloc __TEXT,__text at=0 to=__DATA,__data length=1\n",
     "section __text: a local relocation of type 0 is not moved"},
    {X86 "section __TEXT,__text data=00000000 flags=0x80000400\nsection __DATA,__data data=00\n"
         "reloc __TEXT,__text at=2 to=__DATA,__data\n",
     "section __text: a local relocation of type 0 is not moved"},
};

START_TEST(macho_not_moved)
{
    struct obj_edit edit = edit_of(&arena, refused[_i].part);
    struct error error = {0};
    ck_assert(join_sections(&edit, true, &arena, &error) == OBJ_BROKEN);
    ck_assert_str_eq(error.text, refused[_i].expected);
}
END_TEST

/** An object with nothing to join is the same afterwards. */
START_TEST(nothing_to_join)
{
    static const char *const texts[] = {
        "elf\nsection .text data=c3c3c3c3 flags=6\nsection .data data=00 flags=3\n"
        "symbol api in=.text\nsymbol far\nreloc .text at=0 to=far kind=4\n",
        "coff machine=0x8664\nsection .text data=c3c3c3c3 flags=0x60500020\nmark .text\n"
        "symbol api in=.text bind=2\nsymbol far bind=2\nreloc .text at=0 to=far kind=4\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct obj_edit before = edit_of(&arena, texts[i]);
        struct obj_edit after = joined(texts[i], true);
        struct error error = {0};
        ck_assert_msg(obj_edit_equal(&before, &after, &arena, &error), "%s", error.text);
    }
}
END_TEST

Suite *join_suite(void)
{
    Suite *suite = suite_create("join");
    TCase *cases = tcase_create("join");
    tcase_add_checked_fixture(cases, NULL, forget);
    tcase_add_loop_test(cases, which, 0, (int)(sizeof rows / sizeof *rows));
    tcase_add_test(cases, elf_with_addends);
    tcase_add_test(cases, one_symbol_for_a_section);
    tcase_add_test(cases, elf_without_addends);
    tcase_add_test(cases, elf_frames);
    tcase_add_test(cases, elf_frames_with_an_end);
    tcase_add_test(cases, coff);
    tcase_add_test(cases, coff_order);
    tcase_add_test(cases, macho_addresses);
    tcase_add_test(cases, macho_distance);
    tcase_add_test(cases, macho_flags);
    tcase_add_loop_test(cases, macho_not_moved, 0, (int)(sizeof refused / sizeof *refused));
    tcase_add_test(cases, nothing_to_join);
    suite_add_tcase(suite, cases);
    return suite;
}
