/* SPDX-License-Identifier: MIT */
/**
 * The walk through a module is the same in both directions. Adding one takes each field from its
 * bits and puts it into a column; making it again takes each field from its column and writes the
 * bits. So nothing can be written that would not be read alike.
 */
#include "sidecar/bits_internal.h"

#include <stdlib.h>

static const uint8_t MAGIC[] = {'B', 'C', 0xc0, 0xde};

struct bits_columns {
    struct column list[COLUMNS];
    uint32_t modules;
};

/* ---- bits -------------------------------------------------------------------------------- */

static uint64_t read_bits(struct walk *w, unsigned width)
{
    uint64_t value = 0;
    if (width > w->end - w->at) {
        bits_fail(w);
        return 0;
    }
    for (unsigned done = 0; done < width;) {
        unsigned skip = (unsigned)(w->at & 7);
        unsigned take = 8 - skip < width - done ? 8 - skip : width - done;
        uint64_t byte = w->from.data[w->at >> 3] >> skip & ((1u << take) - 1);
        value |= byte << done;
        done += take;
        w->at += take;
    }
    return value;
}

/** The bytes at the end must be zero so far. */
static void write_bits(struct walk *w, uint64_t value, unsigned width)
{
    if (width > w->end - w->at || (width < 64 && value >> width)) {
        bits_fail(w);
        return;
    }
    for (unsigned done = 0; done < width;) {
        unsigned skip = (unsigned)(w->at & 7);
        unsigned take = 8 - skip < width - done ? 8 - skip : width - done;
        w->to[w->at >> 3] |= (uint8_t)((value >> done & ((1u << take) - 1)) << skip);
        done += take;
        w->at += take;
    }
}

/** A number in pieces of @width bits, the first of which says whether there is another. */
static uint64_t read_vbr(struct walk *w, unsigned width)
{
    uint64_t value = 0;
    uint64_t more = (uint64_t)1 << (width - 1);
    for (unsigned shift = 0; !w->bad; shift += width - 1) {
        uint64_t piece = read_bits(w, width);
        uint64_t bits = piece & (more - 1);
        /* no bit may be lost, and the last piece not be empty: it would be written without it */
        if (shift >= 64 || (bits << shift) >> shift != bits || (shift && !piece)) {
            bits_fail(w);
            return 0;
        }
        value |= bits << shift;
        if (!(piece & more)) {
            return value;
        }
    }
    return 0;
}

static void write_vbr(struct walk *w, uint64_t value, unsigned width)
{
    uint64_t more = (uint64_t)1 << (width - 1);
    for (; value >= more && !w->bad; value >>= width - 1) {
        write_bits(w, (value & (more - 1)) | more, width);
    }
    write_bits(w, value, width);
}

void bits_align(struct walk *w)
{
    unsigned gap = (unsigned)(-w->at & 31);
    if (w->making) {
        write_bits(w, 0, gap);
    } else if (read_bits(w, gap)) {
        bits_fail(w);
    }
}

uint32_t bits_word(struct walk *w, uint32_t word)
{
    if (!w->making) {
        return (uint32_t)read_bits(w, 32);
    }
    write_bits(w, word, 32);
    return word;
}

/* ---- columns ----------------------------------------------------------------------------- */

/** The value that is expected next, and only differences from it are written. */
static uint64_t expected(const struct walk *w, const struct column *column, enum how how)
{
    if (how == CLOSE) {
        return column->last;
    }
    if (how == NEARBY) {
        return w->nodes + 1;
    }
    return w->place + 1 < w->place_count ? w->places[w->place + 1] - w->places[w->place] : 0;
}

/** The column, which remembers how it was before the module at work. */
static struct column *touch(struct walk *w, unsigned number)
{
    struct column *column = &w->columns[number];
    if (column->module != w->module) {
        column->module = w->module;
        column->last_before = column->last;
        column->size_before = column->numbers.size;
    }
    return column;
}

static void put_number(struct walk *w, unsigned number, enum how how, uint64_t value)
{
    struct column *column = touch(w, number);
    uint64_t written = value;
    if (how != PLAIN && (value || how == PLACE)) {
        written = zigzag(value - expected(w, column, how));
        w->bad |= written == UINT64_MAX; /* the number above it is none */
        written += how != PLACE;
    }
    numbers_put(&column->numbers, written);
    w->bad |= column->numbers.failed;
    column->last = value ? value : column->last;
}

static uint64_t take_number(struct walk *w, unsigned number, enum how how)
{
    struct column *column = &w->columns[number];
    uint64_t value = 0;
    if (!numbers_take(&column->rest, &value)) {
        bits_fail(w);
    } else if (how != PLAIN && (value || how == PLACE)) {
        value = unzigzag(value - (how != PLACE)) + expected(w, column, how);
    }
    column->last = value ? value : column->last;
    return value;
}

uint64_t bits_mark(struct walk *w, unsigned column, uint64_t value)
{
    if (w->making) {
        return take_number(w, column, PLAIN);
    }
    put_number(w, column, PLAIN, value);
    return value;
}

uint64_t bits_fixed(struct walk *w, unsigned width, unsigned column, enum how how)
{
    if (w->making) {
        uint64_t value = take_number(w, column, how);
        write_bits(w, value, width);
        return value;
    }
    uint64_t value = read_bits(w, width);
    if (!w->bad) {
        put_number(w, column, how, value);
    }
    return value;
}

uint64_t bits_variable(struct walk *w, unsigned width, unsigned column, enum how how)
{
    if (w->making) {
        uint64_t value = take_number(w, column, how);
        write_vbr(w, value, width);
        return value;
    }
    uint64_t value = read_vbr(w, width);
    if (!w->bad) {
        put_number(w, column, how, value);
    }
    return value;
}

void bits_bytes(struct walk *w, uint64_t size, unsigned number)
{
    struct span bytes;
    if (w->making) {
        struct column *column = &w->columns[number];
        if (size > (w->end - w->at) / 8 || !span_sub(column->rest, 0, size, &bytes)) {
            bits_fail(w);
            return;
        }
        column->rest = span_from(column->rest, size);
        if (size) {
            memcpy(w->to + w->at / 8, bytes.data, bytes.size);
        }
    } else if (!span_sub(w->from, w->at / 8, size, &bytes)) {
        bits_fail(w);
        return;
    } else {
        struct numbers *numbers = &touch(w, number)->numbers;
        numbers_put_bytes(numbers, bytes);
        w->bad |= numbers->failed;
    }
    w->at += 8 * size;
}

/* ---- modules ----------------------------------------------------------------------------- */

struct bits_columns *bits_columns_new(void)
{
    return calloc(1, sizeof(struct bits_columns));
}

void bits_columns_free(struct bits_columns *columns)
{
    for (size_t i = 0; columns && i < COLUMNS; i++) {
        numbers_free(&columns->list[i].numbers);
    }
    free(columns);
}

static void end_walk(struct walk *w)
{
    arena_free(&w->arena);
    free(w->places);
}

bool bits_add(struct bits_columns *columns, struct span module)
{
    struct walk w = {.columns = columns->list, .from = module, .at = 8 * sizeof MAGIC};
    if (module.size < sizeof MAGIC || memcmp(module.data, MAGIC, sizeof MAGIC) != 0) {
        return false;
    }
    w.module = ++columns->modules;
    w.end = 8 * (uint64_t)module.size;
    bits_walk(&w);
    bool failed = w.bad;
    for (size_t i = 0; failed && i < COLUMNS; i++) {
        struct column *column = &columns->list[i];
        if (column->module == w.module) {
            column->last = column->last_before;
            column->numbers.size = column->size_before;
            column->numbers.failed = false;
        }
    }
    columns->modules -= failed;
    end_walk(&w);
    return !failed;
}

void bits_print(struct bits_columns *columns, struct numbers *to)
{
    size_t before = 0;
    numbers_put(to, columns->modules);
    for (size_t i = 0; i < COLUMNS; i++) {
        size_t size = columns->list[i].numbers.size;
        if (size) {
            numbers_put(to, i + 1 - before);
            numbers_put(to, size);
            before = i + 1;
        }
    }
    numbers_put(to, 0);
    for (size_t i = 0; i < COLUMNS; i++) {
        struct column *column = &columns->list[i];
        numbers_put_bytes(to, numbers_span(&column->numbers));
        column->numbers.size = 0;
        column->last = 0;
        column->module = 0;
    }
    columns->modules = 0;
}

/** Find the columns of what was printed. */
static bool take_columns(struct bits_columns *columns, struct span printed)
{
    struct span sizes = printed;
    uint64_t step;
    uint64_t size;
    size_t number = 0;
    for (;;) {
        if (!numbers_take(&printed, &step)) {
            return false;
        }
        if (step == 0) {
            break;
        }
        if (!numbers_take(&printed, &size)) {
            return false;
        }
    }
    while (numbers_take(&sizes, &step) && step) {
        if (step > COLUMNS - number || !numbers_take(&sizes, &size)) {
            return false;
        }
        number += (size_t)step;
        struct column *column = &columns->list[number - 1];
        if (!span_sub(printed, 0, size, &column->rest)) {
            return false;
        }
        printed = span_from(printed, size);
    }
    return printed.size == 0;
}

bool bits_parse(struct span printed, uint8_t *bytes, size_t size)
{
    struct bits_columns *columns = bits_columns_new();
    uint64_t modules;
    uint64_t at = 0;
    bool done = columns && numbers_take(&printed, &modules) && take_columns(columns, printed);
    if (done) {
        memset(bytes, 0, size);
    }
    for (uint64_t i = 0; done && i < modules; i++) {
        struct walk w = {.columns = columns->list, .making = true, .to = bytes, .at = at};
        w.end = 8 * (uint64_t)size;
        done = size - at / 8 >= sizeof MAGIC;
        if (done) {
            memcpy(bytes + at / 8, MAGIC, sizeof MAGIC);
            w.at += 8 * sizeof MAGIC;
            bits_walk(&w);
            done = !w.bad;
            at = w.at;
        }
        end_walk(&w);
    }
    for (size_t i = 0; done && i < COLUMNS; i++) {
        done = columns->list[i].rest.size == 0;
    }
    free(columns); /* none has numbers, which bits_columns_free() would look for in each */
    return done && at == 8 * (uint64_t)size;
}
