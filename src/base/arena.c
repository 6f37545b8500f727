/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { ALIGNMENT = 16, FIRST_CHUNK = 16 * 1024, LARGEST_STEP = 1024 * 1024 };

struct arena_chunk {
    struct arena_chunk *previous;
    size_t size;
    size_t used;
    size_t padding; /* keeps bytes[] aligned to ALIGNMENT */
    uint8_t bytes[];
};

static struct arena_chunk *add_chunk(struct arena *arena, size_t wanted)
{
    size_t size = arena->chunk ? arena->chunk->size * 2 : FIRST_CHUNK;
    if (size > LARGEST_STEP) {
        size = LARGEST_STEP;
    }
    if (size < wanted) {
        size = wanted;
    }
    if (size > SIZE_MAX - sizeof(struct arena_chunk)) {
        return NULL;
    }
    struct arena_chunk *chunk = malloc(sizeof *chunk + size);
    if (chunk) {
        *chunk = (struct arena_chunk){.previous = arena->chunk, .size = size};
        arena->chunk = chunk;
    }
    return chunk;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX - ALIGNMENT) {
        return NULL;
    }
    size = (size_t)round_up(size ? size : 1, ALIGNMENT);
    struct arena_chunk *chunk = arena->chunk;
    if (!chunk || size > chunk->size - chunk->used) {
        chunk = add_chunk(arena, size);
        if (!chunk) {
            return NULL;
        }
    }
    void *result = chunk->bytes + chunk->used;
    chunk->used += size;
    return memset(result, 0, size);
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
