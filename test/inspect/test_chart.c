/* SPDX-License-Identifier: MIT */
/** The sums by crate, before and after: nothing is counted twice or left out. */
#include <check.h>

#include "suites.h"
#include "support/scratch.h"

static const char *const folders[] = {
    "x86_64-linux", "x86_64-linux-debug", "x86_64-linux-fat", "aarch64-linux", "armv7-android",
    "x86_64-apple", "aarch64-apple", "x86_64-msvc", "i686-msvc", "x86_64-windows-gnu",
};

static void check_sums(const struct armeld_report *report)
{
    uint64_t before = 0;
    uint64_t after = 0;
    uint64_t cells = 0;
    uint64_t moved = 0;
    for (size_t i = 0; i < report->crate_count; i++) {
        const struct armeld_crate *crate = &report->crates[i];
        uint64_t kinds_before = 0;
        uint64_t kinds = 0;
        for (int kind = 0; kind < ARMELD_BYTES_KINDS; kind++) {
            kinds_before += crate->kinds_before[kind];
            kinds += crate->kinds[kind];
        }
        ck_assert_uint_eq(kinds_before, crate->bytes_before);
        ck_assert_uint_eq(kinds, crate->bytes);
        ck_assert(i == 0 || crate->bytes_before <= report->crates[i - 1].bytes_before);
        before += crate->bytes_before;
        after += crate->bytes;
    }
    for (size_t i = 0; i < report->cell_count; i++) {
        const struct armeld_cell *cell = &report->cells[i];
        ck_assert_uint_lt(cell->library, report->library_count);
        ck_assert_uint_lt(cell->crate, report->crate_count);
        ck_assert(i == 0 || cell->library >= report->cells[i - 1].library);
        ck_assert_uint_le(cell->moved, cell->bytes);
        cells += cell->bytes;
        moved += cell->moved;
    }
    ck_assert_uint_eq(before, report->bytes_before);
    ck_assert_uint_eq(after, report->bytes);
    ck_assert_uint_eq(cells, report->bytes_before);
    ck_assert_uint_eq(moved, report->account.moved);
}

START_TEST(adds_up)
{
    const char *folder = scratch_fixture(arena_printf(&scratch_arena, "chart-%d", _i),
                                         folders[_i]);
    struct armeld_options options = {.struct_size = sizeof options,
                                     .workspace = scratch("chart-%d.a", _i)};
    struct armeld_options none = {.struct_size = sizeof none};
    struct armeld *armeld = armeld_new(&none);
    ck_assert_int_eq(armeld_add(armeld, folder), ARMELD_OK);
    ck_assert_int_eq(armeld_inspect(armeld, ARMELD_BY_CRATE), ARMELD_OK);
    ck_assert_int_eq(armeld_chart(armeld), ARMELD_OK);
    check_sums(armeld_report(armeld));
    armeld_free(armeld);

    const char *paths[] = {folder, NULL};
    ck_assert_int_eq(meld(&options, paths, false, &armeld), ARMELD_OK);
    ck_assert_int_eq(armeld_chart(armeld), ARMELD_OK);
    check_sums(armeld_report(armeld));
    ck_assert_int_eq(armeld_apply(armeld), ARMELD_OK);
    ck_assert_int_eq(armeld_chart(armeld), ARMELD_USAGE);
    armeld_free(armeld);
}
END_TEST

/** What shrinking takes out is in no crate afterwards. */
START_TEST(shrunk)
{
    static const struct armeld_options ways[] = {
        {.strip = 15}, {.strip = 15, .prune = true}, {.strip = 15, .prelink = true, .merge = true}};
    const char *folder = scratch_fixture(arena_printf(&scratch_arena, "shrunk-%d", _i),
                                         folders[_i]);
    /* util() of the first one is the second one's, too, which prelinking refuses */
    bool msvc = strstr(folders[_i], "msvc");
    const char *before = msvc ? "" : "lib";
    const char *after = msvc ? "lib" : "a";
    const char *paths[] = {arena_printf(&scratch_arena, "%s/%sb.%s", folder, before, after),
                           arena_printf(&scratch_arena, "%s/%sc.%s", folder, before, after), NULL};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct armeld_options options = ways[i];
        options.struct_size = sizeof options;
        struct armeld *armeld;
        options.workspace = scratch("shrunk-%d.a", _i);
        int status = meld(&options, paths, false, &armeld);
        ck_assert_msg(status == ARMELD_OK, "%s, %zu: %s", folder, i, armeld_error(armeld));
        bool bitcode = strcmp(folders[_i], "x86_64-linux-fat") == 0 && i > 0; /* not pruned */
        ck_assert(!bitcode || armeld_report(armeld)->warning_count > 0);
        ck_assert_int_eq(armeld_chart(armeld), ARMELD_OK);
        check_sums(armeld_report(armeld));
        armeld_free(armeld);
    }
}
END_TEST

/** The crate with a name; NULL if there is none. */
static const struct armeld_crate *crate_named(const struct armeld_report *report, const char *name)
{
    const struct armeld_crate *found = NULL;
    for (size_t i = 0; i < report->crate_count; i++) {
        found = strcmp(report->crates[i].name, name) == 0 ? &report->crates[i] : found;
    }
    return found;
}

/** Crates of shared objects are those that the rows have, by themselves and beside archives. */
START_TEST(images)
{
    struct armeld_options none = {.struct_size = sizeof none};
    struct armeld *armeld = armeld_new(&none);
    const char *const names[] = {"libtiny.so", "libtiny.dylib", "libtiny-universal.dylib"};
    for (size_t i = 0; i < 3; i++) {
        const char *path = arena_printf(&scratch_arena, "%s/images/%s", fixtures(), names[i]);
        ck_assert_int_eq(armeld_add(armeld, path), ARMELD_OK);
    }
    if (_i) {
        const char *folder = scratch_fixture("images-beside", folders[0]);
        ck_assert_int_eq(armeld_add(armeld, folder), ARMELD_OK);
    }
    ck_assert_int_eq(armeld_inspect(armeld, ARMELD_BY_CRATE), ARMELD_OK);
    ck_assert_int_eq(armeld_chart(armeld), ARMELD_OK);
    const struct armeld_report *report = armeld_report(armeld);
    ck_assert_uint_eq(report->library_count, _i ? 7 : 4);
    ck_assert_uint_eq(report->row_count, report->crate_count);
    for (size_t i = 0; i < report->row_count; i++) {
        const struct armeld_crate *crate = crate_named(report, report->rows[i].name);
        ck_assert_ptr_nonnull(crate);
        ck_assert_uint_eq(crate->bytes_before, report->rows[i].bytes);
        ck_assert_uint_eq(crate->libraries, report->rows[i].libraries);
        ck_assert_uint_eq(crate->members, report->rows[i].members);
    }
    if (_i) {
        check_sums(report);
    }
    armeld_free(armeld);
}
END_TEST

Suite *chart_suite(void)
{
    Suite *suite = suite_create("chart");
    TCase *tcase = tcase_create("chart");
    tcase_add_unchecked_fixture(tcase, scratch_make, scratch_remove);
    tcase_add_loop_test(tcase, adds_up, 0, sizeof folders / sizeof *folders);
    tcase_add_loop_test(tcase, shrunk, 0, sizeof folders / sizeof *folders);
    tcase_add_loop_test(tcase, images, 0, 2);
    suite_add_tcase(suite, tcase);
    return suite;
}
