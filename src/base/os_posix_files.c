/* SPDX-License-Identifier: MIT */
/** The platform, POSIX: files, mapped, written and renamed. */
#include "base/os_system.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PIECES_A_CALL = 1024 }; /* IOV_MAX of every system in use */
enum { MODE_BITS = 07777 };

#ifdef __APPLE__
#define MODIFIED st_mtimespec
#else
#define MODIFIED st_mtim
#endif

/* ---- reading ----------------------------------------------------------------------------- */

int system_open(const char *path, os_handle *handle)
{
    /* without O_NONBLOCK, opening a FIFO waits for somebody to write to it */
    *handle = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    return *handle < 0 ? errno : 0;
}

uint32_t os_kept_mode(uint32_t mode)
{
    return mode & MODE_BITS;
}

static int identify(const struct stat *status, struct os_file *file, uint64_t *size)
{
    if (!S_ISREG(status->st_mode)) {
        return EINVAL;
    }
    *size = (uint64_t)status->st_size;
    *file = (struct os_file){
        .device = (uint64_t)status->st_dev,
        .inode = (uint64_t)status->st_ino,
        .mode = status->st_mode & MODE_BITS,
        .uid = status->st_uid,
        .gid = status->st_gid,
        .modified = (int64_t)status->MODIFIED.tv_sec * 1000000000 + status->MODIFIED.tv_nsec,
    };
    return 0;
}

int system_identify(os_handle handle, struct os_file *file, uint64_t *size)
{
    struct stat status;
    return fstat(handle, &status) == 0 ? identify(&status, file, size) : errno;
}

int system_identify_path(const char *path, struct os_file *file, uint64_t *size)
{
    struct stat status;
    return stat(path, &status) == 0 ? identify(&status, file, size) : errno;
}

const void *system_map(os_handle handle, size_t size)
{
    void *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, handle, 0);
    return bytes == MAP_FAILED ? NULL : bytes;
}

void system_unmap(struct span bytes)
{
    munmap((void *)(uintptr_t)bytes.data, bytes.size);
}

size_t system_page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
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
        uintptr_t page = system_page_size();
        uintptr_t start = (uintptr_t)bytes.data & ~(page - 1);
        posix_madvise((void *)start, (uintptr_t)bytes.data + bytes.size - start,
                      POSIX_MADV_WILLNEED);
    }
}

bool os_gather(const char *beside, const struct os_file *like, const struct span *pieces,
               size_t count, struct os_file *file, struct error *error)
{
    struct os_output output = {.purpose = OS_ORIGINAL};
    bool done = os_create(beside, like, &output, error) &&
                os_write(&output, pieces, count, error) && os_map_output(&output, file, error);
    os_discard(&output); /* the mapping stays */
    return done;
}

/* ---- writing ----------------------------------------------------------------------------- */

/** Give a new file the owner and mode of another one. */
static int copy_rights(int fd, const struct os_file *like)
{
    if (like->uid != geteuid() || like->gid != getegid()) {
        /* only the superuser may give files away; others keep what they can */
        if (fchown(fd, like->uid, like->gid) != 0 && errno != EPERM) {
            return errno;
        }
    }
    return fchmod(fd, (mode_t)like->mode) == 0 ? 0 : errno;
}

int system_create(const char *path, const struct os_file *like, os_handle *handle)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, like ? 0600 : 0666);
    int code = fd < 0 ? errno : like ? copy_rights(fd, like) : 0;
    if (fd >= 0 && code) {
        close(fd);
        unlink(path);
    }
    *handle = fd;
    return code;
}

/** Write all of one batch; pieces are used up from the front. */
static int write_batch(int fd, struct iovec *pieces, int count, const void **from)
{
    while (count > 0) {
        ssize_t written = writev(fd, pieces, count);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            *from = pieces->iov_base;
            return errno;
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
    return 0;
}

int system_write(os_handle handle, const struct span *pieces, size_t count, const void **from)
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
        int code = write_batch(handle, batch, used, from);
        if (code) {
            return code;
        }
    }
    return 0;
}

int system_flush(os_handle handle)
{
    return fsync(handle) == 0 ? 0 : errno;
}

int system_close(os_handle handle)
{
    return close(handle) == 0 ? 0 : errno;
}

int system_may_replace(const char *path)
{
    (void)path; /* always, whoever has it open */
    return 0;
}

int system_rename(const char *from, const char *to)
{
    return rename(from, to) == 0 ? 0 : errno;
}

int system_remove(const char *path)
{
    return unlink(path) == 0 ? 0 : errno;
}

int system_link(const char *from, const char *to)
{
    return link(from, to) == 0 ? 0 : errno;
}

int system_make_link(const char *text, const char *path)
{
    return symlink(text, path) == 0 ? 0 : errno;
}

int system_read_link(const char *path, struct arena *arena, const char **text)
{
    char buffer[PATH_MAX];
    ssize_t size = readlink(path, buffer, sizeof buffer);
    if (size < 0 || size == (ssize_t)sizeof buffer) {
        return size < 0 ? errno : ENAMETOOLONG;
    }
    *text = arena_printf(arena, "%.*s", (int)size, buffer);
    return *text ? 0 : ENOMEM;
}
