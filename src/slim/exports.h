/* SPDX-License-Identifier: MIT */
/**
 * Exports: the symbols that users of libraries call. An export keeps its name and visibility, and
 * everything that it needs stays.
 *
 * Without globs the exports are the C names, as roots are (roots.h), except the names that Rust
 * brings along: the personality routine, symbols that Rust's own crates define for compilers, such
 * as memcpy, and names with two leading underscores, which C reserves for compilers, such as
 * __udivti3.
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
    struct span *own;   /**< defined names that are no exports: to be renamed */
    size_t own_count;
    struct table own_table;
    const char **names; /**< the exports that the libraries define */
    size_t name_count;
};

/**
 * Find the exports of a set.
 * @globs the exports as globs of symbol names; none: see above
 * @arena owns everything but the tables, which exports_free() frees
 * Returns false only when memory is short.
 */
bool exports_find(const struct census *census, const struct target *target,
                  const char *const *globs, size_t glob_count, struct arena *arena,
                  struct exports *exports);

/** For struct shrink_object_rules and struct reach_rules; @context is a struct exports. */
bool exports_has(const void *context, struct span name);
bool exports_lacks_own(const void *context, struct span name);

void exports_free(struct exports *exports);

#endif
