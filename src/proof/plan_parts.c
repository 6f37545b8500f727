/* SPDX-License-Identifier: MIT */
/** The plan: several workspaces, each for libraries of its own. */
#include <stdlib.h>

#include "proof/plan.h"

/** Whether the library is melded by the plan of the part alone. */
static bool is_own(const struct plan *own, uint32_t library)
{
    return !plan_leaves_out(own, library);
}

/** Note which libraries are of the part, and no longer left out. */
static bool take_libraries(const struct census *census, const struct plan *own, struct plan *plan)
{
    size_t count = census->set->library_count;
    bool *left_out = ARENA_ARRAY(&plan->arena, bool, count);
    uint32_t *part_of = plan->part_of ? plan->part_of
                                      : ARENA_ARRAY(&plan->arena, uint32_t, count);
    bool any = false;
    if (!left_out || !part_of) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        bool is = is_own(own, i);
        left_out[i] = plan_leaves_out(plan, i) && !is;
        part_of[i] = is ? plan->part_count : part_of[i];
        any |= left_out[i];
    }
    plan->part_of = part_of;
    plan->left_out = any ? left_out : NULL;
    return true;
}

/** What is decided of a class in any part: that it moves, or why it does not. */
static struct verdict join_verdicts(struct verdict a, struct verdict b)
{
    if (a.decision != b.decision) {
        return a.decision == DECISION_STAY || b.decision == DECISION_MOVE ? b : a;
    }
    return a.decision == DECISION_STAY && a.reason == REASON_UNSHARED ? b : a;
}

static bool take_verdicts(const struct census *census, const struct plan *own, struct plan *plan)
{
    size_t size = census->count * sizeof *plan->verdicts;
    struct verdict *verdicts = ARENA_ARRAY(&plan->arena, struct verdict, census->count);
    struct verdict *joined = ARENA_ARRAY(&plan->arena, struct verdict, census->count);
    if (!verdicts || !joined) {
        return false;
    }
    if (size) {
        memcpy(verdicts, own->verdicts, size);
    }
    for (size_t i = 0; i < census->count; i++) {
        joined[i] = join_verdicts(plan->verdicts[i], own->verdicts[i]);
    }
    plan->parts[plan->part_count].verdicts = verdicts;
    plan->verdicts = joined;
    for (uint32_t i = 0; i < census->set->member_count; i++) {
        if (is_own(own, census->set->members[i].library)) {
            plan->stays[i] = own->stays[i];
        }
    }
    return true;
}

static bool take_workspace(const struct plan *own, struct plan *plan)
{
    struct plan_part *part = &plan->parts[plan->part_count];
    const struct plan_part *from = &own->parts[0];
    part->workspace = ARENA_ARRAY(&plan->arena, uint32_t, from->workspace_count + 1);
    part->workspace_count = from->workspace_count;
    part->moved_count = from->moved_count;
    struct import_copy *imports = ARENA_ARRAY(&plan->arena, struct import_copy,
                                              plan->import_count + own->import_count + 1);
    if (!part->workspace || !imports) {
        return false;
    }
    for (size_t i = 0; i < from->workspace_count; i++) {
        part->workspace[i] = from->workspace[i];
    }
    for (size_t i = 0; i < plan->import_count; i++) {
        imports[i] = plan->imports[i];
    }
    for (size_t i = 0; i < own->import_count; i++) {
        imports[plan->import_count + i] = own->imports[i];
    }
    plan->imports = imports;
    plan->import_count += own->import_count;
    return true;
}

static int by_member(const void *a, const void *b)
{
    const struct kept *first = a;
    const struct kept *second = b;
    return (first->member > second->member) - (first->member < second->member);
}

/** What the proof of each part kept; the members are different ones. */
static bool take_kept(const struct plan *own, struct plan *plan)
{
    struct kept *kept =
        ARENA_ARRAY(&plan->arena, struct kept, plan->kept_count + own->kept_count + 1);
    size_t count = 0;
    for (size_t i = 0; kept && i < plan->kept_count; i++) {
        kept[count++] = plan->kept[i];
    }
    for (size_t i = 0; kept && i < own->kept_count; i++) {
        kept[count++] = own->kept[i];
    }
    if (count) {
        qsort(kept, count, sizeof *kept, by_member);
    }
    plan->kept = kept;
    plan->kept_count = count;
    return kept != NULL;
}

static int by_libraries(const void *a, const void *b)
{
    const struct clash *first = a;
    const struct clash *second = b;
    if (first->first != second->first) {
        return first->first < second->first ? -1 : 1;
    }
    return (first->second > second->second) - (first->second < second->second);
}

/** What does not link as originals, each pair once. */
static bool take_clashes(const struct plan *own, struct plan *plan)
{
    struct clash *clashes =
        ARENA_ARRAY(&plan->arena, struct clash, plan->clash_count + own->clash_count + 1);
    size_t count = 0;
    size_t kept = 0;
    for (size_t i = 0; clashes && i < plan->clash_count; i++) {
        clashes[count++] = plan->clashes[i];
    }
    for (size_t i = 0; clashes && i < own->clash_count; i++) {
        clashes[count++] = own->clashes[i];
    }
    if (count) {
        qsort(clashes, count, sizeof *clashes, by_libraries);
    }
    for (size_t i = 0; i < count; i++) {
        if (!kept || by_libraries(&clashes[kept - 1], &clashes[i]) != 0) {
            clashes[kept++] = clashes[i];
        }
    }
    plan->clashes = clashes;
    plan->clash_count = kept;
    return clashes != NULL;
}

bool plan_add_part(const struct census *census, const struct plan *own, struct plan *plan)
{
    if (plan->part_count == MOST_PARTS || !take_libraries(census, own, plan) ||
        !take_verdicts(census, own, plan) || !take_workspace(own, plan) || !take_kept(own, plan) ||
        !take_clashes(own, plan)) {
        return false;
    }
    plan->part_count++;
    plan->proof_rounds += own->proof_rounds;
    plan->gave_up |= own->gave_up;
    return true;
}

void plan_renumber(const struct census *census, const uint32_t number[MOST_PARTS],
                   struct plan *plan)
{
    struct plan_part parts[MOST_PARTS];
    for (uint32_t p = 0; p < plan->part_count; p++) {
        parts[p] = plan->parts[p];
    }
    for (uint32_t p = 0; p < plan->part_count; p++) {
        plan->parts[number[p]] = parts[p];
    }
    for (size_t i = 0; plan->part_of && i < census->set->library_count; i++) {
        plan->part_of[i] = number[plan->part_of[i]];
    }
}
