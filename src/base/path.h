/* SPDX-License-Identifier: MIT */
/** Paths as text, separated by '/'; these functions access no file. */
#ifndef ARMELD_BASE_PATH_H
#define ARMELD_BASE_PATH_H

#include "base/arena.h"

/** Whether a path is absolute: "/x", on Windows also "C:/x" and "//server/x". */
bool path_is_absolute(const char *path);

/** The part after the last slash. */
const char *path_base(const char *path);

/** The size of the part up to and including the last slash; 0 if there is none. */
size_t path_prefix_size(const char *path);

/** The suffix of the last name, with its dot: ".a" of "x/liba.a"; "" for none, or for ".a". */
const char *path_suffix(const char *path);

/** The size of @path without path_suffix(). */
size_t path_stem_size(const char *path);

/** The part before the last slash; "." if there is none, "/" for the root. NULL: memory. */
const char *path_directory(const char *path, struct arena *arena);

/** Where a backup goes: "liba.bak" of "liba.a" or .lib, "y.so.1.bak" of others. NULL: memory. */
const char *path_backup(const char *path, struct arena *arena);

/** "x/liba-2.a" for "x/liba.a" and 2. NULL: memory. */
const char *path_numbered(const char *path, size_t number, struct arena *arena);

/** Whether the texts of both paths name the same directory. */
bool path_same_directory(const char *a, const char *b);

/** @path as seen from @directory; an absolute path stays. NULL: memory. */
const char *path_join(const char *directory, const char *path, struct arena *arena);

/**
 * A prefix and what follows as one word of a command that people copy to a shell: quoted if need
 * be. If memory is short, only what follows, as it is.
 */
const char *path_quoted(const char *prefix, const char *path, struct arena *arena);

/**
 * The relative path from the directory of @from to @to; both are absolute, without symlinks and
 * dots. Between two drives of Windows there is none: the result is @to. NULL: memory.
 */
const char *path_relative(const char *from, const char *to, struct arena *arena);

/** The path without ".", and without ".." after a name. NULL: memory. */
const char *path_clean(const char *path, struct arena *arena);

#endif
