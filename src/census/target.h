/* SPDX-License-Identifier: MIT */
/** Whether the libraries of a set belong together, and which flavour fits them. */
#ifndef ARMELD_CENSUS_TARGET_H
#define ARMELD_CENSUS_TARGET_H

#include "census/census.h"

/** The object format and machine that all objects of a set share. */
struct target {
    enum obj_format format; /**< ELF, COFF or Mach-O; OBJ_OTHER when no object tells */
    enum obj_machine machine;
    unsigned abis; /**< COFF: bits of enum obj_coff_abi that any object has */
};

/** Whether both can stand in one link, but for their platforms. @ec: some object is ARM64EC. */
bool target_same_machine(const struct class *a, const struct class *b, bool ec);

/**
 * Find the object format and machine of the set. Several in one run are an error that
 * lists them with their libraries. ARM64EC may be mixed with x64 and ARM64, as on Windows.
 */
bool target_agree(const struct census *census, struct target *target, struct error *error);

/**
 * Choose the flavour to write: @asked, or with AUTO that of the inputs. Inputs whose flavour does
 * not suit their objects are written in one that does.
 * Errors: inputs of several flavours; a flavour that cannot hold the objects.
 */
bool target_flavour(const struct set *set, const struct target *target, enum armeld_flavour asked,
                    enum ar_flavour *flavour, struct error *error);

#endif
