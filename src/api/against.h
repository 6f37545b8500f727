/* SPDX-License-Identifier: MIT */
/** Checking melded libraries by their originals, for each machine and platform by themselves. */
#ifndef ARMELD_API_AGAINST_H
#define ARMELD_API_AGAINST_H

#include "api/handle.h"

/** A file of the set. */
struct against_file {
    const char *path;
    const struct xcframework_library *entry; /**< if it is in an xcframework */
};

/** Libraries that are compared, pair by pair. */
struct compared {
    struct against_file *originals;
    struct against_file *melded;
    size_t count;
    uint32_t platforms; /**< whose workspaces count; 0: all do */
    const struct xcframework_library *entry; /**< of xcframeworks, whose do; NULL: all do */
    struct against_file *workspaces; /**< of the whole set, by part */
    size_t workspace_count;
};

/** Whether two files in xcframeworks are for one platform, or one of them is in none. */
static inline bool against_same_entry(const struct xcframework_library *a,
                                      const struct xcframework_library *b)
{
    return !a || !b || (strcmp(a->platform, b->platform) == 0 && !a->variant == !b->variant &&
                        (!a->variant || strcmp(a->variant, b->variant) == 0));
}

/**
 * Compare the links of libraries for one machine and platform: what files have for set.machine, or
 * all of them. The report gets the findings. against.c
 */
bool against_check(struct armeld *armeld, const struct compared *files);

/**
 * Compare all files: xcframeworks library by library, and what there is for each machine and
 * platform by a handle of its own. against_apart.c
 */
bool against_check_all(struct armeld *armeld, const char *const *originals,
                       const char *const *melded, size_t count);

#endif
