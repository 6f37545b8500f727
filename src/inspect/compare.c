/* SPDX-License-Identifier: MIT */
#include "inspect/compare.h"

#include <stdlib.h>

#include "base/path.h"
#include "base/table.h"

const char *compare_name(const struct library *library, struct arena *arena)
{
    size_t root = xcframework_root(library->name);
    const char *folder = root ? arena_printf(arena, "%.*s", (int)root, library->name) : NULL;
    return !root  ? path_base(library->name)
           : folder ? library->name + (path_base(folder) - folder)
                    : NULL;
}

struct comparing {
    struct armeld_change *list;
    size_t count;
    struct table table;
    const struct set *set; /* the one whose rows are added; NULL: rows are no libraries */
    struct table paths;    /* of its libraries */
    struct arena *arena;
};

static bool same_path(const void *context, uint32_t number, const void *key)
{
    return strcmp(((const struct set *)context)->libraries[number].path, key) == 0;
}

static bool list_paths(struct comparing *c, const struct set *set)
{
    bool done = true;
    table_free(&c->paths);
    c->paths = (struct table){0};
    c->set = set;
    for (size_t i = 0; set && done && i < set->library_count; i++) {
        const char *path = set->libraries[i].path;
        done = table_add(&c->paths, table_hash(span_of(path), 0), (uint32_t)i);
    }
    return done;
}

/** What a row is compared by: of a library, not where it is. */
static const char *name_row(struct comparing *c, const char *name)
{
    uint32_t found = c->set ? table_find(&c->paths, table_hash(span_of(name), 0), same_path, c->set,
                                         name)
                            : TABLE_NONE;
    return found == TABLE_NONE ? name : compare_name(&c->set->libraries[found], c->arena);
}

static bool same_name(const void *context, uint32_t number, const void *key)
{
    return strcmp(((const struct comparing *)context)->list[number].name, key) == 0;
}

/** The change with a name, new or known; NULL when memory is short. */
static struct armeld_change *change_named(struct comparing *c, const char *name)
{
    name = name_row(c, name);
    if (!name) {
        return NULL;
    }
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

bool compare_rows(const struct compare_set *before, const struct compare_set *after,
                  struct arena *arena, struct armeld_report *report)
{
    struct comparing c = {.arena = arena};
    size_t most = before->report->row_count + after->report->row_count;
    c.list = ARENA_ARRAY(arena, struct armeld_change, most);
    bool done = c.list && list_paths(&c, before->set) && add_rows(&c, before->report, false) &&
                list_paths(&c, after->set) && add_rows(&c, after->report, true);
    table_free(&c.table);
    table_free(&c.paths);
    if (done && c.count) {
        qsort(c.list, c.count, sizeof *c.list, by_change);
    }
    report->changes = c.list;
    report->change_count = c.count;
    report->compared_bytes = before->report->total.bytes;
    return done;
}
