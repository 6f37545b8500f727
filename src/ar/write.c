/* SPDX-License-Identifier: MIT */
#include "ar/writer.h"

#include <stdio.h>
#include <stdlib.h>

#include "ar/index.h"
#include "ar/name_table.h"
#include "base/table.h"

enum {
    LONGEST_NAME = AR_LONGEST_NAME - 8, /* padding or an end follows it */
    COFF_MOST_MEMBERS = 65534, /* 16-bit, 1-based; LLVM stops one short of 65535 */
};

static const uint64_t LARGEST_MEMBER = 9999999999; /* ten decimal digits */

const struct ar_limits ar_limits = {.wide_from = (uint64_t)1 << 32};

/** The parts of an archive, gathered before any byte is written. */
struct draft {
    enum ar_flavour flavour;
    const struct ar_item *items;
    size_t count;
    struct arena *arena;   /* of the layout */
    struct arena *scratch; /* of the tables below */
    struct error *error;
    struct ar_symbols main;   /* the index in member order */
    struct ar_symbols sorted; /* second COFF linker member */
    struct ar_symbols ec;     /* /<ECSYMBOLS>/ */
    bool has_ec;
    bool bare;                /* no item is an object */
    struct name_table names;
    unsigned width;           /* of the index's offsets: 4 or 8 */
};

/* ---- index ------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    const struct ar_symbol *first = a;
    const struct ar_symbol *second = b;
    int order = span_compare(first->name, second->name);
    return order ? order : (first->member > second->member) - (first->member < second->member);
}

static bool same_symbol(const void *context, uint32_t entry, const void *key)
{
    const struct ar_symbols *symbols = context;
    return span_equal(symbols->list[entry].name, *(const struct span *)key);
}

/** The EC world has none of these of its own, so LLVM lists native ones in both tables. */
static bool is_import_glue(struct span name)
{
    return span_starts(name, "__IMPORT_DESCRIPTOR_") ||
           span_is(name, "__NULL_IMPORT_DESCRIPTOR") ||
           (span_starts(name, "\x7f") && span_ends(name, "_NULL_THUNK_DATA"));
}

/** ARM64EC tables are due when native ARM64 or EC code stands beside EC or x64 code. */
static bool wants_ec(const struct draft *draft)
{
    bool arm = false;
    bool ec = false;
    for (size_t i = 0; i < draft->count; i++) {
        enum ar_side side = draft->items[i].side;
        arm |= side == AR_SIDE_NATIVE || side == AR_SIDE_EC;
        ec |= side == AR_SIDE_EC || side == AR_SIDE_X64;
    }
    return draft->flavour == AR_COFF && arm && ec;
}

/** COFF lists a name once: the first member that has it wins. */
static bool add_unique(struct ar_symbols *symbols, struct table *seen, struct ar_symbol symbol)
{
    uint64_t hash = table_hash(symbol.name, 0);
    if (table_find(seen, hash, same_symbol, symbols, &symbol.name) != TABLE_NONE) {
        return true;
    }
    symbols->list[symbols->count] = symbol;
    return table_add(seen, hash, (uint32_t)symbols->count++);
}

static bool collect_coff(struct draft *draft, struct table *seen, struct table *seen_ec)
{
    for (size_t i = 0; i < draft->count; i++) {
        const struct ar_item *item = &draft->items[i];
        bool ec = draft->has_ec && (item->side == AR_SIDE_EC || item->side == AR_SIDE_X64);
        for (size_t j = 0; j < item->symbol_count; j++) {
            struct ar_symbol symbol = {item->symbols[j], (uint32_t)i};
            bool both = draft->has_ec && is_import_glue(symbol.name);
            if ((ec || both) && !add_unique(&draft->ec, seen_ec, symbol)) {
                return false;
            }
            if (!ec && !add_unique(&draft->main, seen, symbol)) {
                return false;
            }
        }
    }
    return true;
}

static bool make_index(struct draft *draft)
{
    struct table seen = {0};
    struct table seen_ec = {0};
    size_t total = 0;
    draft->bare = true;
    for (size_t i = 0; i < draft->count; i++) {
        total += draft->items[i].symbol_count;
        draft->bare = draft->bare && !draft->items[i].object;
    }
    draft->main.list = ARENA_ARRAY(draft->scratch, struct ar_symbol, total);
    if (!draft->main.list) {
        return error_memory(draft->error);
    }
    if (draft->flavour != AR_COFF) {
        for (size_t i = 0; i < draft->count; i++) {
            for (size_t j = 0; j < draft->items[i].symbol_count; j++) {
                draft->main.list[draft->main.count++] =
                    (struct ar_symbol){draft->items[i].symbols[j], (uint32_t)i};
            }
        }
        return true;
    }
    draft->has_ec = wants_ec(draft);
    draft->ec.list = ARENA_ARRAY(draft->scratch, struct ar_symbol, draft->has_ec ? total : 0);
    bool done = draft->ec.list && collect_coff(draft, &seen, &seen_ec);
    table_free(&seen);
    table_free(&seen_ec);
    draft->sorted.list = ARENA_ARRAY(draft->scratch, struct ar_symbol, draft->main.count);
    if (!done || !draft->sorted.list) {
        return error_memory(draft->error);
    }
    draft->has_ec = draft->ec.count > 0;
    draft->sorted.count = draft->main.count;
    memcpy(draft->sorted.list, draft->main.list, draft->main.count * sizeof *draft->main.list);
    qsort(draft->sorted.list, draft->sorted.count, sizeof *draft->sorted.list, by_name);
    qsort(draft->ec.list, draft->ec.count, sizeof *draft->ec.list, by_name);
    return true;
}

/* ---- sizes ------------------------------------------------------------------------------- */

/** How many bytes stand between a Darwin header at @offset and its contents: the name, padded. */
static uint64_t inline_name_size(uint64_t offset, uint64_t name)
{
    return round_up(offset + AR_HEADER_SIZE + name, 8) - offset - AR_HEADER_SIZE;
}

static const char *darwin_index_name(const struct draft *draft)
{
    return draft->width == 8 ? "__.SYMDEF_64" : "__.SYMDEF";
}

/** Bytes before the first member: magic, tables and their headers. */
static uint64_t head_size(const struct draft *draft)
{
    uint64_t size = AR_MAGIC_SIZE;
    if (draft->flavour == AR_DARWIN) {
        uint64_t name = inline_name_size(size, strlen(darwin_index_name(draft)));
        return size + AR_HEADER_SIZE + name +
               darwin_index_size(&draft->main, draft->width, draft->bare);
    }
    if (draft->count == 0) {
        return size;
    }
    bool coff = draft->flavour == AR_COFF;
    size += AR_HEADER_SIZE + gnu_index_size(&draft->main, draft->width, coff);
    if (coff) {
        size += AR_HEADER_SIZE + coff_index_size(&draft->sorted, draft->count, false);
    }
    if (draft->names.bytes.size) {
        size += AR_HEADER_SIZE + draft->names.bytes.size;
    }
    if (draft->has_ec) {
        size += AR_HEADER_SIZE + coff_index_size(&draft->ec, draft->count, true);
    }
    return size;
}

/** Contents with the padding that the flavour wants behind them. */
static uint64_t padded_size(const struct draft *draft, size_t item)
{
    return round_up(draft->items[item].data.size, draft->flavour == AR_DARWIN ? 8 : 2);
}

/** Set each item's header offset; returns the size of the archive. */
static uint64_t place_members(const struct draft *draft, uint64_t *offsets)
{
    uint64_t at = head_size(draft);
    for (size_t i = 0; i < draft->count; i++) {
        offsets[i] = at;
        if (draft->flavour == AR_DARWIN) {
            at += inline_name_size(at, draft->items[i].name.size);
        }
        at += AR_HEADER_SIZE + padded_size(draft, i);
    }
    return at;
}

static bool check_items(const struct draft *draft)
{
    for (size_t i = 0; i < draft->count; i++) {
        const struct ar_item *item = &draft->items[i];
        if (!name_is_possible(item->name)) {
            return error_set(draft->error, "member name \"%.*s\": archives cannot express it",
                             SPAN_ARGS(item->name));
        }
        if (item->name.size > LONGEST_NAME) {
            return error_set(draft->error, "member name \"%.64s...\": %zu bytes, at most %d",
                             (const char *)item->name.data, item->name.size, LONGEST_NAME);
        }
        if (item->data.size + item->name.size + 16 > LARGEST_MEMBER) {
            return error_set(draft->error, "member \"%.*s\": %zu bytes, but an archive member "
                                           "holds at most %llu",
                             SPAN_ARGS(item->name), item->data.size,
                             (unsigned long long)LARGEST_MEMBER);
        }
    }
    if (draft->flavour == AR_COFF && draft->count > COFF_MOST_MEMBERS) {
        return error_set(draft->error, "%zu members, but a COFF archive's index can name %d",
                         draft->count, COFF_MOST_MEMBERS);
    }
    return true;
}

/* ---- bytes ------------------------------------------------------------------------------- */

static void put_number(uint8_t *field, size_t width, uint64_t value)
{
    char text[24];
    int length = snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    memcpy(field, text, (size_t)length < width ? (size_t)length : width);
}

/** Write a header; NULL @fields leaves mtime to mode blank, as "//" has it. */
static uint8_t *put_header(uint8_t *at, const char *name, size_t name_size, const uint8_t *fields,
                           uint64_t size)
{
    memset(at, ' ', AR_HEADER_SIZE);
    memcpy(at, name, name_size);
    if (fields) {
        memcpy(at + AR_FIELDS_AT, fields, AR_FIELDS_SIZE);
    }
    put_number(at + AR_SIZE_AT, AR_SIZE_SIZE, size);
    at[58] = '`';
    at[59] = '\n';
    return at + AR_HEADER_SIZE;
}

/* mtime 12, uid 6, gid 6, mode 8 */
static const uint8_t TABLE_FIELDS[] = "0           0     0     0       ";
static const uint8_t MEMBER_FIELDS[] = "0           0     0     644     ";

static uint8_t *put_inline_header(uint8_t *at, uint64_t offset, struct span name,
                                  const uint8_t *fields, uint64_t size)
{
    char field[24];
    uint64_t length = inline_name_size(offset, name.size);
    int used = snprintf(field, sizeof field, "#1/%llu", (unsigned long long)length);
    at = put_header(at, field, (size_t)used, fields, length + size);
    memset(at, 0, (size_t)length);
    memcpy(at, name.size ? (const void *)name.data : "", name.size);
    return at + length;
}

static void put_head(const struct draft *draft, const uint64_t *offsets, uint8_t *at)
{
    memcpy(at, "!<arch>\n", AR_MAGIC_SIZE);
    at += AR_MAGIC_SIZE;
    if (draft->flavour == AR_DARWIN) {
        at = put_inline_header(at, AR_MAGIC_SIZE, span_of(darwin_index_name(draft)), TABLE_FIELDS,
                               darwin_index_size(&draft->main, draft->width, draft->bare));
        darwin_index_write(at, &draft->main, offsets, draft->width, draft->bare);
        return;
    }
    if (draft->count == 0) {
        return;
    }
    bool coff = draft->flavour == AR_COFF;
    uint64_t size = gnu_index_size(&draft->main, draft->width, coff);
    const char *name = draft->width == 8 ? "/SYM64/" : "/";
    at = put_header(at, name, strlen(name), TABLE_FIELDS, size);
    gnu_index_write(at, &draft->main, offsets, draft->width, coff);
    at += size;
    if (coff) {
        size = coff_index_size(&draft->sorted, draft->count, false);
        at = put_header(at, "/", 1, TABLE_FIELDS, size);
        coff_index_write(at, &draft->sorted, offsets, draft->count, false);
        at += size;
    }
    if (draft->names.bytes.size) {
        at = put_header(at, "//", 2, NULL, draft->names.bytes.size);
        memcpy(at, draft->names.bytes.data, draft->names.bytes.size);
        at += draft->names.bytes.size;
    }
    if (draft->has_ec) {
        size = coff_index_size(&draft->ec, draft->count, true);
        at = put_header(at, "/<ECSYMBOLS>/", 13, TABLE_FIELDS, size);
        coff_index_write(at, &draft->ec, offsets, draft->count, true);
    }
}

/** Header (and Darwin's name) of an item; returns the place behind it. */
static uint8_t *put_member(const struct draft *draft, size_t i, uint64_t offset, uint8_t *at)
{
    const struct ar_item *item = &draft->items[i];
    const uint8_t *fields = item->fields ? item->fields : MEMBER_FIELDS;
    char name[32];
    int used;
    if (draft->flavour == AR_DARWIN) {
        return put_inline_header(at, offset, item->name, fields, padded_size(draft, i));
    }
    if (draft->names.offsets[i] == NAME_IN_HEADER) {
        used = snprintf(name, sizeof name, "%.*s/", SPAN_ARGS(item->name));
    } else {
        used = snprintf(name, sizeof name, "/%llu", (unsigned long long)draft->names.offsets[i]);
    }
    return put_header(at, name, (size_t)used, fields, item->data.size);
}

/** Two pieces a member: the previous padding with the header, and the contents. */
static bool make_pieces(const struct draft *draft, struct ar_layout *layout)
{
    static const char padding[] = "\n\n\n\n\n\n\n";
    uint64_t head = head_size(draft);
    uint64_t contents = 0;
    for (size_t i = 0; i < draft->count; i++) {
        contents += draft->items[i].data.size;
    }
    layout->overhead = layout->size - contents;
    uint8_t *at = arena_alloc(draft->arena, (size_t)layout->overhead);
    layout->pieces = ARENA_ARRAY(draft->arena, struct span, 2 * draft->count + 2);
    if (!at || !layout->pieces) {
        return error_memory(draft->error);
    }
    uint8_t *start = at;
    layout->head = at;
    put_head(draft, layout->offsets, at);
    at += head;
    for (size_t i = 0; i < draft->count; i++) {
        struct span data = draft->items[i].data;
        size_t pad = (size_t)(padded_size(draft, i) - data.size);
        at = put_member(draft, i, layout->offsets[i], at);
        layout->pieces[layout->piece_count++] = span_make(start, (size_t)(at - start));
        layout->pieces[layout->piece_count++] = data;
        start = at;
        memcpy(at, padding, pad);
        at += pad;
    }
    layout->pieces[layout->piece_count++] = span_make(start, (size_t)(at - start));
    return true;
}

static bool lay_out(struct draft *draft, const struct ar_limits *limits, struct ar_layout *layout)
{
    size_t count = draft->count;
    if (!check_items(draft)) {
        return false;
    }
    layout->offsets = ARENA_ARRAY(draft->arena, uint64_t, count);
    if (!layout->offsets ||
        !name_table_make(draft->flavour, draft->items, count, draft->scratch, &draft->names)) {
        return error_memory(draft->error);
    }
    if (!make_index(draft)) {
        return false;
    }
    layout->size = place_members(draft, layout->offsets);
    if (count && layout->offsets[count - 1] >= limits->wide_from) {
        if (draft->flavour == AR_COFF) {
            return error_set(draft->error,
                             "%llu bytes, but a COFF archive's index reaches only %llu",
                             (unsigned long long)layout->size,
                             (unsigned long long)limits->wide_from);
        }
        draft->width = 8;
        layout->size = place_members(draft, layout->offsets);
    }
    layout->symbol_count = draft->main.count;
    return make_pieces(draft, layout);
}

bool ar_layout(enum ar_flavour flavour, const struct ar_item *items, size_t count,
               const struct ar_limits *limits, struct arena *arena, struct ar_layout *layout,
               struct error *error)
{
    struct arena scratch = {0};
    struct draft draft = {.flavour = flavour, .items = items, .count = count, .arena = arena,
                          .scratch = &scratch, .error = error, .width = 4};
    *layout = (struct ar_layout){0};
    bool done = lay_out(&draft, limits, layout);
    arena_free(&scratch);
    return done;
}

void ar_layout_mark(struct ar_layout *layout, const char *mark)
{
    if (layout->pieces[0].size >= AR_MAGIC_SIZE + AR_HEADER_SIZE) {
        memcpy(layout->head + AR_MAGIC_SIZE + AR_FIELDS_AT, mark, AR_FIELDS_SIZE);
    }
}

/* ---- reading back ------------------------------------------------------------------------ */

/** Compare one table of @archive with the symbols that were meant for it. */
static bool verify_table(const struct archive *archive, enum ar_table table,
                         const struct ar_symbols *meant, struct arena *arena,
                         struct error *error)
{
    struct ar_symbols found;
    if (!archive_index(archive, table, arena, &found, error)) {
        return false;
    }
    if (found.count != meant->count) {
        return error_set(error, "the index written lists %zu symbols instead of %zu", found.count,
                         meant->count);
    }
    for (size_t i = 0; i < found.count; i++) {
        if (found.list[i].member != meant->list[i].member ||
            !span_equal(found.list[i].name, meant->list[i].name)) {
            return error_set(error, "entry %zu of the index written differs from what was meant",
                             i);
        }
    }
    return true;
}

/** Compare all that is not contents, byte by byte: what no reader looks at is there as well. */
static bool verify_overhead(struct span written, const struct ar_layout *layout,
                            struct error *error)
{
    uint64_t at = 0;
    for (size_t i = 0; i < layout->piece_count; i++) {
        struct span piece;
        bool contents = i % 2; /* see make_pieces() */
        if (!span_sub(written, at, layout->pieces[i].size, &piece) ||
            (!contents && !span_equal(piece, layout->pieces[i]))) {
            return error_set(error, "offset 0x%llx: the header written differs from what was meant",
                             (unsigned long long)at);
        }
        at += piece.size;
    }
    return true;
}

bool ar_layout_verify(struct span written, enum ar_flavour flavour, const struct ar_item *items,
                      size_t count, const struct ar_layout *layout, struct arena *arena,
                      struct error *error)
{
    struct draft draft = {.flavour = flavour, .items = items, .count = count, .scratch = arena,
                          .error = error};
    struct archive archive;
    if (written.size != layout->size) {
        return error_set(error, "%zu bytes written instead of %llu", written.size,
                         (unsigned long long)layout->size);
    }
    if (!archive_read(written, arena, &archive, error) || !make_index(&draft)) {
        return false;
    }
    if (archive.member_count != count) {
        return error_set(error, "%zu members written instead of %zu", archive.member_count, count);
    }
    for (size_t i = 0; i < count; i++) {
        const struct ar_member *member = &archive.members[i];
        uint64_t size = flavour == AR_DARWIN ? round_up(items[i].data.size, 8) : items[i].data.size;
        if (member->offset != layout->offsets[i] || member->data.size != size ||
            !span_equal(member->name, items[i].name)) {
            return error_set(error, "member %zu written differs from what was meant", i);
        }
    }
    return verify_overhead(written, layout, error) &&
           verify_table(&archive, AR_TABLE_MAIN, &draft.main, arena, error) &&
           verify_table(&archive, AR_TABLE_SECOND, &draft.sorted, arena, error) &&
           verify_table(&archive, AR_TABLE_EC, &draft.ec, arena, error);
}
