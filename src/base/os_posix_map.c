/* SPDX-License-Identifier: MIT */
/** The platform, POSIX: inputs, mapped. */
#include "base/os_posix.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/** A mapping, until os_unmap(). */
struct os_mapping {
    struct span bytes;
    struct os_mapping *next, **back;
    char path[];
};

/* All that there are, for os_mapped_at(). */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct os_mapping *mappings;

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
    pthread_mutex_lock(&lock);
    mapping->next = mappings;
    mapping->back = &mappings;
    if (mapping->next) {
        mapping->next->back = &mapping->next;
    }
    mappings = mapping;
    pthread_mutex_unlock(&lock);
    return mapping;
}

static void forget_mapping(struct os_mapping *mapping)
{
    if (!mapping) {
        return;
    }
    pthread_mutex_lock(&lock);
    *mapping->back = mapping->next;
    if (mapping->next) {
        mapping->next->back = mapping->back;
    }
    pthread_mutex_unlock(&lock);
    free(mapping);
}

static const char *mapped_at(const void *address)
{
    uintptr_t wanted = (uintptr_t)address;
    for (const struct os_mapping *mapping = mappings; mapping; mapping = mapping->next) {
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
    pthread_mutex_lock(&lock);
    const char *path = mapped_at(address);
    pthread_mutex_unlock(&lock);
    return path;
}

static int64_t modified(const struct stat *status)
{
    return (int64_t)status->st_mtim.tv_sec * 1000000000 + status->st_mtim.tv_nsec;
}

bool posix_map(int fd, const char *path, struct os_file *file, struct error *error)
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
        .mode = status.st_mode & POSIX_MODE_BITS,
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
    bool done = posix_map(fd, path, file, error);
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
