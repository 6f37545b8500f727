/* SPDX-License-Identifier: MIT */
/**
 * Messages on standard error: "armeld: ...", one line each.
 *
 * Whatever a message contains is escaped on its way out (base/text.h), so names go in as they are.
 */
#ifndef ARMELD_CLI_DIAG_H
#define ARMELD_CLI_DIAG_H

#include <stdbool.h>
#include <stdio.h>

#include "base/printf.h"

struct arg;
struct args;

/** In the order of the words of --color and --progress. */
enum diag_when {
    DIAG_AUTO, /**< as the terminal, TERM and NO_COLOR suggest; to begin with */
    DIAG_ALWAYS,
    DIAG_NEVER,
};

/** These words, then NULL. */
extern const char *const diag_whens[];

/** Whether messages and reports are coloured: an enum diag_when. */
void diag_set_color(unsigned when);

/** Whether what is printed on @stream is. */
bool diag_is_colored(FILE *stream);

/** "armeld: ..." */
void diag_error(const char *format, ...) PRINTF_LIKE(1, 2);

/** "armeld: ...", of what is neither wrong nor doubtful. */
void diag_note(const char *format, ...) PRINTF_LIKE(1, 2);

/** "armeld: warning: ..." */
void diag_warning(const char *format, ...) PRINTF_LIKE(1, 2);

struct armeld_report;

/** The warnings of a report. */
void diag_warnings(const struct armeld_report *report);

/**
 * A wrong argument: the message, then the command as it was typed with @wrong underlined, or the
 * line of the argument file where it stands.
 */
void diag_usage(const struct args *args, const struct arg *wrong, const char *format, ...)
    PRINTF_LIKE(3, 4);

#endif
