/* SPDX-License-Identifier: MIT */
/** Joining recipes: the slices of universal files are described one machine at a time. */
#ifndef ARMELD_SIDECAR_RECIPE_JOIN_H
#define ARMELD_SIDECAR_RECIPE_JOIN_H

#include "census/set.h"
#include "sidecar/manifest.h"

/** A slice that is no archive: it is one content. */
#define NO_DESCRIPTION SIZE_MAX

/** A slice of a file; of one that is not universal, all of it. */
struct recipe_slice {
    const char *machine; /**< NULL without a description */
    size_t description; /**< which manifest describes it, or NO_DESCRIPTION */
    size_t library;     /**< its number in that */
    struct span bytes;
};

struct recipe_file {
    const struct library *from;
    const struct recipe_slice *slices; /**< in the order in which they lie in the file */
    size_t count;
};

/**
 * Describe whole files by what describes their slices: contents, recipes, literals.
 * @descriptions manifests of recipes_make(), which must stay
 * @manifest[out] its new arrays live in @arena
 * @return false only when memory is short
 */
bool recipes_join(const struct recipe_file *files, size_t count,
                  const struct manifest *const *descriptions, size_t description_count,
                  struct arena *arena, struct manifest *manifest);

#endif
