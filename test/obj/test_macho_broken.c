/* SPDX-License-Identifier: MIT */
/** The Mach-O reader on objects with one wrong number, cut short, and with random damage. */
#include "obj/macho_builder.h"
#include "suites.h"

static struct arena arena;

static void forget(void)
{
    arena_free(&arena);
}

static const struct {
    uint32_t word;
    const char *text;
} bad_relocs[] = {
    {8 | 1 << 27, "offset 0x274: section 0: relocation 1: symbol 8, but there are 8"},
    {5, "offset 0x274: section 0: relocation 1: section 4, but there are 4"},
    {0xffffff, "offset 0x274: section 0: relocation 1: section 16777214, but there are 4"},
};

START_TEST(broken_relocations)
{
    struct macho_builder b = macho_build(true, false, X86_64);
    macho_set32(&b, b.at[RELOCS] + 12, bad_relocs[_i].word);
    struct object object = macho_read_good(&b, &arena);
    struct obj_reloc *relocs;
    size_t count;
    struct error error = {0};
    ck_assert_int_eq(macho_reader.relocs(&object, TEXT, &arena, &relocs, &count, &error),
                     OBJ_BROKEN);
    ck_assert_str_eq(error.text, bad_relocs[_i].text);
}
END_TEST

/** One wrong number each, in the 64-bit little-endian object. */
static const struct {
    enum part part;
    uint32_t at, value;
    const char *text;
} broken[] = {
    {HEADER, 12, 6,
     "offset 0: Mach-O 64: file type 6, but only objects (1) can be linked from an archive"},
    {HEADER, 16, 0x10000, "offset 0: Mach-O 64: 65536 load commands, but there is room for 69"},
    {HEADER, 16, 7, "offset 0x248: load command 6: begins at 0x228 of 0x228 bytes of commands"},
    {HEADER, 20, 0x10000,
     "offset 0: Mach-O 64: load commands at 0x20, size 0x10000, exceeds the member (0x33f)"},
    {SEGMENT, 0, 1, "offset 0x20: load command 0: a 32-bit segment in a 64-bit object"},
    {SEGMENT, 4, 0, "offset 0x20: load command 0: size 0, but it takes a multiple of 8"},
    {SEGMENT, 4, 64, "offset 0x20: load command 0: size 0x40, but it takes 0x48"},
    {SEGMENT, 4, 396, "offset 0x20: load command 0: size 0x18c, but it takes a multiple of 8"},
    {SEGMENT, 4, 0xfffffff8,
     "offset 0x20: load command 0: size 0xfffffff8 exceeds the load commands (0x228 left)"},
    {SEGMENT, 64, 5, "offset 0x20: load command 0: 5 sections, but there is room for 4"},
    {SEGMENT, 64, 0xffffffff,
     "offset 0x20: load command 0: 4294967295 sections, but there is room for 4"},
    {SECTION_1, 40, 0x9000,
     "offset 0xb8: section 1: contents at 0x258, size 0x9000, exceeds the member (0x33f)"},
    {SECTION_1, 44, 1,
     "offset 0xb8: section 1: contents at 0x258, size 0x100000008, exceeds the member (0x33f)"},
    {SECTION_1, 48, 0xffffffff,
     "offset 0xb8: section 1: contents at 0xffffffff, size 0x8, exceeds the member (0x33f)"},
    {SECTION_1, 52, 64, "offset 0xb8: section 1: alignment 2^64 exceeds 2^63"},
    {SECTION_1, 60, 0x20000000,
     "offset 0xb8: section 1: relocation table at 0, size 0x100000000, exceeds the member (0x33f)"},
    {SECTION_0, 40, 0xf0,
     "offset 0x68: section 0: relocation table overlaps others: 0x18 bytes, but of the "
     "member's 0x33f only 0x7 are left"},
    {SECTION_3, 68, 2,
     "offset 0x1e8: load command 4: section 3 has indirect symbols 0x2+0x2, but there are 0x3"},
    {SECTION_3, 72, 1,
     "offset 0x1e8: load command 4: section 3 has indirect symbols 0x1+0xa, but there are 0x3"},
    {SECTION_3, 72, 0, NULL}, /* stubs without a size have no slots */
    {BUILD, 0, 2, "offset 0x1d0: load command 3: a second one of type 0x2"},
    {SYMTAB, 4, 16, "offset 0x1d0: load command 3: size 0x10, but it takes 0x18"},
    {SYMTAB, 0, 0xb, "offset 0x1d0: load command 3: size 0x18, but it takes 0x50"},
    {DYSYMTAB, 0, 2, "offset 0x1e8: load command 4: a second one of type 0x2"},
    {SYMTAB, 8, 0x7fffffff,
     "offset 0x1d0: load command 3: symbol table at 0x7fffffff, size 0x80, exceeds the "
     "member (0x33f)"},
    {SYMTAB, 12, 0xffffffff,
     "offset 0x1d0: load command 3: symbol table at 0x284, size 0xffffffff0, exceeds the "
     "member (0x33f)"},
    {SYMTAB, 16, 0x10000,
     "offset 0x1d0: load command 3: string table at 0x10000, size 0x2f, exceeds the member "
     "(0x33f)"},
    {SYMTAB, 20, 0x10000,
     "offset 0x1d0: load command 3: string table at 0x310, size 0x10000, exceeds the "
     "member (0x33f)"},
    {SYMTAB, 20, 46,
     "offset 0x2e4: symbol 6: name at 0x2a does not end within the string table (0x2e)"},
    {DYSYMTAB, 60, 0xffffffff,
     "offset 0x1e8: load command 4: indirect symbol table at 0x304, size 0x3fffffffc, "
     "exceeds the member (0x33f)"},
    {DYSYMTAB, 60, 2,
     "offset 0x1e8: load command 4: section 3 has indirect symbols 0x1+0x2, but there are 0x2"},
    {DYSYMTAB, 76, 0x10000,
     "offset 0x1e8: load command 4: local relocations at 0, size 0x80000, exceeds the "
     "member (0x33f)"},
    {CODE_DATA, 12, 0x10000,
     "offset 0x238: load command 5: data at 0, size 0x10000, exceeds the member (0x33f)"},
    {CODE_DATA, 4, 8, "offset 0x238: load command 5: size 0x8, but it takes 0x10"},
    {SYMBOLS, 0, 48,
     "offset 0x284: symbol 0: name at 0x30 does not end within the string table (0x2f)"},
    {SYMBOLS, 0, 0xffffffff,
     "offset 0x284: symbol 0: name at 0xffffffff does not end within the string table (0x2f)"},
    {SYMBOLS, 4, 0x050e, "offset 0x284: symbol 0: section 5, but they go from 1 to 4"},
    {SYMBOLS, 4, 0x000e, "offset 0x284: symbol 0: section 0, but they go from 1 to 4"},
    {SYMBOLS, 5 * 16 + 8, 99,
     "offset 0x2d4: symbol 5: name at 0x63 does not end within the string table (0x2f)"},
};

START_TEST(broken_fields)
{
    struct macho_builder b = macho_build(true, false, X86_64);
    struct object object;
    struct error error;
    macho_set32(&b, b.at[broken[_i].part] + broken[_i].at, broken[_i].value);
    enum obj_result result = macho_read_size(&b, b.size, &arena, &object, &error);
    if (broken[_i].text) {
        ck_assert_str_eq(error.text, broken[_i].text);
        ck_assert_int_eq(result, OBJ_BROKEN);
    } else {
        ck_assert_msg(result == OBJ_OK, "%s", error.text);
    }
}
END_TEST

/** Sharing one long name among many symbols would cost more than the member's size in work. */
START_TEST(too_many_names)
{
    struct macho_builder b = macho_build(false, false, X86);
    struct object object;
    struct error error;
    size_t many = _i ? 100 : 70;
    size_t strings = b.at[SYMBOLS] + many * 12;
    memset(b.bytes + b.at[SYMBOLS], 0, many * 12);
    for (size_t i = 0; i < many; i++) {
        macho_set32(&b, b.at[SYMBOLS] + i * 12, 1);
    }
    b.size = sizeof b.bytes;
    memset(b.bytes + strings, 'a', b.size - strings - 1);
    macho_set32(&b, b.at[SYMTAB] + 12, (uint32_t)many);
    macho_set32(&b, b.at[SYMTAB] + 16, (uint32_t)strings);
    macho_set32(&b, b.at[SYMTAB] + 20, (uint32_t)(b.size - strings));
    macho_set32(&b, b.at[DYSYMTAB] + 60, 0);
    enum obj_result result = macho_read_size(&b, b.size, &arena, &object, &error);
    ck_assert_int_eq(result, _i ? OBJ_BROKEN : OBJ_OK);
    const char *wanted = "names add up to more than 64 times the member (0x2000)";
    ck_assert(!_i || strstr(error.text, wanted));
}
END_TEST

/** Cut anywhere, it is broken or complete, and the message never empty. */
START_TEST(cut_short)
{
    struct macho_builder b = macho_build_variant(_i);
    for (size_t size = 4; size < b.size; size++) {
        struct object object;
        struct error error;
        ck_assert_msg(macho_read_size(&b, size, &arena, &object, &error) == OBJ_BROKEN,
                      "%zu bytes", size);
        ck_assert_str_ne(error.text, "");
        arena_reset(&arena);
    }
    ck_assert(!macho_reader.probe(span_make(b.bytes, 3)));
    ck_assert_int_eq(macho_reader.machine(span_make(b.bytes, 7)), MACHINE_UNKNOWN);
}
END_TEST

START_TEST(not_mine)
{
    static const char *const magics[] = {
        "\xca\xfe\xba\xbe", "\xbe\xba\xfe\xca", "\x7f\x45LF", "!<ar", "\xfe\xed\xfa\xcd",
    };
    ck_assert(!macho_reader.probe(span_make(magics[_i], 4)));
}
END_TEST

/** Flip bytes of good objects; all that a reader hands out must lie inside. Seed: fixed. */
START_TEST(mutations)
{
    uint32_t random = 1;
    for (int run = 0; run < 4000; run++) {
        struct macho_builder b = macho_build_variant(run % MACHO_VARIANTS);
        struct object object;
        struct error error;
        for (int flip = run % 5; flip >= 0; flip--) {
            random = random * 1664525 + 1013904223;
            b.bytes[4 + (random >> 8) % (b.size - 4)] = (uint8_t)(random >> 24);
        }
        if (macho_read_size(&b, b.size, &arena, &object, &error) == OBJ_OK) {
            ck_assert_uint_le(object.extent, b.size);
            for (uint32_t i = 0; i < object.section_count; i++) {
                struct obj_reloc *relocs;
                size_t count;
                macho_reader.relocs(&object, i, &arena, &relocs, &count, &error);
            }
        }
        arena_reset(&arena);
    }
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof *(table)))

Suite *macho_broken_suite(void)
{
    Suite *suite = suite_create("macho-broken");
    TCase *tcase = tcase_create("macho-broken");
    tcase_add_checked_fixture(tcase, NULL, forget);
    tcase_add_loop_test(tcase, broken_relocations, 0, COUNT(bad_relocs));
    tcase_add_loop_test(tcase, broken_fields, 0, COUNT(broken));
    tcase_add_loop_test(tcase, too_many_names, 0, 2);
    tcase_add_loop_test(tcase, cut_short, 0, MACHO_VARIANTS);
    tcase_add_loop_test(tcase, not_mine, 0, 5);
    tcase_add_test(tcase, mutations);
    suite_add_tcase(suite, tcase);
    return suite;
}
