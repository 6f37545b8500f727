/* SPDX-License-Identifier: MIT */
#include "write/folders.h"

#include "base/os.h"
#include "base/path.h"

bool folders_next(struct folders *folders, const char *path, struct arena *arena,
                  const char **folder)
{
    const char *directory = path_directory(path, arena);
    const char *name = directory ? arena_printf(arena, "%s/", directory) : NULL;
    *folder = NULL;
    if (!name) {
        return false;
    }
    struct span key = span_of(name);
    uint64_t hash = table_hash(key, 0);
    if (table_find(&folders->table, hash, table_equal_text, folders->list, &key) != TABLE_NONE) {
        return true;
    }
    const char **list = arena_grow(arena, folders->list, folders->count, &folders->capacity, 8,
                                   sizeof *list);
    if (!list) {
        return false;
    }
    folders->list = list;
    list[folders->count] = name;
    enum os_kind kind = os_kind(directory);
    *folder = kind == OS_DIRECTORY || kind == OS_UNKNOWN ? name : NULL;
    return table_add(&folders->table, hash, (uint32_t)folders->count++);
}

void folders_free(struct folders *folders)
{
    table_free(&folders->table);
    *folders = (struct folders){0};
}
