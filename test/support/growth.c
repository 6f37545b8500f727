/* SPDX-License-Identifier: MIT */
#include "support/growth.h"

#include <check.h>
#include <time.h>

enum {
    TRIES = 5,       /* the best one counts: others share the machine */
    MOST_GROWTH = 40 /* for ten times the input */
};

double processor_seconds(void)
{
    struct timespec now;
    ck_assert_int_eq(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now), 0);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void check_growth(double (*seconds)(int row, size_t count), int row, size_t count)
{
    double few = seconds(row, count / 10);
    for (int i = 1; i < TRIES; i++) {
        double again = seconds(row, count / 10);
        few = again < few ? again : few;
    }
    double many = 0;
    for (int i = 0; i < TRIES; i++) {
        many = seconds(row, count);
        if (many < (double)MOST_GROWTH * few) {
            return;
        }
    }
    ck_abort_msg("%zu parts took %.4f s, a tenth of them %.4f s", count, many, few);
}
