/* SPDX-License-Identifier: MIT */
/**
 * A Cargo workspace, as `cargo metadata` tells of it, and the static libraries that it makes.
 *
 * Source of the format: the Cargo Book, "cargo metadata", --format-version 1, and "External tools",
 * "JSON messages".
 */
#ifndef ARMELD_CARGO_WORKSPACE_H
#define ARMELD_CARGO_WORKSPACE_H

#include "base/arena.h"
#include "base/error.h"

/** Bytes of JSON that are read at most; a workspace of a thousand packages takes some five. */
enum { CARGO_MOST_JSON = 64 * 1024 * 1024, CARGO_MOST_NAMES = 3 };

/** A package of the workspace. */
struct cargo_package {
    const char *name;
    const char *version;
    const char *id;
    const char *names[CARGO_MOST_NAMES]; /**< file stems that its static library may have: "x" of
                                              libx.a and x.lib; none if it makes none */
    size_t name_count;
    bool by_cargo_c;    /**< cargo-c makes the library, cargo alone does not */
    bool is_default;    /**< `cargo build` without -p builds it */
    const char *path;   /**< of the library, once it is found */
};

struct cargo_workspace {
    const char *root;
    const char *target_directory;
    struct cargo_package *packages; /**< members only, in the order of the metadata */
    size_t count;
    bool names_defaults; /**< the workspace chooses its default members. One alone is no choice:
                              without one, cargo names the package of the folder */
};

/** What to look for in it. */
struct cargo_choice {
    const char *manifest;      /**< as given, for commands that messages name; or NULL */
    const char *folder;        /**< where cargo runs, whose settings count; or NULL: here */
    const char *profile;       /**< or NULL: release */
    const char *target;        /**< a triple or a path of X.json; or NULL: where libraries are */
    const char *target_dir;    /**< in place of the workspace's own; or NULL */
    const char *const *specs;  /**< packages, as cargo's -p names them; none: all */
    size_t spec_count;
};

/** What is found. Lists live in an arena. */
struct cargo_found {
    const char **paths;
    size_t count;
    const char **notes; /**< sentences on what was chosen */
    size_t note_count;
    size_t note_capacity;
};

/** Whether @spec, as cargo's -p takes it, names a package. Globs match names. */
bool cargo_spec_matches(const char *spec, const char *name, const char *version, const char *id);

/** Read what `cargo metadata` printed. Texts go to @arena. */
bool cargo_metadata_parse(struct span json, struct arena *arena, struct cargo_workspace *workspace,
                          struct error *error);

/** Find the libraries on disk. One that is not there is an error that says what to run. */
bool cargo_find(struct cargo_workspace *workspace, const struct cargo_choice *choice,
                struct arena *arena, struct cargo_found *found, struct error *error);

/** The same from what `cargo build --message-format=json` printed; only choice.specs matter. */
bool cargo_messages_read(struct span text, const struct cargo_choice *choice, struct arena *arena,
                         struct cargo_found *found, struct error *error);

/** Run `cargo metadata` in the folder of the choice. @json[out] in @arena */
bool cargo_run(const struct cargo_choice *choice, struct arena *arena, struct span *json,
               struct error *error);

/**
 * The target that cargo builds for where none is named: CARGO_BUILD_TARGET, or build.target of the
 * settings that count in @folder; NULL: the current one. Several are an error.
 * @target[out] NULL: there is none
 */
bool cargo_default_target(const char *folder, struct arena *arena, const char **target,
                          struct error *error);

/** Add a sentence to the notes; it is NULL when memory is short. */
bool cargo_note(struct cargo_found *found, struct arena *arena, const char *sentence,
                struct error *error);

/**
 * Whether all specs of @choice are set in @used; else names the first that is not.
 * @known names of packages, to choose from, or ""
 */
bool cargo_specs_used(const struct cargo_choice *choice, const bool *used, const char *known,
                      struct error *error);

#endif
