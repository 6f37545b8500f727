/* SPDX-License-Identifier: MIT */
/** Verifying a melded set against its sidecar, and restoring the originals. */
#ifndef ARMELD_WRITE_UNDO_H
#define ARMELD_WRITE_UNDO_H

#include "armeld.h"
#include "sidecar/record.h"

struct undo_rules {
    const char *workspace;  /**< resolved path */
    struct os_locks *locks; /**< for restoring: directories that this run has locked */
    unsigned jobs;          /**< for verifying: number of threads */
    const char *const *models; /**< for verifying: linkers, by name; none: those of the manifest */
    size_t model_count;
    bool dry_run;
    bool partial;
};

/**
 * Compare the set on disk with its sidecar. If they agree, check that the set links as the
 * originals do (proof/check.h).
 * @arena owns the findings in the report
 * Returns false, with an error, only when a file cannot be read at all.
 */
bool undo_verify(const struct undo_rules *rules, struct arena *arena, struct armeld_report *report,
                 struct error *error);

/**
 * Restore the originals: write all beside their targets, rename them, then remove workspace and
 * sidecar. A library that is its original already is left alone, so running the same command again
 * finishes an interrupted restore.
 * @arena owns the findings in the report
 * An error of kind ERROR_INTERRUPTED means that some files were renamed already.
 */
bool undo_restore(const struct undo_rules *rules, struct arena *arena, struct armeld_report *report,
                  struct error *error);

#endif
