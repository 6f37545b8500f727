/* SPDX-License-Identifier: MIT */
/** The platform: paths, with their symlinks resolved. */
#include "base/os_system.h"

#include <errno.h>
#include <stdlib.h>

#include "base/path.h"

bool os_may_be_file(const char *path)
{
    enum os_kind kind = os_kind(path);
    return kind == OS_FILE || kind == OS_UNKNOWN;
}

enum os_kind os_kind_of_parent(const char *path)
{
    char *directory = os_directory_of(path);
    enum os_kind kind = directory ? os_kind(directory) : OS_NOTHING;
    free(directory);
    return kind;
}

const char *os_real_place(const char *path, struct arena *arena, struct error *error)
{
    char *directory = os_directory_of(path);
    const char *parent = NULL;
    int code = directory ? system_real_path(directory, arena, &parent) : ENOMEM;
    free(directory);
    if (code) {
        error_set_errno(error, code, "%s: its directory", path);
        return NULL;
    }
    const char *place = path_join(parent, path_base(path), arena);
    if (!place) {
        error_memory(error);
    }
    return place;
}

static bool is_link(const char *path)
{
    enum system_entry entry;
    return system_look(path, &entry) == 0 && entry == ENTRY_LINK;
}

const char *os_real_path(const char *path, struct arena *arena, struct error *error)
{
    const char *real;
    int code = system_real_path(path, arena, &real);
    if (code == ENOENT && os_kind_of_parent(path) == OS_FILE) {
        code = ENOTDIR; /* not all systems tell the difference */
    }
    if (code == ENOENT && *path_base(path) && !is_link(path)) {
        return os_real_place(path, arena, error);
    }
    if (code) {
        error_set_errno(error, code, is_link(path) ? "%s: a symlink to nothing" : "%s", path);
        return NULL;
    }
    return real;
}
