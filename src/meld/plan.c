/* SPDX-License-Identifier: MIT */
#include "meld/plan.h"

#include <fnmatch.h>
#include <stdlib.h>

/** Work in progress. */
struct planning {
    const struct set *set;
    const struct classes *classes;
    const struct plan_rules *rules;
    struct plan *plan;
    struct arena scratch;
    struct error *error;
};

static void stay(struct planning *p, uint32_t class, enum reason reason, uint32_t symbol,
                 uint32_t other)
{
    p->plan->verdicts[class] = (struct verdict){DECISION_STAY, reason, symbol, other};
}

/* ---- providers --------------------------------------------------------------------------- */

bool providers_init(struct providers *providers, const struct classes *classes,
                    struct arena *arena)
{
    providers->member = ARENA_ARRAY(arena, uint32_t, classes->symbol_count);
    providers->stamp = ARENA_ARRAY(arena, uint32_t, classes->symbol_count);
    providers->weak = ARENA_ARRAY(arena, bool, classes->symbol_count);
    providers->current = 0;
    return providers->member && providers->stamp && providers->weak;
}

static bool defines(enum role role)
{
    return role == ROLE_DEFINES || role == ROLE_DEFINES_WEAK || role == ROLE_DEFINES_COMMON;
}

/** Whether the definition at hand takes the place of the one known so far. */
static bool is_better(const struct providers *providers, const struct set *set,
                      const struct verdict *verdicts, const struct global *global, uint32_t class)
{
    if (providers->stamp[global->symbol] != providers->current) {
        return true;
    }
    uint32_t known = set->members[providers->member[global->symbol]].class;
    return verdicts && global->role == ROLE_DEFINES_WEAK &&
           verdicts[class].decision == DECISION_MOVE &&
           verdicts[known].decision != DECISION_MOVE && providers->weak[global->symbol];
}

void providers_of(struct providers *providers, const struct set *set,
                  const struct classes *classes, const struct verdict *verdicts,
                  uint32_t number)
{
    const struct library *library = &set->libraries[number];
    providers->current++;
    for (size_t i = 0; i < library->archive.member_count; i++) {
        uint32_t member = library->first + (uint32_t)i;
        uint32_t class = set->members[member].class;
        for (size_t j = 0; j < classes->list[class].global_count; j++) {
            const struct global *global = &classes->list[class].globals[j];
            if (defines(global->role) && is_better(providers, set, verdicts, global, class)) {
                providers->stamp[global->symbol] = providers->current;
                providers->member[global->symbol] = member;
                providers->weak[global->symbol] = global->role == ROLE_DEFINES_WEAK;
            }
        }
    }
}

/* ---- 1. candidates ----------------------------------------------------------------------- */

static bool matches(const char *const *globs, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (fnmatch(globs[i], name, 0) == 0) {
            return true;
        }
    }
    return false;
}

/** Apply --keep and --only to every member: one that must stay keeps its whole class. */
static bool keep_what_is_asked(struct planning *p)
{
    const struct plan_rules *rules = p->rules;
    if (!rules->keep_count && !rules->only_count) {
        return true;
    }
    for (uint32_t i = 0; i < p->set->member_count; i++) {
        uint32_t class = p->set->members[i].class;
        struct span name = arena_copy(&p->scratch, set_member(p->set, i)->name);
        if (!name.data) {
            return error_memory(p->error);
        }
        const char *text = (const char *)name.data;
        bool asked = matches(rules->keep, rules->keep_count, text) ||
                     (rules->only_count && !matches(rules->only, rules->only_count, text));
        if (asked && p->plan->verdicts[class].decision == DECISION_MOVE) {
            stay(p, class, REASON_ASKED, NO_CLASS, NO_CLASS);
        }
    }
    return true;
}

static bool pick_candidates(struct planning *p)
{
    p->plan->verdicts = ARENA_ARRAY(&p->plan->arena, struct verdict, p->classes->count);
    if (!p->plan->verdicts) {
        return error_memory(p->error);
    }
    for (uint32_t i = 0; i < p->classes->count; i++) {
        const struct class *class = &p->classes->list[i];
        if (!class_is_object(class)) {
            stay(p, i, REASON_NO_OBJECT, NO_CLASS, NO_CLASS);
        } else if (class->broken) {
            stay(p, i, REASON_BROKEN, NO_CLASS, NO_CLASS);
        } else if (class->import_stub) {
            stay(p, i, REASON_STUB, NO_CLASS, NO_CLASS);
        } else if (class->sharers < p->rules->min_sharers) {
            stay(p, i, REASON_UNSHARED, NO_CLASS, NO_CLASS);
        } else {
            p->plan->verdicts[i] =
                (struct verdict){DECISION_MOVE, REASON_SHARED, NO_CLASS, NO_CLASS};
        }
    }
    return keep_what_is_asked(p);
}

/* ---- 2. one definition of each strong symbol --------------------------------------------- */

/** A class that would move, and the bytes that this saves. */
struct saving {
    uint64_t bytes;
    uint32_t class;
};

static int by_saving(const void *a, const void *b)
{
    const struct saving *first = a;
    const struct saving *second = b;
    if (first->bytes != second->bytes) {
        return first->bytes > second->bytes ? -1 : 1;
    }
    return (first->class > second->class) - (first->class < second->class);
}

/** Claim the class's strong symbols, or say which one another class has claimed. */
static bool claim_symbols(const struct class *class, uint32_t number, uint32_t *owner,
                          uint32_t *symbol)
{
    for (size_t i = 0; i < class->global_count; i++) {
        const struct global *global = &class->globals[i];
        if (global->role == ROLE_DEFINES && owner[global->symbol]) {
            *symbol = global->symbol;
            return false;
        }
    }
    for (size_t i = 0; i < class->global_count; i++) {
        if (class->globals[i].role == ROLE_DEFINES) {
            owner[class->globals[i].symbol] = number + 1;
        }
    }
    return true;
}

static bool settle_conflicts(struct planning *p)
{
    const struct classes *classes = p->classes;
    uint32_t *owner = ARENA_ARRAY(&p->scratch, uint32_t, classes->symbol_count);
    struct saving *order = ARENA_ARRAY(&p->scratch, struct saving, classes->count);
    size_t count = 0;
    if (!owner || !order) {
        return error_memory(p->error);
    }
    for (uint32_t i = 0; i < classes->count; i++) {
        const struct class *class = &classes->list[i];
        if (p->plan->verdicts[i].decision == DECISION_MOVE) {
            uint64_t size = set_member(p->set, class->member)->data.size;
            order[count++] = (struct saving){(class->copies - 1) * size, i};
        }
    }
    qsort(order, count, sizeof *order, by_saving);
    for (size_t i = 0; i < count; i++) {
        uint32_t symbol;
        uint32_t class = order[i].class;
        if (!claim_symbols(&classes->list[class], class, owner, &symbol)) {
            stay(p, class, REASON_CONFLICT, symbol, owner[symbol] - 1);
        }
    }
    return true;
}

/* ---- 3. nothing that moves needs what stays ---------------------------------------------- */

/** Class @needer takes @symbol from class @provider in at least one library. */
struct tie {
    uint32_t provider;
    uint32_t needer;
    uint32_t symbol;
};

/** All ties, chained by their provider. */
struct ties {
    struct tie *list;
    uint32_t *next;  /* the following tie of the same provider */
    uint32_t *first; /* by class */
    size_t count;
    size_t capacity;
};

static bool add_tie(struct ties *ties, struct tie tie)
{
    if (ties->count == ties->capacity) {
        size_t capacity = ties->capacity ? 2 * ties->capacity : 4096;
        struct tie *list = realloc(ties->list, capacity * sizeof *list);
        ties->list = list ? list : ties->list;
        uint32_t *next = list ? realloc(ties->next, capacity * sizeof *next) : NULL;
        if (!next) {
            return false;
        }
        ties->next = next;
        ties->capacity = capacity;
    }
    ties->list[ties->count] = tie;
    ties->next[ties->count] = ties->first[tie.provider];
    ties->first[tie.provider] = (uint32_t)ties->count++;
    return true;
}

/**
 * Where a class takes each of its symbols from, in the library looked at. @known remembers the
 * provider that an earlier library gave, since nearly always all agree.
 */
static bool tie_class(const struct planning *p, const struct providers *providers, uint32_t needer,
                      uint32_t *known, struct ties *ties)
{
    const struct class *class = &p->classes->list[needer];
    for (size_t i = 0; i < class->global_count; i++) {
        const struct global *global = &class->globals[i];
        if (global->role != ROLE_NEEDS) {
            continue;
        }
        uint32_t member = provider(providers, global->symbol);
        uint32_t from = member == NO_CLASS ? NO_CLASS : p->set->members[member].class;
        if (from == NO_CLASS || known[i] == from + 1 || p->classes->list[from].import_stub) {
            continue; /* import stubs are copied */
        }
        known[i] = from + 1;
        if (!add_tie(ties, (struct tie){from, needer, global->symbol})) {
            return false;
        }
    }
    return true;
}

/** Gather the ties of all classes that would move. */
static bool gather_ties(struct planning *p, struct ties *ties)
{
    struct providers providers;
    const struct classes *classes = p->classes;
    uint32_t **known = ARENA_ARRAY(&p->scratch, uint32_t *, classes->count);
    ties->first = ARENA_ARRAY(&p->scratch, uint32_t, classes->count);
    if (!known || !ties->first || !providers_init(&providers, classes, &p->scratch)) {
        return error_memory(p->error);
    }
    memset(ties->first, 0xff, classes->count * sizeof *ties->first);
    for (uint32_t i = 0; i < p->set->library_count; i++) {
        const struct library *library = &p->set->libraries[i];
        providers_of(&providers, p->set, classes, p->plan->verdicts, i);
        for (size_t j = 0; j < library->archive.member_count; j++) {
            uint32_t class = p->set->members[library->first + j].class;
            if (p->plan->verdicts[class].decision != DECISION_MOVE) {
                continue;
            }
            if (!known[class]) {
                known[class] =
                    ARENA_ARRAY(&p->scratch, uint32_t, classes->list[class].global_count);
            }
            if (!known[class] || !tie_class(p, &providers, class, known[class], ties)) {
                return error_memory(p->error);
            }
        }
    }
    return true;
}

/** Let everything stay that is tied to what stays, however indirectly. */
static bool settle_ties(struct planning *p)
{
    struct ties ties = {0};
    uint32_t *queue = ARENA_ARRAY(&p->scratch, uint32_t, p->classes->count);
    size_t count = 0;
    bool done = queue && gather_ties(p, &ties);
    if (!queue) {
        error_memory(p->error);
    }
    for (uint32_t i = 0; done && i < p->classes->count; i++) {
        if (p->plan->verdicts[i].decision == DECISION_STAY) {
            queue[count++] = i;
        }
    }
    for (size_t i = 0; done && i < count; i++) {
        for (uint32_t t = ties.first[queue[i]]; t != NO_CLASS; t = ties.next[t]) {
            const struct tie *tie = &ties.list[t];
            if (p->plan->verdicts[tie->needer].decision == DECISION_MOVE) {
                stay(p, tie->needer, REASON_TIED, tie->symbol, tie->provider);
                queue[count++] = tie->needer;
            }
        }
    }
    free(ties.list);
    free(ties.next);
    return done;
}

/* ---- together ---------------------------------------------------------------------------- */

static bool list_workspace(struct planning *p)
{
    struct plan *plan = p->plan;
    plan->workspace = ARENA_ARRAY(&plan->arena, uint32_t, p->set->member_count);
    if (!plan->workspace) {
        return error_memory(p->error);
    }
    for (uint32_t i = 0; i < p->classes->count; i++) {
        if (plan->verdicts[i].decision == DECISION_MOVE) {
            plan->workspace[plan->workspace_count++] = p->classes->list[i].member;
        }
    }
    plan->moved_count = plan->workspace_count;
    return true;
}

bool plan_make(const struct set *set, const struct classes *classes,
               const struct plan_rules *rules, struct plan *plan, struct error *error)
{
    struct planning planning = {
        .set = set, .classes = classes, .rules = rules, .plan = plan, .error = error};
    bool done = pick_candidates(&planning) && settle_conflicts(&planning) &&
                (!rules->one_pass || settle_ties(&planning)) && list_workspace(&planning) &&
                plan_copy_imports(set, classes, plan, error);
    arena_free(&planning.scratch);
    return done;
}

void plan_free(struct plan *plan)
{
    arena_free(&plan->arena);
    *plan = (struct plan){0};
}
