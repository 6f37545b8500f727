/* SPDX-License-Identifier: MIT */
#include "meld/link.h"

#include <stdlib.h>

/* ---- shelves ----------------------------------------------------------------------------- */

bool shelf_init(struct shelf *shelf, const struct classes *classes, struct arena *arena)
{
    shelf->class = ARENA_ARRAY(arena, uint32_t, classes->symbol_count);
    shelf->stamp = ARENA_ARRAY(arena, uint32_t, classes->symbol_count);
    shelf->current = 1;
    return shelf->class && shelf->stamp;
}

void shelf_clear(struct shelf *shelf)
{
    shelf->current++;
}

static void shelve(struct shelf *shelf, const struct classes *classes, uint32_t number,
                   uint32_t flag)
{
    const struct class *class = &classes->list[number];
    for (size_t i = 0; i < class->global_count; i++) {
        uint32_t symbol = class->globals[i].symbol;
        if (role_defines(class->globals[i].role) && shelf->stamp[symbol] != shelf->current) {
            shelf->stamp[symbol] = shelf->current;
            shelf->class[symbol] = number | flag;
        }
    }
}

void shelf_add_library(struct shelf *shelf, const struct set *set, const struct classes *classes,
                       const struct plan *plan, uint32_t number)
{
    const struct library *library = &set->libraries[number];
    for (size_t i = 0; i < library->archive.member_count; i++) {
        uint32_t member = library->first + (uint32_t)i;
        if (!plan || plan_stays(plan, set, member)) {
            shelve(shelf, classes, set->members[member].class, 0);
        }
    }
}

void shelf_add_workspace(struct shelf *shelf, const struct classes *classes,
                         const struct plan *plan)
{
    for (uint32_t i = 0; i < classes->count; i++) {
        if (plan->verdicts[i].decision == DECISION_MOVE) {
            shelve(shelf, classes, i, SHELF_WORKSPACE);
        }
    }
}

/* ---- linking ----------------------------------------------------------------------------- */

bool link_init(struct link *link, const struct classes *classes, struct arena *arena)
{
    *link = (struct link){.classes = classes};
    link->definer = ARENA_ARRAY(arena, uint32_t, classes->symbol_count);
    link->defined = ARENA_ARRAY(arena, uint32_t, classes->symbol_count);
    link->strong = ARENA_ARRAY(arena, bool, classes->symbol_count);
    link->loaded = ARENA_ARRAY(arena, uint32_t, classes->count);
    link->from_workspace = ARENA_ARRAY(arena, bool, classes->count);
    link->puller = ARENA_ARRAY(arena, uint32_t, classes->count);
    return link->definer && link->defined && link->strong && link->loaded &&
           link->from_workspace && link->puller;
}

void link_free(struct link *link)
{
    free(link->needs);
    link->needs = NULL;
    link->need_capacity = 0;
}

static bool add_need(struct link *link, uint32_t symbol, uint32_t needer)
{
    if (link->need_count == link->need_capacity) {
        size_t capacity = link->need_capacity ? 2 * link->need_capacity : 4096;
        struct need *larger = realloc(link->needs, capacity * sizeof *larger);
        if (!larger) {
            return false;
        }
        link->needs = larger;
        link->need_capacity = capacity;
    }
    link->needs[link->need_count++] = (struct need){symbol, needer};
    return true;
}

bool link_begin(struct link *link, const uint32_t *roots, size_t count)
{
    link->current++;
    link->need_count = 0;
    link->clash = NO_CLASS;
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
    bool strong = global->role == ROLE_DEFINES;
    if (link->defined[symbol] != link->current) {
        link->defined[symbol] = link->current;
        link->definer[symbol] = class;
        link->strong[symbol] = strong;
    } else if (strong && link->strong[symbol]) {
        link->clash = symbol;
    }
}

static bool load(struct link *link, uint32_t found, uint32_t puller)
{
    uint32_t number = found & ~SHELF_WORKSPACE;
    const struct class *class = &link->classes->list[number];
    link->loaded[number] = link->current;
    link->from_workspace[number] = found & SHELF_WORKSPACE;
    link->puller[number] = puller;
    for (size_t i = 0; i < class->global_count; i++) {
        const struct global *global = &class->globals[i];
        if (role_defines(global->role)) {
            define(link, number, global);
        } else if (global->role == ROLE_NEEDS && !add_need(link, global->symbol, number)) {
            return false;
        }
    }
    return true;
}

bool link_search(struct link *link, const struct shelf *shelf)
{
    for (size_t i = 0; i < link->need_count; i++) { /* grows while members are loaded */
        struct need need = link->needs[i];
        if (link->defined[need.symbol] == link->current) {
            continue;
        }
        uint32_t found = shelf_find(shelf, need.symbol);
        if (found != NO_CLASS && !link->classes->list[found & ~SHELF_WORKSPACE].import_stub &&
            !load(link, found, need.needer)) {
            return false;
        }
    }
    return true;
}

void link_compare(const struct link *before, const struct link *after, bool weak_counts,
                  link_differs *differs, void *context)
{
    for (size_t i = 0; i < after->need_count; i++) {
        struct need need = after->needs[i];
        uint32_t was = link_definer(before, need.symbol);
        uint32_t is = link_definer(after, need.symbol);
        bool caused = need.needer != NO_CLASS && !link_has_loaded(before, need.needer);
        bool weak = was != NO_CLASS && is != NO_CLASS && !before->strong[need.symbol] &&
                    !after->strong[need.symbol];
        if (was != is && !caused && (!weak || weak_counts)) {
            differs(context, need, was, is);
        }
    }
}
