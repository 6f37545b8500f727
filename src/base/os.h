/* SPDX-License-Identifier: MIT */
/**
 * The platform seam: every file operation that armeld asks of the operating system. os_*.c hold
 * the code for all systems, os_posix*.c and os_windows*.c the rest (os_system.h). No other file
 * includes a system header for files, mappings or directories.
 *
 * Paths are UTF-8, or any bytes on systems that accept them, with '/' between names;
 * os_plain_path() converts paths of users.
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

/** What stands between the paths of a list in the environment. */
#ifdef _WIN32
enum { OS_LIST_SEPARATOR = ';' };
#else
enum { OS_LIST_SEPARATOR = ':' };
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

/** The permission bits that a file asked to have @mode gets: Windows knows read-only alone. */
uint32_t os_kept_mode(uint32_t mode);

/** A user's path with '/' between names, in @arena or @path itself; NULL when memory is short. */
const char *os_plain_path(const char *path, struct arena *arena);

/** The kind of file at a path. */
enum os_kind {
    OS_NOTHING,
    OS_FILE,
    OS_DIRECTORY,
    OS_OTHER,   /**< a device, a socket, ... */
    OS_UNKNOWN, /**< the system cannot examine it: a bad disk, say */
};

/** The kind of file at a path, following symlinks. A dangling link is OS_NOTHING. */
enum os_kind os_kind(const char *path);

/**
 * Whether a file is at a path, or may be: one that the system cannot examine counts, so that what
 * it would say is not missed in silence. os_map() says why it cannot be read.
 */
bool os_may_be_file(const char *path);

/** The kind of the directory that contains @path. */
enum os_kind os_kind_of_parent(const char *path);

/**
 * The path with all symlinks resolved, in @arena; NULL with an error. Only the last component may
 * be missing.
 */
const char *os_real_path(const char *path, struct arena *arena, struct error *error);

/** The same, but a symlink in the last component is kept: the place of a new file. */
const char *os_real_place(const char *path, struct arena *arena, struct error *error);

/** A thread's locale; what is in it is the platform's. */
struct os_locale {
    void *own, *before;
};

/**
 * Let characters be UTF-8 for what this thread calls, whatever the locale is: for libarchive, which
 * has no name for an entry whose name the locale cannot write.
 */
void os_utf8_begin(struct os_locale *locale);
void os_utf8_end(struct os_locale *locale);

/** Whether both paths lead to one existing file. */
bool os_same_file(const char *a, const char *b);

/** Map a file for reading. */
bool os_map(const char *path, struct os_file *file, struct error *error);

/**
 * Join pieces in memory that can be paged out, like a mapped file. On POSIX the memory is a file
 * without a name in the directory of @beside, with the permissions of @like.
 */
bool os_gather(const char *beside, const struct os_file *like, const struct span *pieces,
               size_t count, struct os_file *file, struct error *error);

/**
 * Unmap a file; does nothing without a mapping. Call it before os_rename(), since some systems
 * replace no mapped file. The struct keeps the file's identity for os_check_unchanged().
 */
void os_unmap(struct os_file *file);

/**
 * Check that @path still leads to the file that was mapped and that nobody wrote to it since. An
 * error otherwise: results are stale, and replacing the file would lose its new contents.
 */
bool os_check_unchanged(const char *path, const struct os_file *file, struct error *error);

/** Release the pages of a mapping before os_unmap(); safe from several threads. */
void os_forget(struct span bytes);

/** Tell the system that @bytes of a mapping will be read soon, from front to back. */
void os_will_read(struct span bytes);

/** The role of a new file; each role has its own temporary name beside the target. */
enum os_purpose {
    OS_NEW,      /**< ".NAME.armeld-new"; of long names the digest stands for NAME */
    OS_PASSING,  /**< ".NAME.armeld-passing": renamed before the OS_NEW file */
    OS_ORIGINAL, /**< ".NAME.armeld-original": the same, for a library */
};

/**
 * A new file for a target: written beside the target under a temporary name, synced, then renamed
 * over the target. Start with {0} or a purpose. Always call os_discard() at the end; it removes a
 * file that was not renamed. The struct must not move in memory, since os_abandon() points to it.
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

/** Create a new symlink beside @target, to be renamed as a file is. @text what it leads to */
bool os_create_link(const char *target, const char *text, struct os_output *output,
                    struct error *error);

/** The text of a symlink, in @arena; NULL for all that is none, or where they are not read. */
const char *os_read_link(const char *path, struct arena *arena);

/** Append all pieces. */
bool os_write(struct os_output *output, const struct span *pieces, size_t count,
              struct error *error);

/** Sync the contents to disk, and close the file. */
bool os_sync(struct os_output *output, struct error *error);

/** Map the written file, to read it back; call it before os_sync(), which closes the file. */
bool os_map_output(struct os_output *output, struct os_file *file, struct error *error);

/** Rename the new file over its target. */
bool os_rename(struct os_output *output, struct error *error);

/** Close, and remove the new file unless it was renamed. */
void os_discard(struct os_output *output);

/** Remove a file, if it exists. @removed is set to true if it did. */
bool os_remove(const char *path, bool *removed, struct error *error);

/**
 * Remove a directory in which nothing is but what earlier runs left behind; another one, or one
 * that is not there, is no error.
 */
bool os_remove_directory(const char *path, struct error *error);

/**
 * Remove what earlier runs left behind in a directory that belongs to who holds another one. What
 * cannot be removed hurts nobody.
 */
void os_sweep(const char *directory);

/** Make renames in @target's directory durable. */
bool os_sync_directory_of(const char *target, struct error *error);

/**
 * Prepare the new file @backup with the contents of @path: a hard link, or a copy where links are
 * impossible. If @backup is such a link already, there is nothing to rename.
 */
bool os_backup(const char *path, const char *backup, struct os_output *output,
               struct error *error);

/** A locked directory. */
struct os_lock {
    os_handle handle;
    bool is_open;
    uint64_t device;
    uint64_t inode;
    bool swept;
};

/** All directories that a run has locked. Start with {0}; os_unlock() at the end. */
struct os_locks {
    struct os_lock *list;
    size_t count;
    char **made; /**< directories that this run has made */
    size_t made_count;
    bool no_wait; /**< os_lock_directory_of() fails where another run holds the directory */
    /** Called once when that has waited for a second; or NULL. */
    void (*waiting)(void *context, const char *directory);
    void *context;
};

/**
 * Lock the directory of @target against other runs; waits for a run that holds it. A thread that
 * holds a directory for other locks does not wait, but fails: so nobody waits for ever.
 */
bool os_lock_directory_of(const char *target, struct os_locks *locks, struct error *error);

/**
 * Prepare to write to the directory of @target: lock it unless it is locked, and remove temporary
 * files of earlier runs. An error if another run holds the directory, since waiting with another
 * lock in hand could deadlock.
 */
bool os_claim_directory_of(const char *target, struct os_locks *locks, struct error *error);

/**
 * Create a directory and its parents, unless they exist.
 * @locks note it there, so that it goes if nothing comes into it; or NULL
 */
bool os_make_directory(const char *path, struct os_locks *locks, struct error *error);

/** Permission bits of a directory, what it leads to if it is a link; 0: none are known. */
uint32_t os_directory_mode(const char *path);

/** Give a directory permission bits; links are not followed, and Windows has none. */
bool os_set_directory_mode(const char *path, uint32_t mode, struct error *error);

/** Unlock all directories, and remove those that were made and are empty. */
void os_unlock(struct os_locks *locks);

/** The state of the files that other processes can see. */
enum os_stage {
    OS_UNCHANGED, /**< no file is renamed or removed yet */
    OS_CHANGING,  /**< some files are */
    OS_CHANGED,   /**< all files are that had to be */
};

/** Declare that no further file will be renamed or removed. */
void os_finish(void);

/** Whether this process has renamed or removed any file. */
bool os_has_changed(void);

/**
 * For a program that must end early because of a signal: remove all temporary files, stop all
 * changes (threads that try to change files block for ever), and return their state. Call it once
 * and _exit() after it. With OS_CHANGED it does nothing.
 *
 * It takes a lock. Call it from a thread that waits for signals, or from a handler of SIGBUS or
 * another signal that reading a mapping raises, but from no other handler.
 */
enum os_stage os_abandon(void);

/** The path of the file mapped at @address, or NULL; for handlers of SIGBUS. */
const char *os_mapped_at(const void *address);

/** Called for each file found; false ends the walk. */
typedef bool os_visit(void *context, const char *path, struct error *error);

/**
 * Visit the files of a directory in byte order of their names; with @recursive those of its
 * subdirectories too, in the place of the subdirectory's name. Names that begin with a dot are
 * left out. Symlinks to files are followed, symlinks to directories are not.
 */
bool os_walk(const char *directory, bool recursive, os_visit *visit, void *context,
             struct error *error);

/**
 * The names of the directories in a directory, in byte order, in @arena; none if it is missing.
 * Those that begin with a dot are left out, symlinks are followed.
 */
bool os_subdirectories(const char *directory, struct arena *arena, const char ***names,
                       size_t *count, struct error *error);

/** What is in a directory: a link is what it leads to. */
struct os_entry {
    const char *name;
    enum os_kind kind;
    bool is_link;
};

/**
 * All that is in a directory, in byte order, in @arena, but what earlier runs of armeld left
 * behind.
 */
bool os_list(const char *directory, struct arena *arena, struct os_entry **list, size_t *count,
             struct error *error);

/** A program that ran. */
struct os_run {
    char *output; /**< what it printed on standard output; the caller frees it */
    size_t size;
    int status;   /**< its exit status; -1 if it was ended from outside */
};

/**
 * Run a program and wait for its end. Standard input is empty, standard error is that of this
 * process.
 * @folder    its current folder; NULL: that of this process
 * @arguments the program, an absolute path or a name to look for in PATH; its arguments; NULL
 * @most      bytes that it may print; with more it is ended, and that is an error
 */
bool os_run(const char *folder, const char *const *arguments, size_t most, struct os_run *run,
            struct error *error);

/** Number of processors that this process may use, at least 1. */
unsigned os_processors(void);

/**
 * Let the C library give large blocks back to the system as soon as they are freed, where it would
 * keep them. For a program that has the process for itself, at its beginning.
 */
void os_return_memory(void);

#endif
