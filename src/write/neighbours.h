/* SPDX-License-Identifier: MIT */
/** Files beside a set that need the workspace that is about to be replaced. */
#ifndef ARMELD_WRITE_NEIGHBOURS_H
#define ARMELD_WRITE_NEIGHBOURS_H

#include "sidecar/record.h"
#include "write/outputs.h"

/**
 * Refuse to replace a workspace by one that lacks Rust symbols which a library on the disk still
 * needs: a library that is not whole (census/whole.h), will not be written by this run, and gets
 * those symbols from no other workspace. Libraries are looked for in the folders of the workspace
 * and of the inputs, and where the record of the earlier melding says; only if the new workspace
 * lacks a Rust symbol of the old one. Nothing is changed.
 */
bool guard_neighbours(const struct census *census, const struct record *record,
                      const struct outputs *outputs, struct error *error);

#endif
