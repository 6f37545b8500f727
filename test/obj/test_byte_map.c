/* SPDX-License-Identifier: MIT */
/** What each byte of an object is for; test/cli/inspect/ has whole archives. */
#include <check.h>
#include <stdio.h>

#include "obj/byte_map.h"
#include "suites.h"
#include "support/objects.h"

static struct arena arena;

static void forget(void)
{
    arena_free(&arena);
}

static const struct {
    const char *text;
    const char *expected; /* sizes in the order of enum byte_kind, without headers */
} rows[] = {
    {"elf\nsection .text data=c3c3c3c3 flags=6\nsection .rodata.x data=0102 flags=2\n"
     "section .data data=05 flags=3\nsection .bss zero=4096 flags=3 type=8\nsymbol f in=.text\n"
     "reloc .text at=0 to=f kind=1\n",
     "code 4 read-only data 2 data 1 relocations 24"},
    {"elf\nsection .debug_info data=00000000\nsymbol f in=.debug_info\n"
     "reloc .debug_info at=0 to=f kind=1\nsection .llvmbc data=4243c0de flags=0x80000000\n",
     "debug info 28 LLVM bitcode 4"},
    {"coff machine=0x8664\nsection .text$mn data=c3c3c3 flags=0x60500020\n"
     "section .pdata data=0000000000000000 flags=0x40300040\nsymbol f in=.text$mn bind=2\n"
     "reloc .pdata at=0 to=f kind=3\nsection .drectve data=202f flags=0x100a00\n",
     "code 3 unwind tables 8 relocations 10 other 2"},
    {"coff machine=0x8664\nsection .idata$5 data=0000000000000000 flags=0xc0300040\n"
     "symbol __imp_f in=.idata$5 bind=2\n",
     "import stubs"},
    {"macho\nsection __TEXT,__text data=c3c3c3c3 flags=0x80000400\n"
     "section __DWARF,__debug_info data=0000 flags=0x02000000\nsymbol _f in=__TEXT,__text\n"
     "reloc __TEXT,__text at=0 to=_f kind=2\n",
     "code 4 relocations 8 debug info 2"},
};

static void add_kind(char *text, size_t size, enum byte_kind kind, uint64_t bytes)
{
    size_t used = strlen(text);
    bool whole = kind == BYTES_IMPORT;
    if (bytes && kind != BYTES_HEADERS && kind != BYTES_SYMBOLS) {
        snprintf(text + used, size - used, whole ? "%s%s" : "%s%s %llu", used ? " " : "",
                 byte_kind_name(kind), (unsigned long long)bytes);
    }
}

START_TEST(kinds)
{
    uint64_t bytes[BYTES_KINDS] = {0};
    uint64_t all = 0;
    char found[256] = "";
    struct byte_range *ranges;
    size_t count;
    struct span data = assemble(&arena, rows[_i].text);
    ck_assert(byte_map_make(data, &arena, &ranges, &count));
    for (size_t i = 0; i < count; i++) {
        ck_assert_uint_ne(ranges[i].size, 0);
        bytes[ranges[i].kind] += ranges[i].size;
        all += ranges[i].size;
    }
    ck_assert_uint_eq(all, data.size);
    for (int kind = 0; kind < BYTES_KINDS; kind++) {
        add_kind(found, sizeof found, (enum byte_kind)kind, bytes[kind]);
    }
    ck_assert_str_eq(found, rows[_i].expected);
}
END_TEST

/** Whatever a file claims, its regions add up: every prefix, and every byte another one. */
START_TEST(always_adds_up)
{
    struct span data = assemble(&arena, rows[_i].text);
    uint8_t *copy = arena_alloc(&arena, data.size);
    ck_assert_ptr_nonnull(copy);
    struct arena scratch = {0};
    for (size_t i = 0; i < 2 * data.size; i++) {
        struct byte_range *ranges;
        size_t count;
        uint64_t all = 0;
        size_t size = i < data.size ? i : data.size;
        memcpy(copy, data.data, data.size);
        if (i >= data.size) {
            copy[i - data.size] ^= 0x41;
        }
        ck_assert(byte_map_make(span_make(copy, size), &scratch, &ranges, &count));
        for (size_t j = 0; j < count; j++) {
            all += ranges[j].size;
        }
        ck_assert_uint_eq(all, size);
        arena_reset(&scratch);
    }
    arena_free(&scratch);
}
END_TEST

START_TEST(base_names)
{
    static const char *const names[][2] = {
        {".text", ".text"},
        {".text.main", ".text"},
        {".text$mn", ".text"},
        {".textual", ".textual"},
        {".rodata.str1.1", ".rodata"},
        {".data.rel.ro.x", ".data.rel.ro"},
        {".debug$S", ".debug"},
        {".gfids$y", ".gfids"},
        {".eh_frame", ".eh_frame"},
        {"__text$x", "__text$x"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct byte_range range = {.name = span_of(names[i][0])};
        ck_assert(span_is(byte_range_base_name(&range), names[i][1]));
    }
}
END_TEST

Suite *byte_map_suite(void)
{
    Suite *suite = suite_create("regions");
    TCase *tcase = tcase_create("regions");
    tcase_add_checked_fixture(tcase, NULL, forget);
    tcase_add_loop_test(tcase, kinds, 0, sizeof rows / sizeof *rows);
    tcase_add_loop_test(tcase, always_adds_up, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tcase, base_names);
    suite_add_tcase(suite, tcase);
    return suite;
}
