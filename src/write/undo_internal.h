/* SPDX-License-Identifier: MIT */
/** Shared by verifying and restoring a set. Only for undo*.c. */
#ifndef ARMELD_WRITE_UNDO_INTERNAL_H
#define ARMELD_WRITE_UNDO_INTERNAL_H

#include "write/undo.h"

/** One library of the set on disk. */
struct undone {
    const char *path;
    struct os_file file;
    enum record_state state;
    struct span *pieces;
    size_t count;
    struct os_output output;
};

/** A build file of the set on disk. */
struct undone_file {
    const char *path;
    const char *target;
    struct os_file file;
    bool written; /* armeld wrote these bytes, so restoring undoes them */
    struct os_output output;
};

struct undoing {
    const struct undo_rules *rules;
    struct arena *arena;
    struct armeld_report *report;
    struct error *error;
    struct record record;
    struct undone *libraries;
    struct undone_file *files;
    struct armeld_finding *findings;
    struct armeld_library *report_libraries;
    bool workspace_is_broken; /* verify: there is a finding about a workspace */
    bool lacks_contents;      /* restore: some original cannot be rebuilt */
    bool is_needed;           /* restore: another library needs the workspace */
    bool renaming; /* some file was renamed: a failure is an interruption */
};

/** Read the sidecar; it must exist. */
bool undo_open(struct undoing *u);

/** Release everything, and remove temporary files. */
void undo_close(struct undoing *u);

/** Add a finding about a file. False, with an error, only when memory is short. */
bool undo_find(struct undoing *u, const char *path, const char *text);

/** Add a library and the sizes of its file to the report. */
void undo_list(struct undoing *u, const char *path, uint64_t before, uint64_t bytes);

/** Look at library @number on disk. @why[out] why its original cannot be rebuilt. */
bool undo_look(struct undoing *u, size_t number, struct error *why);

/**
 * Look at all build files on disk; whatever is neither as armeld wrote it nor as it was before
 * becomes a finding.
 * @undo whether to restore: then the file as it was before is no finding
 */
bool undo_look_at_files(struct undoing *u, bool undo);

/**
 * Check that a build file that is as written, by its number, names the workspaces that the set has
 * now: melding again may have left it as it is.
 * @text[out] what is wrong; NULL: nothing
 */
bool undo_check_names(struct undoing *u, size_t number, const char **text);

/**
 * Find .pc and .la files beside the set's that name a workspace, and of which the sidecar does not
 * know: they will go on naming it. @first[out] one of them, if there are any
 */
bool undo_find_naming(struct undoing *u, const char **first, size_t *count);

/** Compare the workspaces on disk with the sidecar; a difference becomes a finding. */
bool undo_check_workspaces(struct undoing *u);

#endif
