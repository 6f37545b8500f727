/* SPDX-License-Identifier: MIT */
/** Treemaps: every size gets its area, inside the box, without overlaps. */
#include <check.h>
#include <stdint.h>

#include "report/treemap.h"
#include "suites.h"

enum { MOST = 300 };

static const struct box whole = {10, 20, 600, 420};

static void check_map(const double *sizes, size_t count)
{
    static struct box boxes[MOST];
    double total = 0;
    double area = 0;
    treemap_divide(whole, sizes, count, boxes);
    for (size_t i = 0; i < count; i++) {
        total += sizes[i];
    }
    for (size_t i = 0; i < count; i++) {
        const struct box *a = &boxes[i];
        double wanted = total > 0 ? sizes[i] / total * whole.width * whole.height : 0;
        ck_assert_double_eq_tol(a->width * a->height, wanted, 1e-6 * wanted + 1e-6);
        ck_assert(a->x >= whole.x - 1e-6 && a->x + a->width <= whole.x + whole.width + 1e-6);
        ck_assert(a->y >= whole.y - 1e-6 && a->y + a->height <= whole.y + whole.height + 1e-6);
        area += a->width * a->height;
        for (size_t j = 0; j < i; j++) {
            const struct box *b = &boxes[j];
            double across =
                (a->x + a->width < b->x + b->width ? a->x + a->width : b->x + b->width) -
                (a->x > b->x ? a->x : b->x);
            double down =
                (a->y + a->height < b->y + b->height ? a->y + a->height : b->y + b->height) -
                (a->y > b->y ? a->y : b->y);
            if (across >= 1e-6 && down >= 1e-6) { /* each ck_assert() would take its time */
                ck_abort_msg("%zu and %zu overlap", i, j);
            }
        }
    }
    ck_assert_double_eq_tol(area, total > 0 ? whole.width * whole.height : 0, 1e-3);
}

START_TEST(known)
{
    /* of the paper: 6, 6, 4, 3, 2, 2, 1 */
    static const double sizes[] = {6, 6, 4, 3, 2, 2, 1};
    static const double with_nothing[] = {3, 1, 0, 0};
    static const double nothing[] = {0, 0};
    check_map(sizes, 7);
    check_map(with_nothing, 4);
    check_map(nothing, 2);
    check_map(sizes, 0);
    check_map(sizes, 1);
}
END_TEST

START_TEST(at_random)
{
    uint32_t seed = 7;
    for (unsigned round = 0; round < 50; round++) {
        double sizes[MOST];
        size_t count = 1 + (seed >> 8) % MOST;
        double size = 1e9;
        for (size_t i = 0; i < count; i++) {
            seed = seed * 1664525 + 1013904223;
            size *= (double)(seed >> 16) / 65536 / 4 + 0.75; /* falls, over many orders */
            sizes[i] = size;
        }
        check_map(sizes, count);
    }
}
END_TEST

Suite *treemap_suite(void)
{
    Suite *suite = suite_create("treemap");
    TCase *tcase = tcase_create("treemap");
    tcase_add_test(tcase, known);
    tcase_add_test(tcase, at_random);
    suite_add_tcase(suite, tcase);
    return suite;
}
