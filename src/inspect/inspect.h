/* SPDX-License-Identifier: MIT */
/** Inspecting: the bytes of a set by purpose, summed up by library, crate, member and so on. */
#ifndef ARMELD_INSPECT_INSPECT_H
#define ARMELD_INSPECT_INSPECT_H

#include "armeld.h"
#include "image/image.h"
#include "proof/plan.h"

/** What melding does with a member, and why, as text for people. */
const char *inspect_reason(const struct plan *plan, const struct census *census, uint32_t member);

/** The crate of a member, such as "std", or words in brackets; a part of the member's name. */
struct span inspect_crate(const struct census *census, uint32_t member);

/** The crate of bytes of a shared object or a program, or words in brackets. */
struct span inspect_origin_crate(const struct image_origin *origin);

/**
 * Fill in the report's rows and total, in @arena. Every byte of every library is in one row.
 * @plan the plan of a melding, for ARMELD_BY_REASON; NULL if there is none
 */
bool inspect_fill(const struct census *census, const struct plan *plan, enum armeld_by by,
                  struct arena *arena, struct armeld_report *report, struct error *error);

#endif
