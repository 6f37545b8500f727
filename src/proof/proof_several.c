/* SPDX-License-Identifier: MIT */
/** The link proof: several libraries in one link. */
#include <stdlib.h>

#include "proof/proof_internal.h"

/* How often roots that clash are taken away before several libraries count as unprovable. */
enum { MOST_TRIES = 6 };

/* How many roots of each library are tried one by one in a link of several. */
enum { MOST_OWN_ROOTS = 16 };

/* How many of each of two libraries are tried together. */
enum { MOST_ROOTS_OF_BOTH = 4 };

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

/** Whether a program that needs these symbols is linked with the lines of orders.h for one side. */
static bool uses_one_side(const struct proof_worker *self, const struct link_order *order,
                          const uint32_t *roots, size_t count)
{
    return order->by_use && !orders_use_both(self->sides, roots, count);
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
        bool one = uses_one_side(self, order, roots, *count);
        if (!link_run(&self->original, model, one ? &self->one_before : &self->line_before, roots,
                      *count)) {
            return false;
        }
        if (self->original.clash == NO_CLASS) {
            return true;
        }
        add_clash(self, (struct clash){order->all ? NO_CLASS : order->libraries[0],
                                       order->all ? NO_CLASS : order->libraries[1],
                                       self->original.clash});
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
    bool one = uses_one_side(self, order, roots, count);
    if (!link_run(&self->melded, model, one ? &self->one_after : &self->line_after, roots,
                  count)) {
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
    for (size_t i = 0; i < order->count; i++) {
        count += counts[order->libraries[i]];
        all += p->root_count[order->libraries[i]];
    }
    if (own && count == all) {
        return true;
    }
    uint32_t *roots = calloc(count + 1, sizeof *roots);
    if (!roots) {
        return false;
    }
    count = 0;
    for (size_t i = 0; i < order->count; i++) {
        uint32_t library = order->libraries[i];
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
    for (size_t i = 0; i < order->count; i++) {
        uint32_t library = order->libraries[i];
        for (size_t j = 0; j < p->own_count[library] && j < MOST_OWN_ROOTS; j++) {
            uint32_t root = p->roots[library][j];
            if (!prove_from(p, self, order, model, &root, 1)) {
                return false;
            }
        }
    }
    return true;
}

/** From one root each of a melded library and of one that is left out, which no other one has. */
static bool prove_both_sides(struct proof *p, struct proof_worker *self,
                             const struct link_order *order, enum model model)
{
    uint32_t first = order->libraries[0];
    uint32_t second = order->libraries[1];
    bool done = true;
    for (size_t i = 0; done && i < p->own_count[first] && i < MOST_ROOTS_OF_BOTH; i++) {
        for (size_t j = 0; done && j < p->own_count[second] && j < MOST_ROOTS_OF_BOTH; j++) {
            uint32_t roots[2] = {p->roots[first][i], p->roots[second][j]};
            done = !orders_use_both(self->sides, roots, 2) ||
                   prove_from(p, self, order, model, roots, 2);
        }
    }
    return done;
}

/** Note which libraries of a line a program uses by which root. */
static void note_sides(const struct proof *p, struct proof_worker *self,
                       const struct link_order *order)
{
    memset(self->sides, 0, p->census->symbol_count * sizeof *self->sides);
    for (uint32_t i = 0; i < order->count; i++) {
        uint32_t library = order->libraries[i];
        orders_add_sides(&p->orders, library, p->roots[library], p->root_count[library],
                         self->sides);
    }
}

/**
 * From all roots, from all that are the libraries' own, and from each of these: a symbol that is
 * called hides that without the call another definition would be taken.
 */
static bool prove_order(struct proof *p, struct proof_worker *self, const struct link_order *order)
{
    bool done = fill_lines(p, self, order);
    if (order->by_use) {
        note_sides(p, self, order);
    }
    for (enum model model = 0; done && model < MODEL_COUNT; model++) {
        if (!models_have(p->rules->models, model)) {
            continue;
        }
        done = prove_all_roots(p, self, order, model, false) &&
               prove_all_roots(p, self, order, model, true) &&
               prove_each_root(p, self, order, model) &&
               (!order->by_use || order->all || prove_both_sides(p, self, order, model));
    }
    return done;
}

void prove_several(void *context, size_t item, unsigned worker)
{
    struct proof *p = context;
    struct proof_worker *self = &p->workers[worker];
    uint32_t pair[2];
    struct link_order list[MOST_ORDERS];
    size_t count = orders_list(&p->orders, item, pair, list);
    for (size_t i = 0; i < count; i++) {
        self->out_of_memory |= !prove_order(p, self, &list[i]);
    }
}
