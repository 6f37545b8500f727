/* SPDX-License-Identifier: MIT */
/**
 * Packing: what a sidecar stores, cut up by purpose.
 *
 * Objects are divided into pieces: code, symbols, relocations and so on. The pieces of one purpose
 * from all objects make a stream, where alike bytes are near each other. Tables go into it as
 * columns (records.h), bitcode as numbers (bits.h); then the stream is compressed.
 *
 * The layout says which pieces the contents have, by their number in the manifest, and behind them
 * the libraries' literals. To put them together again, no object is looked at.
 *
 * What the file that the content went to has as well, the workspace or its one library, is not
 * stored (same.h): such a content is lost until that file is at hand. Literals never need a file.
 */
#ifndef ARMELD_SIDECAR_PACK_H
#define ARMELD_SIDECAR_PACK_H

#include "sidecar/manifest.h"

/** The streams, by what is in them. */
enum pack_stream {
    PACK_BITCODE, /**< first, for it takes longest */
    PACK_STRINGS,
    PACK_CODE,
    PACK_DEBUG_INFO,
    PACK_DEBUG_LINE,
    PACK_DEBUG_LOC,
    PACK_DEBUG_RELOCS,
    PACK_RELOCS,
    PACK_SYMBOLS,
    PACK_HEADERS,
    PACK_DATA,
    PACK_UNWIND,
    PACK_OTHER,
    PACK_STREAMS,
    PACK_BESIDE = PACK_STREAMS, /**< no stream: the bytes are in a file beside the sidecar */
};

/** The columns of the layout: numbers of pieces and their streams, sizes, where runs begin. */
enum layout_column { LAYOUT_SHAPE, LAYOUT_SIZES, LAYOUT_STEPS, LAYOUT_COLUMNS };

/** Numbers of files, see struct content_rest. */
enum { FILE_NONE, FILE_WORKSPACE, FILE_LIBRARIES };

struct pack {
    struct span layout;
    struct span streams[PACK_STREAMS];
};

/** Bytes of a content that belong together. */
struct pack_piece {
    const uint8_t *bytes;
    uint8_t *to; /**< the same, where they are put together */
    size_t size;
    enum pack_stream stream;
    const char *records; /**< struct byte_range's */
    size_t offset;       /**< in the file, for PACK_BESIDE */
};

/** A file that will lie beside the sidecar, in pieces; empty: nothing is left out that it has. */
struct pack_file {
    const struct span *pieces;
    size_t count;
};

/** A layout, read. Start with {0}. */
struct pack_reader {
    struct span workspace;     /**< its bytes, or none: then what needs them is lost */
    struct pack_piece *pieces; /**< in the arena */
    size_t count;
    bool there[PACK_STREAMS]; /**< nothing of the stream is missing */
};

/** Whether what is stored is to be packed: what was taken out of a shrunk set, or much else. */
bool pack_pays(const struct manifest *manifest);

/**
 * Pack all stored contents and all literals. The streams are unpacked again and compared.
 * @files the workspace, then each library; NULL: the sidecar stands alone
 * @jobs  number of threads
 * @pack  in @arena
 */
bool pack_make(const struct manifest *manifest, const struct pack_file *files, unsigned jobs,
               struct arena *arena, struct pack *pack, struct error *error);

/**
 * Read a layout: contents and literals get bytes in @arena, which the streams fill. Contents and
 * recipes of @manifest have been read.
 * @budget how many bytes may come out; lowered
 */
bool pack_read_layout(struct span layout, struct manifest *manifest, struct arena *arena,
                      struct pack_reader *reader, uint64_t *budget, struct error *error);

/** Fill in the pieces of stream @number. @budget as above, for memory that is freed again. */
bool pack_read_stream(struct span stream, size_t number, struct pack_reader *reader,
                      uint64_t budget, struct error *error);

/**
 * Fill in what @file has of the contents of library @number, which are lost until then. Whether
 * they are what they should be is left to the caller.
 * @file the library in the form that was written with the sidecar
 */
void pack_read_file(struct span file, size_t number, struct manifest *manifest);

/** Whether all bytes were filled in but for those of files. */
bool pack_is_complete(const struct pack_reader *reader, struct error *error);

#endif
