/* SPDX-License-Identifier: MIT */
/** Folders of many files, each once. */
#ifndef ARMELD_WRITE_FOLDERS_H
#define ARMELD_WRITE_FOLDERS_H

#include "base/arena.h"
#include "base/table.h"

/** Start with {0}; folders_free(). */
struct folders {
    const char **list;
    size_t count;
    size_t capacity;
    struct table table; /* of .list */
};

/**
 * The folder of a file, with a slash at the end, in @arena, the same at each call.
 * @folder[out] NULL if it was given before, or does not exist
 * False when memory is short.
 */
bool folders_next(struct folders *folders, const char *path, struct arena *arena,
                  const char **folder);

void folders_free(struct folders *folders);

#endif
