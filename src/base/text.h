/* SPDX-License-Identifier: MIT */
/** Text for people: names from files made harmless, sizes made readable. */
#ifndef ARMELD_BASE_TEXT_H
#define ARMELD_BASE_TEXT_H

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

/** "812 B", "12.3 MB": a decimal prefix and three to four digits. Returns @out. */
char *text_bytes(uint64_t bytes, char out[TEXT_BYTES_SIZE]);

#endif
