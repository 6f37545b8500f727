/* SPDX-License-Identifier: MIT */
/**
 * Checking a melded set against its originals, whoever melded it: does every link resolve as
 * before? The same links as in the link proof (proof.h), but nothing is mended.
 */
#ifndef ARMELD_MELD_CHECK_H
#define ARMELD_MELD_CHECK_H

#include "armeld.h"
#include "meld/classes.h"

/**
 * @set holds the originals, as many melded libraries in the same order, and the workspace.
 * Findings go to the report, which lives in @arena; at most one for each symbol and library.
 * False only when memory is short.
 */
bool check_links(const struct set *set, const struct classes *classes,
                 const struct armeld_options *options, bool one_pass, struct arena *arena,
                 struct armeld_report *report, struct error *error);

#endif
