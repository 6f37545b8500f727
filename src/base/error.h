/* SPDX-License-Identifier: MIT */
/**
 * Errors carry their text: what is wrong, where, the value found and the value allowed.
 *
 * Functions that can fail return false or NULL and fill the struct error that they were given.
 * The innermost function says what is wrong at which offset; each caller that knows more puts the
 * member and the file before it with error_prefix(), so the whole reads
 * `libfoo.a(core.o): offset 0x1a40: section header 7: size 0x9000 exceeds the member (0x2a10)`.
 * The text contains names from files unescaped; escape the text before printing it (base/text.h).
 */
#ifndef ARMELD_BASE_ERROR_H
#define ARMELD_BASE_ERROR_H

#include <stdarg.h>
#include <stdbool.h>

#include "base/printf.h"

/** The kind of a failure: its value is an enum armeld_status. */
enum error_kind {
    ERROR_NONE = 0,
    ERROR_INPUT = 1,       /**< an input or output error, nothing changed */
    ERROR_USAGE = 2,       /**< wrong usage: options or paths that contradict each other */
    ERROR_PROOF = 3,       /**< the result could not be proven */
    ERROR_INTERRUPTED = 4, /**< stopped after renaming had begun */
    ERROR_INTERNAL = 5,    /**< a mistake in armeld itself; the program exits with 1 */
};

/** The first failure; later ones do not overwrite it. Start with {0}. */
struct error {
    enum error_kind kind;
    bool memory; /**< memory was short, so the input is not at fault; see error_memory() */
    char text[1024];
};

/** Set the text of an input error. Always returns false, so that callers can return it. */
bool error_set(struct error *error, const char *format, ...)
    PRINTF_LIKE(2, 3);

/** The same with a kind. */
bool error_set_kind(struct error *error, enum error_kind kind, const char *format, ...)
    PRINTF_LIKE(3, 4);

/** The same with ": " and the text of errno @code behind it. */
bool error_set_errno(struct error *error, int code, const char *format, ...)
    PRINTF_LIKE(3, 4);

/**
 * Set the text of an error that no input explains: a mistake in armeld itself. The text says so and
 * asks for a report.
 */
bool error_internal(struct error *error, const char *format, ...)
    PRINTF_LIKE(2, 3);

/** "out of memory". */
bool error_memory(struct error *error);

/**
 * Whether a failure may be passed over, since a file that cannot be read means nothing here. One
 * for want of memory says nothing about the file: that becomes @error's.
 */
bool error_passes(const struct error *passed, struct error *error);

/** Put text before an error that was set. Always returns false. */
bool error_prefix(struct error *error, const char *format, ...)
    PRINTF_LIKE(2, 3);

/** Put text behind an error that was set. Always returns false. */
bool error_suffix(struct error *error, const char *text);

#endif
