/* SPDX-License-Identifier: MIT */
/**
 * Exports: what users of libraries call, and what therefore keeps its name and visibility, and all
 * that it needs.
 *
 * Without globs these are the C names, as roots are (roots.h), but for those that Rust brings
 * along: the personality routine, what its own crates define for compilers, such as memcpy, and
 * names with two underscores before them, which C keeps for compilers, such as __udivti3.
 */
#ifndef ARMELD_SLIM_EXPORTS_H
#define ARMELD_SLIM_EXPORTS_H

#include "base/table.h"
#include "census/target.h"

/** Start with {0}. */
struct exports {
    const char *const *globs;
    size_t glob_count;
    bool underscore;      /**< C names have an underscore before them */
    struct span *runtime; /**< names that Rust's own crates define */
    size_t runtime_count;
    struct table table; /**< of these */
    struct span *own;   /**< names that the libraries define, but exports: to be renamed */
    size_t own_count;
    struct table own_table;
    const char **names; /**< the exports that the libraries define */
    size_t name_count;
};

/** Get ready; everything lives in @arena but the tables. False when memory is short. */
bool exports_find(const struct census *census, const struct target *kind, const char *const *globs,
                  size_t glob_count, struct arena *arena, struct exports *exports);

/** For struct shrink_object_rules and struct reach_rules: @context is a struct exports. */
bool exports_has(const void *context, struct span name);
bool exports_lacks_own(const void *context, struct span name);

void exports_free(struct exports *exports);

#endif
