/* SPDX-License-Identifier: MIT */
/**
 * Build files of a melded set, as .pc, .la, CMake package and JSON: they tell a build to link the
 * workspace behind the libraries, and the workspace's own dependencies behind the workspace. Where
 * there are several workspaces, each library has its own, and each workspace the dependencies of
 * its own libraries.
 */
#ifndef ARMELD_PACKAGING_PACKAGING_H
#define ARMELD_PACKAGING_PACKAGING_H

#include "armeld.h"
#include "packaging/symbols.h"
#include "packaging/words.h"
#include "write/build_file.h"

/** What the objects of a workspace and of its libraries tell of what is behind it. */
struct packaging_needs {
    struct words flags;     /**< system libraries that they name */
    struct symbols symbols; /**< of the workspace's objects only */
};

/** Which files to generate, for which set. */
struct packaging_rules {
    const struct armeld_options *options; /**< pc_dirs, la, libs, cmake_dir, dep_json */
    const char *const *workspaces;        /**< resolved; their directory may be missing yet */
    size_t workspace_count;
    const uint32_t *part_of;              /**< by library: its workspace; NULL: the first */
    const char *const *libraries;         /**< paths of the melded libraries, perhaps future */
    size_t library_count;
    size_t unmelded_count; /**< paths behind them, of libraries that are left unmelded: their files
                                are what they were before any melding */
    struct packaging_needs *needs;        /**< by workspace */
};

/** Whether the options ask for any file. */
bool packaging_wanted(const struct armeld_options *options);

/**
 * Prepare all files, without writing them. A file that cannot be changed is an error; a missing
 * file is a warning.
 */
bool packaging_make(struct packaging_rules *rules, const struct record *record,
                    struct build_files *build_files, struct words *warnings, struct arena *arena,
                    struct error *error);

#endif
