/* SPDX-License-Identifier: MIT */
#include "base/os.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
    MODE_BITS = 07777,
    PIECES_A_CALL = 1024, /* IOV_MAX of every system in use */
};

enum os_kind os_kind(const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        return OS_NOTHING;
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
static char *directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash) {
        return strdup(".");
    }
    return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

enum os_kind os_kind_of_parent(const char *path)
{
    char *directory = directory_of(path);
    enum os_kind kind = directory ? os_kind(directory) : OS_NOTHING;
    free(directory);
    return kind;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool is_link(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
}

const char *os_real_path(const char *path, struct arena *arena, struct error *error)
{
    const char *result = NULL;
    char *real = realpath(path, NULL);
    int code = errno;
    if (real) {
        result = arena_printf(arena, "%s", real);
    } else if (code == ENOENT && *base_name(path) && !is_link(path)) {
        char *directory = directory_of(path);
        char *parent = directory ? realpath(directory, NULL) : NULL;
        free(directory);
        if (!parent) {
            error_set_errno(error, errno, "%s", path);
            return NULL;
        }
        bool root = strcmp(parent, "/") == 0;
        result = arena_printf(arena, "%s/%s", root ? "" : parent, base_name(path));
        free(parent);
    } else {
        error_set_errno(error, code, is_link(path) ? "%s: a symlink to nothing" : "%s", path);
        return NULL;
    }
    free(real);
    if (!result) {
        error_memory(error);
    }
    return result;
}

static bool map_descriptor(int fd, const char *path, struct os_file *file, struct error *error)
{
    struct stat status;
    if (fstat(fd, &status) != 0) {
        return error_set_errno(error, errno, "%s", path);
    }
    if (!S_ISREG(status.st_mode)) {
        return error_set(error, "%s: not a regular file", path);
    }
    if ((uint64_t)status.st_size > SIZE_MAX / 2) {
        return error_set(error, "%s: %lld bytes are too many for this machine", path,
                         (long long)status.st_size);
    }
    *file = (struct os_file){
        .device = (uint64_t)status.st_dev,
        .inode = (uint64_t)status.st_ino,
        .mode = status.st_mode & MODE_BITS,
        .uid = status.st_uid,
        .gid = status.st_gid,
    };
    if (status.st_size == 0) {
        return true;
    }
    void *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED) {
        return error_set_errno(error, errno, "%s: mapping it", path);
    }
    file->bytes = span_make(bytes, (size_t)status.st_size);
    return true;
}

bool os_map(const char *path, struct os_file *file, struct error *error)
{
    /* without O_NONBLOCK, opening a FIFO waits for somebody to write to it */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return error_set_errno(error, errno, "%s", path);
    }
    bool done = map_descriptor(fd, path, file, error);
    close(fd);
    return done;
}

void os_unmap(struct os_file *file)
{
    if (file->bytes.data) {
        munmap((void *)(uintptr_t)file->bytes.data, file->bytes.size);
    }
    file->bytes = (struct span){0};
}

void os_forget(struct span bytes)
{
    if (bytes.size) {
        /* not posix_madvise(), whose POSIX_MADV_DONTNEED does nothing in glibc */
        madvise((void *)(uintptr_t)bytes.data, bytes.size, MADV_DONTNEED);
    }
}

void os_will_read(struct span bytes)
{
    if (bytes.size) {
        uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
        uintptr_t start = (uintptr_t)bytes.data & ~(page - 1);
        posix_madvise((void *)start, (uintptr_t)bytes.data + bytes.size - start,
                      POSIX_MADV_WILLNEED);
    }
}

static char *temporary_name(const char *target, const char *suffix)
{
    char *directory = directory_of(target);
    suffix = suffix ? suffix : "armeld-new";
    size_t size = directory ? strlen(directory) + strlen(target) + strlen(suffix) + 4 : 0;
    char *name = directory ? malloc(size) : NULL;
    if (name) {
        snprintf(name, size, "%s/.%s.%s", directory, base_name(target), suffix);
    }
    free(directory);
    return name;
}

bool os_create(const char *target, const struct os_file *like, struct os_output *output,
               struct error *error)
{
    output->fd = -1;
    output->target = strdup(target);
    char *name = temporary_name(target, output->suffix);
    if (!output->target || !name) {
        free(name);
        return error_memory(error);
    }
    unlink(name); /* a left-over may be read-only or a link to somewhere else */
    output->fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, like ? 0600 : 0666);
    if (output->fd < 0) {
        error_set_errno(error, errno, "%s: creating it", name);
        free(name);
        return false;
    }
    output->temporary = name;
    if (like) {
        if (like->uid != geteuid() || like->gid != getegid()) {
            /* only the superuser may give files away; others keep what they can */
            if (fchown(output->fd, like->uid, like->gid) != 0 && errno != EPERM) {
                return error_set_errno(error, errno, "%s: setting its owner", name);
            }
        }
        if (fchmod(output->fd, (mode_t)like->mode) != 0) {
            return error_set_errno(error, errno, "%s: setting its mode", name);
        }
    }
    return true;
}

/** Write all of one batch; pieces are used up from the front. */
static bool write_batch(int fd, struct iovec *pieces, int count)
{
    while (count > 0) {
        ssize_t written = writev(fd, pieces, count);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return false;
        }
        size_t left = (size_t)written;
        while (count > 0 && left >= pieces->iov_len) {
            left -= pieces->iov_len;
            pieces++;
            count--;
        }
        if (count > 0) {
            pieces->iov_base = (char *)pieces->iov_base + left;
            pieces->iov_len -= left;
        }
    }
    return true;
}

bool os_write(struct os_output *output, const struct span *pieces, size_t count,
              struct error *error)
{
    struct iovec batch[PIECES_A_CALL];
    for (size_t i = 0; i < count;) {
        int used = 0;
        for (; i < count && used < PIECES_A_CALL; i++) {
            if (pieces[i].size) {
                batch[used++] = (struct iovec){
                    .iov_base = (void *)(uintptr_t)pieces[i].data, .iov_len = pieces[i].size};
            }
        }
        if (!write_batch(output->fd, batch, used)) {
            return error_set_errno(error, errno, "%s: writing", output->temporary);
        }
    }
    return true;
}

bool os_sync(struct os_output *output, struct error *error)
{
    return fsync(output->fd) == 0 ||
           error_set_errno(error, errno, "%s: writing to the disk", output->temporary);
}

bool os_map_output(struct os_output *output, struct os_file *file, struct error *error)
{
    return map_descriptor(output->fd, output->temporary, file, error);
}

bool os_rename(struct os_output *output, struct error *error)
{
    if (rename(output->temporary, output->target) != 0) {
        return error_set_errno(error, errno, "%s: renaming it to %s", output->temporary,
                               base_name(output->target));
    }
    free(output->temporary);
    output->temporary = NULL;
    return true;
}

void os_discard(struct os_output *output)
{
    if (output->temporary) {
        unlink(output->temporary);
        free(output->temporary);
    }
    if (output->target && output->fd >= 0) {
        close(output->fd);
    }
    free(output->target);
    *output = (struct os_output){0};
}

bool os_remove(const char *path, struct error *error)
{
    return unlink(path) == 0 || errno == ENOENT || error_set_errno(error, errno, "%s", path);
}

bool os_sync_directory_of(const char *target, struct error *error)
{
    char *directory = directory_of(target);
    if (!directory) {
        return error_memory(error);
    }
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* some file systems cannot sync a directory and say so with EINVAL: nothing is lost then */
    bool done = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);
    if (!done) {
        error_set_errno(error, errno, "%s: writing the directory to the disk", directory);
    }
    if (fd >= 0) {
        close(fd);
    }
    free(directory);
    return done;
}

/** Write a copy of @path beside @backup and rename it. */
static bool copy_file(const char *path, const char *backup, struct error *error)
{
    struct os_file file = {0};
    struct os_output output = {0};
    bool done = os_map(path, &file, error) && os_create(backup, &file, &output, error) &&
                os_write(&output, &file.bytes, 1, error) && os_sync(&output, error) &&
                os_rename(&output, error);
    os_discard(&output);
    os_unmap(&file);
    return done;
}

bool os_backup(const char *path, const char *backup, struct error *error)
{
    if (unlink(backup) != 0 && errno != ENOENT) {
        return error_set_errno(error, errno, "%s: replacing it", backup);
    }
    return link(path, backup) == 0 || copy_file(path, backup, error);
}

bool os_make_directory(const char *path, struct error *error)
{
    if (mkdir(path, 0777) == 0 || (errno == EEXIST && os_kind(path) == OS_DIRECTORY)) {
        return true;
    }
    if (errno != ENOENT) {
        return error_set_errno(error, errno, "%s: making the directory", path);
    }
    char *parent = directory_of(path);
    bool done = parent && strcmp(parent, path) != 0 && os_make_directory(parent, error) &&
                (mkdir(path, 0777) == 0 || errno == EEXIST);
    free(parent);
    return done || error_set_errno(error, errno, "%s: making the directory", path);
}

bool os_lock_directory_of(const char *target, int *lock, struct error *error)
{
    char *directory = directory_of(target);
    if (!directory) {
        return error_memory(error);
    }
    *lock = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool done = *lock >= 0;
    while (done && flock(*lock, LOCK_EX) != 0) {
        /* file systems without locks (some network ones) cannot hold anybody off */
        done = errno == EINTR || errno == ENOLCK || errno == EOPNOTSUPP;
        if (done && errno != EINTR) {
            break;
        }
    }
    if (!done) {
        error_set_errno(error, errno, "%s: locking the directory", directory);
        os_unlock(*lock);
        *lock = -1;
    }
    free(directory);
    return done;
}

void os_unlock(int lock)
{
    if (lock >= 0) {
        close(lock);
    }
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
