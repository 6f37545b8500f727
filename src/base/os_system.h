/* SPDX-License-Identifier: MIT */
/**
 * What the systems differ in, below the platform seam: os_posix*.c and os_windows*.c each
 * implement this, the other os_*.c files use it. Only for os_*.c.
 *
 * Functions of type int return 0, or a value of errno.
 */
#ifndef ARMELD_BASE_OS_SYSTEM_H
#define ARMELD_BASE_OS_SYSTEM_H

#include "base/os.h"
#include "base/os_errors.h"

/* ---- files ------------------------------------------------------------------------------- */

/** Open a file for reading, without blocking. */
int system_open(const char *path, os_handle *handle);

/** Create a new file, with the mode and owner of @like if there is one; EEXIST if it is there. */
int system_create(const char *path, const struct os_file *like, os_handle *handle);

/** Append all pieces. @from[out] the bytes that could not be written */
int system_write(os_handle handle, const struct span *pieces, size_t count, const void **from);

/** Sync the contents to disk. */
int system_flush(os_handle handle);

int system_close(os_handle handle);

/** Fill in identity, size, mode, owner and time: all of @file but the mapping. */
int system_identify(os_handle handle, struct os_file *file, uint64_t *size);
int system_identify_path(const char *path, struct os_file *file, uint64_t *size);

/** Map @size bytes for reading; NULL with errno set. */
const void *system_map(os_handle handle, size_t size);
void system_unmap(struct span bytes);
size_t system_page_size(void);

/** Check that a file can be replaced: EBUSY if another process prevents it. */
int system_may_replace(const char *path);

/** Replace @to by @from, at once. */
int system_rename(const char *from, const char *to);
int system_remove(const char *path);
int system_link(const char *from, const char *to);

/** Make a symlink with a text; ENOTSUP where armeld makes none. */
int system_make_link(const char *text, const char *path);

/** Read a symlink's text, in @arena. */
int system_read_link(const char *path, struct arena *arena, const char **text);

/** Whether @other is a hard link of @path, not a symlink to it. */
bool system_is_hard_link(const char *path, const char *other);

/* ---- directories ------------------------------------------------------------------------- */

int system_sync_directory(const char *directory);
int system_make_directory(const char *path);
int system_remove_directory(const char *path);

/** Names in a directory, in memory that the caller frees. */
struct system_names {
    char **list;
    size_t count;
};

/** All but "." and "..", in byte order. */
int system_list(const char *directory, struct system_names *names);
void system_free_names(struct system_names *names);

/** The kind of file at a path, without following a symlink. */
enum system_entry { ENTRY_OTHER, ENTRY_FILE, ENTRY_DIRECTORY, ENTRY_LINK };
int system_look(const char *path, enum system_entry *entry);

/** Fill in the directory's device and inode, and a handle for system_lock(). */
int system_open_directory(const char *directory, struct os_lock *lock);

/**
 * Lock a directory; EWOULDBLOCK if another process, or a handle of this one, still holds it after
 * @milliseconds.
 */
int system_lock(const char *directory, unsigned milliseconds, struct os_lock *lock);
void system_unlock(struct os_lock *lock);

/* ---- programs ---------------------------------------------------------------------------- */

/** Where what a program prints goes to, piece by piece; false: no more of it is wanted. */
typedef bool system_take(void *context, const void *bytes, size_t size);

/**
 * Run a program in a folder, or NULL, to its end, or to that of its output's welcome: then it is
 * killed.
 * ENOENT: there is no such program. @status[out] its exit status, -1 if a signal ended it
 */
int system_run(const char *folder, const char *const *arguments, system_take *take, void *context,
               int *status);

/* ---- paths ------------------------------------------------------------------------------- */

/** The path of an existing file without symlinks, in @arena. */
int system_real_path(const char *path, struct arena *arena, const char **real);

/* ---- for the common part ----------------------------------------------------------------- */

/** The directory that a path's file is in, in memory that the caller frees; NULL without memory. */
char *os_directory_of(const char *path);

/** Map an open file; the handle stays open. @path is for messages. */
bool os_map_handle(os_handle handle, const char *path, struct os_file *file, struct error *error);

/** Whether a file has a temporary name of armeld's, and this process does not write it. */
bool os_is_left_over(const char *name);

#endif
