/* SPDX-License-Identifier: MIT */
/** The platform: directories, made and walked through. */
#include "base/os_system.h"

#include <errno.h>
#include <stdlib.h>

#include "base/path.h"

/** Note a directory that was made. When memory is short it stays, also empty. */
static void note_made(struct os_locks *locks, const char *path)
{
    char **made = realloc(locks->made, (locks->made_count + 1) * sizeof *made);
    if (made) {
        locks->made = made;
        made[locks->made_count] = strdup(path);
        locks->made_count += made[locks->made_count] != NULL;
    }
}

// NOLINTNEXTLINE(misc-no-recursion): one level for each missing directory
bool os_make_directory(const char *path, struct os_locks *locks, struct error *error)
{
    int code = system_make_directory(path);
    if (code == ENOENT && os_kind_of_parent(path) == OS_FILE) {
        code = ENOTDIR; /* not all systems tell the difference */
    } else if (code == ENOENT) {
        char *parent = os_directory_of(path);
        if (parent && strcmp(parent, path) != 0 && os_make_directory(parent, locks, error)) {
            code = system_make_directory(path);
        }
        free(parent);
    }
    if (code == 0 && locks) {
        note_made(locks, path);
    }
    return code == 0 || (code == EEXIST && os_kind(path) == OS_DIRECTORY) ||
           error_set_errno(error, code, "%s: making the directory", path);
}

void system_free_names(struct system_names *names)
{
    for (size_t i = 0; i < names->count; i++) {
        free(names->list[i]);
    }
    free(names->list);
    *names = (struct system_names){0};
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the directories
static bool walk_entry(const char *path, bool recursive, os_visit *visit, void *context,
                       struct error *error)
{
    enum system_entry entry;
    int code = system_look(path, &entry);
    if (code) {
        return error_set_errno(error, code, "%s", path);
    }
    if (entry == ENTRY_DIRECTORY) {
        return !recursive || os_walk(path, recursive, visit, context, error);
    }
    if (entry == ENTRY_LINK && !os_may_be_file(path)) {
        return true;
    }
    return entry == ENTRY_OTHER || visit(context, path, error);
}

bool os_walk(const char *directory, bool recursive, os_visit *visit, void *context,
             struct error *error)
{
    struct system_names names = {0};
    int code = system_list(directory, &names);
    bool done = code == 0 || error_set_errno(error, code, "%s", directory);
    for (size_t i = 0; done && i < names.count; i++) {
        struct arena arena = {0};
        size_t length = strlen(directory);
        bool slash = directory[length - 1] == '/';
        if (names.list[i][0] != '.') {
            const char *path = arena_printf(&arena, "%s%s%s", directory, slash ? "" : "/",
                                            names.list[i]);
            done = path ? walk_entry(path, recursive, visit, context, error) : error_memory(error);
        }
        arena_free(&arena);
    }
    system_free_names(&names);
    return done;
}

bool os_list(const char *directory, struct arena *arena, struct os_entry **list, size_t *count,
             struct error *error)
{
    struct system_names names = {0};
    int code = system_list(directory, &names);
    *count = 0;
    *list = code == 0 ? ARENA_ARRAY(arena, struct os_entry, names.count + 1) : NULL;
    bool done = *list || (code ? error_set_errno(error, code, "%s", directory)
                               : error_memory(error));
    for (size_t i = 0; done && i < names.count; i++) {
        const char *path = path_join(directory, names.list[i], arena);
        enum system_entry entry = ENTRY_OTHER;
        done = path || error_memory(error);
        if (!done || os_is_left_over(names.list[i])) {
            continue;
        }
        code = system_look(path, &entry);
        done = code == 0 || error_set_errno(error, code, "%s", path);
        (*list)[(*count)++] =
            (struct os_entry){path_base(path), os_kind(path), entry == ENTRY_LINK};
    }
    system_free_names(&names);
    return done;
}

const char *os_read_link(const char *path, struct arena *arena)
{
    const char *text = NULL;
    return system_read_link(path, arena, &text) == 0 ? text : NULL;
}

bool os_subdirectories(const char *directory, struct arena *arena, const char ***names,
                       size_t *count, struct error *error)
{
    struct system_names all = {0};
    int code = system_list(directory, &all);
    *count = 0;
    *names = NULL;
    if (code == ENOENT || code == ENOTDIR) {
        return true;
    }
    *names = code == 0 ? ARENA_ARRAY(arena, const char *, all.count + 1) : NULL;
    bool done = *names || (code ? error_set_errno(error, code, "%s", directory)
                                : error_memory(error));
    for (size_t i = 0; done && i < all.count; i++) {
        const char *path = path_join(directory, all.list[i], arena);
        enum os_kind kind = path && all.list[i][0] != '.' ? os_kind(path) : OS_NOTHING;
        if (kind == OS_DIRECTORY) {
            (*names)[(*count)++] = path_base(path);
        }
        done = path ? kind != OS_UNKNOWN || error_set(error, "%s: cannot be examined", path)
                    : error_memory(error);
    }
    system_free_names(&all);
    return done;
}
