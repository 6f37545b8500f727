/* SPDX-License-Identifier: MIT */
/** Recipes: describing originals by literals and contents, and rebuilding them. */
#ifndef ARMELD_SIDECAR_RECIPE_H
#define ARMELD_SIDECAR_RECIPE_H

#include "base/table.h"
#include "sidecar/manifest.h"
#include "slim/slim.h"

/** What recipes are made from. */
struct recipe_sources {
    const struct census *census;
    const struct plan *plan;
    const struct shrunk *shrunk;
    enum ar_flavour flavour; /**< of the melded archives */
    unsigned jobs;           /**< number of threads */
};

/**
 * Describe all libraries of a set: contents, recipes, literals.
 * Each distinct content is read once, to find its digest.
 * Paths and melded forms are left to the caller.
 * @manifest everything in it lives in @arena or in the set
 */
bool recipes_make(const struct recipe_sources *sources, struct arena *arena,
                  struct manifest *manifest, struct error *error);

/** The contents at hand, by size and digest. Start with {0}. */
struct content_store {
    struct manifest_content *list;
    size_t count;
    size_t capacity;
    struct table table;
};

/**
 * Add some bytes, all members of an archive, or all contents that the sidecar stores. Two contents
 * with one size and digest are both left out. False when memory is short.
 */
bool content_store_add(struct content_store *store, struct span bytes);
bool content_store_add_archive(struct content_store *store, const struct archive *archive);
bool content_store_add_stored(struct content_store *store, const struct manifest *manifest);
void content_store_free(struct content_store *store);

/**
 * Add all members of a file: an archive, or universal with archives or objects in it, or an image,
 * which is its own. Any other file has none.
 */
bool content_store_add_file(struct content_store *store, struct span file, struct arena *arena);

/** Whether a content is at hand. */
bool content_store_has(const struct content_store *store, struct span bytes);

/** The content at hand that has the size and the digest of @wanted, or NULL. */
const struct manifest_content *content_store_find(const struct content_store *store,
                                                  const struct manifest_content *wanted);

/**
 * Rebuild an original: its pieces, in order. A content that neither store has is an error.
 * @own    contents of the library's own members
 * @shared contents of the workspace and the sidecar
 * @pieces[out], @count[out] in @arena; they point into the stores
 */
bool recipe_rebuild(const struct manifest *manifest, const struct manifest_library *library,
                    const struct content_store *own, const struct content_store *shared,
                    struct arena *arena, struct span **pieces, size_t *count, struct error *error);

#endif
