/* SPDX-License-Identifier: MIT */
#include "cli/nearest.h"

#include <stdint.h>
#include <string.h>

enum { LONGEST = 31 }; /* longer words are no option of ours */

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/**
 * How many characters must be added, left out, replaced or swapped with their neighbour to make
 * @b of @a (optimal string alignment).
 */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t cost[LONGEST + 1][LONGEST + 1];
    for (size_t i = 0; i <= a_length; i++) {
        cost[i][0] = i;
    }
    for (size_t j = 0; j <= b_length; j++) {
        cost[0][j] = j;
    }
    for (size_t i = 1; i <= a_length; i++) {
        for (size_t j = 1; j <= b_length; j++) {
            size_t best = cost[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            best = smaller(best, smaller(cost[i - 1][j], cost[i][j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                best = smaller(best, cost[i - 2][j - 2] + 1);
            }
            cost[i][j] = best;
        }
    }
    return cost[a_length][b_length];
}

struct nearest nearest_to(const char *typed, size_t length)
{
    return (struct nearest){.typed = typed, .length = length, .distance = SIZE_MAX};
}

void nearest_try(struct nearest *nearest, const char *word)
{
    size_t length = strlen(word);
    if (nearest->length > LONGEST || length > LONGEST) {
        return;
    }
    size_t found = distance(nearest->typed, nearest->length, word, length);
    /* a word begun right is near however much of it is missing */
    if (nearest->length >= 3 && strncmp(nearest->typed, word, nearest->length) == 0) {
        found = found ? 1 : 0;
    }
    if (found <= (nearest->length + 2) / 3 && found < nearest->distance) {
        nearest->guess = word;
        nearest->distance = found;
    }
}
