/* SPDX-License-Identifier: MIT */
#include "sidecar/pack.h"

#include <stdlib.h>

#include "base/threads.h"
#include "image/image.h"
#include "sidecar/numbers.h"
#include "sidecar/records.h"
#include "sidecar/same.h"
#include "sidecar/stream.h"

enum {
    LEAST = 64 * 1024, /* stored bytes of a set that is not shrunk: fewer are easier to read */
    PADDING = 16,      /* fewer bytes between sections fill a gap */
};

bool pack_pays(const struct manifest *manifest)
{
    uint64_t stored = 0;
    for (size_t i = 0; i < manifest->content_count; i++) {
        const struct manifest_content *content = &manifest->contents[i];
        stored += content->stored && !content->literal ? content->size : 0;
    }
    return stored >= LEAST || (manifest->shrunk && stored);
}

/* ---- dividing ---------------------------------------------------------------------------- */

/** The stream of debug info, by the end of the section's name: .debug_line, __debug_line */
static enum pack_stream debug_stream(struct span name)
{
    static const struct {
        const char *name;
        enum pack_stream stream;
    } known[] = {
        {"debug_str", PACK_STRINGS},   {"debug_line_str", PACK_STRINGS},
        {"debug_line", PACK_DEBUG_LINE}, {"debug_loc", PACK_DEBUG_LOC},
        {"debug_loclists", PACK_DEBUG_LOC},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (span_ends(name, known[i].name)) {
            return known[i].stream;
        }
    }
    return PACK_DEBUG_INFO;
}

static enum pack_stream stream_of(const struct byte_range *range)
{
    bool table = range->records != NULL;
    switch (range->kind) {
    case BYTES_CODE:
        return PACK_CODE;
    case BYTES_RODATA:
    case BYTES_DATA:
        return PACK_DATA;
    case BYTES_UNWIND:
        return PACK_UNWIND;
    case BYTES_RELOCS:
        return table ? PACK_RELOCS : PACK_OTHER;
    case BYTES_SYMBOLS:
        return table ? PACK_SYMBOLS : PACK_STRINGS;
    case BYTES_DEBUG:
        return table ? PACK_DEBUG_RELOCS : debug_stream(range->name);
    case BYTES_BITCODE:
        return PACK_BITCODE;
    case BYTES_HEADERS:
        return table ? PACK_HEADERS : PACK_OTHER;
    default:
        return PACK_OTHER;
    }
}

/** A file beside the sidecar, in one piece, and its index. */
struct beside {
    uint8_t *bytes;
    struct same same;
};

struct columns {
    struct numbers list[LAYOUT_COLUMNS];
};

/** The pieces of everything, and how many each thing has. */
struct division {
    struct arena *arena;
    struct pack_piece *pieces;
    size_t count;
    size_t capacity;
    size_t first; /* piece of the thing at work */
    const struct pack_file *files;
    struct beside workspace;
    struct beside library;
    size_t in_library; /* the number of the file that @library is, or 0 */
    const struct same *same; /* of the file that the content at work went to */
    uint64_t next; /* where in it the next run is expected: behind the last one */
    struct columns layout;
};

static bool add_piece(struct division *d, struct pack_piece piece)
{
    struct pack_piece *last = d->count > d->first ? &d->pieces[d->count - 1] : NULL;
    if (last && last->stream == piece.stream && last->records == piece.records &&
        (piece.stream != PACK_BESIDE || last->offset + last->size == piece.offset)) {
        last->size += piece.size;
        return true;
    }
    struct pack_piece *pieces =
        arena_grow(d->arena, d->pieces, d->count, &d->capacity, 256, sizeof *pieces);
    if (pieces) {
        d->pieces = pieces;
        d->pieces[d->count++] = piece;
    }
    return pieces != NULL;
}

/** Add a piece without the runs of it that the workspace has; bitcode is one run or none. */
static bool add_new(struct division *d, struct pack_piece piece)
{
    struct span bytes = span_make(piece.bytes, piece.size);
    struct same_run run;
    size_t at = 0;
    bool done = true;
    bool whole = piece.stream == PACK_BITCODE;
    while (done && !piece.records && d->same && same_find(d->same, bytes, at, &run) &&
           (!whole || run.size == bytes.size)) {
        struct pack_piece before = piece;
        struct pack_piece same = {.bytes = piece.bytes + run.at,
                                  .size = run.size,
                                  .stream = PACK_BESIDE,
                                  .offset = run.offset};
        before.bytes += at;
        before.size = run.at - at;
        done = (!before.size || add_piece(d, before)) && add_piece(d, same);
        at = run.at + run.size;
    }
    piece.bytes += at;
    piece.size -= at;
    return done && (!piece.size || add_piece(d, piece));
}

static bool add_ranges(struct division *d, const uint8_t *at, const struct byte_range *ranges,
                       size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct byte_range *range = &ranges[i];
        struct pack_piece piece = {.bytes = at,
                                   .size = (size_t)range->size,
                                   .stream = stream_of(range),
                                   .records = range->records};
        const struct pack_piece *last = d->count > d->first ? &d->pieces[d->count - 1] : NULL;
        if (piece.records && piece.size % records_width(span_of(piece.records)) != 0) {
            piece.stream = PACK_OTHER;
            piece.records = NULL;
        }
        if (last && !last->records && range->kind == BYTES_HEADERS && piece.size < PADDING &&
            last->stream != PACK_BITCODE && last->stream != PACK_BESIDE) {
            piece.stream = last->stream;
        }
        if (!add_new(d, piece)) {
            return false;
        }
        at += piece.size;
    }
    return true;
}

static bool divide_content(struct division *d, struct span bytes, struct arena *scratch)
{
    struct byte_range *ranges;
    size_t count;
    d->first = d->count;
    bool done = image_byte_map(bytes, scratch, &ranges, &count) &&
                add_ranges(d, bytes.data, ranges, count);
    arena_reset(scratch);
    return done;
}

static bool add_strings(struct division *d, struct span bytes)
{
    return !bytes.size ||
           add_piece(d, (struct pack_piece){
                            .bytes = bytes.data, .size = bytes.size, .stream = PACK_STRINGS});
}

static void print_pieces(struct division *d, size_t first)
{
    struct numbers *layout = d->layout.list;
    numbers_put(&layout[LAYOUT_SHAPE], d->count - first);
    for (size_t i = first; i < d->count; i++) {
        const struct pack_piece *piece = &d->pieces[i];
        numbers_put(&layout[LAYOUT_SHAPE], piece->stream);
        numbers_put(&layout[LAYOUT_SIZES], piece->size);
        if (piece->stream == PACK_BESIDE) {
            numbers_put(&layout[LAYOUT_STEPS], zigzag(piece->offset - d->next));
            d->next = piece->offset;
        }
        d->next += piece->size;
    }
}

/** A library's literals are pieces one by one, since they do not lie side by side. */
static bool divide_literals(struct division *d, const struct manifest_library *library)
{
    struct numbers *layout = d->layout.list;
    uint64_t size = 0;
    for (size_t i = 0; i < library->step_count; i++) {
        d->first = d->count;
        size += library->steps[i].literal.size;
        if (!add_strings(d, library->steps[i].literal)) {
            return false;
        }
    }
    numbers_put(&layout[LAYOUT_SHAPE], size != 0);
    if (size) {
        numbers_put(&layout[LAYOUT_SHAPE], PACK_STRINGS);
        numbers_put(&layout[LAYOUT_SIZES], size);
    }
    return true;
}

/* ---- files beside ------------------------------------------------------------------------ */

static void forget_file(struct beside *beside)
{
    same_free(&beside->same);
    free(beside->bytes);
    *beside = (struct beside){0};
}

static bool gather_file(const struct pack_file *file, struct beside *beside)
{
    size_t size = 0;
    forget_file(beside);
    for (size_t i = 0; i < file->count; i++) {
        size += file->pieces[i].size;
    }
    if (size > SAME_MOST) {
        return true;
    }
    beside->bytes = malloc(size + 1);
    size_t at = 0;
    for (size_t i = 0; beside->bytes && i < file->count; i++) {
        if (file->pieces[i].size) {
            memcpy(beside->bytes + at, file->pieces[i].data, file->pieces[i].size);
            at += file->pieces[i].size;
        }
    }
    return beside->bytes && same_index(&beside->same, span_make(beside->bytes, size));
}

/** The file that each content went to: its library's if only one has it, else the workspace. */
static size_t *find_files(const struct manifest *manifest, struct arena *arena)
{
    size_t *files = ARENA_ARRAY(arena, size_t, manifest->content_count + 1);
    for (size_t i = 0; files && i < manifest->library_count; i++) {
        const struct manifest_library *library = &manifest->libraries[i];
        for (size_t j = 0; j < library->step_count; j++) {
            uint32_t content = library->steps[j].content;
            if (content != NO_CONTENT) {
                size_t *file = &files[content];
                bool alone = *file == FILE_NONE || *file == FILE_LIBRARIES + i;
                *file = alone ? FILE_LIBRARIES + i : FILE_WORKSPACE;
            }
        }
    }
    return files;
}

/** Make the file ready that a content went to; its number then goes to the layout. */
static bool choose_file(struct division *d, size_t file)
{
    bool done = true;
    d->same = NULL;
    if (d->files && file >= FILE_LIBRARIES && !d->files[file - 1].count) {
        file = FILE_WORKSPACE;
    }
    if (d->files && file >= FILE_LIBRARIES) {
        done = d->in_library == file || gather_file(&d->files[file - 1], &d->library);
        d->in_library = file;
        d->same = &d->library.same;
    } else if (d->files && file == FILE_WORKSPACE) {
        d->same = &d->workspace.same;
    }
    numbers_put(&d->layout.list[LAYOUT_SHAPE], d->same ? file : FILE_NONE);
    return done;
}

static bool divide_stored(struct division *d, const struct manifest_content *content, size_t file,
                          struct arena *scratch)
{
    bool done = choose_file(d, content->literal ? FILE_NONE : file);
    size_t first = d->first = d->count;
    done = done && (content->literal ? add_strings(d, content->bytes)
                                     : divide_content(d, content->bytes, scratch));
    print_pieces(d, first);
    return done;
}

static bool divide(const struct manifest *manifest, struct division *d)
{
    struct arena scratch = {0};
    const size_t *files = find_files(manifest, d->arena);
    bool done = files && (!d->files || gather_file(&d->files[0], &d->workspace));
    for (size_t i = 0; done && i < manifest->content_count; i++) {
        const struct manifest_content *content = &manifest->contents[i];
        done = !content->stored || divide_stored(d, content, files[i], &scratch);
    }
    for (size_t i = 0; done && i < manifest->library_count; i++) {
        done = divide_literals(d, &manifest->libraries[i]);
    }
    arena_free(&scratch);
    forget_file(&d->workspace);
    forget_file(&d->library);
    return done;
}

/** The columns of a layout, each with its size in front. */
static bool print_layout(struct division *d, struct arena *arena, struct span *layout)
{
    struct numbers all = {0};
    for (size_t i = 0; i < LAYOUT_COLUMNS; i++) {
        struct numbers *column = &d->layout.list[i];
        numbers_put(&all, column->size);
        numbers_put_bytes(&all, numbers_span(column));
        all.failed |= column->failed;
        numbers_free(column);
    }
    *layout = (struct span){0};
    if (!all.failed) {
        *layout = arena_copy(arena, numbers_span(&all));
    }
    numbers_free(&all);
    return layout->data != NULL;
}

/* ---- packing ----------------------------------------------------------------------------- */

struct packing {
    const struct division *division;
    struct numbers streams[PACK_STREAMS];
    struct error errors[PACK_STREAMS];
};

static void pack_one(void *context, size_t item, unsigned worker)
{
    struct packing *p = context;
    (void)worker;
    stream_pack(p->division->pieces, p->division->count, (enum pack_stream)item, &p->streams[item],
                &p->errors[item]);
}

bool pack_make(const struct manifest *manifest, const struct pack_file *files, unsigned jobs,
               struct arena *arena, struct pack *pack, struct error *error)
{
    struct arena scratch = {0};
    struct division division = {.arena = &scratch, .files = files};
    struct packing packing = {.division = &division};
    *pack = (struct pack){0};
    bool done = divide(manifest, &division);
    done = print_layout(&division, arena, &pack->layout) && done;
    if (done) {
        threads_run(PACK_STREAMS, jobs, pack_one, &packing);
    }
    bool memory = done; /* it is not short */
    for (size_t i = 0; done && i < PACK_STREAMS; i++) {
        if (packing.errors[i].kind != ERROR_NONE) {
            *error = packing.errors[i];
            done = false;
        } else if (packing.streams[i].size) {
            pack->streams[i] = arena_copy(arena, numbers_span(&packing.streams[i]));
            memory = done = pack->streams[i].data != NULL;
        }
        numbers_free(&packing.streams[i]);
    }
    for (size_t i = 0; i < PACK_STREAMS; i++) {
        numbers_free(&packing.streams[i]);
    }
    arena_free(&scratch);
    return done || (memory ? false : error_memory(error));
}
