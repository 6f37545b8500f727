/* SPDX-License-Identifier: MIT */
/** Images: what their bytes are for; broken ones say so. test/image/run.sh strips real ones. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/os.h"
#include "image/image.h"
#include "suites.h"

static struct arena arena;
static struct os_file file;

static void forget(void)
{
    arena_free(&arena);
    os_unmap(&file);
}

/** A copy of a fixture, which may be changed. */
static uint8_t *load(const char *name, size_t *size)
{
    const char *root = getenv("ARMELD_FIXTURES");
    struct error error = {0};
    const char *path = arena_printf(&arena, "%s/images/%s", root ? root : "fixtures", name);
    ck_assert_msg(os_map(path, &file, &error), "%s", error.text);
    struct span copy = arena_copy(&arena, file.bytes);
    *size = copy.size;
    return (uint8_t *)copy.data;
}

static const struct {
    const char *name, *kind, *machine;
    const char *sections[4]; /* some that it has */
} fixtures[] = {
    {"libtiny.so", "ELF shared object", "x86_64", {".text", ".dynsym", ".symtab", ".debug_info"}},
    {"libtiny.dylib", "Mach-O dylib", "x86_64",
     {"__text", "symbols", "exports", "function starts"}},
    {"tiny.dll", "Windows DLL", "x86_64", {".text", ".debug_info", "[symbols]", ".reloc"}},
    {"libtiny-universal.dylib", "universal Mach-O file", "several",
     {"__text", "symbols", "exports", "code signature"}},
};

static bool has_section(const struct image *image, const char *name)
{
    bool has = false;
    for (size_t i = 0; i < image->range_count; i++) {
        has |= span_is(image->ranges[i].name, name);
    }
    return has;
}

START_TEST(kinds)
{
    struct image image;
    struct error error = {0};
    uint64_t all = 0;
    size_t size;
    const uint8_t *bytes = load(fixtures[_i].name, &size);
    ck_assert(image_probe(span_make(bytes, size)));
    ck_assert_int_eq(image_read(span_make(bytes, size), &arena, &image, &error), OBJ_OK);
    ck_assert_str_eq(image.kind, fixtures[_i].kind);
    ck_assert_str_eq(image.machine, fixtures[_i].machine);
    ck_assert(image.debug || image.locals);
    for (size_t i = 0; i < image.range_count; i++) {
        all += image.ranges[i].size;
    }
    ck_assert_uint_eq(all, size);
    for (size_t i = 0; i < 4; i++) {
        ck_assert_msg(has_section(&image, fixtures[_i].sections[i]), "no %s",
                      fixtures[_i].sections[i]);
    }
}
END_TEST

/** Whatever is cut off or changed: it is read, or said to be broken. */
START_TEST(broken)
{
    size_t size;
    uint8_t *bytes = load(fixtures[_i].name, &size);
    for (size_t i = 0; i < size; i += i < 512 ? 1 : 61) {
        struct arena scratch = {0};
        struct image image;
        struct error error = {0};
        struct image_stripped stripped;
        enum obj_result cut = image_read(span_make(bytes, i), &scratch, &image, &error);
        ck_assert_int_ne(cut, OBJ_NO_MEMORY);
        ck_assert((cut == OBJ_OK) == (error.kind == ERROR_NONE));
        uint8_t was = bytes[i];
        bytes[i] ^= 0xff;
        ck_assert_int_ne(image_read(span_make(bytes, size), &scratch, &image, &error),
                         OBJ_NO_MEMORY);
        ck_assert(image_strip(span_make(bytes, size), IMAGE_STRIP_DEBUG | IMAGE_STRIP_LOCALS,
                              &scratch, &scratch, &stripped));
        ck_assert(!stripped.why || strncmp(stripped.why, "what was written", 16) != 0);
        bytes[i] = was;
        arena_free(&scratch);
    }
}
END_TEST

/** An object is none, nor is a core. */
START_TEST(no_images)
{
    size_t size;
    uint8_t *bytes = load("libtiny.so", &size);
    bytes[16] = 1; /* e_type: ET_REL */
    ck_assert(!image_probe(span_make(bytes, size)));
    bytes[16] = 4; /* ET_CORE */
    ck_assert(!image_probe(span_make(bytes, size)));
    ck_assert(!image_probe(span_of("MZ, and no program")));
    ck_assert(!image_probe(span_of("")));
}
END_TEST

/** What strip must not take for padding, and whom it must not trust. */
static const struct {
    long at;             /* offset; negative: from the end */
    size_t width;
    uint64_t value;
    const char *why;     /* the image is refused */
    const char *name;    /* NULL: libtiny.so */
    uint32_t command;    /* Mach-O: the offset is in the load command of that type */
    bool drop;           /* IMAGE_DROP_SIGNATURE is given */
} edits[] = {
    {.why = NULL}, /* nothing */
    {-1, 1, 1, "appended data that no section names", NULL, 0, false},
    {60, 2, 0, "more headers than", NULL, 0, false}, /* e_shnum, but not e_shoff */
    {62, 2, 0, "sections have no names", NULL, 0, false}, /* e_shstrndx */
    {56, 2, 0, "there are no program headers", NULL, 0, false}, /* e_phnum */
    {12, 4, 10, "of type 10: only dylibs", "arm64", 0, false}, /* MH_DSYM */
    {0, 4, 0x31, "a load command of type 0x31", "arm64", 0x1b, false}, /* LC_NOTE for LC_UUID */
    {0, 4, 0x80000077, "type 0x77, which is not known", "arm64", 0x1b, false},
    {0, 4, 0x1b, NULL, "arm64", 0x1b, false},
    {8, 4, 0x10, "overlap what is in front", "arm64", 0x26, false},
    {12, 4, 0x7fffffff, "exceed the file", "arm64", 0x26, false},
    {12, 4, 0, "bytes in __LINKEDIT that no load command", "arm64", 0x26, false},
    {0, 4, 0x29, "too short, or a second one", "arm64", 0x26, false},
    {48, 8, 0x100, "bytes behind __LINKEDIT", "arm64", 0x19, false}, /* the last segment */
    {64, 4, 1, "with sections", "arm64", 0x19, false},
    {36, 4, 1, "a table of contents", "arm64", 0xb, false},
    {20, 4, 40, "that no symbol uses", "names", 0x2, false}, /* a longer table of names */
    {12, 4, 1000, "symbols from", "arm64", 0xb, false},
    {36, 1, 20, "other hashes than SHA-256: --drop-signature", "directory", 0, false},
    {36, 1, 20, NULL, "directory", 0, true},
    {12, 4, 0, "is not an ad-hoc one, and would not hold: --drop", "directory", 0, false},
    {12, 4, 0, NULL, "directory", 0, true},
    {32, 4, 0, "does not cover all", "directory", 0, false},
    {39, 1, 3, "contradicts itself", "directory", 0, false},
    {9, 1, 9, "a directory of a kind that is not known", "directory", 0, false},
    {44, 1, 1, "a directory of a kind that is not known", "directory", 0, false},
    {0, 1, 1, "in slot 0 that is not understood", "directory", 0, false},
    {0, 4, 0, "no directory with an identifier", "directory", 0, true},
};

/** The last load command of a type; of a thin image of 64 bits. */
static size_t find_command(const uint8_t *bytes, uint32_t type)
{
    size_t found = 0;
    size_t at = 32;
    for (uint32_t i = 0; i < get_le32(bytes + 16); i++) {
        found = get_le32(bytes + at) == type ? at : found;
        at += get_le32(bytes + at + 4);
    }
    ck_assert_uint_ne(found, 0);
    return found;
}

/** The bytes that a row of edits is about, with some to spare; @at[out] where they are changed. */
static uint8_t *load_edited(int row, size_t spare, size_t *size, size_t *at)
{
    const char *name = edits[row].name;
    const uint8_t *original = load(name ? "libtiny-universal.dylib" : "libtiny.so", size);
    uint8_t *bytes = arena_alloc(&arena, *size + spare); /* appended zeros are padding */
    if (name) {
        *size = get_be32(original + 40); /* the second slice */
        original += get_be32(original + 36);
        spare = 0;
    }
    memcpy(bytes, original, *size);
    *size += spare;
    *at = edits[row].at < 0 ? *size - (size_t)-edits[row].at : (size_t)edits[row].at;
    *at += edits[row].command ? find_command(bytes, edits[row].command) : 0;
    if (name && strcmp(name, "directory") == 0) {
        size_t blob = get_le32(bytes + find_command(bytes, 0x1d) + 8);
        *at += blob + get_be32(bytes + blob + 16);
    }
    if (name && strcmp(name, "names") == 0) { /* so long that it ends in front of the signature */
        size_t table = find_command(bytes, 2);
        size_t end = get_le32(bytes + table + 16) + get_le32(bytes + table + 20);
        put_le32(bytes + table + 20, get_le32(bytes + table + 20) + 8);
        bytes[end + 1] = 'x';
        *at = end;
    }
    return bytes;
}

START_TEST(refused)
{
    enum { SPARE = 8 };
    size_t size;
    size_t at;
    struct image_stripped stripped;
    uint8_t *bytes = load_edited(_i, SPARE, &size, &at);
    for (size_t i = 0; i < edits[_i].width; i++) {
        bytes[at + i] = (uint8_t)(edits[_i].value >> 8 * i);
    }
    ck_assert(image_strip(span_make(bytes, size),
                          IMAGE_STRIP_DEBUG | (edits[_i].drop ? IMAGE_DROP_SIGNATURE : 0u),
                          &arena, &arena, &stripped));
    ck_assert(stripped.dropped_signature == (edits[_i].drop && !edits[_i].why));
    ck_assert_msg(!edits[_i].why == !stripped.why, "%s", stripped.why ? stripped.why : "");
    ck_assert(stripped.changed == !edits[_i].why);
    ck_assert_msg(!stripped.why || strstr(stripped.why, edits[_i].why), "%s", stripped.why);
}
END_TEST

static bool holds(struct span bytes, const char *text)
{
    size_t length = strlen(text);
    bool found = false;
    for (size_t i = 0; i + length <= bytes.size; i++) {
        found |= memcmp(bytes.data + i, text, length) == 0;
    }
    return found;
}

static const struct {
    unsigned what;
    bool debug, locals, comment; /* what is left */
} wishes[] = {
    {IMAGE_STRIP_DEBUG, false, true, true},
    {IMAGE_STRIP_LOCALS, true, false, true},
    {IMAGE_STRIP_COMMENTS, true, true, false},
    {IMAGE_STRIP_DEBUG | IMAGE_STRIP_LOCALS | IMAGE_STRIP_COMMENTS, false, false, false},
};

START_TEST(stripped)
{
    size_t size;
    struct image_stripped once;
    struct image_stripped twice;
    const uint8_t *bytes = load("libtiny.so", &size);
    ck_assert(image_strip(span_make(bytes, size), wishes[_i].what, &arena, &arena, &once));
    ck_assert(once.changed && !once.why && once.bytes.size < size);
    ck_assert(holds(once.bytes, ".debug_info") == wishes[_i].debug);
    ck_assert(holds(once.bytes, "tiny_twice") == (wishes[_i].locals || wishes[_i].debug));
    ck_assert(holds(once.bytes, ".comment") == wishes[_i].comment);
    ck_assert(holds(once.bytes, "tiny_run"));
    ck_assert(image_strip(once.bytes, wishes[_i].what, &arena, &arena, &twice));
    ck_assert(!twice.changed && !twice.why);
}
END_TEST

/** Both slices, the signed one and the other, lose what is asked for and nothing else. */
START_TEST(stripped_slices)
{
    size_t size;
    struct image_stripped once;
    struct image_stripped twice;
    unsigned what = wishes[_i].what;
    bool changes = what & (IMAGE_STRIP_DEBUG | IMAGE_STRIP_LOCALS);
    const uint8_t *bytes = load("libtiny-universal.dylib", &size);
    ck_assert(image_strip(span_make(bytes, size), what, &arena, &arena, &once));
    ck_assert(once.changed == changes && !once.why && !once.dropped_signature);
    if (!changes) {
        return;
    }
    ck_assert(once.bytes.size < size);
    ck_assert(holds(once.bytes, "tiny.c") == wishes[_i].debug);
    ck_assert(holds(once.bytes, "tiny_twice") == (wishes[_i].locals || wishes[_i].debug));
    ck_assert(holds(once.bytes, "tiny_run"));
    ck_assert_uint_eq(get_be32(once.bytes.data + 36), get_be32(bytes + 36)); /* the same place */
    ck_assert(image_strip(once.bytes, what, &arena, &arena, &twice));
    ck_assert(!twice.changed && !twice.why);
}
END_TEST

/** The name of a symbol of a thin image of 64 bits. */
static const char *symbol_name(const uint8_t *bytes, uint32_t number)
{
    const uint8_t *command = bytes + find_command(bytes, 2);
    ck_assert_uint_lt(number, get_le32(command + 12));
    return (const char *)bytes + get_le32(command + 16) +
           get_le32(bytes + get_le32(command + 8) + number * 16);
}

/**
 * No linker at hand writes external relocations: they take the place of the function starts. What
 * they name stays, and gets its new number; others keep their words.
 */
START_TEST(relocations)
{
    enum { EXTERN = 0x0e000000, OTHER = 0x06000000 };
    size_t size;
    struct image_stripped once;
    uint8_t *bytes = load("libtiny.dylib", &size);
    size_t starts = find_command(bytes, 0x26);
    size_t dynamic = find_command(bytes, 0xb);
    uint32_t at = get_le32(bytes + starts + 8);
    uint32_t number = 0;
    ck_assert_uint_eq(get_le32(bytes + starts + 12), 8);
    while (strcmp(symbol_name(bytes, number), "_tiny_twice") != 0 ||
           bytes[get_le32(bytes + find_command(bytes, 2) + 8) + number * 16 + 4] & 0xe0) {
        number++;
    }
    put_le32(bytes + starts + 8, 0);
    put_le32(bytes + starts + 12, 0);
    put_le32(bytes + dynamic + 64, at);
    put_le32(bytes + dynamic + 68, 1);
    put_le32(bytes + at, 0x1000);
    put_le32(bytes + at + 4, number | (_i ? OTHER : EXTERN));
    ck_assert(image_strip(span_make(bytes, size), IMAGE_STRIP_DEBUG | IMAGE_STRIP_LOCALS, &arena,
                          &arena, &once));
    ck_assert_msg(once.changed && !once.why, "%s", once.why ? once.why : "unchanged");
    const uint8_t *after = once.bytes.data;
    const uint8_t *reloc = after + get_le32(after + find_command(after, 0xb) + 64);
    ck_assert_uint_eq(get_le32(reloc), 0x1000);
    ck_assert(holds(once.bytes, "_tiny_twice") == !_i);
    if (_i) {
        ck_assert_uint_eq(get_le32(reloc + 4), number | OTHER);
    } else {
        ck_assert_uint_eq(get_le32(reloc + 4) & 0xff000000, EXTERN);
        ck_assert_str_eq(symbol_name(after, get_le32(reloc + 4) & 0xffffff), "_tiny_twice");
    }
    put_le32(bytes + at + 4, 0xffffff | EXTERN);
    ck_assert(image_strip(span_make(bytes, size), IMAGE_STRIP_DEBUG, &arena, &arena, &once));
    ck_assert_str_eq(once.why, "relocations name symbol 16777215, of 13");
}
END_TEST

Suite *images_suite(void)
{
    Suite *suite = suite_create("images");
    TCase *tcase = tcase_create("image");
    tcase_add_checked_fixture(tcase, NULL, forget);
    tcase_add_loop_test(tcase, kinds, 0, sizeof fixtures / sizeof *fixtures);
    tcase_add_loop_test(tcase, broken, 0, sizeof fixtures / sizeof *fixtures);
    tcase_add_test(tcase, no_images);
    tcase_add_loop_test(tcase, refused, 0, sizeof edits / sizeof *edits);
    tcase_add_loop_test(tcase, stripped, 0, sizeof wishes / sizeof *wishes);
    tcase_add_loop_test(tcase, stripped_slices, 0, sizeof wishes / sizeof *wishes);
    tcase_add_loop_test(tcase, relocations, 0, 2);
    suite_add_tcase(suite, tcase);
    return suite;
}
