/* SPDX-License-Identifier: MIT */
/** Every item is worked on once, by a worker whose number is in range. */
#include "base/threads.h"

#include <stdatomic.h>
#include <string.h>

#include "suites.h"

enum { ITEMS = 10000 };

struct work {
    atomic_uint done[ITEMS];
    unsigned highest[ITEMS];
};

static struct work shared;

static void work_on(void *context, size_t item, unsigned worker)
{
    struct work *work = context;
    atomic_fetch_add(&work->done[item], 1);
    work->highest[item] = worker;
}

START_TEST(each_item_once)
{
    static const struct {
        size_t count;
        unsigned jobs;
    } rows[] = {{0, 1}, {0, 8}, {1, 8}, {7, 8}, {ITEMS, 1}, {ITEMS, 2}, {ITEMS, 64}, {ITEMS, 5000}};
    size_t count = rows[_i].count;
    memset(&shared, 0, sizeof shared);
    threads_run(count, rows[_i].jobs, work_on, &shared);
    for (size_t i = 0; i < ITEMS; i++) {
        ck_assert_uint_eq(atomic_load(&shared.done[i]), i < count);
        ck_assert_uint_lt(shared.highest[i], rows[_i].jobs);
    }
}
END_TEST

Suite *threads_suite(void)
{
    Suite *suite = suite_create("threads");
    TCase *tcase = tcase_create("threads");
    tcase_add_loop_test(tcase, each_item_once, 0, 8);
    suite_add_tcase(suite, tcase);
    return suite;
}
