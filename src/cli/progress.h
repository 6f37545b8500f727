/* SPDX-License-Identifier: MIT */
/**
 * Progress on standard error: on a terminal one line with a bar that is rewritten, and cleared
 * before messages and at the end; elsewhere (if it is asked for) a line at the start of each phase
 * and every few seconds.
 */
#ifndef ARMELD_CLI_PROGRESS_H
#define ARMELD_CLI_PROGRESS_H

#include <stdbool.h>

#include "armeld.h"

/** Start with progress_begin(). */
struct progress {
    bool wanted;
    bool rewrites;          /* a terminal */
    bool begun;             /* any report came in */
    enum armeld_phase phase;
    double phase_began;
    double next;            /* when to show the next line */
    size_t job, jobs;       /* set by a verb that takes libraries one by one */
};

/** @when an enum diag_when */
void progress_begin(struct progress *progress, unsigned when);

/** For armeld_options.progress; the context is the struct progress. */
void progress_report(void *context, const struct armeld_progress *now);

/** Clear the line: the report of a phase that goes on writes it again. */
void progress_clear(void);

/** The same for good: whatever is still at work in other threads shows nothing any more. */
void progress_stop(void);

/** The same at the end of a verb's work. */
void progress_end(struct progress *progress);

#endif
