/* SPDX-License-Identifier: MIT */
/** The link proof: linking one library in simulation, and finding the cause of a difference. */
#include <stdlib.h>

#include "proof/proof_internal.h"
#include "proof/roots.h"

/* How many symbols may be looked at in the links from single roots, all libraries together. */
static const uint64_t MOST_ROOT_STEPS = (uint64_t)1 << 21;

/* ---- faults ------------------------------------------------------------------------------ */

void add_fault(struct proof_worker *self, struct fault fault)
{
    struct fault *faults = heap_grow(self->faults, self->fault_count, &self->fault_capacity, 256,
                                     sizeof *faults);
    if (!faults) {
        self->out_of_memory = true;
        return;
    }
    self->faults = faults;
    self->faults[self->fault_count++] = fault;
}

void add_clash(struct proof_worker *self, struct clash clash)
{
    const struct clash *last = self->clash_count ? &self->clashes[self->clash_count - 1] : NULL;
    if (last && last->first == clash.first && last->second == clash.second) {
        return;
    }
    struct clash *clashes = heap_grow(self->clashes, self->clash_count, &self->clash_capacity, 64,
                                      sizeof *clashes);
    if (!clashes) {
        self->out_of_memory = true;
        return;
    }
    self->clashes = clashes;
    self->clashes[self->clash_count++] = clash;
}

static bool stands_in(const struct link_order *order, uint32_t library)
{
    for (uint32_t i = 0; i < order->count; i++) {
        if (order->libraries[i] == library) {
            return true;
        }
    }
    return false;
}

/** Demand that a moving class stays in the linked libraries. False if it stays already. */
static bool demand(struct proof *p, struct proof_worker *self, const struct link_order *order,
                   uint32_t class, struct need need, uint32_t other)
{
    bool news = false;
    if (class == NO_CLASS || !class_moves(p, class)) {
        return false;
    }
    for (uint32_t m = p->first_member[class]; m != NO_CLASS; m = p->next_member[m]) {
        if (stands_in(order, p->census->set->members[m].library) && !p->plan->stays[m]) {
            add_fault(self, (struct fault){m, need.symbol, other, false});
            news = true;
        }
    }
    return news;
}

/** Demand that a class leaves the workspace: it must not define @symbol there. */
static void evict(struct proof *p, struct proof_worker *self, uint32_t symbol, uint32_t class)
{
    add_fault(self, (struct fault){p->first_member[class], symbol, class, true});
}

/**
 * A class that the originals do not load needs what is undefined. It came in the place of others,
 * or for the needs of one that did: those stay.
 */
static void blame_newcomer(struct proof *p, struct proof_worker *self,
                           const struct link_order *order, struct need need)
{
    bool mended = false;
    for (uint32_t c = need.needer; !mended && c != NO_CLASS && !link_has_loaded(&self->original, c);
         c = self->melded.puller[c]) {
        const struct class *class = &p->census->list[c];
        for (size_t i = 0; i < class->global_count; i++) {
            uint32_t symbol = class->globals[i].symbol;
            uint32_t was = link_definer(&self->original, symbol);
            if (role_defines(class->globals[i].role) && was != c) {
                mended |= demand(p, self, order, was, need, was);
            }
        }
    }
    if (!mended) {
        atomic_store(&p->stuck, true);
    }
}

/**
 * A need that was met by class @before is met by another one, or by none. Find what must stay:
 * the one that met it; else those that came from the workspace and lead to what was left behind,
 * all the way up to the library's own member that needed the first of them; else the one in the
 * workspace that meets it now; else the one that had loaded @before on the way.
 */
static void blame(struct proof *p, struct proof_worker *self, const struct link_order *order,
                  struct need need, uint32_t before, uint32_t after)
{
    bool mended = demand(p, self, order, before, need, before);
    if (!mended) {
        for (uint32_t c = need.needer; c != NO_CLASS && self->melded.from_workspace[c];
             c = self->melded.puller[c]) {
            mended |= demand(p, self, order, c, need, before);
        }
    }
    if (!mended && after != NO_CLASS && self->melded.from_workspace[after] &&
        link_has_loaded(&self->melded, after)) {
        evict(p, self, need.symbol, after);
        mended = true;
    }
    bool stub = p->census->list[before].import_stub; /* met the need, but was not loaded */
    uint32_t c = stub ? need.needer : before;
    bool newcomer = c != NO_CLASS && !link_has_loaded(&self->original, c);
    for (; !mended && !newcomer && c != NO_CLASS; c = self->original.puller[c]) {
        mended = demand(p, self, order, c, need, before);
    }
    if (!mended && newcomer) {
        blame_newcomer(p, self, order, need);
    } else if (!mended) {
        atomic_store(&p->stuck, true);
    }
}

/** What blame_difference() needs to know. */
struct comparison {
    struct proof *proof;
    struct proof_worker *self;
    const struct link_order *order;
    bool lazy; /* what was undefined must stay so */
};

static void blame_difference(void *context, struct need need, uint32_t was, uint32_t is)
{
    struct comparison *c = context;
    if (was != NO_CLASS) {
        blame(c->proof, c->self, c->order, need, was, is);
    } else if (is == NO_CLASS) {
        blame_newcomer(c->proof, c->self, c->order, need);
    } else if (c->proof->census->list[is].import_stub) {
        return; /* prove_imports() sees to that */
    } else if (c->lazy && (c->self->melded.from_workspace[is] ||
                           !link_has_loaded(&c->self->melded, is))) {
        evict(c->proof, c->self, need.symbol, is);
    }
}

void compare_links(struct proof *p, struct proof_worker *self, const struct link_order *order,
                   bool lazy)
{
    struct comparison comparison = {p, self, order, lazy};
    size_t faults = self->fault_count;
    link_compare(&self->original, &self->melded, false, blame_difference, &comparison);
    if (self->fault_count > faults || link_new_clash(&self->original, &self->melded) == NO_CLASS) {
        return;
    }
    /* a clash where all that counts is as before: another definition as good dragged it in */
    link_compare(&self->original, &self->melded, true, blame_difference, &comparison);
    if (self->fault_count == faults) {
        atomic_store(&p->stuck, true);
    }
}

/* ---- one library ------------------------------------------------------------------------- */

bool member_is_safe(const struct proof *p, const struct proof_worker *self, uint32_t member)
{
    const struct places places = {.before = &self->before,
                                  .after = &self->after,
                                  .workspace = &p->workspace,
                                  .census = p->census,
                                  .is_root = p->is_root,
                                  .parted = self->parted,
                                  .one_pass = models_have_one_pass(p->rules->models)};
    const struct class *class = &p->census->list[p->census->class_of[member]];
    bool moves = class_moves(p, p->census->class_of[member]);
    return class->import_stub || places_keep(&places, class, moves);
}

void fill_scopes(const struct proof *p, struct proof_worker *self, uint32_t library)
{
    scope_clear(&self->before);
    scope_add_library(&self->before, p->census, NULL, library);
    scope_clear(&self->after);
    scope_add_library(&self->after, p->census, p->plan, library);
    const struct library *in = &p->census->set->libraries[library];
    self->parted = false;
    for (size_t i = 0; i < in->archive.member_count; i++) {
        self->parted |= !plan_stays(p->plan, p->census, in->first + (uint32_t)i);
    }
}

static bool library_is_safe(const struct proof *p, const struct proof_worker *self,
                            uint32_t library)
{
    const struct library *in = &p->census->set->libraries[library];
    for (size_t i = 0; i < in->archive.member_count; i++) {
        if (!member_is_safe(p, self, in->first + (uint32_t)i)) {
            return false;
        }
    }
    return true;
}

/** @one the lines for programs that use libraries of one side only */
static bool fill_pair(const struct proof *p, const struct link_order *order, bool one,
                      struct line *before, struct line *after)
{
    bool done = true;
    line_clear(before);
    line_clear(after);
    for (uint32_t i = 0; done && i < order->count; i++) {
        uint32_t library = order->libraries[i];
        bool aside = one && plan_leaves_out(p->plan, library) && !p->orders.neutral[library];
        before->unlisted = after->unlisted = aside ? p->orders.is_compiler_rt : NULL;
        done = line_add_library(before, NULL, library) &&
               line_add_library(after, p->plan, library);
        after->unlisted = NULL;
        done = done && (i + 1 != order->melded || line_add_workspace(after, p->plan));
    }
    return done;
}

bool fill_lines(const struct proof *p, struct proof_worker *self, const struct link_order *order)
{
    return fill_pair(p, order, false, &self->line_before, &self->line_after) &&
           (!order->by_use || fill_pair(p, order, true, &self->one_before, &self->one_after));
}

/** Link one library from some roots, in all models, and compare. */
static bool prove_roots(struct proof *p, struct proof_worker *self, const struct link_order *order,
                        const uint32_t *roots, size_t count)
{
    for (enum model model = 0; model < MODEL_COUNT; model++) {
        if (!models_have(p->rules->models, model)) {
            continue;
        }
        if (!link_run(&self->original, model, &self->line_before, roots, count) ||
            !link_run(&self->melded, model, &self->line_after, roots, count)) {
            return false;
        }
        if (self->original.clash != NO_CLASS) {
            add_clash(self, (struct clash){order->libraries[0], NO_CLASS, self->original.clash});
            return true;
        }
        compare_links(p, self, order, true);
    }
    return true;
}

/** Find the library's roots, its own ones first; its scope is filled. */
static bool find_roots(struct proof *p, struct proof_worker *self, uint32_t library)
{
    size_t most = p->census->set->libraries[library].archive.member_count;
    if (p->roots[library]) {
        return true;
    }
    uint32_t *found = calloc(most + 1, sizeof *found);
    uint32_t *roots = ARENA_ARRAY(&self->arena, uint32_t, most + 1);
    if (found && roots) {
        size_t count = roots_of(p->census, &self->before, p->is_root, false, library, found, 0);
        size_t at = 0;
        for (int shared = 0; shared <= 1; shared++) {
            for (size_t i = 0; i < count; i++) {
                uint32_t class = scope_find(&self->before, found[i]);
                if ((p->census->members[class].sharers > 1) == shared) {
                    roots[at++] = found[i];
                }
            }
            p->own_count[library] = shared ? p->own_count[library] : at;
        }
        p->root_count[library] = count;
        p->roots[library] = roots;
    }
    free(found);
    return p->roots[library] != NULL;
}

void prove_library(void *context, size_t item, unsigned worker)
{
    struct proof *p = context;
    struct proof_worker *self = &p->workers[worker];
    uint32_t library = (uint32_t)item;
    struct link_order order = order_alone(&p->orders, &library);
    uint64_t steps = 0;
    fill_scopes(p, self, library);
    p->tied[library] = !plan_leaves_out(p->plan, library) && !library_is_safe(p, self, library);
    if (!find_roots(p, self, library)) {
        self->out_of_memory = true;
        return;
    }
    if (!p->tied[library]) {
        return;
    }
    const uint32_t *roots = p->roots[library];
    size_t count = p->root_count[library];
    bool done = fill_lines(p, self, &order) && prove_roots(p, self, &order, roots, count);
    for (size_t i = 0; done && count > 1 && i < count; i++) {
        done = prove_roots(p, self, &order, &roots[i], 1);
        steps += self->original.need_count;
        if (steps > MOST_ROOT_STEPS / p->census->set->library_count) {
            break; /* the check of the outputs tells what was not tried */
        }
    }
    self->out_of_memory |= !done;
}
