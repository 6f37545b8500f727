/* SPDX-License-Identifier: MIT */
/** Literals that originals have in common. */
#include <stdio.h>
#include <stdlib.h>

#include "sidecar/chunks.h"
#include "suites.h"

enum { NAMES = 4000, NAME = 40 };

static struct arena arena;

static void forget(void)
{
    arena_free(&arena);
}

/** NAMES strings as in an index, in which @change makes number @at another one. */
static struct span names(unsigned at, const char *change)
{
    char *text = arena_alloc(&arena, NAMES * NAME);
    size_t size = 0;
    ck_assert_ptr_nonnull(text);
    for (unsigned i = 0; i < NAMES; i++) {
        int length = i == at ? snprintf(text + size, NAME, "%s", change)
                             : snprintf(text + size, NAME, "_RNv_number_%u_%x", i, i * 2654435761u);
        size += (size_t)length + 1;
    }
    return span_make(text, size);
}

/** A manifest of libraries with one literal each and a member behind it. */
static void fill(struct manifest *manifest, const struct span *literals, size_t count)
{
    static struct manifest_content member = {.size = 3};
    *manifest = (struct manifest){.contents = &member, .content_count = 1, .library_count = count};
    manifest->libraries = ARENA_ARRAY(&arena, struct manifest_library, count);
    ck_assert_ptr_nonnull(manifest->libraries);
    for (size_t i = 0; i < count; i++) {
        struct recipe_step *steps = ARENA_ARRAY(&arena, struct recipe_step, 2);
        ck_assert_ptr_nonnull(steps);
        steps[0] = (struct recipe_step){literals[i], 0};
        steps[1] = (struct recipe_step){span_of("end"), NO_CONTENT};
        manifest->libraries[i].steps = steps;
        manifest->libraries[i].step_count = 2;
    }
}

/** What a recipe says but for its member: all literals, wherever they stand. */
static void says(const struct manifest *manifest, size_t number, struct span literal)
{
    const struct manifest_library *library = &manifest->libraries[number];
    size_t members = 0;
    size_t at = 0;
    for (size_t i = 0; i < library->step_count; i++) {
        const struct recipe_step *step = &library->steps[i];
        struct span end;
        if (members) {
            ck_assert(span_is(step->literal, "end"));
            continue;
        }
        ck_assert(span_sub(literal, at, step->literal.size, &end));
        ck_assert(span_equal(end, step->literal));
        at += step->literal.size;
        ck_assert_uint_lt(step->content, manifest->content_count);
        const struct manifest_content *content = &manifest->contents[step->content];
        members += !content->literal;
        if (content->literal) {
            ck_assert(content->stored);
            ck_assert(digest_equal(content->digest, digest_of(content->bytes)));
            ck_assert(span_sub(literal, at, content->size, &end));
            ck_assert(span_equal(end, content->bytes));
            at += content->size;
        }
    }
    ck_assert_uint_eq(members, 1);
    ck_assert_uint_eq(at, literal.size);
}

static size_t literal_bytes(const struct manifest *manifest)
{
    size_t bytes = 0;
    for (size_t i = 0; i < manifest->library_count; i++) {
        for (size_t j = 0; j < manifest->libraries[i].step_count; j++) {
            bytes += manifest->libraries[i].steps[j].literal.size;
        }
    }
    for (size_t i = 0; i < manifest->content_count; i++) {
        bytes += manifest->contents[i].literal ? manifest->contents[i].size : 0;
    }
    return bytes;
}

/** One index, one in which a name is longer, one that begins later: little more than one. */
START_TEST(shared)
{
    struct span literals[3] = {names(NAMES, ""), names(77, "_another_name_of_another_length"),
                               names(NAMES, "")};
    literals[2] = span_from(literals[2], 12345);
    for (unsigned jobs = 1; jobs <= 3; jobs++) {
        struct manifest manifest;
        fill(&manifest, literals, 3);
        ck_assert(chunks_share(&manifest, jobs, &arena));
        for (size_t i = 0; i < 3; i++) {
            says(&manifest, i, literals[i]);
        }
        ck_assert_uint_lt(literal_bytes(&manifest), literals[0].size + literals[0].size / 2);
        ck_assert_uint_gt(literal_bytes(&manifest), literals[0].size);
    }
}
END_TEST

/** What occurs once stays where it is, and so does what is short. */
START_TEST(single)
{
    struct manifest manifest;
    struct span literals[3] = {names(NAMES, ""), span_of("short"), span_of("short")};
    fill(&manifest, literals, 3);
    ck_assert(chunks_share(&manifest, 1, &arena));
    ck_assert_uint_eq(manifest.content_count, 1);
    for (size_t i = 0; i < 3; i++) {
        says(&manifest, i, literals[i]);
        ck_assert_uint_eq(manifest.libraries[i].step_count, 2);
    }
}
END_TEST

/** Text without any end of a string is cut as well. */
START_TEST(endless)
{
    enum { SIZE = 100000 };
    uint8_t *text = arena_alloc(&arena, SIZE);
    ck_assert_ptr_nonnull(text);
    memset(text, 'x', SIZE);
    struct manifest manifest;
    struct span literals[2] = {span_make(text, SIZE), span_make(text, SIZE)};
    fill(&manifest, literals, 2);
    ck_assert(chunks_share(&manifest, 1, &arena));
    says(&manifest, 0, literals[0]);
    says(&manifest, 1, literals[1]);
    ck_assert_uint_lt(literal_bytes(&manifest), SIZE / 2);
}
END_TEST

Suite *chunks_suite(void)
{
    Suite *suite = suite_create("chunks");
    TCase *tcase = tcase_create("chunks");
    tcase_add_checked_fixture(tcase, NULL, forget);
    tcase_add_test(tcase, shared);
    tcase_add_test(tcase, single);
    tcase_add_test(tcase, endless);
    suite_add_tcase(suite, tcase);
    return suite;
}
