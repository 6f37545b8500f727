/* SPDX-License-Identifier: MIT */
/** How texts for people look: as a terminal has room, or as they always do in pipes. */
#ifndef ARMELD_REPORT_LOOK_H
#define ARMELD_REPORT_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/** All zero: nothing is fitted or coloured. */
struct look {
    unsigned columns; /**< of the terminal; 0: names are written in full */
    bool ascii;       /**< the terminal shows nothing but ASCII */
    bool colored;
};

enum look_color {
    LOOK_PLAIN,
    LOOK_BOLD,  /**< headings */
    LOOK_GREEN, /**< what is saved, what is well */
    LOOK_RED,   /**< what grew, what is wrong */
};

/** What is put before and behind a coloured text; "" for nothing. */
const char *look_begin(const struct look *look, enum look_color color);
const char *look_end(const struct look *look, enum look_color color);

/** Print a name, escaped, shortened if it needs more than @room columns; returns its columns. */
size_t look_put_name(FILE *stream, const struct look *look, const char *name, size_t room);

/**
 * Print a name in a line with @others columns of other text, shortened so that they fit; but some
 * columns a name always has.
 */
size_t look_put_beside(FILE *stream, const struct look *look, const char *name, size_t others);

/**
 * Print words that stand behind @at columns in a line, and go on in further lines, indented by
 * @indent; in one line if nothing is to fit. @text is escaped here. Returns the columns of the last
 * line.
 */
size_t look_put_words(FILE *stream, const struct look *look, const char *text, size_t at,
                      size_t indent);

#endif
