/* SPDX-License-Identifier: MIT */
/** Small sets of libraries for the tests of links: their contents, and one set at work. */
#ifndef ARMELD_TEST_SUPPORT_LINKED_SETS_H
#define ARMELD_TEST_SUPPORT_LINKED_SETS_H

#include "proof/plan.h"

/** A set of libraries with what is needed to link it. */
struct linked_set {
    struct set set;
    struct census census;
    struct arena arena;
    struct plan plan;
};

/** The set at work, from take() to drop(). */
extern struct linked_set t;


/** Take a set of libraries as text (support/sets.h); its plan moves nothing. */
void take(const char *libraries);

/** Free it. */
void drop(void);

/** The number of a symbol; it must exist. */
uint32_t symbol(const char *name);

/** The class of the first member of that name. */
uint32_t class(const char *name);

/** Let the class of the first member of that name move. */
void move(const char *name);

#endif
