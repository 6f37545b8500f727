/* SPDX-License-Identifier: MIT */
/** The last resort of the link proof: a plan that is right without any simulated link. */
#include "proof/proof_internal.h"

enum { MOST_PASSES = 64 };

/** Let a class stay. Returns whether it was to move. */
static bool keep_class(struct proof *p, uint32_t class, enum reason reason, uint32_t symbol,
                       uint32_t other)
{
    if (!class_moves(p, class)) {
        return false;
    }
    p->plan->verdicts[class] = (struct verdict){DECISION_STAY, reason, symbol, other};
    return true;
}

/**
 * Let the class stay that meets a need of an unsafe member: the library's own, or, where the
 * library has none, the one that the workspace would define for it.
 */
static bool keep_definer(struct proof *p, const struct proof_worker *self, uint32_t symbol)
{
    uint32_t was = scope_find(&self->before, symbol);
    if (was != NO_CLASS) {
        return keep_class(p, was, REASON_PROOF, symbol, was);
    }
    uint32_t captures = scope_find(&p->workspace, symbol);
    return captures != NO_CLASS &&
           keep_class(p, captures & ~SCOPE_WORKSPACE, REASON_CAPTURE, symbol, NO_CLASS);
}

/** Let classes stay that are unsafe in this library, or make it so. Returns whether any did. */
static bool keep_unsafe(struct proof *p, uint32_t library)
{
    struct proof_worker *self = &p->workers[0];
    const struct library *in = &p->census->set->libraries[library];
    bool changed = false;
    if (plan_leaves_out(p->plan, library)) {
        return false;
    }
    fill_scopes(p, self, library);
    for (size_t i = 0; i < in->archive.member_count; i++) {
        uint32_t class = p->census->class_of[in->first + i];
        const struct class *facts = &p->census->list[class];
        if (member_is_safe(p, self, in->first + (uint32_t)i)) {
            continue;
        }
        changed |= keep_class(p, class, REASON_PROOF, NO_CLASS, NO_CLASS);
        for (size_t j = 0; j < facts->global_count + facts->alternate_count; j++) {
            const struct global *global = class_global(facts, j);
            if (global->role == ROLE_NEEDS) {
                changed |= keep_definer(p, self, global->symbol);
            }
        }
    }
    return changed;
}

/** How many classes say what of the whole program. @said by symbol; returns how many there are */
static uint32_t count_statements(const struct census *census, uint32_t *said)
{
    uint32_t objects = 0;
    for (uint32_t i = 0; i < census->count; i++) {
        const struct class *class = &census->list[i];
        objects += !class->import_stub;
        struct statement_walk walk = {0};
        struct statement statement;
        while (census_next_statement(census, class, &walk, &statement)) {
            said[statement.symbol]++;
        }
    }
    return objects;
}

/**
 * Whether a linker that loads the class for a COMDAT gets nothing else with it.
 * @said, @objects as of count_statements()
 */
static bool brings_nothing(const struct census *census, const struct class *class,
                           const uint32_t *said, uint32_t objects)
{
    bool nothing = !class->has_lists;
    struct statement_walk walk = {0};
    struct statement statement;
    while (nothing && census_next_statement(census, class, &walk, &statement)) {
        nothing = said[statement.symbol] >= objects;
    }
    for (size_t i = 0; nothing && i < class->global_count; i++) {
        nothing = class->globals[i].role == ROLE_DEFINES_ANY;
    }
    return nothing;
}

/** What is known of the definitions of a symbol, in this order. */
enum definitions { DEFINED_NOWHERE, DEFINED_ONCE, DEFINED_OFTEN, DEFINED_WITH_MORE };

/**
 * Note for each symbol how many classes define it, and whether one of several brings more with it.
 * @seen    by symbol: the class that defines it, + 1
 * @defined by symbol: enum definitions
 * @said    by symbol: zero
 */
static void find_ambiguous(const struct proof *p, uint32_t *seen, uint32_t *defined,
                           uint32_t *said)
{
    uint32_t objects = count_statements(p->census, said);
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < p->census->count; i++) {
            const struct class *class = &p->census->list[i];
            bool more = !brings_nothing(p->census, class, said, objects);
            for (size_t j = 0; j < class->global_count; j++) {
                uint32_t symbol = class->globals[j].symbol;
                if (!global_gives(&class->globals[j])) {
                    continue;
                }
                if (pass == 0) {
                    bool other = seen[symbol] && seen[symbol] != i + 1;
                    defined[symbol] = other || defined[symbol] == DEFINED_OFTEN ? DEFINED_OFTEN
                                                                                : DEFINED_ONCE;
                    seen[symbol] = i + 1;
                } else if (more && defined[symbol] == DEFINED_OFTEN) {
                    defined[symbol] = DEFINED_WITH_MORE;
                }
            }
        }
    }
}

/**
 * Let every class stay that defines a symbol which has another definition anywhere. A COMDAT may
 * move, unless another one of its name would come with more, that was not in the program before.
 */
static void keep_ambiguous(struct proof *p)
{
    struct link *borrowed = &p->workers[0].original; /* no link is under way */
    size_t size = p->census->symbol_count * sizeof *borrowed->definer;
    memset(borrowed->definer, 0, size);
    memset(borrowed->known, 0, size);
    memset(borrowed->listed, 0, size);
    find_ambiguous(p, borrowed->definer, borrowed->known, borrowed->listed);
    for (uint32_t i = 0; i < p->census->count; i++) {
        const struct class *class = &p->census->list[i];
        for (size_t j = 0; j < class->global_count; j++) {
            const struct global *global = &class->globals[j];
            uint32_t defined =
                global_gives(global) ? borrowed->known[global->symbol] : DEFINED_NOWHERE;
            bool strict = global->role == ROLE_DEFINES || global->role == ROLE_DEFINES_WEAK ||
                          global->stands_in || p->census->mixed[global->symbol];
            bool stays = strict ? defined >= DEFINED_OFTEN
                                : global->role == ROLE_DEFINES_ANY &&
                                      defined == DEFINED_WITH_MORE &&
                                      p->census->is_needed[global->symbol];
            if (stays && class_moves(p, i)) {
                p->plan->verdicts[i] =
                    (struct verdict){DECISION_STAY, REASON_PROOF, global->symbol, NO_CLASS};
            }
        }
    }
    memset(borrowed->known, 0, size);
    memset(borrowed->listed, 0, size);
}

void give_up(struct proof *p)
{
    bool changed = true;
    p->plan->gave_up = true;
    keep_ambiguous(p);
    for (int round = 0; changed && round < MOST_PASSES; round++) {
        changed = false;
        scope_clear(&p->workspace);
        scope_add_workspace(&p->workspace, p->census, p->plan);
        for (uint32_t i = 0; i < p->census->set->library_count; i++) {
            changed |= keep_unsafe(p, i);
        }
    }
    for (uint32_t i = 0; changed && i < p->census->count; i++) {
        if (class_moves(p, i)) {
            p->plan->verdicts[i] =
                (struct verdict){DECISION_STAY, REASON_PROOF, NO_CLASS, NO_CLASS};
        }
    }
}
