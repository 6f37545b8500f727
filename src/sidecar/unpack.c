/* SPDX-License-Identifier: MIT */
/** Reading a packed sidecar: the layout first, then what fills it in. */
#include "sidecar/pack.h"

#include "sidecar/numbers.h"
#include "sidecar/stream.h"

struct laying {
    struct span columns[LAYOUT_COLUMNS];
    struct arena *arena;
    struct pack_reader *reader;
    size_t capacity;
    uint64_t *budget;
    struct manifest_content *content; /* at work; NULL: literals */
    uint64_t file; /* that it went to */
    size_t run_capacity;
    uint64_t next; /* where in its file the next run is expected */
    struct error *error;
};

/** Take a run off the layout that begins at byte @at of the content. */
static bool take_run(struct laying *l, size_t at, uint64_t size)
{
    struct manifest_content *content = l->content;
    uint64_t step;
    if (!content || l->file == FILE_NONE || !numbers_take(&l->columns[LAYOUT_STEPS], &step)) {
        return false;
    }
    if (!content->rest) {
        content->rest = ARENA_NEW(l->arena, struct content_rest);
    }
    struct content_rest *rest = content->rest;
    struct content_run *runs = rest ? arena_grow(l->arena, rest->runs, rest->run_count,
                                                 &l->run_capacity, 16, sizeof *runs)
                                    : NULL;
    if (!runs) {
        return false;
    }
    rest->file = (size_t)l->file;
    rest->runs = runs;
    runs[rest->run_count++] = (struct content_run){at, l->next + unzigzag(step), size};
    l->next += unzigzag(step) + size;
    content->lost = true;
    return true;
}

static bool take_piece(struct laying *l, uint8_t *to, uint64_t size, uint64_t stream)
{
    struct pack_reader *reader = l->reader;
    struct pack_piece *pieces =
        arena_grow(l->arena, reader->pieces, reader->count, &l->capacity, 256, sizeof *pieces);
    if (!pieces) {
        return false;
    }
    reader->pieces = pieces;
    reader->pieces[reader->count++] = (struct pack_piece){
        .bytes = to, .to = to, .size = (size_t)size, .stream = (enum pack_stream)stream};
    reader->there[stream] = false;
    l->next += size;
    return true;
}

/** Take the pieces of one thing off the layout; they fill @size bytes at @to. */
static bool take_pieces(struct laying *l, uint8_t *to, uint64_t size)
{
    uint64_t count;
    uint64_t at = 0;
    if (!numbers_take(&l->columns[LAYOUT_SHAPE], &count)) {
        return false;
    }
    for (uint64_t i = 0; i < count; i++) {
        uint64_t stream;
        uint64_t part;
        if (!numbers_take(&l->columns[LAYOUT_SHAPE], &stream) ||
            !numbers_take(&l->columns[LAYOUT_SIZES], &part) || stream > PACK_BESIDE ||
            part == 0 || part > size - at) {
            return false;
        }
        if (stream == PACK_BESIDE ? !take_run(l, (size_t)at, part)
                                  : !take_piece(l, to + at, part, stream)) {
            return false;
        }
        at += part;
    }
    return at == size;
}

/** Fill in a content's runs from its file. */
static void fill_runs(struct manifest_content *content, struct span file)
{
    for (size_t i = 0; i < content->rest->run_count; i++) {
        const struct content_run *run = &content->rest->runs[i];
        struct span bytes;
        if (!span_sub(file, run->offset, run->size, &bytes)) {
            return;
        }
        /* the content's bytes are in the arena that it was read into */
        memcpy((uint8_t *)(uintptr_t)content->bytes.data + run->at, bytes.data, bytes.size);
    }
    content->lost = false;
}

void pack_read_file(struct span file, size_t number, struct manifest *manifest)
{
    const struct manifest_library *library = &manifest->libraries[number];
    for (size_t i = 0; i < library->step_count; i++) {
        uint32_t content = library->steps[i].content;
        if (content != NO_CONTENT && manifest->contents[content].lost &&
            manifest->contents[content].rest->file == FILE_LIBRARIES + number) {
            fill_runs(&manifest->contents[content], file);
        }
    }
}

/** Memory for @size bytes within the budget. */
static uint8_t *take_budget(struct laying *l, uint64_t size)
{
    if (size > *l->budget) {
        error_set(l->error, "layout: %llu bytes, but at most %llu more may come",
                  (unsigned long long)size, (unsigned long long)*l->budget);
        return NULL;
    }
    *l->budget -= size;
    uint8_t *bytes = arena_alloc(l->arena, (size_t)size);
    if (!bytes) {
        error_memory(l->error);
    }
    return bytes;
}

static bool lay_content(struct laying *l, struct manifest_content *content, size_t number,
                        size_t libraries)
{
    uint64_t file;
    uint8_t *bytes = take_budget(l, content->size);
    if (!bytes) {
        return false;
    }
    content->bytes = span_make(bytes, (size_t)content->size);
    bool right = numbers_take(&l->columns[LAYOUT_SHAPE], &file) &&
                 file < FILE_LIBRARIES + libraries && (!content->literal || file == FILE_NONE);
    content->lost = false;
    content->rest = NULL;
    l->run_capacity = 0;
    l->file = right ? file : FILE_NONE;
    l->content = content;
    if (!right || !take_pieces(l, bytes, content->size)) {
        return error_set(l->error, "layout: the pieces of content %zu do not add up to it", number);
    }
    if (content->lost && file == FILE_WORKSPACE && l->reader->workspace.size) {
        fill_runs(content, l->reader->workspace);
    }
    return true;
}

static bool lay_literals(struct laying *l, struct manifest_library *library)
{
    uint64_t size = 0;
    for (size_t i = 0; i < library->step_count && size <= *l->budget; i++) {
        size += library->steps[i].literal.size;
    }
    uint8_t *bytes = take_budget(l, size);
    l->content = NULL;
    return bytes && ((take_pieces(l, bytes, size) &&
                      recipe_fill(library, span_make(bytes, (size_t)size))) ||
                     error_set(l->error,
                               "layout: the literals of %s are not what its recipe takes",
                               library->path));
}

static bool split_layout(struct laying *l, struct span layout)
{
    for (size_t i = 0; i < LAYOUT_COLUMNS; i++) {
        uint64_t size;
        if (!numbers_take(&layout, &size) || !span_sub(layout, 0, size, &l->columns[i])) {
            return false;
        }
        layout = span_from(layout, size);
    }
    return layout.size == 0;
}

bool pack_read_layout(struct span layout, struct manifest *manifest, struct arena *arena,
                      struct pack_reader *reader, uint64_t *budget, struct error *error)
{
    struct laying laying = {.arena = arena, .reader = reader, .budget = budget, .error = error};
    memset(reader->there, true, sizeof reader->there);
    bool split = split_layout(&laying, layout);
    for (size_t i = 0; split && i < manifest->content_count; i++) {
        if (manifest->contents[i].stored &&
            !lay_content(&laying, &manifest->contents[i], i, manifest->library_count)) {
            return false;
        }
    }
    for (size_t i = 0; split && i < manifest->library_count; i++) {
        if (!lay_literals(&laying, &manifest->libraries[i])) {
            return false;
        }
    }
    bool used = split;
    for (size_t i = 0; i < LAYOUT_COLUMNS; i++) {
        used = used && laying.columns[i].size == 0;
    }
    return used || error_set(error, "layout: it is not what the manifest says");
}

bool pack_read_stream(struct span stream, size_t number, struct pack_reader *reader,
                      uint64_t budget, struct error *error)
{
    if (number >= PACK_STREAMS || reader->there[number]) {
        return error_set(error, "stream/%zu: nothing is to come from it", number);
    }
    reader->there[number] = true;
    return stream_unpack(stream, reader->pieces, reader->count, (enum pack_stream)number, budget,
                         error) ||
           error_prefix(error, "stream/%zu: ", number);
}

bool pack_is_complete(const struct pack_reader *reader, struct error *error)
{
    for (size_t i = 0; i < PACK_STREAMS; i++) {
        if (!reader->there[i]) {
            return error_set(error, "stream/%zu is missing", i);
        }
    }
    return true;
}
