/* SPDX-License-Identifier: MIT */
/** The link proof: linking in simulation, and finding who is to blame when something differs. */
#include <stdlib.h>

#include "meld/proving.h"
#include "meld/roots.h"

/* How many symbols may be looked at in the links from single roots, all libraries together. */
static const uint64_t MOST_ROOT_STEPS = (uint64_t)1 << 28;

/* ---- faults ------------------------------------------------------------------------------ */

static void add_fault(struct bench *bench, struct fault fault)
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

/** Note that the originals do not link: for a library alone, only once. */
static void add_clash(struct bench *bench, struct clash clash)
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

/** The libraries of one link. */
struct line {
    const uint32_t *libraries;
    size_t count; /* 0: all of the set */
};

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

/**
 * A need that was met by class @before is met by another one, or by none. Find what must stay:
 * the one that met it; else those that came from the workspace and lead to what was left behind,
 * all the way up to the library's own member that needed the first of them; else the one that had
 * loaded @before on the way.
 */
static void blame(struct proving *p, struct bench *bench, const struct line *line,
                  struct need need, uint32_t before)
{
    bool mended = demand(p, bench, line, before, need, before);
    if (!mended) {
        for (uint32_t c = need.needer; c != NO_CLASS && bench->melded.from_workspace[c];
             c = bench->melded.puller[c]) {
            mended |= demand(p, bench, line, c, need, before);
        }
    }
    for (uint32_t c = before; !mended && c != NO_CLASS; c = bench->original.puller[c]) {
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
        blame(c->proving, c->bench, c->line, need, was);
    } else if (c->lazy && c->bench->melded.from_workspace[is]) {
        add_fault(c->bench,
                  (struct fault){c->proving->first_member[is], need.symbol, is, true});
    }
}

static void compare(struct proving *p, struct bench *bench, const struct line *line, bool lazy)
{
    struct comparison comparison = {p, bench, line, lazy};
    size_t faults = bench->fault_count;
    link_compare(&bench->original, &bench->melded, false, blame_difference, &comparison);
    if (bench->fault_count > faults || bench->melded.clash == NO_CLASS) {
        return;
    }
    /* a clash where all strong symbols are as before: another weak definition dragged it in */
    link_compare(&bench->original, &bench->melded, true, blame_difference, &comparison);
    if (bench->fault_count == faults) {
        atomic_store(&p->stuck, true);
    }
}

/* ---- one library ------------------------------------------------------------------------- */

/** Whether a need of a member is met as before without linking anything. */
static bool need_is_safe(const struct proving *p, const struct bench *bench, uint32_t symbol,
                         bool needer_moves)
{
    uint32_t was = shelf_find(&bench->before, symbol);
    uint32_t left = shelf_find(&bench->after, symbol);
    uint32_t moved = shelf_find(&p->workspace, symbol);
    if (was == NO_CLASS) {
        return left == NO_CLASS && moved == NO_CLASS;
    }
    if (p->classes->list[was].import_stub) {
        return true;
    }
    /* a one-pass linker comes to the workspace last: it finds there only what is there */
    uint32_t is = left == NO_CLASS || (needer_moves && p->rules->one_pass) ? moved : left;
    return is != NO_CLASS && (is & ~SHELF_WORKSPACE) == was;
}

bool member_is_safe(const struct proving *p, const struct bench *bench, uint32_t member)
{
    const struct class *class = &p->classes->list[p->set->members[member].class];
    bool gone = !plan_stays(p->plan, p->set, member);
    for (size_t i = 0; i < class->global_count && !class->import_stub; i++) {
        if (class->globals[i].role == ROLE_NEEDS &&
            !need_is_safe(p, bench, class->globals[i].symbol, gone)) {
            return false;
        }
    }
    return true;
}

void fill_shelves(const struct proving *p, struct bench *bench, uint32_t library)
{
    shelf_clear(&bench->before);
    shelf_add_library(&bench->before, p->set, p->classes, NULL, library);
    shelf_clear(&bench->after);
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

static bool link_before(struct bench *bench, const uint32_t *roots, size_t count)
{
    return link_begin(&bench->original, roots, count) &&
           link_search(&bench->original, &bench->before);
}

/** Link one library from some roots, in both models, and compare. */
static bool prove_roots(struct proving *p, struct bench *bench, const struct line *line,
                        const uint32_t *roots, size_t count)
{
    if (!link_before(bench, roots, count)) {
        return false;
    }
    if (bench->original.clash != NO_CLASS) {
        add_clash(bench,
                  (struct clash){line->libraries[0], NO_CLASS, bench->original.clash});
        return true;
    }
    if (!link_begin(&bench->melded, roots, count) || !link_search(&bench->melded, &bench->all)) {
        return false;
    }
    compare(p, bench, line, true);
    if (!p->rules->one_pass) {
        return true;
    }
    if (!link_begin(&bench->melded, roots, count) ||
        !link_search(&bench->melded, &bench->after) ||
        !link_search(&bench->melded, &p->workspace)) {
        return false;
    }
    compare(p, bench, line, true);
    return true;
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
    if (!p->tied[library]) {
        return;
    }
    shelf_clear(&bench->all);
    shelf_add_library(&bench->all, p->set, p->classes, p->plan, library);
    shelf_add_workspace(&bench->all, p->classes, p->plan);
    uint32_t *roots = calloc(p->set->libraries[library].archive.member_count + 1, sizeof *roots);
    size_t count = roots ? roots_of(p->set, p->classes, p->is_root, library, roots, 0) : 0;
    bool done = roots && prove_roots(p, bench, &line, roots, count);
    for (size_t i = 0; done && count > 1 && i < count; i++) {
        done = prove_roots(p, bench, &line, &roots[i], 1);
        steps += bench->original.need_count;
        if (steps > MOST_ROOT_STEPS / p->set->library_count) {
            atomic_store(&p->stuck, true);
            break;
        }
    }
    bench->out_of_memory |= !done;
    free(roots);
}

/* ---- several libraries ------------------------------------------------------------------- */

bool is_ambiguous(struct proving *p)
{
    struct shelf *shelf = &p->benches[0].before; /* every library on one shelf: first come */
    shelf_clear(shelf);
    for (uint32_t i = 0; i < p->set->library_count; i++) {
        struct shelf *own = &p->benches[0].after;
        shelf_clear(own);
        shelf_add_library(own, p->set, p->classes, NULL, i);
        shelf_add_library(shelf, p->set, p->classes, NULL, i);
        const struct library *in = &p->set->libraries[i];
        for (size_t j = 0; j < in->archive.member_count; j++) {
            uint32_t number = p->set->members[in->first + j].class;
            const struct class *class = &p->classes->list[number];
            for (size_t k = 0; k < class->global_count && !class->import_stub; k++) {
                uint32_t symbol = class->globals[k].symbol;
                if (class->globals[k].role == ROLE_DEFINES &&
                    shelf_find(own, symbol) != shelf_find(shelf, symbol)) {
                    return true;
                }
            }
        }
    }
    return false;
}

/** Link libraries in the order of the line as one linker or the other would. */
static bool link_line(struct proving *p, struct bench *bench, struct link *link,
                      const struct line *line, const struct plan *plan, bool one_pass,
                      const uint32_t *roots, size_t root_count)
{
    size_t count = line->count ? line->count : p->set->library_count;
    if (!link_begin(link, roots, root_count)) {
        return false;
    }
    shelf_clear(&bench->all);
    for (size_t i = 0; i < count; i++) {
        uint32_t library = line->count ? line->libraries[i] : (uint32_t)i;
        shelf_add_library(&bench->all, p->set, p->classes, plan, library);
        if (one_pass) {
            if (!link_search(link, &bench->all)) {
                return false;
            }
            shelf_clear(&bench->all);
        }
    }
    if (one_pass) {
        return !plan || link_search(link, &p->workspace);
    }
    if (plan) {
        shelf_add_workspace(&bench->all, p->classes, plan);
    }
    return link_search(link, &bench->all);
}

/** Prove a line of libraries, from all their roots, in both models. */
static bool prove_line(struct proving *p, struct bench *bench, const struct line *line)
{
    size_t count = 0;
    size_t most = line->count ? 0 : p->set->member_count;
    for (size_t i = 0; i < line->count; i++) {
        most += p->set->libraries[line->libraries[i]].archive.member_count;
    }
    uint32_t *roots = calloc(most + 1, sizeof *roots);
    bool done = roots != NULL;
    for (size_t i = 0; done && i < (line->count ? line->count : p->set->library_count); i++) {
        count = roots_of(p->set, p->classes, p->is_root,
                         line->count ? line->libraries[i] : (uint32_t)i, roots, count);
    }
    for (int one_pass = 0; done && one_pass <= (int)p->rules->one_pass; one_pass++) {
        done = link_line(p, bench, &bench->original, line, NULL, one_pass, roots, count);
        if (done && bench->original.clash != NO_CLASS) {
            bool pair = line->count == 2;
            add_clash(bench, (struct clash){pair ? line->libraries[0] : NO_CLASS,
                                            pair ? line->libraries[1] : NO_CLASS,
                                            bench->original.clash});
            break;
        }
        done = done &&
               link_line(p, bench, &bench->melded, line, p->plan, one_pass, roots, count);
        if (done) {
            compare(p, bench, line, !one_pass);
        }
    }
    free(roots);
    return done;
}

void prove_several(void *context, size_t item, unsigned worker)
{
    struct proving *p = context;
    size_t others = p->set->library_count - 1;
    uint32_t first = (uint32_t)(item / others);
    uint32_t second = (uint32_t)(item % others);
    uint32_t pair[2] = {first, second + (second >= first)};
    bool all = item == p->set->library_count * others;
    struct line line = {pair, all ? 0 : 2};
    if (!prove_line(p, &p->benches[worker], &line)) {
        p->benches[worker].out_of_memory = true;
    }
}
