/* SPDX-License-Identifier: MIT */
/** The bytes of a set by crate and purpose, before and after melding. */
#ifndef ARMELD_INSPECT_CHART_H
#define ARMELD_INSPECT_CHART_H

#include "armeld.h"
#include "inspect/chart_map.h"
#include "write/outputs.h"

/**
 * Fill in the report's crates and cells, in @arena. They add up to bytes_before and, with a plan,
 * to bytes.
 * @plan    NULL: the result of melding is unknown; nothing moves and nothing is shrunk
 * @outputs prelinked objects count as a crate of their own, since their crates cannot be told
 * @map[out] the same by archive, crate and member; or NULL
 */
bool chart_fill(const struct census *census, const struct plan *plan, const struct shrunk *shrunk,
                const struct outputs *outputs, struct arena *arena, struct armeld_report *report,
                struct chart_map *map, struct error *error);

#endif
