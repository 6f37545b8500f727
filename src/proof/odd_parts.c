/* SPDX-License-Identifier: MIT */
/** Odd ones out: workspaces of their own for groups of libraries. */
#include "proof/odd.h"

#include <string.h>

#include "proof/odd_groups.h"

/** The libraries of a group. */
struct group {
    size_t count;
    uint64_t bytes;
    bool out; /* all are left out */
};

static struct group look_at(const struct census *census, const struct odd *odd, uint32_t number,
                            const struct plan *plan)
{
    struct group group = {.out = true};
    for (uint32_t i = 0; i < census->set->library_count; i++) {
        if (odd->group_of[i] == number) {
            group.out &= plan_leaves_out(plan, i);
            group.count++;
            group.bytes += census->set->libraries[i].bytes.size;
        }
    }
    return group;
}

/** Whether a group may gain by a workspace of its own. */
static bool may_gain(const struct plan_rules *rules, const struct odd *odd, uint32_t number,
                     const struct group *group)
{
    return group->count >= rules->min_sharers &&
           odd->alone[number] > group->bytes / ODD_LEAST_PART;
}

bool odd_add_parts(const struct census *census, const struct plan_rules *rules,
                   const struct odd *odd, struct plan *plan, struct error *error)
{
    size_t libraries = census->set->library_count;
    struct arena scratch = {0};
    struct plan_rules alone = *rules;
    bool *left_out = ARENA_ARRAY(&scratch, bool, libraries);
    bool done = left_out || error_memory(error);
    alone.left_out = left_out;
    alone.orders = ORDERS_OUTSIDE; /* what is between them is melded, too: the check sees to it */
    for (uint32_t g = 0; done && g < odd->group_count && plan->part_count < MOST_PARTS; g++) {
        struct group group = look_at(census, odd, g, plan);
        struct plan own = {0};
        if (!group.out || !may_gain(rules, odd, g, &group)) {
            continue;
        }
        for (size_t i = 0; i < libraries; i++) {
            left_out[i] = odd->group_of[i] != g;
        }
        done = plan_make(census, &alone, &own, error);
        if (done && plan_saving(census, &own) > group.bytes / ODD_LEAST_PART) {
            done = plan_add_part(census, &own, plan) || error_memory(error);
        }
        plan_free(&own);
    }
    arena_free(&scratch);
    return done;
}

/** The group that saves most by itself. */
static uint32_t largest_group(const struct odd *odd)
{
    uint32_t best = 0;
    for (uint32_t g = 1; g < odd->group_count; g++) {
        best = odd->alone[g] > odd->alone[best] ? g : best;
    }
    return best;
}

/**
 * Leave out all groups that may gain, but the largest.
 * @return whether that leaves out more than the plan does
 */
static bool leave_out_more(const struct census *census, const struct plan_rules *rules,
                           const struct odd *odd, const struct plan *plan, bool *left_out)
{
    uint32_t largest = largest_group(odd);
    bool more = false;
    for (uint32_t i = 0; i < census->set->library_count; i++) {
        left_out[i] = plan_leaves_out(plan, i);
    }
    for (uint32_t g = 0; g < odd->group_count; g++) {
        struct group group = look_at(census, odd, g, plan);
        if (g == largest || group.out || !may_gain(rules, odd, g, &group)) {
            continue;
        }
        for (uint32_t i = 0; i < census->set->library_count; i++) {
            left_out[i] |= odd->group_of[i] == g;
        }
        more = true;
    }
    return more;
}

/** What the first of several workspaces saves. */
static bool first_saving(const struct census *census, const struct plan_rules *rules,
                         const bool *left_out, uint64_t *saving, struct error *error)
{
    struct plan_rules of_first = *rules;
    struct plan plan = {0};
    of_first.left_out = left_out;
    bool done = plan_make(census, &of_first, &plan, error);
    *saving = done ? plan_saving(census, &plan) : 0;
    plan_free(&plan);
    return done;
}

/**
 * Leave out the libraries of no group, too, unless the first workspace saves more with them: then
 * it comes between them and libraries of other workspaces.
 */
static bool leave_out_groupless(const struct census *census, const struct plan_rules *rules,
                                const struct odd *odd, bool *left_out, struct error *error)
{
    struct arena scratch = {0};
    size_t count = census->set->library_count;
    if (!odd_has_groupless(odd, count)) {
        return true;
    }
    uint64_t saving;
    uint64_t saving_without;
    bool *without = ARENA_ARRAY(&scratch, bool, count);
    for (size_t i = 0; without && i < count; i++) {
        without[i] = left_out[i] || odd->group_of[i] == ODD_NO_GROUP;
    }
    bool done = (without || error_memory(error)) &&
                first_saving(census, rules, left_out, &saving, error) &&
                first_saving(census, rules, without, &saving_without, error);
    if (done && saving_without > saving) {
        memcpy(left_out, without, count * sizeof *left_out);
    }
    arena_free(&scratch);
    return done;
}

bool odd_split(const struct census *census, const struct plan_rules *rules, struct odd *odd,
               struct plan *plan, struct arena *arena, struct error *error)
{
    size_t libraries = census->set->library_count;
    struct plan_rules more = *rules;
    struct plan split = {0};
    uint64_t least = plan_saving(census, plan);
    bool *left_out = ARENA_ARRAY(arena, bool, libraries);
    if (!left_out) {
        return error_memory(error);
    }
    if (odd->group_count < 2 || !odd->alone ||
        !leave_out_more(census, rules, odd, plan, left_out)) {
        return true;
    }
    for (size_t i = 0; i < libraries; i++) {
        least += census->set->libraries[i].bytes.size / ODD_LEAST_PART;
    }
    more.left_out = left_out;
    more.orders = ORDERS_OUTSIDE;
    bool done = leave_out_groupless(census, &more, odd, left_out, error) &&
                plan_make(census, &more, &split, error) &&
                odd_add_parts(census, &more, odd, &split, error);
    split.orders = ORDERS_USED;
    if (done && split.part_count > 1 && plan_saving(census, &split) > least) {
        odd->split = left_out;
        plan_free(plan);
        *plan = split;
    } else {
        plan_free(&split);
    }
    return done;
}
