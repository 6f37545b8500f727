/* SPDX-License-Identifier: MIT */
/** ELF objects that become one: what they say as a whole, what cannot be local, lists of their own.
 */
#include <check.h>

#include "shrink/elf_kinds.h"
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
#define RISCV "elf machine=243\nsection .text data=0000000000000000 flags=6\n"
#define MIPS "elf machine=8\nsection .text data=0000000000000000 flags=6\n"
/* 'A', size, "aeabi", tag 1, size, then tags and values */
#define ARM(size, inner, tags)                                                                    \
    "elf machine=40\nsection .ARM.attributes type=0x70000003 data=41" size "0000006165616269"     \
    "0001" inner "000000" tags "\n"
#define REGINFO(mask)                                                                             \
    MIPS "section .reginfo type=0x70000006 flags=2 data=" mask                                    \
    "0000000000000000000000000000000000000000\n"

static const struct {
    const char *what;
    const char *parts[MOST_PARTS + 1];
    const char *expected; /* sections, or an error */
    const char *section;  /* whose contents are compared, or NULL */
    const char *contents;
} rows[] = {
    {"attributes of ARM: one has what the other lacks, the larger value counts",
     {ARM("13", "09", "060a0a02"), ARM("15", "0b", "060a0a031a01")},
     ".ARM.attributes:22", ".ARM.attributes",
     "4115000000616561626900010b000000060a0a031a01"},
    {"another architecture", {ARM("11", "07", "060a"), ARM("11", "07", "060e")},
     "1: other build attributes than those before it, such as 0", NULL, NULL},
    {"what compilers aimed at does not matter",
     {ARM("13", "09", "060a1e01"), ARM("13", "09", "060a1e02")},
     ".ARM.attributes:20", ".ARM.attributes", "41130000006165616269000109000000060a1e02"},
    {"attributes that are not understood must be equal",
     {"elf machine=243\nsection .riscv.attributes type=0x70000003 data=4101\n",
      "elf machine=243\nsection .riscv.attributes type=0x70000003 data=4102\n"},
     "1: other build attributes than those before it, such as 0", NULL, NULL},
    {"an object without attributes says nothing",
     {"elf machine=243\nsection .riscv.attributes type=0x70000003 data=4101\n",
      "elf machine=243\nsection .text data=13000000 flags=6\n"},
     ".riscv.attributes:2 .text:4", NULL, NULL},
    {"register masks of MIPS are those of all", {REGINFO("01000080"), REGINFO("02000080")},
     ".text:8 .reginfo:24 .text:8", ".reginfo",
     "030000800000000000000000000000000000000000000000"},
    {"code for link-time optimisation goes",
     {CODE "section .gnu.lto_.symtab.1 data=00 flags=0x80000000\n"
           "section .llvm.lto data=00 flags=0x80000000 type=0x6fff4c0c\n"},
     ".text:1", NULL, NULL},
    {"a kind that nobody knows stays", {CODE "section .odd data=00 flags=2 type=0x60000001\n",
                                        CODE "section .odd data=00 flags=2 type=0x60000001\n"},
     ".text:1 .odd:1 .text:1 .odd:1", NULL, NULL},
};

static const char *hex_of(struct span data)
{
    const char *text = "";
    for (size_t i = 0; i < data.size; i++) {
        text = arena_printf(&arena, "%s%02x", text, data.data[i]);
    }
    return text;
}

START_TEST(whole)
{
    struct obj_edit edit;
    struct error error = {0};
    enum obj_result done = prelink_texts(&arena, rows[_i].parts, &edit, &error);
    const char *found = done == OBJ_OK ? section_list(&arena, &edit) : error.text;
    ck_assert_msg(strcmp(found, rows[_i].expected) == 0, "%s: %s, not %s", rows[_i].what, found,
                  rows[_i].expected);
    if (rows[_i].section) {
        uint32_t number = section_number(&edit, rows[_i].section, 0);
        ck_assert_str_eq(hex_of(edit.object.sections[number].data), rows[_i].contents);
    }
}
END_TEST

/** A kind that nobody knows is neither pruned nor joined, and told. */
START_TEST(unknown)
{
    struct obj_edit edit = edit_of(&arena, CODE "section .odd data=00 flags=2 type=0x60000001\n"
                                                "section .odd data=00 flags=2 type=0x60000001\n");
    struct error error = {0};
    const struct obj_section *section = prelink_unknown_section(&edit.object);
    ck_assert_ptr_nonnull(section);
    ck_assert(span_is(section->name, ".odd"));
    ck_assert(prelink_prune(&edit, NULL, true, &arena, &error) == OBJ_OK);
    ck_assert(join_sections(&edit, true, &arena, &error) == OBJ_OK);
    ck_assert_str_eq(section_list(&arena, &edit), ".odd:1 .odd:1");
    edit = edit_of(&arena, CODE);
    ck_assert_ptr_null(prelink_unknown_section(&edit.object));
}
END_TEST

/** Objects that are not joined. */
START_TEST(apart)
{
    static const struct {
        const char *object;
        const char *why; /* a part of it, or NULL */
    } objects[] = {
        {CODE, NULL},
        {CODE "section .gnu.linkonce.t.f data=c3 flags=6\n", ".gnu.linkonce"},
        {"elf machine=20\nsection .got2 data=00 flags=3\n", ".got2"},
        {CODE "section .note.GNU-split-stack type=1\n", "split-stack"},
        {CODE "section .gnu.lto_.opts data=00 flags=0x80000000\n", NULL},
    };
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
        struct obj_edit edit = edit_of(&arena, objects[i].object);
        const char *why;
        ck_assert(prelink_joins(&edit.object, &why) == !objects[i].why);
        ck_assert(objects[i].why ? strstr(why, objects[i].why) != NULL : !why);
    }
}
END_TEST

/**
 * x86_64: gold fails at PLTOFF64 (31) with a local symbol. RISC-V: GNU ld cannot do both of TLS_GOT
 * (21) and TLS_GD (22) for one.
 */
START_TEST(bound_by_linkers)
{
    static const char *const rows_of[][MOST_PARTS + 1] = {
        {CODE "symbol api in=.text\nsymbol far\nsymbol near\n"
              "reloc .text at=0 to=far kind=31\nreloc .text at=0 to=near kind=4\n",
         CODE "symbol far in=.text\nsymbol near in=.text\n", NULL},
        {RISCV "symbol api in=.text\nsymbol far kind=6\nsymbol near kind=6\n"
               "reloc .text at=0 to=far kind=21\nreloc .text at=4 to=near kind=22\n",
         RISCV "section .tdata data=00000000 flags=0x403\nsymbol far in=.tdata kind=6\n"
               "symbol near in=.tdata kind=6\nreloc .text at=0 to=far kind=22\n", NULL},
    };
    for (size_t i = 0; i < sizeof rows_of / sizeof *rows_of; i++) {
        struct obj_edit edit;
        struct error error = {0};
        ck_assert(prelink_texts(&arena, rows_of[i], &edit, &error) == OBJ_OK);
        ck_assert_int_eq(symbol_named(&edit, "far")->binding, BINDING_GLOBAL);
        ck_assert_int_eq(symbol_named(&edit, "far")->visibility, VISIBILITY_HIDDEN);
        ck_assert_int_eq(symbol_named(&edit, "near")->binding, BINDING_LOCAL);
    }
}
END_TEST

/** RISC-V: a table of handlers leads into a COMDAT that an earlier object has. */
START_TEST(handlers)
{
    static const char part[] =
        "elf machine=243\nsection .text data=00000000 flags=6\nsymbol f bind=2 in=.text.f\n"
        "group f flags=1\nsection .text.f data=00000000 flags=0x206 group=f\n"
        "section .gcc_except_table zero=12 flags=2\nsymbol .begin bind=0 in=.text.f\n"
        "reloc .gcc_except_table at=0 to=.begin kind=35\n"
        "reloc .gcc_except_table at=8 to=f kind=57\n";
    static const char *const parts[] = {part, part, NULL};
    struct obj_edit edit;
    struct error error = {0};
    enum obj_result done = prelink_texts(&arena, parts, &edit, &error);
    ck_assert_msg(done == OBJ_OK, "%s", error.text);
    ck_assert_uint_eq(edit.relocs[section_number(&edit, ".gcc_except_table", 0)].count, 2);
    ck_assert_uint_eq(edit.relocs[section_number(&edit, ".gcc_except_table", 1)].count, 1);
}
END_TEST

/** MIPS: GOT16 (9) and CALL16 (11) of a local symbol are something else; 26 is a plain call. */
START_TEST(bound)
{
    static const char *const parts[] = {
        MIPS "symbol api in=.text\nsymbol got\nsymbol call\nsymbol near\n"
             "reloc .text at=0 to=got kind=9\nreloc .text at=4 to=call kind=11\n"
             "reloc .text at=4 to=near kind=26\n",
        MIPS "symbol got in=.text\nsymbol call in=.text at=4\nsymbol near in=.text\n", NULL};
    struct obj_edit edit;
    struct error error = {0};
    ck_assert(prelink_texts(&arena, parts, &edit, &error) == OBJ_OK);
    ck_assert_int_eq(symbol_named(&edit, "got")->binding, BINDING_GLOBAL);
    ck_assert_int_eq(symbol_named(&edit, "got")->visibility, VISIBILITY_HIDDEN);
    ck_assert_int_eq(symbol_named(&edit, "call")->binding, BINDING_GLOBAL);
    ck_assert_int_eq(symbol_named(&edit, "near")->binding, BINDING_LOCAL);
}
END_TEST

/** Lists are renamed with their bounds, if they are in the object; LLVM's profile is not. */
START_TEST(lists)
{
    struct obj_edit edit = edit_of(
        &arena, CODE "section list data=00 flags=2\nsection list data=00 flags=2\n"
                     "section __llvm_prf_cnts data=00 flags=3\nsymbol __start_list\n"
                     "symbol __stop_list\nsymbol __start_else\nsymbol __start___llvm_prf_cnts\n");
    ck_assert(prelink_own_lists(&edit, 0x1234, &arena));
    ck_assert_str_eq(section_list(&arena, &edit), ".text:1 list_0000000000001234:1 "
                                                  "list_0000000000001234:1 __llvm_prf_cnts:1");
    ck_assert_str_eq(symbol_list(&arena, &edit),
                     "?__start_list_0000000000001234 ?__stop_list_0000000000001234 ?__start_else "
                     "?__start___llvm_prf_cnts");
}
END_TEST

/** What the table says of some sections. */
START_TEST(kinds)
{
    static const struct {
        const char *section;
        enum elf_whole whole;
        enum elf_join join;
        enum elf_prune prune;
    } sections[] = {
        {".text.f data=c3 flags=6", WHOLE_EACH, JOIN_PIECES, PRUNE_UNUSED},
        {".bss zero=1 flags=3", WHOLE_EACH, JOIN_PIECES, PRUNE_UNUSED},
        {".init_array.00100 data=00 flags=3 type=14", WHOLE_EACH, JOIN_PIECES, PRUNE_NEVER},
        {".ctors.65435 data=00 flags=3", WHOLE_EACH, JOIN_PIECES, PRUNE_NEVER},
        {".init data=c3 flags=6", WHOLE_EACH, JOIN_NEVER, PRUNE_NEVER},
        {".init.text data=c3 flags=6", WHOLE_EACH, JOIN_PIECES, PRUNE_UNUSED},
        {".note.ABI-tag data=00 flags=2 type=7", WHOLE_EACH, JOIN_NEVER, PRUNE_TIED},
        {".eh_frame data=00 flags=2 type=0x70000001", WHOLE_EACH, JOIN_RECORDS, PRUNE_RECORDS},
        {".sframe data=00 flags=2 type=0x6ffffff4", WHOLE_EACH, JOIN_NEVER, PRUNE_RECORDS},
        {".keep data=00 flags=0x200002", WHOLE_EACH, JOIN_NEVER, PRUNE_NEVER},
        {".out data=00 flags=0x80000000", WHOLE_EACH, JOIN_NEVER, PRUNE_NEVER},
        {".data data=00 flags=3", WHOLE_EACH, JOIN_PIECES, PRUNE_UNUSED},
    };
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        struct obj_edit edit =
            edit_of(&arena, arena_printf(&arena, "elf\nsection %s\n", sections[i].section));
        const struct elf_kind *kind = elf_kind_of(&edit.object.sections[0]);
        ck_assert_ptr_nonnull(kind);
        ck_assert_int_eq(kind->whole, sections[i].whole);
        ck_assert_int_eq(kind->join, sections[i].join);
        ck_assert_int_eq(kind->prune, sections[i].prune);
    }
}
END_TEST

Suite *prelink_elf_suite(void)
{
    Suite *suite = suite_create("prelink-elf");
    TCase *cases = tcase_create("prelink-elf");
    tcase_add_checked_fixture(cases, NULL, forget);
    tcase_add_loop_test(cases, whole, 0, (int)(sizeof rows / sizeof *rows));
    tcase_add_test(cases, unknown);
    tcase_add_test(cases, apart);
    tcase_add_test(cases, bound);
    tcase_add_test(cases, bound_by_linkers);
    tcase_add_test(cases, handlers);
    tcase_add_test(cases, lists);
    tcase_add_test(cases, kinds);
    suite_add_tcase(suite, cases);
    return suite;
}
