/* SPDX-License-Identifier: MIT */
/**
 * Build files: files beside the archives that tell a build about the workspace: .pc, .la, CMake
 * packages, JSON. They are written in the same transaction as the archives, and the sidecar keeps
 * their originals.
 */
#ifndef ARMELD_WRITE_BUILD_FILE_H
#define ARMELD_WRITE_BUILD_FILE_H

#include "sidecar/record.h"

struct build_file {
    const char *path;     /**< as the user named it */
    const char *target;   /**< resolved path of the file, which may not exist yet */
    struct os_file file;  /**< the file on disk; unmapped if missing or empty */
    bool exists;          /**< the file is on disk */
    bool existed;         /**< the file existed before armeld wrote it */
    bool goes;            /**< armeld generated it, and it is to be removed */
    bool is_copy;         /**< of .source, in an output directory: no sidecar records it */
    bool is_of_set;       /**< of a library: recorded, even if it named the workspace by itself */
    const char *link; /**< what is written is a symlink with this text; or NULL */
    struct os_file source;
    uint32_t mode;        /**< mode of the original */
    struct span original; /**< bytes of the original */
    const struct file_form *recorded; /**< the form on disk, if armeld wrote it; or NULL */
    struct span bytes;                /**< the bytes to write */
    struct os_output output;
};

/** Start with {0}. */
struct build_files {
    struct build_file **list; /**< pointers, since a struct os_output must not move */
    size_t count;
    size_t capacity;
    const char **recorded; /**< resolved paths of the files in the earlier manifest, by number */
    struct arena arena;
};

/**
 * Find the build file at @path, or add it: reads the file on disk and its original from @record.
 * Its directory may be missing. The bytes to write start as the original.
 * Returns NULL with an error.
 */
struct build_file *build_files_add(struct build_files *build_files, const struct record *record,
                                   const char *path, struct error *error);

/** Add a symlink, which no sidecar records. NULL with an error. */
struct build_file *build_files_add_link(struct build_files *build_files, const char *path,
                                        const char *text, struct error *error);

/**
 * Undo the file at @path if an earlier melding recorded it there: one that armeld generated is
 * removed, another one becomes what it was. What nobody recorded stays.
 */
bool build_files_undo(struct build_files *build_files, const struct record *record,
                      const char *path, struct error *error);

/** Whether the file on disk will change or go. */
bool build_file_changes(const struct build_file *build_file);

/**
 * Fill in the manifest: the build files that differ from their originals, and the files that an
 * earlier melding recorded and that are still there.
 * @workspace resolved path of the workspace
 * @passing   whether to list forms that will be replaced, too
 */
bool build_files_record(const struct build_files *build_files, const struct record *record,
                        const char *workspace, bool passing, struct arena *arena,
                        struct manifest *manifest, struct error *error);

/** Create missing directories, lock all, and write each file that changes beside its target. */
bool build_files_write(struct build_files *build_files, struct os_locks *locks,
                       struct error *error);

/** Rename the written files. @renamed is set to true when the first one is renamed. */
bool build_files_rename(struct build_files *build_files, bool *renamed, struct error *error);

/**
 * Write the build files of a set that is melded already, and its sidecar anew.
 * An error of kind ERROR_INTERRUPTED means that some files were renamed already.
 */
bool build_files_apply(struct build_files *build_files, struct record *record,
                       const char *workspace, struct os_locks *locks, struct error *error);

void build_files_free(struct build_files *build_files);

#endif
