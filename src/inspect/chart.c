/* SPDX-License-Identifier: MIT */
#include "inspect/chart.h"

#include <stdlib.h>

#include "base/table.h"
#include "inspect/chart_origins.h"
#include "inspect/inspect.h"

/** A crate being summed up. */
struct draft {
    struct span name;
    struct armeld_crate crate;
    uint32_t last_library; /* number + 1 of the last one that was seen to have some */
    size_t cell;           /* of that library */
};

struct charting {
    const struct census *census;
    const struct plan *plan;
    const struct shrunk *shrunk;
    const struct outputs *outputs;
    struct arena scratch; /* of one member at a time */
    struct arena names;   /* of the parts of images */
    struct chart_kinds *kinds; /* by leader */
    struct chart_kinds *kinds_after; /* the same of what is written of it */
    struct chart_parts *parts; /* of images, by leader */
    struct chart_kinds images; /* the sum of these */
    struct draft *drafts;
    size_t draft_count;
    size_t draft_capacity;
    struct armeld_cell *cells; /* crates by the number of their draft */
    size_t cell_count;
    size_t cell_capacity;
    struct table table; /* of drafts by name */
    uint32_t *draft_of; /* by member */
    size_t prelinked;   /* the draft of prelinked objects; or CHART_NO_CRATE */
};

static bool same_name(const void *context, uint32_t number, const void *key)
{
    const struct charting *c = context;
    return span_equal(c->drafts[number].name, *(const struct span *)key);
}

/** The draft of that name, which must stay where it is; TABLE_NONE when memory is short. */
static uint32_t draft_named(struct charting *c, struct span name)
{
    uint64_t hash = table_hash(name, 0);
    uint32_t found = table_find(&c->table, hash, same_name, c, &name);
    if (found != TABLE_NONE) {
        return found;
    }
    struct draft *drafts =
        heap_grow(c->drafts, c->draft_count, &c->draft_capacity, 256, sizeof *drafts);
    if (!drafts) {
        return TABLE_NONE;
    }
    c->drafts = drafts;
    c->drafts[c->draft_count] = (struct draft){.name = name};
    return table_add(&c->table, hash, (uint32_t)c->draft_count) ? (uint32_t)c->draft_count++
                                                                : TABLE_NONE;
}

/** The cell of a library and a crate; libraries come in their order. NULL when memory is short. */
static struct armeld_cell *cell_of(struct charting *c, uint32_t library, uint32_t number)
{
    struct draft *draft = &c->drafts[number];
    if (draft->last_library == library + 1) {
        return &c->cells[draft->cell];
    }
    struct armeld_cell *cells =
        heap_grow(c->cells, c->cell_count, &c->cell_capacity, 1024, sizeof *cells);
    if (!cells) {
        return NULL;
    }
    c->cells = cells;
    draft->last_library = library + 1;
    draft->cell = c->cell_count;
    draft->crate.libraries++;
    c->cells[c->cell_count] = (struct armeld_cell){.library = library, .crate = number};
    return &c->cells[c->cell_count++];
}

/** Which of the sums a member counts in. */
struct side {
    bool before;
    bool after;
};

static bool sum_up(struct charting *c, struct span bytes, struct chart_kinds *kinds)
{
    struct byte_range *ranges;
    size_t count;
    bool done = image_byte_map(bytes, &c->scratch, &ranges, &count);
    for (size_t i = 0; done && i < count; i++) {
        kinds->bytes[ranges[i].kind] += ranges[i].size;
    }
    kinds->known = true;
    arena_reset(&c->scratch);
    return done;
}

/** What is written of a member; of what is prelinked nothing is its own. */
static struct span bytes_after(const struct charting *c, uint32_t member)
{
    bool shrinks = c->plan && c->shrunk->asked;
    if (shrinks && (c->shrunk->prelinked || !shrunk_keeps(c->shrunk, c->census, member))) {
        return span_make(NULL, 0);
    }
    const struct shrunk_object *shrunk =
        shrinks ? shrunk_member(c->shrunk, c->census, member) : NULL;
    return shrunk ? shrunk->bytes : member_content(c->census->set, member);
}

/** Count a member's bytes; members with equal bytes are looked at once. */
static bool add_kinds(struct charting *c, uint32_t member, struct side side,
                      struct armeld_crate *crate)
{
    uint32_t leader = c->census->leader_of[member];
    struct chart_kinds *before = &c->kinds[leader];
    struct chart_kinds *after = &c->kinds_after[leader];
    if ((!before->known && !sum_up(c, member_content(c->census->set, member), before)) ||
        (!after->known && !sum_up(c, bytes_after(c, member), after))) {
        return false;
    }
    for (size_t i = 0; i < ARMELD_BYTES_ARCHIVE; i++) {
        crate->kinds_before[i] += side.before ? before->bytes[i] : 0;
        crate->kinds[i] += side.after ? after->bytes[i] : 0;
        crate->bytes_before += side.before ? before->bytes[i] : 0;
        crate->bytes += side.after ? after->bytes[i] : 0;
    }
    return true;
}

/** The one object of each archive, and what stays beside it. */
static bool add_prelinked(struct charting *c)
{
    if (!c->plan || !c->shrunk->prelinked) {
        return true;
    }
    uint32_t number = draft_named(c, span_of("[prelinked]"));
    struct chart_kinds kinds = {.known = false};
    if (number == TABLE_NONE) {
        return false;
    }
    struct armeld_crate *crate = &c->drafts[number].crate;
    c->prelinked = number;
    for (size_t i = 0; i < c->outputs->count; i++) {
        const struct output *output = &c->outputs->list[i];
        for (size_t j = 0; j < output_members(output); j++) {
            if (!sum_up(c, output->items[j].data, &kinds)) {
                return false;
            }
            crate->members++;
        }
    }
    for (size_t i = 0; i < ARMELD_BYTES_ARCHIVE; i++) {
        crate->kinds[i] += kinds.bytes[i];
        crate->bytes += kinds.bytes[i];
    }
    return true;
}

/** Count what an image has of one crate; it stays as it is. */
static bool add_part(struct charting *c, uint32_t library, struct chart_part *part)
{
    part->number = draft_named(c, part->crate);
    bool is_new = part->number != TABLE_NONE &&
                  c->drafts[part->number].last_library != library + 1;
    struct armeld_cell *cell =
        part->number == TABLE_NONE ? NULL : cell_of(c, library, part->number);
    if (!cell) {
        return false;
    }
    struct armeld_crate *crate = &c->drafts[part->number].crate;
    crate->members += is_new; /* the image is its library's only one */
    for (size_t i = 0; i < ARMELD_BYTES_ARCHIVE; i++) {
        uint64_t bytes = part->kinds.bytes[i];
        c->images.bytes[i] += bytes;
        crate->kinds_before[i] += bytes;
        crate->kinds[i] += bytes;
        crate->bytes_before += bytes;
        crate->bytes += bytes;
        cell->bytes += bytes;
    }
    return true;
}

/** Count an image by where its bytes came from. */
static bool add_image(struct charting *c, uint32_t member)
{
    const struct set *set = c->census->set;
    struct chart_parts *parts = &c->parts[c->census->leader_of[member]];
    bool done = parts->list || chart_origins(member_content(set, member),
                                             set_member(set, member)->name, &c->names, parts);
    for (size_t i = 0; done && i < parts->count; i++) {
        done = add_part(c, set->members[member].library, &parts->list[i]);
    }
    return done;
}

static bool add_member(struct charting *c, uint32_t member)
{
    uint32_t library = c->census->set->members[member].library;
    if (set_library_of(c->census->set, member)->is_image) {
        return add_image(c, member);
    }
    bool stays = !c->plan || plan_stays(c->plan, c->census, member);
    uint32_t number = draft_named(c, inspect_crate(c->census, member));
    struct armeld_cell *cell = number == TABLE_NONE ? NULL : cell_of(c, library, number);
    if (!cell) {
        return false;
    }
    uint64_t size = member_content(c->census->set, member).size;
    c->draft_of[member] = number;
    cell->bytes += size;
    cell->moved += stays ? 0 : size;
    c->drafts[number].crate.members++;
    bool written = stays && !(c->plan && c->outputs->one_archive); /* no library is, then */
    return add_kinds(c, member, (struct side){true, written}, &c->drafts[number].crate);
}

static bool add_workspace(struct charting *c, const struct plan_part *part)
{
    for (size_t i = 0; i < part->workspace_count; i++) {
        uint32_t member = part->workspace[i];
        uint32_t number = draft_named(c, inspect_crate(c->census, member));
        if (number == TABLE_NONE ||
            !add_kinds(c, member, (struct side){false, true}, &c->drafts[number].crate)) {
            return false;
        }
    }
    return true;
}

static bool add_workspaces(struct charting *c)
{
    bool done = true;
    for (uint32_t p = 0; c->plan && done && p < c->plan->part_count; p++) {
        done = add_workspace(c, &c->plan->parts[p]);
    }
    return done;
}

/** Whether a library is a shared object or a program: nothing but its only member. */
static bool is_bare(const struct set *set, const struct library *library)
{
    return library->is_image && library->archive.member_count == 1 &&
           member_content(set, library->first).size == library->bytes.size;
}

/** What is no member's: before, what is left of each file; after, what the report says. */
static bool add_overhead(struct charting *c, const struct armeld_report *report)
{
    uint32_t number = TABLE_NONE;
    for (uint32_t i = 0; i < c->census->set->library_count; i++) {
        const struct library *library = &c->census->set->libraries[i];
        if (is_bare(c->census->set, library)) {
            continue;
        }
        number = draft_named(c, span_of("[archive overhead]"));
        struct armeld_cell *cell = number == TABLE_NONE ? NULL : cell_of(c, i, number);
        if (!cell) {
            return false;
        }
        cell->bytes = library->bytes.size;
        for (uint32_t j = 0; j < library->archive.member_count; j++) {
            cell->bytes -= member_content(c->census->set, library->first + j).size;
        }
        c->drafts[number].crate.bytes_before += cell->bytes;
    }
    if (number == TABLE_NONE) {
        return true;
    }
    struct armeld_crate *crate = &c->drafts[number].crate;
    crate->bytes = c->plan ? report->account.bookkeeping : crate->bytes_before;
    crate->kinds_before[ARMELD_BYTES_ARCHIVE] = crate->bytes_before;
    crate->kinds[ARMELD_BYTES_ARCHIVE] = crate->bytes;
    return true;
}

/* ---- the report -------------------------------------------------------------------------- */

/** For sorting: a draft's number goes with it. */
struct ranked {
    const struct draft *draft;
    size_t number;
};

static int by_bytes(const void *a, const void *b)
{
    const struct draft *first = ((const struct ranked *)a)->draft;
    const struct draft *second = ((const struct ranked *)b)->draft;
    if (first->crate.bytes_before != second->crate.bytes_before) {
        return first->crate.bytes_before > second->crate.bytes_before ? -1 : 1;
    }
    return span_compare(first->name, second->name);
}

static int by_library(const void *a, const void *b)
{
    const struct armeld_cell *first = a;
    const struct armeld_cell *second = b;
    if (first->library != second->library) {
        return first->library < second->library ? -1 : 1;
    }
    return (first->crate > second->crate) - (first->crate < second->crate);
}

/** @rank[out] the place of each draft */
static bool report_chart(struct charting *c, struct arena *arena, size_t *rank,
                         struct armeld_report *report)
{
    struct ranked *ranked = ARENA_ARRAY(&c->scratch, struct ranked, c->draft_count);
    struct armeld_crate *crates = ARENA_ARRAY(arena, struct armeld_crate, c->draft_count);
    struct armeld_cell *cells = ARENA_ARRAY(arena, struct armeld_cell, c->cell_count);
    if (!ranked || !crates || !cells) {
        return false;
    }
    for (size_t i = 0; i < c->draft_count; i++) {
        ranked[i] = (struct ranked){&c->drafts[i], i};
    }
    qsort(ranked, c->draft_count, sizeof *ranked, by_bytes);
    for (size_t i = 0; i < c->draft_count; i++) {
        crates[i] = ranked[i].draft->crate;
        crates[i].name = (const char *)arena_copy(arena, ranked[i].draft->name).data;
        rank[ranked[i].number] = i;
        if (!crates[i].name) {
            return false;
        }
    }
    for (size_t i = 0; i < c->cell_count; i++) {
        cells[i] = c->cells[i];
        cells[i].crate = rank[cells[i].crate];
    }
    if (c->cell_count) {
        qsort(cells, c->cell_count, sizeof *cells, by_library);
    }
    report->crates = crates;
    report->crate_count = c->draft_count;
    report->cells = cells;
    report->cell_count = c->cell_count;
    return true;
}

/** Sort what was summed up, and divide it further. */
static bool finish(struct charting *c, struct arena *arena, struct armeld_report *report,
                   struct chart_map *map)
{
    size_t *rank = ARENA_ARRAY(&c->scratch, size_t, c->draft_count);
    if (!rank || !report_chart(c, arena, rank, report)) {
        return false;
    }
    struct chart_sources sources = {
        .census = c->census,
        .plan = c->plan,
        .outputs = c->outputs,
        .before = c->kinds,
        .after = c->kinds_after,
        .parts = c->parts,
        .crates = c->draft_of,
        .ranks = rank,
        .crate_count = c->draft_count,
        .prelinked = c->prelinked == CHART_NO_CRATE ? CHART_NO_CRATE : rank[c->prelinked],
    };
    bool done = !map || chart_map_fill(&sources, arena, report, map);
    if (map) {
        map->images = c->images;
    }
    return done;
}

bool chart_fill(const struct census *census, const struct plan *plan, const struct shrunk *shrunk,
                const struct outputs *outputs, struct arena *arena, struct armeld_report *report,
                struct chart_map *map, struct error *error)
{
    struct charting c = {.census = census,
                         .plan = plan,
                         .shrunk = shrunk,
                         .outputs = outputs,
                         .prelinked = CHART_NO_CRATE};
    c.kinds = calloc(census->set->member_count + 1, sizeof *c.kinds);
    c.kinds_after = calloc(census->set->member_count + 1, sizeof *c.kinds_after);
    c.parts = calloc(census->set->member_count + 1, sizeof *c.parts);
    c.draft_of = calloc(census->set->member_count + 1, sizeof *c.draft_of);
    bool done = c.kinds && c.kinds_after && c.parts && c.draft_of;
    for (uint32_t i = 0; done && i < census->set->member_count; i++) {
        done = add_member(&c, i);
    }
    done = done && add_workspaces(&c) && add_prelinked(&c) && add_overhead(&c, report) &&
           finish(&c, arena, report, map);
    free(c.kinds);
    free(c.kinds_after);
    free(c.parts);
    free(c.draft_of);
    free(c.drafts);
    free(c.cells);
    table_free(&c.table);
    arena_free(&c.scratch);
    arena_free(&c.names);
    return done || error_memory(error);
}
