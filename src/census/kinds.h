/* SPDX-License-Identifier: MIT */
/** The libraries of a set by what they are for: those of one kind can be melded with each other. */
#ifndef ARMELD_CENSUS_KINDS_H
#define ARMELD_CENSUS_KINDS_H

#include "census/census.h"

/** Libraries for one machine and platform. */
struct kind {
    const char *name;    /**< "arm64", "iOS arm64", "ios-arm64/arm64", "aarch64 ELF" */
    const char *machine; /**< Mach-O: as universal files name it; else as .name */
    size_t libraries;    /**< how many of the set are of this kind */
};

struct kinds {
    struct kind *list; /**< those that tell most first, then in the order of libraries */
    size_t count;
    uint32_t *of; /**< by library: its kind */
};

/**
 * Find the kinds. What tells none, such as an archive without objects, goes with the first kind
 * that it does not contradict. Libraries of xcframeworks go by what their Info.plist says as well.
 * None are found if a library has objects of several kinds itself.
 */
bool kinds_find(const struct census *census, struct arena *arena, struct kinds *kinds,
                struct error *error);

#endif
