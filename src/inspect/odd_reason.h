/* SPDX-License-Identifier: MIT */
/** Why a library does not fit the others of its set, in words. */
#ifndef ARMELD_INSPECT_ODD_REASON_H
#define ARMELD_INSPECT_ODD_REASON_H

#include "proof/odd.h"

/**
 * What sets a library apart from another one that is melded, such as "compiled by rustc ..., the
 * others by ...".
 * @return in @arena; NULL when memory is short
 */
const char *odd_reason(const struct census *census, const struct odd *odd, uint32_t library,
                       uint32_t melded, struct arena *arena);

#endif
