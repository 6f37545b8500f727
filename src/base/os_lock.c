/* SPDX-License-Identifier: MIT */
/** The platform: directories that one run holds, and cleans up after earlier ones. */
#include "base/os_system.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/path.h"

enum { MOST_LOCKS = 256 }; /* each takes a file descriptor; further directories are not held */

static struct os_lock *find_lock(const struct os_locks *locks, const struct os_lock *wanted)
{
    for (size_t i = 0; i < locks->count; i++) {
        struct os_lock *lock = &locks->list[i];
        if (lock->device == wanted->device && lock->inode == wanted->inode) {
            return lock;
        }
    }
    return NULL;
}

/** The directories that this process holds, and which thread locked each. */
static struct {
    pthread_mutex_t lock;
    struct holding {
        const struct os_locks *locks;
        pthread_t thread;
        struct holding *next;
    } *first;
} held_here = {.lock = PTHREAD_MUTEX_INITIALIZER};

/** Note that this thread holds a directory for @locks. */
static bool note(const struct os_locks *locks)
{
    struct holding *holding = malloc(sizeof *holding);
    if (!holding) {
        return false;
    }
    *holding = (struct holding){.locks = locks, .thread = pthread_self()};
    pthread_mutex_lock(&held_here.lock);
    holding->next = held_here.first;
    held_here.first = holding;
    pthread_mutex_unlock(&held_here.lock);
    return true;
}

/** Forget all that is noted for @locks. */
static void forget(const struct os_locks *locks)
{
    pthread_mutex_lock(&held_here.lock);
    for (struct holding **at = &held_here.first; *at;) {
        struct holding *holding = *at;
        if (holding->locks == locks) {
            *at = holding->next;
            free(holding);
        } else {
            at = &holding->next;
        }
    }
    pthread_mutex_unlock(&held_here.lock);
}

/** Whether this thread holds a directory for other locks: if it waited, it might wait for ever. */
static bool holds_another(const struct os_locks *locks)
{
    bool holds = false;
    pthread_mutex_lock(&held_here.lock);
    for (const struct holding *at = held_here.first; at; at = at->next) {
        holds |= at->locks != locks && pthread_equal(at->thread, pthread_self());
    }
    pthread_mutex_unlock(&held_here.lock);
    return holds;
}

/** Lock a directory; with @wait, wait for another run. Returns 0 or an errno. */
static int lock_patiently(const char *directory, bool wait, const struct os_locks *locks,
                          struct os_lock *lock)
{
    enum { A_SECOND = 1000 };
    bool waits = wait && !locks->no_wait && !holds_another(locks);
    int code = system_lock(directory, waits ? A_SECOND : 0, lock);
    if (waits && code == EWOULDBLOCK && locks->waiting) {
        locks->waiting(locks->context, directory);
    }
    while (waits && code == EWOULDBLOCK) {
        code = system_lock(directory, A_SECOND, lock);
    }
    return code;
}

/** @again a later run may well succeed: nobody asked not to wait */
static bool cannot_lock(const char *directory, int code, bool again,
                        const struct os_locks *locks, struct error *error)
{
    if (code != EWOULDBLOCK) {
        return error_set_errno(error, code, "%s: locking the directory", directory);
    }
    return error_set(error, "%s: another run is at work in this directory%s", directory,
                     holds_another(locks) ? ", perhaps another handle of this thread, which does "
                                            "not wait for itself"
                     : again              ? ": run this again when it has ended"
                                          : "");
}

/** Hold a directory that is not held yet. NULL and an error, or NULL and none if they are many. */
static struct os_lock *lock_directory(const char *directory, bool wait, struct os_locks *locks,
                                      struct error *error)
{
    struct os_lock lock = {0};
    int code = system_open_directory(directory, &lock);
    if (code) {
        error_set_errno(error, code, "%s: locking the directory", directory);
        return NULL;
    }
    struct os_lock *held = find_lock(locks, &lock);
    if (held || locks->count == MOST_LOCKS) {
        system_unlock(&lock);
        return held;
    }
    struct os_lock *list = realloc(locks->list, (locks->count + 1) * sizeof *list);
    locks->list = list ? list : locks->list;
    code = list ? lock_patiently(directory, wait, locks, &lock) : 0;
    if (code) {
        cannot_lock(directory, code, !wait && !locks->no_wait, locks, error);
    } else if (!list || !note(locks)) {
        error_memory(error);
    } else {
        list[locks->count] = lock;
        /* cppcheck-suppress memleak ; locks->list is the owner */
        return &list[locks->count++];
    }
    system_unlock(&lock);
    return NULL;
}

bool os_lock_directory_of(const char *target, struct os_locks *locks, struct error *error)
{
    char *directory = os_directory_of(target);
    bool done = directory && (lock_directory(directory, true, locks, error) ||
                              error->kind == ERROR_NONE);
    free(directory);
    return done || error->kind != ERROR_NONE ? done : error_memory(error);
}

/** Whether a file that stepped aside (".NAME.armeld-old", Windows) has a successor by now. */
static bool is_succeeded(const char *directory, const char *name)
{
    static const char suffix[] = ".armeld-old";
    struct arena arena = {0};
    size_t length = strlen(name);
    bool aside = *name == '.' && length > sizeof suffix && span_ends(span_of(name), suffix);
    const char *path = aside ? arena_printf(&arena, "%s/%.*s", directory,
                                            (int)(length - sizeof suffix), name + 1)
                             : NULL;
    bool succeeded = path && os_kind(path) == OS_FILE;
    arena_free(&arena);
    return succeeded;
}

void os_sweep(const char *directory)
{
    struct system_names names = {0};
    struct arena arena = {0};
    if (system_list(directory, &names) != 0) {
        return;
    }
    for (size_t i = 0; i < names.count; i++) {
        bool left = os_is_left_over(names.list[i]) || is_succeeded(directory, names.list[i]);
        const char *path = left ? path_join(directory, names.list[i], &arena) : NULL;
        if (path) {
            system_remove(path);
        }
    }
    system_free_names(&names);
    arena_free(&arena);
}

bool os_claim_directory_of(const char *target, struct os_locks *locks, struct error *error)
{
    char *directory = os_directory_of(target);
    if (!directory) {
        return error_memory(error);
    }
    struct os_lock *lock = lock_directory(directory, false, locks, error);
    if (lock && !lock->swept) {
        lock->swept = true;
        os_sweep(directory);
    }
    free(directory);
    return lock || error->kind == ERROR_NONE;
}

void os_unlock(struct os_locks *locks)
{
    for (size_t i = 0; i < locks->count; i++) {
        system_unlock(&locks->list[i]);
    }
    free(locks->list);
    for (size_t i = locks->made_count; i > 0; i--) { /* those below come after their parents */
        system_remove_directory(locks->made[i - 1]);
        free(locks->made[i - 1]);
    }
    free(locks->made);
    locks->list = NULL;
    locks->made = NULL;
    locks->count = locks->made_count = 0;
    forget(locks);
}
