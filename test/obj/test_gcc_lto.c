/* SPDX-License-Identifier: MIT */
/** The reader of GCC's code for LTO: its table of symbols, whole and broken, its wrapper. */
#include <check.h>
#include <stdio.h>

#include "obj/elf_builder.h"
#include "obj/lto.h"

Suite *gcc_lto_suite(void);

static struct arena arena;

static void forget(void)
{
    arena_free(&arena);
}

static struct object read_object(struct span data)
{
    struct object object;
    struct error error = {0};
    ck_assert_int_eq(object_read(data, &arena, &object, &error), OBJ_OK);
    return object;
}

/** The symbols, as "def=0 need=4"; a hidden one ends with "h". */
static const char *symbols_of(const struct object *object)
{
    static char text[1024];
    size_t used = 0;
    text[0] = 0;
    for (size_t i = 0; i < object->lto_symbol_count; i++) {
        const struct obj_lto_symbol *symbol = &object->lto_symbols[i];
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%.*s=%d%s", i ? " " : "",
                                 SPAN_ARGS(symbol->name), (int)symbol->role,
                                 symbol->visibility == VISIBILITY_HIDDEN ? "h" : "");
    }
    return text;
}

/** Entries of GCC's table: name, comdat, kind, visibility, size, slot. */
#define ENTRY(name, comdat, kind, visibility)                                                      \
    name "\0" comdat "\0" kind visibility "\0\0\0\0\0\0\0\0\0\0\0\0"

static const char gcc_table[] =
    ENTRY("def", "", "\0", "\0") ENTRY("weak", "", "\1", "\0") ENTRY("group", "group", "\0", "\0")
        ENTRY("need", "", "\2", "\0") ENTRY("maybe", "", "\3", "\0")
            ENTRY("common", "", "\4", "\0") ENTRY("hidden", "", "\0", "\3");

/** An ELF object with a table, and a header that says whether it is slim. */
static struct object elf_with(const char *table, size_t size, bool slim)
{
    static struct elf_builder b;
    elf_free(&b);
    elf_start(&b, true, false);
    elf_section(&b, ".gnu.lto_.symtab.0123", 1, 0x80000000, 0, 0, 0);
    for (size_t i = 0; i < size; i++) {
        elf_put(&b, (uint8_t)table[i], 1);
    }
    elf_section(&b, ".gnu.lto_.lto.0123", 1, 0x80000000, 0, 0, 0);
    elf_put(&b, 12, 2);
    elf_put(&b, 0, 2);
    elf_put(&b, slim, 1);
    elf_put(&b, 0, 3);
    elf_finish(&b, 62);
    return read_object(span_make(b.bytes, b.size));
}

START_TEST(gcc_table_is_read)
{
    struct object object = elf_with(gcc_table, sizeof gcc_table - 1, _i);
    ck_assert_ptr_null(object.lto_unread);
    ck_assert_int_eq(object.lto, _i ? LTO_SLIM : LTO_FAT);
    ck_assert_str_eq(symbols_of(&object),
                     "def=0 weak=1 group=2 need=4 maybe=5 common=3 hidden=0h");
}
END_TEST

START_TEST(gcc_table_is_broken)
{
    const size_t entry = sizeof(ENTRY("def", "", "\0", "\0")) - 1;
    char copy[sizeof gcc_table];
    for (size_t size = 0; size < sizeof gcc_table - 1; size++) {
        struct object object = elf_with(gcc_table, size, true);
        ck_assert(!object.lto_unread || object.lto_symbol_count == 0);
        ck_assert(size == 0 || size == entry || size > 2 * entry || object.lto_unread);
    }
    memcpy(copy, gcc_table, sizeof copy);
    copy[5] = 5; /* the kind of the first entry */
    ck_assert_str_eq(elf_with(copy, sizeof copy - 1, true).lto_unread,
                     "its symbol table has an entry that is not understood");
    copy[5] = 0;
    copy[6] = 4; /* its visibility */
    ck_assert_str_eq(elf_with(copy, sizeof copy - 1, true).lto_unread,
                     "its symbol table has an entry that is not understood");
}
END_TEST

/** Names get '_' where the format's do. */
START_TEST(gcc_names_of_formats)
{
    static const struct {
        enum obj_format format;
        enum obj_machine machine;
        const char *symbols;
    } rows[] = {
        {OBJ_ELF, MACHINE_X86, "f=0 @g=0"},
        {OBJ_COFF, MACHINE_X86_64, "f=0 @g=0"},
        {OBJ_COFF, MACHINE_X86, "_f=0 @g=0"},
        {OBJ_MACHO, MACHINE_ARM64, "_f=0 _@g=0"},
    };
    static const char table[] = ENTRY("f", "", "\0", "\0") ENTRY("@g", "", "\0", "\0");
    struct object object = {.format = rows[_i].format, .machine = rows[_i].machine};
    struct lto_reading r = {.object = &object, .arena = &arena, .names_left = 100};
    ck_assert_ptr_null(gcc_lto_symbols(&r, span_make(table, sizeof table - 1)));
    ck_assert_str_eq(symbols_of(&object), rows[_i].symbols);
}
END_TEST

/** Mach-O: one section in GCC's wrapper, by its index; then an index that points outside. */
START_TEST(gcc_wrapper)
{
    uint8_t index[16] = {0};
    struct span parts[3] = {span_make("XXtable", 7), span_make("Xname", 6), span_make(index, 16)};
    struct lto_section section;
    index[3] = 2, index[7] = 5, index[11] = 1, index[15] = 5; /* the name with its NUL */
    ck_assert_ptr_null(gcc_lto_unpack(parts, true, 0, &section));
    ck_assert(span_is(section.name, "name") && span_is(section.data, "table"));
    ck_assert_ptr_null(gcc_lto_unpack(parts, true, 1, &section));
    ck_assert_ptr_null(section.name.data);
    index[7] = 6;
    ck_assert_ptr_nonnull(gcc_lto_unpack(parts, true, 0, &section));
    index[7] = 5, index[15] = 6;
    ck_assert_ptr_nonnull(gcc_lto_unpack(parts, true, 0, &section));
    parts[2].size = 15;
    ck_assert_ptr_nonnull(gcc_lto_unpack(parts, true, 0, &section));
}
END_TEST

Suite *gcc_lto_suite(void)
{
    Suite *suite = suite_create("gcc-lto");
    TCase *cases = tcase_create("gcc-lto");
    tcase_add_unchecked_fixture(cases, NULL, forget);
    tcase_add_loop_test(cases, gcc_table_is_read, 0, 2);
    tcase_add_test(cases, gcc_table_is_broken);
    tcase_add_loop_test(cases, gcc_names_of_formats, 0, 4);
    tcase_add_test(cases, gcc_wrapper);
    suite_add_tcase(suite, cases);
    return suite;
}
