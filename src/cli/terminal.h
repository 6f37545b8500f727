/* SPDX-License-Identifier: MIT */
/** What the command line asks of the system about its streams: the seam beside base/os.h. */
#ifndef ARMELD_CLI_TERMINAL_H
#define ARMELD_CLI_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

/**
 * Open standard streams that the caller of the program had closed on /dev/null, so that no file
 * opened later takes their place and gets messages written into it. A report that nobody can get
 * is an error: the one for standard output takes nothing.
 */
bool terminal_open_streams(void);

/** The arguments as UTF-8, where the system has them otherwise; false when memory is short. */
bool terminal_arguments(int *argc, char **argv[]);

/** Open a text file for reading; NULL with errno set. */
FILE *terminal_open_file(const char *path);

/**
 * Whether writing failed with @code because whoever reads the pipe has gone, which is no error to
 * tell of. Where a signal ends the program then, this is never asked.
 */
bool terminal_reader_left(int code);

/** Whether @stream is a terminal. */
bool terminal_is(FILE *stream);

/** Whether terminals are to get nothing but ASCII. */
bool terminal_is_ascii(void);

/** Whether @stream is a terminal that understands more than plain lines. */
bool terminal_is_capable(FILE *stream);

/** How many columns the terminal has; 80 when nobody knows. */
unsigned terminal_columns(FILE *stream);

/** Seconds from some fixed moment; never runs backwards. */
double terminal_clock(void);

#endif
