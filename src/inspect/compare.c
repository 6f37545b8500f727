/* SPDX-License-Identifier: MIT */
#include "inspect/compare.h"

#include <stdlib.h>

#include "base/path.h"
#include "base/table.h"

struct comparing {
    struct change *list;
    size_t count;
    struct table table;
    bool base_names;
};

static bool same_name(const void *context, uint32_t number, const void *key)
{
    return strcmp(((const struct comparing *)context)->list[number].name, key) == 0;
}

static struct change *change_named(struct comparing *c, const char *name)
{
    name = c->base_names ? path_base(name) : name;
    uint64_t hash = table_hash(span_of(name), 0);
    uint32_t found = table_find(&c->table, hash, same_name, c, name);
    if (found == TABLE_NONE) {
        found = (uint32_t)c->count++;
        c->list[found] = (struct change){.name = name};
        if (!table_add(&c->table, hash, found)) {
            return NULL;
        }
    }
    return &c->list[found];
}

static uint64_t distance(const struct change *change)
{
    return change->before < change->after ? change->after - change->before
                                          : change->before - change->after;
}

/** Largest changes first, then by name. */
static int by_change(const void *a, const void *b)
{
    uint64_t first = distance(a);
    uint64_t second = distance(b);
    if (first != second) {
        return first > second ? -1 : 1;
    }
    return strcmp(((const struct change *)a)->name, ((const struct change *)b)->name);
}

bool compare_rows(const struct armeld_report *before, const struct armeld_report *after,
                  enum armeld_by by, struct arena *arena, struct change **list, size_t *count)
{
    struct comparing c = {.base_names = by == ARMELD_BY_LIBRARY};
    bool done = true;
    c.list = ARENA_ARRAY(arena, struct change, before->row_count + after->row_count);
    for (size_t i = 0; c.list && done && i < before->row_count; i++) {
        struct change *change = change_named(&c, before->rows[i].name);
        done = change != NULL;
        if (done) {
            change->before += before->rows[i].bytes;
            change->was = true;
        }
    }
    for (size_t i = 0; c.list && done && i < after->row_count; i++) {
        struct change *change = change_named(&c, after->rows[i].name);
        done = change != NULL;
        if (done) {
            change->after += after->rows[i].bytes;
            change->is = true;
        }
    }
    table_free(&c.table);
    if (c.count) {
        qsort(c.list, c.count, sizeof *c.list, by_change);
    }
    *list = c.list;
    *count = c.count;
    return c.list && done;
}
