/* SPDX-License-Identifier: MIT */
/** Tests of how time grows with the input: no figure of theirs depends on the machine's speed. */
#ifndef ARMELD_TEST_GROWTH_H
#define ARMELD_TEST_GROWTH_H

#include <stddef.h>

/** Processor time that this process has used so far, in seconds. */
double processor_seconds(void);

/**
 * Ends the test unless work grows about as its input does: with @count parts, it takes less than 40
 * times the time that a tenth of the parts take (100 times if it were quadratic).
 *
 * @param seconds  does the work with a number of parts, and returns the seconds that count
 * @param row      passed on to it: the row of a loop test
 * @param count    the larger number of parts, a multiple of ten
 */
void check_growth(double (*seconds)(int row, size_t count), int row, size_t count);

#endif
