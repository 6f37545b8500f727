/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    ALIGNMENT = 16,
    FIRST_CHUNK = 16 * 1024,
    LARGEST_STEP = 1024 * 1024,
    LARGE = 64 * 1024, /* blocks from here on get chunks of their own */
};

struct arena_chunk {
    struct arena_chunk *previous;
    size_t size;
    size_t used;
    size_t dirty; /* bytes that were handed out before a reset; all others are zero */
    uint8_t bytes[];
};

/**
 * A chunk of zeroed bytes. Large blocks of calloc() are fresh pages of the system: what nobody
 * writes to takes no memory.
 */
static struct arena_chunk *make_chunk(size_t size)
{
    struct arena_chunk *chunk =
        size > SIZE_MAX - sizeof *chunk ? NULL : calloc(1, sizeof *chunk + size);
    if (chunk) {
        chunk->size = size;
    }
    return chunk;
}

/** The chunk for a block of @size bytes; a large block's stands behind the one in use. */
static struct arena_chunk *add_chunk(struct arena *arena, size_t wanted)
{
    struct arena_chunk *current = arena->chunk;
    bool alone = current && wanted >= LARGE;
    size_t size = current ? current->size * 2 : FIRST_CHUNK;
    size = size > LARGEST_STEP ? LARGEST_STEP : size;
    struct arena_chunk *chunk = make_chunk(alone || size < wanted ? wanted : size);
    if (chunk) {
        struct arena_chunk **link = alone ? &current->previous : &arena->chunk;
        chunk->previous = *link;
        *link = chunk;
    }
    return chunk;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX - ALIGNMENT) {
        return NULL;
    }
    size = (size_t)round_up(size, ALIGNMENT);
    struct arena_chunk *chunk = arena->chunk;
    if (!chunk || size > chunk->size - chunk->used) {
        chunk = add_chunk(arena, size);
        if (!chunk) {
            return NULL;
        }
    }
    uint8_t *result = chunk->bytes + chunk->used;
    if (chunk->used < chunk->dirty) {
        size_t dirty = chunk->dirty - chunk->used;
        memset(result, 0, dirty < size ? dirty : size);
    }
    chunk->used += size;
    return result;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size) {
        return NULL;
    }
    return arena_alloc(arena, count * size);
}

struct span arena_copy(struct arena *arena, struct span bytes)
{
    uint8_t *copy = bytes.size < SIZE_MAX ? arena_alloc(arena, bytes.size + 1) : NULL;
    if (copy && bytes.size) {
        memcpy(copy, bytes.data, bytes.size);
    }
    return (struct span){copy, copy ? bytes.size : 0};
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = length < 0 ? NULL : arena_alloc(arena, (size_t)length + 1);
    if (text) {
        va_start(args, format);
        vsnprintf(text, (size_t)length + 1, format, args);
        va_end(args);
    }
    return text;
}

/** Twice @capacity, or @first at the start; 0 when so many elements of @size bytes are too many. */
static size_t next_capacity(size_t capacity, size_t first, size_t size)
{
    size_t next = capacity ? capacity : first;
    size_t factor = capacity ? 2 : 1;
    return next > SIZE_MAX / factor / size ? 0 : factor * next;
}

void *arena_grow(struct arena *arena, void *list, size_t count, size_t *capacity, size_t first,
                 size_t size)
{
    if (count < *capacity) {
        return list;
    }
    size_t larger = next_capacity(*capacity, first, size);
    void *copy = larger ? arena_array(arena, larger, size) : NULL;
    if (copy && count) {
        memcpy(copy, list, count * size);
    }
    *capacity = copy ? larger : *capacity;
    return copy;
}

void *heap_grow(void *list, size_t count, size_t *capacity, size_t first, size_t size)
{
    if (count < *capacity) {
        return list;
    }
    size_t larger = next_capacity(*capacity, first, size);
    void *moved = larger ? realloc(list, larger * size) : NULL;
    *capacity = moved ? larger : *capacity;
    return moved;
}

void arena_reset(struct arena *arena)
{
    struct arena_chunk *keep = arena->chunk;
    if (!keep) {
        return;
    }
    for (struct arena_chunk *chunk = keep->previous; chunk;) {
        struct arena_chunk *previous = chunk->previous;
        struct arena_chunk *smaller = chunk;
        if (chunk->size > keep->size) {
            smaller = keep;
            keep = chunk;
        }
        free(smaller);
        chunk = previous;
    }
    keep->previous = NULL;
    keep->dirty = keep->used > keep->dirty ? keep->used : keep->dirty;
    keep->used = 0;
    arena->chunk = keep;
}

void arena_free(struct arena *arena)
{
    for (struct arena_chunk *chunk = arena->chunk; chunk;) {
        struct arena_chunk *previous = chunk->previous;
        free(chunk);
        chunk = previous;
    }
    arena->chunk = NULL;
}
