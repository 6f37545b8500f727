/* SPDX-License-Identifier: MIT */
/** The begin and the end of a verb's work: a handle with its inputs, and its outcome. */
#ifndef ARMELD_CLI_INPUTS_H
#define ARMELD_CLI_INPUTS_H

#include "armeld.h"

/** Exit status of the program: what was asked for is done, but the report could not be written. */
enum { CLI_UNREPORTED = 6 };

/**
 * Make a handle and add all paths to it. Returns the status of the first call that failed; the
 * handle has its error. Without a handle the error is printed.
 * @armeld[out] NULL if memory is short
 */
int inputs_open(const struct armeld_options *options, const char *const *paths, size_t count,
                struct armeld **armeld);

/**
 * Print the handle's error, unless @status is ARMELD_OK, or say that the report could not be
 * printed, and free the handle. Returns the exit status.
 * @printed whether printing the report succeeded
 */
int inputs_close(struct armeld *armeld, int status, bool printed);

/** Say that memory was short while printing a report. Returns the exit status. */
int inputs_report_failed(void);

/** Say that the call waits for another run; for armeld_options.waiting. */
void inputs_waiting(void *context, const char *directory);

/** Whether not both of two options are given; else it is said. @names of both: "-q and -v" */
bool inputs_exclude(bool first, bool second, const char *names);

#endif
