/* SPDX-License-Identifier: MIT */
#include "inspect/inspect.h"

#include <stdlib.h>

#include "base/table.h"
#include "obj/rcgu.h"

_Static_assert((int)ARMELD_BYTES_CODE == (int)BYTES_CODE &&
                   (int)ARMELD_BYTES_BITCODE == (int)BYTES_BITCODE &&
                   (int)ARMELD_BYTES_HEADERS == (int)BYTES_HEADERS &&
                   (int)ARMELD_BYTES_ARCHIVE == (int)BYTES_KINDS,
               "armeld_bytes names the kinds of regions in their order, then what the archive has");

/** Rows of what no name tells the crate of. */
#define IMAGES "[shared objects, programs]"
#define NO_CRATE "[no crate: C and others]"

/** A row being summed up. */
struct sum {
    struct span name;
    struct armeld_row row;
    uint32_t part_of; /* leader + 1 of the last one that has a part of this row, */
    size_t part;      /* and the part's number */
    uint32_t last_library; /* number + 1 of the last one that was seen to have some */
    uint32_t last_member;
};

/** Bytes of one kind in a member's contents, and by ARMELD_BY_SECTION their row. */
struct part {
    uint64_t bytes;
    uint32_t row;
    uint32_t kind;
};

struct parts {
    struct part *list;
    size_t count;
};

struct inspecting {
    const struct census *census;
    const struct plan *plan;
    enum armeld_by by;
    struct arena scratch; /* of one member at a time */
    struct arena arena;
    struct parts *parts;  /* by leader */
    struct sum *sums;
    size_t sum_count;
    size_t sum_capacity;
    struct table table;   /* of sums by name */
};

const char *armeld_bytes_name(enum armeld_bytes kind)
{
    return kind == ARMELD_BYTES_ARCHIVE ? "archive overhead" : byte_kind_name((enum byte_kind)kind);
}

/* ---- rows -------------------------------------------------------------------------------- */

static bool same_name(const void *context, uint32_t number, const void *key)
{
    const struct inspecting *in = context;
    return span_equal(in->sums[number].name, *(const struct span *)key);
}

/** The row of that name, which must stay where it is; NO_CLASS when memory is short. */
static uint32_t row_named(struct inspecting *in, struct span name)
{
    uint64_t hash = table_hash(name, 0);
    uint32_t found = table_find(&in->table, hash, same_name, in, &name);
    if (found != TABLE_NONE) {
        return found;
    }
    struct sum *sums = heap_grow(in->sums, in->sum_count, &in->sum_capacity, 256, sizeof *sums);
    if (!sums) {
        return NO_CLASS;
    }
    in->sums = sums;
    in->sums[in->sum_count] = (struct sum){.name = name};
    return table_add(&in->table, hash, (uint32_t)in->sum_count) ? (uint32_t)in->sum_count++
                                                                 : NO_CLASS;
}

/** @member the number of the member that has the bytes, or NO_CLASS. */
static void add(struct inspecting *in, uint32_t row, uint32_t library, uint32_t member,
                enum armeld_bytes kind, uint64_t bytes)
{
    struct sum *sum = &in->sums[row];
    sum->row.bytes += bytes;
    sum->row.kinds[kind] += bytes;
    sum->row.libraries += sum->last_library != library + 1;
    sum->last_library = library + 1;
    if (member != NO_CLASS) {
        sum->row.members += sum->last_member != member + 1;
        sum->last_member = member + 1;
    }
}

/* ---- what a row is called ---------------------------------------------------------------- */

const char *inspect_reason(const struct plan *plan, const struct census *census, uint32_t member)
{
    const struct verdict *verdict = plan_verdict(plan, census, member);
    if (plan_leaves_out(plan, census->set->members[member].library)) {
        return "stays: its library is left unmelded";
    }
    if (library_is_object(set_library_of(census->set, member))) {
        return "stays: its slice is an object, no archive";
    }
    if (verdict->decision == DECISION_MOVE && plan->stays[member]) {
        return "stays: the link proof wants it here, others give theirs up";
    }
    switch (verdict->reason) {
    case REASON_SHARED: return "moves: several libraries hold it";
    case REASON_UNSHARED: return "stays: no other library holds it";
    case REASON_NO_OBJECT: return "stays: not an object";
    case REASON_BROKEN: return "stays: cannot be read";
    case REASON_STUB: return "stays: import stub";
    case REASON_ASKED: return "stays: asked for";
    case REASON_CONFLICT: return "stays: the workspace has another definition";
    case REASON_PROOF: return "stays: the link proof would not hold without it";
    case REASON_CAPTURE: return "stays: it would define a symbol for libraries that lack it";
    }
    return "stays";
}

struct span inspect_crate(const struct census *census, uint32_t member)
{
    struct rcgu_name name;
    rcgu_parse(set_member(census->set, member)->name, &name);
    return set_library_of(census->set, member)->is_image ? span_of(IMAGES)
           : name.crate.size ? name.crate
           : census->list[census->class_of[member]].import_stub
               ? span_of("[import stubs]")
               : span_of(NO_CRATE);
}

struct span inspect_origin_crate(const struct image_origin *origin)
{
    return origin->crate.size ? origin->crate : span_of(origin->named ? NO_CRATE : IMAGES);
}

static struct span member_row_name(struct inspecting *in, uint32_t member)
{
    struct rcgu_name name;
    switch (in->by) {
    case ARMELD_BY_LIBRARY:
        return span_of(set_library_of(in->census->set, member)->path);
    case ARMELD_BY_CRATE:
        return inspect_crate(in->census, member);
    case ARMELD_BY_MEMBER:
        rcgu_parse(set_member(in->census->set, member)->name, &name);
        return name.label;
    case ARMELD_BY_REASON:
        return span_of(inspect_reason(in->plan, in->census, member));
    case ARMELD_BY_SECTION: break;
    }
    return span_of("");
}

/** ".text", "__TEXT,__text", "[relocations]". In the member or in in->arena. */
static struct span section_row_name(struct inspecting *in, const struct byte_range *range)
{
    struct span base = byte_range_base_name(range);
    if (!base.size) {
        bool debug = range->kind == BYTES_DEBUG; /* its sections have names */
        const char *kind = debug ? "relocations of debug info" : byte_kind_name(range->kind);
        return span_of(arena_printf(&in->arena, "[%s]", kind));
    }
    if (!range->segment.size) {
        return base;
    }
    return span_of(
        arena_printf(&in->arena, "%.*s,%.*s", SPAN_ARGS(range->segment), SPAN_ARGS(base)));
}

/* ---- summing up -------------------------------------------------------------------------- */

/** By kind alone: there are few, so they are looked through. */
static void add_kind(struct parts *parts, const struct byte_range *range)
{
    for (size_t i = 0; i < parts->count; i++) {
        if (parts->list[i].kind == (uint32_t)range->kind) {
            parts->list[i].bytes += range->size;
            return;
        }
    }
    parts->list[parts->count++] =
        (struct part){.bytes = range->size, .kind = (uint32_t)range->kind};
}

/** By the section's name: the row remembers its part, as a member may have any number of them. */
static bool add_section(struct inspecting *in, uint32_t leader, const struct byte_range *range)
{
    struct parts *parts = &in->parts[leader];
    uint32_t row = row_named(in, section_row_name(in, range));
    if (row == NO_CLASS) {
        return false;
    }
    struct sum *sum = &in->sums[row];
    if (sum->part_of == leader + 1 && parts->list[sum->part].kind == (uint32_t)range->kind) {
        parts->list[sum->part].bytes += range->size;
        return true;
    }
    sum->part_of = leader + 1;
    sum->part = parts->count;
    parts->list[parts->count++] = (struct part){range->size, row, (uint32_t)range->kind};
    return true;
}

/** What the row of a part of an image is called, by crate or by member. */
static struct span origin_row_name(const struct inspecting *in, uint32_t leader,
                                   const struct image_origin *origin)
{
    return in->by == ARMELD_BY_CRATE ? inspect_origin_crate(origin)
           : origin->member.size     ? origin->member
                                     : set_member(in->census->set, leader)->name;
}

/** Divide an image by where its bytes came from. */
static bool find_origins(struct inspecting *in, uint32_t leader)
{
    struct parts *parts = &in->parts[leader];
    struct image_origin *list;
    size_t count;
    if (!image_origins(member_content(in->census->set, leader), &in->arena, &list, &count)) {
        return false;
    }
    parts->list = ARENA_ARRAY(&in->arena, struct part, count + 1);
    for (size_t i = 0; parts->list && i < count; i++) {
        uint32_t row = row_named(in, origin_row_name(in, leader, &list[i]));
        if (row == NO_CLASS) {
            return false;
        }
        parts->list[parts->count++] = (struct part){list[i].size, row, (uint32_t)list[i].kind};
    }
    return parts->list != NULL;
}

/** Whether the parts of a member have rows of their own. */
static bool has_own_rows(const struct inspecting *in, uint32_t member)
{
    bool origins = in->by == ARMELD_BY_CRATE || in->by == ARMELD_BY_MEMBER;
    return in->by == ARMELD_BY_SECTION ||
           (origins && set_library_of(in->census->set, member)->is_image);
}

/** Divide the contents that a leader stands for. */
static bool find_parts(struct inspecting *in, uint32_t leader)
{
    struct parts *parts = &in->parts[leader];
    struct byte_range *ranges;
    size_t count;
    bool sections = in->by == ARMELD_BY_SECTION;
    if (!sections && has_own_rows(in, leader)) {
        return find_origins(in, leader);
    }
    if (!image_byte_map(member_content(in->census->set, leader), &in->scratch, &ranges, &count)) {
        return false;
    }
    size_t most = !sections && count > BYTES_KINDS ? BYTES_KINDS : count;
    parts->list = ARENA_ARRAY(&in->arena, struct part, most);
    for (size_t i = 0; parts->list && i < count; i++) {
        if (!sections) {
            add_kind(parts, &ranges[i]);
        } else if (!add_section(in, leader, &ranges[i])) {
            return false;
        }
    }
    arena_reset(&in->scratch);
    return parts->list != NULL;
}

static bool add_member(struct inspecting *in, uint32_t member)
{
    uint32_t leader = in->census->leader_of[member];
    uint32_t library = in->census->set->members[member].library;
    if (!in->parts[leader].list && !find_parts(in, leader)) {
        return false;
    }
    uint32_t row = NO_CLASS;
    if (!has_own_rows(in, member)) {
        row = row_named(in, member_row_name(in, member));
        if (row == NO_CLASS) {
            return false;
        }
    }
    for (size_t i = 0; i < in->parts[leader].count; i++) {
        const struct part *part = &in->parts[leader].list[i];
        add(in, row == NO_CLASS ? part->row : row, library, member,
            (enum armeld_bytes)part->kind, part->bytes);
    }
    return true;
}

static bool add_library(struct inspecting *in, uint32_t number)
{
    const struct library *library = &in->census->set->libraries[number];
    uint64_t overhead = library->bytes.size;
    for (uint32_t i = 0; i < library->archive.member_count; i++) {
        overhead -= member_content(in->census->set, library->first + i).size;
        if (!add_member(in, library->first + i)) {
            return false;
        }
    }
    if (library->is_image) {
        return true;
    }
    uint32_t row = row_named(in, in->by == ARMELD_BY_LIBRARY ? span_of(library->path)
                                                             : span_of("[archive overhead]"));
    if (row != NO_CLASS) {
        add(in, row, number, NO_CLASS, ARMELD_BYTES_ARCHIVE, overhead);
    }
    return row != NO_CLASS;
}

/* ---- the report -------------------------------------------------------------------------- */

/** Most bytes first, then by name, so that nothing else decides. */
static int by_bytes(const void *a, const void *b)
{
    const struct sum *first = a;
    const struct sum *second = b;
    if (first->row.bytes != second->row.bytes) {
        return first->row.bytes > second->row.bytes ? -1 : 1;
    }
    return span_compare(first->name, second->name);
}

static bool report_rows(struct inspecting *in, struct arena *arena, struct armeld_report *report)
{
    struct armeld_row *rows = ARENA_ARRAY(arena, struct armeld_row, in->sum_count);
    struct armeld_row *total = &report->total;
    *total = (struct armeld_row){.name = "TOTAL",
                                 .libraries = in->census->set->library_count,
                                 .members = in->census->set->member_count};
    if (in->sum_count) {
        qsort(in->sums, in->sum_count, sizeof *in->sums, by_bytes);
    }
    for (size_t i = 0; rows && i < in->sum_count; i++) {
        rows[i] = in->sums[i].row;
        rows[i].name = (const char *)arena_copy(arena, in->sums[i].name).data;
        total->bytes += rows[i].bytes;
        for (int kind = 0; kind < ARMELD_BYTES_KINDS; kind++) {
            total->kinds[kind] += rows[i].kinds[kind];
        }
        if (!rows[i].name) {
            return false;
        }
    }
    report->rows = rows;
    report->row_count = in->sum_count;
    return rows != NULL;
}

bool inspect_fill(const struct census *census, const struct plan *plan, enum armeld_by by,
                  struct arena *arena, struct armeld_report *report, struct error *error)
{
    struct inspecting in = {.census = census, .plan = plan, .by = by};
    in.parts = ARENA_ARRAY(&in.arena, struct parts, census->set->member_count);
    bool done = in.parts != NULL;
    for (uint32_t i = 0; done && i < census->set->library_count; i++) {
        done = add_library(&in, i);
    }
    done = done && report_rows(&in, arena, report);
    free(in.sums);
    table_free(&in.table);
    arena_free(&in.scratch);
    arena_free(&in.arena);
    return done || error_memory(error);
}
