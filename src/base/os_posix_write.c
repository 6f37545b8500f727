/* SPDX-License-Identifier: MIT */
/** The platform, POSIX: new files, in the place of old ones or not at all. */
#include "base/os_posix.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PIECES_A_CALL = 1024 }; /* IOV_MAX of every system in use */

/*
 * What the process has in hand, for os_abandon(). The lock is held while temporary files come and
 * go, so that each one that exists is in the list, and the stage is true to the disk.
 */
static struct {
    pthread_mutex_t lock;
    struct os_output *temporaries;
    enum os_stage stage;
} hand = {.lock = PTHREAD_MUTEX_INITIALIZER};

static const char *const suffixes[] = {".armeld-new", ".armeld-passing", ".armeld-original"};

/** Fill in target and temporary name. */
static bool name_output(struct os_output *output, const char *target, struct error *error)
{
    const char *suffix = suffixes[output->purpose];
    char *directory = posix_directory_of(target);
    size_t size = directory ? strlen(directory) + strlen(target) + strlen(suffix) + 3 : 0;
    output->fd = -1;
    output->target = strdup(target);
    output->temporary = directory && output->target ? malloc(size) : NULL;
    if (output->temporary) {
        snprintf(output->temporary, size, "%s/.%s%s", directory, posix_base_name(target), suffix);
    }
    free(directory);
    return output->temporary || error_memory(error);
}

/**
 * Make the temporary file, a new one or a link to @from, in the place of a left-over, which may be
 * read-only or a link to somewhere else. Puts it into the list; sets errno on failure.
 */
static bool make_temporary(struct os_output *output, const char *from, mode_t mode)
{
    pthread_mutex_lock(&hand.lock);
    unlink(output->temporary);
    bool done;
    if (from) {
        done = link(from, output->temporary) == 0;
    } else {
        output->fd = open(output->temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        done = output->fd >= 0;
    }
    int code = errno;
    if (done) {
        hand.stage = hand.stage == OS_CHANGED ? OS_UNCHANGED : hand.stage;
        output->next = hand.temporaries;
        output->back = &hand.temporaries;
        if (output->next) {
            output->next->back = &output->next;
        }
        hand.temporaries = output;
    }
    pthread_mutex_unlock(&hand.lock);
    errno = code;
    return done;
}

/** Take it out of the list, with the lock held; it is renamed, or removed. */
static void forget_temporary(struct os_output *output)
{
    if (output->back) {
        *output->back = output->next;
        if (output->next) {
            output->next->back = output->back;
        }
        output->back = NULL;
    }
    free(output->temporary);
    output->temporary = NULL;
}

bool os_create(const char *target, const struct os_file *like, struct os_output *output,
               struct error *error)
{
    if (!name_output(output, target, error)) {
        return false;
    }
    const char *name = output->temporary;
    if (!make_temporary(output, NULL, like ? 0600 : 0666)) {
        error_set_errno(error, errno, "%s: creating it", name);
        forget_temporary(output); /* it is not ours to remove */
        return false;
    }
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
static bool write_batch(const struct os_output *output, struct iovec *pieces, int count,
                        struct error *error)
{
    while (count > 0) {
        ssize_t written = writev(output->fd, pieces, count);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            int code = errno;
            /* what cannot be read is no longer in its file */
            const char *from = code == EFAULT ? os_mapped_at(pieces->iov_base) : NULL;
            return from ? error_set(error, "%s: changed while it was read", from)
                        : error_set_errno(error, code, "%s: writing", output->temporary);
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
        if (!write_batch(output, batch, used, error)) {
            return false;
        }
    }
    return true;
}

bool os_sync(struct os_output *output, struct error *error)
{
    bool done = fsync(output->fd) == 0;
    int code = errno;
    /* some file systems report a failed write only now; and many files are under way at once */
    if (close(output->fd) != 0 && done) {
        done = false;
        code = errno;
    }
    output->fd = -1;
    return done || error_set_errno(error, code, "%s: writing to the disk", output->temporary);
}

bool os_map_output(struct os_output *output, struct os_file *file, struct error *error)
{
    return posix_map(output->fd, output->temporary, file, error);
}

bool os_rename(struct os_output *output, struct error *error)
{
    pthread_mutex_lock(&hand.lock);
    bool done = rename(output->temporary, output->target) == 0;
    int code = errno;
    if (done) {
        hand.stage = OS_CHANGING;
        forget_temporary(output);
    }
    pthread_mutex_unlock(&hand.lock);
    return done || error_set_errno(error, code, "%s: renaming it to %s", output->temporary,
                                   posix_base_name(output->target));
}

void os_discard(struct os_output *output)
{
    if (output->temporary) {
        pthread_mutex_lock(&hand.lock);
        unlink(output->temporary);
        forget_temporary(output);
        pthread_mutex_unlock(&hand.lock);
    }
    if (output->target && output->fd >= 0) {
        close(output->fd);
    }
    free(output->target);
    *output = (struct os_output){0};
}

bool os_remove(const char *path, bool *removed, struct error *error)
{
    pthread_mutex_lock(&hand.lock);
    bool done = unlink(path) == 0;
    int code = errno;
    hand.stage = done ? OS_CHANGING : hand.stage;
    pthread_mutex_unlock(&hand.lock);
    *removed = *removed || done;
    return done || code == ENOENT || error_set_errno(error, code, "%s: removing it", path);
}

void os_finish(void)
{
    pthread_mutex_lock(&hand.lock);
    hand.stage = OS_CHANGED;
    pthread_mutex_unlock(&hand.lock);
}

enum os_stage os_abandon(void)
{
    pthread_mutex_lock(&hand.lock);
    if (hand.stage == OS_CHANGED) {
        pthread_mutex_unlock(&hand.lock);
        return OS_CHANGED;
    }
    for (struct os_output *output = hand.temporaries; output; output = output->next) {
        unlink(output->temporary);
    }
    hand.temporaries = NULL;
    return hand.stage; /* the lock is never given back */
}

bool os_sync_directory_of(const char *target, struct error *error)
{
    char *directory = posix_directory_of(target);
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

static bool copy_file(const char *path, const char *copy, struct os_output *output,
                      struct error *error)
{
    struct os_file file = {0};
    bool done = os_map(path, &file, error) && os_create(copy, &file, output, error) &&
                os_write(output, &file.bytes, 1, error) && os_sync(output, error);
    os_unmap(&file);
    return done;
}

bool os_backup(const char *path, const char *backup, struct os_output *output,
               struct error *error)
{
    struct stat original;
    struct stat copy;
    if (stat(path, &original) == 0 && lstat(backup, &copy) == 0 &&
        original.st_dev == copy.st_dev && original.st_ino == copy.st_ino) {
        return true; /* rename() would do nothing between two names of one file */
    }
    if (!name_output(output, backup, error)) {
        return false;
    }
    if (make_temporary(output, path, 0)) {
        return true;
    }
    forget_temporary(output);
    os_discard(output);
    return copy_file(path, backup, output, error);
}

/** Whether a file has a temporary name of ours. */
bool posix_is_temporary(const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; *name == '.' && i < sizeof suffixes / sizeof *suffixes; i++) {
        size_t end = strlen(suffixes[i]);
        if (length > end && strcmp(name + length - end, suffixes[i]) == 0) {
            return true;
        }
    }
    return false;
}
