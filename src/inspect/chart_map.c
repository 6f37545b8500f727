/* SPDX-License-Identifier: MIT */
#include "inspect/chart_map.h"

#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "image/image.h"
#include "obj/rcgu.h"

enum { MOST_MEMBERS = 5000, MOST_RESTS = 2000, NOT_LISTED = -1 };

/** A member's contents under one name; many libraries may have it. */
struct entry {
    struct span label;
    uint32_t leader;
    uint32_t first; /* the first member that is it */
    uint64_t bytes;
    int32_t listed; /* its index in the map, or NOT_LISTED */
};

struct mapping {
    const struct chart_sources *from;
    struct arena *arena;
    struct chart_map *map;
    struct arena scratch;
    struct entry *entries;
    size_t count;
    uint32_t *entry_of; /* by member */
    struct table table; /* of entries */
    struct chart_rest *rests; /* of one archive, by number of the crate */
};

static struct span content(const struct mapping *m, uint32_t member)
{
    return member_content(m->from->census->set, member);
}

static bool same_entry(const void *context, uint32_t number, const void *key)
{
    const struct mapping *m = context;
    const struct entry *entry = key;
    return m->entries[number].leader == entry->leader &&
           span_equal(m->entries[number].label, entry->label);
}

/** Members with one name and equal contents are one entry. */
static bool find_entries(struct mapping *m)
{
    const struct census *census = m->from->census;
    for (uint32_t i = 0; i < census->set->member_count; i++) {
        struct rcgu_name name;
        rcgu_parse(set_member(census->set, i)->name, &name);
        struct entry entry = {.label = name.label,
                              .leader = census->leader_of[i],
                              .first = i,
                              .bytes = content(m, i).size,
                              .listed = NOT_LISTED};
        uint64_t hash = table_hash(entry.label, entry.leader);
        uint32_t found = table_find(&m->table, hash, same_entry, m, &entry);
        if (found == TABLE_NONE) {
            found = (uint32_t)m->count;
            m->entries[m->count++] = entry;
            if (!table_add(&m->table, hash, found)) {
                return false;
            }
        }
        m->entry_of[i] = found;
    }
    return true;
}

static int by_bytes(const void *a, const void *b)
{
    const struct entry *first = *(struct entry *const *)a;
    const struct entry *second = *(struct entry *const *)b;
    if (first->bytes != second->bytes) {
        return first->bytes > second->bytes ? -1 : 1;
    }
    return (first->first > second->first) - (first->first < second->first);
}

/** List the largest entries, in the order in which they come. */
static bool list_members(struct mapping *m)
{
    struct entry **order = ARENA_ARRAY(&m->scratch, struct entry *, m->count + 1);
    size_t most = m->count < MOST_MEMBERS ? m->count : MOST_MEMBERS;
    m->map->members = ARENA_ARRAY(m->arena, struct chart_member, most + 1);
    if (!order || !m->map->members) {
        return false;
    }
    for (size_t i = 0; i < m->count; i++) {
        order[i] = &m->entries[i];
    }
    qsort(order, m->count, sizeof(struct entry *), by_bytes);
    for (size_t i = 0; i < most; i++) {
        order[i]->listed = 0;
    }
    for (size_t i = 0; i < m->count; i++) {
        struct entry *entry = &m->entries[i];
        if (entry->listed == NOT_LISTED) {
            continue;
        }
        struct chart_member *member = &m->map->members[m->map->member_count];
        entry->listed = (int32_t)m->map->member_count++;
        member->name = (const char *)arena_copy(m->arena, entry->label).data;
        member->crate = m->from->ranks[m->from->crates[entry->first]];
        member->before = m->from->before[entry->leader];
        member->after = m->from->after[entry->leader];
        if (!member->name) {
            return false;
        }
    }
    return true;
}

static void add_kinds(struct chart_kinds *to, const struct chart_kinds *from)
{
    for (size_t i = 0; i < ARMELD_BYTES_ARCHIVE; i++) {
        to->bytes[i] += from->bytes[i];
    }
}

static uint64_t sum_kinds(const struct chart_kinds *kinds)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < ARMELD_BYTES_ARCHIVE; i++) {
        sum += kinds->bytes[i];
    }
    return sum;
}

/** Count a member of an archive in it: as one of the list, or with the rest of its crate. */
static void add_member(struct mapping *m, struct chart_archive *archive, uint32_t member,
                       bool before, bool after)
{
    const struct entry *entry = &m->entries[m->entry_of[member]];
    struct chart_rest *rest = &m->rests[m->from->crates[member]];
    if (entry->listed != NOT_LISTED) {
        if (before) {
            archive->before[archive->before_count++] = (uint32_t)entry->listed;
        }
        if (after) {
            archive->after[archive->after_count++] = (uint32_t)entry->listed;
        }
        return;
    }
    rest->members++;
    if (before) {
        add_kinds(&rest->before, &m->from->before[entry->leader]);
    }
    if (after) {
        add_kinds(&rest->after, &m->from->after[entry->leader]);
    }
}

static int by_rest(const void *a, const void *b)
{
    const struct chart_rest *first = a;
    const struct chart_rest *second = b;
    uint64_t one = sum_kinds(&first->before) + sum_kinds(&first->after);
    uint64_t other = sum_kinds(&second->before) + sum_kinds(&second->after);
    if (one != other) {
        return one > other ? -1 : 1;
    }
    return (first->crate > second->crate) - (first->crate < second->crate);
}

/** Take over the rests of an archive, the largest; what is behind them becomes one. */
static bool take_rests(struct mapping *m, struct chart_archive *archive)
{
    size_t count = 0;
    size_t most = MOST_RESTS / m->map->archive_count + 1;
    for (size_t i = 0; i < m->from->crate_count; i++) {
        struct chart_rest rest = m->rests[i];
        if (rest.members) {
            rest.crate = m->from->ranks[i];
            m->rests[i] = (struct chart_rest){0};
            m->rests[count++] = rest;
        }
    }
    if (count) {
        qsort(m->rests, count, sizeof *m->rests, by_rest);
    }
    for (size_t i = most + 1; i < count; i++) {
        struct chart_rest *last = &m->rests[most];
        last->crate = CHART_NO_CRATE;
        last->members += m->rests[i].members;
        add_kinds(&last->before, &m->rests[i].before);
        add_kinds(&last->after, &m->rests[i].after);
    }
    archive->rest_count = count > most + 1 ? most + 1 : count;
    archive->rest = ARENA_ARRAY(m->arena, struct chart_rest, archive->rest_count + 2);
    if (archive->rest && archive->rest_count) {
        memcpy(archive->rest, m->rests, archive->rest_count * sizeof *archive->rest);
    }
    memset(m->rests, 0, (count + 1) * sizeof *m->rests);
    return archive->rest != NULL;
}

/** What is written of a prelinked archive: objects of all crates. */
static bool add_prelinked(struct mapping *m, struct chart_archive *archive,
                          const struct output *output)
{
    struct chart_rest *rest = &archive->rest[archive->rest_count];
    *rest = (struct chart_rest){.crate = m->from->prelinked, .members = output_members(output)};
    for (size_t i = 0; i < rest->members; i++) {
        struct byte_range *ranges;
        size_t count;
        if (!image_byte_map(output->items[i].data, &m->scratch, &ranges, &count)) {
            return false;
        }
        for (size_t j = 0; j < count; j++) {
            rest->after.bytes[ranges[j].kind] += ranges[j].size;
        }
    }
    archive->rest_count += rest->members != 0;
    return true;
}

/** What the archive has beside the bytes of its members. */
static void count_overhead(const struct mapping *m, struct chart_archive *archive,
                           uint64_t before, uint64_t after)
{
    archive->overhead_before = before;
    archive->overhead = after;
    for (size_t i = 0; i < archive->before_count; i++) {
        archive->overhead_before -= sum_kinds(&m->map->members[archive->before[i]].before);
    }
    for (size_t i = 0; i < archive->after_count; i++) {
        archive->overhead -= sum_kinds(&m->map->members[archive->after[i]].after);
    }
    for (size_t i = 0; i < archive->rest_count; i++) {
        archive->overhead_before -= sum_kinds(&archive->rest[i].before);
        archive->overhead -= sum_kinds(&archive->rest[i].after);
    }
}

static bool begin_archive(struct mapping *m, struct chart_archive *archive, size_t members)
{
    archive->before = ARENA_ARRAY(m->arena, uint32_t, members + 1);
    archive->after = ARENA_ARRAY(m->arena, uint32_t, members + 1);
    return archive->before && archive->after;
}

static bool add_library(struct mapping *m, uint32_t number)
{
    const struct chart_sources *from = m->from;
    const struct library *library = &from->census->set->libraries[number];
    struct chart_archive *archive = &m->map->archives[number];
    uint64_t written = library->bytes.size;
    bool dropped = from->plan && from->outputs->one_archive;
    if (!begin_archive(m, archive, library->archive.member_count)) {
        return false;
    }
    archive->path = arena_printf(m->arena, "%s", library->path);
    for (uint32_t i = 0; i < library->archive.member_count; i++) {
        bool stays = !from->plan || plan_stays(from->plan, from->census, library->first + i);
        add_member(m, archive, library->first + i, true, stays && !dropped);
    }
    bool done = archive->path && take_rests(m, archive);
    if (done && from->plan) {
        const struct output *output = outputs_library(from->outputs, number);
        written = dropped ? 0 : output_size(output);
        done = from->prelinked == CHART_NO_CRATE || dropped || add_prelinked(m, archive, output);
    }
    if (done) {
        count_overhead(m, archive, library->bytes.size, written);
    }
    return done;
}

static bool add_workspace(struct mapping *m, size_t number, const char *path)
{
    const struct chart_sources *from = m->from;
    size_t at = from->census->set->library_count + number;
    struct chart_archive *archive = &m->map->archives[at];
    const struct output *output = &from->outputs->list[number];
    const struct plan_part *part = &from->plan->parts[number];
    if (!begin_archive(m, archive, part->workspace_count)) {
        return false;
    }
    archive->path = path;
    archive->workspace = true;
    for (size_t i = 0; i < part->workspace_count; i++) {
        add_member(m, archive, part->workspace[i], false, true);
    }
    bool done = take_rests(m, archive) && (from->prelinked == CHART_NO_CRATE ||
                                           add_prelinked(m, archive, output));
    if (done) {
        count_overhead(m, archive, 0, output_size(output));
    }
    return done;
}

bool chart_map_fill(const struct chart_sources *sources, struct arena *arena,
                    const struct armeld_report *report, struct chart_map *map)
{
    const struct set *set = sources->census->set;
    struct mapping m = {.from = sources, .arena = arena, .map = map};
    size_t workspaces = sources->plan ? sources->outputs->workspaces : 0;
    *map = (struct chart_map){.archive_count = set->library_count + workspaces};
    map->archives = ARENA_ARRAY(arena, struct chart_archive, map->archive_count + 1);
    m.entries = ARENA_ARRAY(&m.scratch, struct entry, set->member_count + 1);
    m.entry_of = ARENA_ARRAY(&m.scratch, uint32_t, set->member_count + 1);
    m.rests = ARENA_ARRAY(&m.scratch, struct chart_rest, sources->crate_count + 1);
    bool done = map->archives && m.entries && m.entry_of && m.rests && find_entries(&m) &&
                list_members(&m);
    for (uint32_t i = 0; done && i < set->library_count; i++) {
        done = add_library(&m, i);
    }
    for (size_t i = 0; done && i < workspaces; i++) {
        done = add_workspace(&m, i, report->workspaces[i].path);
    }
    table_free(&m.table);
    arena_free(&m.scratch);
    return done;
}
