/* SPDX-License-Identifier: MIT */
/**
 * What builds need to know of a melded set: that the workspace is to be linked behind the
 * libraries, and what behind it. As .pc, .la, CMake package and JSON; each becomes a companion.
 */
#ifndef ARMELD_PACKAGING_PACKAGING_H
#define ARMELD_PACKAGING_PACKAGING_H

#include "armeld.h"
#include "packaging/words.h"
#include "write/build_file.h"

/** What is wanted, and of which set. */
struct packaging_rules {
    const struct armeld_options *options; /**< pc_dirs, la, libs, cmake_dir, dep_json */
    const char *workspace;                /**< resolved; its directory may be missing yet */
    const char *const *libraries;         /**< where the melded ones are, or will be */
    size_t library_count;
    struct words needs;                   /**< system libraries that objects ask for */
};

/** Whether any file is wanted. */
bool packaging_wanted(const struct armeld_options *options);

/**
 * Make all files, as companions that are not written yet. What should be changed and cannot be is
 * an error; what is not there, but should be, is a warning.
 */
bool packaging_make(struct packaging_rules *rules, const struct record *record,
                    struct build_files *build_files, struct words *warnings, struct arena *arena,
                    struct error *error);

#endif
