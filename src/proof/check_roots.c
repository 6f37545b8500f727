/* SPDX-License-Identifier: MIT */
/** The check: from which roots the libraries of a line are linked. */
#include "proof/check_internal.h"
#include "proof/roots.h"

/** So many steps are always taken for links from single roots: enough for small libraries. */
static const uint64_t FEW_STEPS = (uint64_t)1 << 15;

/** Of so few roots, choices of several are linked as well, of at most so many at once. */
enum { MOST_COMBINED = 24, MOST_TOGETHER = 6 };

static size_t find_roots(struct checking *c, struct check_worker *self)
{
    size_t roots = 0;
    if (self->order.by_use) {
        memset(self->sides, 0, c->census->symbol_count * sizeof *self->sides);
    }
    for (uint32_t i = 0; i < self->order.count; i++) {
        size_t first = roots;
        uint32_t library = c->rules->originals + self->order.libraries[i];
        scope_clear(&self->scope);
        scope_add_library(&self->scope, c->census, NULL, library);
        roots = roots_of(c->census, &self->scope, c->is_root, true, library, self->roots, roots);
        if (self->order.by_use) {
            orders_add_sides(&c->orders, self->order.libraries[i], self->roots + first,
                             roots - first, self->sides);
        }
    }
    return roots;
}

/** Move the roots that only one original library has to the front. Returns how many there are. */
static size_t sort_own(const struct checking *c, uint32_t *roots, size_t count)
{
    size_t own = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t root = roots[i];
        if (c->definers[root] == 1) {
            memmove(roots + own + 1, roots + own, (i - own) * sizeof *roots);
            roots[own++] = root;
        }
    }
    return own;
}

/** Link in all models from some roots. @all these are all the roots */
static bool compare_models(struct checking *c, struct check_worker *self, const uint32_t *roots,
                           size_t count, bool all)
{
    for (self->model = 0; self->model < MODEL_COUNT; self->model++) {
        if (models_have(c->rules->models, self->model) &&
            !check_from(c, self, roots, count, all)) {
            return false;
        }
    }
    return true;
}

/**
 * Link programs that use libraries of one side only, however large the set is: they must not get
 * code of another side because it is named.
 */
static bool compare_sides(struct checking *c, struct check_worker *self, size_t count)
{
    uint32_t seen = 0;
    bool done = true;
    for (size_t i = 0; done && self->order.by_use && i < count; i++) {
        uint32_t side = self->sides[self->roots[i]];
        size_t size = 0;
        for (size_t j = i; side && !(seen & side) && j < count; j++) {
            if (self->sides[self->roots[j]] == side) {
                self->side_roots[size++] = self->roots[j];
            }
        }
        seen |= side;
        done = !size || size == count || compare_models(c, self, self->side_roots, size, false);
    }
    return done;
}

/** Step to the next choice of @size numbers below @count, in ascending order; false: no more. */
static bool next_choice(size_t *choice, size_t size, size_t count)
{
    size_t i = size;
    while (i > 0 && choice[i - 1] == count - size + i - 1) {
        i--;
    }
    if (i == 0) {
        return false;
    }
    choice[i - 1]++;
    for (; i < size; i++) {
        choice[i] = choice[i - 1] + 1;
    }
    return true;
}

/**
 * Link from each choice of @size roots.
 * @return false when it is time to stop: after a finding, too many steps, or out of memory
 */
static bool compare_choices(struct checking *c, struct check_worker *self, size_t size,
                            size_t count, uint64_t most)
{
    size_t choice[MOST_TOGETHER];
    uint32_t roots[MOST_TOGETHER] = {0};
    size_t found = self->differences.count;
    for (size_t i = 0; i < size; i++) {
        choice[i] = i;
    }
    do {
        for (size_t i = 0; i < size; i++) {
            roots[i] = self->roots[choice[i]];
        }
        if (!compare_models(c, self, roots, size, false)) {
            self->out_of_memory = true;
            return false;
        }
        if (self->steps > most && size == 1) {
            atomic_store(&c->cut, true);
        }
        if (self->steps > most || self->differences.count > found) {
            return false;
        }
    } while (next_choice(choice, size, count));
    return true;
}

/** Link from each choice of @from to MOST_TOGETHER of the first @count roots, if they are few. */
static bool compare_few(struct checking *c, struct check_worker *self, size_t from, size_t count,
                        uint64_t most)
{
    bool more = count <= MOST_COMBINED;
    for (size_t size = from; more && size <= count && size <= MOST_TOGETHER; size++) {
        more = compare_choices(c, self, size, count, most);
    }
    return more;
}

/**
 * Link in all models: from all roots of the libraries, from those that only one library has, from
 * those of each side, from each, and from choices of several, as far as that takes no more than a
 * few times the steps of the links from all.
 */
static bool compare(struct checking *c, struct check_worker *self)
{
    size_t found = self->differences.count;
    size_t count = find_roots(c, self);
    size_t own = sort_own(c, self->roots, count);
    self->steps = 0;
    self->needed_stamp++;
    if (!check_fill_lines(c, self) || !compare_models(c, self, self->roots, count, true) ||
        (own && own < count && !compare_models(c, self, self->roots, own, false)) ||
        !compare_sides(c, self, count)) {
        return false;
    }
    uint64_t most = FEW_STEPS + 4 * self->steps < c->most ? FEW_STEPS + 4 * self->steps : c->most;
    if (self->differences.count == found && count > 1 && compare_choices(c, self, 1, count, most) &&
        compare_few(c, self, 2, own, most) && own < count) {
        compare_few(c, self, 2, count, most);
    }
    return !self->out_of_memory;
}

void check_one(void *context, size_t item, unsigned worker)
{
    struct checking *c = context;
    struct check_worker *self = c->workers[worker];
    uint32_t library = (uint32_t)item;
    self->link_number = item;
    self->order = order_alone(&c->orders, &library);
    self->out_of_memory |= !compare(c, self);
}

void check_several(void *context, size_t item, unsigned worker)
{
    struct checking *c = context;
    struct check_worker *self = c->workers[worker];
    uint32_t pair[2];
    struct link_order list[MOST_ORDERS];
    item += c->skipped;
    self->link_number = c->rules->count + item;
    size_t count = orders_list(&c->orders, item, pair, list);
    for (size_t i = 0; i < count; i++) {
        self->order = list[i];
        self->out_of_memory |= !compare(c, self);
    }
}
