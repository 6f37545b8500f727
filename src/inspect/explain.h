/* SPDX-License-Identifier: MIT */
/** Explaining: why a member is where it is, and why a set shares so little. */
#ifndef ARMELD_INSPECT_EXPLAIN_H
#define ARMELD_INSPECT_EXPLAIN_H

#include "armeld.h"
#include "proof/odd.h"

/** Fill in the report's explanations of the members that are asked for, in @arena. */
bool explain_members(const struct census *census, const struct plan *plan,
                     const struct armeld_question *question, struct arena *arena,
                     struct armeld_report *report, struct error *error);

/**
 * Append notes to the report: groups of libraries that do not fit each other, and properties of the
 * builds that prevent sharing, such as compilers,
 * crates built in several ways, codegen units, debug information, renamed
 * symbols, panic strategies.
 */
bool explain_set(const struct census *census, const struct plan *plan, const struct odd *odd,
                 struct arena *arena, struct armeld_report *report, struct error *error);

#endif
