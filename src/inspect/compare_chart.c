/* SPDX-License-Identifier: MIT */
#include "inspect/compare.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/table.h"

/** A joined chart on its way. */
struct joining {
    struct arena *arena;
    struct compare_side *to;
    struct armeld_crate *crates;
    const char **names; /* of the crates */
    struct table table; /* of these */
};

/** The number of the crate with a name, new or known; TABLE_NONE when memory is short. */
static uint32_t crate_named(struct joining *j, const char *name)
{
    struct span key = span_of(name);
    uint64_t hash = table_hash(key, 0);
    uint32_t found = table_find(&j->table, hash, table_equal_text, j->names, &key);
    if (found != TABLE_NONE) {
        return found;
    }
    found = (uint32_t)j->to->report.crate_count++;
    j->names[found] = arena_printf(j->arena, "%s", name);
    j->crates[found].name = j->names[found];
    return j->names[found] && table_add(&j->table, hash, found) ? found : TABLE_NONE;
}

/** Add the crates of a set, and say which they became. */
static bool add_crates(struct joining *j, const struct compare_side *from, bool after,
                       uint32_t *became)
{
    for (size_t i = 0; i < from->report.crate_count; i++) {
        const struct armeld_crate *crate = &from->report.crates[i];
        became[i] = crate_named(j, crate->name);
        if (became[i] == TABLE_NONE) {
            return false;
        }
        struct armeld_crate *to = &j->crates[became[i]];
        *(after ? &to->bytes : &to->bytes_before) += crate->bytes_before;
        to->libraries = crate->libraries > to->libraries ? crate->libraries : to->libraries;
        to->members = crate->members > to->members ? crate->members : to->members;
        for (size_t k = 0; k < ARMELD_BYTES_KINDS; k++) {
            (after ? to->kinds : to->kinds_before)[k] += crate->kinds_before[k];
        }
    }
    return true;
}

/** Put bytes on the side of the set that has them. */
static void take_side(struct chart_kinds *before, struct chart_kinds *after, bool is_after)
{
    *(is_after ? after : before) = *before;
    memset(is_after ? before : after, 0, sizeof *before);
}

/** Take over the rests of an archive, whose crates have other numbers now. */
static bool add_rests(struct joining *j, const struct chart_archive *from, bool after,
                      const uint32_t *became, struct chart_archive *to)
{
    to->rest = ARENA_ARRAY(j->arena, struct chart_rest, from->rest_count + 1);
    to->rest_count = from->rest_count;
    for (size_t i = 0; to->rest && i < from->rest_count; i++) {
        struct chart_rest *rest = &to->rest[i];
        *rest = from->rest[i];
        rest->crate = rest->crate == CHART_NO_CRATE ? CHART_NO_CRATE : became[rest->crate];
        take_side(&rest->before, &rest->after, after);
    }
    return to->rest != NULL;
}

static bool add_archives(struct joining *j, const struct compare_side *from, bool after,
                         const uint32_t *became, size_t first)
{
    for (size_t i = 0; i < from->map.archive_count; i++) {
        const struct chart_archive *archive = &from->map.archives[i];
        struct chart_archive *to = &j->to->map.archives[j->to->map.archive_count++];
        uint32_t *list = ARENA_ARRAY(j->arena, uint32_t, archive->before_count + 1);
        for (size_t k = 0; list && k < archive->before_count; k++) {
            list[k] = archive->before[k] + (uint32_t)first;
        }
        const char *name = i < from->set->library_count
                               ? compare_name(&from->set->libraries[i], j->arena)
                               : path_base(archive->path);
        to->path = name ? arena_printf(j->arena, "%s", name) : NULL;
        *(after ? &to->after : &to->before) = list;
        *(after ? &to->after_count : &to->before_count) = archive->before_count;
        *(after ? &to->overhead : &to->overhead_before) = archive->overhead_before;
        if (!list || !to->path || !add_rests(j, archive, after, became, to)) {
            return false;
        }
    }
    return true;
}

static bool add_side(struct joining *j, const struct compare_side *from, bool after)
{
    struct chart_map *map = &j->to->map;
    size_t first = map->member_count;
    uint32_t *became = ARENA_ARRAY(j->arena, uint32_t, from->report.crate_count + 1);
    if (!became || !add_crates(j, from, after, became)) {
        return false;
    }
    for (size_t i = 0; i < from->map.member_count; i++) {
        struct chart_member *member = &map->members[map->member_count++];
        *member = from->map.members[i];
        member->crate = became[member->crate];
        take_side(&member->before, &member->after, after);
    }
    return add_archives(j, from, after, became, first);
}

/** Rows of the crates' bytes in one set: those that are in it. */
static bool make_rows(const struct compare_side *from, struct arena *arena,
                      struct armeld_report *report)
{
    struct armeld_row *rows = ARENA_ARRAY(arena, struct armeld_row, from->report.crate_count + 1);
    for (size_t i = 0; rows && i < from->report.crate_count; i++) {
        rows[i].name = from->report.crates[i].name;
        rows[i].bytes = from->report.crates[i].bytes_before;
    }
    report->rows = rows;
    report->row_count = from->report.crate_count;
    return rows != NULL;
}

static int by_bytes(const void *a, const void *b)
{
    const struct armeld_crate *first = *(struct armeld_crate *const *)a;
    const struct armeld_crate *second = *(struct armeld_crate *const *)b;
    uint64_t one = first->bytes_before + first->bytes;
    uint64_t other = second->bytes_before + second->bytes;
    return one != other ? (one > other ? -1 : 1) : strcmp(first->name, second->name);
}

/** Largest first: members name their crates by the places that these have then. */
static bool sort_crates(struct joining *j)
{
    size_t count = j->to->report.crate_count;
    struct armeld_crate **order = ARENA_ARRAY(j->arena, struct armeld_crate *, count + 1);
    struct armeld_crate *sorted = ARENA_ARRAY(j->arena, struct armeld_crate, count + 1);
    size_t *place = ARENA_ARRAY(j->arena, size_t, count + 1);
    if (!order || !sorted || !place) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        order[i] = &j->crates[i];
    }
    if (count) {
        qsort(order, count, sizeof *order, by_bytes);
    }
    for (size_t i = 0; i < count; i++) {
        sorted[i] = *order[i];
        place[order[i] - j->crates] = i;
    }
    struct chart_map *map = &j->to->map;
    for (size_t i = 0; i < map->member_count; i++) {
        map->members[i].crate = place[map->members[i].crate];
    }
    for (size_t i = 0; i < map->archive_count; i++) {
        for (size_t k = 0; k < map->archives[i].rest_count; k++) {
            struct chart_rest *rest = &map->archives[i].rest[k];
            rest->crate = rest->crate == CHART_NO_CRATE ? CHART_NO_CRATE : place[rest->crate];
        }
    }
    j->to->report.crates = sorted;
    return true;
}

bool compare_charts(const struct compare_side *before, const struct compare_side *after,
                    struct arena *arena, struct compare_side *joined)
{
    struct joining j = {.arena = arena, .to = joined};
    struct armeld_report old = {0};
    size_t crates = before->report.crate_count + after->report.crate_count + 1;
    size_t members = before->map.member_count + after->map.member_count + 1;
    size_t archives = before->map.archive_count + after->map.archive_count + 1;
    *joined = (struct compare_side){0};
    j.crates = ARENA_ARRAY(arena, struct armeld_crate, crates);
    j.names = ARENA_ARRAY(arena, const char *, crates);
    joined->map.members = ARENA_ARRAY(arena, struct chart_member, members);
    joined->map.archives = ARENA_ARRAY(arena, struct chart_archive, archives);
    bool done = j.crates && j.names && joined->map.members && joined->map.archives &&
                add_side(&j, before, false) && add_side(&j, after, true) && sort_crates(&j) &&
                make_rows(before, arena, &old) && make_rows(after, arena, &joined->report) &&
                compare_rows(&(struct compare_set){.report = &old},
                             &(struct compare_set){.report = &joined->report}, arena,
                             &joined->report);
    table_free(&j.table);
    return done;
}
