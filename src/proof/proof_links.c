/* SPDX-License-Identifier: MIT */
/** The link proof: linking one library in simulation, and finding who is to blame for a difference. */
#include <stdlib.h>

#include "proof/proof_internal.h"
#include "proof/roots.h"

/* How many symbols may be looked at in the links from single roots, all libraries together. */
static const uint64_t MOST_ROOT_STEPS = (uint64_t)1 << 28;

/* ---- faults ------------------------------------------------------------------------------ */

void add_fault(struct bench *bench, struct fault fault)
{
    if (bench->fault_count == bench->fault_capacity) {
        size_t capacity = bench->fault_capacity ? 2 * bench->fault_capacity : 256;
        struct fault *larger = realloc(bench->faults, capacity * sizeof *larger);
        if (!larger) {
            bench->out_of_memory = true;
            return;
        }
        bench->faults = larger;
        bench->fault_capacity = capacity;
    }
    bench->faults[bench->fault_count++] = fault;
}

void add_clash(struct bench *bench, struct clash clash)
{
    const struct clash *last = bench->clash_count ? &bench->clashes[bench->clash_count - 1] : NULL;
    if (last && last->first == clash.first && last->second == clash.second) {
        return;
    }
    if (bench->clash_count == bench->clash_capacity) {
        size_t capacity = bench->clash_capacity ? 2 * bench->clash_capacity : 64;
        struct clash *larger = realloc(bench->clashes, capacity * sizeof *larger);
        if (!larger) {
            bench->out_of_memory = true;
            return;
        }
        bench->clashes = larger;
        bench->clash_capacity = capacity;
    }
    bench->clashes[bench->clash_count++] = clash;
}

static bool stands_in(const struct line *line, uint32_t library)
{
    for (size_t i = 0; i < line->count; i++) {
        if (line->libraries[i] == library) {
            return true;
        }
    }
    return line->count == 0;
}

/** Demand that a moving class stays in the libraries of the line. False if it does already. */
static bool demand(struct proving *p, struct bench *bench, const struct line *line, uint32_t class,
                   struct need need, uint32_t other)
{
    bool news = false;
    if (class == NO_CLASS || !class_moves(p, class)) {
        return false;
    }
    for (uint32_t m = p->first_member[class]; m != NO_CLASS; m = p->next_member[m]) {
        if (stands_in(line, p->set->members[m].library) && !p->plan->stays[m]) {
            add_fault(bench, (struct fault){m, need.symbol, other, false});
            news = true;
        }
    }
    return news;
}

/** Demand that a class leaves the workspace: it must not define @symbol there. */
static void evict(struct proving *p, struct bench *bench, uint32_t symbol, uint32_t class)
{
    add_fault(bench, (struct fault){p->first_member[class], symbol, class, true});
}

/**
 * A need that was met by class @before is met by another one, or by none. Find what must stay:
 * the one that met it; else those that came from the workspace and lead to what was left behind,
 * all the way up to the library's own member that needed the first of them; else the one in the
 * workspace that meets it now; else the one that had loaded @before on the way.
 */
static void blame(struct proving *p, struct bench *bench, const struct line *line,
                  struct need need, uint32_t before, uint32_t after)
{
    bool mended = demand(p, bench, line, before, need, before);
    if (!mended) {
        for (uint32_t c = need.needer; c != NO_CLASS && bench->melded.from_workspace[c];
             c = bench->melded.puller[c]) {
            mended |= demand(p, bench, line, c, need, before);
        }
    }
    if (!mended && after != NO_CLASS && bench->melded.from_workspace[after] &&
        link_has_loaded(&bench->melded, after)) {
        evict(p, bench, need.symbol, after);
        mended = true;
    }
    bool stub = p->classes->list[before].import_stub; /* met the need, but was not loaded */
    for (uint32_t c = stub ? need.needer : before; !mended && c != NO_CLASS;
         c = bench->original.puller[c]) {
        mended = demand(p, bench, line, c, need, before);
    }
    if (!mended) {
        atomic_store(&p->stuck, true);
    }
}

/** What blame_difference() needs to know. */
struct comparison {
    struct proving *proving;
    struct bench *bench;
    const struct line *line;
    bool lazy; /* what was undefined must stay so */
};

static void blame_difference(void *context, struct need need, uint32_t was, uint32_t is)
{
    struct comparison *c = context;
    if (was != NO_CLASS) {
        blame(c->proving, c->bench, c->line, need, was, is);
    } else if (c->proving->classes->list[is].import_stub) {
        return; /* prove_imports() sees to that */
    } else if (c->lazy && c->bench->melded.from_workspace[is]) {
        evict(c->proving, c->bench, need.symbol, is);
    }
}

void compare_links(struct proving *p, struct bench *bench, const struct line *line, bool lazy)
{
    struct comparison comparison = {p, bench, line, lazy};
    size_t faults = bench->fault_count;
    link_compare(&bench->original, &bench->melded, false, blame_difference, &comparison);
    if (bench->fault_count > faults || bench->melded.clash == NO_CLASS) {
        return;
    }
    /* a clash where all that counts is as before: another definition as good dragged it in */
    link_compare(&bench->original, &bench->melded, true, blame_difference, &comparison);
    if (bench->fault_count == faults) {
        atomic_store(&p->stuck, true);
    }
}

/* ---- one library ------------------------------------------------------------------------- */

bool member_is_safe(const struct proving *p, const struct bench *bench, uint32_t member)
{
    const struct places places = {.before = &bench->before,
                                  .after = &bench->after,
                                  .workspace = &p->workspace,
                                  .classes = p->classes,
                                  .one_pass = p->rules->last_model >= MODEL_ONE_PASS};
    const struct class *class = &p->classes->list[p->set->members[member].class];
    bool gone = !plan_stays(p->plan, p->set, member);
    size_t count = class->import_stub ? 0 : class->global_count + class->alternate_count;
    for (size_t i = 0; i < count; i++) {
        const struct global *global = class_global(class, i);
        if ((global->role == ROLE_NEEDS || global->role == ROLE_DEFINES_COMMON) &&
            !place_is_kept(&places, global->symbol, gone)) {
            return false;
        }
    }
    return true;
}

void fill_shelves(const struct proving *p, struct bench *bench, uint32_t library)
{
    shelf_clear(&bench->before, MODEL_LAZY);
    shelf_add_library(&bench->before, p->set, p->classes, NULL, library);
    shelf_clear(&bench->after, MODEL_LAZY);
    shelf_add_library(&bench->after, p->set, p->classes, p->plan, library);
}

static bool library_is_safe(const struct proving *p, const struct bench *bench, uint32_t library)
{
    const struct library *in = &p->set->libraries[library];
    for (size_t i = 0; i < in->archive.member_count; i++) {
        if (!member_is_safe(p, bench, in->first + (uint32_t)i)) {
            return false;
        }
    }
    return true;
}

/** A linker's two searches: of the original library, and of its melded form with the workspace. */
static bool link_both(struct proving *p, struct bench *bench, enum model model,
                      const uint32_t *roots, size_t count)
{
    bool strong_first = model == MODEL_STRONG_FIRST;
    if (!link_begin(&bench->original, model, roots, count) ||
        !link_search(&bench->original, strong_first ? &bench->strong_before : &bench->before)) {
        return false;
    }
    if (!link_begin(&bench->melded, model, roots, count)) {
        return false;
    }
    if (model == MODEL_ONE_PASS) {
        return link_search(&bench->melded, &bench->after) &&
               link_search(&bench->melded, &p->workspace);
    }
    return link_search(&bench->melded, strong_first ? &bench->strong_all : &bench->all);
}

/** Link one library from some roots, in all models, and compare. */
static bool prove_roots(struct proving *p, struct bench *bench, const struct line *line,
                        const uint32_t *roots, size_t count)
{
    for (enum model model = MODEL_LAZY; model <= last_model(p); model++) {
        if (!link_both(p, bench, model, roots, count)) {
            return false;
        }
        if (bench->original.clash != NO_CLASS) {
            add_clash(bench,
                      (struct clash){line->libraries[0], NO_CLASS, bench->original.clash});
            return true;
        }
        compare_links(p, bench, line, true);
    }
    return true;
}

/** Find the library's roots, its own ones first; its shelf is filled. */
static bool find_roots(struct proving *p, struct bench *bench, uint32_t library)
{
    size_t most = p->set->libraries[library].archive.member_count;
    if (p->roots[library]) {
        return true;
    }
    uint32_t *found = calloc(most + 1, sizeof *found);
    uint32_t *roots = ARENA_ARRAY(&bench->arena, uint32_t, most + 1);
    if (found && roots) {
        size_t count = roots_of(p->set, p->classes, &bench->before, p->is_root, false, library,
                                found, 0);
        size_t at = 0;
        for (int shared = 0; shared <= 1; shared++) {
            for (size_t i = 0; i < count; i++) {
                uint32_t class = shelf_find(&bench->before, found[i]);
                if ((p->classes->list[class].sharers > 1) == shared) {
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

static void fill_melded(const struct proving *p, struct shelf *shelf, enum model model,
                        uint32_t library)
{
    shelf_clear(shelf, model);
    shelf_add_library(shelf, p->set, p->classes, p->plan, library);
    shelf_add_workspace(shelf, p->set, p->classes, p->plan);
}

void prove_library(void *context, size_t item, unsigned worker)
{
    struct proving *p = context;
    struct bench *bench = &p->benches[worker];
    uint32_t library = (uint32_t)item;
    struct line line = {&library, 1};
    uint64_t steps = 0;
    fill_shelves(p, bench, library);
    p->tied[library] = !library_is_safe(p, bench, library);
    if (!find_roots(p, bench, library)) {
        bench->out_of_memory = true;
        return;
    }
    if (!p->tied[library]) {
        return;
    }
    fill_melded(p, &bench->all, MODEL_LAZY, library);
    if (p->mixed) {
        fill_melded(p, &bench->strong_all, MODEL_STRONG_FIRST, library);
        shelf_clear(&bench->strong_before, MODEL_STRONG_FIRST);
        shelf_add_library(&bench->strong_before, p->set, p->classes, NULL, library);
    }
    const uint32_t *roots = p->roots[library];
    size_t count = p->root_count[library];
    bool done = prove_roots(p, bench, &line, roots, count);
    for (size_t i = 0; done && count > 1 && i < count; i++) {
        done = prove_roots(p, bench, &line, &roots[i], 1);
        steps += bench->original.need_count;
        if (steps > MOST_ROOT_STEPS / p->set->library_count) {
            atomic_store(&p->stuck, true);
            break;
        }
    }
    bench->out_of_memory |= !done;
}
