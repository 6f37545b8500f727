/* SPDX-License-Identifier: MIT */
/** The walk through the blocks of a module, and what is known of the fields in them. */
#include "sidecar/bits_internal.h"

/** Numbers that the format fixes: ids of abbreviations, encodings of operands. */
enum { END_BLOCK, ENTER_SUBBLOCK, DEFINE_ABBREV, UNABBREV_RECORD, FIRST_ABBREV };
enum { FIXED = 1, VBR = 2, ARRAY = 3, CHAR6 = 4, BLOB = 5 };
enum { BLOCKINFO = 0, SETBID = 1 };

/** Blocks and records of LLVM IR whose meaning helps to tell their fields [LLVMBitCodes.h]. */
enum { MODULE = 8, FUNCTION = 12, SYMTAB = 14, METADATA = 15, ATTACHMENT = 16 };
enum { MD_NAME = 4, MD_KIND = 6, MD_NAMED_NODE = 10, MD_STRINGS = 35, MD_GLOBAL_ATTACHMENT = 36 };
enum { MD_INDEX_OFFSET = 38, MD_INDEX = 39 };

static unsigned column_of(unsigned block, uint64_t code, unsigned kind)
{
    unsigned group = block < BLOCKS ? block : BLOCKS - 1;
    unsigned record = code < CODES ? (unsigned)code : CODES - 1;
    return (group * CODES + record) * KINDS + kind;
}

static unsigned column_of_block(unsigned first, unsigned block)
{
    return first + (block < BLOCKS ? block : BLOCKS - 1);
}

/* ---- what fields mean -------------------------------------------------------------------- */

/** Operands of records that are told best in another way than most of their block's, as bits. */
static const struct {
    uint8_t block;
    uint8_t code;
    uint64_t plain;
    uint64_t nearby;
} operands[] = {
    {METADATA, 3, 0, ~(uint64_t)0},         /* NODE */
    {METADATA, 5, 0, ~(uint64_t)0},         /* NAME of old, DISTINCT_NODE */
    {METADATA, 7, 1 << 1 | 1 << 2, 0},      /* LOCATION: line, column */
    {METADATA, 17, 0, 1 << 5 | 1 << 6},     /* DERIVED_TYPE: scope, base type */
    {METADATA, 18, 0, 1 << 5 | 1 << 11},    /* COMPOSITE_TYPE: scope, elements */
    {METADATA, 21, 1 << 1 | 1 << 4 | 1 << 5 | 1 << 7, 0}, /* SUBPROGRAM: scope, file, lines */
    {METADATA, 22, 0, 1 << 1},              /* LEXICAL_BLOCK: scope */
    {METADATA, 25, 0, 1 << 2},              /* TEMPLATE_TYPE: type */
    {METADATA, 28, 1 << 2 | 1 << 5, 0},     /* LOCAL_VAR: name, type */
    {FUNCTION, 35, 1 << 0 | 1 << 1, 0},     /* DEBUG_LOC: line, column */
};

static enum how how_of(unsigned block, uint64_t code, unsigned kind)
{
    if (kind >= OPERANDS) {
        return PLAIN;
    }
    if (block == METADATA && code == MD_INDEX) {
        return PLACE;
    }
    for (size_t i = 0; i < sizeof operands / sizeof *operands; i++) {
        if (operands[i].block == block && operands[i].code == code) {
            return operands[i].plain >> kind & 1    ? PLAIN
                   : operands[i].nearby >> kind & 1 ? NEARBY
                                                    : CLOSE;
        }
    }
    bool close = block == METADATA || block == FUNCTION || block == ATTACHMENT || block == SYMTAB ||
                 block == MODULE;
    return close ? CLOSE : PLAIN;
}

/** Remember where something is that the index will tell. */
static void note_place(struct walk *w, uint64_t bit)
{
    uint64_t *places =
        heap_grow(w->places, w->place_count, &w->place_capacity, 1024, sizeof *places);
    if (!places) {
        bits_fail(w);
        return;
    }
    w->places = places;
    w->places[w->place_count++] = bit;
}

/** Count the nodes of metadata. @start is the record's first bit, @first its first operand. */
static void note_metadata(struct walk *w, uint64_t code, uint64_t start, uint64_t first)
{
    switch (code) {
    case MD_STRINGS:
        w->nodes += first;
        break;
    case MD_INDEX_OFFSET:
        w->indexing = true;
        w->place = w->place_count = 0;
        note_place(w, w->at);
        break;
    case MD_INDEX:
        w->indexing = false;
        break;
    case MD_NAME:
    case MD_KIND:
    case MD_NAMED_NODE:
    case MD_GLOBAL_ATTACHMENT:
        break;
    default:
        w->nodes++;
        if (w->indexing) {
            note_place(w, start);
        }
    }
}

/* ---- records ----------------------------------------------------------------------------- */

/** A record at work. */
struct record {
    unsigned block;
    uint64_t code;
    uint64_t first; /* its first operand */
    uint64_t count; /* of operands so far */
};

static void note_operand(struct walk *w, struct record *record, uint64_t value)
{
    record->first = record->count ? record->first : value;
    record->count++;
    w->place++;
}

static unsigned next_kind(const struct record *record)
{
    return record->count < OPERANDS ? (unsigned)record->count : OPERANDS - 1;
}

static uint64_t scalar(struct walk *w, const struct operand *operand, unsigned column, enum how how)
{
    if (operand->encoding == VBR) {
        return bits_variable(w, (unsigned)operand->value, column, how);
    }
    return bits_fixed(w, (unsigned)operand->value, column, how);
}

static void plain_record(struct walk *w, struct record *record)
{
    record->code = bits_variable(w, 6, column_of_block(RECORD_CODES, record->block), PLAIN);
    uint64_t count = bits_variable(w, 6, column_of(record->block, record->code, COUNT), PLAIN);
    for (uint64_t i = 0; i < count && !w->bad; i++) {
        unsigned kind = next_kind(record);
        note_operand(w, record,
                     bits_variable(w, 6, column_of(record->block, record->code, kind),
                              how_of(record->block, record->code, kind)));
    }
}

static void array(struct walk *w, struct record *record, const struct operand *element)
{
    bool text = element->encoding == CHAR6 ||
                (element->encoding == FIXED && element->value > 1 && element->value <= 8);
    uint64_t count = bits_variable(w, 6, column_of(record->block, record->code, LENGTH), PLAIN);
    for (uint64_t i = 0; i < count && !w->bad; i++) {
        unsigned kind = text ? TEXT : next_kind(record);
        note_operand(w, record,
                     scalar(w, element, column_of(record->block, record->code, kind),
                            how_of(record->block, record->code, kind)));
    }
}

static void short_record(struct walk *w, struct record *record, const struct abbrev *abbrev)
{
    const struct operand *operand = abbrev->list;
    record->code =
        operand->literal
            ? operand->value
            : scalar(w, operand, column_of_block(RECORD_CODES, record->block), PLAIN);
    for (size_t i = 1; i < abbrev->count && !w->bad; i++) {
        operand = &abbrev->list[i];
        unsigned kind = next_kind(record);
        if (operand->literal) {
            note_operand(w, record, operand->value);
        } else if (operand->encoding == ARRAY) {
            array(w, record, &abbrev->list[++i]);
        } else if (operand->encoding == BLOB) {
            uint64_t size =
                bits_variable(w, 6, column_of(record->block, record->code, LENGTH), PLAIN);
            bits_align(w);
            bits_bytes(w, size, column_of(record->block, record->code, TEXT));
            bits_align(w);
        } else {
            note_operand(w, record,
                         scalar(w, operand, column_of(record->block, record->code, kind),
                                how_of(record->block, record->code, kind)));
        }
    }
}

/* ---- abbreviations ----------------------------------------------------------------------- */

static bool good_operand(struct operand *operand)
{
    switch (operand->encoding) {
    case FIXED:
        return operand->value <= 64;
    case VBR:
        return operand->value >= 2 && operand->value <= 32;
    case CHAR6:
        operand->value = 6;
        return true;
    default:
        return operand->encoding == ARRAY || operand->encoding == BLOB;
    }
}

/** A code that is no array; an array's element comes last, takes bits, and is a scalar. */
static bool good_abbrev(const struct abbrev *abbrev)
{
    for (size_t i = 0; i < abbrev->count; i++) {
        const struct operand *operand = &abbrev->list[i];
        bool scalar = operand->literal || (operand->encoding != ARRAY && operand->encoding != BLOB);
        bool last = i + 1 == abbrev->count;
        bool element = i > 0 && !abbrev->list[i - 1].literal &&
                       abbrev->list[i - 1].encoding == ARRAY;
        if ((i == 0 && !scalar) || (element && (!scalar || !last || operand->literal)) ||
            (element && !operand->value)) {
            return false;
        }
        if (!scalar && (operand->encoding == ARRAY ? i + 2 != abbrev->count : !last)) {
            return false;
        }
    }
    return abbrev->count > 0;
}

static void define(struct walk *w, struct abbrevs *list)
{
    uint64_t count = bits_variable(w, 5, SHAPE, PLAIN);
    struct abbrev abbrev = {.count = (unsigned)count};
    if (w->bad || count > MOST_OPERANDS || w->defined + count > MOST_DEFINED) {
        bits_fail(w);
        return;
    }
    w->defined += abbrev.count;
    abbrev.list = ARENA_ARRAY(&w->arena, struct operand, abbrev.count + 1);
    for (size_t i = 0; abbrev.list && i < abbrev.count && !w->bad; i++) {
        struct operand *operand = &abbrev.list[i];
        operand->literal = bits_fixed(w, 1, SHAPE, PLAIN);
        if (operand->literal) {
            operand->value = bits_variable(w, 8, SHAPE, PLAIN);
            continue;
        }
        operand->encoding = (uint8_t)bits_fixed(w, 3, SHAPE, PLAIN);
        bool wide = operand->encoding == FIXED || operand->encoding == VBR;
        operand->value = wide ? bits_variable(w, 5, SHAPE, PLAIN) : 0;
        w->bad |= !good_operand(operand);
    }
    struct abbrev *grown = arena_grow(&w->arena, list->list, list->count, &list->capacity, 8,
                                      sizeof *grown);
    if (w->bad || !abbrev.list || !grown || !good_abbrev(&abbrev)) {
        bits_fail(w);
        return;
    }
    list->list = grown;
    list->list[list->count++] = abbrev;
}

/* ---- blocks ------------------------------------------------------------------------------ */

static void walk_block(struct walk *w, unsigned depth);

/** A block's own abbreviations, behind those that BLOCKINFO gave all blocks of its kind. */
struct scope {
    unsigned block;
    unsigned width; /* of the ids of abbreviations */
    const struct abbrevs *given;
    size_t given_count;
    struct abbrevs own;
    struct abbrevs *described; /* in BLOCKINFO: by the record before */
};

static const struct abbrev *find_abbrev(const struct scope *scope, uint64_t number)
{
    if (number < scope->given_count) {
        return &scope->given->list[number];
    }
    number -= scope->given_count;
    return number < scope->own.count ? &scope->own.list[number] : NULL;
}

static void walk_record(struct walk *w, struct scope *scope, uint64_t id)
{
    struct record record = {.block = scope->block};
    uint64_t start = w->at - scope->width;
    w->place = 0;
    if (id == UNABBREV_RECORD) {
        plain_record(w, &record);
    } else {
        const struct abbrev *abbrev = find_abbrev(scope, id - FIRST_ABBREV);
        if (!abbrev) {
            bits_fail(w);
            return;
        }
        short_record(w, &record, abbrev);
    }
    if (scope->block == METADATA && !w->bad) {
        note_metadata(w, record.code, start, record.first);
    }
    if (scope->block == BLOCKINFO && record.code == SETBID) {
        scope->described = record.first < MOST_KNOWN ? &w->known[record.first] : NULL;
        w->bad |= !scope->described;
    }
}

/** One thing in a block; false at its end. */
static bool walk_item(struct walk *w, struct scope *scope, unsigned depth)
{
    uint64_t id = bits_fixed(w, scope->width, column_of_block(ABBREVS, scope->block), PLAIN);
    if (w->bad || id == END_BLOCK) {
        bits_align(w);
        return false;
    }
    if (id == ENTER_SUBBLOCK) {
        walk_block(w, depth + 1);
    } else if (id == DEFINE_ABBREV) {
        bool info = scope->block == BLOCKINFO;
        if (info && !scope->described) {
            bits_fail(w);
        } else {
            define(w, info ? scope->described : &scope->own);
        }
    } else {
        walk_record(w, scope, id);
    }
    return !w->bad;
}

/** A block from its number on; its length in words is known only at its end. */
static void walk_block(struct walk *w, unsigned depth)
{
    uint64_t number = bits_variable(w, 8, SHAPE, PLAIN);
    uint64_t width = bits_variable(w, 4, SHAPE, PLAIN);
    bits_align(w);
    uint64_t words = bits_word(w, 0);
    uint64_t start = w->at;
    if (w->bad || number > UINT32_MAX || width < 2 || width > 32 || depth > DEEPEST) {
        bits_fail(w);
        return;
    }
    struct scope scope = {.block = (unsigned)number, .width = (unsigned)width};
    if (number < MOST_KNOWN) {
        scope.given = &w->known[number];
        scope.given_count = w->known[number].count;
    }
    uint64_t nodes = w->nodes;
    while (walk_item(w, &scope, depth)) {
    }
    w->nodes = number == FUNCTION ? nodes : w->nodes;
    uint64_t length = (w->at - start) / 32;
    if (w->making && !w->bad && length <= UINT32_MAX) {
        w->at = start - 32;
        bits_word(w, (uint32_t)length);
        w->at = start + 32 * length;
    } else if (w->making || length != words) {
        bits_fail(w);
    }
}

void bits_walk(struct walk *w)
{
    for (;;) {
        bool more = bits_mark(w, SHAPE, w->at < w->end);
        if (!more || w->bad) {
            return;
        }
        if (bits_fixed(w, 2, SHAPE, PLAIN) != ENTER_SUBBLOCK) {
            bits_fail(w);
            return;
        }
        walk_block(w, 0);
    }
}

