/* SPDX-License-Identifier: MIT */
/**
 * Writing: all or nothing.
 *
 * Every new archive is written beside its target, read back and compared with what was meant,
 * and made durable; only when all are there are they renamed: the sidecar, the workspace, the
 * companions, the libraries. Killed at any moment, each library is its original or its melded form,
 * no melded library is without its workspace, and the sidecar knows every form that lies about. A
 * failure before the first rename leaves everything as it was. A file that would be replaced by its
 * equal is not touched.
 *
 * When libraries that were melded before are melded again, those that change become originals
 * first, if the workspace changes, too: old and new forms never lie side by side, and nobody has to
 * prove that they link together. A sidecar that knows old forms and new ones comes first, the
 * final one last.
 */
#ifndef ARMELD_WRITE_APPLY_H
#define ARMELD_WRITE_APPLY_H

#include "sidecar/record.h"
#include "write/build_file.h"
#include "write/outputs.h"

struct apply_rules {
    unsigned jobs;
    bool backup;                 /**< keep each original as NAME.bak */
    bool no_sidecar;             /**< remove it at the end */
    const char *output_dir;      /**< made if it is not there; or NULL */
    struct manifest *manifest;   /**< recipes for the sidecar; paths and forms are filled in here */
    struct os_locks *locks;      /**< directories that the run holds already */
    const struct record *record; /**< the melding before; may be empty */
    struct build_files *build_files; /**< files that go with the archives */
    /**
     * Called when all is written and nothing is read any more, before the first file is renamed:
     * some systems replace no file that is mapped. May be NULL.
     */
    void (*release)(void *context);
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
