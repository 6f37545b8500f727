/* SPDX-License-Identifier: MIT */
/** Adding libraries to a set. Only for the files that implement it. */
#ifndef ARMELD_CENSUS_SET_INTERNAL_H
#define ARMELD_CENSUS_SET_INTERNAL_H

#include "census/set.h"

/** A file, or a link, in an xcframework in a package. */
struct packed;

/** Context of a walk through a directory or a package. */
struct adding {
    struct set *set;
    const struct set_rules *rules;
    const char *root; /* the directory or package that was named */
    size_t found;     /* archives in the directory, also those that are there already */
    size_t passed;    /* and workspaces */
    struct packed *packed; /* what xcframeworks in the package have */
    size_t packed_count;
    size_t packed_capacity;
};

/** Room for one more library; it is the set's when .library_count is raised. NULL with an error. */
struct library *set_new_library(struct set *set, struct error *error);

/** Whether what Info.plist names is a static library; a dynamic one is noted. */
bool set_check_entry(struct set *set, const char *path, const struct xcframework_library *entry,
                     struct span bytes, bool *is_static, struct error *error);

/** Say why there is no xcframework among what is no set of these. Always false. */
bool set_refuse_framework(const struct set_rules *rules, const char *what, struct error *error);

/** Add the libraries of a package, and xcframeworks. */
bool set_add_package(struct adding *adding, const char *path, struct error *error);

#endif
