/* SPDX-License-Identifier: MIT */
/** The platform, POSIX: kinds of files, paths, directories. */
#include "base/os_posix.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum os_kind os_kind(const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        return errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == EACCES ||
                       errno == ENAMETOOLONG
                   ? OS_NOTHING
                   : OS_OTHER;
    }
    return S_ISREG(status.st_mode) ? OS_FILE : S_ISDIR(status.st_mode) ? OS_DIRECTORY : OS_OTHER;
}

bool os_same_file(const char *a, const char *b)
{
    struct stat first;
    struct stat second;
    return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

/** The directory part of @path, "." if it has none; the caller frees it. */
char *posix_directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash) {
        return strdup(".");
    }
    return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

enum os_kind os_kind_of_parent(const char *path)
{
    char *directory = posix_directory_of(path);
    enum os_kind kind = directory ? os_kind(directory) : OS_NOTHING;
    free(directory);
    return kind;
}

const char *posix_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool is_link(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
}

const char *os_real_place(const char *path, struct arena *arena, struct error *error)
{
    char *directory = posix_directory_of(path);
    char *parent = directory ? realpath(directory, NULL) : NULL;
    int code = errno;
    free(directory);
    if (!parent) {
        error_set_errno(error, code, "%s: its directory", path);
        return NULL;
    }
    bool root = strcmp(parent, "/") == 0;
    const char *result = arena_printf(arena, "%s/%s", root ? "" : parent, posix_base_name(path));
    free(parent);
    if (!result) {
        error_memory(error);
    }
    return result;
}

const char *os_real_path(const char *path, struct arena *arena, struct error *error)
{
    char *real = realpath(path, NULL);
    int code = errno;
    if (!real && code == ENOENT && *posix_base_name(path) && !is_link(path)) {
        return os_real_place(path, arena, error);
    }
    if (!real) {
        error_set_errno(error, code, is_link(path) ? "%s: a symlink to nothing" : "%s", path);
        return NULL;
    }
    const char *result = arena_printf(arena, "%s", real);
    free(real);
    if (!result) {
        error_memory(error);
    }
    return result;
}

bool os_make_directory(const char *path, struct error *error)
{
    if (mkdir(path, 0777) == 0 || (errno == EEXIST && os_kind(path) == OS_DIRECTORY)) {
        return true;
    }
    if (errno != ENOENT) {
        return error_set_errno(error, errno, "%s: making the directory", path);
    }
    char *parent = posix_directory_of(path);
    bool done = parent && strcmp(parent, path) != 0 && os_make_directory(parent, error) &&
                (mkdir(path, 0777) == 0 || errno == EEXIST);
    free(parent);
    return done || error_set_errno(error, errno, "%s: making the directory", path);
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int not_hidden(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static bool walk_entry(const char *path, bool recursive, os_visit *visit, void *context,
                       struct error *error)
{
    struct stat status;
    if (lstat(path, &status) != 0) {
        return error_set_errno(error, errno, "%s", path);
    }
    if (S_ISDIR(status.st_mode)) {
        return !recursive || os_walk(path, recursive, visit, context, error);
    }
    if (S_ISLNK(status.st_mode) && os_kind(path) != OS_FILE) {
        return true;
    }
    return !(S_ISREG(status.st_mode) || S_ISLNK(status.st_mode)) || visit(context, path, error);
}

bool os_walk(const char *directory, bool recursive, os_visit *visit, void *context,
             struct error *error)
{
    struct dirent **entries = NULL;
    int count = scandir(directory, &entries, not_hidden, by_bytes);
    bool done = count >= 0 || error_set_errno(error, errno, "%s", directory);
    for (int i = 0; i < count; i++) {
        char *path = NULL;
        size_t size = strlen(directory) + strlen(entries[i]->d_name) + 2;
        bool slash = directory[strlen(directory) - 1] == '/';
        if (done && (path = malloc(size))) {
            snprintf(path, size, "%s%s%s", directory, slash ? "" : "/", entries[i]->d_name);
            done = walk_entry(path, recursive, visit, context, error);
        } else if (done) {
            done = error_memory(error);
        }
        free(path);
        free(entries[i]);
    }
    free(entries);
    return done;
}

unsigned os_processors(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : count > 1024 ? 1024 : (unsigned)count;
}
