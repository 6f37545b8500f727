/* SPDX-License-Identifier: MIT */
/** Cargo workspaces among a verb's paths, and the options that say which of their libraries. */
#ifndef ARMELD_CLI_CARGO_H
#define ARMELD_CLI_CARGO_H

#include "cli/rows.h"

struct cargo_settings {
    bool release;
    const char *profile;
    const char *target;
    const char *target_dir;
    const char *manifest;
    const char *metadata;
    const char *messages;
    struct text_list packages;
    const char *workspace; /**< set by the verb: no archive of the folder that it lies in */
};

/** The rows of these options, as cargo spells them; settings has a field cargo. */
#define CARGO_ROWS \
    LIST('p', "package", "SPEC", cargo.packages, "of a Cargo workspace: these packages only"), \
    FLAG(0, "release", cargo.release, "of a Cargo workspace: what --release built (default)"), \
    TEXT(0, "profile", "NAME", cargo.profile, "of a Cargo workspace: what this profile built"), \
    TEXT(0, "target", "TRIPLE", cargo.target, "of a Cargo workspace: what is for this target"), \
    TEXT(0, "target-dir", "DIR", cargo.target_dir, "of a Cargo workspace: its target directory"), \
    TEXT(0, "manifest-path", "PATH", cargo.manifest, "take this Cargo.toml's workspace"), \
    TEXT(0, "cargo-metadata", "FILE", cargo.metadata, \
         "read what cargo metadata printed; - is standard input"), \
    TEXT(0, "cargo-messages", "FILE", cargo.messages, \
         "take what cargo build --message-format=json built; - is standard input")

/** Whether a Cargo workspace is an input even where no path names one. */
bool cargo_is_meant(const struct command *command, const struct cargo_settings *cargo);

/**
 * Put the static libraries of Cargo workspaces in the place of the paths that name these. False: it
 * was said what is wrong, and *@status is the exit status for it.
 * @recursive directories are searched for archives, so they are no workspaces
 * @quiet  do not say which profile was taken
 */
bool cargo_inputs(struct command *command, const struct cargo_settings *cargo, bool recursive,
                  bool quiet, struct text_list *paths, int *status);

#endif
