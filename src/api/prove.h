/* SPDX-License-Identifier: MIT */
/** The link proof of the outputs: what does not link as before is not written. */
#ifndef ARMELD_API_PROVE_H
#define ARMELD_API_PROVE_H

#include "api/handle.h"

/**
 * Before anything is joined: set apart the objects with constructors or other lists that programs
 * find by a section's name, where joining would bring them into other programs (lists_apart.h). A
 * library of Rust, or one with named exports, that is shrunk alone has its own of everything.
 * @return false, with an error, only when memory is short
 */
bool prove_begin(struct armeld *armeld);

/**
 * Check the outputs, and do less until they link as the originals do: keep the members at fault in
 * their libraries, then do not join them with others, then leave out ways of shrinking for the
 * whole set, the coarsest first. Each step back has its reason in the report.
 * @remake plans and makes the outputs anew, as the options and the pins now say
 * @return false with an error of kind ERROR_PROOF if a library that is shrunk alone would not link
 *         as before
 */
bool prove_outputs(struct armeld *armeld, bool (*remake)(struct armeld *armeld));

/**
 * After an input error of shrinking a set: leave out the coarsest way of shrinking, and say why.
 * @return false if the error stays: it is of another kind, or of a library that is shrunk alone
 */
bool prove_shrinks_less(struct armeld *armeld);

/** Keep a sentence for the report's warnings. @text NULL: memory is short */
bool prove_tell(struct armeld *armeld, const char *text);

#endif
