/* SPDX-License-Identifier: MIT */
/** The arena: zeroed, aligned, its own; reset keeps one chunk, and nothing leaks. */
#include "base/arena.h"

#include "suites.h"

#include <stdlib.h>

/** Sizes around those of its chunks. */
static const size_t sizes[] = {0,     1,     15,    16,    17,     1000,    16383,
                               16384, 16385, 40000, 65536, 300000, 1048576, 5000000};

enum { SIZES = sizeof sizes / sizeof *sizes };

static bool holds_only(const uint8_t *bytes, size_t size, uint8_t byte)
{
    return size == 0 || (bytes[0] == byte && memcmp(bytes, bytes + 1, size - 1) == 0);
}

static void fill(struct arena *arena)
{
    uint8_t *blocks[SIZES];
    for (size_t i = 0; i < SIZES; i++) {
        blocks[i] = arena_alloc(arena, sizes[i]);
        ck_assert_ptr_nonnull(blocks[i]);
        ck_assert_uint_eq((uintptr_t)blocks[i] % 16, 0);
        ck_assert(holds_only(blocks[i], sizes[i], 0));
        memset(blocks[i], (int)i + 1, sizes[i]);
    }
    for (size_t i = 0; i < SIZES; i++) {
        ck_assert(holds_only(blocks[i], sizes[i], (uint8_t)(i + 1))); /* nobody else wrote there */
    }
}

START_TEST(blocks)
{
    struct arena arena = {0};
    fill(&arena);
    arena_free(&arena);
    arena_free(&arena);
    fill(&arena); /* it may be used again */
    arena_free(&arena);
}
END_TEST

START_TEST(reset)
{
    struct arena arena = {0};
    arena_reset(&arena);
    void *first = arena_alloc(&arena, 8);
    arena_reset(&arena);
    ck_assert_ptr_eq(arena_alloc(&arena, 8), first);
    for (int round = 0; round < 3; round++) {
        fill(&arena);
        arena_reset(&arena);
    }
    /* the largest chunk was kept: what needs it finds it */
    void *large = arena_alloc(&arena, 5000000);
    arena_reset(&arena);
    ck_assert_ptr_eq(arena_alloc(&arena, 5000000), large);
    arena_free(&arena);
}
END_TEST

START_TEST(too_much)
{
    struct arena arena = {0};
    ck_assert_ptr_null(arena_alloc(&arena, SIZE_MAX));
    ck_assert_ptr_null(arena_alloc(&arena, SIZE_MAX - 16));
    ck_assert_ptr_null(arena_array(&arena, SIZE_MAX / 2, 3));
    ck_assert_ptr_null(arena_array(&arena, 3, SIZE_MAX / 2));
    ck_assert_ptr_nonnull(arena_array(&arena, 0, SIZE_MAX));
    ck_assert_ptr_nonnull(arena_array(&arena, SIZE_MAX, 0));
    arena_free(&arena);
}
END_TEST

START_TEST(text)
{
    struct arena arena = {0};
    struct span copy = arena_copy(&arena, span_make("a\0b", 3));
    ck_assert_uint_eq(copy.size, 3);
    ck_assert_mem_eq(copy.data, "a\0b", 4);
    copy = arena_copy(&arena, (struct span){0});
    ck_assert_uint_eq(copy.size, 0);
    ck_assert_str_eq((const char *)copy.data, "");
    ck_assert_str_eq(arena_printf(&arena, "%s-%d", "a", 17), "a-17");
    ck_assert_uint_eq(strlen(arena_printf(&arena, "%50000d", 1)), 50000);
    arena_free(&arena);
}
END_TEST

START_TEST(lists_grow)
{
    struct arena arena = {0};
    uint32_t *in_arena = NULL;
    uint32_t *on_heap = NULL;
    size_t capacity = 0;
    size_t heap_capacity = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        in_arena = arena_grow(&arena, in_arena, i, &capacity, 3, sizeof *in_arena);
        on_heap = heap_grow(on_heap, i, &heap_capacity, 3, sizeof *on_heap);
        ck_assert(in_arena && on_heap);
        ck_assert_uint_gt(capacity, i);
        ck_assert_uint_eq(heap_capacity, capacity);
        ck_assert_uint_eq(in_arena[i], 0);
        in_arena[i] = i + 1;
        on_heap[i] = i + 1;
        ck_assert_uint_eq(in_arena[i / 2], i / 2 + 1); /* elements move along */
        ck_assert_uint_eq(on_heap[i / 2], i / 2 + 1);
    }
    ck_assert_uint_eq(capacity, 3 << 9);
    const uint32_t *before = in_arena;
    ck_assert_ptr_eq(arena_grow(&arena, in_arena, 1000, &capacity, 3, 4), before); /* has room */
    free(on_heap);
    arena_free(&arena);
}
END_TEST

START_TEST(lists_too_long)
{
    struct arena arena = {0};
    size_t capacity = 0;
    ck_assert_ptr_null(arena_grow(&arena, NULL, 0, &capacity, SIZE_MAX / 4, 8));
    ck_assert_ptr_null(heap_grow(NULL, 0, &capacity, SIZE_MAX / 4, 8));
    ck_assert_uint_eq(capacity, 0);
    uint8_t byte = 7;
    capacity = SIZE_MAX / 8;
    ck_assert_ptr_null(arena_grow(&arena, &byte, capacity, &capacity, 1, 8));
    ck_assert_ptr_null(heap_grow(&byte, capacity, &capacity, 1, 8));
    ck_assert_uint_eq(capacity, SIZE_MAX / 8);
    ck_assert_uint_eq(byte, 7);
    arena_free(&arena);
}
END_TEST

Suite *arena_suite(void)
{
    Suite *suite = suite_create("arena");
    TCase *tcase = tcase_create("arena");
    tcase_add_test(tcase, blocks);
    tcase_add_test(tcase, reset);
    tcase_add_test(tcase, too_much);
    tcase_add_test(tcase, text);
    tcase_add_test(tcase, lists_grow);
    tcase_add_test(tcase, lists_too_long);
    suite_add_tcase(suite, tcase);
    return suite;
}
