/* SPDX-License-Identifier: MIT */
/**
 * Companions: files that go with the archives and tell builds of the workspace: .pc, .la, CMake
 * packages, JSON. They are written in the same transaction, and an earlier one's sidecar knows
 * what they were before.
 */
#ifndef ARMELD_WRITE_BUILD_FILE_H
#define ARMELD_WRITE_BUILD_FILE_H

#include "sidecar/record.h"

struct build_file {
    const char *path;     /**< as a user knows it */
    const char *target;   /**< the file itself, or where it will be: no symlinks */
    struct os_file file;  /**< what is there; unmapped if nothing is, or nothing in it */
    bool exists;          /**< something is there */
    bool existed;         /**< there was a file before armeld wrote one */
    uint32_t mode;        /**< of that */
    struct span original; /**< and its bytes */
    const struct file_form *recorded; /**< what is there was written by armeld; or NULL */
    struct span bytes;                /**< what it is to be */
    struct os_output output;
};

/** Start with {0}. */
struct build_files {
    struct build_file **list; /**< each stays where it is: os_output demands that */
    size_t count;
    size_t capacity;
    const char **recorded; /**< where the files of the earlier manifest are, by number */
    struct arena arena;
};

/**
 * Find the companion at @path, or take it up: what is there, what was there before armeld. Its
 * directory may be missing yet. What is to be written is at first what was there.
 */
struct build_file *build_files_add(struct build_files *build_files, const struct record *record,
                                   const char *path, struct error *error);

/** The place of a file whose directories may be missing yet; no symlinks. In @arena. */
const char *build_file_place(const char *path, struct arena *arena, struct error *error);

/** Whether the file on disk will be another one. */
bool build_file_changes(const struct build_file *build_file);

/**
 * What the manifest is to say of the files: the companions that are not as they were before, and
 * what an earlier melding recorded of others. @passing: forms that will be replaced, too.
 * @workspace the workspace's resolved path
 */
bool build_files_record(const struct build_files *build_files, const struct record *record,
                        const char *workspace, bool passing, struct arena *arena,
                        struct manifest *manifest, struct error *error);

/** Make missing directories, hold all, write each file that changes beside its target. */
bool build_files_write(struct build_files *build_files, struct os_locks *locks,
                       struct error *error);

/** Rename them. @renamed set to true if one was */
bool build_files_rename(struct build_files *build_files, bool *renamed, struct error *error);

/**
 * Write the companions of a set that is melded already, and its sidecar anew.
 * An error of kind ERROR_INTERRUPTED means that some files were renamed already.
 */
bool build_files_apply(struct build_files *build_files, struct record *record,
                       const char *workspace, struct os_locks *locks, struct error *error);

void build_files_free(struct build_files *build_files);

#endif
