/* SPDX-License-Identifier: MIT */
/**
 * An earlier melding, as its sidecar tells of it: what the workspace and the libraries on disk
 * are, and how to get the originals back.
 */
#ifndef ARMELD_SIDECAR_RECORD_H
#define ARMELD_SIDECAR_RECORD_H

#include "sidecar/recipe.h"

/** A library of the manifest, as it is on the disk now. */
struct record_file {
    const char *target;    /**< its path, symlinks resolved; NULL if it is not there */
    bool melded;           /**< it needs the workspace */
    struct file_form form; /**< of a melded one */
    bool rebuilt;          /**< it is in the set, with its original put together again */
};

/** Start with {0}. */
struct record {
    bool present;
    const char *directory; /**< of the workspace, with a slash at the end; "" for this one */
    struct os_file sidecar;
    struct manifest manifest;
    struct os_file workspace; /**< unmapped if there is none */
    struct archive archive;   /**< the workspace's */
    bool has_workspace;
    struct content_store shared; /**< what the workspace and the sidecar hold */
    struct record_file *files;   /**< by library of the manifest; after record_rebuild() */
    bool in_use;                 /**< some file is melded */
    struct arena arena;
};

/** What a library's file is. */
enum record_state {
    RECORD_MISSING,
    RECORD_MELDED,   /**< a form that the sidecar knows */
    RECORD_ORIGINAL, /**< the original, byte for byte */
    RECORD_OTHER,    /**< anything else: rebuilt, damaged */
};

/**
 * Read the sidecar of @workspace and the workspace itself. Without a sidecar @record stays
 * empty, which is no error. A workspace that is missing or no archive is none either: then
 * nothing can be rebuilt that needs it.
 */
bool record_open(const char *workspace, struct record *record, struct error *error);

/** Path of a library of the manifest, in @arena. */
const char *record_path(const struct record *record, size_t library, struct arena *arena);

/**
 * Find out what a library's file is. @file[out] is mapped unless it is missing.
 * @pieces[out] the original's, if they can be put together, else NULL with @why filled in
 */
bool record_look(const struct record *record, size_t library, const char *path, struct arena *arena,
                 struct os_file *file, enum record_state *state, struct span **pieces,
                 size_t *count, struct error *why, struct error *error);

/**
 * Look at all libraries of the manifest. Give those of the set that are melded their originals
 * back, in files without a name, so that they are melded again as if they were fresh.
 */
bool record_rebuild(struct record *record, struct set *set, struct error *error);

/** The form of the melded library at @target (resolved), or NULL if there is none. */
const struct file_form *record_form(const struct record *record, const char *target);

/** Let go of sidecar and workspace: nothing can be rebuilt any more. */
void record_release(struct record *record);

void record_free(struct record *record);

#endif
