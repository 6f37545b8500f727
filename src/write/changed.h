/* SPDX-License-Identifier: MIT */
/** Libraries that are not whole, as sidecars tell; of Rust's, their symbols do (incomplete.h). */
#ifndef ARMELD_WRITE_CHANGED_H
#define ARMELD_WRITE_CHANGED_H

#include "sidecar/record.h"

/**
 * Refuse a library that was melded into this workspace and then changed by another tool: it needs
 * a symbol that it had in an object which melding took out of it.
 */
bool changed_check(const struct census *census, const struct record *record, struct error *error);

/**
 * Refuse a library that lacks what the workspace on the disk defines. Only for sets without a
 * sidecar: nobody knows then which libraries were melded into it.
 */
bool changed_check_workspace(const struct census *census, const char *workspace,
                             struct error *error);

/**
 * Refuse a library that is as it was melded into another workspace, whose sidecar lies beside it.
 * @workspace of this set, resolved
 */
bool changed_check_others(const struct set *set, const char *workspace, struct error *error);

#endif
