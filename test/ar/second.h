/* SPDX-License-Identifier: MIT */
/** The second reader: libarchive's view of an archive, to compare ours with. */
#ifndef ARMELD_TEST_AR_SECOND_H
#define ARMELD_TEST_AR_SECOND_H

#include "base/span.h"

/**
 * Read @file and call @each for each entry, bookkeeping left out: libarchive gives indexes and
 * "/<...>/" members as entries, its caller has to know them.
 * Returns NULL, or what libarchive complained of (valid until the next call).
 */
const char *second_read(struct span file,
                        void (*each)(void *context, const char *name, struct span data),
                        void *context);

#endif
