/* SPDX-License-Identifier: MIT */
/**
 * Tables for people: numbers left, names last, so that no name, however long, breaks a column.
 *
 * In pipes, columns have a fixed width and names are written in full. On a terminal, columns are as
 * wide as what they hold; where room is short, names lose their middle, then whole columns are left
 * out, which is said below the table. Numbers are never cut.
 */
#ifndef ARMELD_REPORT_GRID_H
#define ARMELD_REPORT_GRID_H

#include "base/printf.h"
#include "report/look.h"

struct grid_column {
    const char *title;
    const char *narrow;  /**< what it is called on a terminal, if that is shorter; or NULL */
    unsigned width, gap; /**< in pipes: of the column, and before it */
    bool left;           /**< flush left */
    unsigned rank;       /**< 0: always there; else the higher, the sooner it is left out */
};

struct grid_cell;

/** Start with grid_begin(). */
struct grid {
    const struct grid_column *columns;
    size_t column_count;
    const char *what; /* the title above the names */
    struct look look;
    struct grid_cell *cells; /* of all rows, row by row: its columns, the name, the tail */
    size_t cell_count, capacity;
    bool failed; /* memory was short */
};

/** @columns stay with the caller. @what NULL: no line of titles */
void grid_begin(struct grid *grid, const struct look *look, const struct grid_column *columns,
                 size_t count, const char *what);

/** The next number of a row; "" if there is none. */
void grid_cell(struct grid *grid, enum look_color color, const char *format, ...)
    PRINTF_LIKE(3, 4);

/**
 * What a row is about, which ends the row.
 * @tail  more words behind a name, in full, or NULL
 */
void grid_name(struct grid *grid, const char *name, const char *tail);

/** The same of a file that is written to another place. */
void grid_renamed(struct grid *grid, const char *name, const char *output);

/** The same of a sentence, which goes on in a further line instead of being cut. */
void grid_words(struct grid *grid, const char *words);

/** A sentence between the rows, in a line of its own. */
void grid_line(struct grid *grid, const char *words);

/** Print and free the table. False: memory was short. */
bool grid_put(struct grid *grid, FILE *stream);

#endif
