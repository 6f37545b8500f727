/* SPDX-License-Identifier: MIT */
#include "inspect/chart_origins.h"

#include "base/table.h"
#include "inspect/inspect.h"

static bool same_part(const void *context, uint32_t number, const void *key)
{
    const struct chart_part *part = &((const struct chart_part *)context)[number];
    const struct chart_part *other = key;
    return span_equal(part->crate, other->crate) && span_equal(part->member, other->member);
}

/** The part that an origin belongs to, new or known; NULL when memory is short. */
static struct chart_part *part_of(struct chart_parts *parts, size_t *capacity,
                                  struct table *table, const struct chart_part *named,
                                  struct arena *arena)
{
    uint64_t hash = table_hash(named->member, table_hash(named->crate, 0));
    uint32_t found = table_find(table, hash, same_part, parts->list, named);
    if (found != TABLE_NONE) {
        return &parts->list[found];
    }
    struct chart_part *list =
        arena_grow(arena, parts->list, parts->count, capacity, 64, sizeof *list);
    if (!list) {
        return NULL;
    }
    parts->list = list;
    struct chart_part *part = &list[parts->count];
    *part = (struct chart_part){.crate = arena_copy(arena, named->crate),
                                .member = arena_copy(arena, named->member)};
    return part->crate.data && part->member.data &&
                   table_add(table, hash, (uint32_t)parts->count++)
               ? part
               : NULL;
}

bool chart_origins(struct span data, struct span name, struct arena *arena,
                   struct chart_parts *parts)
{
    struct arena scratch = {0};
    struct table table = {0};
    struct image_origin *list;
    size_t count;
    size_t capacity = 0;
    bool done = image_origins(data, &scratch, &list, &count);
    for (size_t i = 0; done && i < count; i++) {
        struct span member = list[i].member;
        struct chart_part named = {.crate = inspect_origin_crate(&list[i]),
                                   .member = member.size ? member : name};
        struct chart_part *part = part_of(parts, &capacity, &table, &named, arena);
        done = part != NULL;
        if (done) {
            part->kinds.known = true;
            part->kinds.bytes[list[i].kind] += list[i].size;
        }
    }
    table_free(&table);
    arena_free(&scratch);
    return done;
}
