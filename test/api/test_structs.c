/* SPDX-License-Identifier: MIT */
/** Structs of older and of newer callers: options, questions and styles begin with their size. */
#include <stddef.h>

#include "support/scratch.h"

/** Options as a newer header may have them. */
struct newer_options {
    struct armeld_options known;
    uint64_t unknown[2];
};

static const char *folder_of(const char *name)
{
    return scratch_fixture(arena_printf(&scratch_arena, "%s-%d", name, 1), "x86_64-linux");
}

static int add(const void *options, const char *folder, const char *error)
{
    struct armeld *armeld = armeld_new(options);
    ck_assert_ptr_nonnull(armeld);
    int status = armeld_add(armeld, folder);
    ck_assert_msg(strstr(armeld_error(armeld), error), "%s", armeld_error(armeld));
    armeld_free(armeld);
    return status;
}

/** An older caller's options end early; what lies behind them is not read. */
START_TEST(smaller)
{
    const char *folder = folder_of("smaller");
    struct armeld_options options;
    memset(&options, 0xee, sizeof options);
    options.struct_size = offsetof(struct armeld_options, flavour);
    options.workspace = scratch("smaller.a");
    options.output_dir = NULL;
    ck_assert_int_eq(add(&options, folder, ""), ARMELD_OK);
}
END_TEST

/** A newer caller's options may be longer, as long as the unknown fields are not used. */
START_TEST(larger)
{
    const char *folder = folder_of("larger");
    struct newer_options newer = {.known = {.struct_size = sizeof newer,
                                            .workspace = scratch("larger.a")}};
    ck_assert_int_eq(add(&newer, folder, ""), ARMELD_OK);
    newer.unknown[_i] = 1;
    ck_assert_int_eq(add(&newer, folder, "struct armeld_options: libarmeld " ARMELD_VERSION
                                         " does not know the field at offset"),
                     ARMELD_USAGE);
}
END_TEST

/** A size that nobody can have meant. */
START_TEST(senseless)
{
    static const size_t sizes[] = {0, sizeof(size_t) - 1, (size_t)1 << 20, SIZE_MAX};
    const char *folder = folder_of("senseless");
    struct armeld_options options = {.struct_size = sizes[_i], .workspace = scratch("senseless.a")};
    ck_assert_int_eq(add(&options, folder, "must be sizeof(struct armeld_options)"), ARMELD_USAGE);
}
END_TEST

/** The handle of refused options can be asked and freed, and does nothing else. */
START_TEST(refused)
{
    struct armeld_options options = {.workspace = scratch("refused.a")};
    struct armeld *armeld = armeld_new(&options);
    ck_assert_ptr_nonnull(armeld);
    ck_assert_int_eq(armeld_restore(armeld, 0), ARMELD_USAGE);
    ck_assert_int_eq(armeld_plan(armeld), ARMELD_USAGE);
    ck_assert_uint_eq(armeld_report(armeld)->struct_size, sizeof(struct armeld_report));
    ck_assert_uint_eq(armeld_report(armeld)->library_count, 0);
    armeld_free(armeld);
}
END_TEST

/** Questions and styles are checked in the same way. */
START_TEST(others)
{
    const char *folder = folder_of("others");
    struct armeld_options options = {.struct_size = sizeof options};
    struct armeld *armeld = armeld_new(&options);
    struct armeld_style style = {.format = ARMELD_TEXT};
    struct armeld_question question = {.member = "*"};
    FILE *stream = tmpfile();
    ck_assert_ptr_nonnull(stream);
    ck_assert_int_eq(armeld_add(armeld, folder), ARMELD_OK);
    ck_assert_int_eq(armeld_inspect(armeld, ARMELD_BY_CRATE), ARMELD_OK);
    ck_assert_int_eq(armeld_print(armeld, &style, stream), ARMELD_USAGE);
    style.struct_size = offsetof(struct armeld_style, rows);
    ck_assert_int_eq(armeld_print(armeld, &style, stream), ARMELD_OK);
    ck_assert_int_gt(ftell(stream), 0);
    armeld_free(armeld);
    armeld = armeld_new(&options);
    ck_assert_int_eq(armeld_add(armeld, folder), ARMELD_OK);
    ck_assert_int_eq(armeld_explain(armeld, &question), ARMELD_USAGE);
    ck_assert_ptr_nonnull(strstr(armeld_error(armeld), "struct armeld_question: struct_size is 0"));
    armeld_free(armeld);
    fclose(stream);
}
END_TEST

/** Options that contradict each other are refused before anything is written. */
START_TEST(split_debug)
{
    const char *folder = folder_of("split");
    struct armeld_options options = {.struct_size = sizeof options,
                                     .workspace = scratch("split.a"),
                                     .split_debug = scratch("split-debug")};
    struct snapshot before, after;
    const char *paths[] = {folder, NULL};
    struct armeld *armeld;
    take_snapshot(folder, &before);
    ck_assert_int_eq(meld(&options, paths, true, &armeld), ARMELD_USAGE);
    ck_assert_ptr_nonnull(strstr(armeld_error(armeld), "options.strip"));
    armeld_free(armeld);
    options.strip = ARMELD_STRIP_DEBUG;
    options.split_debug = scratch(".");
    ck_assert_int_eq(meld(&options, paths, true, &armeld), ARMELD_USAGE);
    ck_assert_ptr_nonnull(strstr(armeld_error(armeld), "a directory of its own"));
    armeld_free(armeld);
    take_snapshot(folder, &after);
    same_snapshots("nothing is written", &before, &after);
}
END_TEST

TCase *api_structs_case(void)
{
    TCase *tests = tcase_create("structs");
    tcase_add_unchecked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_test(tests, smaller);
    tcase_add_loop_test(tests, larger, 0, 2);
    tcase_add_loop_test(tests, senseless, 0, 4);
    tcase_add_test(tests, refused);
    tcase_add_test(tests, others);
    tcase_add_test(tests, split_debug);
    return tests;
}
