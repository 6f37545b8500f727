/* SPDX-License-Identifier: MIT */
/** Universal files in a set: which libraries their slices become. */
#include "census/slices.h"

#include "ar/universal.h"
#include "suites.h"
#include "support/scratch.h"

#define X86_64 {0x1000007, 3}
#define ARM64 {0x100000c, 0}

/** Write a universal file of these slices, each 8-aligned. */
static const char *write_universal(const char *name, struct universal_slice *slices, size_t count)
{
    struct universal universal = {false, slices, count};
    struct universal_layout layout;
    ck_assert(universal_lay_out(&universal, &scratch_arena, &layout));
    uint8_t *bytes = ARENA_ARRAY(&scratch_arena, uint8_t, (size_t)layout.size);
    ck_assert_ptr_nonnull(bytes);
    memcpy(bytes, layout.header.data, layout.header.size);
    for (size_t i = 0; i < count; i++) {
        memcpy(bytes + layout.offsets[i], slices[i].bytes.data, slices[i].bytes.size);
    }
    const char *path = scratch("%s", name);
    write_file(path, span_make(bytes, (size_t)layout.size));
    return path;
}

static struct span fixture_bytes(const char *name)
{
    return file_bytes(arena_printf(&scratch_arena, "%s/%s", fixtures(), name));
}

/** Archives and an object beside a plain library: which libraries there are, what they hold. */
START_TEST(splits)
{
    struct span archive = fixture_bytes("aarch64-apple/liba.a");
    struct archive read;
    struct set set = {0};
    struct set_rules rules = {0};
    struct error error = {0};
    ck_assert(archive_read(archive, &scratch_arena, &read, &error));
    struct universal_slice slices[] = {
        {X86_64, 3, 0, read.members[0].data}, /* that it is for arm64 does not matter here */
        {ARM64, 3, 0, archive},
    };
    const char *mixed = write_universal("mixed.a", slices, 2);
    const char *plain = scratch("plain.a");
    write_file(plain, archive);
    ck_assert_msg(set_add(&set, &rules, plain, &error) && set_add(&set, &rules, mixed, &error),
                  "%s", error.text);
    ck_assert_msg(set_split(&set, _i ? "arm64" : NULL, &error), "%s", error.text);
    ck_assert_msg(set_read(&set, 1, &error), "%s", error.text);
    ck_assert_uint_eq(set.library_count, _i ? 2 : 3);
    ck_assert_str_eq(set.libraries[0].path, plain);
    ck_assert(!set.libraries[0].universal);
    if (!_i) {
        ck_assert_str_eq(set.libraries[1].path, scratch("mixed.a[x86_64]"));
        ck_assert_uint_eq(set.libraries[1].archive.member_count, 1);
        ck_assert(span_is(set.libraries[1].archive.members[0].name, "mixed.a"));
        ck_assert(span_equal(set.libraries[1].archive.members[0].data, read.members[0].data));
    }
    const struct library *last = &set.libraries[set.library_count - 1];
    ck_assert_str_eq(last->path, scratch("mixed.a[arm64]"));
    ck_assert(library_is_at(last, mixed) && library_is_at(last, last->path));
    ck_assert(!library_is_at(last, plain));
    ck_assert_uint_eq(last->archive.member_count, read.member_count);
    set_free(&set);
}
END_TEST

/** Files without a slice are passed over; that there is none fails. Nothing is unmapped twice. */
START_TEST(refuses)
{
    struct universal_slice slices[] = {
        {X86_64, 3, 0, fixture_bytes("x86_64-apple/liba.a")},
        {ARM64, 3, 0, fixture_bytes("aarch64-apple/liba.a")},
    };
    struct set set = {0};
    struct set_rules rules = {0};
    struct error error = {0};
    const char *whole = write_universal("whole.a", slices, 2);
    const char *one = write_universal("one.a", slices, 1);
    const char *plain = scratch("plain.a");
    write_file(plain, slices[0].bytes);
    ck_assert(set_add(&set, &rules, plain, &error) && set_add(&set, &rules, whole, &error) &&
              set_add(&set, &rules, one, &error));
    if (_i) {
        ck_assert_msg(set_split(&set, "arm64", &error), "%s", error.text);
        ck_assert_uint_eq(set.library_count, 1);
        ck_assert_str_eq(set.libraries[0].path, scratch("whole.a[arm64]"));
    } else {
        ck_assert(!set_split(&set, "ppc", &error));
        ck_assert_str_eq(error.text,
                         scratch("whole.a: it has no slice for ppc, only for x86_64, arm64"));
    }
    set_free(&set);
}
END_TEST

Suite *slices_suite(void)
{
    Suite *suite = suite_create("slices");
    TCase *tcase = tcase_create("slices");
    tcase_add_unchecked_fixture(tcase, scratch_make, scratch_remove);
    tcase_add_loop_test(tcase, splits, 0, 2);
    tcase_add_loop_test(tcase, refuses, 0, 2);
    suite_add_tcase(suite, tcase);
    return suite;
}
