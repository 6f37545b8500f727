/* SPDX-License-Identifier: MIT */
/** The link proof: several libraries in one link. */
#include <stdlib.h>

#include "proof/proof_internal.h"

/* How often roots that clash are taken away before several libraries count as unprovable. */
enum { MOST_TRIES = 6 };

/* How many roots of each library are tried one by one in a link of several. */
enum { MOST_OWN_ROOTS = 16 };

bool is_ambiguous(struct proof *p)
{
    struct proof_worker *self = &p->workers[0]; /* its scopes are borrowed */
    return libraries_differ(p->census, 0, (uint32_t)p->census->set->library_count, p->is_root,
                            &self->before, &self->after);
}

/* ---- linking in an order ----------------------------------------------------------------- */

/** Take away the roots that lead to the classes that clash. Returns how many are left. */
static size_t drop_clashing(const struct link *link, uint32_t *roots, size_t count)
{
    for (size_t i = 0; i < link->clashing_count; i++) {
        uint32_t top = link->clashing[i];
        while (link->puller[top] != NO_CLASS) {
            top = link->puller[top];
        }
        size_t left = 0;
        for (size_t j = 0; j < count; j++) {
            if (link_definer(link, roots[j]) != top) {
                roots[left++] = roots[j];
            }
        }
        count = left;
    }
    return count;
}

/**
 * Link the originals. Where they clash, say so, and find out what of them does link: programs
 * seldom call everything. False only when memory is short.
 */
static bool link_originals(struct proof_worker *self,
                           const struct link_order *order, enum model model, uint32_t *roots,
                           size_t *count)
{
    for (int tries = 0; tries < MOST_TRIES; tries++) {
        if (!link_run(&self->original, model, &self->line_before, roots, *count)) {
            return false;
        }
        if (self->original.clash == NO_CLASS) {
            return true;
        }
        bool pair = order->count == 2;
        add_clash(self,
                  (struct clash){pair ? order->libraries[0] : NO_CLASS,
                                 pair ? order->libraries[1] : NO_CLASS, self->original.clash});
        *count = drop_clashing(&self->original, roots, *count);
    }
    return true;
}

/** Compare the links from some roots; roots that clash are dropped. */
static bool prove_from(struct proof *p, struct proof_worker *self, const struct link_order *order,
                       enum model model, uint32_t *roots, size_t count)
{
    if (!link_originals(self, order, model, roots, &count)) {
        return false;
    }
    if (self->original.clash != NO_CLASS) {
        return true;
    }
    if (!link_run(&self->melded, model, &self->line_after, roots, count)) {
        return false;
    }
    compare_links(p, self, order, !model_is_one_pass(model));
    return true;
}

/* ---- from which roots -------------------------------------------------------------------- */

/** From all roots of the libraries, or with @own from those that no other library has. */
static bool prove_all_roots(struct proof *p, struct proof_worker *self,
                            const struct link_order *order, enum model model, bool own)
{
    const size_t *counts = own ? p->own_count : p->root_count;
    size_t count = 0;
    size_t all = 0;
    for (size_t i = 0; i < order_length(p, order); i++) {
        count += counts[order_library(p, order, i)];
        all += p->root_count[order_library(p, order, i)];
    }
    if (own && count == all) {
        return true;
    }
    uint32_t *roots = calloc(count + 1, sizeof *roots);
    if (!roots) {
        return false;
    }
    count = 0;
    for (size_t i = 0; i < order_length(p, order); i++) {
        uint32_t library = order_library(p, order, i);
        memcpy(roots + count, p->roots[library], counts[library] * sizeof *roots);
        count += counts[library];
    }
    bool done = prove_from(p, self, order, model, roots, count);
    free(roots);
    return done;
}

/** From each root alone that no other library has. */
static bool prove_each_root(struct proof *p, struct proof_worker *self,
                            const struct link_order *order, enum model model)
{
    for (size_t i = 0; i < order_length(p, order); i++) {
        uint32_t library = order_library(p, order, i);
        for (size_t j = 0; j < p->own_count[library] && j < MOST_OWN_ROOTS; j++) {
            uint32_t root = p->roots[library][j];
            if (!prove_from(p, self, order, model, &root, 1)) {
                return false;
            }
        }
    }
    return true;
}

/**
 * From all roots, from all that are the libraries' own, and from each of these: a symbol that is
 * called hides that without the call another definition would be taken.
 */
static bool prove_order(struct proof *p, struct proof_worker *self, const struct link_order *order)
{
    bool done = fill_lines(p, self, order);
    for (enum model model = 0; done && model < MODEL_COUNT; model++) {
        if (!models_have(p->rules->models, model)) {
            continue;
        }
        done = prove_all_roots(p, self, order, model, false) &&
               prove_all_roots(p, self, order, model, true) &&
               prove_each_root(p, self, order, model);
    }
    return done;
}

void prove_several(void *context, size_t item, unsigned worker)
{
    struct proof *p = context;
    size_t others = p->census->set->library_count - 1;
    uint32_t first = (uint32_t)(item / others);
    uint32_t second = (uint32_t)(item % others);
    uint32_t pair[2] = {first, second + (second >= first)};
    bool all = item == p->census->set->library_count * others;
    struct link_order order = {pair, all ? 0 : 2};
    if (!all && plan_leaves_out(p->plan, pair[0]) && plan_leaves_out(p->plan, pair[1])) {
        return; /* neither changes */
    }
    if (!prove_order(p, &p->workers[worker], &order)) {
        p->workers[worker].out_of_memory = true;
    }
}
