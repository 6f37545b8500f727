/* SPDX-License-Identifier: MIT */
#include "proof/places.h"

/* ---- search scopes ----------------------------------------------------------------------- */

bool scope_init(struct search_scope *scope, const struct census *census, struct arena *arena)
{
    scope->class = ARENA_ARRAY(arena, uint32_t, census->symbol_count);
    scope->stamp = ARENA_ARRAY(arena, uint32_t, census->symbol_count);
    scope->several = ARENA_ARRAY(arena, bool, census->symbol_count);
    scope->any = ARENA_ARRAY(arena, bool, census->symbol_count);
    scope->common = ARENA_ARRAY(arena, bool, census->symbol_count);
    scope->needed = ARENA_ARRAY(arena, bool, census->symbol_count);
    scope->between = ARENA_ARRAY(arena, bool, census->symbol_count);
    scope->order = ARENA_ARRAY(arena, uint64_t, census->symbol_count);
    scope->current = 1;
    return scope->class && scope->stamp && scope->several && scope->any && scope->common &&
           scope->needed && scope->between && scope->order;
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

/** Add a definition to those of its symbol. */
static void add_definition(struct search_scope *scope, const struct census *census,
                           uint32_t number, uint32_t flag, const struct global *global)
{
    uint32_t symbol = global->symbol;
    bool first = scope->stamp[symbol] != scope->current;
    if (first) {
        scope->stamp[symbol] = scope->current;
        scope->class[symbol] = number | flag;
        scope->several[symbol] = scope->common[symbol] = false;
        scope->needed[symbol] = scope->between[symbol] = false;
        scope->any[symbol] = true;
        scope->order[symbol] = 0;
    }
    if (first || !is_as_good(census->list, number, scope->class[symbol])) {
        scope->several[symbol] = !first;
        scope->between[symbol] |= scope->needed[symbol];
        scope->order[symbol] = (scope->order[symbol] + number + 1) * 0x9e3779b97f4a7c15u;
    }
    scope->any[symbol] &= global->any && !census->mixed[symbol];
    scope->common[symbol] |= global->role == ROLE_DEFINES_COMMON;
}

static void add_to_scope(struct search_scope *scope, const struct census *census, uint32_t number,
                         uint32_t flag)
{
    const struct class *class = &census->list[number];
    for (size_t i = 0; i < class->global_count; i++) {
        const struct global *global = &class->globals[i];
        if (role_defines(global->role)) {
            add_definition(scope, census, number, flag, global);
        } else if (scope->stamp[global->symbol] == scope->current) {
            scope->needed[global->symbol] = true;
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
    const struct search_scope *before = places->before;
    uint32_t was = scope_find(before, symbol);
    uint32_t left = scope_find(places->after, symbol);
    uint32_t moved = scope_find(places->workspace, symbol);
    if (was == NO_CLASS) { /* then another library may have it, which must not come too early */
        return left == NO_CLASS && moved == NO_CLASS &&
               !(from_workspace && places->one_pass && places->census->is_defined[symbol]);
    }
    bool several = before->several[symbol];
    if (several && ((left != NO_CLASS) == (moved != NO_CLASS) ||
                    (before->common[symbol] && (places->parted || moved != NO_CLASS)))) {
        return false;
    }
    const struct search_scope *now = left != NO_CLASS ? places->after : places->workspace;
    if (several && (before->order[symbol] != now->order[symbol] || before->between[symbol] ||
                    now->between[symbol])) {
        return false;
    }
    if (moved != NO_CLASS && ((places->workspace->several[symbol] && !several) ||
                              !is_as_good(list, was, moved))) {
        return false;
    }
    uint32_t is = left == NO_CLASS || (from_workspace && places->one_pass) ? moved : left;
    return is != NO_CLASS && is_as_good(list, was, is);
}

static bool all_any(const struct search_scope *scope, uint32_t symbol)
{
    return scope_find(scope, symbol) == NO_CLASS || scope->any[symbol];
}

/**
 * Whether it does not matter which definition of a symbol is taken: any serves, and no member is
 * loaded for it, since whoever needs the symbol defines it, too (DW.ref.rust_eh_personality).
 */
static bool choice_is_free(const struct places *places, uint32_t symbol)
{
    return scope_find(places->before, symbol) != NO_CLASS && !places->is_root[symbol] &&
           !places->census->is_needed[symbol] && all_any(places->before, symbol) &&
           all_any(places->workspace, symbol);
}

/** Whether a class may be loaded for another symbol than this one. */
static bool serves_others(const struct places *places, const struct class *class, uint32_t symbol)
{
    for (size_t i = 0; i < class->global_count; i++) {
        uint32_t other = class->globals[i].symbol;
        if (other != symbol && role_defines(class->globals[i].role) &&
            (places->census->is_needed[other] || places->is_root[other])) {
            return true;
        }
    }
    return false;
}

/** Whether a class defines nothing that an earlier one defines, or is loaded for nothing else. */
static bool choices_are_kept(const struct places *places, const struct class *class,
                             uint32_t symbol)
{
    const struct search_scope *before = places->before;
    uint32_t first = scope_find(before, symbol);
    return first == NO_CLASS || !before->several[symbol] ||
           &places->census->list[first] == class || !serves_others(places, class, symbol);
}

bool places_keep(const struct places *places, const struct class *class, bool from_workspace)
{
    if (class->alternate_count) {
        return false; /* what is missing depends on weak externals and on others' alternates */
    }
    for (size_t i = 0; i < class->global_count + class->alternate_count; i++) {
        const struct global *global = class_global(class, i);
        uint32_t symbol = global->symbol;
        if (global->stands_in && !role_defines(global->role)) {
            return false; /* what it stands for depends on the order in which members are loaded */
        }
        if (!choice_is_free(places, symbol) &&
            (!place_is_kept(places, symbol, from_workspace) ||
             (role_defines(global->role) && !choices_are_kept(places, class, symbol)))) {
            return false;
        }
    }
    return true;
}

/** Take over what another scope has of a symbol. */
static void take_over(struct search_scope *scope, const struct search_scope *from, uint32_t symbol)
{
    scope->stamp[symbol] = scope->current;
    scope->class[symbol] = from->class[symbol];
    scope->several[symbol] = from->several[symbol];
    scope->any[symbol] = from->any[symbol];
    scope->common[symbol] = from->common[symbol];
    scope->needed[symbol] = from->needed[symbol];
    scope->between[symbol] = from->between[symbol];
    scope->order[symbol] = from->order[symbol];
}

/** Whether a library defines a symbol otherwise than the first library that has it. */
static bool differs_from_first(const struct census *census, const bool *is_root, uint32_t symbol,
                               struct search_scope *first, const struct search_scope *own)
{
    if (scope_find(first, symbol) == NO_CLASS) {
        take_over(first, own, symbol);
        return false;
    }
    bool same = is_as_good(census->list, first->class[symbol], own->class[symbol]) &&
                first->several[symbol] == own->several[symbol] &&
                (!own->several[symbol] || first->order[symbol] == own->order[symbol]);
    bool free = first->any[symbol] && own->any[symbol] && !census->is_needed[symbol] &&
                !is_root[symbol];
    first->any[symbol] &= own->any[symbol];
    return !same && !free;
}

bool libraries_differ(const struct census *census, uint32_t from, uint32_t count,
                      const bool *is_root, struct search_scope *first, struct search_scope *own)
{
    scope_clear(first);
    for (uint32_t i = from; i < from + count; i++) {
        const struct library *library = &census->set->libraries[i];
        scope_clear(own);
        scope_add_library(own, census, NULL, i);
        for (size_t j = 0; j < library->archive.member_count; j++) {
            const struct class *class = &census->list[census->class_of[library->first + j]];
            if (class->alternate_count) {
                return true;
            }
            for (size_t g = 0; g < class->global_count; g++) {
                const struct global *global = &class->globals[g];
                if (role_defines(global->role)
                        ? differs_from_first(census, is_root, global->symbol, first, own)
                        : global->stands_in) {
                    return true;
                }
            }
        }
    }
    return false;
}
