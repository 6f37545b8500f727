/* SPDX-License-Identifier: MIT */
#include "meld/proof.h"

#include <fnmatch.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/threads.h"
#include "meld/link.h"

/*
 * The work of one proof is bounded: by this many links for each library, and by this many symbols
 * looked at in all pairs. Past that, everything that could matter stays (give_up()), which needs
 * no links to be right.
 */
enum { MOST_ROUNDS = 64 };
static const uint64_t MOST_ROOT_STEPS = (uint64_t)1 << 28;
static const uint64_t MOST_PAIR_STEPS = (uint64_t)1 << 30;

/** What goes wrong with the plan: @member must stay, or, if @evict, its class must not move. */
struct fault {
    uint32_t member;
    uint32_t symbol;
    uint32_t other;
    bool evict;
};

/** What one worker needs to link. */
struct bench {
    struct arena arena;
    struct shelf before; /* the original libraries */
    struct shelf after;  /* what is left of them */
    struct shelf all;    /* for lazy linkers: the same with the workspace behind it */
    struct link original;
    struct link melded;
    struct fault *faults;
    size_t fault_count;
    size_t fault_capacity;
    bool out_of_memory;
};

struct proving {
    const struct set *set;
    const struct classes *classes;
    const struct proof_rules *rules;
    struct plan *plan;
    struct bench *benches;
    struct arena arena;
    struct shelf workspace;
    bool *is_root;           /* by symbol: users call it */
    uint32_t *first_member;  /* by class: its members, chained in order */
    uint32_t *next_member;   /* by member */
    uint32_t *why;           /* by class: number + 1 of the first of plan.kept that is of it */
    bool *tied;              /* by library: what moves may need what stays */
    atomic_size_t unprovable;
    atomic_bool stuck;       /* a fault that nothing can be done about: give_up() */
};

static bool moves(const struct proving *p, uint32_t class)
{
    return p->plan->verdicts[class].decision == DECISION_MOVE;
}

/* ---- roots ------------------------------------------------------------------------------- */

static bool is_hex(struct span text)
{
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            return false;
        }
    }
    return true;
}

/**
 * Whether rustc made the name: v0 "_R...", legacy "_ZN...17h<16 hex digits>E" (also with the
 * underscore that Mach-O and i686 COFF put before it), or LLVM's local names made global.
 */
static bool is_rust_name(struct span name)
{
    static const char local[] = ".llvm.";
    for (size_t i = 0; i + sizeof local - 1 <= name.size; i++) {
        if (memcmp(name.data + i, local, sizeof local - 1) == 0) {
            return true;
        }
    }
    if (span_starts(name, "__R") || span_starts(name, "__ZN")) {
        name = span_from(name, 1);
    }
    if (span_starts(name, "_R")) {
        return true;
    }
    struct span tail = name.size > 20 ? span_from(name, name.size - 20) : (struct span){0};
    return span_starts(name, "_ZN") && span_starts(tail, "17h") && span_ends(tail, "E") &&
           is_hex(span_make(tail.data + 3, 16));
}

static bool find_roots(struct proving *p)
{
    p->is_root = ARENA_ARRAY(&p->arena, bool, p->classes->symbol_count);
    if (!p->is_root) {
        return false;
    }
    for (size_t i = 0; i < p->classes->symbol_count; i++) {
        struct span name = p->classes->symbols[i];
        p->is_root[i] = p->rules->root_count == 0 && !is_rust_name(name);
        if (p->rules->root_count) {
            struct span text = arena_copy(&p->benches[0].arena, name);
            for (size_t j = 0; text.data && j < p->rules->root_count; j++) {
                p->is_root[i] |= fnmatch(p->rules->roots[j], (const char *)text.data, 0) == 0;
            }
        }
    }
    return true;
}

/** Append the roots that a library defines; one for each class, whose links are all the same. */
static size_t roots_of(const struct proving *p, uint32_t library, uint32_t *roots, size_t count)
{
    const struct library *in = &p->set->libraries[library];
    for (size_t i = 0; i < in->archive.member_count; i++) {
        const struct class *class = &p->classes->list[p->set->members[in->first + i].class];
        for (size_t j = 0; j < class->global_count && !class->import_stub; j++) {
            const struct global *global = &class->globals[j];
            if (role_defines(global->role) && p->is_root[global->symbol]) {
                roots[count++] = global->symbol;
                break;
            }
        }
    }
    return count;
}

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
    if (class == NO_CLASS || !moves(p, class)) {
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
 * the one that met it; else the one that came from the workspace and needs what was left behind;
 * else the one that had loaded @before on the way.
 */
static void blame(struct proving *p, struct bench *bench, const struct line *line,
                  struct need need, uint32_t before)
{
    if (demand(p, bench, line, before, need, before)) {
        return;
    }
    for (uint32_t c = need.needer; c != NO_CLASS; c = bench->melded.puller[c]) {
        if (bench->melded.from_workspace[c] && demand(p, bench, line, c, need, before)) {
            return;
        }
    }
    for (uint32_t c = before; c != NO_CLASS; c = bench->original.puller[c]) {
        if (demand(p, bench, line, c, need, before)) {
            return;
        }
    }
    atomic_store(&p->stuck, true);
}

/** Compare two finished links. @lazy: what was undefined must stay so. */
static void compare(struct proving *p, struct bench *bench, const struct line *line, bool lazy)
{
    struct link *before = &bench->original;
    struct link *after = &bench->melded;
    size_t faults = bench->fault_count;
    for (int pass = 0; pass < 2; pass++) {
        /* weak definitions only count when they drag in a clash */
        bool weak_counts = pass == 1;
        for (size_t i = 0; i < after->need_count; i++) {
            struct need need = after->needs[i];
            uint32_t was = link_definer(before, need.symbol);
            uint32_t is = link_definer(after, need.symbol);
            if (was == is || (need.needer != NO_CLASS && !link_has_loaded(before, need.needer))) {
                continue; /* as before, or a consequence of something else */
            }
            if (was == NO_CLASS) {
                if (lazy && after->from_workspace[is]) {
                    add_fault(bench, (struct fault){p->first_member[is], need.symbol, is, true});
                }
                continue;
            }
            bool weak = is != NO_CLASS && !before->strong[need.symbol] &&
                        !after->strong[need.symbol];
            if (!weak || weak_counts) {
                blame(p, bench, line, need, was);
            }
        }
        if (bench->fault_count > faults || after->clash == NO_CLASS) {
            return;
        }
    }
    atomic_store(&p->stuck, true);
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

/** Whether all that a member needs is where it was, however it is loaded. */
static bool member_is_safe(const struct proving *p, const struct bench *bench, uint32_t member)
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

static void fill_shelves(const struct proving *p, struct bench *bench, uint32_t library)
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
        atomic_fetch_add(&p->unprovable, 1);
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

static void prove_library(void *context, size_t item, unsigned worker)
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
    size_t count = roots ? roots_of(p, library, roots, 0) : 0;
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

/**
 * Whether some symbol comes from different classes in different libraries, not weakly in all. If
 * none does, and every library is safe, then any libraries together are.
 */
static bool is_ambiguous(struct proving *p)
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
        count = roots_of(p, line->count ? line->libraries[i] : (uint32_t)i, roots, count);
    }
    for (int one_pass = 0; done && one_pass <= (int)p->rules->one_pass; one_pass++) {
        done = link_line(p, bench, &bench->original, line, NULL, one_pass, roots, count);
        if (done && bench->original.clash != NO_CLASS) {
            atomic_fetch_add(&p->unprovable, 1);
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

/** Pair number @item, in the order (0,1), (0,2), ..., (1,0), (1,2), ...; the last is all. */
static void prove_several(void *context, size_t item, unsigned worker)
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

static uint64_t symbols_in_set(const struct proving *p)
{
    uint64_t total = 0;
    for (size_t i = 0; i < p->set->member_count; i++) {
        total += p->classes->list[p->set->members[i].class].global_count + 1;
    }
    return total;
}

/* ---- rounds ------------------------------------------------------------------------------ */

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
static struct fault *gather_faults(struct proving *p, size_t *count)
{
    *count = 0;
    for (unsigned i = 0; i < p->rules->jobs; i++) {
        *count += p->benches[i].fault_count;
    }
    struct fault *faults = calloc(*count + 1, sizeof *faults);
    size_t at = 0;
    for (unsigned i = 0; faults && i < p->rules->jobs; i++) {
        struct bench *bench = &p->benches[i];
        if (bench->fault_count) {
            memcpy(faults + at, bench->faults, bench->fault_count * sizeof *faults);
        }
        at += bench->fault_count;
        bench->fault_count = 0;
    }
    if (faults) {
        qsort(faults, *count, sizeof *faults, by_member);
    }
    return faults;
}

static void mark_kept(struct proving *p, struct fault fault)
{
    struct plan *plan = p->plan;
    uint32_t class = p->set->members[fault.member].class;
    if (!plan->stays[fault.member]) {
        plan->stays[fault.member] = true;
        plan->kept[plan->kept_count++] = (struct kept){fault.member, fault.symbol, fault.other};
        p->why[class] = p->why[class] ? p->why[class] : (uint32_t)plan->kept_count;
    }
}

/** How many libraries give all their members of a class up. */
static uint32_t count_givers(const struct proving *p, uint32_t class)
{
    uint32_t givers = 0;
    uint32_t last = NO_CLASS;
    for (uint32_t m = p->first_member[class]; m != NO_CLASS; m = p->next_member[m]) {
        uint32_t library = p->set->members[m].library;
        givers += !p->plan->stays[m] && library != last;
        last = library;
    }
    return givers;
}

/** A class that too few libraries give up does not move. */
static void settle_givers(struct proving *p)
{
    for (uint32_t i = 0; i < p->classes->count; i++) {
        if (p->why[i] && moves(p, i) && count_givers(p, i) < p->rules->min_sharers) {
            const struct kept *why = &p->plan->kept[p->why[i] - 1];
            p->plan->verdicts[i] =
                (struct verdict){DECISION_STAY, REASON_PROOF, why->symbol, why->other};
        }
    }
}

static bool apply_faults(struct proving *p, size_t *count)
{
    struct fault *faults = gather_faults(p, count);
    for (size_t i = 0; faults && i < *count; i++) {
        uint32_t class = p->set->members[faults[i].member].class;
        if (faults[i].evict) {
            p->plan->verdicts[class] = (struct verdict){DECISION_STAY, REASON_CAPTURE,
                                                        faults[i].symbol, NO_CLASS};
        } else {
            mark_kept(p, faults[i]);
        }
    }
    free(faults);
    settle_givers(p);
    return faults != NULL;
}

/* ---- giving up --------------------------------------------------------------------------- */

/** Let a class stay if it is unsafe in some library. */
static bool keep_unsafe(struct proving *p, uint32_t library)
{
    struct bench *bench = &p->benches[0];
    const struct library *in = &p->set->libraries[library];
    bool changed = false;
    fill_shelves(p, bench, library);
    for (size_t i = 0; i < in->archive.member_count; i++) {
        uint32_t class = p->set->members[in->first + i].class;
        const struct class *facts = &p->classes->list[class];
        bool safe = member_is_safe(p, bench, in->first + (uint32_t)i);
        if (!safe && moves(p, class)) {
            p->plan->verdicts[class] =
                (struct verdict){DECISION_STAY, REASON_PROOF, NO_CLASS, NO_CLASS};
            changed = true;
        }
        for (size_t j = 0; j < facts->global_count && !safe; j++) {
            uint32_t was = shelf_find(&bench->before, facts->globals[j].symbol);
            if (facts->globals[j].role == ROLE_NEEDS && was != NO_CLASS && moves(p, was)) {
                p->plan->verdicts[was] = (struct verdict){DECISION_STAY, REASON_PROOF,
                                                          facts->globals[j].symbol, was};
                changed = true;
            }
        }
    }
    return changed;
}

/** Let every class stay that defines a symbol which has another definition anywhere. */
static void keep_ambiguous(struct proving *p)
{
    uint32_t *definer = p->benches[0].original.definer; /* borrowed: no link is under way */
    memset(definer, 0, p->classes->symbol_count * sizeof *definer);
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < p->classes->count; i++) {
            const struct class *class = &p->classes->list[i];
            for (size_t j = 0; j < class->global_count; j++) {
                uint32_t symbol = class->globals[j].symbol;
                bool defines = role_defines(class->globals[j].role);
                if (defines && pass == 0) {
                    bool other = definer[symbol] && definer[symbol] != i + 1;
                    definer[symbol] = other ? UINT32_MAX : i + 1;
                } else if (defines && definer[symbol] == UINT32_MAX && moves(p, i) &&
                           class->globals[j].role == ROLE_DEFINES) {
                    p->plan->verdicts[i] =
                        (struct verdict){DECISION_STAY, REASON_PROOF, symbol, NO_CLASS};
                }
            }
        }
    }
}

/**
 * The proof takes too long or cannot be mended member by member: let everything stay that could
 * matter. If even that does not settle, nothing moves; an empty workspace is always right.
 */
static void give_up(struct proving *p)
{
    bool changed = true;
    keep_ambiguous(p);
    for (int round = 0; changed && round < MOST_ROUNDS; round++) {
        changed = false;
        shelf_clear(&p->workspace);
        shelf_add_workspace(&p->workspace, p->classes, p->plan);
        for (uint32_t i = 0; i < p->set->library_count; i++) {
            changed |= keep_unsafe(p, i);
        }
    }
    for (uint32_t i = 0; changed && i < p->classes->count; i++) {
        if (moves(p, i)) {
            p->plan->verdicts[i] =
                (struct verdict){DECISION_STAY, REASON_PROOF, NO_CLASS, NO_CLASS};
        }
    }
}

/* ---- together ---------------------------------------------------------------------------- */

static bool prepare(struct proving *p)
{
    const struct classes *classes = p->classes;
    size_t members = p->set->member_count;
    p->first_member = ARENA_ARRAY(&p->arena, uint32_t, classes->count);
    p->next_member = ARENA_ARRAY(&p->arena, uint32_t, members);
    p->why = ARENA_ARRAY(&p->arena, uint32_t, classes->count);
    p->tied = ARENA_ARRAY(&p->arena, bool, p->set->library_count);
    p->plan->kept = ARENA_ARRAY(&p->plan->arena, struct kept, members);
    if (!p->first_member || !p->next_member || !p->why || !p->tied || !p->plan->kept ||
        !shelf_init(&p->workspace, classes, &p->arena)) {
        return false;
    }
    memset(p->first_member, 0xff, classes->count * sizeof *p->first_member);
    for (uint32_t m = (uint32_t)members; m-- > 0;) {
        uint32_t class = p->set->members[m].class;
        p->next_member[m] = p->first_member[class];
        p->first_member[class] = m;
    }
    for (unsigned i = 0; i < p->rules->jobs; i++) {
        struct bench *bench = &p->benches[i];
        if (!shelf_init(&bench->before, classes, &bench->arena) ||
            !shelf_init(&bench->after, classes, &bench->arena) ||
            !shelf_init(&bench->all, classes, &bench->arena) ||
            !link_init(&bench->original, classes, &bench->arena) ||
            !link_init(&bench->melded, classes, &bench->arena)) {
            return false;
        }
    }
    return find_roots(p);
}

static bool is_tied(const struct proving *p)
{
    for (size_t i = 0; i < p->set->library_count; i++) {
        if (p->tied[i]) {
            return true;
        }
    }
    return false;
}

/** Look for faults once. */
static void prove_round(struct proving *p)
{
    size_t libraries = p->set->library_count;
    atomic_store(&p->unprovable, 0);
    shelf_clear(&p->workspace);
    shelf_add_workspace(&p->workspace, p->classes, p->plan);
    threads_run(libraries, p->rules->jobs, prove_library, p);
    for (unsigned i = 0; i < p->rules->jobs; i++) {
        if (p->benches[i].fault_count) {
            return; /* first things first */
        }
    }
    if (libraries < 2 || atomic_load(&p->stuck) || !(is_tied(p) || is_ambiguous(p))) {
        return;
    }
    if (symbols_in_set(p) * 8 > MOST_PAIR_STEPS / libraries) {
        atomic_store(&p->stuck, true);
        return;
    }
    threads_run(libraries * (libraries - 1) + 1, p->rules->jobs, prove_several, p);
}

static bool prove(struct proving *p)
{
    size_t faults = 1;
    while (faults && !atomic_load(&p->stuck)) {
        bool memory = true;
        prove_round(p);
        for (unsigned i = 0; i < p->rules->jobs; i++) {
            memory = memory && !p->benches[i].out_of_memory;
        }
        if (!memory || !apply_faults(p, &faults)) {
            return false;
        }
        if (++p->plan->proof_rounds == MOST_ROUNDS) {
            atomic_store(&p->stuck, true);
        }
    }
    if (atomic_load(&p->stuck)) {
        give_up(p);
    }
    p->plan->unprovable = atomic_load(&p->unprovable);
    return true;
}

bool proof_run(const struct set *set, const struct classes *classes,
               const struct proof_rules *rules, struct plan *plan, struct error *error)
{
    struct proving proving = {.set = set, .classes = classes, .rules = rules, .plan = plan};
    proving.benches = calloc(rules->jobs, sizeof *proving.benches);
    bool done = proving.benches && prepare(&proving) && prove(&proving);
    for (unsigned i = 0; proving.benches && i < rules->jobs; i++) {
        arena_free(&proving.benches[i].arena);
        link_free(&proving.benches[i].original);
        link_free(&proving.benches[i].melded);
        free(proving.benches[i].faults);
    }
    free(proving.benches);
    arena_free(&proving.arena);
    return done || error_memory(error);
}
