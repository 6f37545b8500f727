/* SPDX-License-Identifier: MIT */
/** The platform: new files, in the place of old ones or not at all. */
#include "base/os_system.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/path.h"

/** Longer names may be too long with a suffix: file systems allow 255 bytes, some 143. */
enum { LONGEST_NAME = 100 };

/*
 * What the process has in hand, for os_abandon(). The lock is held while temporary files come and
 * go, so that each one that exists is in the list, and the stage is true to the disk.
 */
static struct {
    pthread_mutex_t lock;
    struct os_output *temporaries;
    enum os_stage stage;
    bool changed; /* some file was renamed or removed, ever */
} hand = {.lock = PTHREAD_MUTEX_INITIALIZER};

static const char *const suffixes[] = {".armeld-new", ".armeld-passing", ".armeld-original"};

char *os_directory_of(const char *path)
{
    struct arena arena = {0};
    const char *directory = path_directory(path, &arena);
    char *copy = directory ? strdup(directory) : NULL;
    arena_free(&arena);
    return copy;
}

/** Only files are replaced, and links: never a device, a pipe or a directory of that name. */
static bool check_target(const char *target, struct error *error)
{
    enum system_entry entry;
    if (system_look(target, &entry) != 0) {
        return true; /* nothing is there, or creating it will say what is wrong */
    }
    return (entry != ENTRY_OTHER && entry != ENTRY_DIRECTORY) ||
           error_set(error, "%s: %s, which is not replaced", target,
                     entry == ENTRY_DIRECTORY ? "a directory" : "a device, a pipe or the like");
}

/** What stands for a file's name in that of its temporary file: where it is long, its digest. */
static const char *short_name(const char *name, char text[DIGEST_TEXT])
{
    if (strlen(name) > LONGEST_NAME) {
        digest_text(digest_of(span_of(name)), text);
        name = text;
    }
    return name;
}

/** Fill in target and temporary name. */
static bool name_output(struct os_output *output, const char *target, struct error *error)
{
    const char *suffix = suffixes[output->purpose];
    char text[DIGEST_TEXT];
    const char *name = short_name(path_base(target), text);
    if (!check_target(target, error)) {
        return false;
    }
    char *directory = os_directory_of(target);
    size_t size = directory ? strlen(directory) + strlen(name) + strlen(suffix) + 3 : 0;
    output->is_open = false;
    output->target = strdup(target);
    output->temporary = directory && output->target ? malloc(size) : NULL;
    if (output->temporary) {
        snprintf(output->temporary, size, "%s/.%s%s", directory, name, suffix);
    }
    free(directory);
    return output->temporary || error_memory(error);
}

/** Say why a temporary file cannot be made: where writing is forbidden, the directory is meant. */
static bool cannot_create(const struct os_output *output, int code, struct error *error)
{
    bool forbidden = code == EACCES || code == EPERM || code == EROFS;
    char *directory = forbidden ? os_directory_of(output->temporary) : NULL;
    if (directory) {
        error_set_errno(error, code, "%s: creating a file in this directory", directory);
    } else {
        error_set_errno(error, code, "%s: creating it", output->temporary);
    }
    free(directory);
    return false;
}

/**
 * Make the temporary file, a new one, a link to @from or a symlink of @text, in the place of a
 * left-over, which may be read-only or a link to somewhere else. Puts it into the list.
 */
static int make_temporary(struct os_output *output, const char *from, const char *text,
                          const struct os_file *like)
{
    pthread_mutex_lock(&hand.lock);
    system_remove(output->temporary);
    int code = from   ? system_link(from, output->temporary)
               : text ? system_make_link(text, output->temporary)
                      : system_create(output->temporary, like, &output->handle);
    if (code == 0) {
        output->is_open = !from && !text;
        hand.stage = hand.stage == OS_CHANGED ? OS_UNCHANGED : hand.stage;
        output->next = hand.temporaries;
        output->back = &hand.temporaries;
        if (output->next) {
            output->next->back = &output->next;
        }
        hand.temporaries = output;
    }
    pthread_mutex_unlock(&hand.lock);
    return code;
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

static bool create(const char *target, const char *text, const struct os_file *like,
                   struct os_output *output, struct error *error)
{
    if (!name_output(output, target, error)) {
        return false;
    }
    int code = make_temporary(output, NULL, text, like);
    if (code) {
        cannot_create(output, code, error);
        forget_temporary(output); /* it is not ours to remove */
        return false;
    }
    return true;
}

bool os_create(const char *target, const struct os_file *like, struct os_output *output,
               struct error *error)
{
    return create(target, NULL, like, output, error);
}

bool os_create_link(const char *target, const char *text, struct os_output *output,
                    struct error *error)
{
    return create(target, text, NULL, output, error);
}

bool os_write(struct os_output *output, const struct span *pieces, size_t count,
              struct error *error)
{
    const void *at = NULL;
    int code = system_write(output->handle, pieces, count, &at);
    /* what cannot be read is no longer in its file */
    const char *from = code == EFAULT ? os_mapped_at(at) : NULL;
    if (from) {
        return error_set(error, "%s: changed while it was read", from);
    }
    return code == 0 || error_set_errno(error, code, "%s: writing", output->temporary);
}

bool os_sync(struct os_output *output, struct error *error)
{
    int code = system_flush(output->handle);
    /* some file systems report a failed write only now; and many files are under way at once */
    int closed = system_close(output->handle);
    output->is_open = false;
    code = code ? code : closed;
    return code == 0 || error_set_errno(error, code, "%s: writing to the disk", output->temporary);
}

bool os_map_output(struct os_output *output, struct os_file *file, struct error *error)
{
    return os_map_handle(output->handle, output->temporary, file, error);
}

bool os_rename(struct os_output *output, struct error *error)
{
    pthread_mutex_lock(&hand.lock);
    int code = system_rename(output->temporary, output->target);
    if (code == 0) {
        hand.stage = OS_CHANGING;
        hand.changed = true;
        forget_temporary(output);
    }
    pthread_mutex_unlock(&hand.lock);
    return code == 0 || error_set_errno(error, code, "%s: renaming it to %s", output->temporary,
                                        path_base(output->target));
}

void os_discard(struct os_output *output)
{
    if (output->target && output->is_open) {
        system_close(output->handle); /* first: some systems remove no file that is open */
    }
    if (output->temporary) {
        pthread_mutex_lock(&hand.lock);
        system_remove(output->temporary);
        forget_temporary(output);
        pthread_mutex_unlock(&hand.lock);
    }
    free(output->target);
    *output = (struct os_output){0};
}

bool os_remove(const char *path, bool *removed, struct error *error)
{
    pthread_mutex_lock(&hand.lock);
    int code = system_remove(path);
    hand.stage = code == 0 ? OS_CHANGING : hand.stage;
    hand.changed |= code == 0;
    pthread_mutex_unlock(&hand.lock);
    *removed = *removed || code == 0;
    return code == 0 || code == ENOENT || error_set_errno(error, code, "%s: removing it", path);
}

bool os_remove_directory(const char *path, struct error *error)
{
    if (os_kind(path) != OS_DIRECTORY) {
        return true;
    }
    os_sweep(path);
    pthread_mutex_lock(&hand.lock);
    int code = system_remove_directory(path);
    pthread_mutex_unlock(&hand.lock);
    return code == 0 || code == ENOENT || code == ENOTEMPTY || code == EEXIST ||
           error_set_errno(error, code, "%s: removing the directory", path);
}

void os_finish(void)
{
    pthread_mutex_lock(&hand.lock);
    hand.stage = OS_CHANGED;
    pthread_mutex_unlock(&hand.lock);
}

bool os_has_changed(void)
{
    pthread_mutex_lock(&hand.lock);
    bool changed = hand.changed;
    pthread_mutex_unlock(&hand.lock);
    return changed;
}

enum os_stage os_abandon(void)
{
    pthread_mutex_lock(&hand.lock);
    if (hand.stage == OS_CHANGED) {
        pthread_mutex_unlock(&hand.lock);
        return OS_CHANGED;
    }
    for (struct os_output *output = hand.temporaries; output; output = output->next) {
        system_remove(output->temporary);
    }
    hand.temporaries = NULL;
    return hand.stage; /* the lock is never given back */
}

bool os_sync_directory_of(const char *target, struct error *error)
{
    char *directory = os_directory_of(target);
    if (!directory) {
        return error_memory(error);
    }
    int code = system_sync_directory(directory);
    bool done = code == 0 ||
                error_set_errno(error, code, "%s: writing the directory to the disk", directory);
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
    if (system_is_hard_link(path, backup)) {
        return true; /* rename() would do nothing between two names of one file */
    }
    if (!name_output(output, backup, error)) {
        return false;
    }
    if (make_temporary(output, path, NULL, NULL) == 0) {
        return true;
    }
    forget_temporary(output);
    os_discard(output);
    return copy_file(path, backup, output, error);
}

static bool is_temporary(const char *name)
{
    for (size_t i = 0; *name == '.' && i < sizeof suffixes / sizeof *suffixes; i++) {
        if (strlen(name) > strlen(suffixes[i]) && span_ends(span_of(name), suffixes[i])) {
            return true;
        }
    }
    return false;
}

bool os_is_left_over(const char *name)
{
    bool ours = false;
    if (!is_temporary(name)) {
        return false;
    }
    pthread_mutex_lock(&hand.lock);
    for (const struct os_output *output = hand.temporaries; output; output = output->next) {
        ours |= strcmp(path_base(output->temporary), name) == 0;
    }
    pthread_mutex_unlock(&hand.lock);
    return !ours;
}
