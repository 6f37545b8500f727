/* SPDX-License-Identifier: MIT */
/** The link proof of the outputs: what does not link as before is not written. */
#ifndef ARMELD_API_PROVE_H
#define ARMELD_API_PROVE_H

#include "api/handle.h"

/**
 * Check the outputs, and do less until they link as the originals do: first keep the members at
 * fault in their libraries, then leave out ways of shrinking, in a set the coarsest first. Each
 * step back has its reason in the report.
 * @remake plans and makes the outputs anew, as the options and the pins now say
 * @return false with an error of kind ERROR_PROOF if a library that is shrunk alone would not link
 *         as before
 */
bool prove_outputs(struct armeld *armeld, bool (*remake)(struct armeld *armeld));

#endif
