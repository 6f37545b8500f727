/* SPDX-License-Identifier: MIT */
#include "proof/odd.h"

#include <stdlib.h>

#include "proof/odd_groups.h"

struct search {
    const struct census *census;
    const struct plan_rules *rules;
    struct odd *odd;
    struct arena *arena;
    struct arena scratch;
    struct error *error;
    uint32_t order[MOST_GROUPS]; /* groups, those that share most first */
    struct plan best;
    const struct plan *whole; /* the plan that leaves out nothing */
    uint64_t whole_saving;
    uint64_t saving; /* of the best plan; first that of the plan without exceptions */
    bool *left_out;  /* by library: in the best plan */
};

/* ---- bytes ------------------------------------------------------------------------------- */

uint64_t plan_saving(const struct census *census, const struct plan *plan)
{
    uint64_t moved = 0;
    uint64_t shared = 0;
    for (uint32_t i = 0; i < census->set->member_count; i++) {
        moved += plan_stays(plan, census, i) ? 0 : set_member(census->set, i)->data.size;
    }
    for (uint32_t p = 0; p < plan->part_count; p++) {
        for (size_t i = 0; i < plan->parts[p].workspace_count; i++) {
            shared += set_member(census->set, plan->parts[p].workspace[i])->data.size;
        }
    }
    return moved > shared ? moved - shared : 0;
}

/**
 * Bytes that could be saved if nothing stood against it.
 * @left_out by library, or NULL
 * @return false only when memory is short
 */
static bool best_saving(struct search *s, const bool *left_out, uint64_t *saving)
{
    const struct census *census = s->census;
    struct arena arena = {0};
    uint32_t *last = ARENA_ARRAY(&arena, uint32_t, census->count);
    uint32_t *sharers = ARENA_ARRAY(&arena, uint32_t, census->count);
    uint32_t *copies = ARENA_ARRAY(&arena, uint32_t, census->count);
    bool done = last && sharers && copies;
    *saving = 0;
    for (uint32_t i = 0; done && i < census->set->member_count; i++) {
        uint32_t library = census->set->members[i].library;
        uint32_t class = census->class_of[i];
        if (!left_out || !left_out[library]) {
            copies[class]++;
            sharers[class] += last[class] != library + 1;
            last[class] = library + 1;
        }
    }
    for (uint32_t i = 0; done && i < census->count; i++) {
        const struct class *class = &census->list[i];
        bool moves = class_is_linked(class) && !class->broken && !class->import_stub &&
                     sharers[i] >= s->rules->min_sharers;
        uint64_t size = set_member(census->set, class_member(census, i))->data.size;
        *saving += moves ? (copies[i] - 1) * size : 0;
    }
    arena_free(&arena);
    return done;
}

/**
 * What a plan saves in the libraries outside a group, and in those of the group beyond that.
 * @moved[out] by library, added to: bytes that leave the libraries of the group
 * @return false only when memory is short
 */
static bool split_saving(const struct search *s, const struct plan *plan, uint32_t group,
                         uint64_t *others, uint64_t *moved)
{
    const struct census *census = s->census;
    struct arena arena = {0};
    bool *seen = ARENA_ARRAY(&arena, bool, census->count);
    *others = 0;
    for (uint32_t i = 0; seen && i < census->set->member_count; i++) {
        uint32_t library = census->set->members[i].library;
        uint32_t class = census->class_of[i];
        uint64_t size = set_member(census->set, i)->data.size;
        if (plan_stays(plan, census, i)) {
            continue;
        }
        if (s->odd->group_of[library] == group) {
            moved[library] += size;
        } else {
            *others += seen[class] ? size : 0; /* the first one is in the workspace now */
            seen[class] = true;
        }
    }
    bool done = seen != NULL;
    arena_free(&arena);
    return done;
}

/** Note what a group saves and costs if it is melded with the others as this plan has it. */
static bool note_worth(struct search *s, const struct plan *plan, uint32_t group)
{
    size_t libraries = s->census->set->library_count;
    uint64_t *moved = ARENA_ARRAY(&s->scratch, uint64_t, libraries);
    uint64_t others;
    if (!moved || !split_saving(s, plan, group, &others, moved)) {
        return false;
    }
    uint64_t saving = plan_saving(s->census, plan);
    uint64_t own = saving > others ? saving - others : 0;
    uint64_t sum = 0;
    for (size_t i = 0; i < libraries; i++) {
        sum += moved[i];
    }
    for (size_t i = 0; sum && i < libraries; i++) {
        /* what several of the group share is counted in proportion */
        s->odd->saves[i] += (uint64_t)((double)own * ((double)moved[i] / (double)sum));
    }
    s->odd->costs[odd_slot(s->odd, group)] = s->saving > others ? s->saving - others : 0;
    return true;
}

static uint64_t bytes_of(const struct set *set)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < set->library_count; i++) {
        bytes += set->libraries[i].bytes.size;
    }
    return bytes;
}

/* ---- trials ------------------------------------------------------------------------------ */

static bool make_plan(struct search *s, const bool *left_out, struct plan *plan)
{
    struct plan_rules rules = *s->rules;
    rules.left_out = left_out;
    return plan_make(s->census, &rules, plan, s->error);
}

/** Plan without all libraries but those of the group that shares most. */
static bool begin(struct search *s)
{
    size_t libraries = s->census->set->library_count;
    s->left_out = ARENA_ARRAY(s->arena, bool, libraries);
    if (!s->left_out) {
        return error_memory(s->error);
    }
    for (size_t i = 0; i < libraries; i++) {
        s->left_out[i] = s->odd->group_of[i] != s->order[0];
    }
    bool done = make_plan(s, s->left_out, &s->best);
    s->saving = done ? plan_saving(s->census, &s->best) : 0;
    return done;
}

/** Take in the last group that is out: that is the plan of the whole set, which is made. */
static bool take_in_last(struct search *s, uint32_t group, bool *left_out)
{
    if (!note_worth(s, s->whole, group)) {
        return error_memory(s->error);
    }
    if (s->whole_saving >= s->saving) {
        s->left_out = left_out;
        s->saving = s->whole_saving;
    }
    return true;
}

/** Take a group in, unless that costs more than it saves; note both. */
static bool take_in(struct search *s, uint32_t group)
{
    size_t libraries = s->census->set->library_count;
    struct plan plan = {0};
    bool any = false;
    bool *left_out = ARENA_ARRAY(s->arena, bool, libraries);
    if (!left_out) {
        return error_memory(s->error);
    }
    for (size_t i = 0; i < libraries; i++) {
        left_out[i] = s->left_out[i] && s->odd->group_of[i] != group;
        any |= left_out[i];
    }
    if (!any) {
        return take_in_last(s, group, left_out);
    }
    bool done = make_plan(s, left_out, &plan);
    uint64_t saving = done ? plan_saving(s->census, &plan) : 0;
    if (done && !note_worth(s, &plan, group)) {
        done = error_memory(s->error);
    }
    if (done && saving >= s->saving) {
        plan_free(&s->best);
        s->best = plan;
        s->left_out = left_out;
        s->saving = saving;
        return true;
    }
    plan_free(&plan);
    return done;
}

/* ---- together ---------------------------------------------------------------------------- */

struct worth {
    uint64_t bytes;
    uint32_t group;
};

static int by_worth(const void *a, const void *b)
{
    const struct worth *first = a;
    const struct worth *second = b;
    if (first->bytes != second->bytes) {
        return first->bytes > second->bytes ? -1 : 1;
    }
    return first->group < second->group ? -1 : 1;
}

/** Sort the groups by what they could save by themselves. @alone[out] the sum of that */
static bool order_groups(struct search *s, uint64_t *alone)
{
    size_t libraries = s->census->set->library_count;
    struct worth worths[MOST_GROUPS];
    bool *left_out = ARENA_ARRAY(&s->scratch, bool, libraries);
    bool done = left_out != NULL;
    for (uint32_t g = 0; done && g < s->odd->group_count; g++) {
        for (size_t i = 0; i < libraries; i++) {
            left_out[i] = s->odd->group_of[i] != g && s->odd->group_of[i] != ODD_NO_GROUP;
        }
        worths[g].group = g;
        done = best_saving(s, left_out, &worths[g].bytes);
    }
    if (!done) {
        return error_memory(s->error);
    }
    s->odd->alone = ARENA_ARRAY(s->arena, uint64_t, s->odd->group_count);
    if (!s->odd->alone) {
        return error_memory(s->error);
    }
    qsort(worths, s->odd->group_count, sizeof *worths, by_worth);
    for (uint32_t g = 0; g < s->odd->group_count; g++) {
        s->order[g] = worths[g].group;
        s->odd->alone[worths[g].group] = worths[g].bytes;
        *alone += worths[g].bytes;
    }
    return true;
}

/** Whether so little stays that could move that there is nothing to look for. */
static bool is_good(struct search *s, bool *good)
{
    uint64_t most;
    bool done = best_saving(s, NULL, &most);
    *good = done && most < s->saving + bytes_of(s->census->set) / ODD_LEAST_PART;
    return done || error_memory(s->error);
}

/** Whether any library is left out by the best plan. */
static bool leaves_out_any(const struct search *s)
{
    bool any = false;
    for (size_t i = 0; i < s->census->set->library_count; i++) {
        any |= s->left_out[i];
    }
    return any;
}

/** What was found for links in some orders. */
struct finding {
    struct plan plan;
    const bool *left_out; /* by library */
    uint64_t saving;
    uint64_t *costs; /* as in struct odd */
    uint64_t *saves;
    bool worth; /* it leaves out any, and saves more than what was known */
};

/**
 * Look for the best plan of which links in these orders are proven.
 * @least it must save so much
 * @return false, with an error, only when memory is short
 */
static bool search(const struct search *from, enum orders_proven orders, uint64_t least,
                   struct finding *found)
{
    struct plan_rules rules = *from->rules;
    struct odd odd = *from->odd;
    struct search s = *from;
    size_t libraries = s.census->set->library_count;
    rules.orders = orders;
    s.rules = &rules;
    s.odd = &odd;
    s.best = (struct plan){.verdicts = NULL};
    odd.costs = ARENA_ARRAY(s.arena, uint64_t, odd.group_count + 1);
    odd.saves = ARENA_ARRAY(s.arena, uint64_t, libraries);
    if (!odd.costs || !odd.saves) {
        return error_memory(s.error);
    }
    bool done = begin(&s);
    for (uint32_t i = 1; done && i < odd.group_count; i++) {
        done = take_in(&s, s.order[i]);
    }
    done = done && (!odd_has_groupless(&odd, libraries) || take_in(&s, ODD_NO_GROUP));
    *found = (struct finding){s.best, s.left_out, s.saving, odd.costs, odd.saves, false};
    found->worth = done && s.saving >= least && leaves_out_any(&s);
    if (!found->worth) {
        plan_free(&found->plan);
    }
    return done;
}

/** Take over what is known of libraries that would be left out, and are not. */
static void take_over(struct odd *odd, const struct finding *found, size_t libraries)
{
    odd->in_order = found->left_out;
    odd->saving_in_order = found->saving;
    for (size_t i = 0; i < libraries; i++) {
        if (odd->in_order[i] && !(odd->left_out && odd->left_out[i])) {
            odd->saves[i] = found->saves[i];
            uint32_t slot = odd_slot(odd, odd->group_of[i]);
            odd->costs[slot] = found->costs[slot];
        }
    }
}

/** Do with as little order on link lines as can be had without loss. */
static bool choose_orders(struct search *s, struct plan *plan)
{
    struct odd *odd = s->odd;
    uint64_t part = bytes_of(s->census->set) / ODD_LEAST_PART;
    struct plan *whole = ARENA_ARRAY(s->arena, struct plan, 1);
    struct finding found;
    bool done = true;
    if (!whole) {
        return error_memory(s->error);
    }
    *whole = *plan;
    s->whole = whole;
    s->whole_saving = s->saving;
    for (int orders = ORDERS_ANY; done && orders >= ORDERS_OUTSIDE; orders--) {
        done = search(s, (enum orders_proven)orders, odd->saving + part, &found);
        if (done && found.worth && orders >= (int)s->rules->least) {
            if (odd->left_out) {
                plan_free(plan);
            }
            *plan = found.plan;
            odd->orders = (enum orders_proven)orders;
            odd->left_out = found.left_out;
            odd->saving = found.saving;
            odd->costs = found.costs;
            odd->saves = found.saves;
        } else if (done && found.worth) {
            take_over(odd, &found, s->census->set->library_count);
            plan_free(&found.plan);
        }
    }
    if (odd->left_out) {
        plan_free(whole);
    }
    return done;
}

static bool find(struct search *s, struct plan *plan)
{
    struct odd *odd = s->odd;
    uint64_t alone = 0;
    odd->saving = odd->saving_of_all = s->saving;
    if (!odd_groups(s->census, odd, s->arena)) {
        return error_memory(s->error);
    }
    odd->costs = ARENA_ARRAY(s->arena, uint64_t, odd->group_count + 1);
    odd->saves = ARENA_ARRAY(s->arena, uint64_t, s->census->set->library_count);
    if (!odd->costs || !odd->saves) {
        return error_memory(s->error);
    }
    return order_groups(s, &alone) &&
           (odd->group_count < 2 ||
            alone < s->saving + bytes_of(s->census->set) / ODD_LEAST_PART ||
            choose_orders(s, plan));
}

bool odd_find(const struct census *census, const struct plan_rules *rules, struct plan *plan,
              struct odd *odd, struct arena *arena, struct error *error)
{
    struct search search = {.census = census,
                            .rules = rules,
                            .odd = odd,
                            .arena = arena,
                            .error = error,
                            .saving = plan_saving(census, plan)};
    bool good = census->set->library_count <= rules->min_sharers;
    bool done = good || is_good(&search, &good);
    done = done && (good || find(&search, plan));
    arena_free(&search.scratch);
    return done;
}
