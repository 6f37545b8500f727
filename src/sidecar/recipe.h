/* SPDX-License-Identifier: MIT */
/** Recipes: taking originals down to literals and contents, and putting them together again. */
#ifndef ARMELD_SIDECAR_RECIPE_H
#define ARMELD_SIDECAR_RECIPE_H

#include "base/table.h"
#include "sidecar/manifest.h"
#include "slim/slim.h"

/**
 * Describe all libraries of a set: contents, recipes, literals.
 * Each distinct content is read once, to find its digest.
 * Paths and melded forms are left to the caller.
 * @flavour of the melded archives
 * @manifest everything in it lives in @arena or in the set
 */
bool recipes_make(const struct set *set, const struct classes *classes, const struct plan *plan,
                  const struct shrunk *shrunk, enum ar_flavour flavour, unsigned jobs, struct arena *arena, struct manifest *manifest,
                  struct error *error);

/** Contents that are at hand, by size and digest. Start with {0}. */
struct pantry {
    struct manifest_content *list;
    size_t count;
    size_t capacity;
    struct table table;
};

/** Put some bytes into the pantry, all members of an archive, or what the sidecar stores. */
bool pantry_add(struct pantry *pantry, struct span bytes);
bool pantry_add_archive(struct pantry *pantry, const struct archive *archive);
bool pantry_add_stored(struct pantry *pantry, const struct manifest *manifest);
void pantry_free(struct pantry *pantry);

/** Whether a content is at hand. */
bool pantry_has(const struct pantry *pantry, struct span bytes);

/** The content at hand that has the size and the digest of @wanted, or NULL. */
const struct manifest_content *pantry_find(const struct pantry *pantry,
                                           const struct manifest_content *wanted);

/**
 * The pieces of an original, in order. A content that no pantry has is an error that names it.
 * @own the library's own members; @shared the workspace's and the sidecar's
 */
bool recipe_cook(const struct manifest *manifest, const struct manifest_library *library,
                 const struct pantry *own, const struct pantry *shared, struct arena *arena,
                 struct span **pieces, size_t *count, struct error *error);

#endif
