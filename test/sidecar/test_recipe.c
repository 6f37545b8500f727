/* SPDX-License-Identifier: MIT */
/** Contents that are looked for by their digest; orders of link lines in the manifest. */
#define XXH_INLINE_ALL
#include <stdlib.h>

#include <xxhash.h>

#include "proof/plan.h"
#include "sidecar/recipe.h"
#include "suites.h"

enum { SIZE = 64 };

static uint64_t word(const uint8_t *bytes)
{
    return get_le64(bytes);
}

/**
 * Two contents with one XXH3-128 digest. In 64 bytes, a word that equals the secret makes its
 * product 0, so that the word behind it counts in one sum only; another such pair makes up for the
 * difference. (XXH3_len_17to128_128b() of xxhash.h.)
 */
static void make_twins(uint8_t first[SIZE], uint8_t second[SIZE])
{
    const uint8_t *secret = XXH3_kSecret;
    memset(first, 7, SIZE);
    put_le64(first + 16, word(secret + 32));
    put_le64(first, word(secret));
    memcpy(second, first, SIZE);
    put_le64(second + 24, 12345);
    uint64_t a = XXH3_mix16B(first + 32, secret + 48, 0);
    uint64_t b = XXH3_mix16B(first + 48, secret + 16, 0);
    uint64_t one = (a ^ (word(first + 16) + word(first + 24))) + b;
    uint64_t other = (a ^ (word(second + 16) + word(second + 24))) + b;
    uint64_t wanted = one ^ (word(first) + word(first + 8));
    put_le64(second + 8, (wanted ^ other) - word(second));
}

START_TEST(a_digest_of_two_contents_means_none)
{
    uint8_t first[SIZE];
    uint8_t second[SIZE];
    make_twins(first, second);
    struct span one = span_make(first, SIZE);
    struct span other = span_make(second, SIZE);
    ck_assert_mem_ne(first, second, SIZE);
    ck_assert_msg(digest_equal(digest_of(one), digest_of(other)), "the digests differ");
    struct content_store store = {0};
    ck_assert(content_store_add(&store, one));
    ck_assert(content_store_has(&store, one));
    ck_assert(content_store_add(&store, one));
    ck_assert(content_store_has(&store, one));
    ck_assert(content_store_add(&store, other));
    ck_assert(!content_store_has(&store, one));
    ck_assert(!content_store_has(&store, other));
    content_store_free(&store);
}
END_TEST

/** Print a manifest with these orders, with a text replaced by one as long; parse that. */
static unsigned read_orders(enum orders_proven orders, const char *text, const char *other)
{
    struct file_form form = {8, {1, 2}};
    struct manifest_library library = {
        .path = "a.a", .mode = 0644, .original = form, .forms = {form}, .form_count = 1};
    struct manifest written = {.flavour = "gnu",
                               .orders = orders,
                               .workspace = "w.a",
                               .workspace_form = form,
                               .libraries = &library,
                               .library_count = 1};
    struct manifest read = {.flavour = NULL};
    struct arena arena = {0};
    struct error error = {0};
    char *json = manifest_print(&written, &error);
    ck_assert_msg(json != NULL, "%s", error.text);
    char *at = text ? strstr(json, text) : NULL;
    ck_assert(!text || (at && strlen(text) == strlen(other)));
    if (at) {
        memcpy(at, other, strlen(other));
    }
    ck_assert_msg(manifest_parse(span_of(json), &arena, &read, &error), "%s", error.text);
    unsigned found = read.orders;
    free(json);
    arena_free(&arena);
    return found;
}

START_TEST(manifest_orders)
{
    ck_assert_uint_eq(read_orders(ORDERS_OUTSIDE, NULL, NULL), ORDERS_OUTSIDE);
    ck_assert_uint_eq(read_orders(ORDERS_USED, NULL, NULL), ORDERS_USED);
    ck_assert_uint_eq(read_orders(ORDERS_ANY, NULL, NULL), ORDERS_ANY);
    ck_assert_uint_eq(read_orders(ORDERS_USED, "\"used\"", "\"else\""), ORDERS_OUTSIDE);
    ck_assert_uint_eq(read_orders(ORDERS_USED, "\"used\"", "123456"), ORDERS_OUTSIDE);
}
END_TEST

Suite *recipe_suite(void)
{
    Suite *suite = suite_create("recipe");
    TCase *tcase = tcase_create("store");
    tcase_add_test(tcase, a_digest_of_two_contents_means_none);
    suite_add_tcase(suite, tcase);
    TCase *manifest = tcase_create("manifest");
    tcase_add_test(manifest, manifest_orders);
    suite_add_tcase(suite, manifest);
    return suite;
}
