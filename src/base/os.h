/* SPDX-License-Identifier: MIT */
/**
 * The platform seam: everything that armeld asks of the operating system about files. What all
 * systems have in common is in os_*.c, the rest in os_posix*.c and os_windows*.c (os_system.h);
 * nothing above them includes a system header for files, maps or directories.
 *
 * Paths are UTF-8, or any bytes where the system takes them, with '/' between the names:
 * os_plain_path() makes them so.
 */
#ifndef ARMELD_BASE_OS_H
#define ARMELD_BASE_OS_H

#include "base/arena.h"
#include "base/error.h"
#include "base/span.h"

struct os_mapping;

/** An open file of the system. */
#ifdef _WIN32
typedef void *os_handle;
#else
typedef int os_handle;
#endif

/** A file mapped for reading. Start with {0}; os_unmap() it. */
struct os_file {
    struct span bytes;
    struct os_mapping *mapping; /**< for os_mapped_at() */
    uint64_t device; /**< with inode: which file it is, whatever its name */
    uint64_t inode;
    uint32_t mode;   /**< permission bits */
    uint32_t uid;
    uint32_t gid;
    int64_t modified; /**< when; some clock's nanoseconds */
    uint64_t size;    /**< as bytes.size, but it stays after os_unmap() */
};

/** A path as users write it, with '/' between the names; @path itself if it is so. NULL: memory. */
const char *os_plain_path(const char *path, struct arena *arena);

/** What stands at a path. */
enum os_kind {
    OS_NOTHING,
    OS_FILE,
    OS_DIRECTORY,
    OS_OTHER, /**< a device, a socket, ... */
};

/**
 * Follow symlinks and tell what is there; a dangling link counts as nothing. What the system fails
 * to look at is something else.
 */
enum os_kind os_kind(const char *path);

/** The same of the directory that @path lies in. */
enum os_kind os_kind_of_parent(const char *path);

/**
 * The path with all symlinks resolved, in @arena. What does not exist yet is allowed in the last
 * component only.
 */
const char *os_real_path(const char *path, struct arena *arena, struct error *error);

/** The path with all symlinks resolved but one in the last component: where a new file goes. */
const char *os_real_place(const char *path, struct arena *arena, struct error *error);

/** Whether both paths lead to one existing file. */
bool os_same_file(const char *a, const char *b);

/** Map a file for reading. */
bool os_map(const char *path, struct os_file *file, struct error *error);

/**
 * Put pieces together in memory that can be paged out, as if a file with them were mapped: on POSIX
 * in a file without a name beside @beside, which has the rights of @like.
 */
bool os_gather(const char *beside, const struct os_file *like, const struct span *pieces,
               size_t count, struct os_file *file, struct error *error);

/**
 * Forget a mapping; nothing happens if there is none. Some systems replace no file that is mapped:
 * this comes before os_rename(). What the file was stays known, for os_check_unchanged().
 */
void os_unmap(struct os_file *file);

/**
 * Whether @path still leads to the file that was mapped, and nobody wrote to it since. An error
 * if not: what was made of it is worth nothing, and to replace it would lose what is there now.
 */
bool os_check_unchanged(const char *path, const struct os_file *file, struct error *error);

/** Let go of the pages behind a mapping, ahead of os_unmap(); several threads may do so at once. */
void os_forget(struct span bytes);

/** Tell the system that @bytes of a mapping will be read soon, from front to back. */
void os_will_read(struct span bytes);

/** What a new file is to its target; each has a name of its own beside it. */
enum os_purpose {
    OS_NEW,      /**< ".NAME.armeld-new" */
    OS_PASSING,  /**< ".NAME.armeld-passing": comes before the new one */
    OS_ORIGINAL, /**< ".NAME.armeld-original": the same, for a library */
};

/**
 * A new file that is to take a target's place: written beside it under a temporary name, made
 * durable, renamed over it. Start with {0} or a purpose; os_discard() it at the end in any case:
 * that removes what was not renamed. Must not be moved in memory meanwhile: os_abandon() knows it.
 */
struct os_output {
    enum os_purpose purpose;
    char *target;    /**< final path, symlinks resolved */
    char *temporary; /**< path of the new file until it is renamed, NULL before and after */
    os_handle handle;
    bool is_open;
    struct os_output *next, **back; /**< in the list of all that have a temporary file */
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

/** Wait until the contents are on the disk, and close the file. */
bool os_sync(struct os_output *output, struct error *error);

/** Map what was written, to read it back; before os_sync(), which closes the file. */
bool os_map_output(struct os_output *output, struct os_file *file, struct error *error);

/** Rename the new file over its target. */
bool os_rename(struct os_output *output, struct error *error);

/** Close, and remove the new file unless it was renamed. */
void os_discard(struct os_output *output);

/** Remove a file; that there is none is fine. @removed set to true if there was one */
bool os_remove(const char *path, bool *removed, struct error *error);

/** Make renames in @target's directory durable. */
bool os_sync_directory_of(const char *target, struct error *error);

/**
 * A new file with @path's contents that is to become @backup: a hard link, or a copy where links
 * are not had. Nothing is to be renamed if @backup is such a link already.
 */
bool os_backup(const char *path, const char *backup, struct os_output *output,
               struct error *error);

/** Make a directory and its parents; that it exists already is fine. */
bool os_make_directory(const char *path, struct error *error);

/** A directory that is held. */
struct os_lock {
    os_handle handle;
    bool is_open;
    uint64_t device;
    uint64_t inode;
    bool swept;
};

/** All directories that a run holds. Start with {0}; os_unlock() them. */
struct os_locks {
    struct os_lock *list;
    size_t count;
};

/** Hold off other runs that write to the directory of @target, waiting for one that is at work. */
bool os_lock_directory_of(const char *target, struct os_locks *locks, struct error *error);

/**
 * Make ready to write to the directory of @target: hold it if it is not held yet, and remove
 * temporary files that earlier runs left there. Another run at work there is an error: who waits
 * with one directory in hand may wait for one who waits for that.
 */
bool os_claim_directory_of(const char *target, struct os_locks *locks, struct error *error);

void os_unlock(struct os_locks *locks);

/** How far this process has come with files that others can see. */
enum os_stage {
    OS_UNCHANGED, /**< nothing is renamed or removed yet */
    OS_CHANGING,  /**< something is */
    OS_CHANGED,   /**< all that was to be */
};

/** Nothing more is to be renamed or removed. */
void os_finish(void);

/**
 * For a program that must end early, because of a signal: remove all temporary files, stop all
 * changes (threads that go on with them wait for ever), and tell how far they are. Once only, and
 * _exit() behind it; but with OS_CHANGED nothing is done, as there is nothing left to do.
 *
 * Takes a lock, so it is for a thread that waits for signals, and for handlers of SIGBUS and
 * other signals that a thread earns by reading a mapping, but not for other handlers.
 */
enum os_stage os_abandon(void);

/** Path of the file that is mapped at @address, or NULL; for handlers of SIGBUS. */
const char *os_mapped_at(const void *address);

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
