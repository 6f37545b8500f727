/* SPDX-License-Identifier: MIT */
/** What is said of a whole set. */
#ifndef ARMELD_TEST_SUPPORT_NOTES_H
#define ARMELD_TEST_SUPPORT_NOTES_H

#include <check.h>

#include "support/sets.h"

struct notes {
    const char *text; /**< one note a line */
    size_t count;
    struct arena arena;
};

/** Explain the set that @libraries describes (see add_libraries()). Free with notes_free(). */
struct notes notes_of(const char *libraries, const struct content *contents, size_t content_count);

/** The same behind a note that is there already, unless it is NULL. */
struct notes notes_of_behind(const char *note, const char *libraries,
                             const struct content *contents, size_t content_count);

void notes_free(struct notes *notes);

#endif
