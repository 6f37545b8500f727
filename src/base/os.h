/* SPDX-License-Identifier: MIT */
/**
 * The platform seam: everything that armeld asks of the operating system about files.
 * os_posix.c is the only implementation so far; nothing above it includes a system header for
 * files, maps or directories.
 */
#ifndef ARMELD_BASE_OS_H
#define ARMELD_BASE_OS_H

#include "base/arena.h"
#include "base/error.h"
#include "base/span.h"

/** A file mapped for reading. Start with {0}; os_unmap() it. */
struct os_file {
    struct span bytes;
    uint64_t device; /**< with inode: which file it is, whatever its name */
    uint64_t inode;
    uint32_t mode;   /**< permission bits */
    uint32_t uid;
    uint32_t gid;
};

/** What stands at a path. */
enum os_kind {
    OS_NOTHING,
    OS_FILE,
    OS_DIRECTORY,
    OS_OTHER, /**< a device, a socket, ... */
};

/** Follow symlinks and tell what is there; a dangling link counts as nothing. */
enum os_kind os_kind(const char *path);

/** The same of the directory that @path lies in. */
enum os_kind os_kind_of_parent(const char *path);

/**
 * The path with all symlinks resolved, in @arena. What does not exist yet is allowed in the last
 * component only.
 */
const char *os_real_path(const char *path, struct arena *arena, struct error *error);

/** Whether both paths lead to one existing file. */
bool os_same_file(const char *a, const char *b);

/** Map a file for reading. */
bool os_map(const char *path, struct os_file *file, struct error *error);

/** Forget a mapping; nothing happens if there is none. */
void os_unmap(struct os_file *file);

/** Let go of the pages behind a mapping, ahead of os_unmap(); several threads may do so at once. */
void os_forget(struct span bytes);

/** Tell the system that @bytes of a mapping will be read soon, from front to back. */
void os_will_read(struct span bytes);

/**
 * A new file that is to take a target's place: written beside it under a name of its own
 * (".NAME.armeld-new"), made durable, renamed over it. Start with {0}; os_discard() it at the end
 * in any case: that removes what was not renamed.
 */
struct os_output {
    const char *suffix; /**< of the name; NULL: "armeld-new". For two files with one target. */
    char *target;    /**< final path, symlinks resolved */
    char *temporary; /**< path of the new file until it is renamed, NULL before and after */
    int fd;
};

/**
 * Create the new file beside @target. A left-over of an earlier run with the same name is
 * replaced.
 * @like the file whose mode and ownership it gets, or NULL for a plain new file
 */
bool os_create(const char *target, const struct os_file *like, struct os_output *output,
               struct error *error);

/** Append all pieces. */
bool os_write(struct os_output *output, const struct span *pieces, size_t count,
              struct error *error);

/** Wait until the contents are on the disk. */
bool os_sync(struct os_output *output, struct error *error);

/** Map what was written, to read it back. */
bool os_map_output(struct os_output *output, struct os_file *file, struct error *error);

/** Rename the new file over its target. */
bool os_rename(struct os_output *output, struct error *error);

/** Close, and remove the new file unless it was renamed. */
void os_discard(struct os_output *output);

/** Remove a file; that there is none is fine. */
bool os_remove(const char *path, struct error *error);

/** Make renames in @target's directory durable. */
bool os_sync_directory_of(const char *target, struct error *error);

/** Keep @path's contents under @backup as well: a hard link, or a copy where links are not had. */
bool os_backup(const char *path, const char *backup, struct error *error);

/** Make a directory and its parents; that it exists already is fine. */
bool os_make_directory(const char *path, struct error *error);

/**
 * Hold off other runs that write to the directory of @target, waiting for one that is at work.
 * @lock[out] for os_unlock(), -1 on failure
 */
bool os_lock_directory_of(const char *target, int *lock, struct error *error);
void os_unlock(int lock);

/** Called for each file found; false ends the walk. */
typedef bool os_visit(void *context, const char *path, struct error *error);

/**
 * Visit the files of a directory in byte order of their names; with @recursive those of its
 * subdirectories too, where the subdirectory's name comes. Names that begin with a dot are left
 * out. Symlinks to files are followed, symlinks to directories are not.
 */
bool os_walk(const char *directory, bool recursive, os_visit *visit, void *context,
             struct error *error);

/** Number of processors that this process may use, at least 1. */
unsigned os_processors(void);

#endif
