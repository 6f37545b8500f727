/* SPDX-License-Identifier: MIT */
/** Paths as text: '/' separates, nothing is looked up. */
#ifndef ARMELD_BASE_PATH_H
#define ARMELD_BASE_PATH_H

#include "base/arena.h"

/** Whether a path says where it begins by itself: "/x", on Windows "C:/x" and "//server/x". */
bool path_is_absolute(const char *path);

/** What follows the last slash. */
const char *path_base(const char *path);

/** Up to the last slash, without it; "." if there is none, "/" for the root. NULL: memory. */
const char *path_directory(const char *path, struct arena *arena);

/** Whether both lie in one directory, as far as the text tells. */
bool path_same_directory(const char *a, const char *b);

/** @path as seen from @directory; an absolute path stays. NULL: memory. */
const char *path_join(const char *directory, const char *path, struct arena *arena);

/**
 * The way from the directory that @from lies in to @to; both absolute, without symlinks and dots.
 * Between two drives of Windows there is none: that is @to itself. NULL: memory.
 */
const char *path_relative(const char *from, const char *to, struct arena *arena);

/** Without ".", and without ".." where something goes before it. NULL: memory. */
const char *path_clean(const char *path, struct arena *arena);

#endif
