/* SPDX-License-Identifier: MIT */
/** Images: what their bytes are for; broken ones say so. test/image/strip.sh strips real ones. */
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
    const char *name, *kind;
    const char *sections[4]; /* some that it has */
} fixtures[] = {
    {"libtiny.so", "ELF shared object", {".text", ".dynsym", ".symtab", ".debug_info"}},
    {"libtiny.dylib", "Mach-O dylib", {"__text", "symbols", "exports", "function starts"}},
    {"tiny.dll", "Windows DLL", {".text", ".debug_info", "[symbols]", ".reloc"}},
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
    ck_assert_str_eq(image.machine, "x86_64");
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
} edits[] = {
    {0, 0, 0, NULL}, /* nothing */
    {-1, 1, 1, "appended data that no section names"},
    {60, 2, 0, "more headers than"}, /* e_shnum, but not e_shoff */
    {62, 2, 0, "sections have no names"}, /* e_shstrndx */
    {56, 2, 0, "there are no program headers"}, /* e_phnum */
};

START_TEST(refused)
{
    enum { SPARE = 8 };
    size_t size;
    struct image_stripped stripped;
    const uint8_t *original = load("libtiny.so", &size);
    uint8_t *bytes = arena_alloc(&arena, size + SPARE); /* appended zeros are padding */
    memcpy(bytes, original, size);
    size_t at = edits[_i].at < 0 ? size + SPARE - (size_t)-edits[_i].at : (size_t)edits[_i].at;
    for (size_t i = 0; i < edits[_i].width; i++) {
        bytes[at + i] = (uint8_t)(edits[_i].value >> 8 * i);
    }
    ck_assert(image_strip(span_make(bytes, size + SPARE), IMAGE_STRIP_DEBUG, &arena, &arena,
                          &stripped));
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
    suite_add_tcase(suite, tcase);
    return suite;
}
