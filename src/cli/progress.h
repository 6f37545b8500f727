/* SPDX-License-Identifier: MIT */
/**
 * Progress on standard error: on a terminal one line that is rewritten and cleared at the end,
 * elsewhere (if it is asked for) a line at the start of each phase and every few seconds.
 */
#ifndef ARMELD_CLI_PROGRESS_H
#define ARMELD_CLI_PROGRESS_H

#include <stdbool.h>

#include "armeld.h"

/** Start with progress_begin(). */
struct progress {
    bool wanted;
    bool rewrites;          /* a terminal */
    bool shown;             /* there is a line to clear */
    bool begun;             /* any report came in */
    enum armeld_phase phase;
    double phase_began;
    double next;            /* when to show the next line */
};

/** @when an enum diag_when */
void progress_begin(struct progress *progress, unsigned when);

/** For armeld_options.progress; the context is the struct progress. */
void progress_report(void *context, const struct armeld_progress *now);

/** Clear the line. */
void progress_end(struct progress *progress);

#endif
