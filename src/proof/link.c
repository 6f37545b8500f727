/* SPDX-License-Identifier: MIT */
#include "proof/link.h"

#include <stdlib.h>

/* ---- search scopes ----------------------------------------------------------------------- */

bool scope_init(struct search_scope *scope, const struct census *census, struct arena *arena)
{
    scope->class = ARENA_ARRAY(arena, uint32_t, census->symbol_count);
    scope->stamp = ARENA_ARRAY(arena, uint32_t, census->symbol_count);
    scope->role = ARENA_ARRAY(arena, uint8_t, census->symbol_count);
    scope->current = 1;
    scope->strong_first = false;
    return scope->class && scope->stamp && scope->role;
}

void scope_clear(struct search_scope *scope, enum model model)
{
    scope->current++;
    scope->strong_first = model == MODEL_STRONG_FIRST;
}

/** Whether a definition takes the place of an earlier one, of those that are loaded. */
static bool beats(enum role later, enum role earlier)
{
    return (later == ROLE_DEFINES && earlier != ROLE_DEFINES) ||
           (later == ROLE_DEFINES_COMMON && earlier != ROLE_DEFINES &&
            earlier != ROLE_DEFINES_COMMON);
}

static void add_to_scope(struct search_scope *scope, const struct census *census, uint32_t number,
                         uint32_t flag)
{
    const struct class *class = &census->list[number];
    for (size_t i = 0; i < class->global_count; i++) {
        uint32_t symbol = class->globals[i].symbol;
        enum role role = class->globals[i].role;
        if (role_defines(role) && (scope->stamp[symbol] != scope->current ||
                                   (scope->strong_first && role == ROLE_DEFINES &&
                                    scope->role[symbol] != ROLE_DEFINES))) {
            scope->stamp[symbol] = scope->current;
            scope->class[symbol] = number | flag;
            scope->role[symbol] = (uint8_t)role;
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
    if (moved != NO_CLASS && !is_as_good(list, was, moved)) {
        return false; /* it may be found there, by linkers that prefer strong definitions too */
    }
    uint32_t is = left == NO_CLASS || (from_workspace && places->one_pass) ? moved : left;
    return is != NO_CLASS && is_as_good(list, was, is);
}

/** Whether it matters that it is this definition. */
static bool definition_counts(const struct class *class, enum role role)
{
    return !class->import_stub && (role == ROLE_DEFINES || role == ROLE_DEFINES_WEAK);
}

/** Whether a library has a symbol from another class than the first so that it matters. */
static bool differs_from_first(const struct census *census, const struct library *library,
                               const struct search_scope *first, const struct search_scope *own)
{
    for (size_t i = 0; i < library->archive.member_count; i++) {
        uint32_t number = census->class_of[library->first + i];
        const struct class *class = &census->list[number];
        for (size_t j = 0; j < class->global_count; j++) {
            uint32_t symbol = class->globals[j].symbol;
            enum role role = class->globals[j].role;
            uint32_t earlier = scope_find(first, symbol);
            if (role_defines(role) && scope_find(own, symbol) == number && earlier != number &&
                (definition_counts(class, role) ||
                 definition_counts(&census->list[earlier], first->role[symbol]))) {
                return true;
            }
        }
    }
    return false;
}

bool libraries_differ(const struct census *census, uint32_t from, uint32_t count,
                      struct search_scope *first, struct search_scope *own)
{
    scope_clear(first, MODEL_LAZY);
    for (uint32_t i = from; i < from + count; i++) {
        scope_clear(own, MODEL_LAZY);
        scope_add_library(own, census, NULL, i);
        scope_add_library(first, census, NULL, i);
        if (differs_from_first(census, &census->set->libraries[i], first, own)) {
            return true;
        }
    }
    return false;
}

/* ---- linking ----------------------------------------------------------------------------- */

static bool list_alternating(struct link *link, struct arena *arena)
{
    const struct census *census = link->census;
    size_t count = 0;
    for (size_t i = 0; i < census->count; i++) {
        count += census->list[i].alternate_count > 0;
    }
    link->alternating = ARENA_ARRAY(arena, uint32_t, count);
    for (uint32_t i = 0; link->alternating && i < census->count; i++) {
        if (census->list[i].alternate_count) {
            link->alternating[link->alternating_count++] = i;
        }
    }
    return link->alternating != NULL;
}

bool link_init(struct link *link, const struct census *census, struct arena *arena)
{
    *link = (struct link){.census = census};
    link->definer = ARENA_ARRAY(arena, uint32_t, census->symbol_count);
    link->defined = ARENA_ARRAY(arena, uint32_t, census->symbol_count);
    link->role = ARENA_ARRAY(arena, uint8_t, census->symbol_count);
    link->loaded = ARENA_ARRAY(arena, uint32_t, census->count);
    link->from_workspace = ARENA_ARRAY(arena, bool, census->count);
    link->puller = ARENA_ARRAY(arena, uint32_t, census->count);
    link->needed = ARENA_ARRAY(arena, uint32_t, census->symbol_count);
    return link->definer && link->defined && link->role && link->loaded && link->from_workspace &&
           link->puller && link->needed && list_alternating(link, arena);
}

void link_free(struct link *link)
{
    free(link->needs);
    link->needs = NULL;
    link->need_capacity = 0;
}

static bool add_need(struct link *link, uint32_t symbol, uint32_t needer)
{
    struct need *needs =
        heap_grow(link->needs, link->need_count, &link->need_capacity, 4096, sizeof *needs);
    if (!needs) {
        return false;
    }
    link->needs = needs;
    link->needs[link->need_count++] = (struct need){symbol, needer};
    link->needed[symbol] = link->current;
    return true;
}

bool link_begin(struct link *link, enum model model, const uint32_t *roots, size_t count)
{
    link->current++;
    link->need_count = 0;
    link->clash = NO_CLASS;
    link->clashing_count = 0;
    link->fills_commons = model != MODEL_LAZY;
    link->takes_alternates = model != MODEL_ONE_PASS;
    for (size_t i = 0; i < count; i++) {
        if (!add_need(link, roots[i], NO_CLASS)) {
            return false;
        }
    }
    return true;
}

static void define(struct link *link, uint32_t class, const struct global *global)
{
    uint32_t symbol = global->symbol;
    enum role role = global->role;
    bool first = link->defined[symbol] != link->current;
    if (!first && role == ROLE_DEFINES && link->role[symbol] == ROLE_DEFINES) {
        link->clash = symbol;
        if (link->clashing_count < MOST_CLASHING) {
            link->clashing[link->clashing_count++] = class;
        }
    }
    if (first || beats(role, link->role[symbol])) {
        link->defined[symbol] = link->current;
        link->definer[symbol] = class;
        link->role[symbol] = (uint8_t)role;
    }
}

static bool load(struct link *link, uint32_t found, uint32_t puller)
{
    uint32_t number = found & ~SCOPE_WORKSPACE;
    const struct class *class = &link->census->list[number];
    link->loaded[number] = link->current;
    link->from_workspace[number] = found & SCOPE_WORKSPACE;
    link->puller[number] = puller;
    for (size_t i = 0; i < class->global_count; i++) {
        const struct global *global = &class->globals[i];
        if (role_defines(global->role)) {
            define(link, number, global);
        }
        bool needs = global->role == ROLE_NEEDS ||
                     (global->role == ROLE_DEFINES_COMMON && link->fills_commons);
        if (needs && !add_need(link, global->symbol, number)) {
            return false;
        }
    }
    return true;
}

/** Whether a need is still looked for. */
static bool is_open(const struct link *link, const struct search_scope *scope, uint32_t symbol)
{
    return link->defined[symbol] != link->current ||
           (link->fills_commons && link->role[symbol] == ROLE_DEFINES_COMMON &&
            scope_find(scope, symbol) != NO_CLASS && scope->role[symbol] == ROLE_DEFINES);
}

/** Look for the needs from number @from on, and for those that arise from them. */
static bool search_from(struct link *link, const struct search_scope *scope, size_t from)
{
    for (size_t i = from; i < link->need_count; i++) { /* grows while members are loaded */
        struct need need = link->needs[i];
        if (!is_open(link, scope, need.symbol)) {
            continue;
        }
        uint32_t found = scope_find(scope, need.symbol);
        if (found == NO_CLASS) {
            continue;
        }
        if (link->census->list[found & ~SCOPE_WORKSPACE].import_stub) {
            struct global import = {.symbol = need.symbol, .role = ROLE_DEFINES_ANY};
            define(link, found & ~SCOPE_WORKSPACE, &import);
        } else if (!load(link, found, need.needer)) {
            return false;
        }
    }
    return true;
}

/** Need what loaded members name instead of what stayed undefined. */
static bool need_alternates(struct link *link)
{
    for (size_t i = 0; link->takes_alternates && i < link->alternating_count; i++) {
        uint32_t number = link->alternating[i];
        const struct class *class = &link->census->list[number];
        for (size_t j = 0; link_has_loaded(link, number) && j < class->alternate_count; j++) {
            uint32_t missing = class->alternates[j].missing.symbol;
            uint32_t instead = class->alternates[j].instead.symbol;
            if (link->needed[missing] == link->current && link->defined[missing] != link->current &&
                link->needed[instead] != link->current && !add_need(link, instead, number)) {
                return false;
            }
        }
    }
    return true;
}

bool link_search(struct link *link, const struct search_scope *scope)
{
    size_t from = 0;
    do {
        if (!search_from(link, scope, from)) {
            return false;
        }
        from = link->need_count;
        if (!need_alternates(link)) {
            return false;
        }
    } while (from < link->need_count);
    return true;
}

/** Whether two classes are as good as each other for a linker to meet @symbol by. */
static bool alike(const struct link *before, const struct link *after, uint32_t symbol)
{
    const struct class *was = &before->census->list[before->definer[symbol]];
    const struct class *is = &after->census->list[after->definer[symbol]];
    enum role first = before->role[symbol];
    if (was->import_stub && is->import_stub) {
        return same_import(was, is);
    }
    return first == after->role[symbol] &&
           (first == ROLE_DEFINES_ANY || first == ROLE_DEFINES_COMMON) && !was->import_stub &&
           !is->import_stub;
}

void link_compare(const struct link *before, const struct link *after, bool any_counts,
                  link_differs *differs, void *context)
{
    for (size_t i = 0; i < after->need_count; i++) {
        struct need need = after->needs[i];
        uint32_t was = link_definer(before, need.symbol);
        uint32_t is = link_definer(after, need.symbol);
        bool caused = need.needer != NO_CLASS && !link_has_loaded(before, need.needer);
        bool as_good =
            was != NO_CLASS && is != NO_CLASS && !any_counts && alike(before, after, need.symbol);
        if (was != is && !caused && !as_good) {
            differs(context, need, was, is);
        }
    }
}
