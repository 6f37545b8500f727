/* SPDX-License-Identifier: MIT */
/** Globs that match alike on every host: like fnmatch(3) without flags in the C locale. */
#ifndef ARMELD_BASE_GLOB_H
#define ARMELD_BASE_GLOB_H

#include <stdbool.h>

/**
 * Whether @text matches @glob: '*' stands for any bytes, '?' for one byte, "[a-z]" and
 * "[!a-z]" for one byte of a class; '\' makes the next byte stand for itself. Neither '/' nor '.'
 * is special. A '[' without its ']' stands for itself.
 * Source: POSIX, Shell Command Language, Pattern Matching Notation; without classes like [:digit:].
 */
bool glob_matches(const char *glob, const char *text);

#endif
