/* SPDX-License-Identifier: MIT */
/** Globs, the same on every host: as fnmatch(3) without flags has them in the C locale. */
#ifndef ARMELD_BASE_GLOB_H
#define ARMELD_BASE_GLOB_H

#include <stdbool.h>

/**
 * Whether @text matches @glob: '*' stands for any bytes, '?' for one, "[a-z]" and "[!a-z]" for one
 * of some, '\' takes their meaning from the byte behind it. Neither '/' nor '.' is special. A '['
 * without its ']' stands for itself.
 * Source: POSIX, Shell Command Language, Pattern Matching Notation; without classes like [:digit:].
 */
bool glob_matches(const char *glob, const char *text);

#endif
