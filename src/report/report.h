/* SPDX-License-Identifier: MIT */
/** What a melding came to, for people and for programs. */
#ifndef ARMELD_REPORT_REPORT_H
#define ARMELD_REPORT_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "armeld.h"

/**
 * The table that a person reads.
 * @verbose every library and every variant, instead of the first twenty libraries
 * False when memory is short; whether @stream took it all is for its owner to check.
 */
bool report_text(FILE *stream, const struct armeld_report *report, bool dry_run, bool verbose);

/** The same as JSON, schema "armeld/meld/1": see armeld(5). */
bool report_json(FILE *stream, const struct armeld_report *report, bool dry_run);

#endif
