/* SPDX-License-Identifier: MIT */
/** The platform, POSIX: what stands where, directories, locks. */
#include "base/os_system.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <locale.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

void os_utf8_begin(struct os_locale *locale)
{
    static const char *const names[] = {"C.UTF-8", "en_US.UTF-8", "UTF-8"};
    *locale = (struct os_locale){NULL, NULL};
    for (size_t i = 0; !locale->own && i < sizeof names / sizeof *names; i++) {
        locale->own = newlocale(LC_CTYPE_MASK, names[i], (locale_t)0);
    }
    if (locale->own) {
        locale->before = uselocale(locale->own);
    }
}

void os_utf8_end(struct os_locale *locale)
{
    if (locale->own) {
        uselocale(locale->before);
        freelocale(locale->own);
    }
}

void system_error_text(int code, char *text, size_t size)
{
    if (strerror_r(code, text, size) != 0) {
        snprintf(text, size, "error %d", code);
    }
}

enum os_kind os_kind(const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        return errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == EACCES ||
                       errno == ENAMETOOLONG
                   ? OS_NOTHING
                   : OS_UNKNOWN;
    }
    return S_ISREG(status.st_mode) ? OS_FILE : S_ISDIR(status.st_mode) ? OS_DIRECTORY : OS_OTHER;
}

int system_look(const char *path, enum system_entry *entry)
{
    struct stat status;
    if (lstat(path, &status) != 0) {
        return errno;
    }
    *entry = S_ISREG(status.st_mode)   ? ENTRY_FILE
             : S_ISDIR(status.st_mode) ? ENTRY_DIRECTORY
             : S_ISLNK(status.st_mode) ? ENTRY_LINK
                                       : ENTRY_OTHER;
    return 0;
}

bool os_same_file(const char *a, const char *b)
{
    struct stat first;
    struct stat second;
    return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

bool system_is_hard_link(const char *path, const char *other)
{
    struct stat first;
    struct stat second;
    return stat(path, &first) == 0 && lstat(other, &second) == 0 &&
           first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

const char *os_plain_path(const char *path, struct arena *arena)
{
    (void)arena;
    return path;
}

int system_real_path(const char *path, struct arena *arena, const char **real)
{
    char *resolved = realpath(path, NULL);
    int code = errno;
    *real = resolved ? arena_printf(arena, "%s", resolved) : NULL;
    bool found = resolved != NULL;
    free(resolved);
    return *real ? 0 : found ? ENOMEM : code;
}

/* ---- directories ------------------------------------------------------------------------- */

int system_make_directory(const char *path)
{
    return mkdir(path, 0777) == 0 ? 0 : errno;
}

uint32_t os_directory_mode(const char *path)
{
    struct stat status;
    bool is = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    return is ? (uint32_t)status.st_mode & 07777 : 0;
}

bool os_set_directory_mode(const char *path, uint32_t mode, struct error *error)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int code = fd >= 0 && fchmod(fd, (mode_t)mode) == 0 ? 0 : errno;
    if (fd >= 0) {
        close(fd);
    }
    return code == 0 || error_set_errno(error, code, "%s: setting the mode", path);
}

int system_remove_directory(const char *path)
{
    return rmdir(path) == 0 ? 0 : errno;
}

int system_sync_directory(const char *directory)
{
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* some file systems cannot sync a directory and say so with EINVAL: nothing is lost then */
    int code = fd < 0 ? errno : fsync(fd) != 0 && errno != EINVAL ? errno : 0;
    if (fd >= 0) {
        close(fd);
    }
    return code;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_entry(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

int system_list(const char *directory, struct system_names *names)
{
    struct dirent **entries = NULL;
    int count = scandir(directory, &entries, is_entry, by_bytes);
    int code = count < 0 ? errno : 0;
    *names = (struct system_names){0};
    if (count > 0 && !(names->list = calloc((size_t)count, sizeof *names->list))) {
        code = ENOMEM;
    }
    for (int i = 0; i < count; i++) {
        if (!code && (names->list[i] = strdup(entries[i]->d_name))) {
            names->count++;
        } else {
            code = ENOMEM;
        }
        free(entries[i]);
    }
    free(entries);
    if (code) {
        system_free_names(names);
    }
    return code;
}

int system_open_directory(const char *directory, struct os_lock *lock)
{
    struct stat status;
    lock->handle = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock->handle < 0) {
        return errno;
    }
    lock->is_open = true;
    if (fstat(lock->handle, &status) != 0) {
        int code = errno;
        system_unlock(lock);
        return code;
    }
    lock->device = (uint64_t)status.st_dev;
    lock->inode = (uint64_t)status.st_ino;
    return 0;
}

/** flock(2) that outlasts signals. On file systems without locks nobody can be held off. */
int system_lock(const char *directory, unsigned milliseconds, struct os_lock *lock)
{
    enum { PAUSE = 20 };
    (void)directory;
    for (unsigned waited = 0; flock(lock->handle, LOCK_EX | LOCK_NB) != 0; waited += PAUSE) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            return 0;
        }
        if (errno == EWOULDBLOCK && waited >= milliseconds) {
            return EWOULDBLOCK;
        }
        struct timespec pause = {0, PAUSE * 1000000L};
        nanosleep(&pause, NULL);
    }
    return 0;
}

void system_unlock(struct os_lock *lock)
{
    if (lock->is_open) {
        close(lock->handle);
    }
    lock->is_open = false;
}

unsigned os_processors(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : count > 1024 ? 1024 : (unsigned)count;
}

void os_return_memory(void)
{
#ifdef __GLIBC__
    /* else each block that is freed raises the size from which on blocks are mappings; smaller
       blocks are taken and freed too often for that */
    enum { MAPPED_FROM = 4 * 1024 * 1024 };
    mallopt(M_MMAP_THRESHOLD, MAPPED_FROM);
#endif
}
