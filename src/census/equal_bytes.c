/* SPDX-License-Identifier: MIT */
#include "census/equal_bytes.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/table.h"
#include "base/threads.h"
#include "obj/rcgu.h"

enum {
    BLOCK = 128 * 1024,  /* well below a processor's second cache */
    SLICE = 1024 * 1024, /* worth a worker's while */
};

/** Members with one label and size, chained in order. */
struct group {
    uint32_t first;
    uint32_t last;
    uint64_t size;
};

/** A stretch of the contents of a group, for one worker to compare. */
struct slice {
    uint32_t group;
    uint64_t from;
};

struct comparing {
    const struct set *set;
    const struct census_progress *progress;
    struct group *groups;
    size_t group_count;
    uint32_t *next;      /* the following member of the same group, or NO_CLASS */
    uint32_t *leader_of; /* the first member with the same bytes */
    struct slice *slices;
    atomic_bool *differs; /* whether a member differs from the first of its group */
    atomic_bool out_of_memory;
};

static struct span label_of(const struct set *set, uint32_t number)
{
    struct rcgu_name name;
    rcgu_parse(set_member(set, number)->name, &name);
    return name.label;
}

static bool same_group(const void *context, uint32_t group, const void *key)
{
    const struct comparing *c = context;
    uint32_t number = *(const uint32_t *)key;
    const struct group *other = &c->groups[group];
    return other->size == member_content(c->set, number).size &&
           span_equal(label_of(c->set, other->first), label_of(c->set, number));
}

static bool make_groups(struct comparing *c)
{
    struct table table = {0};
    const struct set *set = c->set;
    bool done = true;
    for (uint32_t i = 0; done && i < set->member_count; i++) {
        uint64_t size = member_content(set, i).size;
        uint64_t hash = table_hash(label_of(set, i), size);
        uint32_t group = table_find(&table, hash, same_group, c, &i);
        c->next[i] = NO_CLASS;
        if (group != TABLE_NONE) {
            c->next[c->groups[group].last] = i;
            c->groups[group].last = i;
            continue;
        }
        group = (uint32_t)c->group_count++;
        c->groups[group] = (struct group){i, i, size};
        done = table_add(&table, hash, group);
    }
    table_free(&table);
    return done;
}

static bool same_content(const void *context, uint32_t number, const void *key)
{
    const struct comparing *c = context;
    return span_equal(member_content(c->set, number), *(const struct span *)key);
}

static uint64_t hash_content(const struct comparing *c, uint32_t number)
{
    return table_hash(member_content(c->set, number), 0);
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/** How many slices there are to compare: none where nobody is to be compared with. */
static size_t slices_of(const struct group *group)
{
    return group->first == group->last ? 0 : (size_t)((group->size + SLICE - 1) / SLICE);
}

/** Split a group by contents: the general case, when not all are like the first. */
static bool split_group(struct comparing *c, const struct group *group, uint32_t from)
{
    struct table contents = {0};
    bool done = table_add(&contents, hash_content(c, group->first), group->first);
    for (uint32_t i = from; done && i != NO_CLASS; i = c->next[i]) {
        struct span content = member_content(c->set, i);
        uint64_t hash = hash_content(c, i);
        uint32_t leader = table_find(&contents, hash, same_content, c, &content);
        c->leader_of[i] = leader != TABLE_NONE ? leader : i;
        done = leader != TABLE_NONE || table_add(&contents, hash, i);
    }
    table_free(&contents);
    return done;
}

static void step(const struct comparing *c, uint64_t bytes)
{
    if (c->progress) {
        c->progress->step(c->progress->context, bytes);
    }
}

/**
 * Compare one slice of all members of a group with the first's, a block at a time: the first's
 * block stays in the processor's cache while the others' stream past.
 */
static void compare_slice(void *context, size_t item, unsigned worker)
{
    struct comparing *c = context;
    const struct slice *slice = &c->slices[item];
    const struct group *group = &c->groups[slice->group];
    struct span first = member_content(c->set, group->first);
    uint64_t end = slice->from + smaller(SLICE, group->size - slice->from);
    (void)worker;
    for (uint64_t at = slice->from; at < end; at += BLOCK) {
        size_t length = (size_t)smaller(BLOCK, end - at);
        uint64_t bytes = length;
        for (uint32_t i = c->next[group->first]; i != NO_CLASS; i = c->next[i]) {
            const uint8_t *other = member_content(c->set, i).data;
            if (!atomic_load_explicit(&c->differs[i], memory_order_relaxed) &&
                memcmp(first.data + at, other + at, length) != 0) {
                atomic_store_explicit(&c->differs[i], true, memory_order_relaxed);
            }
            bytes += length;
        }
        step(c, bytes);
    }
}

/** Put the results of a group's slices together. */
static void settle_group(void *context, size_t item, unsigned worker)
{
    struct comparing *c = context;
    const struct group *group = &c->groups[item];
    uint32_t i = group->first;
    (void)worker;
    while (i != NO_CLASS && !c->differs[i]) {
        c->leader_of[i] = group->first;
        i = c->next[i];
    }
    if (i != NO_CLASS && !split_group(c, group, i)) {
        atomic_store(&c->out_of_memory, true);
    }
}

/** Cut the groups into slices, so that all workers are busy until the end; NULL without memory. */
static struct slice *cut_groups(const struct comparing *c, size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < c->group_count; i++) {
        *count += slices_of(&c->groups[i]);
    }
    struct slice *slices = calloc(*count + 1, sizeof *slices);
    struct slice *next = slices;
    for (size_t i = 0; slices && i < c->group_count; i++) {
        for (size_t j = 0; j < slices_of(&c->groups[i]); j++) {
            *next++ = (struct slice){(uint32_t)i, (uint64_t)j * SLICE};
        }
    }
    return slices;
}

/** Compare the members of all groups, on all workers. */
static bool compare_groups(struct comparing *c, unsigned jobs)
{
    size_t slice_count;
    c->slices = cut_groups(c, &slice_count);
    c->differs = calloc(c->set->member_count + 1, sizeof *c->differs);
    bool done = c->slices && c->differs;
    if (done) {
        threads_run(slice_count, jobs, compare_slice, c);
        threads_run(c->group_count, jobs, settle_group, c);
    }
    free(c->slices);
    free(c->differs);
    return done && !atomic_load(&c->out_of_memory);
}

bool equal_bytes_find(const struct set *set, unsigned jobs, const struct census_progress *progress,
                      uint32_t *leader_of, struct error *error)
{
    struct comparing c = {.set = set, .progress = progress, .leader_of = leader_of};
    c.groups = calloc(set->member_count + 1, sizeof *c.groups);
    c.next = calloc(set->member_count + 1, sizeof *c.next);
    bool done = c.groups && c.next && make_groups(&c) && compare_groups(&c, jobs);
    free(c.groups);
    free(c.next);
    return done || error_memory(error);
}
