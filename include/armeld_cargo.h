/* SPDX-License-Identifier: MIT */
/** libarmeld: the static libraries of Cargo workspaces, for armeld_add(). */
#ifndef ARMELD_CARGO_H
#define ARMELD_CARGO_H

#include <armeld.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Which static libraries of a Cargo workspace armeld_cargo_find() looks for.
 * Start with {.struct_size = sizeof(struct armeld_cargo_options)}.
 */
struct armeld_cargo_options {
    size_t struct_size;
    const char *manifest;   /**< a Cargo.toml; NULL: that of the current folder or one above */
    const char *metadata;   /**< what `cargo metadata` printed, or NULL: it is run */
    size_t metadata_size;
    const char *messages;   /**< what `cargo build --message-format=json` printed, or NULL */
    size_t messages_size;
    const char *profile;    /**< cargo's name of it; NULL: release */
    const char *target;     /**< a triple or a target's .json file; NULL: if cargo is run,
                                 that of its settings, else where libraries are */
    const char *target_dir; /**< in place of the workspace's own; or NULL */
    const char *const *packages; /**< as cargo's -p names them; or NULL: all */
    size_t package_count;
    const char *folder;     /**< where cargo is run, by whose settings; NULL: the current one */
};

/** What armeld_cargo_find() found. */
struct armeld_cargo {
    int status;               /**< enum armeld_status; without ARMELD_OK there are no paths */
    const char *error;        /**< text of the failure, or "" */
    const char *const *paths; /**< static libraries, for armeld_add() */
    size_t path_count;
    const char *const *notes; /**< sentences: which profile and target were taken */
    size_t note_count;
};

/**
 * Find the static libraries that Cargo has built for a workspace. Without options.metadata and
 * options.messages this runs `cargo metadata`, by the name in the environment's CARGO or as
 * "cargo"; it is the only function that runs a program. Changes no file.
 * Freed by armeld_cargo_free(); NULL only if memory is short. Statuses: ARMELD_FAILED: cargo cannot
 * be run or fails, the JSON is broken, no package makes a static library, or one was not built.
 * ARMELD_USAGE: a package, profile or target that is none; libraries of several targets.
 */
struct armeld_cargo *armeld_cargo_find(const struct armeld_cargo_options *options);

/** Free what armeld_cargo_find() returned. NULL is allowed. */
void armeld_cargo_free(struct armeld_cargo *cargo);

#ifdef __cplusplus
}
#endif

#endif
