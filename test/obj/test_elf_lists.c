/* SPDX-License-Identifier: MIT */
/** Compact relocations and call graph profiles: read, and written in other words. */
#include <check.h>

#include "obj/elf_builder.h"
#include "suites.h"
#include "support/edits.h"

static struct arena arena;

static void forget(void)
{
    arena_free(&arena);
}

enum { CODE = 1, TABLE, STRINGS, SYMBOLS };
enum { TYPE_REL = 9, TYPE_CREL = 0x40000014, TYPE_PROFILE = 0x6fff4c09 };

/** .text, a table for it or a profile of its own, two symbols. */
static void start(struct elf_builder *b, bool wide, bool big)
{
    elf_start(b, wide, big);
    elf_section(b, ".text", 1, 6, 0, 0, 0);
    for (int i = 0; i < 704; i += 8) {
        elf_put(b, 0x9090909090909090, 8);
    }
}

static struct span finish(struct elf_builder *b, uint32_t first_table)
{
    elf_section(b, ".strtab", 3, 0, 0, 0, 0);
    elf_put(b, 0, 1);
    elf_put(b, b->big ? 0x6600 : 0x0066, 2); /* f */
    elf_put(b, b->big ? 0x6700 : 0x0067, 2); /* g */
    elf_section(b, ".symtab", 2, 0, first_table, 1, b->wide ? 24 : 16);
    elf_symbol(b, 0, 0, 0, 0, 0, 0);
    elf_symbol(b, 1, 0x12, 0, CODE, 0, 8);
    elf_symbol(b, 3, 0x12, 0, CODE, 8, 8);
    elf_finish(b, 62);
    struct span copy = arena_copy(&arena, span_make(b->bytes, b->size));
    elf_free(b);
    return copy;
}

/** An object with these compact relocations. */
static struct span compact(const uint8_t *bytes, size_t size, bool wide, bool big)
{
    struct elf_builder b;
    start(&b, wide, big);
    elf_section(&b, ".crel.text", TYPE_CREL, 0x40, SYMBOLS, CODE, 1);
    for (size_t i = 0; i < size; i++) {
        elf_put(&b, bytes[i], 1);
    }
    return finish(&b, STRINGS);
}

/* three: 0 f-4 of type 4, 8 g-4 of type 4, 700 f+5 of type 2 */
static const uint8_t with_addends[] = {3 << 3 | 4, 0x07, 1, 4, 0x7c, 8 << 3 | 1, 1,
                                       0xa7,       0x2b, 0x7f, 0x7e, 9};
/* two, offsets in words: 4 f of type 2, 12 f of type 2 */
static const uint8_t without[] = {2 << 3 | 2, 1 << 2 | 3, 1, 2, 2 << 2};

START_TEST(compact_relocations)
{
    struct obj_edit edit;
    struct error error = {0};
    bool wide = _i & 1, big = _i & 2;
    struct span data = compact(with_addends, sizeof with_addends, wide, big);
    ck_assert_msg(obj_edit_read(data, &arena, &edit, &error) == OBJ_OK, "%s", error.text);
    ck_assert_str_eq(reloc_list(&arena, &edit, 0), "0:f+-4 8:g+-4 700:f+5");
    ck_assert_uint_eq(edit.relocs[0].list[1].type, 4);
    ck_assert_uint_eq(edit.relocs[0].list[2].type, 2);
    ck_assert(!edit.relocs[0].list[0].in_place);
    struct obj_edit again = written(&arena, &edit);
    ck_assert_str_eq(reloc_list(&arena, &again, 0), "0:f+-4 8:g+-4 700:f+5");
    ck_assert_uint_eq(again.object.extra_count, 0); /* not compact any more */

    data = compact(without, sizeof without, wide, big);
    ck_assert_msg(obj_edit_read(data, &arena, &edit, &error) == OBJ_OK, "%s", error.text);
    ck_assert_str_eq(reloc_list(&arena, &edit, 0), "4:f 12:f");
    ck_assert(edit.relocs[0].list[1].in_place && edit.relocs[0].list[1].type == 2);
    again = written(&arena, &edit);
    ck_assert_str_eq(reloc_list(&arena, &again, 0), "4:f 12:f");
}
END_TEST

START_TEST(broken_compact_relocations)
{
    static const struct {
        uint8_t bytes[4];
        size_t size;
        const char *expected;
    } rows[] = {
        {{0}, 0, ": compact relocations are cut short (0)"},
        {{0x80}, 1, ": compact relocations are cut short (0x1)"},
        {{3 << 3, 0, 0}, 3, ": compact relocations are cut short (0x3)"},
        {{1 << 3, 0x81}, 2, ": compact relocations are cut short (0x2)"},
        {{1 << 3, 1, 0x80}, 3, ": compact relocations are cut short (0x3)"},
        {{1 << 3, 1, 3}, 3, ": relocation 0: symbol 3, but there are 3"},
        {{1 << 3, 1, 0x7f}, 3, ": relocation 0: symbol 4294967295, but there are 3"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct obj_edit edit;
        struct error error = {0};
        struct span data = compact(rows[i].bytes, rows[i].size, true, false);
        ck_assert_int_eq(obj_edit_read(data, &arena, &edit, &error), OBJ_BROKEN);
        ck_assert_msg(strstr(error.text, rows[i].expected), "%zu: %s", i, error.text);
    }
}
END_TEST

/** A profile: g calls f 5 times, f calls itself 7 times; @rels of its 4 relocations. */
static struct span profile(int rels, bool wide, bool big)
{
    static const uint32_t symbols[] = {2, 1, 1, 1};
    struct elf_builder b;
    start(&b, wide, big);
    elf_section(&b, ".llvm.call-graph-profile", TYPE_PROFILE, 0x80000000, 5, 0, 0);
    elf_put(&b, 5, 8);
    elf_put(&b, 7, 8);
    elf_section(&b, ".rel.llvm.call-graph-profile", TYPE_REL, 0x40, 5, 2, wide ? 16 : 8);
    for (int i = 0; i < rels; i++) {
        elf_reloc(&b, (uint64_t)i / 2 * 8, symbols[i], 0);
    }
    return finish(&b, 4);
}

START_TEST(call_graph_profiles)
{
    struct obj_edit edit;
    struct error error = {0};
    struct span data = profile(4, _i & 1, _i & 2);
    ck_assert_msg(obj_edit_read(data, &arena, &edit, &error) == OBJ_OK, "%s", error.text);
    ck_assert_str_eq(reloc_list(&arena, &edit, 1), "0:g+5 1:f+5 2:f+7 3:f+7");
    struct obj_edit again = written(&arena, &edit);
    ck_assert_str_eq(reloc_list(&arena, &again, 1), "0:g+5 1:f+5 2:f+7 3:f+7");
    ck_assert_uint_eq(again.object.sections[1].size, 16);

    bool sections[2] = {false}, symbols[2] = {false, true}; /* g goes, and with it a call */
    ck_assert(obj_edit_drop(&edit, sections, symbols, &arena, &error) == OBJ_OK);
    again = written(&arena, &edit);
    ck_assert_str_eq(reloc_list(&arena, &again, 1), "0:f+7 1:f+7");
    ck_assert_uint_eq(again.object.sections[1].size, 8);

    data = profile(3, _i & 1, _i & 2); /* a call without a callee */
    ck_assert(obj_edit_read(data, &arena, &edit, &error) == OBJ_NOT_MINE);
}
END_TEST

/** A section can have relocations with addends, or addends in its contents; not both. */
START_TEST(both_kinds)
{
    struct obj_edit edit;
    struct error error = {0};
    struct span out, data = compact(with_addends, sizeof with_addends, true, false);
    ck_assert(obj_edit_read(data, &arena, &edit, &error) == OBJ_OK);
    edit.relocs[0].list[1].in_place = true;
    ck_assert(obj_edit_write(&edit, &arena, &out, &error) == OBJ_BROKEN);
    ck_assert_str_eq(error.text, "section .text: relocations of both kinds");
}
END_TEST

Suite *elf_lists_suite(void)
{
    Suite *suite = suite_create("elf-lists");
    TCase *cases = tcase_create("elf-lists");
    tcase_add_checked_fixture(cases, NULL, forget);
    tcase_add_loop_test(cases, compact_relocations, 0, ELF_VARIANTS);
    tcase_add_test(cases, broken_compact_relocations);
    tcase_add_loop_test(cases, call_graph_profiles, 0, ELF_VARIANTS);
    tcase_add_test(cases, both_kinds);
    suite_add_tcase(suite, cases);
    return suite;
}
