/* SPDX-License-Identifier: MIT */
/** Text for people: names from files made harmless, sizes made readable. */
#ifndef ARMELD_BASE_TEXT_H
#define ARMELD_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Room for text_bytes(): "1023.9 kB" and more. */
enum { TEXT_BYTES_SIZE = 24 };

/**
 * Escape @text for a terminal: printable UTF-8 stays; every other byte (control characters, invalid
 * UTF-8, marks that change the writing direction) becomes \xNN. All names from files are escaped
 * here.
 * @out  receives as many whole characters as fit and a NUL; may be NULL if @size is 0
 * Returns the length of the whole escaped text without its NUL, as snprintf does.
 */
size_t text_escape(const char *text, char *out, size_t size);

/** The same in memory of its own, which the caller frees; NULL when memory is short. */
char *text_escaped(const char *text);

/** The number of columns of escaped text, one for each character. */
size_t text_columns(const char *text);

/**
 * The columns that a terminal gives to escaped text: two for each wide character, as of Chinese or
 * Japanese, none for one that joins the character before it. Rather one too many than too few.
 */
size_t text_width(const char *text);

/** How many bytes of escaped text fit @most columns, marks upon the last character included. */
size_t text_fitting(const char *text, size_t most);

/**
 * Escape @text, and leave out its middle if it needs more than @most columns of a terminal. In
 * memory of its own, which the caller frees; NULL when memory is short.
 * @ascii  nothing but ASCII: other bytes become \xNN, and the middle three dots
 */
char *text_fitted(const char *text, size_t most, bool ascii);

/**
 * The UTF-8 character at @p, which must be NUL-terminated somewhere: a NUL is no continuation
 * byte, so nothing behind it is read.
 * Returns its length, or 0 when there is none (overlong forms and surrogates are none).
 */
size_t text_decode(const unsigned char *p, uint32_t *code);

/** "812 B", "12.3 MB": a decimal prefix and three to four digits. Returns @out. */
char *text_bytes(uint64_t bytes, char out[TEXT_BYTES_SIZE]);

#endif
