/* SPDX-License-Identifier: MIT */
/** A module on its way into columns or out of them: its bits, and its fields. */
#ifndef ARMELD_SIDECAR_BITS_INTERNAL_H
#define ARMELD_SIDECAR_BITS_INTERNAL_H

#include "base/arena.h"
#include "sidecar/bits.h"

enum {
    BLOCKS = 32, /* with columns of their own; the last one's serve all others */
    CODES = 80,
    OPERANDS = 40,     /* of a record; the last one's column serves all others */
    COUNT = OPERANDS,  /* columns of a kind of records: how many operands */
    TEXT,              /* characters, blobs */
    LENGTH,            /* of an array or a blob */
    KINDS,
    ABBREVS = BLOCKS * CODES * KINDS, /* then those of a kind of blocks */
    RECORD_CODES = ABBREVS + BLOCKS,
    SHAPE = RECORD_CODES + BLOCKS, /* blocks and abbreviations */
    COLUMNS,
    MOST_OPERANDS = 64,      /* of an abbreviation */
    MOST_DEFINED = 1 << 20,  /* operands of all abbreviations of a module */
    DEEPEST = 16,
    MOST_KNOWN = 64, /* blocks that BLOCKINFO describes */
};

/** How a field is written in its column. */
enum how {
    PLAIN,
    CLOSE,  /* by its difference from the one before in the column, unless it is 0 */
    NEARBY, /* number of a node plus 1: by how many nodes ago that was, unless it is 0 */
    PLACE,  /* bits between two nodes: by the difference from what they are */
};

struct column {
    struct numbers numbers; /* when adding */
    struct span rest;       /* when making again */
    uint64_t last;
    uint64_t last_before; /* as it was, and how many bytes there were, before this module */
    size_t size_before;
    uint32_t module; /* the last one that wrote to it */
};

struct operand {
    bool literal;
    uint8_t encoding;
    uint64_t value; /* of a literal, or the width */
};

struct abbrev {
    struct operand *list;
    size_t count;
};

struct abbrevs {
    struct abbrev *list; /* in the walk's arena */
    size_t count;
    size_t capacity;
};

/** A module on its way. */
struct walk {
    struct column *columns;
    uint32_t module;
    bool making;  /* else it is being added */
    bool bad;
    struct span from; /* bits that are read */
    uint8_t *to;      /* bits that are written */
    uint64_t at;      /* bit */
    uint64_t end;
    struct arena arena;
    struct abbrevs known[MOST_KNOWN];
    size_t defined;
    uint64_t nodes;     /* metadata so far */
    bool indexing;      /* an offset of an index was there, but not the index itself */
    uint64_t *places;   /* bits: behind that offset, then where each node since then begins */
    size_t place_count;
    size_t place_capacity;
    size_t place; /* the next one that the index tells */
};

static inline void bits_fail(struct walk *w)
{
    w->bad = true;
}

/** To the next multiple of 32 bits; those between are 0. */
void bits_align(struct walk *w);

/** A word of 32 bits that no column has: read when adding, else written. */
uint32_t bits_word(struct walk *w, uint32_t word);

/** A field that is in its column only. */
uint64_t bits_mark(struct walk *w, unsigned column, uint64_t value);

/** A field of @width bits. */
uint64_t bits_fixed(struct walk *w, unsigned width, unsigned column, enum how how);

/** A field in pieces of @width bits, at least 2, whose first bits say whether more follow. */
uint64_t bits_variable(struct walk *w, unsigned width, unsigned column, enum how how);

/** Bytes as they are. */
void bits_bytes(struct walk *w, uint64_t size, unsigned column);

/** The blocks of a module, from behind its magic to its end (bits_walk.c). */
void bits_walk(struct walk *w);

#endif
