/* SPDX-License-Identifier: MIT */
/** Sets of libraries in memory, from a line of text. */
#ifndef ARMELD_TEST_SUPPORT_SETS_H
#define ARMELD_TEST_SUPPORT_SETS_H

#include "ar/writer.h"
#include "census/census.h"

/** What a member of such a set may hold. */
struct content {
    const char *key;
    const char *text; /**< of an object; see objects.h */
};

/** Append a library with these members to @set, which keeps a copy. */
void add_library(struct set *set, enum ar_flavour flavour, const struct ar_item *items,
                 size_t count);

/**
 * Fill an empty set: "NAME=KEY NAME=KEY | NAME=KEY ...", a bar between libraries. A KEY that is
 * not among @contents stands for itself, as text. The flavour is GNU, but a library that begins
 * with "darwin:" or "coff:" is of that one.
 */
void add_libraries(struct set *set, const char *script, const struct content *contents,
                   size_t content_count);

/** Find the classes of @set, which is read for it; a failure ends the test. */
void find_classes(struct set *set, enum armeld_identity identity, unsigned jobs,
                  struct census *census);

/** The class of each member: "0 1 | 0 2". In @arena. */
const char *class_numbers(struct arena *arena, const struct census *census);

#endif
