/* SPDX-License-Identifier: MIT */
/** The link proof: rounds of looking for faults and mending them, until there are none. */
#include "proof/proof.h"

#include <stdlib.h>

#include "base/threads.h"
#include "proof/plan_imports.h"
#include "proof/proof_internal.h"
#include "proof/roots.h"

/*
 * The work is bounded: by so many rounds, and by so many symbols looked at in all pairs. Past
 * that, everything that could matter stays (give_up()).
 */
enum { MOST_ROUNDS = 64 };
static const uint64_t MOST_PAIR_STEPS = (uint64_t)1 << 30;

/** The same where no library defines a symbol otherwise than another: pairs seldom fail there. */
static const uint64_t FEW_PAIR_STEPS = (uint64_t)1 << 16;

/* ---- mending ----------------------------------------------------------------------------- */

static int by_member(const void *a, const void *b)
{
    const struct fault *first = a;
    const struct fault *second = b;
    if (first->member != second->member) {
        return first->member < second->member ? -1 : 1;
    }
    if (first->symbol != second->symbol) {
        return first->symbol < second->symbol ? -1 : 1;
    }
    return (first->evict > second->evict) - (first->evict < second->evict);
}

/** All workers' faults in one list, sorted, so that threads make no difference. */
static struct fault *gather_faults(struct proof *p, size_t *count)
{
    *count = 0;
    for (unsigned i = 0; i < p->rules->jobs; i++) {
        *count += p->workers[i].fault_count;
    }
    struct fault *faults = calloc(*count + 1, sizeof *faults);
    size_t at = 0;
    for (unsigned i = 0; faults && i < p->rules->jobs; i++) {
        struct proof_worker *self = &p->workers[i];
        if (self->fault_count) {
            memcpy(faults + at, self->faults, self->fault_count * sizeof *faults);
        }
        at += self->fault_count;
        self->fault_count = 0;
    }
    if (faults) {
        qsort(faults, *count, sizeof *faults, by_member);
    }
    return faults;
}

static void mark_kept(struct proof *p, struct fault fault)
{
    struct plan *plan = p->plan;
    uint32_t class = p->census->class_of[fault.member];
    if (!plan->stays[fault.member]) {
        plan->stays[fault.member] = true;
        plan->kept[plan->kept_count++] = (struct kept){fault.member, fault.symbol, fault.other};
        p->why[class] = p->why[class] ? p->why[class] : (uint32_t)plan->kept_count;
    }
}

/** How many libraries give all their members of a class up. */
static uint32_t count_givers(const struct proof *p, uint32_t class)
{
    uint32_t givers = 0;
    uint32_t last = NO_CLASS;
    for (uint32_t m = p->first_member[class]; m != NO_CLASS; m = p->next_member[m]) {
        uint32_t library = p->census->set->members[m].library;
        givers += !p->plan->stays[m] && library != last;
        last = library;
    }
    return givers;
}

/** A class that too few libraries give up does not move. */
static void settle_givers(struct proof *p)
{
    for (uint32_t i = 0; i < p->census->count; i++) {
        if (p->why[i] && class_moves(p, i) && count_givers(p, i) < p->rules->min_sharers) {
            const struct kept *why = &p->plan->kept[p->why[i] - 1];
            p->plan->verdicts[i] =
                (struct verdict){DECISION_STAY, REASON_PROOF, why->symbol, why->other};
        }
    }
}

static bool apply_faults(struct proof *p, size_t *count)
{
    struct fault *faults = gather_faults(p, count);
    for (size_t i = 0; faults && i < *count; i++) {
        uint32_t class = p->census->class_of[faults[i].member];
        if (faults[i].evict) {
            p->plan->verdicts[class] =
                (struct verdict){DECISION_STAY, REASON_CAPTURE, faults[i].symbol, NO_CLASS};
        } else {
            mark_kept(p, faults[i]);
        }
    }
    free(faults);
    settle_givers(p);
    return faults != NULL;
}

/* ---- rounds ------------------------------------------------------------------------------ */

static uint64_t symbols_in_set(const struct proof *p)
{
    uint64_t total = 0;
    for (size_t i = 0; i < p->census->set->member_count; i++) {
        total += p->census->list[p->census->class_of[i]].global_count + 1;
    }
    return total;
}

/** Allocate the tables of a proof. */
static bool make_tables(struct proof *p)
{
    struct arena *arena = &p->arena;
    size_t classes = p->census->count;
    size_t members = p->census->set->member_count;
    size_t libraries = p->census->set->library_count;
    struct orders_rules rules = {.count = (uint32_t)libraries,
                                 .left_out = p->plan->left_out,
                                 .proven = p->plan->orders};
    p->first_member = ARENA_ARRAY(arena, uint32_t, classes);
    p->why = ARENA_ARRAY(arena, uint32_t, classes);
    p->next_member = ARENA_ARRAY(arena, uint32_t, members);
    p->plan->kept = ARENA_ARRAY(&p->plan->arena, struct kept, members);
    p->tied = ARENA_ARRAY(arena, bool, libraries);
    p->roots = ARENA_ARRAY(arena, uint32_t *, libraries);
    p->root_count = ARENA_ARRAY(arena, size_t, libraries);
    p->own_count = ARENA_ARRAY(arena, size_t, libraries);
    return p->first_member && p->why && p->next_member && p->plan->kept && p->tied &&
           p->roots && p->root_count && p->own_count &&
           orders_make(&p->orders, p->census, &rules, arena) &&
           scope_init(&p->workspace, p->census, arena);
}

/** Chain the members of each class, in order. */
static void chain_members(struct proof *p)
{
    memset(p->first_member, 0xff, p->census->count * sizeof *p->first_member);
    for (uint32_t m = (uint32_t)p->census->set->member_count; m-- > 0;) {
        uint32_t class = p->census->class_of[m];
        p->next_member[m] = p->first_member[class];
        p->first_member[class] = m;
    }
}

static bool prepare_worker(const struct proof *p, struct proof_worker *self)
{
    const struct census *census = p->census;
    struct arena *arena = &self->arena;
    self->sides = ARENA_ARRAY(arena, uint32_t, census->symbol_count);
    return self->sides && scope_init(&self->before, census, arena) &&
           scope_init(&self->after, census, arena) &&
           line_init(&self->line_before, census, arena) &&
           line_init(&self->line_after, census, arena) &&
           line_init(&self->one_before, census, arena) &&
           line_init(&self->one_after, census, arena) &&
           link_init(&self->original, census, arena) && link_init(&self->melded, census, arena) &&
           (self->original.looks_count = true);
}

static bool prepare(struct proof *p)
{
    if (!make_tables(p)) {
        return false;
    }
    chain_members(p);
    for (unsigned i = 0; i < p->rules->jobs; i++) {
        if (!prepare_worker(p, &p->workers[i])) {
            return false;
        }
    }
    return roots_find(p->census, p->rules->roots, p->rules->root_count, &p->arena, &p->is_root);
}

static bool is_tied(const struct proof *p)
{
    for (size_t i = 0; i < p->census->set->library_count; i++) {
        if (p->tied[i]) {
            return true;
        }
    }
    return false;
}

static bool has_faults(const struct proof *p)
{
    for (unsigned i = 0; i < p->rules->jobs; i++) {
        if (p->workers[i].fault_count) {
            return true;
        }
    }
    return false;
}

/** Look for faults once. */
static void prove_round(struct proof *p)
{
    size_t libraries = p->census->set->library_count;
    for (unsigned i = 0; i < p->rules->jobs; i++) {
        p->workers[i].clash_count = 0;
    }
    scope_clear(&p->workspace);
    scope_add_workspace(&p->workspace, p->census, p->plan);
    threads_run(libraries, p->rules->jobs, prove_library, p);
    if (has_faults(p)) {
        return; /* first things first */
    }
    bool ambiguous = is_ambiguous(p);
    if (libraries < 2 || atomic_load(&p->stuck) || !(is_tied(p) || ambiguous)) {
        return;
    }
    if (!ambiguous && symbols_in_set(p) > FEW_PAIR_STEPS / libraries) {
        return; /* the check of the outputs says that pairs were too many */
    }
    if (symbols_in_set(p) * 8 > MOST_PAIR_STEPS / libraries) {
        atomic_store(&p->stuck, true);
        return;
    }
    threads_run(libraries * (libraries - 1) + 1, p->rules->jobs, prove_several, p);
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

/** The last round's clashes, sorted; a pair is named in one order only. */
static bool gather_clashes(struct proof *p)
{
    struct plan *plan = p->plan;
    size_t count = 0;
    for (unsigned i = 0; i < p->rules->jobs; i++) {
        count += p->workers[i].clash_count;
    }
    plan->clashes = ARENA_ARRAY(&plan->arena, struct clash, count);
    for (unsigned i = 0; plan->clashes && i < p->rules->jobs; i++) {
        for (size_t j = 0; j < p->workers[i].clash_count; j++) {
            struct clash clash = p->workers[i].clashes[j];
            if (clash.second == NO_CLASS || clash.first < clash.second) {
                plan->clashes[plan->clash_count++] = clash;
            }
        }
    }
    if (plan->clash_count) {
        qsort(plan->clashes, plan->clash_count, sizeof *plan->clashes, by_libraries);
    }
    return plan->clashes != NULL;
}

static bool prove(struct proof *p)
{
    bool settled = false;
    while (!settled) {
        size_t faults;
        bool stuck = atomic_load(&p->stuck);
        bool memory = plan_imports(p->census, p->plan);
        if (stuck) {
            give_up(p);
        } else {
            prove_round(p);
        }
        for (unsigned i = 0; i < p->rules->jobs; i++) {
            memory = memory && !p->workers[i].out_of_memory;
        }
        if (!memory || (!has_faults(p) && !prove_imports(p)) || !apply_faults(p, &faults)) {
            return false;
        }
        if (++p->plan->proof_rounds == MOST_ROUNDS) {
            atomic_store(&p->stuck, true);
        }
        settled = faults == 0 && (stuck || !atomic_load(&p->stuck));
    }
    return gather_clashes(p);
}

bool proof_run(const struct census *census, const struct proof_rules *rules, struct plan *plan,
               struct error *error)
{
    struct proof proof = {.census = census, .rules = rules, .plan = plan};
    proof.workers = calloc(rules->jobs, sizeof *proof.workers);
    bool done = proof.workers && prepare(&proof) && prove(&proof);
    for (unsigned i = 0; proof.workers && i < rules->jobs; i++) {
        arena_free(&proof.workers[i].arena);
        link_free(&proof.workers[i].original);
        link_free(&proof.workers[i].melded);
        line_free(&proof.workers[i].line_before);
        line_free(&proof.workers[i].line_after);
        line_free(&proof.workers[i].one_before);
        line_free(&proof.workers[i].one_after);
        free(proof.workers[i].faults);
        free(proof.workers[i].clashes);
    }
    free(proof.workers);
    arena_free(&proof.arena);
    return done || error_memory(error);
}
