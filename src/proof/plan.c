/* SPDX-License-Identifier: MIT */
#include "proof/plan.h"

#include <stdlib.h>

#include "base/glob.h"
#include "proof/plan_imports.h"
#include "proof/proof.h"

/** Work in progress. */
struct planning {
    const struct census *census;
    const struct plan_rules *rules;
    struct plan *plan;
    uint32_t *sharers; /* by class: melded libraries that hold it */
    uint32_t *copies;  /* by class: members of these */
    struct arena scratch;
    struct error *error;
};

static void stay(struct planning *p, uint32_t class, enum reason reason, uint32_t symbol,
                 uint32_t other)
{
    p->plan->verdicts[class] = (struct verdict){DECISION_STAY, reason, symbol, other};
}

/* ---- 1. candidates ----------------------------------------------------------------------- */

/** Count who could give up what; libraries that are left out, and objects, give nothing up. */
static bool count_sharers(struct planning *p)
{
    const struct census *census = p->census;
    uint32_t *last = ARENA_ARRAY(&p->scratch, uint32_t, census->count);
    p->sharers = ARENA_ARRAY(&p->scratch, uint32_t, census->count);
    p->copies = ARENA_ARRAY(&p->scratch, uint32_t, census->count);
    p->plan->left_out = p->rules->left_out;
    p->plan->orders = p->rules->orders;
    for (uint32_t i = 0; last && p->sharers && p->copies && i < census->set->member_count; i++) {
        uint32_t class = census->class_of[i];
        uint32_t library = census->set->members[i].library;
        if (plan_leaves_out(p->plan, library) ||
            library_is_object(&census->set->libraries[library])) {
            p->plan->stays[i] = true;
        } else {
            p->copies[class]++;
            p->sharers[class] += last[class] != library + 1;
            last[class] = library + 1;
        }
    }
    return last && p->sharers && p->copies;
}

static bool matches(const char *const *globs, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (glob_matches(globs[i], name)) {
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
    for (uint32_t i = 0; i < p->census->set->member_count; i++) {
        uint32_t class = p->census->class_of[i];
        struct span name = arena_copy(&p->scratch, set_member(p->census->set, i)->name);
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

/** Mark the symbols that some object needs strongly. NULL: no memory. */
static bool *find_needed(struct planning *p)
{
    bool *needed = ARENA_ARRAY(&p->scratch, bool, p->census->symbol_count);
    for (uint32_t i = 0; needed && i < p->census->count; i++) {
        const struct class *class = &p->census->list[i];
        for (size_t j = 0; j < class->global_count; j++) {
            needed[class->globals[j].symbol] |= class->globals[j].role == ROLE_NEEDS;
        }
    }
    return needed;
}

/**
 * Whether GNU ld for MinGW may load copies of an object out of several libraries, with their lists:
 * indexes list weak externals as if objects defined them, so who needs one loads such an object
 * once more where the first copy came from another library.
 * @needed by symbol; NULL: no such linker is proven for
 */
static bool is_loaded_again(const struct class *class, const bool *needed)
{
    bool again = false;
    bool may = needed && class->format == OBJ_COFF && class->has_lists;
    for (size_t i = 0; may && i < class->global_count && !again; i++) {
        const struct global *global = &class->globals[i];
        bool external = global->stands_in || global->role == ROLE_NEEDS_WEAK;
        again = external && needed[global->symbol];
    }
    return again;
}

static bool pick_candidates(struct planning *p)
{
    bool again = models_have(p->rules->models, MODEL_MINGW);
    const bool *needed = again ? find_needed(p) : NULL;
    p->plan->verdicts = ARENA_ARRAY(&p->plan->arena, struct verdict, p->census->count);
    p->plan->stays = ARENA_ARRAY(&p->plan->arena, bool, p->census->set->member_count);
    if ((again && !needed) || !p->plan->verdicts || !p->plan->stays || !count_sharers(p)) {
        return error_memory(p->error);
    }
    for (uint32_t i = 0; i < p->census->count; i++) {
        const struct class *class = &p->census->list[i];
        if (!class_is_linked(class)) {
            stay(p, i, REASON_NO_OBJECT, NO_CLASS, NO_CLASS);
        } else if (class->broken) {
            stay(p, i, REASON_BROKEN, NO_CLASS, NO_CLASS);
        } else if (class->import_stub) {
            stay(p, i, REASON_STUB, NO_CLASS, NO_CLASS);
        } else if (p->rules->pins && p->rules->pins[i]) {
            uint32_t symbol = p->rules->pins[i];
            stay(p, i, REASON_PROOF, symbol == NO_CLASS ? NO_CLASS : symbol - 1, NO_CLASS);
        } else if (is_loaded_again(class, needed)) {
            stay(p, i, REASON_PROOF, NO_CLASS, NO_CLASS);
        } else if (p->sharers[i] < p->rules->min_sharers) {
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
    const struct census *census = p->census;
    uint32_t *owner = ARENA_ARRAY(&p->scratch, uint32_t, census->symbol_count);
    struct saving *order = ARENA_ARRAY(&p->scratch, struct saving, census->count);
    size_t count = 0;
    if (!owner || !order) {
        return error_memory(p->error);
    }
    for (uint32_t i = 0; i < census->count; i++) {
        if (p->plan->verdicts[i].decision == DECISION_MOVE) {
            uint64_t size = set_member(census->set, class_member(census, i))->data.size;
            order[count++] = (struct saving){(p->copies[i] - 1) * size, i};
        }
    }
    qsort(order, count, sizeof *order, by_saving);
    for (size_t i = 0; i < count; i++) {
        uint32_t symbol;
        uint32_t class = order[i].class;
        if (!claim_symbols(&census->list[class], class, owner, &symbol)) {
            stay(p, class, REASON_CONFLICT, symbol, owner[symbol] - 1);
        }
    }
    return true;
}

/* ---- together ---------------------------------------------------------------------------- */

static bool list_workspace(struct planning *p)
{
    struct plan *plan = p->plan;
    struct plan_part *part = &plan->parts[0];
    part->verdicts = plan->verdicts;
    part->workspace = ARENA_ARRAY(&plan->arena, uint32_t, p->census->set->member_count);
    plan->part_count = 1;
    if (!part->workspace) {
        return error_memory(p->error);
    }
    for (uint32_t i = 0; i < p->census->count; i++) {
        if (plan->verdicts[i].decision == DECISION_MOVE) {
            part->workspace[part->workspace_count++] = class_member(p->census, i);
        }
    }
    part->moved_count = part->workspace_count;
    return true;
}

/** Append the import stubs that are copied to the workspace. */
static bool copy_imports(struct planning *p)
{
    struct plan *plan = p->plan;
    struct plan_part *part = &plan->parts[0];
    if (!plan_imports(p->census, plan)) {
        return error_memory(p->error);
    }
    for (size_t i = 0; i < plan->import_count; i++) {
        uint32_t member = plan->imports[i].member;
        part->workspace[part->workspace_count++] = member;
        plan->verdicts[p->census->class_of[member]].decision = DECISION_COPY;
    }
    return true;
}

bool plan_make(const struct census *census, const struct plan_rules *rules, struct plan *plan,
               struct error *error)
{
    struct planning planning = {.census = census, .rules = rules, .plan = plan, .error = error};
    struct proof_rules proof = {rules->jobs, rules->min_sharers, rules->models, rules->roots,
                                rules->root_count};
    bool done = pick_candidates(&planning) && settle_conflicts(&planning) &&
                (rules->no_proof || proof_run(census, &proof, plan, error)) &&
                list_workspace(&planning) && copy_imports(&planning);
    plan->proven = done && !rules->no_proof;
    plan->models = rules->models;
    arena_free(&planning.scratch);
    return done;
}

void plan_free(struct plan *plan)
{
    arena_free(&plan->arena);
    *plan = (struct plan){0};
}
