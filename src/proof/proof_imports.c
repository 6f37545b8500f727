/* SPDX-License-Identifier: MIT */
/** The link proof: import sets that are copied to the workspace define nothing for others. */
#include "proof/proof_internal.h"

/** The symbols that copied import sets define. */
struct supply {
    uint32_t *copy; /* by symbol: number + 1 of the first copy that defines it, or 0 */
    uint32_t *captured; /* by first copy of a set: a symbol + 1 that some library lacks */
    uint32_t *first; /* by member: number of its set's first copy */
};

static bool list_supply(struct proof *p, struct arena *arena, struct supply *supply)
{
    supply->copy = ARENA_ARRAY(arena, uint32_t, p->census->symbol_count);
    supply->captured = ARENA_ARRAY(arena, uint32_t, p->plan->import_count);
    supply->first = ARENA_ARRAY(arena, uint32_t, p->census->set->member_count);
    if (!supply->copy || !supply->captured || !supply->first) {
        return false;
    }
    for (uint32_t i = 0; i < p->plan->import_count; i++) {
        struct import_copy copy = p->plan->imports[i];
        const struct class *class = &p->census->list[p->census->class_of[copy.member]];
        if (copy.member == copy.set) {
            supply->first[copy.set] = i;
        }
        for (size_t j = 0; j < class->global_count; j++) {
            uint32_t symbol = class->globals[j].symbol;
            if (role_defines(class->globals[j].role) && !supply->copy[symbol]) {
                supply->copy[symbol] = i + 1;
            }
        }
    }
    return true;
}

/** The captured symbol of the set that supplies @symbol; NULL if no set supplies it. */
static uint32_t *captured_by(const struct proof *p, const struct supply *supply, uint32_t symbol)
{
    uint32_t copy = supply->copy[symbol];
    return copy ? &supply->captured[supply->first[p->plan->imports[copy - 1].set]] : NULL;
}

/** Mark the sets that define a symbol which the library needs and lacks. */
static void mark_captured(struct proof *p, struct supply *supply, uint32_t library)
{
    struct search_scope *scope = &p->workers[0].before;
    const struct library *in = &p->census->set->libraries[library];
    scope_clear(scope);
    scope_add_library(scope, p->census, NULL, library);
    for (size_t i = 0; i < in->archive.member_count; i++) {
        const struct class *class = &p->census->list[p->census->class_of[in->first + i]];
        for (size_t j = 0; j < class->global_count; j++) {
            uint32_t symbol = class->globals[j].symbol;
            uint32_t *captured = captured_by(p, supply, symbol);
            if (captured && class->globals[j].role == ROLE_NEEDS &&
                scope_find(scope, symbol) == NO_CLASS) {
                *captured = symbol + 1;
            }
        }
    }
}

/** Evict the classes that need a capturing set. */
static void evict_needers(struct proof *p, const struct supply *supply)
{
    for (uint32_t i = 0; i < p->census->count; i++) {
        const struct class *class = &p->census->list[i];
        for (size_t j = 0; j < class->global_count && class_moves(p, i); j++) {
            const uint32_t *captured = captured_by(p, supply, class->globals[j].symbol);
            if (captured && *captured && class->globals[j].role == ROLE_NEEDS) {
                add_fault(&p->workers[0],
                          (struct fault){p->first_member[i], *captured - 1, NO_CLASS, true});
                break;
            }
        }
    }
}

bool prove_imports(struct proof *p)
{
    struct arena scratch = {0};
    struct supply supply;
    bool done = true;
    if (p->plan->import_count) {
        done = list_supply(p, &scratch, &supply);
        for (uint32_t i = 0; done && i < p->census->set->library_count; i++) {
            mark_captured(p, &supply, i);
        }
        if (done) {
            evict_needers(p, &supply);
        }
    }
    arena_free(&scratch);
    return done;
}
