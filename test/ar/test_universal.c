/* SPDX-License-Identifier: MIT */
/** Universal files: what the reader takes and refuses, and that what is laid out is read back. */
#include "ar/archive.h"
#include "ar/builder.h"
#include "ar/universal.h"
#include "suites.h"

#define X86_64 "be32=0x1000007 be32=3 "
#define ARM64 "be32=0x100000c be32=0 "

static const struct {
    const char *script;
    const char *error;
} refused[] = {
    {"be32=0xcafebabe", "4 bytes: too short for a universal file"},
    {"be32=0xcafebabe be32=0", "offset 0x4: 0 slices in a universal file, of 1 to 40"},
    {"be32=0xcafebabe be32=2 " X86_64 "be32=48 be32=0 be32=3",
     "offset 0x4: 2 slices, whose entries exceed the file (0x1c)"},
    {"be32=0xcafebabf be32=41 nul=2000",
     "offset 0x4: 41 slices in a universal file, of 1 to 40"},
    {"be32=0xcafebabe be32=1 " X86_64 "be32=32 be32=9 be32=3 nul=4 '12345678'",
     "offset 0x8: a slice of 0x9 bytes at 0x20 exceeds the file (0x28)"},
    {"be32=0xcafebabe be32=1 " X86_64 "be32=36 be32=4 be32=3 nul=4 '12345678'",
     "offset 0x8: a slice at 0x24, which is no multiple of 2^3"},
    {"be32=0xcafebabe be32=1 " X86_64 "be32=32 be32=4 be32=16 nul=4 '12345678'",
     "offset 0x8: alignment of 2^16, more than 2^15"},
    {"be32=0xcafebabe be32=1 " X86_64 "be32=24 be32=4 be32=2 nul=4 '12345678'",
     "offset 0x8: a slice at 0x18, within the header (0x1c bytes)"},
    {"be32=0xcafebabe be32=2 " X86_64 "be32=48 be32=8 be32=3 " ARM64
     "be32=52 be32=8 be32=2 '1234567890123456'",
     "offset 0x1c: slices 0 and 1 overlap"},
    {"be32=0xcafebabe be32=2 " X86_64 "be32=48 be32=8 be32=3 be32=0x1000007 be32=0x80000003 "
     "be32=56 be32=8 be32=2 '1234567890123456'",
     "offset 0x1c: slices 0 and 1 are for one machine"},
};

START_TEST(refuses)
{
    struct arena arena = {0};
    struct error error = {0};
    struct universal universal;
    struct span file = build(refused[_i].script);
    ck_assert(!universal_read(file, &arena, &universal, &error));
    ck_assert_str_eq(error.text, refused[_i].error);
    unbuild(file);
    arena_free(&arena);
}
END_TEST

START_TEST(reads)
{
    struct arena arena = {0};
    struct error error = {0};
    struct universal universal;
    struct span file = build("be32=0xcafebabe be32=2 " ARM64 "be32=64 be32=4 be32=4 " X86_64
                             "be32=56 be32=3 be32=3 nul=8 'abc' nul=5 'wxyz'");
    ck_assert(universal_probe(file));
    ck_assert_msg(universal_read(file, &arena, &universal, &error), "%s", error.text);
    ck_assert_uint_eq(universal.count, 2);
    ck_assert(!universal.wide);
    ck_assert(span_is(universal.slices[0].bytes, "wxyz"));
    ck_assert(span_is(universal.slices[1].bytes, "abc"));
    ck_assert_str_eq(universal_machine_name(universal.slices[0].machine, &arena), "arm64");
    ck_assert_str_eq(universal_machine_name(universal.slices[1].machine, &arena), "x86_64");
    ck_assert_str_eq(universal_machine_name((struct universal_machine){99, 7}, &arena),
                     "cpu-99-7");
    unbuild(file);
    arena_free(&arena);
}
END_TEST

START_TEST(java)
{
    struct span file = build("be32=0xcafebabe be32=65 nul=20");
    ck_assert(!universal_probe(file));
    unbuild(file);
}
END_TEST

/** Put the laid out file together as a writer does. */
static struct span compose(const struct universal *universal,
                           const struct universal_layout *layout, struct arena *arena)
{
    uint8_t *bytes = ARENA_ARRAY(arena, uint8_t, (size_t)layout->size);
    ck_assert_ptr_nonnull(bytes);
    memcpy(bytes, layout->header.data, layout->header.size);
    for (size_t i = 0; i < universal->count; i++) {
        struct span slice = universal->slices[i].bytes;
        if (slice.size) {
            memcpy(bytes + layout->offsets[i], slice.data, slice.size);
        }
    }
    return span_make(bytes, (size_t)layout->size);
}

START_TEST(lays_out)
{
    struct universal_slice slices[] = {
        {{0x1000007, 0x80000003}, 12, 0, span_of("first")},
        {{0x100000c, 2}, 3, 0, span_of("")},
        {{0x100000c, 0}, 3, 7, span_of("the last one")},
    };
    struct universal meant = {_i != 0, slices, 3};
    struct universal got;
    struct universal_layout layout;
    struct arena arena = {0};
    struct error error = {0};
    ck_assert(universal_lay_out(&meant, &arena, &layout));
    struct span file = compose(&meant, &layout, &arena);
    ck_assert_msg(universal_read(file, &arena, &got, &error), "%s", error.text);
    ck_assert_uint_eq(got.count, 3);
    ck_assert(got.wide == meant.wide);
    ck_assert_uint_eq(layout.offsets[0], 4096);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_uint_eq(got.slices[i].machine.type, slices[i].machine.type);
        ck_assert_uint_eq(got.slices[i].machine.subtype, slices[i].machine.subtype);
        ck_assert_uint_eq(got.slices[i].align, slices[i].align);
        ck_assert(span_equal(got.slices[i].bytes, slices[i].bytes));
    }
    arena_free(&arena);
}
END_TEST

/** A slice that does not fit into narrow entries makes them wide. Its bytes are never read. */
START_TEST(widens)
{
    struct universal_slice slices[] = {
        {{0x1000007, 3}, 3, 0, {NULL, (size_t)UINT32_MAX - 100}},
        {{0x100000c, 0}, 14, 0, {NULL, 5}},
    };
    struct universal meant = {false, slices, 2};
    struct universal_layout layout;
    struct arena arena = {0};
    ck_assert(universal_lay_out(&meant, &arena, &layout));
    ck_assert_uint_eq(get_be32(layout.header.data), 0xcafebabf);
    ck_assert_uint_eq(layout.header.size, 8 + 2 * 32);
    ck_assert_uint_eq(layout.offsets[1], UINT64_C(0x100000000));
    ck_assert_uint_eq(get_be64(layout.header.data + 8 + 32 + 8), UINT64_C(0x100000000));
    arena_free(&arena);
}
END_TEST

/** As lipo does: by alignment, but the 64-bit ARM family last; those of a family by subtype. */
START_TEST(sorts)
{
    struct universal_slice slices[] = {
        {{0x100000c, 2}, 14, 0, {NULL, 0}}, /* arm64e */
        {{0x1000007, 3}, 0, 0, {NULL, 0}},  /* x86_64 */
        {{0x100000c, 0}, 3, 0, {NULL, 0}},  /* arm64 */
        {{12, 11}, 5, 0, {NULL, 0}},        /* armv7s */
        {{12, 9}, 5, 0, {NULL, 0}},         /* armv7 */
    };
    static const struct universal_machine order[] = {
        {12, 9}, {12, 11}, {0x1000007, 3}, {0x100000c, 0}, {0x100000c, 2}};
    universal_sort(slices, 5);
    for (size_t i = 0; i < 5; i++) {
        ck_assert_uint_eq(slices[i].machine.type, order[i].type);
        ck_assert_uint_eq(slices[i].machine.subtype, order[i].subtype);
        ck_assert_uint_eq(slices[i].align, i < 2 ? 2 : 3);
    }
}
END_TEST

/** The slice for a machine; a file that is not universal is its own. */
START_TEST(finds_slice)
{
    static const uint8_t plain[] = "!<arch>\n";
    struct span archive = span_make(plain, 8);
    uint8_t file[64] = {0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 1, 1, 0, 0, 12,
                        0,    0,    0,    0,    0, 0, 0, 32, 0, 0, 0, 8, 0, 0, 0, 3};
    memcpy(file + 32, plain, 8);
    struct span whole = span_make(file, 40);
    struct span slice = universal_slice_of(whole, "arm64");
    ck_assert_ptr_eq(slice.data, file + 32);
    ck_assert_uint_eq(slice.size, 8);
    ck_assert(!universal_slice_of(whole, "x86_64").size);
    ck_assert(!universal_slice_of(span_make(file, 36), "arm64").size);
    ck_assert_ptr_eq(universal_slice_of(whole, NULL).data, file);
    ck_assert_ptr_eq(universal_slice_of(archive, "x86_64").data, plain);
}
END_TEST

Suite *universal_suite(void)
{
    Suite *suite = suite_create("universal");
    TCase *tcase = tcase_create("universal");
    tcase_add_loop_test(tcase, refuses, 0, sizeof refused / sizeof *refused);
    tcase_add_test(tcase, reads);
    tcase_add_test(tcase, java);
    tcase_add_loop_test(tcase, lays_out, 0, 2);
    tcase_add_test(tcase, widens);
    tcase_add_test(tcase, sorts);
    tcase_add_test(tcase, finds_slice);
    suite_add_tcase(suite, tcase);
    return suite;
}
