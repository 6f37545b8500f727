/* SPDX-License-Identifier: MIT */
/** Explaining members that are in their libraries no more, since the set is melded. */
#ifndef ARMELD_INSPECT_EXPLAIN_MOVED_H
#define ARMELD_INSPECT_EXPLAIN_MOVED_H

#include "armeld.h"
#include "census/set.h"

/**
 * Fill in the report's explanations, in @arena, of members that sidecars beside the libraries of
 * the set know: question.member is a glob of their names. What no sidecar knows is left out.
 */
bool explain_moved(const struct set *set, const struct armeld_question *question,
                   struct arena *arena, struct armeld_report *report, struct error *error);

#endif
