/* SPDX-License-Identifier: MIT */
/** The platform, POSIX: directories that one run holds, and cleans up after earlier ones. */
#include "base/os_posix.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_LOCKS = 256 }; /* each takes a file descriptor; further directories are not held */

static struct os_lock *find_lock(const struct os_locks *locks, const struct stat *status)
{
    for (size_t i = 0; i < locks->count; i++) {
        struct os_lock *lock = &locks->list[i];
        if (lock->device == (uint64_t)status->st_dev && lock->inode == (uint64_t)status->st_ino) {
            return lock;
        }
    }
    return NULL;
}

/** flock(2) that outlasts signals. On file systems without locks nobody can be held off. */
static bool flock_directory(int fd, bool wait)
{
    while (flock(fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB) != 0) {
        if (errno != EINTR) {
            return errno != EWOULDBLOCK;
        }
    }
    return true;
}

/** Hold a directory that is not held yet. NULL and an error, or NULL and none if they are many. */
static struct os_lock *lock_directory(const char *directory, bool wait, struct os_locks *locks,
                                      struct error *error)
{
    struct stat status;
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0) {
        error_set_errno(error, errno, "%s: locking the directory", directory);
    } else {
        struct os_lock *held = find_lock(locks, &status);
        if (held || locks->count == MOST_LOCKS) {
            close(fd);
            return held;
        }
        struct os_lock *list = realloc(locks->list, (locks->count + 1) * sizeof *list);
        locks->list = list ? list : locks->list;
        if (!list) {
            error_memory(error);
        } else if (!flock_directory(fd, wait)) {
            error_set(error, "%s: another run is at work in this directory", directory);
        } else {
            list[locks->count] = (struct os_lock){
                fd, (uint64_t)status.st_dev, (uint64_t)status.st_ino, false};
            /* cppcheck-suppress memleak ; locks->list is the owner */
            return &list[locks->count++];
        }
    }
    if (fd >= 0) {
        close(fd);
    }
    return NULL;
}

bool os_lock_directory_of(const char *target, struct os_locks *locks, struct error *error)
{
    char *directory = posix_directory_of(target);
    bool done = directory && (lock_directory(directory, true, locks, error) ||
                              error->kind == ERROR_NONE);
    free(directory);
    return done || error->kind != ERROR_NONE ? done : error_memory(error);
}

/** Remove what earlier runs left behind; what cannot be removed hurts nobody. */
static void sweep(const char *directory)
{
    DIR *entries = opendir(directory);
    const struct dirent *entry;
    while (entries && (entry = readdir(entries))) {
        if (posix_is_temporary(entry->d_name)) {
            unlinkat(dirfd(entries), entry->d_name, 0);
        }
    }
    if (entries) {
        closedir(entries);
    }
}

bool os_claim_directory_of(const char *target, struct os_locks *locks, struct error *error)
{
    char *directory = posix_directory_of(target);
    if (!directory) {
        return error_memory(error);
    }
    struct os_lock *lock = lock_directory(directory, false, locks, error);
    if (lock && !lock->swept) {
        lock->swept = true;
        sweep(directory);
    }
    free(directory);
    return lock || error->kind == ERROR_NONE;
}

void os_unlock(struct os_locks *locks)
{
    for (size_t i = 0; i < locks->count; i++) {
        close(locks->list[i].fd);
    }
    free(locks->list);
    *locks = (struct os_locks){0};
}
