/* SPDX-License-Identifier: MIT */
/** Guess what somebody meant to type. */
#ifndef ARMELD_CLI_NEAREST_H
#define ARMELD_CLI_NEAREST_H

#include <stddef.h>

/** The best guess so far; start with the text as it was typed and otherwise {0}. */
struct nearest {
    const char *typed;
    size_t length;     /**< of @typed */
    const char *guess; /**< NULL: nothing is near */
    size_t distance;
};

/** Begin a search; @length bytes of @typed count. */
struct nearest nearest_to(const char *typed, size_t length);

/** Consider one word. */
void nearest_try(struct nearest *nearest, const char *word);

#endif
