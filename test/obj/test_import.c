/* SPDX-License-Identifier: MIT */
/** The reader of COFF short imports, and the probe for LLVM bitcode. */
#include <check.h>
#include <stdio.h>

#include "obj/reader.h"

Suite *import_suite(void);

enum { X86 = 0x14c, X86_64 = 0x8664, ARM64EC = 0xa641, ARM64X = 0xa64e };
enum { CODE, DATA, CONST };
enum { ORDINAL, NAME, NOPREFIX, UNDECORATE, EXPORTAS };

static struct arena arena;
static uint8_t bytes[256];

static void forget(void)
{
    arena_free(&arena);
}

/** Make a stub whose names are @size bytes of @names, NULs included. */
static struct span build(uint16_t machine, uint16_t type, const char *names, size_t size)
{
    memset(bytes, 0, sizeof bytes);
    put_le16(bytes + 2, 0xffff);
    put_le16(bytes + 6, machine);
    put_le32(bytes + 8, 0x5f5e100); /* TimeDateStamp */
    put_le32(bytes + 12, (uint32_t)size);
    put_le16(bytes + 16, 7); /* hint */
    put_le16(bytes + 18, type);
    memcpy(bytes + 20, names, size);
    return span_make(bytes, 20 + size);
}

#define BUILD(machine, kind, name_type, names) \
    build(machine, (kind) | (name_type) << 2, names, sizeof names)

static struct object read_ok(struct span data)
{
    struct object object;
    struct error error = {0};
    enum obj_result result = object_read(data, &arena, &object, &error);
    ck_assert_msg(result == OBJ_OK, "result %d: %s", result, error.text);
    ck_assert_int_eq(object.format, OBJ_IMPORT);
    ck_assert(object.import_stub);
    ck_assert_uint_eq(object.extent, data.size);
    return object;
}

static void breaks(struct span data, const char *text)
{
    struct object object;
    struct error error = {0};
    enum obj_result result = object_read(data, &arena, &object, &error);
    ck_assert_msg(result == OBJ_BROKEN, "result %d instead of: %s", result, text);
    ck_assert_str_eq(error.text, text);
}

/** Check the symbols: @names are separated by spaces, the last one is undefined. */
static void has_symbols(const struct object *object, const char *names)
{
    char found[256] = "";
    for (size_t i = 0; i < object->symbol_count; i++) {
        const struct obj_symbol *symbol = &object->symbols[i];
        bool last = i + 1 == object->symbol_count;
        size_t used = strlen(found);
        snprintf(found + used, sizeof found - used, "%s%.*s", i ? " " : "",
                 (int)symbol->name.size, (const char *)symbol->name.data);
        ck_assert_int_eq(symbol->binding, BINDING_GLOBAL);
        ck_assert_int_eq(symbol->place, last ? PLACE_UNDEFINED : PLACE_ABSOLUTE);
        ck_assert(symbol->indexed == !last);
        ck_assert_uint_eq(symbol->section, OBJ_NONE);
        ck_assert_uint_eq(symbol->alias, OBJ_NONE);
    }
    ck_assert_str_eq(found, names);
}

START_TEST(header_is_read)
{
    struct span data = BUILD(X86_64, CODE, NAME, "GetTickCount64\0kernel32.dll");
    struct object object = read_ok(data);
    ck_assert_int_eq(object_probe(data), OBJ_IMPORT);
    ck_assert_int_eq(object_machine(data), MACHINE_X86_64);
    ck_assert_int_eq(object.machine, MACHINE_X86_64);
    ck_assert_uint_eq(object.raw_machine, X86_64);
    ck_assert_uint_eq(object.bits, 64);
    ck_assert_uint_eq(object.flags, NAME << 2);
    ck_assert_uint_eq(object.raw_subtype, 7);
    ck_assert(span_is(object.dll, "kernel32.dll"));
    ck_assert_uint_eq(object.section_count + object.group_count, 0);
    has_symbols(&object, "__imp_GetTickCount64 GetTickCount64 __IMPORT_DESCRIPTOR_kernel32");
}
END_TEST

START_TEST(symbols_follow_the_kind)
{
    struct object object = read_ok(BUILD(X86, CODE, UNDECORATE, "_f@8\0a.b.dll"));
    has_symbols(&object, "__imp__f@8 _f@8 __IMPORT_DESCRIPTOR_a.b");
    object = read_ok(BUILD(X86_64, DATA, NAME, "d\0drv"));
    has_symbols(&object, "__imp_d __IMPORT_DESCRIPTOR_drv");
    object = read_ok(BUILD(X86_64, CONST, NAME, "c\0x.dll"));
    has_symbols(&object, "__imp_c c __IMPORT_DESCRIPTOR_x");
    object = read_ok(BUILD(X86_64, CODE, ORDINAL, "o\0x.dll"));
    has_symbols(&object, "__imp_o o __IMPORT_DESCRIPTOR_x");
    object = read_ok(BUILD(X86_64, CODE, NOPREFIX, "_p\0x.dll"));
    has_symbols(&object, "__imp__p _p __IMPORT_DESCRIPTOR_x");
    object = read_ok(BUILD(X86_64, CODE, EXPORTAS, "e\0x.dll\0other"));
    has_symbols(&object, "__imp_e e __IMPORT_DESCRIPTOR_x");
}
END_TEST

START_TEST(arm64ec_names_are_mangled)
{
    struct object object = read_ok(BUILD(ARM64EC, CODE, EXPORTAS, "#f\0x.dll\0f"));
    ck_assert_int_eq(object.machine, MACHINE_ARM64EC);
    has_symbols(&object, "__imp_f f __imp_aux_f #f __IMPORT_DESCRIPTOR_x");
    object = read_ok(BUILD(ARM64X, CODE, EXPORTAS, "?f@@$$hYAHH@Z\0x.dll\0?f@@YAHH@Z"));
    has_symbols(&object, "__imp_?f@@YAHH@Z ?f@@YAHH@Z __imp_aux_?f@@YAHH@Z ?f@@$$hYAHH@Z "
                         "__IMPORT_DESCRIPTOR_x");
    object = read_ok(BUILD(ARM64EC, CODE, NAME, "??@0123456789abcdef0123456789abcdef@$$h@\0x.dll"));
    ck_assert(span_is(object.symbols[1].name, "??@0123456789abcdef0123456789abcdef@"));
    object = read_ok(BUILD(ARM64EC, DATA, NAME, "d\0x.dll"));
    has_symbols(&object, "__imp_d __IMPORT_DESCRIPTOR_x");
    object = read_ok(BUILD(ARM64EC, CONST, NAME, "c\0x.dll"));
    has_symbols(&object, "__imp_c c __imp_aux_c __IMPORT_DESCRIPTOR_x");
    object = read_ok(BUILD(ARM64EC, CODE, NAME, "?q$$h\0x.dll"));
    has_symbols(&object, "__imp_?q$$h ?q$$h __imp_aux_?q$$h __IMPORT_DESCRIPTOR_x");
    object = read_ok(BUILD(X86_64, CODE, NAME, "#f\0x.dll")); /* only arm64ec mangles */
    has_symbols(&object, "__imp_#f #f __IMPORT_DESCRIPTOR_x");
}
END_TEST

START_TEST(sizes_must_fit)
{
    struct span data = BUILD(X86_64, CODE, NAME, "f\0x.dll");
    breaks(span_make(bytes, 19), "import header: size 0x13, 0x14 needed");
    breaks(span_make(bytes, data.size + 1),
           "offset 0xc: import header: size of data 0x8, but the member has 0x9");
    breaks(span_make(bytes, data.size - 1),
           "offset 0xc: import header: size of data 0x8, but the member has 0x7");
    put_le32(bytes + 12, 0xffffffff);
    breaks(data, "offset 0xc: import header: size of data 0xffffffff, but the member has 0x8");
}
END_TEST

START_TEST(bad_names_are_told)
{
    breaks(build(X86_64, 4, "fff", 3),
           "offset 0x14: symbol name: no NUL before the end of the member (0x17)");
    breaks(build(X86_64, 4, "", 0),
           "offset 0x14: symbol name: no NUL before the end of the member (0x14)");
    breaks(build(X86_64, 4, "f\0dll", 5),
           "offset 0x16: DLL name: no NUL before the end of the member (0x19)");
    breaks(build(X86_64, EXPORTAS << 2, "f\0dll", 6),
           "offset 0x1a: export name: no NUL before the end of the member (0x1a)");
    breaks(BUILD(X86_64, CODE, NAME, "\0dll"), "offset 0x14: the name of the symbol is empty");
    breaks(BUILD(X86_64, CODE, NAME, "f\0"), "offset 0x14: the name of the DLL is empty");
    breaks(BUILD(X86_64, CODE, NAME, "f\0dll\0more"), "offset 0x1a: 0x5 bytes after the names");
    read_ok(BUILD(X86_64, CODE, NAME, "f\0dll\0\0"));
}
END_TEST

START_TEST(bad_types_are_told)
{
    static const struct {
        uint16_t type;
        const char *text;
    } bad[] = {
        {3, "offset 0x12: import header: type 0x3, allowed are kinds 0 to 2, name types 0 to 4, "
            "no other bits"},
        {5 << 2, "offset 0x12: import header: type 0x14, allowed are kinds 0 to 2, name types 0 to "
                 "4, no other bits"},
        {0x20, "offset 0x12: import header: type 0x20, allowed are kinds 0 to 2, name types 0 to "
               "4, no other bits"},
    };
    for (int i = 0; i < 3; i++) {
        breaks(build(X86_64, bad[i].type, "f\0dll", 6), bad[i].text);
    }
    struct span data = BUILD(X86_64, CODE, NAME, "f\0dll");
    put_le16(bytes + 4, 1);
    breaks(data, "offset 0x4: import header: version 1, 0 expected");
}
END_TEST

START_TEST(any_machine_is_read)
{
    struct object object = read_ok(BUILD(0x1234, CODE, NAME, "f\0dll"));
    ck_assert_int_eq(object.machine, MACHINE_OTHER);
    ck_assert_uint_eq(object.raw_machine, 0x1234);
    ck_assert_int_eq(object_machine(span_make("\0\0\xff\xff", 4)), MACHINE_UNKNOWN);
}
END_TEST

START_TEST(bitcode_is_recognised)
{
    static const char *const magic[] = {"BC\xc0\xde", "\xde\xc0\x17\x0b"};
    for (int i = 0; i < 2; i++) {
        struct span data = span_make(magic[i], 4);
        struct object object;
        struct error error = {0};
        ck_assert_int_eq(object_probe(data), OBJ_BITCODE);
        ck_assert_int_eq(object_machine(data), MACHINE_UNKNOWN);
        ck_assert_int_eq(object_read(data, &arena, &object, &error), OBJ_OK);
        ck_assert_int_eq(object.format, OBJ_BITCODE);
        ck_assert_uint_eq(object.symbol_count, 0);
        ck_assert_int_eq(object_probe(span_make(magic[i], 3)), OBJ_OTHER);
    }
    ck_assert_str_eq(object_format_name(OBJ_BITCODE), "LLVM bitcode");
    ck_assert_str_eq(object_format_name(OBJ_IMPORT), "COFF import");
}
END_TEST

Suite *import_suite(void)
{
    Suite *suite = suite_create("import");
    TCase *reads = tcase_create("reads");
    tcase_add_checked_fixture(reads, NULL, forget);
    tcase_add_test(reads, header_is_read);
    tcase_add_test(reads, symbols_follow_the_kind);
    tcase_add_test(reads, arm64ec_names_are_mangled);
    tcase_add_test(reads, any_machine_is_read);
    tcase_add_test(reads, bitcode_is_recognised);
    suite_add_tcase(suite, reads);
    TCase *refuses = tcase_create("refuses");
    tcase_add_checked_fixture(refuses, NULL, forget);
    tcase_add_test(refuses, sizes_must_fit);
    tcase_add_test(refuses, bad_names_are_told);
    tcase_add_test(refuses, bad_types_are_told);
    suite_add_tcase(suite, refuses);
    return suite;
}
