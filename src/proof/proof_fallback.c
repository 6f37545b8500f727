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

/** Let every class stay that defines a symbol which has another definition anywhere. */
static void keep_ambiguous(struct proof *p)
{
    uint32_t *definer = p->workers[0].original.definer; /* borrowed: no link is under way */
    memset(definer, 0, p->census->symbol_count * sizeof *definer);
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < p->census->count; i++) {
            const struct class *class = &p->census->list[i];
            for (size_t j = 0; j < class->global_count; j++) {
                uint32_t symbol = class->globals[j].symbol;
                bool defines = role_defines(class->globals[j].role);
                if (defines && pass == 0) {
                    bool other = definer[symbol] && definer[symbol] != i + 1;
                    definer[symbol] = other ? UINT32_MAX : i + 1;
                } else if (defines && definer[symbol] == UINT32_MAX && class_moves(p, i) &&
                           (class->globals[j].role == ROLE_DEFINES ||
                            class->globals[j].role == ROLE_DEFINES_WEAK)) {
                    p->plan->verdicts[i] =
                        (struct verdict){DECISION_STAY, REASON_PROOF, symbol, NO_CLASS};
                }
            }
        }
    }
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
