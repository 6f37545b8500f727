/* SPDX-License-Identifier: MIT */
/** options.split_debug: a second melding of the same inputs, which keeps the debug info. */
#ifndef ARMELD_API_SPLIT_DEBUG_H
#define ARMELD_API_SPLIT_DEBUG_H

#include "api/handle.h"

/**
 * Refuse a copy that cannot be made: the debug info is not removed, or was removed before and is in
 * the sidecar only, or the copy would replace the outputs. Without split_debug all is well.
 */
bool split_debug_check(struct armeld *armeld);

/** Warn if prelinking takes the debug info out of the copy, too. Before the report is made. */
bool split_debug_tell(struct armeld *armeld);

/** Write the copy. Without split_debug nothing is done. */
bool split_debug_write(struct armeld *armeld);

#endif
