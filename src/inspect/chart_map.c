/* SPDX-License-Identifier: MIT */
#include "inspect/chart_map.h"

#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "inspect/chart_origins.h"
#include "obj/rcgu.h"

enum { MOST_MEMBERS = 5000, MOST_RESTS = 2000, NOT_LISTED = -1 };

/** A member's contents under one name, or a part of an image; many libraries may have it. */
struct entry {
    struct span label;
    uint32_t leader;
    uint32_t crate; /* its number */
    const struct chart_kinds *before;
    const struct chart_kinds *after;
    uint64_t bytes;
    size_t number;  /* for the order of those of one size */
    int32_t listed; /* its index in the map, or NOT_LISTED */
};

struct mapping {
    const struct chart_sources *from;
    struct arena *arena;
    struct chart_map *map;
    struct arena scratch;
    struct entry *entries;
    size_t count;
    uint32_t *entry_of; /* by member; of an image the first of its parts */
    uint32_t *parts_at; /* by leader of an image: that entry + 1 */
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

static uint64_t sum_kinds(const struct chart_kinds *kinds)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < ARMELD_BYTES_ARCHIVE; i++) {
        sum += kinds->bytes[i];
    }
    return sum;
}

/** The parts of an image; NULL: the member is none. */
static const struct chart_parts *parts_of(const struct mapping *m, uint32_t member)
{
    const struct census *census = m->from->census;
    bool image = set_library_of(census->set, member)->is_image;
    return image ? &m->from->parts[census->leader_of[member]] : NULL;
}

/** How many entries a library needs at most. */
static size_t count_entries(const struct mapping *m, const struct library *library)
{
    size_t count = library->archive.member_count;
    for (uint32_t i = 0; library->is_image && i < library->archive.member_count; i++) {
        count += parts_of(m, library->first + i)->count;
    }
    return count;
}

/** Room for the entries of all libraries. */
static bool make_entries(struct mapping *m)
{
    const struct set *set = m->from->census->set;
    size_t most = 0;
    for (size_t i = 0; i < set->library_count; i++) {
        most += count_entries(m, &set->libraries[i]);
    }
    m->entries = ARENA_ARRAY(&m->scratch, struct entry, most + 1);
    m->entry_of = ARENA_ARRAY(&m->scratch, uint32_t, set->member_count + 1);
    m->parts_at = ARENA_ARRAY(&m->scratch, uint32_t, set->member_count + 1);
    return m->entries && m->entry_of && m->parts_at;
}

/** An entry for each part of an image; images with equal bytes share them. */
static void add_parts(struct mapping *m, uint32_t member, const struct chart_parts *parts)
{
    uint32_t leader = m->from->census->leader_of[member];
    if (!m->parts_at[leader]) {
        m->parts_at[leader] = (uint32_t)m->count + 1;
        for (size_t i = 0; i < parts->count; i++) {
            const struct chart_part *part = &parts->list[i];
            m->entries[m->count] = (struct entry){.label = part->member,
                                                  .leader = leader,
                                                  .crate = part->number,
                                                  .before = &part->kinds,
                                                  .after = &part->kinds,
                                                  .bytes = sum_kinds(&part->kinds),
                                                  .number = m->count,
                                                  .listed = NOT_LISTED};
            m->count++;
        }
    }
    m->entry_of[member] = m->parts_at[leader] - 1;
}

/** Members with one name and equal contents are one entry. */
static bool find_entries(struct mapping *m)
{
    const struct census *census = m->from->census;
    for (uint32_t i = 0; i < census->set->member_count; i++) {
        struct rcgu_name name;
        const struct chart_parts *parts = parts_of(m, i);
        if (parts) {
            add_parts(m, i, parts);
            continue;
        }
        rcgu_parse(set_member(census->set, i)->name, &name);
        struct entry entry = {.label = name.label,
                              .leader = census->leader_of[i],
                              .crate = m->from->crates[i],
                              .before = &m->from->before[census->leader_of[i]],
                              .after = &m->from->after[census->leader_of[i]],
                              .bytes = content(m, i).size,
                              .number = m->count,
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
    return (first->number > second->number) - (first->number < second->number);
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
        member->crate = m->from->ranks[entry->crate];
        member->before = *entry->before;
        member->after = *entry->after;
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

/** Count an entry in an archive: as one of the list, or with the rest of its crate. */
static void add_entry(struct mapping *m, struct chart_archive *archive, const struct entry *entry,
                      bool before, bool after)
{
    struct chart_rest *rest = &m->rests[entry->crate];
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
        add_kinds(&rest->before, entry->before);
    }
    if (after) {
        add_kinds(&rest->after, entry->after);
    }
}

/** Count a member of an archive in it, or all parts of an image. */
static void add_member(struct mapping *m, struct chart_archive *archive, uint32_t member,
                       bool before, bool after)
{
    const struct chart_parts *parts = parts_of(m, member);
    size_t count = parts ? parts->count : 1;
    for (size_t i = 0; i < count; i++) {
        add_entry(m, archive, &m->entries[m->entry_of[member] + i], before, after);
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
    if (!begin_archive(m, archive, count_entries(m, library))) {
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
    m.rests = ARENA_ARRAY(&m.scratch, struct chart_rest, sources->crate_count + 1);
    bool done = map->archives && m.rests && make_entries(&m) && find_entries(&m) &&
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
