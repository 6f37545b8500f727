/* SPDX-License-Identifier: MIT */
/** Checking a melded set against its sidecar, and putting the originals back. */
#ifndef ARMELD_WRITE_UNDO_H
#define ARMELD_WRITE_UNDO_H

#include "armeld.h"
#include "sidecar/record.h"

struct undo_rules {
    const char *workspace;  /**< resolved path */
    struct os_locks *locks; /**< directories that are held; to restore */
    unsigned jobs;          /**< threads; to verify */
    bool dry_run;
    bool partial;
};

/**
 * Compare the set on disk with its sidecar and, if it is as that says, prove again that it links
 * as the originals do. Findings go to the report, which lives in @arena.
 * False only when something could not be read at all.
 */
bool undo_verify(const struct undo_rules *rules, struct arena *arena, struct armeld_report *report,
                 struct error *error);

/**
 * Put the originals back: all are written beside their targets, then renamed, then workspace and
 * sidecar are removed. A library that is its original already is left alone, so an interrupted
 * restore is finished by running it again.
 */
bool undo_restore(const struct undo_rules *rules, struct arena *arena, struct armeld_report *report,
                  struct error *error);

#endif
