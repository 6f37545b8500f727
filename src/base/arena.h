/* SPDX-License-Identifier: MIT */
/**
 * A bump arena: many small allocations, freed together.
 *
 * Threads do not share an arena. The holder of the struct arena owns all memory taken from it.
 * arena_reset() keeps one chunk, so a worker can parse object after object without malloc.
 */
#ifndef ARMELD_BASE_ARENA_H
#define ARMELD_BASE_ARENA_H

#include "base/printf.h"
#include "base/span.h"

struct arena_chunk;

/** Start with {0}. */
struct arena {
    struct arena_chunk *chunk; /**< the chunk in use, which links to the full ones */
};

/** @size bytes, zeroed, aligned for any type; NULL when memory is short. */
void *arena_alloc(struct arena *arena, size_t size);

/** @count elements of @size bytes, zeroed; NULL when memory is short or the product overflows. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/** A copy of @bytes with a NUL behind it; its data is NULL when memory is short. */
struct span arena_copy(struct arena *arena, struct span bytes);

/** A printf into the arena; NULL when memory is short. */
char *arena_printf(struct arena *arena, const char *format, ...)
    PRINTF_LIKE(2, 3);

/**
 * Make room for one more element in @list, an array of @count elements of @size bytes from @arena.
 *
 * A list with room stays as it is. A full list is copied to a new array of twice its @capacity, or
 * of @first elements if it has none yet; the new elements are zeroed.
 * @return the list to use from now on; NULL when memory is short: nothing has changed then
 */
void *arena_grow(struct arena *arena, void *list, size_t count, size_t *capacity, size_t first,
                 size_t size);

/**
 * The same for a list from malloc(), which the caller frees; new elements are not zeroed.
 *
 * On failure @list is still valid and still the caller's.
 */
void *heap_grow(void *list, size_t count, size_t *capacity, size_t first, size_t size);

/** Release everything taken so far, but keep the largest chunk for later allocations. */
void arena_reset(struct arena *arena);

/** Free everything. The arena is empty again and may be used again. */
void arena_free(struct arena *arena);

/** Take @count zeroed elements of @type. */
#define ARENA_ARRAY(arena, type, count) ((type *)arena_array((arena), (count), sizeof(type)))

/** Take one zeroed @type. */
#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))

#endif
