/* SPDX-License-Identifier: MIT */
#include "base/os.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
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
    MOST_LOCKS = 256,     /* each takes a file descriptor; further directories are not held */
};

/** A mapping, until os_unmap(). */
struct os_mapping {
    struct span bytes;
    struct os_mapping *next, **back;
    char path[];
};

/*
 * What the process has in hand, for os_abandon(). The lock is held while temporary files come and
 * go, so that each one that exists is in the list, and the stage is true to the disk.
 */
static struct {
    pthread_mutex_t lock;
    struct os_output *temporaries;
    struct os_mapping *mappings;
    enum os_stage stage;
} hand = {.lock = PTHREAD_MUTEX_INITIALIZER};

static const char *const suffixes[] = {".armeld-new", ".armeld-passing", ".armeld-original"};

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

const char *os_real_place(const char *path, struct arena *arena, struct error *error)
{
    char *directory = directory_of(path);
    char *parent = directory ? realpath(directory, NULL) : NULL;
    int code = errno;
    free(directory);
    if (!parent) {
        error_set_errno(error, code, "%s: its directory", path);
        return NULL;
    }
    bool root = strcmp(parent, "/") == 0;
    const char *result = arena_printf(arena, "%s/%s", root ? "" : parent, base_name(path));
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
    if (!real && code == ENOENT && *base_name(path) && !is_link(path)) {
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

/** Note a mapping for os_mapped_at(). Without memory it has no name then. */
static struct os_mapping *note_mapping(struct span bytes, const char *path)
{
    size_t size = strlen(path) + 1;
    struct os_mapping *mapping = malloc(sizeof *mapping + size);
    if (!mapping) {
        return NULL;
    }
    memcpy(mapping->path, path, size);
    mapping->bytes = bytes;
    pthread_mutex_lock(&hand.lock);
    mapping->next = hand.mappings;
    mapping->back = &hand.mappings;
    if (mapping->next) {
        mapping->next->back = &mapping->next;
    }
    hand.mappings = mapping;
    pthread_mutex_unlock(&hand.lock);
    return mapping;
}

static void forget_mapping(struct os_mapping *mapping)
{
    if (!mapping) {
        return;
    }
    pthread_mutex_lock(&hand.lock);
    *mapping->back = mapping->next;
    if (mapping->next) {
        mapping->next->back = mapping->back;
    }
    pthread_mutex_unlock(&hand.lock);
    free(mapping);
}

static const char *mapped_at(const void *address)
{
    uintptr_t wanted = (uintptr_t)address;
    for (const struct os_mapping *mapping = hand.mappings; mapping; mapping = mapping->next) {
        uintptr_t start = (uintptr_t)mapping->bytes.data;
        /* the last page is mapped to its end */
        uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
        if (wanted >= start && wanted - start < ((mapping->bytes.size + page - 1) & ~(page - 1))) {
            return mapping->path;
        }
    }
    return NULL;
}

const char *os_mapped_at(const void *address)
{
    pthread_mutex_lock(&hand.lock);
    const char *path = mapped_at(address);
    pthread_mutex_unlock(&hand.lock);
    return path;
}

static int64_t modified(const struct stat *status)
{
    return (int64_t)status->st_mtim.tv_sec * 1000000000 + status->st_mtim.tv_nsec;
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
        .modified = modified(&status),
    };
    if (status.st_size == 0) {
        return true;
    }
    void *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED) {
        return error_set_errno(error, errno, "%s: mapping it", path);
    }
    file->bytes = span_make(bytes, (size_t)status.st_size);
    file->mapping = note_mapping(file->bytes, path);
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
    forget_mapping(file->mapping);
    file->mapping = NULL;
    file->bytes = (struct span){0};
}

bool os_check_unchanged(const char *path, const struct os_file *file, struct error *error)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        return error_set_errno(error, errno, "%s: looking at it again", path);
    }
    return ((uint64_t)status.st_dev == file->device && (uint64_t)status.st_ino == file->inode &&
            (uint64_t)status.st_size == file->bytes.size && modified(&status) == file->modified) ||
           error_set(error, "%s: changed while it was read", path);
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

/** Fill in target and temporary name. */
static bool name_output(struct os_output *output, const char *target, struct error *error)
{
    const char *suffix = suffixes[output->purpose];
    char *directory = directory_of(target);
    size_t size = directory ? strlen(directory) + strlen(target) + strlen(suffix) + 3 : 0;
    output->fd = -1;
    output->target = strdup(target);
    output->temporary = directory && output->target ? malloc(size) : NULL;
    if (output->temporary) {
        snprintf(output->temporary, size, "%s/.%s%s", directory, base_name(target), suffix);
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
    return map_descriptor(output->fd, output->temporary, file, error);
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
                                   base_name(output->target));
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
    char *directory = directory_of(target);
    bool done = directory && (lock_directory(directory, true, locks, error) ||
                              error->kind == ERROR_NONE);
    free(directory);
    return done || error->kind != ERROR_NONE ? done : error_memory(error);
}

/** Whether a file has a temporary name of ours. */
static bool is_temporary(const char *name)
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

/** Remove what earlier runs left behind; what cannot be removed hurts nobody. */
static void sweep(const char *directory)
{
    DIR *entries = opendir(directory);
    const struct dirent *entry;
    while (entries && (entry = readdir(entries))) {
        if (is_temporary(entry->d_name)) {
            unlinkat(dirfd(entries), entry->d_name, 0);
        }
    }
    if (entries) {
        closedir(entries);
    }
}

bool os_claim_directory_of(const char *target, struct os_locks *locks, struct error *error)
{
    char *directory = directory_of(target);
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
