/* SPDX-License-Identifier: MIT */
/** The static libraries under fixtures/, or under $ARMELD_FIXTURES. */
#ifndef ARMELD_TEST_AR_FIXTURES_H
#define ARMELD_TEST_AR_FIXTURES_H

#include "base/span.h"

/** Call @each for every one of them, or its slices; that there is none ends the test. */
void each_fixture(void (*each)(void *context, const char *path, struct span file), void *context);

#endif
