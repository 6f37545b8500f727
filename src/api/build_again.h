/* SPDX-License-Identifier: MIT */
/** Build files that an earlier run wrote: melding again writes them again. */
#ifndef ARMELD_API_BUILD_AGAIN_H
#define ARMELD_API_BUILD_AGAIN_H

#include "api/handle.h"
#include "packaging/words.h"

/**
 * Add to the options what an earlier run was asked for: folders of .pc files, .la files, a CMake
 * package, a JSON file, flags; as far as its files are still there and this run is not asked for
 * another CMake package, another JSON file or other flags.
 */
bool build_again_options(struct armeld *armeld);

/** Take the flags that an earlier run was asked for, if this one is asked for none. */
bool build_again_libs(struct armeld *armeld);

/** Keep in @manifest what build files cannot tell a later run. */
void build_again_keep(const struct armeld *armeld, struct manifest *manifest);

/** Say of build files that an earlier run wrote, and this one does not, what is wrong with them. */
bool build_again_warn(struct armeld *armeld);

/** Append warnings to those of the report. */
bool build_again_say(struct armeld *armeld, const struct words *warnings);

#endif
