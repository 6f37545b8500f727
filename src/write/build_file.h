/* SPDX-License-Identifier: MIT */
/**
 * Companions: files that go with the archives and tell builds of the workspace: .pc, .la, CMake
 * packages, JSON. They are written in the same transaction, and an earlier one's sidecar knows
 * what they were before.
 */
#ifndef ARMELD_WRITE_BUILD_FILE_H
#define ARMELD_WRITE_BUILD_FILE_H

#include "sidecar/record.h"

struct companion {
    const char *path;      /**< as a user knows it */
    const char *target;    /**< the file itself, or where it will be: no symlinks */
    struct os_file file;   /**< what is there; unmapped if nothing is, or nothing in it */
    bool exists;           /**< something is there */
    bool existed;          /**< there was a file before armeld wrote one */
    uint32_t mode;         /**< of that */
    struct span original;  /**< and its bytes */
    const struct file_form *recorded; /**< what is there was written by armeld; or NULL */
    struct span bytes;     /**< what it is to be */
    struct os_output output;
};

/** Start with {0}. */
struct companions {
    struct companion **list; /**< each stays where it is: os_output demands that */
    size_t count;
    size_t capacity;
    const char **recorded; /**< where the files of the earlier manifest are, by number */
    struct arena arena;
};

/**
 * Find the companion at @path, or take it up: what is there, what was there before armeld. Its
 * directory may be missing yet. What is to be written is at first what was there.
 */
struct companion *companions_add(struct companions *companions, const struct previous *previous,
                                 const char *path, struct error *error);

/** The place of a file whose directories may be missing yet; no symlinks. In @arena. */
const char *companion_place(const char *path, struct arena *arena, struct error *error);

/** Whether the file on disk will be another one. */
bool companion_changes(const struct companion *companion);

/**
 * What the manifest is to say of the files: the companions that are not as they were before, and
 * what an earlier melding recorded of others. @passing: forms that will be replaced, too.
 * @workspace the workspace's resolved path
 */
bool companions_record(const struct companions *companions, const struct previous *previous,
                       const char *workspace, bool passing, struct arena *arena,
                       struct manifest *manifest, struct error *error);

/** Make missing directories, hold all, write each file that changes beside its target. */
bool companions_write(struct companions *companions, struct os_locks *locks, struct error *error);

/** Rename them. @renamed set to true if one was */
bool companions_rename(struct companions *companions, bool *renamed, struct error *error);

/**
 * Write the companions of a set that is melded already, and its sidecar anew.
 * An error of kind ERROR_INTERRUPTED means that some files were renamed already.
 */
bool companions_apply(struct companions *companions, struct previous *previous,
                      const char *workspace, struct os_locks *locks, struct error *error);

void companions_free(struct companions *companions);

#endif
