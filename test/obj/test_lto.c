/* SPDX-License-Identifier: MIT */
/** The reader of LLVM bitcode: its table, made by hand and broken in every field; fat objects. */
#include "obj/lto.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "obj/elf_builder.h"

Suite *lto_suite(void);

static struct arena arena;

static void forget(void)
{
    arena_free(&arena);
}

/* ---- bitcode made by hand ---------------------------------------------------------------- */

enum { ROOM = 4096, TABLE_ROOM = 512 };

/** A stream of bits that grows. */
static uint8_t stream[ROOM];
static size_t stream_at; /* in bits */

static void put(uint64_t value, unsigned width)
{
    for (unsigned i = 0; i < width; i++, stream_at++) {
        stream[stream_at / 8] |= (uint8_t)((value >> i & 1) << stream_at % 8);
    }
}

static void put_vbr(uint64_t value, unsigned width)
{
    uint64_t more = UINT64_C(1) << (width - 1);
    for (; value >= more; value >>= width - 1) {
        put((value & (more - 1)) | more, width);
    }
    put(value, width);
}

static void pad(void)
{
    stream_at = (stream_at + 31) / 32 * 32;
}

/** Begin a block; returns where its size stands. */
static size_t begin_block(unsigned outer, unsigned kind, unsigned width)
{
    put(1, outer);
    put_vbr(kind, 8);
    put_vbr(width, 4);
    pad();
    put(0, 32);
    return stream_at / 8 - 4;
}

static void end_block(size_t size_at, unsigned width)
{
    put(0, width);
    pad();
    put_le32(stream + size_at, (uint32_t)((stream_at / 8 - size_at - 4) / 4));
}

/** A block with a blob, as LLVM writes STRTAB_BLOCK and SYMTAB_BLOCK. */
static void put_blob(unsigned kind, const uint8_t *bytes, size_t size)
{
    size_t block = begin_block(2, kind, 3);
    put(2, 3); /* DEFINE_ABBREV, of two operands: the literal 1, a blob */
    put_vbr(2, 5);
    put(1, 1);
    put_vbr(1, 8);
    put(0, 1);
    put(5, 3);
    put(4, 3); /* a record of that kind */
    put_vbr(size, 6);
    pad();
    for (size_t i = 0; i < size; i++) {
        put(bytes[i], 8);
    }
    pad();
    end_block(block, 3);
}

static const char names[] = "defweakcomdatcommonneedmaybehiddenlocalllvm./include:keep"
                            "x86_64-pc-linuxarm64-apple-macos";
enum { HEADER = 76 };

/** The table: header, one module, one comdat, symbols. */
struct table {
    uint8_t bytes[TABLE_ROOM];
    size_t size;
    uint32_t version, symbols;
};

static void put_str(uint8_t *at, const char *text)
{
    const char *found = strstr(names, text);
    put_le32(at, found ? (uint32_t)(found - names) : 0);
    put_le32(at + 4, found ? (uint32_t)strlen(text) : 0);
}

static void start_table(struct table *t, const char *triple)
{
    memset(t, 0, sizeof *t);
    t->version = 3;
    put_le32(t->bytes + 12, HEADER); /* modules */
    put_le32(t->bytes + 16, 1);
    put_le32(t->bytes + 20, HEADER + 12); /* comdats */
    put_le32(t->bytes + 24, 1);
    put_le32(t->bytes + 28, HEADER + 24); /* symbols */
    put_str(t->bytes + 44, triple);
    t->size = HEADER + 24;
}

static void add(struct table *t, const char *name, uint32_t comdat, uint32_t flags)
{
    put_str(t->bytes + t->size, name);
    put_le32(t->bytes + t->size + 16, comdat);
    put_le32(t->bytes + t->size + 20, flags);
    t->size += 24;
    put_le32(t->bytes + 32, ++t->symbols);
}

enum { HIDDEN = 1, UNDEFINED = 1 << 3, WEAK = 1 << 4, COMMON = 1 << 5, GLOBAL = 1 << 10,
       SPECIFIC = 1 << 11 };
#define NO_COMDAT UINT32_MAX

static void sample_table(struct table *t)
{
    start_table(t, "x86_64-pc-linux");
    add(t, "def", NO_COMDAT, GLOBAL);
    add(t, "weak", NO_COMDAT, GLOBAL | WEAK);
    add(t, "comdat", 0, GLOBAL | WEAK);
    add(t, "common", NO_COMDAT, GLOBAL | COMMON);
    add(t, "need", NO_COMDAT, GLOBAL | UNDEFINED);
    add(t, "maybe", NO_COMDAT, GLOBAL | UNDEFINED | WEAK);
    add(t, "hidden", NO_COMDAT, GLOBAL | HIDDEN);
    add(t, "local", NO_COMDAT, 0);
    add(t, "llvm.", NO_COMDAT, GLOBAL | SPECIFIC);
}

static void start_stream(void)
{
    memset(stream, 0, sizeof stream);
    memcpy(stream, "BC\xc0\xde", 4);
    stream_at = 32;
}

static void put_module(void)
{
    size_t module = begin_block(2, 8, 3);
    put(0xdead, 16);
    end_block(module, 3);
}

/** The file: a module that says nothing, the table, the names. */
static struct span finish(const struct table *t)
{
    uint8_t copy[TABLE_ROOM];
    memcpy(copy, t->bytes, t->size);
    put_le32(copy, t->version);
    start_stream();
    put_module();
    put_blob(25, copy, t->size);
    put_blob(23, (const uint8_t *)names, sizeof names - 1);
    return span_make(stream, stream_at / 8);
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

START_TEST(bitcode_is_read)
{
    struct table t;
    sample_table(&t);
    put_str(t.bytes + 60, "/include:keep");
    struct object object = read_object(finish(&t));
    ck_assert_ptr_null(object.lto_unread);
    ck_assert_int_eq(object.lto, LTO_SLIM);
    ck_assert_str_eq(symbols_of(&object),
                     "def=0 weak=1 comdat=2 common=3 need=4 maybe=5 hidden=0h");
    ck_assert(span_is(object.directives, "/include:keep"));
    ck_assert_int_eq(object.machine, MACHINE_X86_64);
    struct span *index;
    size_t count;
    ck_assert(obj_list_index(&object, &arena, &index, &count));
    ck_assert_uint_eq(count, 5); /* what is defined, whatever its visibility */
}
END_TEST

START_TEST(apples_triples)
{
    static const struct {
        const char *triple;
        struct macho_target target;
    } known[] = {
        {"arm64-apple-macosx12.0.1", {0x0100000c, 0, 1, 12 << 16 | 1}},
        {"arm64e-apple-ios14.5.0", {0x0100000c, 2, 2, 14 << 16 | 5 << 8}},
        {"arm64_32-apple-watchos5.0.0", {0x0200000c, 1, 4, 5 << 16}},
        {"thumbv7k-apple-watchos4.0.0", {12, 12, 4, 4 << 16}},
        {"x86_64-apple-ios14.0.0-simulator", {0x01000007, 3, 7, 14 << 16}},
        {"arm64-apple-ios14.0.0-macabi", {0x0100000c, 0, 6, 14 << 16}},
        {"x86_64h-apple-darwin20", {0x01000007, 8, 1, 11 << 16}},
        {"x86_64-apple-darwin19.6.0", {0x01000007, 3, 1, 10 << 16 | 15 << 8}},
        {"arm64-apple-xros1.0.0", {0x0100000c, 0, 11, 1 << 16}},
        {"arm64-apple-driverkit20.0.0", {0x0100000c, 0, 10, 20 << 16}},
        {"arm64-apple-bridgeos5", {0x0100000c, 0, 5, 5 << 16}},
        {"arm64-apple-ios", {0x0100000c, 0, 2, 0}},
        {"arm64-apple-ios99999999999.1", {0x0100000c, 0, 2, 999 << 16 | 1 << 8}},
    };
    struct macho_target target;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        ck_assert(macho_triple_target(span_of(known[i].triple), &target));
        ck_assert_mem_eq(&target, &known[i].target, sizeof target);
    }
    ck_assert(!macho_triple_target(span_of("x86_64-pc-linux"), &target));
    ck_assert(!macho_triple_target(span_of("riscv-apple-ios14"), &target));
    ck_assert(!macho_triple_target(span_of(""), &target));
}
END_TEST

START_TEST(bitcode_in_a_wrapper)
{
    struct table t;
    static uint8_t wrapped[ROOM + 20];
    sample_table(&t);
    struct span code = finish(&t);
    memset(wrapped, 0, sizeof wrapped);
    put_le32(wrapped, 0x0b17c0de);
    put_le32(wrapped + 8, 20);
    put_le32(wrapped + 12, (uint32_t)code.size);
    memcpy(wrapped + 20, code.data, code.size);
    struct object object = read_object(span_make(wrapped, code.size + 20));
    ck_assert_ptr_null(object.lto_unread);
    ck_assert_uint_eq(object.lto_symbol_count, 7);
    put_le32(wrapped + 12, (uint32_t)code.size + 1);
    object = read_object(span_make(wrapped, code.size + 20));
    ck_assert_str_eq(object.lto_unread, "its wrapper holds no bitcode");
}
END_TEST

START_TEST(macho_weak_definitions_are_any)
{
    struct table t;
    sample_table(&t);
    put_str(t.bytes + 44, "arm64-apple-macos");
    struct object object = read_object(finish(&t));
    ck_assert_str_eq(symbols_of(&object),
                     "def=0 weak=2 comdat=2 common=3 need=4 maybe=5 hidden=0h");
}
END_TEST

/** A definition and a need of one name, as of two modules in one file: it is defined. */
START_TEST(definitions_win)
{
    struct table t;
    start_table(&t, "x86_64-pc-linux");
    add(&t, "need", NO_COMDAT, GLOBAL | UNDEFINED);
    add(&t, "need", NO_COMDAT, GLOBAL);
    add(&t, "def", NO_COMDAT, GLOBAL | UNDEFINED);
    struct object object = read_object(finish(&t));
    ck_assert_str_eq(symbols_of(&object), "need=0 def=4");
}
END_TEST

/** What is wrong in the table, and what is said. */
static const struct {
    size_t at;
    uint32_t value;
    const char *why;
} wrong_words[] = {
    {16, 2, "its symbol table is not that of all its modules"},
    {20, 400, "its symbol table exceeds the member"},
    {24, UINT32_MAX, "its symbol table exceeds the member"},
    {28, UINT32_MAX, "its symbol table exceeds the member"},
    {32, 10, "its symbol table exceeds the member"},
    {32, UINT32_MAX / 24 + 1, "its symbol table exceeds the member"},
    {48, 1000, "its symbol table exceeds the member"},
    {HEADER + 24, sizeof names, "a symbol is not understood"},
    {HEADER + 28, sizeof names, "a symbol is not understood"},
    {HEADER + 28, 0, "a symbol has no name"},
    {HEADER + 40, 1, "a symbol is not understood"},
    {HEADER + 44, GLOBAL | 3, "a symbol is not understood"},
};

START_TEST(wrong_tables)
{
    struct table t;
    sample_table(&t);
    put_le32(t.bytes + wrong_words[_i].at, wrong_words[_i].value);
    struct object object = read_object(finish(&t));
    ck_assert_str_eq(object.lto_unread, wrong_words[_i].why);
    ck_assert_uint_eq(object.lto_symbol_count, 0);
    ck_assert_int_eq(object.lto, LTO_SLIM);
}
END_TEST

START_TEST(versions)
{
    struct table t;
    sample_table(&t);
    for (t.version = 0; t.version < 6; t.version++) {
        struct object object = read_object(finish(&t));
        bool known = t.version >= 1 && t.version <= 3;
        ck_assert(known == !object.lto_unread);
        ck_assert(known || strcmp(object.lto_unread,
                                  "its symbol table has an unknown version") == 0);
    }
}
END_TEST

START_TEST(several_or_none)
{
    struct table t;
    sample_table(&t);
    start_stream();
    put_module();
    struct object object = read_object(span_make(stream, stream_at / 8));
    ck_assert_str_eq(object.lto_unread, "it has no symbol table");
    for (int i = 0; i < 2; i++) {
        put_blob(25, t.bytes, t.size);
        put_blob(23, (const uint8_t *)names, sizeof names - 1);
    }
    object = read_object(span_make(stream, stream_at / 8));
    ck_assert_str_eq(object.lto_unread, "it has several symbol tables");
}
END_TEST

/** Cut short anywhere, or with any bit turned, it is read or refused; the sanitizers watch. */
START_TEST(bitcode_cut_and_turned)
{
    struct table t;
    sample_table(&t);
    struct span code = finish(&t);
    size_t refused = 0;
    for (size_t size = 0; size < code.size; size++) {
        uint8_t *copy = malloc(size + 1);
        ck_assert_ptr_nonnull(copy);
        memcpy(copy, code.data, size);
        struct object object = read_object(span_make(copy, size));
        refused += object.lto_unread != NULL;
        free(copy);
        forget();
    }
    ck_assert_uint_eq(refused, code.size - 4); /* with less, it is not known for bitcode */
    for (size_t bit = 32; bit < code.size * 8; bit++) {
        stream[bit / 8] ^= (uint8_t)(1 << bit % 8);
        (void)read_object(code);
        stream[bit / 8] ^= (uint8_t)(1 << bit % 8);
        forget();
    }
}
END_TEST

/* ---- fat objects, names ------------------------------------------------------------------ */

/** The bitcode in .llvm.lto of an object that has machine code, too. */
START_TEST(fat_object)
{
    struct table t;
    struct elf_builder b;
    sample_table(&t);
    struct span code = finish(&t);
    elf_start(&b, true, false);
    elf_section(&b, ".llvm.lto", 0x6fff4c0c, 0x80000000, 0, 0, 0);
    for (size_t i = 0; i < code.size; i++) {
        elf_put(&b, code.data[i], 1);
    }
    uint32_t strings = elf_section(&b, ".strtab", 3, 0, 0, 0, 0);
    static const char listed[] = "\0def\0need";
    for (size_t i = 0; i < sizeof listed; i++) {
        elf_put(&b, (uint8_t)listed[i], 1);
    }
    elf_section(&b, ".symtab", 2, 0, strings, 1, 24);
    elf_symbol(&b, 0, 0, 0, 0, 0, 0);
    elf_symbol(&b, 1, 0x10, 0, 0xfff1, 0, 0);
    elf_symbol(&b, 5, 0x10, 0, 0, 0, 0);
    elf_finish(&b, 62);
    struct object object = read_object(span_make(b.bytes, b.size));
    ck_assert_int_eq(object.lto, LTO_FAT);
    ck_assert_str_eq(symbols_of(&object), "weak=1 comdat=2 common=3 maybe=5 hidden=0h");
    ck_assert_int_eq(object.sections[0].kind, SECTION_BITCODE);
    elf_free(&b);
}
END_TEST

START_TEST(libcalls)
{
    static const char *const are[] = {"memcpy", "_memcpy", "__udivti3", "___udivti3", "sqrtf",
                                      "__aeabi_memcpy", "__multi3", "_Unwind_Resume"};
    static const char *const are_not[] = {"memcpy2", "main", "_ZN3std2io", "__ZN3std", "__",
                                          "__Foo", "sqrtx", "sqrtff", ""};
    for (size_t i = 0; i < sizeof are / sizeof *are; i++) {
        ck_assert_msg(obj_name_is_libcall(span_of(are[i])), "%s", are[i]);
    }
    for (size_t i = 0; i < sizeof are_not / sizeof *are_not; i++) {
        ck_assert_msg(!obj_name_is_libcall(span_of(are_not[i])), "%s", are_not[i]);
    }
}
END_TEST

Suite *lto_suite(void)
{
    Suite *suite = suite_create("lto");
    TCase *cases = tcase_create("lto");
    tcase_add_unchecked_fixture(cases, NULL, forget);
    tcase_add_test(cases, bitcode_is_read);
    tcase_add_test(cases, apples_triples);
    tcase_add_test(cases, bitcode_in_a_wrapper);
    tcase_add_test(cases, macho_weak_definitions_are_any);
    tcase_add_test(cases, definitions_win);
    tcase_add_loop_test(cases, wrong_tables, 0,
                        (int)(sizeof wrong_words / sizeof *wrong_words));
    tcase_add_test(cases, versions);
    tcase_add_test(cases, several_or_none);
    tcase_add_test(cases, bitcode_cut_and_turned);
    tcase_add_test(cases, fat_object);
    tcase_add_test(cases, libcalls);
    suite_add_tcase(suite, cases);
    return suite;
}
