/* SPDX-License-Identifier: MIT */
/**
 * Writing: all or nothing.
 *
 * Every new archive is written beside its target, read back and compared with what was meant,
 * and made durable; only when all are there are they renamed: the sidecar, the workspace, the
 * libraries. Killed at any moment, each library is its original or its melded form, no melded
 * library is without its workspace, and the sidecar knows every form that lies about. A failure
 * before the first rename leaves everything as it was.
 *
 * When libraries that were melded before are melded again, the workspace between the old and the
 * new one (the bridge) serves both; the final one takes its place when all libraries are renamed.
 */
#ifndef ARMELD_MELD_APPLY_H
#define ARMELD_MELD_APPLY_H

#include "meld/outputs.h"
#include "meld/previous.h"

struct apply_rules {
    unsigned jobs;
    bool backup;              /**< keep each original as NAME.bak */
    const char *output_dir;   /**< made if it is not there; or NULL */
    struct manifest *manifest; /**< recipes for the sidecar; paths and forms are filled in here.
                                    NULL: no sidecar */
    const struct previous *previous; /**< the melding before; may be empty */
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

#endif
