/* SPDX-License-Identifier: MIT */
#include "report/grid.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"

enum {
    GAP = 2,         /* between columns on a terminal */
    LEAST_NAME = 16, /* columns that names have, if any column of numbers can be left out */
    MOST_COLUMNS = 16,
    TAIL_INDENT = 4, /* of a tail in a line of its own */
};

struct grid_cell {
    char *text;
    enum look_color color;
    bool words; /* a sentence, not a name */
    bool line;  /* of a row that is nothing but this sentence */
};

void grid_begin(struct grid *grid, const struct look *look, const struct grid_column *columns,
                 size_t count, const char *what)
{
    *grid = (struct grid){.columns = columns,
                            .column_count = count < MOST_COLUMNS ? count : MOST_COLUMNS,
                            .what = what,
                            .look = *look};
}

/** Take over @text, which is NULL if memory was short. */
static void add_cell(struct grid *grid, char *text, enum look_color color, bool words)
{
    struct grid_cell *cells =
        heap_grow(grid->cells, grid->cell_count, &grid->capacity, 64, sizeof *cells);
    grid->cells = cells ? cells : grid->cells;
    if (!cells || !text) {
        grid->failed = true;
        free(text);
        return;
    }
    grid->cells[grid->cell_count++] = (struct grid_cell){text, color, words, false};
}

static char *copy_of(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);
    return copy ? memcpy(copy, text, size) : NULL;
}

void grid_cell(struct grid *grid, enum look_color color, const char *format, ...)
{
    char text[64];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    add_cell(grid, copy_of(text), color, false);
}

void grid_name(struct grid *grid, const char *name, const char *tail)
{
    add_cell(grid, copy_of(name), LOOK_PLAIN, false);
    add_cell(grid, copy_of(tail ? tail : ""), LOOK_PLAIN, true);
}

void grid_renamed(struct grid *grid, const char *name, const char *output)
{
    size_t size = strlen(output) + sizeof "-> ";
    char *tail = malloc(size);
    if (tail) {
        snprintf(tail, size, "-> %s", output);
    }
    add_cell(grid, copy_of(name), LOOK_PLAIN, false);
    add_cell(grid, tail, LOOK_PLAIN, false);
}

void grid_words(struct grid *grid, const char *words)
{
    add_cell(grid, copy_of(words), LOOK_PLAIN, true);
    add_cell(grid, copy_of(""), LOOK_PLAIN, false);
}

void grid_line(struct grid *grid, const char *words)
{
    size_t first = grid->cell_count;
    for (size_t i = 0; i < grid->column_count + 2; i++) {
        add_cell(grid, copy_of(i == 0 ? words : ""), LOOK_PLAIN, true);
    }
    if (!grid->failed) {
        grid->cells[first].line = true;
    }
}

/* ---- how wide the columns are ------------------------------------------------------------ */

/** What is printed of each column. */
struct layout {
    unsigned width[MOST_COLUMNS]; /* 0: left out */
    unsigned gap[MOST_COLUMNS];   /* before it */
    bool dropped[MOST_COLUMNS];   /* left out though it holds something */
    unsigned numbers;             /* columns of all that stands before the names */
};

static const char *title_of(const struct grid *grid, size_t column)
{
    const struct grid_column *c = &grid->columns[column];
    return grid->look.columns && c->narrow ? c->narrow : c->title;
}

static size_t row_count(const struct grid *grid)
{
    return grid->cell_count / (grid->column_count + 2);
}

static const struct grid_cell *cell_at(const struct grid *grid, size_t row, size_t column)
{
    return &grid->cells[row * (grid->column_count + 2) + column];
}

/** Columns that names need without their tails, and their heading. */
static size_t widest_name(const struct grid *grid)
{
    size_t widest = grid->what ? text_width(grid->what) : 0;
    for (size_t row = 0; row < row_count(grid); row++) {
        size_t width = text_width(cell_at(grid, row, grid->column_count)->text);
        widest = width > widest ? width : widest;
    }
    return widest;
}

/** A column is as wide as what it holds; one that holds nothing is left out. */
static void measure(const struct grid *grid, struct layout *layout)
{
    for (size_t column = 0; column < grid->column_count; column++) {
        size_t widest = 0;
        for (size_t row = 0; row < row_count(grid); row++) {
            const struct grid_cell *cell = cell_at(grid, row, column);
            size_t width = cell->line ? 0 : text_width(cell->text);
            widest = width > widest ? width : widest;
        }
        size_t title = grid->what ? text_width(title_of(grid, column)) : 0;
        layout->width[column] = (unsigned)(widest && title > widest ? title : widest);
    }
}

static void add_up(const struct grid *grid, struct layout *layout)
{
    bool first = true;
    layout->numbers = 0;
    for (size_t column = 0; column < grid->column_count; column++) {
        bool shown = layout->width[column] > 0;
        layout->gap[column] = shown && !first ? GAP : 0;
        layout->numbers += layout->width[column] + layout->gap[column];
        first = first && !shown;
    }
    layout->numbers += first ? 0 : GAP;
}

/** Leave out one more column; false if there is none that may go. */
static bool drop_column(const struct grid *grid, struct layout *layout)
{
    size_t found = grid->column_count;
    for (size_t column = 0; column < grid->column_count; column++) {
        unsigned rank = layout->width[column] ? grid->columns[column].rank : 0;
        if (rank && (found == grid->column_count || rank > grid->columns[found].rank)) {
            found = column;
        }
    }
    if (found == grid->column_count) {
        return false;
    }
    layout->width[found] = 0;
    layout->dropped[found] = true;
    return true;
}

static void lay_out(const struct grid *grid, struct layout *layout)
{
    *layout = (struct layout){.numbers = 0};
    if (!grid->look.columns) {
        for (size_t column = 0; column < grid->column_count; column++) {
            layout->width[column] = grid->columns[column].width;
            layout->gap[column] = grid->columns[column].gap;
        }
        return;
    }
    size_t name = widest_name(grid);
    size_t least = grid->look.columns / 4;
    least = least < LEAST_NAME ? LEAST_NAME : least > 2 * LEAST_NAME ? 2 * LEAST_NAME : least;
    name = name < least ? name : least;
    measure(grid, layout);
    do {
        add_up(grid, layout);
    } while (layout->numbers + name > grid->look.columns && drop_column(grid, layout));
}

/* ---- printing ---------------------------------------------------------------------------- */

static void put_cell(FILE *stream, const struct grid *grid, const struct layout *layout,
                     size_t column, const char *text, enum look_color color)
{
    if (!layout->width[column]) {
        return;
    }
    size_t width = text_width(text);
    int padding = width < layout->width[column] ? (int)(layout->width[column] - width) : 0;
    bool left = grid->columns[column].left;
    fprintf(stream, "%*s%s%s%s%*s", (int)layout->gap[column] + (left ? 0 : padding), "",
            look_begin(&grid->look, color), text, look_end(&grid->look, color),
            left ? padding : 0, "");
}

static void put_titles(FILE *stream, const struct grid *grid, const struct layout *layout)
{
    fputs(look_begin(&grid->look, LOOK_BOLD), stream);
    for (size_t column = 0; column < grid->column_count; column++) {
        put_cell(stream, grid, layout, column, title_of(grid, column), LOOK_PLAIN);
    }
    fprintf(stream, "%s%s%s\n", *grid->what ? "  " : "", grid->what,
            look_end(&grid->look, LOOK_BOLD));
}

/** What stands behind a name, in the same line or in one of its own. */
static void put_tail(FILE *stream, const struct look *look, const struct grid_cell *tail,
                     size_t at, bool together)
{
    if (together) {
        fputc(' ', stream);
    } else {
        fprintf(stream, "\n%*s", TAIL_INDENT, "");
    }
    if (tail->words) {
        look_put_words(stream, look, tail->text, together ? at : TAIL_INDENT, TAIL_INDENT);
    } else {
        look_put_beside(stream, look, tail->text, together ? at : TAIL_INDENT);
    }
}

/** What a row is about. */
static void put_name(FILE *stream, const struct grid *grid, const struct layout *layout,
                     const struct grid_cell *name, const struct grid_cell *tail)
{
    const struct look *look = &grid->look;
    if (name->words) {
        look_put_words(stream, look, name->text, layout->numbers, layout->numbers);
        return;
    }
    size_t room = look->columns > layout->numbers ? look->columns - layout->numbers : 0;
    room = room > LEAST_NAME / 2 ? room : LEAST_NAME / 2;
    size_t behind = *tail->text ? text_width(tail->text) + 1 : 0;
    bool roomy = behind + LEAST_NAME <= room;
    size_t columns = look_put_name(stream, look, name->text, roomy ? room - behind : room);
    if (behind) {
        put_tail(stream, look, tail, layout->numbers + columns + 1,
                 !look->columns || columns + behind <= room);
    }
}

/** Which columns are not there. */
static void put_dropped(FILE *stream, const struct grid *grid, const struct layout *layout)
{
    char text[256] = "";
    size_t used = 0;
    for (size_t column = 0; column < grid->column_count; column++) {
        if (layout->dropped[column] && used < sizeof text) {
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s",
                                     used ? ", " : "(no room for ", grid->columns[column].title);
        }
    }
    if (used && used + 1 < sizeof text) {
        strcpy(text + used, ")");
        look_put_words(stream, &grid->look, text, 0, 0);
        fputc('\n', stream);
    }
}

static void put_row(FILE *stream, const struct grid *grid, const struct layout *layout,
                    size_t row)
{
    const struct grid_cell *first = cell_at(grid, row, 0);
    if (first->line) {
        look_put_words(stream, &grid->look, first->text, 0, 0);
        fputc('\n', stream);
        return;
    }
    for (size_t column = 0; column < grid->column_count; column++) {
        const struct grid_cell *cell = cell_at(grid, row, column);
        put_cell(stream, grid, layout, column, cell->text, cell->color);
    }
    fputs("  ", stream);
    put_name(stream, grid, layout, cell_at(grid, row, grid->column_count),
             cell_at(grid, row, grid->column_count + 1));
    fputc('\n', stream);
}

bool grid_put(struct grid *grid, FILE *stream)
{
    bool done = !grid->failed;
    struct layout layout;
    if (done) {
        lay_out(grid, &layout);
        if (grid->what) {
            put_titles(stream, grid, &layout);
        }
    }
    for (size_t row = 0; done && row < row_count(grid); row++) {
        put_row(stream, grid, &layout, row);
    }
    if (done) {
        put_dropped(stream, grid, &layout);
    }
    for (size_t i = 0; i < grid->cell_count; i++) {
        free(grid->cells[i].text);
    }
    free(grid->cells);
    grid->cells = NULL;
    return done;
}
