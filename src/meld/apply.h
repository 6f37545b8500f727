/* SPDX-License-Identifier: MIT */
/**
 * Writing: all or nothing.
 *
 * Every new archive is written beside its target, read back and compared with what was meant,
 * and made durable; only when all are there are they renamed, the workspace first. Killed at any
 * moment, each library is its original or its melded form, and no melded library is without its
 * workspace. A failure before the first rename leaves everything as it was.
 */
#ifndef ARMELD_MELD_APPLY_H
#define ARMELD_MELD_APPLY_H

#include "meld/outputs.h"

struct apply_rules {
    unsigned jobs;
    bool backup;            /**< keep each original as NAME.bak */
    const char *output_dir; /**< made if it is not there; or NULL */
    /** Told of each file that is written; from any worker. May be NULL. */
    void (*step)(void *context, uint64_t bytes);
    void *context;
};

/**
 * Write and rename all outputs that are needed.
 * An error of kind ERROR_INTERRUPTED means that some files were renamed already.
 */
bool outputs_apply(const struct outputs *outputs, const struct apply_rules *rules,
                   struct error *error);

/** The name that --backup gives an original: its suffix replaced by ".bak". In @arena. */
const char *backup_name(const char *path, struct arena *arena);

#endif
