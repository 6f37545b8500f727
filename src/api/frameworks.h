/* SPDX-License-Identifier: MIT */
/**
 * xcframeworks: the libraries for each platform are a set of their own, a part, with a workspace in
 * an xcframework beside them. Machines are found in each part (machines.h).
 */
#ifndef ARMELD_API_FRAMEWORKS_H
#define ARMELD_API_FRAMEWORKS_H

#include "api/handle.h"

/** Refuse what is not known of xcframeworks, before anything is read. */
bool frameworks_check(struct armeld *armeld);

/** Find the parts: machines.framework and machines.part_of. */
bool frameworks_split(struct armeld *armeld);

/** Path of the workspace of a part, in @arena; NULL when memory is short. */
const char *frameworks_workspace(const struct armeld *armeld, const char *folder, size_t part,
                                 struct arena *arena);

/** Prepare copies of all that xcframeworks have beside libraries, in an output directory. */
bool frameworks_copy(struct armeld *armeld);

/** Give the folders of these copies the modes of the originals, when all is written. */
bool frameworks_set_modes(struct armeld *armeld);

/** Append a warning; NULL is memory that is short. */
bool frameworks_warn(struct armeld *armeld, const char *text);

/** Warn of what xcframeworks have beside libraries. */
bool frameworks_warn_of_passed(struct armeld *armeld);

/** Stage: prepare the Info.plist of the workspaces; warn of what does not hold any more. */
bool frameworks_files(struct armeld *armeld);

#endif
