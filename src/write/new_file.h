/* SPDX-License-Identifier: MIT */
/**
 * New files: written beside their targets, read back, compared, synced, and only then renamed.
 *
 * new_file_write() does this for one file of a larger transaction. A struct new_files is a
 * transaction of its own, for files that no sidecar records.
 */
#ifndef ARMELD_WRITE_NEW_FILE_H
#define ARMELD_WRITE_NEW_FILE_H

#include "base/os.h"

/** The message about a new file that differs on disk from the written bytes; takes a path. */
#define READ_BACK_DIFFERS \
    "%s: reading back: the bytes differ from those that were written: check the disk"

/**
 * Write the new file of @target beside it, read it back, compare and sync it.
 * @target        resolved path; its directory exists and is claimed
 * @like          the file whose mode and owner it gets, or NULL
 * @pieces        the contents, in order
 * @output[in,out] for os_rename(); to be discarded by the caller in any case
 */
bool new_file_write(const char *target, const struct os_file *like, const struct span *pieces,
                    size_t count, struct os_output *output, struct error *error);

/** Resolve the path of a file whose directories may be missing, in @arena; NULL with an error. */
const char *new_file_place(const char *path, struct arena *arena, struct error *error);

/** One file of a transaction. */
struct new_file {
    const char *path; /**< as messages call it */
    const char *from; /**< what is written to it, for messages */
    uint32_t mode;    /**< permission bits; 0: those of a plain new file */
    const struct span *pieces;
    size_t piece_count;
    const char *target; /**< the rest is filled in by new_files_check() and new_files_apply() */
    bool exists;
    bool changes;
    struct os_file before;
    struct os_output output;
};

/** A file that must not be replaced. */
struct kept_file {
    const char *path;           /**< resolved */
    const struct os_file *file; /**< as it was read; it must not change meanwhile. Or NULL */
};

struct new_files {
    const char *directory; /**< that all paths begin with */
    struct new_file *list;
    size_t count;
    const struct kept_file *kept;
    size_t kept_count;
};

/**
 * Find the targets and look at the files in their places. An error of kind ERROR_USAGE if a target
 * is one of the kept files, by whatever name or link, or a directory, or if two files have one
 * target. Changes nothing on disk.
 */
bool new_files_check(struct new_files *files, struct arena *arena, struct error *error);

/**
 * Write all files that change, then rename them; creates the directory. Call new_files_check()
 * before. An error if a kept file that was read changed since: then no file is renamed. An error
 * of kind ERROR_INTERRUPTED means that some files were renamed already.
 */
bool new_files_apply(struct new_files *files, struct os_locks *locks, struct error *error);

/** Unmap, and remove temporary files. */
void new_files_free(struct new_files *files);

/** Add to an error that no file was changed, if that is so. */
void say_unchanged(struct error *error);

#endif
