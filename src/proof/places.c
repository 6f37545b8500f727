/* SPDX-License-Identifier: MIT */
#include "proof/places.h"

/* ---- search scopes ----------------------------------------------------------------------- */

bool scope_init(struct search_scope *scope, const struct census *census, struct arena *arena)
{
    scope->class = ARENA_ARRAY(arena, uint32_t, census->symbol_count);
    scope->stamp = ARENA_ARRAY(arena, uint32_t, census->symbol_count);
    scope->several = ARENA_ARRAY(arena, bool, census->symbol_count);
    scope->current = 1;
    return scope->class && scope->stamp && scope->several;
}

void scope_clear(struct search_scope *scope)
{
    scope->current++;
}

/** Whether two import stubs import from one DLL, as far as they tell. */
static bool same_import(const struct class *a, const struct class *b)
{
    return a->import_stub && b->import_stub &&
           (!a->dll.size || !b->dll.size || span_equal(a->dll, b->dll));
}

/** Whether what is found is the class that was, or an import of the same DLL. */
static bool is_as_good(const struct class *list, uint32_t was, uint32_t found)
{
    uint32_t is = found & ~SCOPE_WORKSPACE;
    return is == was || same_import(&list[was], &list[is]);
}

static void add_to_scope(struct search_scope *scope, const struct census *census, uint32_t number,
                         uint32_t flag)
{
    const struct class *class = &census->list[number];
    for (size_t i = 0; i < class->global_count; i++) {
        uint32_t symbol = class->globals[i].symbol;
        if (!role_defines(class->globals[i].role)) {
            continue;
        }
        if (scope->stamp[symbol] != scope->current) {
            scope->stamp[symbol] = scope->current;
            scope->class[symbol] = number | flag;
            scope->several[symbol] = false;
        } else if (!is_as_good(census->list, number, scope->class[symbol])) {
            scope->several[symbol] = true;
        }
    }
}

void scope_add_library(struct search_scope *scope, const struct census *census,
                       const struct plan *plan, uint32_t number)
{
    const struct library *library = &census->set->libraries[number];
    for (size_t i = 0; i < library->archive.member_count; i++) {
        uint32_t member = library->first + (uint32_t)i;
        if (!plan || plan_stays(plan, census, member)) {
            add_to_scope(scope, census, census->class_of[member], 0);
        }
    }
}

void scope_add_workspace(struct search_scope *scope, const struct census *census,
                         const struct plan *plan)
{
    for (uint32_t i = 0; i < census->count; i++) {
        if (plan->verdicts[i].decision == DECISION_MOVE) {
            add_to_scope(scope, census, i, SCOPE_WORKSPACE);
        }
    }
    for (size_t i = 0; i < plan->import_count; i++) {
        add_to_scope(scope, census, census->class_of[plan->imports[i].member], SCOPE_WORKSPACE);
    }
}

bool place_is_kept(const struct places *places, uint32_t symbol, bool from_workspace)
{
    const struct class *list = places->census->list;
    uint32_t was = scope_find(places->before, symbol);
    uint32_t left = scope_find(places->after, symbol);
    uint32_t moved = scope_find(places->workspace, symbol);
    if (was == NO_CLASS) { /* then another library may have it, which must not come too early */
        return left == NO_CLASS && moved == NO_CLASS &&
               !(from_workspace && places->one_pass && places->census->is_defined[symbol]);
    }
    bool several = places->before->several[symbol];
    bool split = left != NO_CLASS && moved != NO_CLASS; /* then the order of several may change */
    if ((several && split) ||
        (moved != NO_CLASS && ((places->workspace->several[symbol] && !several) ||
                               !is_as_good(list, was, moved)))) {
        return false;
    }
    uint32_t is = left == NO_CLASS || (from_workspace && places->one_pass) ? moved : left;
    return is != NO_CLASS && is_as_good(list, was, is);
}

/** Whether a library takes a symbol from another class than the first library that has it. */
static bool differs_from_first(const struct census *census, const struct library *library,
                               const struct search_scope *first, const struct search_scope *own)
{
    for (size_t i = 0; i < library->archive.member_count; i++) {
        uint32_t number = census->class_of[library->first + i];
        const struct class *class = &census->list[number];
        for (size_t j = 0; j < class->global_count; j++) {
            uint32_t symbol = class->globals[j].symbol;
            uint32_t earlier = scope_find(first, symbol);
            if (role_defines(class->globals[j].role) && earlier != number &&
                scope_find(own, symbol) == number &&
                !(class->import_stub && census->list[earlier].import_stub) &&
                !choice_is_free(census, &class->globals[j])) {
                return true;
            }
        }
    }
    return false;
}

bool libraries_differ(const struct census *census, uint32_t from, uint32_t count,
                      struct search_scope *first, struct search_scope *own)
{
    scope_clear(first);
    for (uint32_t i = from; i < from + count; i++) {
        scope_clear(own);
        scope_add_library(own, census, NULL, i);
        scope_add_library(first, census, NULL, i);
        if (differs_from_first(census, &census->set->libraries[i], first, own)) {
            return true;
        }
    }
    return false;
}
