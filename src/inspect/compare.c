/* SPDX-License-Identifier: MIT */
#include "inspect/compare.h"

#include <stdlib.h>

#include "base/path.h"
#include "base/table.h"

struct comparing {
    struct armeld_change *list;
    size_t count;
    struct table table;
    bool base_names;
    struct arena *arena;
};

static bool same_name(const void *context, uint32_t number, const void *key)
{
    return strcmp(((const struct comparing *)context)->list[number].name, key) == 0;
}

/** The change with a name, new or known; NULL when memory is short. */
static struct armeld_change *change_named(struct comparing *c, const char *name)
{
    name = c->base_names ? path_base(name) : name;
    uint64_t hash = table_hash(span_of(name), 0);
    uint32_t found = table_find(&c->table, hash, same_name, c, name);
    if (found == TABLE_NONE) {
        found = (uint32_t)c->count++;
        c->list[found] = (struct armeld_change){.name = arena_printf(c->arena, "%s", name)};
        if (!c->list[found].name || !table_add(&c->table, hash, found)) {
            return NULL;
        }
    }
    return &c->list[found];
}

static uint64_t distance(const struct armeld_change *change)
{
    return change->bytes_before < change->bytes ? change->bytes - change->bytes_before
                                          : change->bytes_before - change->bytes;
}

/** Largest changes first, then by name. */
static int by_change(const void *a, const void *b)
{
    uint64_t first = distance(a);
    uint64_t second = distance(b);
    if (first != second) {
        return first > second ? -1 : 1;
    }
    return strcmp(((const struct armeld_change *)a)->name, ((const struct armeld_change *)b)->name);
}

static bool add_rows(struct comparing *c, const struct armeld_report *report, bool after)
{
    for (size_t i = 0; i < report->row_count; i++) {
        struct armeld_change *change = change_named(c, report->rows[i].name);
        if (!change) {
            return false;
        }
        *(after ? &change->bytes : &change->bytes_before) += report->rows[i].bytes;
        *(after ? &change->in_after : &change->in_before) = true;
    }
    return true;
}

bool compare_rows(const struct armeld_report *before, enum armeld_by by, struct arena *arena,
                  struct armeld_report *after)
{
    struct comparing c = {.base_names = by == ARMELD_BY_LIBRARY, .arena = arena};
    c.list = ARENA_ARRAY(arena, struct armeld_change, before->row_count + after->row_count);
    bool done = c.list && add_rows(&c, before, false) && add_rows(&c, after, true);
    table_free(&c.table);
    if (done && c.count) {
        qsort(c.list, c.count, sizeof *c.list, by_change);
    }
    after->changes = c.list;
    after->change_count = c.count;
    after->compared_bytes = before->total.bytes;
    return done;
}
