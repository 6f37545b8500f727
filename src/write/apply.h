/* SPDX-License-Identifier: MIT */
/**
 * The transaction: all files of a melding are written, or none is.
 *
 * Every new file is written beside its target, read back, compared with the planned bytes, and
 * synced. When all are there, they are renamed in this order: sidecar, workspaces, build files,
 * libraries. Killed at any moment, each library is its original or its melded form, every melded
 * library has its workspace, and the sidecar knows every form on disk. A failure before the first
 * rename leaves everything as it was. A file that would be replaced by its equal is not touched.
 *
 * When a set is melded again and a workspace changes or goes, the libraries that change become
 * originals first: old and new forms never lie side by side, so nobody has to prove that they link
 * together. A sidecar that knows both old and new forms is renamed first, the final sidecar last;
 * just before that, workspaces are removed that no library has any more.
 */
#ifndef ARMELD_WRITE_APPLY_H
#define ARMELD_WRITE_APPLY_H

#include "sidecar/record.h"
#include "write/build_file.h"
#include "write/outputs.h"

struct apply_rules {
    unsigned jobs;
    bool backup;                 /**< keep each original as NAME.bak */
    bool no_sidecar;             /**< remove the sidecar at the end */
    const char *output_dir;      /**< created if it is missing; or NULL */
    struct manifest *manifest;   /**< recipes for the sidecar; apply fills in paths and forms */
    struct os_locks *locks;      /**< directories that this run has locked */
    const struct record *record; /**< the earlier melding; may be empty */
    struct build_files *build_files; /**< files that go with the archives */
    /**
     * Called before the first rename, when everything is written and nothing is read any more: some
     * systems replace no mapped file. May be NULL.
     */
    void (*release)(void *context);
    /** Called for each file that is written, from any worker. May be NULL. */
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
