/* SPDX-License-Identifier: MIT */
/** What the bytes of a set are for, crate by crate, before and after melding. */
#ifndef ARMELD_INSPECT_CHART_H
#define ARMELD_INSPECT_CHART_H

#include "armeld.h"
#include "write/outputs.h"

/**
 * Fill in the report's crates and cells, in @arena. They add up to bytes_before and, with a plan,
 * to bytes.
 * @plan NULL: what melding would do is not known; then nothing moves, and nothing is shrunk
 * @outputs of what is prelinked nobody can tell the crates: that is one of its own
 */
bool chart_fill(const struct census *census, const struct plan *plan, const struct shrunk *shrunk,
                const struct outputs *outputs, struct arena *arena, struct armeld_report *report,
                struct error *error);

#endif
