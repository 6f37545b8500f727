/* SPDX-License-Identifier: MIT */
/** Libraries that are not whole, as sidecars tell; of Rust's, their symbols do (incomplete.h). */
#ifndef ARMELD_WRITE_CHANGED_H
#define ARMELD_WRITE_CHANGED_H

#include "sidecar/record.h"

/**
 * Refuse a library that was melded into the record's workspace and then changed by another tool: it
 * needs a symbol that it had in an object which melding took out of it. That counts for a library
 * of the record that is no input, too, unless an input is written to @output_dir, or NULL, in its
 * place. Refuse also an input that is a melded library of that set under another name.
 * @record after record_rebuild()
 */
bool changed_check(const struct census *census, const struct record *record,
                   const char *output_dir, struct error *error);

/**
 * Refuse a library that lacks what the workspace on the disk defines. Only for sets without a
 * sidecar: nobody knows then which libraries were melded into it.
 */
bool changed_check_workspace(const struct census *census, const char *workspace,
                             struct error *error);

/**
 * Look for other workspaces in the folders of the workspace and of the libraries. Refuse a library
 * that was melded into one, as its sidecar tells, whether another tool changed the library since
 * then or not; where an archive is marked as a workspace (archive_is_marked()) and has no sidecar,
 * refuse a library that lacks what that defines.
 * @workspace of this set, resolved
 */
bool changed_check_others(const struct census *census, const char *workspace, struct error *error);

#endif
