/* SPDX-License-Identifier: MIT */
/** Reports printed by the library: every job, also when the handle holds nothing else any more. */
#include <stdlib.h>

#include "support/scratch.h"

/** What a handle prints, as a text. */
static const char *printed(const struct armeld *armeld, enum armeld_format format, int status)
{
    struct armeld_style style = {.struct_size = sizeof style, .format = format, .verbose = true};
    FILE *stream = tmpfile();
    ck_assert_ptr_nonnull(stream);
    ck_assert_int_eq(armeld_print(armeld, &style, stream), status);
    size_t size = (size_t)ftell(stream);
    char *text = arena_alloc(&scratch_arena, size + 1);
    ck_assert_ptr_nonnull(text);
    rewind(stream);
    ck_assert_uint_eq(fread(text, 1, size, stream), size);
    fclose(stream);
    return text;
}

static struct armeld *opened(const char *workspace, const char *input)
{
    struct armeld_options options = {.struct_size = sizeof options, .workspace = workspace};
    struct armeld *armeld = armeld_new(&options);
    ck_assert_ptr_nonnull(armeld);
    ck_assert(!input || armeld_add(armeld, input) == ARMELD_OK);
    return armeld;
}

/**
 * Check that text and JSON of a handle have @words, and are the same after all but the report was
 * released; then free the handle.
 */
static void check_and_free(struct armeld *armeld, const char *schema, const char *words)
{
    const char *text = printed(armeld, ARMELD_TEXT, ARMELD_OK);
    const char *json = printed(armeld, ARMELD_JSON, ARMELD_OK);
    ck_assert_msg(strstr(text, words), "%s", text);
    ck_assert_msg(strstr(json, schema), "%s", json);
    armeld_release(armeld);
    ck_assert_str_eq(printed(armeld, ARMELD_TEXT, ARMELD_OK), text);
    ck_assert_str_eq(printed(armeld, ARMELD_JSON, ARMELD_OK), json);
    ck_assert_int_ne(armeld_apply(armeld), ARMELD_OK);
    armeld_free(armeld);
}

START_TEST(a_melding)
{
    const char *folder = scratch_fixture("melding", "x86_64-linux");
    const char *workspace = arena_printf(&scratch_arena, "%s/w.a", folder);
    struct armeld *armeld = opened(workspace, folder);
    ck_assert_int_eq(armeld_plan(armeld), ARMELD_OK);
    check_and_free(armeld, "\"dry_run\": true", "Dry run: no file was changed.");
    armeld = opened(workspace, folder);
    ck_assert_int_eq(armeld_plan(armeld), ARMELD_OK);
    ck_assert_int_eq(armeld_apply(armeld), ARMELD_OK);
    check_and_free(armeld, "armeld/meld/1", "3 libraries and the workspace");
    armeld = opened(workspace, NULL);
    ck_assert_int_eq(armeld_verify(armeld), ARMELD_OK);
    check_and_free(armeld, "armeld/verify/1", "intact, with 3 libraries");
    armeld = opened(workspace, NULL);
    ck_assert_int_eq(armeld_restore(armeld, 0), ARMELD_OK);
    check_and_free(armeld, "armeld/restore/1", "3 libraries restored");
}
END_TEST

START_TEST(looking)
{
    const char *folder = scratch_fixture("looking", "x86_64-linux");
    struct armeld_question question = {.struct_size = sizeof question, .member = "*"};
    struct armeld *armeld = opened(NULL, folder);
    ck_assert_int_eq(armeld_inspect(armeld, ARMELD_BY_CRATE), ARMELD_OK);
    ck_assert_ptr_nonnull(strstr(printed(armeld, ARMELD_CSV, ARMELD_OK), "crate,bytes,libraries"));
    check_and_free(armeld, "armeld/inspect/1", "TOTAL");
    armeld = opened(NULL, folder);
    ck_assert_int_eq(armeld_explain(armeld, &question), ARMELD_OK);
    printed(armeld, ARMELD_CSV, ARMELD_USAGE);
    check_and_free(armeld, "armeld/explain/1", "liba.a");
    armeld = opened(NULL, folder);
    question.member = NULL;
    ck_assert_int_eq(armeld_explain(armeld, &question), ARMELD_OK);
    check_and_free(armeld, "\"reasons\"", "Melded, with a workspace");
}
END_TEST

/** The set before may be freed before the comparison is printed. */
START_TEST(comparing)
{
    const char *folder = scratch_fixture("comparing", "x86_64-linux");
    const char *one = arena_printf(&scratch_arena, "%s/liba.a", folder);
    struct armeld *before = opened(NULL, one);
    struct armeld *after = opened(NULL, folder);
    struct armeld *other = opened(NULL, folder);
    ck_assert_int_eq(armeld_inspect(before, ARMELD_BY_LIBRARY), ARMELD_OK);
    ck_assert_int_eq(armeld_inspect(after, ARMELD_BY_LIBRARY), ARMELD_OK);
    ck_assert_int_eq(armeld_inspect(other, ARMELD_BY_CRATE), ARMELD_OK);
    ck_assert_int_eq(armeld_compare(other, before), ARMELD_USAGE);
    ck_assert_ptr_nonnull(strstr(armeld_error(other), "different rows"));
    ck_assert_int_eq(armeld_compare(after, other), ARMELD_USAGE);
    armeld_free(after);
    after = opened(NULL, folder);
    ck_assert_int_eq(armeld_inspect(after, ARMELD_BY_LIBRARY), ARMELD_OK);
    ck_assert_int_eq(armeld_compare(after, before), ARMELD_OK);
    armeld_free(before);
    armeld_free(other);
    const struct armeld_report *report = armeld_report(after);
    ck_assert_uint_eq(report->change_count, 3);
    ck_assert_uint_lt(report->compared_bytes, report->total.bytes);
    for (size_t i = 0; i < report->change_count; i++) {
        const struct armeld_change *change = &report->changes[i];
        bool same = strcmp(change->name, "liba.a") == 0;
        ck_assert(change->in_after && change->in_before == same);
        ck_assert_uint_eq(change->bytes_before, same ? change->bytes : 0);
    }
    ck_assert_ptr_nonnull(strstr(printed(after, ARMELD_CSV, ARMELD_OK), "\"liba.a\""));
    check_and_free(after, "armeld/compare/1", "[new]");
}
END_TEST

/** A page is complete, also for a planned handle; a fresh one has none. */
START_TEST(a_page)
{
    const char *folder = scratch_fixture("page", "x86_64-linux");
    const char *text;
    size_t size;
    struct armeld *armeld = opened(NULL, folder);
    ck_assert_int_eq(armeld_html(armeld, &text, &size), ARMELD_USAGE);
    armeld_free(armeld);
    armeld = opened(NULL, folder);
    ck_assert_int_eq(armeld_inspect(armeld, ARMELD_BY_CRATE), ARMELD_OK);
    for (int i = 0; i < 2; i++) { /* the second page takes the place of the first */
        ck_assert_int_eq(armeld_html(armeld, &text, &size), ARMELD_OK);
        ck_assert(span_starts(span_make((const uint8_t *)text, size), "<!DOCTYPE html>"));
        ck_assert(span_ends(span_make((const uint8_t *)text, size), "</html>\n"));
    }
    armeld_free(armeld);
}
END_TEST

/** Several libraries, one report; a melding among them is refused. */
START_TEST(shrunk)
{
    const char *folder = scratch_fixture("shrunk", "x86_64-linux-debug");
    struct armeld_style style = {.struct_size = sizeof style};
    struct armeld *list[3];
    FILE *stream = tmpfile();
    for (size_t i = 0; i < 3; i++) {
        struct armeld_options options = {.struct_size = sizeof options,
                                         .single = true,
                                         .strip = ARMELD_STRIP_DEBUG,
                                         .no_proof = true};
        list[i] = armeld_new(&options);
        const char *path = arena_printf(&scratch_arena, "%s/lib%c.a", folder, (int)('a' + i));
        ck_assert_int_eq(armeld_add(list[i], path), ARMELD_OK);
        ck_assert_int_eq(armeld_plan(list[i]), ARMELD_OK);
        ck_assert_int_eq(armeld_apply(list[i]), ARMELD_OK);
        armeld_release(list[i]);
    }
    const struct armeld *const *all = (const struct armeld *const *)list;
    ck_assert_int_eq(armeld_print_shrunk(all, 3, &style, stream), ARMELD_OK);
    ck_assert_int_gt(ftell(stream), 0);
    style.format = ARMELD_CSV;
    ck_assert_int_eq(armeld_print_shrunk(all, 3, &style, stream), ARMELD_USAGE);
    style.format = ARMELD_TEXT;
    armeld_free(list[2]);
    list[2] = opened(scratch("shrunk-w.a"), folder);
    ck_assert_int_eq(armeld_print_shrunk(all, 3, &style, stream), ARMELD_USAGE);
    for (size_t i = 0; i < 3; i++) {
        armeld_free(list[i]);
    }
    fclose(stream);
}
END_TEST

TCase *api_print_case(void)
{
    TCase *tests = tcase_create("print");
    tcase_add_unchecked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_test(tests, a_melding);
    tcase_add_test(tests, looking);
    tcase_add_test(tests, comparing);
    tcase_add_test(tests, a_page);
    tcase_add_test(tests, shrunk);
    return tests;
}
