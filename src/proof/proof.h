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
 * Roots with which the originals do not link are left out, and the report says so.
 * Where a condition fails, the member at fault stays in its library, or its class leaves the
 * workspace, and everything is checked again until all conditions hold.
 *
 * Two shortcuts make it fast. A library cannot fail if every symbol is found where it was and no
 * workspace member needs the library. Pairs cannot fail if no symbol of the set has different
 * definitions in different libraries. Only the rest is linked in simulation. places.h has the
 * lemmas; test/proof/test_lemmas.c compares them with simulated links.
 */
#ifndef ARMELD_PROOF_PROOF_H
#define ARMELD_PROOF_PROOF_H

#include "proof/plan.h"

struct proof_rules {
    unsigned jobs;
    unsigned min_sharers;
    unsigned models; /**< bits of the link models to prove */
    const char *const *roots; /**< globs of symbols that users call; none: all C names */
    size_t root_count;
};

/**
 * Check @plan and change it until the proof holds.
 * Returns false, with an error, only when memory is short.
 */
bool proof_run(const struct census *census, const struct proof_rules *rules, struct plan *plan,
               struct error *error);

#endif
