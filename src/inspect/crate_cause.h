/* SPDX-License-Identifier: MIT */
/** Why two libraries have different builds of one crate. */
#ifndef ARMELD_INSPECT_CRATE_CAUSE_H
#define ARMELD_INSPECT_CRATE_CAUSE_H

#include "census/census.h"

/** A crate as a library has it. */
struct crate_build {
    struct span crate;
    struct span hash; /**< cargo's: of version, features, profile and compiler */
    uint32_t library;
};

/**
 * The cause in words, as far as the objects tell: who compiled them, the version in the paths of
 * their sources, the symbols that they define.
 * @return in @arena; NULL when memory is short
 */
const char *crate_cause(const struct census *census, const struct crate_build *a,
                        const struct crate_build *b, struct arena *arena);

#endif
