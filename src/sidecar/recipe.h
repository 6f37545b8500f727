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
bool recipes_make(const struct census *census, const struct plan *plan, const struct shrunk *shrunk,
                  enum ar_flavour flavour, unsigned jobs, struct arena *arena,
                  struct manifest *manifest, struct error *error);

/** Contents that are at hand, by size and digest. Start with {0}. */
struct content_store {
    struct manifest_content *list;
    size_t count;
    size_t capacity;
    struct table table;
};

/** Put some bytes into the pantry, all members of an archive, or what the sidecar stores. */
bool content_store_add(struct content_store *store, struct span bytes);
bool content_store_add_archive(struct content_store *store, const struct archive *archive);
bool content_store_add_stored(struct content_store *store, const struct manifest *manifest);
void content_store_free(struct content_store *store);

/** Whether a content is at hand. */
bool content_store_has(const struct content_store *store, struct span bytes);

/** The content at hand that has the size and the digest of @wanted, or NULL. */
const struct manifest_content *content_store_find(const struct content_store *store,
                                                  const struct manifest_content *wanted);

/**
 * The pieces of an original, in order. A content that no pantry has is an error that names it.
 * @own the library's own members; @shared the workspace's and the sidecar's
 */
bool recipe_rebuild(const struct manifest *manifest, const struct manifest_library *library,
                    const struct content_store *own, const struct content_store *shared,
                    struct arena *arena, struct span **pieces, size_t *count, struct error *error);

#endif
