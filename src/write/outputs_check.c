/* SPDX-License-Identifier: MIT */
#include "write/outputs_check.h"

#include <stdlib.h>

/** Where the contents of an original member lie, and its class. */
struct held {
    const uint8_t *bytes;
    uint32_t class;
};

static int by_bytes(const void *a, const void *b)
{
    const struct held *first = a;
    const struct held *second = b;
    if (first->bytes != second->bytes) {
        return (uintptr_t)first->bytes < (uintptr_t)second->bytes ? -1 : 1;
    }
    return (first->class > second->class) - (first->class < second->class);
}

/** Add the items of one output as a library. */
static bool add_output(struct set *set, const struct output *output, struct error *error)
{
    struct ar_member *members = ARENA_ARRAY(&set->arena, struct ar_member, output->item_count);
    for (size_t i = 0; members && i < output->item_count; i++) {
        members[i] =
            (struct ar_member){.name = output->items[i].name, .data = output->items[i].data};
    }
    return members ? set_add_members(set, output->path, members, output->item_count, error)
                   : error_memory(error);
}

static bool add_original(struct set *set, const struct library *library, struct error *error)
{
    size_t count = library->archive.member_count;
    if (library->archive.flavour != AR_DARWIN) { /* no padding among the contents */
        return set_add_members(set, library->path, library->archive.members, count, error);
    }
    struct ar_member *members = ARENA_ARRAY(&set->arena, struct ar_member, count);
    for (size_t i = 0; members && i < count; i++) {
        const struct ar_member *member = &library->archive.members[i];
        members[i] = (struct ar_member){
            .name = member->name, .data = ar_member_content(&library->archive, member)};
    }
    return members ? set_add_members(set, library->path, members, count, error)
                   : error_memory(error);
}

/** The libraries in the order that verify has: outputs, workspaces, originals. */
static bool fill_set(struct set *set, const struct census *census, const struct outputs *outputs,
                     unsigned jobs, struct error *error)
{
    size_t count = census->set->library_count;
    bool done = true;
    for (size_t i = 0; done && i < count; i++) {
        done = add_output(set, outputs_library(outputs, i), error);
    }
    for (size_t i = 0; done && i < outputs->workspaces; i++) {
        done = add_output(set, &outputs->list[i], error);
    }
    for (size_t i = 0; done && i < count; i++) {
        done = add_original(set, &census->set->libraries[i], error);
    }
    set->sorted_indexes = outputs->flavour == AR_COFF;
    return done && set_read(set, jobs, error);
}

/** Find out which members of the new set have the bytes of an original member. */
static uint32_t *find_same(const struct census *census, const struct set *set,
                           struct arena *arena)
{
    size_t originals = census->set->member_count;
    size_t count = set->member_count - originals;
    struct held *held = calloc(originals + 1, sizeof *held);
    uint32_t *same = ARENA_ARRAY(arena, uint32_t, set->member_count + 1);
    for (uint32_t i = 0; held && same && i < originals; i++) {
        held[i] = (struct held){set_member(census->set, i)->data.data, census->class_of[i]};
        same[count + i] = census->class_of[i];
    }
    if (!held || !same) {
        free(held);
        return NULL;
    }
    qsort(held, originals, sizeof *held, by_bytes);
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *bytes = set_member(set, i)->data.data;
        size_t low = 0, high = originals;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            if ((uintptr_t)held[middle].bytes < (uintptr_t)bytes) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        bool found = low < originals && held[low].bytes == bytes;
        same[i] = found ? held[low].class : NO_CLASS;
    }
    free(held);
    return same;
}

bool outputs_check(const struct census *census, const struct shrunk *shrunk,
                   const struct outputs *outputs, const struct outputs_check_rules *rules,
                   struct arena *arena, struct outputs_checked *checked, struct error *error)
{
    uint32_t count = (uint32_t)census->set->library_count;
    struct set *set = &checked->set;
    if (!fill_set(set, census, outputs, rules->jobs, error)) {
        return false;
    }
    uint32_t *same = find_same(census, set, &set->arena);
    if (!same) {
        return error_memory(error);
    }
    struct check_rules check = {
        .originals = count + (uint32_t)outputs->workspaces,
        .melded = 0,
        .workspace = outputs->single ? NO_CLASS : count,
        .workspace_count = (uint32_t)outputs->workspaces,
        .part_of = rules->part_of,
        .count = count,
        .models = rules->models,
        .shrunk = shrunk->asked,
        .joined = shrunk->prelinked,
        .exports = shrunk_exports(shrunk),
        .export_count = shrunk_exports(shrunk) ? shrunk->exports.name_count : 0,
        .jobs = rules->jobs,
        .roots = rules->roots,
        .root_count = rules->root_count,
        .left_out = rules->left_out,
        .orders = rules->orders,
    };
    return census_derive(set, census, same, rules->jobs, &checked->census, error) &&
           check_links(&checked->census, &check, arena, &checked->result, error);
}

void outputs_checked_free(struct outputs_checked *checked)
{
    census_free(&checked->census);
    set_free(&checked->set);
    *checked = (struct outputs_checked){0};
}
