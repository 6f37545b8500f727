/* SPDX-License-Identifier: MIT */
/** What the bytes of a set are for, crate by crate, before and after melding. */
#ifndef ARMELD_INSPECT_CHART_H
#define ARMELD_INSPECT_CHART_H

#include "armeld.h"
#include "meld/plan.h"

/**
 * Fill in the report's crates and cells, in @arena. They add up to bytes_before and, with a plan,
 * to bytes.
 * @plan NULL: what melding would do is not known; then nothing moves
 */
bool chart_fill(const struct set *set, const struct classes *classes, const struct plan *plan,
                struct arena *arena, struct armeld_report *report, struct error *error);

#endif
