/* SPDX-License-Identifier: MIT */
/**
 * The record of an earlier melding, read from its sidecar: the state of the workspace and the
 * libraries on disk, and how to rebuild the originals.
 */
#ifndef ARMELD_SIDECAR_RECORD_H
#define ARMELD_SIDECAR_RECORD_H

#include "sidecar/recipe.h"

/** A library of the manifest, as it is on disk now. */
struct record_file {
    const char *target;    /**< its path, symlinks resolved; NULL if it is not there */
    bool melded;           /**< it needs the workspace */
    struct file_form form; /**< of a melded one */
    bool rebuilt;          /**< it is in the set, with its original rebuilt */
    bool changed;          /**< it is there, but neither the original nor melded */
};

/** A workspace of the manifest, as it is on disk now. */
struct record_workspace {
    const char *path;
    struct os_file file;    /**< unmapped if there is none */
    struct archive archive; /**< empty if it is none, or universal */
    bool is_there;          /**< a file has its name */
    bool is_archive;        /**< or universal */
    bool is_new;            /**< the place of one that the set had not, see record_renumber() */
};

/** Start with {0}. */
struct record {
    bool present;
    const char *directory; /**< of the sidecar, with a slash at the end; "" for this one */
    struct os_file sidecar;
    struct manifest manifest;
    struct record_workspace *workspaces; /**< by part; none unless a sidecar is present */
    size_t workspace_count;
    struct content_store shared; /**< contents of the workspaces and the sidecar */
    struct record_file *files;   /**< by library of the manifest; after record_rebuild() */
    bool in_use;                 /**< some file is melded */
    struct arena arena;
};

/** The state of a library's file. */
enum record_state {
    RECORD_MISSING,
    RECORD_MELDED,   /**< a form that the sidecar knows */
    RECORD_ORIGINAL, /**< the original, byte for byte */
    RECORD_OTHER,    /**< anything else: rebuilt, damaged */
};

/**
 * Read the sidecar of @workspace and all workspaces of the set. Without a sidecar @record stays
 * empty, which is no error. A workspace that is missing or no archive is no error either, but
 * originals that need it cannot be rebuilt then.
 */
bool record_open(const char *workspace, struct record *record, struct error *error);

/**
 * Give the parts of a set of xcframeworks the numbers that they will have in the set to be written,
 * and those that are not in it the last ones.
 * @number_of by part: its number
 * @identifiers by the new numbers, as long as the record
 * @count of the numbers: what no part has is that of a part that is new
 * False when memory is short.
 */
bool record_renumber(struct record *record, const size_t *number_of, const char *const *identifiers,
                     size_t count);

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
 * Look at all libraries of the manifest. The melded ones that are in the set get their originals
 * back, in files without a name, so that melding treats them as new builds.
 */
bool record_rebuild(struct record *record, struct set *set, struct error *error);

/** The form of the melded library at @target (resolved), or NULL if there is none. */
const struct file_form *record_form(const struct record *record, const char *target);

/** The bytes of the workspace of a part, or none. */
struct span record_workspace_bytes(const struct record *record, size_t part);

/** Whether the workspace of a part is as it was written. */
bool record_workspace_is_kept(const struct record *record, size_t part);

/**
 * The record as it is for the slices for a machine: that of the libraries of a part, whose
 * workspace is what a universal one has for the machine. All else is @record's, which must stay;
 * record_free() must not be called for it.
 * @part  may be a new one: then there is no workspace, and no library
 * @slice[out] in @arena
 * @return false only when memory is short
 */
bool record_of_slices(const struct record *record, size_t part, const char *machine,
                      struct arena *arena, struct record *slice);

/** Unmap sidecar and workspaces: no original can be rebuilt after that. */
void record_release(struct record *record);

void record_free(struct record *record);

/**
 * The first workspace of the set of which an archive is a further workspace, as its name and the
 * sidecar say: of "libw-2.a" that is "libw.a". In @arena.
 * @return NULL: it is none, or memory is short
 */
const char *sidecar_first_workspace(const char *archive, struct arena *arena);

/** What lies beside an archive; what cannot be read counts as a set's. */
enum sidecar_kind {
    SIDECAR_NONE,
    SIDECAR_OF_SET,     /**< the archive is a workspace, perhaps a further one */
    SIDECAR_OF_LIBRARY, /**< the archive was shrunk alone */
};

enum sidecar_kind sidecar_beside(const char *archive);

#endif
