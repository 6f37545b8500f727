/* SPDX-License-Identifier: MIT */
/**
 * In a stream are blocks: a number that says how it is written, the number of bytes that come out,
 * and then
 *   PLAIN    these bytes
 *   RECORDS  the fields of its records with their length in front, the length of columns, columns
 *   MODULES  the length of columns, columns
 */
#include "sidecar/stream.h"

#include <stdlib.h>

#include <zstd.h>

#include "sidecar/bits.h"
#include "sidecar/records.h"

enum method { PLAIN, RECORDS, MODULES };

enum {
    BLOCK = 1 << 20,   /* bytes of plain pieces and records that make a block */
    BATCH = 16 << 20,  /* bytes of bitcode */
    MOST_BATCH = 1 << 28,
    LEVEL = 12,        /* of zstd: above, it takes four times as long for 2 % */
    LEVEL_OF_MANY = 6, /* for streams that would take long */
    WINDOW_BITS = 26,  /* what repeats within 64 MiB */
    TABLE_BITS = 22,   /* zstd's own, at LEVEL */
    MANY = 64 << 20,
};

/* ---- packing ----------------------------------------------------------------------------- */

struct packer {
    ZSTD_CCtx *zstd;
    struct numbers *to;
    uint64_t size; /* of what was compressed */
    struct numbers block;  /* plain bytes or records that wait */
    const char *records;   /* their fields */
    struct bits_columns *columns; /* bitcode that waits */
    uint64_t module_bytes;
    struct numbers head;
    struct numbers coded;
    bool failed;
};

/** Compress some bytes; with @end, all that there are. */
static void compress(struct packer *p, struct span bytes, ZSTD_EndDirective end)
{
    uint8_t room[16 * 1024];
    ZSTD_inBuffer in = {bytes.data, bytes.size, 0};
    size_t left = 1;
    p->size += bytes.size;
    while (!p->failed && (in.pos < in.size || (end == ZSTD_e_end && left))) {
        ZSTD_outBuffer out = {room, sizeof room, 0};
        left = ZSTD_compressStream2(p->zstd, &out, &in, end);
        numbers_put_bytes(p->to, span_make(room, out.pos));
        p->failed |= ZSTD_isError(left) || p->to->failed;
    }
}

/** Begin a block; what is in p->head follows later. */
static void begin_block(struct packer *p, enum method method, uint64_t size)
{
    p->head.size = 0;
    numbers_put(&p->head, method);
    numbers_put(&p->head, size);
}

static void end_block(struct packer *p, struct span contents)
{
    p->failed |= p->head.failed || p->coded.failed || p->block.failed;
    compress(p, numbers_span(&p->head), ZSTD_e_continue);
    compress(p, contents, ZSTD_e_continue);
}

static void flush_block(struct packer *p)
{
    if (!p->block.size) {
        return;
    }
    begin_block(p, p->records ? RECORDS : PLAIN, p->block.size);
    struct span contents = numbers_span(&p->block);
    if (p->records) {
        struct span fields = span_of(p->records);
        p->coded.size = 0;
        records_encode(fields, contents, &p->coded);
        contents = numbers_span(&p->coded);
        numbers_put(&p->head, fields.size);
        numbers_put_bytes(&p->head, fields);
        numbers_put(&p->head, contents.size);
    }
    end_block(p, contents);
    p->block.size = 0;
}

static void flush_modules(struct packer *p)
{
    if (!p->module_bytes) {
        return;
    }
    p->coded.size = 0;
    bits_print(p->columns, &p->coded);
    begin_block(p, MODULES, p->module_bytes);
    numbers_put(&p->head, p->coded.size);
    end_block(p, numbers_span(&p->coded));
    p->module_bytes = 0;
}

static void add_plain(struct packer *p, struct span bytes, const char *records)
{
    size_t most = records ? BLOCK - BLOCK % records_width(span_of(records)) : BLOCK;
    flush_modules(p);
    if (p->records != records) {
        flush_block(p);
    }
    p->records = records;
    while (bytes.size) {
        size_t room = most - p->block.size;
        size_t size = bytes.size < room ? bytes.size : room;
        numbers_put_bytes(&p->block, span_make(bytes.data, size));
        bytes = span_from(bytes, size);
        if (size == room || p->block.failed) {
            flush_block(p);
        }
        if (p->block.failed) {
            return;
        }
    }
}

static void add_module(struct packer *p, struct span module)
{
    p->columns = p->columns ? p->columns : bits_columns_new();
    p->failed |= !p->columns;
    if (p->failed || module.size > MOST_BATCH - BATCH || !bits_add(p->columns, module)) {
        add_plain(p, module, NULL);
        return;
    }
    flush_block(p);
    p->module_bytes += module.size;
    if (p->module_bytes >= BATCH) {
        flush_modules(p);
    }
}

static uint64_t bytes_of(const struct pack_piece *pieces, size_t count, enum pack_stream stream)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        bytes += pieces[i].stream == stream ? pieces[i].size : 0;
    }
    return bytes;
}

static bool set(struct packer *p, ZSTD_cParameter parameter, int value)
{
    return !ZSTD_isError(ZSTD_CCtx_setParameter(p->zstd, parameter, value));
}

/**
 * A window for @bytes bytes, and tables for as many positions: larger ones would only take memory.
 * zstd 1.5.4 makes its tables as large as the level says, unless it knows how much will come; to
 * clear 50 MB for each stream takes ten times as long as melding a small set.
 */
static bool set_sizes(struct packer *p, uint64_t bytes)
{
    int bits = 17;
    while (bits < WINDOW_BITS && (uint64_t)1 << bits < bytes) {
        bits++;
    }
    return set(p, ZSTD_c_windowLog, bits) &&
           (bits >= TABLE_BITS ||
            (set(p, ZSTD_c_hashLog, bits + 1) && set(p, ZSTD_c_chainLog, bits)));
}

static bool pack(struct packer *p, const struct pack_piece *pieces, size_t count,
                 enum pack_stream stream)
{
    uint64_t bytes = bytes_of(pieces, count, stream);
    int level = bytes > MANY ? LEVEL_OF_MANY : LEVEL;
    p->zstd = ZSTD_createCCtx();
    p->failed = !p->zstd || !set(p, ZSTD_c_compressionLevel, level) ||
                !set(p, ZSTD_c_enableLongDistanceMatching, 1) ||
                !set_sizes(p, bytes);
    for (size_t i = 0; !p->failed && i < count; i++) {
        struct span piece = span_make(pieces[i].bytes, pieces[i].size);
        if (pieces[i].stream == stream && stream == PACK_BITCODE) {
            add_module(p, piece);
        } else if (pieces[i].stream == stream) {
            add_plain(p, piece, pieces[i].records);
        }
    }
    flush_modules(p);
    flush_block(p);
    compress(p, (struct span){0}, ZSTD_e_end);
    ZSTD_freeCCtx(p->zstd);
    numbers_free(&p->block);
    numbers_free(&p->head);
    numbers_free(&p->coded);
    bits_columns_free(p->columns);
    return !p->failed;
}

/* ---- unpacking --------------------------------------------------------------------------- */

/** Bytes on their way to the pieces, or, when there is no place to put them, to be compared. */
struct filling {
    const struct pack_piece *pieces;
    size_t count;
    enum pack_stream stream;
    size_t next; /* piece */
    size_t done; /* of it */
    bool compare;
};

static bool fill(struct filling *f, struct span bytes)
{
    while (bytes.size) {
        while (f->next < f->count && (f->pieces[f->next].stream != f->stream ||
                                      f->done == f->pieces[f->next].size)) {
            f->next++;
            f->done = 0;
        }
        if (f->next == f->count) {
            return false;
        }
        const struct pack_piece *piece = &f->pieces[f->next];
        size_t room = piece->size - f->done;
        size_t size = bytes.size < room ? bytes.size : room;
        if (f->compare ? memcmp(piece->bytes + f->done, bytes.data, size) != 0
                       : (memcpy(piece->to + f->done, bytes.data, size), false)) {
            return false;
        }
        f->done += size;
        bytes = span_from(bytes, size);
    }
    return true;
}

/** Take a number and then so many bytes. */
static bool take_bytes(struct span *from, struct span *bytes)
{
    uint64_t size;
    if (!numbers_take(from, &size) || !span_sub(*from, 0, size, bytes)) {
        return false;
    }
    *from = span_from(*from, size);
    return true;
}

static bool unpack_coded(struct span *from, enum method method, uint64_t size,
                         struct filling *filling)
{
    struct span fields = {0};
    struct span coded;
    if (size > (method == RECORDS ? BLOCK : MOST_BATCH) || !size ||
        (method == RECORDS && !take_bytes(from, &fields)) || !take_bytes(from, &coded)) {
        return false;
    }
    uint8_t *bytes = malloc((size_t)size);
    bool done = bytes && (method == RECORDS ? records_decode(fields, coded, bytes, (size_t)size)
                                            : bits_parse(coded, bytes, (size_t)size)) &&
                fill(filling, span_make(bytes, (size_t)size));
    free(bytes);
    return done;
}

/** @left bytes that are still to come out. */
static bool unpack_block(struct span *from, struct filling *filling, uint64_t *left)
{
    uint64_t method;
    uint64_t size;
    struct span plain;
    if (!numbers_take(from, &method) || !numbers_take(from, &size) || size > *left) {
        return false;
    }
    *left -= size;
    if (method == RECORDS || method == MODULES) {
        return unpack_coded(from, (enum method)method, size, filling);
    }
    if (method != PLAIN || !span_sub(*from, 0, size, &plain)) {
        return false;
    }
    *from = span_from(*from, size);
    return fill(filling, plain);
}

static bool unpack(struct span packed, struct filling *filling, uint64_t budget,
                   struct error *error)
{
    uint64_t size;
    uint64_t left = bytes_of(filling->pieces, filling->count, filling->stream);
    if (!numbers_take(&packed, &size) || size > budget) {
        return error_set(error, "it says no size, or one that is too large");
    }
    uint8_t *bytes = malloc((size_t)size + 1);
    if (!bytes) {
        return error_memory(error);
    }
    size_t got = ZSTD_decompress(bytes, (size_t)size, packed.data, packed.size);
    struct span blocks = span_make(bytes, (size_t)size);
    bool done = !ZSTD_isError(got) && got == size;
    while (done && blocks.size) {
        done = unpack_block(&blocks, filling, &left);
    }
    free(bytes);
    return (done && left == 0) || error_set(error, "its blocks are not the bytes that it is of");
}

bool stream_unpack(struct span packed, struct pack_piece *pieces, size_t count,
                   enum pack_stream stream, uint64_t budget, struct error *error)
{
    struct filling filling = {.pieces = pieces, .count = count, .stream = stream};
    return unpack(packed, &filling, budget, error);
}

bool stream_pack(const struct pack_piece *pieces, size_t count, enum pack_stream stream,
                 struct numbers *to, struct error *error)
{
    struct numbers frame = {0};
    struct packer packer = {.to = &frame};
    struct filling filling = {.pieces = pieces, .count = count, .stream = stream, .compare = true};
    if (bytes_of(pieces, count, stream) == 0) {
        return true;
    }
    bool done = pack(&packer, pieces, count, stream) || error_memory(error);
    if (done) {
        numbers_put(to, packer.size);
        numbers_put_bytes(to, numbers_span(&frame));
        done = !to->failed || error_memory(error);
    }
    numbers_free(&frame);
    return done && unpack(numbers_span(to), &filling, UINT64_MAX, error);
}
