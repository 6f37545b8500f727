/* SPDX-License-Identifier: MIT */
/** What a melding came to, for people and for programs. */
#ifndef ARMELD_REPORT_REPORT_H
#define ARMELD_REPORT_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "armeld.h"

/** How to report. */
struct report_style {
    bool dry_run;   /**< no file was changed */
    bool elsewhere; /**< the originals stay: say where each library's melded form is */
    bool verbose;   /**< every library and every variant, not the first twenty libraries */
};

/**
 * The table that a person reads.
 * False when memory is short; whether @stream took it all is for its owner to check.
 */
bool report_text(FILE *stream, const struct armeld_report *report,
                 const struct report_style *style);

/** The same as JSON, schema "armeld/meld/1": see armeld(5). Always complete. */
bool report_json(FILE *stream, const struct armeld_report *report,
                 const struct report_style *style);

#endif
