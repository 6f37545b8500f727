/* SPDX-License-Identifier: MIT */
/**
 * The ELF reader against objects that are broken: each field once, every cut, hostile sizes, random
 * damage.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "obj/elf_builder.h"
#include "suites.h"

static struct arena arena;
static struct error error;

static void setup(void)
{
    error = (struct error){.kind = ERROR_NONE};
}

static void teardown(void)
{
    arena_free(&arena);
}

static enum obj_result read_built(const struct elf_builder *b, struct object *object)
{
    return object_read(span_make(b->bytes, b->size), &arena, object, &error);
}

/** One field made wrong, and what is said of it. */
static const struct broken {
    uint32_t raw;
    enum field field;
    uint64_t value;
    const char *say; /* NULL: harmless */
} broken[] = {
    {0, E_SHOFF, 0x7ffffff0, "file header: section headers at 0x7ffffff0 exceed the member ("},
    {0, E_SHENTSIZE, 0x41, "file header: section headers of 0x41 bytes, not 0x"},
    {0, E_SHNUM, 0xfeff, "file header: 65279 section headers at 0x"},
    {0, E_SHSTRNDX, 99, "section header 0: string table is section 99, but there are 16"},
    {0, E_SHSTRNDX, TEXT, "section header 1: type 0x1 of a string table, not 0x3"},
    {TEXT, NAME, 0x4000, "section header 1: name at 0x4000 in a string table of 0x"},
    {TEXT, TYPE, 0x40000014, "section header 3: relocates section 1, which is a table (type 0x400"},
    {TEXT, OFFSET, 0x7000000, "section header 1: offset 0x7000000 exceeds the member (0x"},
    {TEXT, SIZE, 0x9000, "section header 1: size 0x9000 at 0x"},
    {TEXT, ALIGN, 12, "section header 1: alignment 0xc is not a power of 2"},
    {META, LINK, 77, "section header 9: linked to section 77, but there are 16"},
    {DATA, TYPE, 2, "section header 13: a second one of type 0x2, after 4"},
    {RELA, INFO, 0, "section header 2: relocates section 0, but there are 16"},
    {RELA, INFO, 16, "section header 2: relocates section 16, but there are 16"},
    {RELA, INFO, REL, "section header 2: relocates section 3, which is a table (type 0x9)"},
    {RELA, INFO, ADDRSIG, "section header 2: relocates section 11, which is a table (type 0x6ff"},
    {RELA, LINK, 1, "section header 2: link 1 is not the symbol table (13)"},
    {RELA, ENTSIZE, 0, "section header 2: entry size 0, not 0x"},
    {RELA, SIZE, 13, "section header 2: size 0xd is not a number of entries of 0x"},
    {SYMTAB, ENTSIZE, 7, "section header 13: entry size 0x7, not 0x"},
    {SYMTAB, SIZE, 17, "section header 13: size 0x11 is not a number of entries of 0x"},
    {SYMTAB, LINK, 55, "section header 13: string table is section 55, but there are 16"},
    {SYMTAB, LINK, TEXT, "section header 1: type 0x1 of a string table, not 0x3"},
    {SYMTAB, INFO, 11, "section header 13: 11 local symbols, but there are 10"},
    {SYMTAB, INFO, 3, "symbol 3: binding 0, but the local symbols are those below 3"},
    {SYMTAB, INFO, 5, "symbol 4: binding 1, but the local symbols are those below 5"},
    {SYMTAB, TYPE, 1, "is not the symbol table (0)"},
    {STRTAB, SIZE, 12, "symbol 3: name at 0x8 in a string table of 0xc bytes does not end inside"},
    {DATA, TYPE, 18, "section header 4: link 0 is not the symbol table (13)"},
    {GROUP, INFO, 10, "section header 6: signature is symbol 10, but there are 10"},
    {GROUP, INFO, 0, "section header 6: signature is symbol 0, but there are 10"},
    {GROUP, LINK, 2, "section header 6: link 2 is not the symbol table (13)"},
    {GROUP, SIZE, 10, "section header 6: size 0xa of a group, not a number of words"},
    {GROUP, SIZE, 0, "section header 6: size 0 of a group, not a number of words"},
    {DEBUG, OFFSET, 0, NULL},  /* overlaps the header, harmless */
    {BSS, OFFSET, 0x7ffffff, NULL}, /* no bytes, so no place */
    {META, OFFSET, 0x7ffffff, NULL},
    {META, LINK, 0, NULL},
    {ADDRSIG, LINK, 0, NULL},
    {0, E_SHOFF, 0, NULL}, /* no sections at all */
};

START_TEST(names_what_is_broken)
{
    const struct broken *row = &broken[_i / ELF_VARIANTS];
    struct elf_builder b;
    struct object o;
    elf_sample_variant(&b, _i % ELF_VARIANTS);
    elf_field(&b, row->raw, row->field, row->value);
    enum obj_result result = read_built(&b, &o);
    ck_assert_msg(result == (row->say ? OBJ_BROKEN : OBJ_OK), "result %d: %s", result, error.text);
    if (row->say) {
        ck_assert_msg(strstr(error.text, row->say) && strncmp(error.text, "offset 0x", 9) == 0,
                      "'%s' does not say '%s'", error.text, row->say);
    }
    elf_free(&b);
}
END_TEST

/** Single bytes of the sample made wrong; @at is relative to a section, 0 the file. */
static const struct {
    uint32_t raw;
    size_t at;
    uint64_t value;
    size_t width;
    const char *say; /* NULL: harmless */
} bytes[] = {
    {0, 4, 3, 1, "offset 0x4: file header: class 3, not 1 or 2"},
    {0, 5, 0, 1, "offset 0x5: file header: byte order 0, not 1 or 2"},
    {0, 6, 2, 1, "offset 0x6: file header: version 2, not 1"},
    {0, 16, 3, 2, "offset 0x10: not a relocatable object (e_type 3)"},
    {GROUP, 4, 99, 4, "section header 6: lists section 99, but there are 16"},
    {GROUP, 4, 0, 4, "section header 6: lists section 0, but there are 16"},
    {GROUP, 4, RELA_G, 4, "section header 6: lists section 8, which is in group 0 already"},
    {SYMTAB, 24 * 3, 0x99, 4, "symbol 3: name at 0x99 in a string table of 0x33 bytes does not"},
    {SYMTAB, 24 * 4 + 4, 0x52, 1, "symbol 4: binding 5, not 0, 1, 2 or 10"},
    {SYMTAB, 24 * 4 + 6, 0x10, 2, "symbol 4: section 16, but there are 16"},
    {SYMTAB, 24 * 4 + 6, 0xff03, 2, "symbol 4: section 0xff03 is reserved"},
    {SYMTAB, 24 * 4 + 6, 0xffff, 2, "symbol 4: section 0xffff, but no SHT_SYMTAB_SHNDX"},
    {SYMTAB, 24 * 4 + 6, 0xff02, 2, NULL}, /* a large common symbol of x86_64 */
    {GROUP, 0, 0, 4, NULL},
};

START_TEST(names_which_bytes_are_broken)
{
    struct elf_builder b;
    struct object o;
    elf_sample(&b, true, false, 62);
    size_t base = bytes[_i].raw ? (size_t)b.sections[bytes[_i].raw].offset : 0;
    elf_poke(&b, base + bytes[_i].at, bytes[_i].value, bytes[_i].width);
    ck_assert_int_eq(read_built(&b, &o), bytes[_i].say ? OBJ_BROKEN : OBJ_OK);
    ck_assert_msg(!bytes[_i].say || strstr(error.text, bytes[_i].say), "'%s' does not say '%s'",
                  error.text, bytes[_i].say);
    elf_free(&b);
}
END_TEST

START_TEST(tells_the_whole_place)
{
    struct elf_builder b;
    struct object o;
    char want[200];
    elf_sample(&b, true, false, 62);
    elf_field(&b, TEXT, SIZE, 0x9000);
    ck_assert_int_eq(read_built(&b, &o), OBJ_BROKEN);
    snprintf(want, sizeof want, "offset %#zx: section header 1: size 0x9000 at 0x40 exceeds the "
             "member (%#zx)", b.table + 64, b.size);
    ck_assert_str_eq(error.text, want);
    elf_free(&b);
}
END_TEST

START_TEST(breaks_in_relocations)
{
    struct elf_builder b;
    struct object o;
    struct obj_reloc *r;
    size_t count;
    elf_sample(&b, true, false, 62);
    elf_poke(&b, (size_t)b.sections[RELA].offset + 24 + 12, 10, 4);
    elf_poke(&b, (size_t)b.sections[ADDRSIG].offset + 2, 0x80, 1);
    ck_assert_int_eq(read_built(&b, &o), OBJ_OK);
    ck_assert_int_eq(object_relocs(&o, TEXT - 1, &arena, &r, &count, &error), OBJ_BROKEN);
    ck_assert_str_eq(error.text, "offset 0x5c: section 2: relocation 1: symbol 10, but there are "
                                 "10");
    setup();
    ck_assert_int_eq(object_relocs(&o, ADDRSIG - 1, &arena, &r, &count, &error), OBJ_BROKEN);
    ck_assert_ptr_nonnull(strstr(error.text, "section 11: symbol list: bad ULEB128 number at 0x1"));
    elf_free(&b);
}
END_TEST

START_TEST(survives_every_cut)
{
    struct elf_builder b;
    struct object o;
    elf_sample_variant(&b, _i);
    for (size_t size = 0; size < b.size; size++) {
        uint8_t *copy = malloc(size ? size : 1); /* its own block: ASan sees one byte too many */
        ck_assert_ptr_nonnull(copy);
        memcpy(copy, b.bytes, size);
        setup();
        enum obj_result result = object_read(span_make(copy, size), &arena, &o, &error);
        ck_assert_int_eq(result, size < 4 ? OBJ_OK : OBJ_BROKEN);
        ck_assert_int_eq(o.format, size < 4 ? OBJ_OTHER : OBJ_ELF);
        (void)object_machine(span_make(copy, size));
        free(copy);
        arena_reset(&arena);
    }
    elf_free(&b);
}
END_TEST

/** n headers that claim n bytes each must not cost n * n. */
START_TEST(limits_overlaps)
{
    enum { LONG = 1 << 20, COUNT = 20000 };
    struct elf_builder b;
    struct object o;
    elf_start(&b, true, false);
    uint32_t strtab = elf_section(&b, ".strtab", 3, 0, 0, 0, 0);
    elf_put(&b, 0, 1);
    for (int i = 0; i < LONG; i++) {
        elf_put(&b, 'a', 1);
    }
    elf_put(&b, 0, 1);
    elf_section(&b, ".symtab", 2, 0, strtab, 1, 24);
    elf_symbol(&b, 0, 0, 0, 0, 0, 0);
    for (int i = 0; i < COUNT; i++) {
        elf_symbol(&b, 1, 0x10, 0, 0, 0, 0);
    }
    uint32_t first = elf_section(&b, "", 1, 2, 0, 0, 0);
    elf_section(&b, "", 1, 2, 0, 0, 0);
    elf_finish(&b, 62);
    ck_assert_int_eq(read_built(&b, &o), OBJ_BROKEN);
    ck_assert_ptr_nonnull(strstr(error.text, "makes all names larger than 64 times the member"));
    setup();
    elf_field(&b, first, OFFSET, 0);
    elf_field(&b, first, SIZE, b.size);
    elf_field(&b, first + 1, OFFSET, 0);
    elf_field(&b, first + 1, SIZE, b.size);
    ck_assert_int_eq(read_built(&b, &o), OBJ_BROKEN);
    ck_assert_ptr_nonnull(strstr(error.text, "larger than twice the member"));
    elf_free(&b);
}
END_TEST

static void read_everything(struct span data)
{
    struct object o;
    struct obj_reloc *r;
    size_t count;
    setup();
    if (object_read(data, &arena, &o, &error) == OBJ_OK) {
        for (uint32_t i = 0; i < o.section_count; i++) {
            setup();
            enum obj_result result = object_relocs(&o, i, &arena, &r, &count, &error);
            ck_assert(result == OBJ_BROKEN || count == o.sections[i].reloc_count);
        }
    }
    arena_reset(&arena);
}

START_TEST(survives_damage)
{
    uint64_t seed = 0x9e3779b97f4a7c15 + (uint64_t)_i;
    struct elf_builder b;
    elf_sample_variant(&b, _i);
    uint8_t *copy = malloc(b.size);
    ck_assert_ptr_nonnull(copy);
    for (int round = 0; round < 5000; round++) {
        memcpy(copy, b.bytes, b.size);
        for (int flips = 0; flips < 1 + round % 4; flips++) {
            seed = seed * 6364136223846793005 + 1442695040888963407;
            copy[(seed >> 33) % b.size] = (uint8_t)(seed >> 24);
        }
        read_everything(span_make(copy, b.size));
    }
    free(copy);
    elf_free(&b);
}
END_TEST

Suite *elf_broken_suite(void)
{
    Suite *suite = suite_create("elf-broken");
    TCase *tcase = tcase_create("elf-broken");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, names_what_is_broken, 0,
                        (int)(sizeof broken / sizeof *broken) * ELF_VARIANTS);
    tcase_add_loop_test(tcase, names_which_bytes_are_broken, 0,
                        (int)(sizeof bytes / sizeof *bytes));
    tcase_add_test(tcase, tells_the_whole_place);
    tcase_add_test(tcase, breaks_in_relocations);
    tcase_add_loop_test(tcase, survives_every_cut, 0, ELF_VARIANTS);
    tcase_add_test(tcase, limits_overlaps);
    tcase_add_loop_test(tcase, survives_damage, 0, ELF_VARIANTS);
    suite_add_tcase(suite, tcase);
    return suite;
}
