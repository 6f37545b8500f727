/* SPDX-License-Identifier: MIT */
#include "proof/check.h"

#include <stdlib.h>

#include "base/table.h"
#include "base/threads.h"
#include "proof/check_internal.h"
#include "proof/roots.h"

/** As in the link proof: past so many symbols in all pairs, pairs are skipped. */
static const uint64_t MOST_PAIR_STEPS = (uint64_t)1 << 30;

/* ---- links ------------------------------------------------------------------------------- */

static void add_finding(struct check_worker *self, struct finding finding)
{
    struct findings *findings = finding.clash ? &self->clashes : &self->differences;
    if (self->told[finding.symbol] == self->link_number + 1 || findings->count == MOST_FINDINGS) {
        return;
    }
    self->told[finding.symbol] = self->link_number + 1;
    finding.link_number = self->link_number;
    findings->list[findings->count++] = finding;
}

static void tell(void *context, struct need need, uint32_t was, uint32_t is)
{
    struct check_worker *self = context;
    /* that a one-pass linker finds in the workspace what it missed in an earlier library is well */
    bool more = was == NO_CLASS && self->model == MODEL_ONE_PASS && self->count != 1;
    if (!more) {
        add_finding(self, (struct finding){.symbol = need.symbol, .was = was, .is = is});
    }
}

static uint32_t order_length(const struct checking *c, const struct check_worker *self)
{
    return self->count ? self->count : c->rules->count;
}

static uint32_t order_library(const struct check_worker *self, uint32_t i)
{
    return self->count ? self->libraries[i] : i;
}

/** Link the originals (@first is rules.originals) or their melded forms, in order. */
static bool link_in_order(struct checking *c, struct check_worker *self, struct link *link,
                      uint32_t first, size_t root_count)
{
    bool melded = first == c->rules->melded;
    uint32_t length = order_length(c, self);
    if (!link_begin(link, self->model, self->roots, root_count)) {
        return false;
    }
    scope_clear(&self->scope, self->model);
    for (uint32_t i = 0; i < length + melded; i++) {
        uint32_t library = i == length ? c->rules->workspace : first + order_library(self, i);
        scope_add_library(&self->scope, c->census, NULL, library);
        if (self->model == MODEL_ONE_PASS) {
            if (!link_search(link, &self->scope)) {
                return false;
            }
            scope_clear(&self->scope, self->model);
        }
    }
    return self->model == MODEL_ONE_PASS || link_search(link, &self->scope);
}

static size_t find_roots(struct checking *c, struct check_worker *self)
{
    size_t roots = 0;
    for (uint32_t i = 0; i < order_length(c, self); i++) {
        uint32_t library = c->rules->originals + order_library(self, i);
        scope_clear(&self->scope, MODEL_LAZY);
        scope_add_library(&self->scope, c->census, NULL, library);
        roots = roots_of(c->census, &self->scope, c->is_root, c->rules->shrunk, library,
                         self->roots, roots);
    }
    return roots;
}

/** Mark the symbols that members of the linked originals need, loaded or not. */
static void mark_needed(const struct checking *c, struct check_worker *self)
{
    for (uint32_t i = 0; i < order_length(c, self); i++) {
        const struct library *library =
            &c->census->set->libraries[c->rules->originals + order_library(self, i)];
        for (size_t j = 0; j < library->archive.member_count; j++) {
            const struct class *class = &c->census->list[c->census->class_of[library->first + j]];
            for (size_t g = 0; g < class->global_count; g++) {
                if (!role_defines(class->globals[g].role)) {
                    self->needed[class->globals[g].symbol] = self->link_number + 1;
                }
            }
        }
    }
}

/** Whether what the shrunk members need is found, as far as it was, and was needed before. */
static void compare_needs(const struct checking *c, struct check_worker *self)
{
    mark_needed(c, self);
    for (size_t i = 0; i < self->after.need_count; i++) {
        struct need need = self->after.needs[i];
        uint32_t was = link_definer(&self->before, need.symbol);
        if (link_definer(&self->after, need.symbol) != NO_CLASS) {
            continue;
        }
        if (was != NO_CLASS) {
            tell(self, need, was, NO_CLASS);
        } else if (self->needed[need.symbol] != self->link_number + 1) {
            add_finding(self,
                        (struct finding){.symbol = need.symbol, .was = NO_CLASS, .is = NO_CLASS});
        }
    }
}

/** Compare the links in all models, from all roots of the libraries. */
static bool compare(struct checking *c, struct check_worker *self)
{
    size_t roots = find_roots(c, self);
    for (self->model = MODEL_LAZY; self->model < MODEL_COUNT; self->model++) {
        if (!models_have(c->rules->models, self->model)) {
            continue;
        }
        if (!link_in_order(c, self, &self->before, c->rules->originals, roots)) {
            return false;
        }
        if (self->before.clash != NO_CLASS) {
            add_finding(self, (struct finding){.symbol = self->before.clash, .clash = true});
            return true;
        }
        if (!link_in_order(c, self, &self->after, c->rules->melded, roots)) {
            return false;
        }
        if (c->rules->shrunk) {
            compare_needs(c, self);
        } else {
            link_compare(&self->before, &self->after, false, tell, self);
        }
        if (self->after.clash != NO_CLASS) {
            add_finding(self,
                        (struct finding){.symbol = self->after.clash,
                                         .was = link_definer(&self->before, self->after.clash),
                                         .is = self->after.clashing[0]});
        }
    }
    return true;
}

/** Each library alone: items of threads_run(). */
static void check_one(void *context, size_t item, unsigned worker)
{
    struct checking *c = context;
    struct check_worker *self = c->workers[worker];
    self->link_number = item;
    self->libraries[0] = (uint32_t)item;
    self->count = 1;
    self->out_of_memory |= !compare(c, self);
}

/** Several: the pairs in either order, unless they are skipped, then all together. */
static void check_several(void *context, size_t item, unsigned worker)
{
    struct checking *c = context;
    struct check_worker *self = c->workers[worker];
    size_t others = c->rules->count - 1;
    item += c->skipped;
    self->link_number = c->rules->count + item;
    self->count = item == c->rules->count * others ? 0 : 2;
    self->libraries[0] = (uint32_t)(item / others);
    self->libraries[1] = (uint32_t)(item % others);
    self->libraries[1] += self->libraries[1] >= self->libraries[0];
    self->out_of_memory |= !compare(c, self);
}

/* ---- without a link ---------------------------------------------------------------------- */

static bool keeps_place(const struct places *places, const struct global *global, bool moved)
{
    uint32_t symbol = global->symbol;
    if (global->role == ROLE_NEEDS_WEAK) {
        return true;
    }
    if (global->role == ROLE_DEFINES_ANY) { /* any other will do */
        return scope_find(places->after, symbol) != NO_CLASS ||
               scope_find(places->workspace, symbol) != NO_CLASS;
    }
    return place_is_kept(places, symbol, moved);
}

/** Whether all that a member defines and needs is found where it was, however it is loaded. */
static bool keeps_places(const struct places *places, const struct class *class, bool moved)
{
    for (size_t i = 0; i < class->global_count + class->alternate_count; i++) {
        if (!keeps_place(places, class_global(class, i), moved)) {
            return false;
        }
    }
    return true;
}

/**
 * Look at one library as an item of threads_run(). If all libraries keep the places of their
 * symbols, and no symbol has two definitions, every link is as before.
 */
static void look_at_needs(void *context, size_t item, unsigned worker)
{
    struct checking *c = context;
    struct check_worker *self = c->workers[worker];
    uint32_t number = c->rules->originals + (uint32_t)item;
    const struct library *library = &c->census->set->libraries[number];
    scope_clear(&self->scope, MODEL_LAZY);
    scope_add_library(&self->scope, c->census, NULL, number);
    scope_clear(&self->melded, MODEL_LAZY);
    scope_add_library(&self->melded, c->census, NULL, c->rules->melded + (uint32_t)item);
    const struct places places = {.before = &self->scope,
                                  .after = &self->melded,
                                  .workspace = &c->workspace,
                                  .census = c->census,
                                  .one_pass = models_have(c->rules->models, MODEL_ONE_PASS)};
    const struct library *left = &c->census->set->libraries[c->rules->melded + item];
    for (size_t i = 0; i < left->archive.member_count; i++) {
        self->held[c->census->class_of[left->first + i]] = item + 1;
    }
    for (size_t i = 0; i < library->archive.member_count && !atomic_load(&c->tied); i++) {
        uint32_t class = c->census->class_of[library->first + i];
        bool moved = self->held[class] != item + 1;
        if (!keeps_places(&places, &c->census->list[class], moved)) {
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
            count += c->rules->shrunk ? c->census->list[class].global_count : 1;
        }
    }
    return count;
}

static struct check_worker *make_worker(const struct checking *c)
{
    struct check_worker *self = calloc(1, sizeof *self);
    if (!self) {
        return NULL;
    }
    self->roots = ARENA_ARRAY(&self->arena, uint32_t, most_roots(c));
    self->told = ARENA_ARRAY(&self->arena, size_t, c->census->symbol_count);
    self->needed = ARENA_ARRAY(&self->arena, size_t, c->census->symbol_count);
    self->held = ARENA_ARRAY(&self->arena, size_t, c->census->count);
    self->out_of_memory = !self->roots || !self->told || !self->needed || !self->held ||
                          !scope_init(&self->scope, c->census, &self->arena) ||
                          !scope_init(&self->melded, c->census, &self->arena) ||
                          !link_init(&self->before, c->census, &self->arena) ||
                          !link_init(&self->after, c->census, &self->arena);
    return self;
}

static void free_worker(struct check_worker *self)
{
    if (self) {
        link_free(&self->before);
        link_free(&self->after);
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
    c->workers = ARENA_ARRAY(&c->arena, struct check_worker *, c->rules->jobs);
    bool done =
        c->workers && scope_init(&c->workspace, c->census, &c->arena) &&
        roots_find(c->census, c->rules->roots, c->rules->root_count, &c->arena, &c->is_root) &&
        keep_exports(c);
    for (unsigned i = 0; done && i < c->rules->jobs; i++) {
        c->workers[i] = make_worker(c);
        done = c->workers[i] && !c->workers[i]->out_of_memory;
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

/** How many pairs to skip: all of them where going through them would take too long. */
static size_t pairs_to_skip(const struct checking *c)
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
    return symbols * 8 > MOST_PAIR_STEPS / count ? count * (count - 1) : 0;
}

static bool check(struct checking *c)
{
    size_t count = c->rules->count;
    unsigned jobs = c->rules->jobs;
    bool memory = true;
    scope_clear(&c->workspace, MODEL_LAZY);
    scope_add_library(&c->workspace, c->census, NULL, c->rules->workspace);
    threads_run(count, jobs, look_at_needs, c);
    if (!atomic_load(&c->tied) &&
        !libraries_differ(c->census, c->rules->originals, c->rules->count, &c->workers[0]->scope,
                          &c->workers[0]->melded)) {
        return true;
    }
    threads_run(count, jobs, check_one, c);
    if (count > 1 && !has_found(c)) {
        c->skipped = pairs_to_skip(c);
        threads_run(count * (count - 1) + 1 - c->skipped, jobs, check_several, c);
    }
    for (unsigned i = 0; i < jobs; i++) {
        memory = memory && !c->workers[i]->out_of_memory;
    }
    return memory;
}

bool check_links(const struct census *census, const struct check_rules *rules, struct arena *arena,
                 struct armeld_report *report, struct error *error)
{
    struct checking checking = {.census = census, .rules = rules};
    bool done = prepare(&checking) && check(&checking) && check_report(&checking, arena, report);
    for (unsigned i = 0; checking.workers && i < rules->jobs; i++) {
        free_worker(checking.workers[i]);
    }
    arena_free(&checking.arena);
    return done || error_memory(error);
}
