/* SPDX-License-Identifier: MIT */
/**
 * The link proof: with the plan, every link resolves as it did with the original libraries.
 *
 * Checked for each library alone, from each of its roots and from all of them; for each pair of
 * libraries in either order, and for all libraries together, from all roots, from all that only
 * one library has, and from each of these; as a lazy and as a one-pass linker would link, and one
 * that prefers strong definitions, the workspace last. In each link
 *   - no symbol is undefined that was not before, and none defined that was undefined;
 *   - each symbol comes from the same class as before (of several in COMDAT groups, any);
 *   - no two loaded members define one strong symbol, unless they did before.
 * Roots with which the originals do not link are left out, and that is said.
 * Where that fails, the member at fault stays in the library as well, or leaves the workspace,
 * and everything is checked again until it holds.
 *
 * What makes it fast: a library in which every symbol is found where it was, and whose workspace
 * members need nothing of it, cannot fail; nor can pairs, when no symbol of the set has two
 * different definitions. Only the rest is linked in simulation.
 */
#ifndef ARMELD_PROOF_PROOF_H
#define ARMELD_PROOF_PROOF_H

#include "proof/plan.h"

struct proof_rules {
    unsigned jobs;
    unsigned min_sharers;
    enum model last_model;    /**< this one and those before it count */
    const char *const *roots; /**< globs of symbols that users call; without: all C names */
    size_t root_count;
};

/** Check @plan and change it until it holds. */
bool proof_run(const struct census *census, const struct proof_rules *rules, struct plan *plan,
               struct error *error);

#endif
