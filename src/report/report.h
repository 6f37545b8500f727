/* SPDX-License-Identifier: MIT */
/** What a melding, or one of its undoings, came to: for people and for programs. */
#ifndef ARMELD_REPORT_REPORT_H
#define ARMELD_REPORT_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "armeld.h"

/** How to report. */
struct report_style {
    bool dry_run;   /**< no file was changed */
    bool elsewhere; /**< the originals stay: say where each library's melded form is */
    bool verbose;   /**< every library, variant and decision, not the first twenty libraries */
    bool quiet;     /**< restore, verify: only what is not as it should be */
    bool failed;    /**< restore, verify: because of the findings */
    bool against;   /**< verify: compared with originals, not with a sidecar */
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

/** What armeld_restore() found and did: a line for each finding, then what became of the set. */
bool report_restore_text(FILE *stream, const struct armeld_report *report,
                         const struct report_style *style);

/** The same as JSON, schema "armeld/restore/1". */
bool report_restore_json(FILE *stream, const struct armeld_report *report,
                         const struct report_style *style);

/** What armeld_verify() found: a line for each finding, or one that all is well. */
bool report_verify_text(FILE *stream, const struct armeld_report *report,
                        const struct report_style *style);

/** The same as JSON, schema "armeld/verify/1". */
bool report_verify_json(FILE *stream, const struct armeld_report *report,
                        const struct report_style *style);

#endif
