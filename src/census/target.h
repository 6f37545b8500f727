/* SPDX-License-Identifier: MIT */
/** Whether the libraries of a set belong together, and which flavour fits them. */
#ifndef ARMELD_CENSUS_TARGET_H
#define ARMELD_CENSUS_TARGET_H

#include "census/census.h"

/** What all objects of a set have in common. */
struct target {
    enum obj_format format; /**< ELF, COFF or Mach-O; OBJ_OTHER when no object tells */
    enum obj_machine machine;
};

/**
 * Find the object format and machine of the set. Different ones in one run are an error that
 * lists them with their libraries. ARM64EC goes with x64 and ARM64, as Windows has it.
 */
bool target_agree(const struct census *census, struct target *kind, struct error *error);

/**
 * The flavour to write: what was asked for, else what the inputs are.
 * Errors: inputs of several flavours, a flavour that cannot hold the objects.
 */
bool target_flavour(const struct set *set, const struct target *kind, enum armeld_flavour asked,
                    enum ar_flavour *flavour, struct error *error);

#endif
