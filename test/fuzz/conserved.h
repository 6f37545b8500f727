/* SPDX-License-Identifier: MIT */
/** Whether the members of hostile libraries are all there when they are melded. */
#ifndef ARMELD_FUZZ_CONSERVED_H
#define ARMELD_FUZZ_CONSERVED_H

#include "ar/archive.h"

/**
 * The original's members are all in its melded form, in their order, or in the workspace. What must
 * stay has stayed.
 * @link  what a linker cannot tell apart counts as equal
 * @moved how many members are said to have moved
 */
void check_conservation(const struct archive *original, const struct archive *melded,
                        const struct archive *workspace, bool link, size_t moved);

/** Names in the workspace differ, but for import sets. */
void check_names(const struct archive *workspace);

#endif
