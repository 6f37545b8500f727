/* SPDX-License-Identifier: MIT */
/*
 * A library for LD_PRELOAD that counts calls and makes one of them go wrong.
 *
 *   FAULT_COUNTS=FILE  add what is counted to FILE, an array of uint32_t in the order of faults.h
 *   FAULT=KIND:N:WHAT  the N-th call (from 1) of a kind does WHAT:
 *                      a number: fails with that errno; "short": takes half of what it is given;
 *                      "before", "after", "half": SIGKILL before the call, behind it, or in the
 *                      middle of a write; "cut": somebody empties the file FAULT_FILE
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>

#include "faults.h"

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

static const char *const names[] = FAULT_KINDS;

enum { BEFORE = -1, AFTER = -2, HALF = -3, SHORT = -4, CUT = -5 };

static atomic_uint counts[FAULT_KIND_COUNT];
static atomic_uint *shared; /* FAULT_COUNTS, or NULL */
static int wanted_kind = -1;
static unsigned wanted_number;
static int wanted_what;
static long file_to_cut = -1;

/** Say whose fault it is: libraries, too, are not always ready for what is done here. */
static void on_fault(int number, siginfo_t *info, void *context)
{
    const ucontext_t *state = context;
    Dl_info found = {0};
    (void)info;
#ifdef __x86_64__
    dladdr((void *)state->uc_mcontext.gregs[REG_RIP], &found);
#else
    (void)state;
#endif
    const char *name = found.dli_fname ? found.dli_fname : "?";
    syscall(SYS_write, 2, "crash in ", 9);
    syscall(SYS_write, 2, name, strlen(name));
    signal(number, SIG_DFL); /* comes again at once */
}

/** No function that is counted may be used in here: the raw system calls do. */
__attribute__((constructor)) static void read_wishes(void)
{
    const char *path = getenv("FAULT_COUNTS");
    const char *fault = getenv("FAULT");
    long fd = path ? syscall(SYS_openat, AT_FDCWD, path, O_RDWR) : -1;
    if (fd >= 0) {
        long at = syscall(SYS_mmap, NULL, sizeof counts, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
                          0L);
        shared = at == -1 ? NULL : (atomic_uint *)at;
        syscall(SYS_close, fd);
    }
    if (getenv("FAULT_FILE")) { /* this very file, whatever takes its name later */
        file_to_cut = syscall(SYS_openat, AT_FDCWD, getenv("FAULT_FILE"), O_RDWR | O_CLOEXEC);
    }
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &action, NULL);
    for (int i = 0; fault && i < FAULT_KIND_COUNT; i++) {
        size_t length = strlen(names[i]);
        if (strncmp(fault, names[i], length) == 0 && fault[length] == ':') {
            char *end;
            wanted_number = (unsigned)strtoul(fault + length + 1, &end, 10);
            end++;
            wanted_what = *end == 'b'   ? BEFORE
                          : *end == 'a' ? AFTER
                          : *end == 'h' ? HALF
                          : *end == 's' ? SHORT
                          : *end == 'c' ? CUT
                                        : atoi(end);
            wanted_kind = i;
        }
    }
}

static void die(void)
{
    syscall(SYS_kill, getpid(), SIGKILL);
}

/** Count a call. What it shall do: 0 nothing special, else as wanted. */
static int count(enum fault_kind kind)
{
    unsigned number = atomic_fetch_add(&counts[kind], 1) + 1;
    if (shared) {
        atomic_fetch_add(&shared[kind], 1);
    }
    int what = (int)kind == wanted_kind && number == wanted_number ? wanted_what : 0;
    if (what == BEFORE) {
        die();
    }
    if (what == CUT) {
        syscall(SYS_ftruncate, file_to_cut, 0L);
    }
    if (what > 0) {
        errno = what;
    }
    return what;
}

static int finish(int what, int result)
{
    if (what == AFTER) {
        die();
    }
    return result;
}

#define REAL(name) \
    static __typeof__(&name) real; \
    real = real ? real : (__typeof__(&name))(uintptr_t)dlsym(RTLD_NEXT, #name)

/** A function that returns -1 on failure. */
#define WRAP(kind, name, parameters, arguments) \
    int name parameters \
    { \
        REAL(name); \
        int what = count(kind); \
        return what > 0 ? -1 : finish(what, real arguments); \
    }

WRAP(FAULT_FSYNC, fsync, (int fd), (fd))
WRAP(FAULT_FSYNC, fdatasync, (int fd), (fd))
WRAP(FAULT_RENAME, rename, (const char *from, const char *to), (from, to))
WRAP(FAULT_RENAME, renameat, (int a, const char *from, int b, const char *to), (a, from, b, to))
WRAP(FAULT_FTRUNCATE, ftruncate, (int fd, off_t size), (fd, size))
WRAP(FAULT_LINK, link, (const char *from, const char *to), (from, to))
WRAP(FAULT_LINK, symlink, (const char *text, const char *path), (text, path))
WRAP(FAULT_UNLINK, unlink, (const char *path), (path))
WRAP(FAULT_UNLINK, unlinkat, (int fd, const char *path, int flags), (fd, path, flags))
WRAP(FAULT_MKDIR, mkdir, (const char *path, mode_t mode), (path, mode))
WRAP(FAULT_FSTAT, fstat, (int fd, struct stat *status), (fd, status))
WRAP(FAULT_STAT, stat, (const char *path, struct stat *status), (path, status))
WRAP(FAULT_STAT, lstat, (const char *path, struct stat *status), (path, status))
WRAP(FAULT_FLOCK, flock, (int fd, int how), (fd, how))
WRAP(FAULT_CHMOD, fchmod, (int fd, mode_t mode), (fd, mode))

int close(int fd)
{
    int what = count(FAULT_CLOSE);
    int result = (int)syscall(SYS_close, fd); /* also when it fails */
    if (what > 0) {
        errno = what;
        return -1;
    }
    return finish(what, result);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                   void *argument)
{
    REAL(pthread_create);
    int what = count(FAULT_THREAD);
    return what > 0 ? what : finish(what, real(thread, attributes, run, argument));
}

static mode_t mode_of(int flags, va_list *arguments)
{
    return flags & O_CREAT ? va_arg(*arguments, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = mode_of(flags, &arguments);
    va_end(arguments);
    int what = count(FAULT_OPEN);
    return what > 0 ? -1 : finish(what, (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

int openat(int directory, const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = mode_of(flags, &arguments);
    va_end(arguments);
    int what = count(FAULT_OPEN);
    return what > 0 ? -1 : finish(what, (int)syscall(SYS_openat, directory, path, flags, mode));
}

void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
    int what = count(FAULT_MMAP);
    if (what > 0) {
        return MAP_FAILED;
    }
    long result = syscall(SYS_mmap, at, size, protection, flags, fd, offset);
    finish(what, 0);
    return (void *)result; /* syscall() returns -1 as mmap() does */
}

/** Half of a write, at least one byte; what cannot be halved is done in full. */
static ssize_t write_half(int fd, const struct iovec *pieces, int piece_count)
{
    size_t total = 0;
    for (int i = 0; i < piece_count; i++) {
        total += pieces[i].iov_len;
    }
    size_t left = total / 2 ? total / 2 : total;
    ssize_t done = 0;
    for (int i = 0; i < piece_count && left; i++) {
        size_t size = pieces[i].iov_len < left ? pieces[i].iov_len : left;
        done += syscall(SYS_write, fd, pieces[i].iov_base, size);
        left -= size;
    }
    return done;
}

ssize_t writev(int fd, const struct iovec *pieces, int piece_count)
{
    int what = count(FAULT_WRITE);
    ssize_t done = -1;
    if (what == HALF || what == SHORT) {
        done = write_half(fd, pieces, piece_count);
    } else if (what <= 0) {
        done = syscall(SYS_writev, fd, pieces, piece_count);
    }
    finish(what == HALF ? AFTER : what, 0);
    return done;
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    struct iovec piece = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = size};
    return writev(fd, &piece, 1);
}

void *malloc(size_t size)
{
    return count(FAULT_MALLOC) > 0 ? NULL : __libc_malloc(size);
}

void *calloc(size_t number, size_t size)
{
    return count(FAULT_CALLOC) > 0 ? NULL : __libc_calloc(number, size);
}

void *realloc(void *memory, size_t size)
{
    return count(FAULT_REALLOC) > 0 ? NULL : __libc_realloc(memory, size);
}
