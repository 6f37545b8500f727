/* SPDX-License-Identifier: MIT */
#include "sidecar/chunks.h"

#include "base/table.h"
#include "base/threads.h"

enum {
    LEAST = 1024, /* bytes of a chunk: a step of a recipe costs some as well */
    MOST = 16 * 1024,
    NEAR = 512,  /* how far to look for the end of a string */
    TAIL = 8,    /* bytes before an end that decide whether to cut there */
    ONE_IN = 32, /* ends are taken: some 2 KiB of symbol names */
};

struct chunk {
    struct span bytes;
    uint64_t hash;
    uint32_t first; /* the number of the first one that is equal; its own if there is none before */
    uint32_t content; /* that stands for it, or NO_CONTENT */
};

/** The chunks of one library are list[first] to list[first + count - 1]. */
struct stretch {
    size_t first;
    size_t count;
};

struct sharing {
    struct manifest *manifest;
    struct chunk *list;
    struct stretch *stretches; /* by library */
};

/* ---- cutting ----------------------------------------------------------------------------- */

/** Behind the next end of a string; NULL where none is near. */
static const uint8_t *next_end(const uint8_t *at, size_t left)
{
    size_t near = left < NEAR ? left : NEAR;
    const uint8_t *end = memchr(at, '\0', near);
    end = end ? end : memchr(at, '\n', near);
    return end ? end + 1 : NULL;
}

/** Whether the bytes before it say that a chunk ends here. */
static bool is_cut(const uint8_t *end)
{
    const uint8_t *last = end - TAIL;
    uint64_t tail = 0;
    for (size_t i = 0; i < TAIL; i++) {
        tail = tail << 8 | last[i];
    }
    return (tail * 0x9e3779b97f4a7c15u >> 40) % ONE_IN == 0;
}

struct span chunk_first(struct span text)
{
    size_t most = text.size < MOST ? text.size : MOST;
    size_t at = LEAST;
    while (at < most) {
        const uint8_t *end = next_end(text.data + at, most - at);
        if (end && is_cut(end)) {
            return span_make(text.data, (size_t)(end - text.data));
        }
        at = end ? (size_t)(end - text.data) : at + NEAR;
    }
    return span_make(text.data, most);
}

/** Most literals are headers, and too short. */
static bool is_cut_up(struct span literal)
{
    return literal.size >= LEAST;
}

/** How many chunks there can be in a library's literals. */
static size_t most_chunks(const struct manifest_library *library)
{
    size_t most = 0;
    for (size_t i = 0; i < library->step_count; i++) {
        struct span literal = library->steps[i].literal;
        most += is_cut_up(literal) ? literal.size / LEAST + 1 : 0;
    }
    return most;
}

/** Cut one library's literals, as a work item of threads_run(). */
static void cut_library(void *context, size_t item, unsigned worker)
{
    struct sharing *s = context;
    const struct manifest_library *library = &s->manifest->libraries[item];
    struct stretch *stretch = &s->stretches[item];
    (void)worker;
    for (size_t i = 0; i < library->step_count; i++) {
        struct span rest = library->steps[i].literal;
        while (rest.size && is_cut_up(library->steps[i].literal)) {
            struct span bytes = chunk_first(rest);
            uint64_t hash = bytes.size < LEAST ? 0 : table_hash(bytes, 0);
            s->list[stretch->first + stretch->count++] =
                (struct chunk){.bytes = bytes, .hash = hash, .content = NO_CONTENT};
            rest = span_from(rest, bytes.size);
        }
    }
}

/* ---- sharing ----------------------------------------------------------------------------- */

static bool same_chunk(const void *context, uint32_t number, const void *key)
{
    const struct chunk *list = context;
    return span_equal(list[number].bytes, ((const struct chunk *)key)->bytes);
}

/** Find for each chunk the first equal one; short ones are left alone. Counts those that repeat. */
static bool find_equal(struct sharing *s, size_t *repeated)
{
    struct table table = {0};
    bool done = true;
    *repeated = 0;
    for (size_t i = 0; i < s->manifest->library_count; i++) {
        struct stretch stretch = s->stretches[i];
        for (size_t j = stretch.first; done && j < stretch.first + stretch.count; j++) {
            struct chunk *chunk = &s->list[j];
            uint32_t first = chunk->bytes.size < LEAST
                                 ? TABLE_NONE
                                 : table_find(&table, chunk->hash, same_chunk, s->list, chunk);
            chunk->first = first == TABLE_NONE ? (uint32_t)j : first;
            if (first != TABLE_NONE) {
                *repeated += s->list[first].content == NO_CONTENT;
                s->list[first].content = 0; /* it will get one */
            } else if (chunk->bytes.size >= LEAST) {
                done = table_add(&table, chunk->hash, (uint32_t)j);
            }
        }
    }
    table_free(&table);
    return done;
}

/** Append contents for the chunks that repeat. */
static bool add_contents(struct sharing *s, size_t repeated, struct arena *arena)
{
    struct manifest *manifest = s->manifest;
    size_t count = manifest->content_count;
    struct manifest_content *contents =
        ARENA_ARRAY(arena, struct manifest_content, count + repeated);
    if (!contents || count + repeated >= NO_CONTENT) {
        return false;
    }
    if (manifest->contents) {
        memcpy(contents, manifest->contents, count * sizeof *contents);
    }
    for (size_t i = 0; i < manifest->library_count; i++) {
        struct stretch stretch = s->stretches[i];
        for (size_t j = stretch.first; j < stretch.first + stretch.count; j++) {
            struct chunk *chunk = &s->list[j];
            if (chunk->first != j) {
                chunk->content = s->list[chunk->first].content;
            } else if (chunk->content != NO_CONTENT) {
                chunk->content = (uint32_t)count;
                contents[count++] = (struct manifest_content){.size = chunk->bytes.size,
                                                              .digest = digest_of(chunk->bytes),
                                                              .bytes = chunk->bytes,
                                                              .stored = true,
                                                              .literal = true};
            }
        }
    }
    manifest->contents = contents;
    manifest->content_count = count;
    return true;
}

/** Write a library's recipe anew, with contents for the chunks that have one. */
static bool rewrite(struct sharing *s, size_t number, struct arena *arena)
{
    struct manifest_library *library = &s->manifest->libraries[number];
    const struct chunk *chunk = &s->list[s->stretches[number].first];
    size_t more = 0;
    size_t count = 0;
    for (size_t i = 0; i < s->stretches[number].count; i++) {
        more += chunk[i].content != NO_CONTENT;
    }
    if (!more) {
        return true;
    }
    struct recipe_step *steps = ARENA_ARRAY(arena, struct recipe_step, library->step_count + more);
    for (size_t i = 0; steps && i < library->step_count; i++) {
        struct span rest = library->steps[i].literal;
        struct span literal = span_make(rest.data, is_cut_up(rest) ? 0 : rest.size);
        for (bool cut = is_cut_up(rest); cut && rest.size; chunk++) {
            rest = span_from(rest, chunk->bytes.size);
            if (chunk->content == NO_CONTENT) {
                literal.size += chunk->bytes.size;
                continue;
            }
            steps[count++] = (struct recipe_step){literal, chunk->content};
            literal = span_make(chunk->bytes.data + chunk->bytes.size, 0);
        }
        steps[count++] = (struct recipe_step){literal, library->steps[i].content};
    }
    library->steps = steps;
    library->step_count = count;
    return steps != NULL;
}

bool chunks_share(struct manifest *manifest, unsigned jobs, struct arena *arena)
{
    struct arena scratch = {0};
    struct sharing sharing = {.manifest = manifest};
    size_t most = 0;
    size_t repeated;
    sharing.stretches = ARENA_ARRAY(&scratch, struct stretch, manifest->library_count);
    for (size_t i = 0; sharing.stretches && i < manifest->library_count; i++) {
        sharing.stretches[i].first = most;
        most += most_chunks(&manifest->libraries[i]);
    }
    sharing.list = ARENA_ARRAY(&scratch, struct chunk, most);
    bool done = sharing.stretches && sharing.list && most < TABLE_NONE;
    if (done) {
        threads_run(manifest->library_count, jobs, cut_library, &sharing);
    }
    done = done && find_equal(&sharing, &repeated) && add_contents(&sharing, repeated, arena);
    for (size_t i = 0; done && i < manifest->library_count; i++) {
        done = rewrite(&sharing, i, arena);
    }
    arena_free(&scratch);
    return done;
}
