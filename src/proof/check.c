/* SPDX-License-Identifier: MIT */
#include "proof/check.h"

#include <stdlib.h>

#include "base/table.h"
#include "base/threads.h"
#include "proof/check_internal.h"
#include "proof/roots.h"

/**
 * So many symbols in all pairs are linked, whatever it takes; past these, so many steps, which are
 * those of some 25 plugins with std: each link looks at its symbols, and at every class.
 */
static const uint64_t FEW_PAIR_SYMBOLS = (uint64_t)1 << 22;
static const uint64_t MOST_PAIR_STEPS = (uint64_t)1 << 24;

/** How many steps the links from single roots may take together, in small sets and in others. */
static const uint64_t MOST_STEPS_SMALL = (uint64_t)1 << 26;
static const uint64_t MOST_STEPS = (uint64_t)1 << 20;

/** Sets with fewer symbols in all their pairs are linked even where a shortcut would do. */
static const uint64_t SMALL_SET = (uint64_t)1 << 16;

/* ---- without a link ---------------------------------------------------------------------- */

/**
 * Look at one library as an item of threads_run(). If all libraries keep the places of their
 * symbols, and no symbol has two definitions, every link is as before.
 */
static void look_at_needs(void *context, size_t item, unsigned worker)
{
    struct checking *c = context;
    struct check_worker *self = c->workers[worker];
    uint32_t number = c->rules->originals + (uint32_t)item;
    if (c->rules->left_out && c->rules->left_out[item]) {
        return; /* it does not change */
    }
    const struct library *library = &c->census->set->libraries[number];
    scope_clear(&self->scope);
    scope_add_library(&self->scope, c->census, NULL, number);
    scope_clear(&self->melded);
    scope_add_library(&self->melded, c->census, NULL, c->rules->melded + (uint32_t)item);
    struct places places = {.before = &self->scope,
                            .after = &self->melded,
                            .workspace = &c->workspace,
                            .census = c->census,
                            .is_root = c->is_root,
                            .one_pass = models_have_one_pass(c->rules->models)};
    const struct library *left = &c->census->set->libraries[c->rules->melded + item];
    for (size_t i = 0; i < left->archive.member_count; i++) {
        self->held[c->census->class_of[left->first + i]] = item + 1;
    }
    for (size_t i = 0; i < library->archive.member_count; i++) {
        places.parted |= self->held[c->census->class_of[library->first + i]] != item + 1;
    }
    for (size_t i = 0; i < library->archive.member_count && !atomic_load(&c->tied); i++) {
        uint32_t class = c->census->class_of[library->first + i];
        if (!places_keep(&places, &c->census->list[class], c->in_workspace[class])) {
            atomic_store(&c->tied, true);
        }
    }
}

/* ---- together ---------------------------------------------------------------------------- */

/** The most roots that all originals can have. */
static size_t most_roots(const struct checking *c)
{
    const struct library *first = &c->census->set->libraries[c->rules->originals];
    size_t count = 0;
    for (size_t i = 0; i < c->rules->count; i++) {
        for (size_t j = 0; j < first[i].archive.member_count; j++) {
            uint32_t class = c->census->class_of[first[i].first + j];
            count += c->census->list[class].global_count;
        }
    }
    return count;
}

/** Mark the classes of a library's members. */
static void mark_classes(const struct census *census, uint32_t library, bool *marks)
{
    const struct library *in = &census->set->libraries[library];
    for (size_t i = 0; i < in->archive.member_count; i++) {
        marks[census->class_of[in->first + i]] = true;
    }
}

/** Find out whether any member that was written is not one of the originals' members. */
static bool find_changes(struct checking *c)
{
    const struct check_rules *rules = c->rules;
    bool *old = ARENA_ARRAY(&c->arena, bool, c->census->count);
    bool *new = ARENA_ARRAY(&c->arena, bool, c->census->count);
    for (uint32_t i = 0; old && new && i < rules->count; i++) {
        mark_classes(c->census, rules->originals + i, old);
        mark_classes(c->census, rules->melded + i, new);
    }
    c->in_workspace = ARENA_ARRAY(&c->arena, bool, c->census->count);
    for (uint32_t i = 0; old && new && c->in_workspace && i < check_workspaces(rules); i++) {
        mark_classes(c->census, rules->workspace + i, new);
        mark_classes(c->census, rules->workspace + i, c->in_workspace);
    }
    for (size_t i = 0; old && new && i < c->census->count; i++) {
        c->changed |= rules->shrunk && new[i] && !old[i];
    }
    return old && new && c->in_workspace;
}

/** A worker with what the shortcut needs. */
static struct check_worker *make_worker(const struct checking *c)
{
    struct check_worker *self = calloc(1, sizeof *self);
    if (self) {
        self->held = ARENA_ARRAY(&self->arena, size_t, c->census->count);
        self->out_of_memory = !self->held || !scope_init(&self->scope, c->census, &self->arena) ||
                              !scope_init(&self->melded, c->census, &self->arena);
    }
    return self;
}

/** Give a worker what links need. */
static bool equip_worker(const struct checking *c, struct check_worker *self)
{
    self->roots = ARENA_ARRAY(&self->arena, uint32_t, most_roots(c));
    self->side_roots = ARENA_ARRAY(&self->arena, uint32_t, most_roots(c));
    self->told[0] = ARENA_ARRAY(&self->arena, size_t, c->census->symbol_count);
    self->told[1] = ARENA_ARRAY(&self->arena, size_t, c->census->symbol_count);
    self->needed = ARENA_ARRAY(&self->arena, size_t, c->census->symbol_count);
    self->sides = ARENA_ARRAY(&self->arena, uint32_t, c->census->symbol_count);
    return self->sides && self->roots && self->side_roots && self->told[0] && self->told[1] &&
           self->needed &&
           line_init(&self->line_before, c->census, &self->arena) &&
           line_init(&self->line_after, c->census, &self->arena) &&
           line_init(&self->one_before, c->census, &self->arena) &&
           line_init(&self->one_after, c->census, &self->arena) &&
           link_init(&self->before, c->census, &self->arena) &&
           link_init(&self->after, c->census, &self->arena);
}

static void free_worker(struct check_worker *self)
{
    if (self) {
        link_free(&self->before);
        link_free(&self->after);
        line_free(&self->line_before);
        line_free(&self->line_after);
        line_free(&self->one_before);
        line_free(&self->one_after);
        images_free(&self->images);
        table_free(&self->seen);
        free(self->compared);
        arena_free(&self->arena);
        free(self);
    }
}

static bool is_export(const struct checking *c, const struct table *table, struct span name)
{
    return table_find(table, table_hash(name, 0), table_equal_text, c->rules->exports, &name) !=
           TABLE_NONE;
}

/** Drop the roots that pruning removed. */
static bool keep_exports(struct checking *c)
{
    const struct check_rules *rules = c->rules;
    struct table table = {0};
    bool done = true;
    for (size_t i = 0; done && i < rules->export_count; i++) {
        struct span name = span_of(rules->exports[i]);
        done = is_export(c, &table, name) || table_add(&table, table_hash(name, 0), (uint32_t)i);
    }
    for (size_t i = 0; done && rules->exports && i < c->census->symbol_count; i++) {
        c->is_root[i] &= is_export(c, &table, c->census->symbols[i]);
    }
    table_free(&table);
    return done;
}

static bool prepare(struct checking *c)
{
    struct orders_rules rules = {.first = c->rules->originals,
                                 .count = c->rules->count,
                                 .left_out = c->rules->left_out,
                                 .part_of = c->rules->part_of,
                                 .part_count = check_workspaces(c->rules),
                                 .proven = c->rules->orders};
    c->workers = ARENA_ARRAY(&c->arena, struct check_worker *, c->rules->jobs);
    bool done =
        c->workers && orders_make(&c->orders, c->census, &rules, &c->arena) &&
        scope_init(&c->workspace, c->census, &c->arena) && find_changes(c) &&
        roots_find(c->census, c->rules->roots, c->rules->root_count, &c->arena, &c->is_root) &&
        keep_exports(c);
    c->orders.changed = c->changed;
    for (unsigned i = 0; done && i < c->rules->jobs; i++) {
        c->workers[i] = make_worker(c);
        done = c->workers[i] && !c->workers[i]->out_of_memory;
    }
    return done;
}

/** Count how many originals define each symbol. */
static bool count_definers(struct checking *c)
{
    uint32_t *last = ARENA_ARRAY(&c->arena, uint32_t, c->census->symbol_count);
    c->definers = ARENA_ARRAY(&c->arena, uint32_t, c->census->symbol_count);
    for (uint32_t i = 0; last && c->definers && i < c->rules->count; i++) {
        const struct library *library = &c->census->set->libraries[c->rules->originals + i];
        for (size_t j = 0; j < library->archive.member_count; j++) {
            const struct class *class = &c->census->list[c->census->class_of[library->first + j]];
            for (size_t g = 0; g < class->global_count; g++) {
                uint32_t symbol = class->globals[g].symbol;
                if (role_defines(class->globals[g].role) && last[symbol] != i + 1) {
                    last[symbol] = i + 1;
                    c->definers[symbol]++;
                }
            }
        }
    }
    return last && c->definers;
}

/** Prepare for links. */
static bool prepare_links(struct checking *c)
{
    bool done = count_definers(c);
    for (unsigned i = 0; done && i < c->rules->jobs; i++) {
        done = equip_worker(c, c->workers[i]);
    }
    return done;
}

static bool has_found(const struct checking *c)
{
    for (unsigned i = 0; i < c->rules->jobs; i++) {
        if (c->workers[i]->differences.count) {
            return true;
        }
    }
    return false;
}

/** How many symbols all pairs have, in either order. */
static uint64_t symbols_in_pairs(const struct checking *c)
{
    size_t count = c->rules->count;
    uint64_t symbols = 0;
    for (size_t i = 0; i < count; i++) {
        const struct library *library = &c->census->set->libraries[c->rules->originals + i];
        for (size_t j = 0; j < library->archive.member_count; j++) {
            uint32_t class = c->census->class_of[library->first + j];
            symbols += c->census->list[class].global_count + 1;
        }
    }
    return symbols * count;
}

/**
 * Whether a shortcut shows that every link is as before: places.h has the lemmas, which are about
 * one workspace.
 */
static bool is_plain(struct checking *c)
{
    struct check_worker *first = c->workers[0]; /* its scopes are borrowed */
    bool never = c->rules->shortcuts == CHECK_NEVER_SHORT ||
                 (c->rules->shortcuts == CHECK_BY_SIZE && symbols_in_pairs(c) < SMALL_SET);
    if (c->changed || never || check_workspaces(c->rules) > 1) {
        return false;
    }
    scope_clear(&c->workspace);
    if (c->rules->workspace != NO_CLASS) {
        scope_add_library(&c->workspace, c->census, NULL, c->rules->workspace);
    }
    threads_run(c->rules->count, c->rules->jobs, look_at_needs, c);
    return !atomic_load(&c->tied) &&
           !libraries_differ(c->census, c->rules->originals, c->rules->count, c->is_root,
                             &first->scope, &first->melded);
}

/** Check all links. */
static void run_links(struct checking *c)
{
    size_t count = c->rules->count;
    size_t pairs = count * (count - 1);
    threads_run(count, c->rules->jobs, check_one, c);
    if (count > 1 && !has_found(c)) {
        uint64_t symbols = symbols_in_pairs(c);
        bool many = symbols > FEW_PAIR_SYMBOLS &&
                    symbols + (uint64_t)pairs * c->census->count > MOST_PAIR_STEPS;
        c->skipped = many ? pairs : 0; /* that would take too long */
        threads_run(pairs + 1 - c->skipped, c->rules->jobs, check_several, c);
    }
}

/** Forget all findings. */
static void forget(struct checking *c)
{
    size_t size = c->census->symbol_count * sizeof *c->workers[0]->told[0];
    for (unsigned i = 0; i < c->rules->jobs; i++) {
        struct check_worker *self = c->workers[i];
        self->differences.count = self->clashes.count = 0;
        memset(self->told[0], 0, size);
        memset(self->told[1], 0, size);
    }
}

static bool check(struct checking *c)
{
    size_t pairs = c->rules->count * (c->rules->count - 1);
    unsigned jobs = c->rules->jobs;
    c->plain = is_plain(c);
    if (c->plain) {
        return true;
    }
    if (!prepare_links(c)) {
        return false;
    }
    bool small = symbols_in_pairs(c) < SMALL_SET;
    c->most = (small ? MOST_STEPS_SMALL : MOST_STEPS) / (pairs + 1);
    run_links(c);
    if (c->rules->shrunk && !c->changed && has_found(c)) {
        /* members that were changed may equal others of the originals: the images decide */
        c->changed = true;
        forget(c);
        run_links(c);
    }
    bool memory = true;
    for (unsigned i = 0; i < jobs; i++) {
        memory = memory && !c->workers[i]->out_of_memory;
    }
    return memory;
}

static int by_link_number(const void *a, const void *b)
{
    const struct check_finding *first = a;
    const struct check_finding *second = b;
    if (first->link_number != second->link_number) {
        return first->link_number < second->link_number ? -1 : 1;
    }
    if (first->symbol != second->symbol) {
        return first->symbol < second->symbol ? -1 : 1;
    }
    return (first->fault > second->fault) - (first->fault < second->fault);
}

/** All workers' findings in the order of the links, so that threads make no difference. */
static bool gather(const struct checking *c, struct arena *arena, struct check_result *result)
{
    size_t count = 0;
    for (unsigned i = 0; i < c->rules->jobs; i++) {
        count += c->workers[i]->differences.count + c->workers[i]->clashes.count;
    }
    result->list = ARENA_ARRAY(arena, struct check_finding, count);
    for (unsigned i = 0; result->list && i < c->rules->jobs; i++) {
        const struct findings *kinds[2] = {&c->workers[i]->differences, &c->workers[i]->clashes};
        result->difference_count += kinds[0]->count;
        for (size_t k = 0; k < 2; k++) {
            memcpy(result->list + result->count, kinds[k]->list,
                   kinds[k]->count * sizeof *result->list);
            result->count += kinds[k]->count;
        }
    }
    if (count && result->list) {
        qsort(result->list, count, sizeof *result->list, by_link_number);
    }
    result->skipped = c->skipped;
    result->plain = c->plain;
    result->cut = atomic_load(&c->cut);
    return result->list != NULL;
}

bool check_links(const struct census *census, const struct check_rules *rules, struct arena *arena,
                 struct check_result *result, struct error *error)
{
    struct checking checking = {.census = census, .rules = rules};
    images_memory_begin(&checking.memory);
    bool done = prepare(&checking) && check(&checking) && gather(&checking, arena, result);
    for (unsigned i = 0; checking.workers && i < rules->jobs; i++) {
        free_worker(checking.workers[i]);
    }
    images_memory_free(&checking.memory);
    arena_free(&checking.arena);
    return done || error_memory(error);
}
