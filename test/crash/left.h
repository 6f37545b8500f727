/* SPDX-License-Identifier: MIT */
/** What may be left of a scenario when a run was disturbed. */
#ifndef ARMELD_TEST_LEFT_H
#define ARMELD_TEST_LEFT_H

#include "program.h"
#include "tree.h"

/** The scenario; crash.c tells what the files are. */
extern struct scene {
    struct tree start, end, melded, original, between;
    struct words command, meld, restore, link_inputs;
} scene;

/** How often what happened. */
extern struct tally {
    unsigned checks, failures, points, kills, linked, surrenders, cuts, noticed;
    size_t states; /* different ones */
} tally;

extern char label[160]; /* what is tried now */

/** Count a check; one that fails is shown with the label. Returns @good. */
bool check(bool good, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Whether somebody else cut it short: a file @cut, or a hard link to it. */
bool is_cut(const struct file *file, const char *cut);

/** Each file is one that has its place here, but the one that somebody else cut short. */
bool check_forms(const struct tree *left, const char *cut);

/** Check a state, but only when it is met for the first time. */
bool check_state(const struct tree *left);

/** The exit status tells what happened to the files, and a message says why. */
bool check_status(const struct outcome *outcome, const struct tree *left, bool is_memory);

#endif
