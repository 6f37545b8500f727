/* SPDX-License-Identifier: MIT */
/** Members to be written, and archives in one piece, for the tests. */
#ifndef ARMELD_TEST_AR_ITEMS_H
#define ARMELD_TEST_AR_ITEMS_H

#include "ar/writer.h"

struct items {
    struct ar_item *list;
    size_t count;
};

/**
 * Members from text: "NAME=CONTENTS:SYMBOL,SYMBOL" between blanks. A "*" before the name: it is
 * no object. "n!", "x!" and "e!" before it: the side is native, x64 or EC.
 */
struct items items_of(struct arena *arena, const char *text);

/** All pieces of @layout in one block; unbuild() it. */
struct span flatten(const struct ar_layout *layout);

/**
 * The members of @archive with what its index lists for each: laid out again, they should give
 * the same bytes. A broken index ends the test.
 */
struct items items_of_archive(struct arena *arena, const struct archive *archive);

#endif
