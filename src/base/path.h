/* SPDX-License-Identifier: MIT */
/** Paths as text, separated by '/'; these functions access no file. */
#ifndef ARMELD_BASE_PATH_H
#define ARMELD_BASE_PATH_H

#include "base/arena.h"

/** Whether a path is absolute: "/x", on Windows also "C:/x" and "//server/x". */
bool path_is_absolute(const char *path);

/** The part after the last slash. */
const char *path_base(const char *path);

/** The part before the last slash; "." if there is none, "/" for the root. NULL: memory. */
const char *path_directory(const char *path, struct arena *arena);

/** Whether the texts of both paths name the same directory. */
bool path_same_directory(const char *a, const char *b);

/** @path as seen from @directory; an absolute path stays. NULL: memory. */
const char *path_join(const char *directory, const char *path, struct arena *arena);

/**
 * The relative path from the directory of @from to @to; both are absolute, without symlinks and
 * dots. Between two drives of Windows there is none: the result is @to. NULL: memory.
 */
const char *path_relative(const char *from, const char *to, struct arena *arena);

/** The path without ".", and without ".." after a name. NULL: memory. */
const char *path_clean(const char *path, struct arena *arena);

#endif
