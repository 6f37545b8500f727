/* SPDX-License-Identifier: MIT */
/** Simulated links: which definition wins. */
#include "proof/link.h"

#include <stdlib.h>

#include "base/table.h"
#include "proof/link_internal.h"

/** Whether some object of a census says that it is MinGW's, and none that it is Microsoft's. */
static bool is_mingw(const struct census *census)
{
    unsigned abis = 0;
    for (size_t i = 0; i < census->count; i++) {
        abis |= census->list[i].abis;
    }
    return abis == COFF_ABI_MINGW;
}

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
    size_t symbols = census->symbol_count;
    *link = (struct link){.census = census, .mingw = is_mingw(census)};
    link->definer = ARENA_ARRAY(arena, uint32_t, symbols);
    link->defined = ARENA_ARRAY(arena, uint32_t, symbols);
    link->rank = ARENA_ARRAY(arena, uint8_t, symbols);
    link->definition = ARENA_ARRAY(arena, const struct global *, symbols);
    link->loaded = ARENA_ARRAY(arena, uint32_t, census->count);
    link->from_workspace = ARENA_ARRAY(arena, bool, census->count);
    link->puller = ARENA_ARRAY(arena, uint32_t, census->count);
    link->place = ARENA_ARRAY(arena, uint32_t, census->count);
    link->order = ARENA_ARRAY(arena, uint32_t, census->count);
    link->needed = ARENA_ARRAY(arena, uint32_t, symbols);
    link->needer = ARENA_ARRAY(arena, uint32_t, symbols);
    link->known = ARENA_ARRAY(arena, uint32_t, symbols);
    link->listed = ARENA_ARRAY(arena, uint32_t, symbols);
    link->pending = ARENA_ARRAY(arena, uint32_t, symbols);
    link->awaited = ARENA_ARRAY(arena, uint32_t, symbols);
    link->barred = ARENA_ARRAY(arena, uint32_t, symbols);
    link->owner = ARENA_ARRAY(arena, uint32_t, symbols);
    link->owned = ARENA_ARRAY(arena, uint32_t, symbols);
    return link->definer && link->defined && link->rank && link->definition && link->loaded &&
           link->from_workspace && link->puller && link->place && link->order && link->needed &&
           link->needer && link->known && link->listed && link->pending && link->awaited &&
           link->barred && link->owner && link->owned && list_alternating(link, arena) &&
           link_list_statements(link, arena);
}

void link_free(struct link *link)
{
    free(link->needs);
    free(link->heap.list);
    free(link->todo.list);
    link->needs = NULL;
    link->need_capacity = 0;
    link->heap = link->todo = (struct link_list){0};
}

bool link_add_need(struct link *link, struct need need)
{
    struct need *needs =
        heap_grow(link->needs, link->need_count, &link->need_capacity, 4096, sizeof *needs);
    if (!needs) {
        return false;
    }
    link->needs = needs;
    link->needs[link->need_count++] = need;
    bool strong = need.kind == NEED_STRONG && link->needed[need.symbol] != link->current;
    if (strong || link->known[need.symbol] != link->current) {
        link->needer[need.symbol] = need.needer;
    }
    link->known[need.symbol] = link->current;
    if (need.kind == NEED_STRONG) {
        link->needed[need.symbol] = link->current;
        if (!link_is_defined(link, need.symbol) && link->listed[need.symbol] != link->current) {
            link->listed[need.symbol] = link->current;
            link->grew = true;
        }
    }
    return true;
}

/* ---- definitions ------------------------------------------------------------------------- */

/** GNU ld, gold and lld take a common symbol before a weak definition; the others do not. */
static bool prefers_commons(enum model model)
{
    return model == MODEL_BFD || model == MODEL_GOLD || model == MODEL_LLD;
}

unsigned link_rank(enum model model, const struct global *global)
{
    bool coff = model == MODEL_LLD_LINK || model == MODEL_MINGW;
    if (global->role == ROLE_DEFINES_COMMON) {
        return prefers_commons(model) || coff ? RANK_MIDDLE : RANK_WEAKEST;
    }
    if (coff) { /* a weak COMDAT is one in code for LTO */
        return global->stands_in || global->role == ROLE_DEFINES_WEAK ? RANK_ALIAS
               : global->strength == STRENGTH_WEAK ? RANK_WEAKEST
                                                       : RANK_STRONG;
    }
    bool weak = global->strength == STRENGTH_WEAK ||
                (global->strength == STRENGTH_UNIQUE && model == MODEL_LLD);
    return !weak ? RANK_STRONG : prefers_commons(model) ? RANK_WEAKEST : RANK_MIDDLE;
}

/** Whether a linker refuses two definitions of one symbol, of which neither is discarded. */
static bool clashes(const struct link *link, const struct global *first,
                    const struct global *second)
{
    if (first->absolute && second->absolute && first->size == second->size) {
        return false; /* linkers of COFF let equal numbers pass */
    }
    if (link->model == MODEL_LLD_LINK && first->absolute != second->absolute) {
        return false; /* the number gives way */
    }
    if (link->model == MODEL_LLD) { /* that prefers another to a unique one is no excuse */
        return first->role != ROLE_DEFINES_COMMON && second->role != ROLE_DEFINES_COMMON &&
               first->strength != STRENGTH_WEAK && second->strength != STRENGTH_WEAK;
    }
    return link_rank(link->model, first) == RANK_STRONG &&
           link_rank(link->model, second) == RANK_STRONG &&
           (link->model != MODEL_LLD_LINK || link_coff_clashes(first, second));
}

void link_add_clashing(struct link *link, uint32_t class)
{
    if (link->clashing_count < MOST_CLASHING) {
        link->clashing[link->clashing_count++] = class;
    }
}

void link_note_clash(struct link *link, uint32_t class, uint32_t symbol)
{
    link->clash = symbol;
    link_add_clashing(link, class);
}

/** Whether a definition takes the place of an earlier one of the same rank. */
static bool replaces_equal(const struct link *link, const struct global *global)
{
    const struct global *earlier = link->definition[global->symbol];
    if (!earlier) {
        return false;
    }
    if (global->role == ROLE_DEFINES_COMMON && earlier->role == ROLE_DEFINES_COMMON) {
        return global->size > earlier->size;
    }
    if (link->model == MODEL_LLD_LINK && earlier->absolute && !global->absolute) {
        return !global->stands_in;
    }
    return link->model == MODEL_LLD_LINK &&
           (link_takes_largest(global) || link_takes_largest(earlier)) &&
           global->size > earlier->size;
}

/**
 * lld-link: whether a weak external comes too late, since another one or /alternatename gave its
 * name a default. Another default is an error, but not for MinGW.
 */
static bool has_default(struct link *link, uint32_t number, const struct global *global)
{
    const struct class *list = link->census->list;
    uint32_t symbol = global->symbol;
    uint32_t was = link_alternate(link, symbol);
    if (link->model != MODEL_LLD_LINK || !global->stands_in) {
        return false;
    }
    if (link->defined[symbol] == link->current) {
        uint32_t definer = link->definer[symbol];
        const struct global *is = link->definition[symbol];
        was = is && is->stands_in ? class_default(&list[definer], definer, is) : NO_CLASS;
    }
    if (was != NO_CLASS && was != class_default(&list[number], number, global) && !link->mingw) {
        link->contradicted = symbol;
        link_add_clashing(link, number);
    }
    return was != NO_CLASS;
}

/**
 * Whether an import gives way to a definition that comes later. lld-link replaces a short import by
 * a strong one, and refuses that unless it drops the import as garbage; an object that imports, as
 * MinGW has them, defines the name strongly itself. Source: lld/COFF/Writer.cpp, "was replaced".
 */
static bool gives_way(struct link *link, uint32_t number, const struct global *global,
                      unsigned rank)
{
    uint32_t symbol = global->symbol;
    if (link->defined[symbol] != link->current || link->definition[symbol] ||
        rank != RANK_STRONG) {
        return false;
    }
    const struct class *import = &link->census->list[link->definer[symbol]];
    bool drops = link->model == MODEL_LLD_LINK && import->format == OBJ_IMPORT;
    if (drops) {
        link->contradicted = symbol;
        link_add_clashing(link, number);
    } else {
        link_note_clash(link, number, symbol);
    }
    return drops;
}

/**
 * Whether a definition replaces an earlier one. To lld, a unique one is as strong as a weak one,
 * but not beside a common symbol. Source: lld/ELF/Symbols.cpp, shouldReplace(), resolve().
 */
static bool replaces(const struct link *link, const struct global *global, unsigned rank)
{
    const struct global *earlier = link->definition[global->symbol];
    unsigned other = link->rank[global->symbol];
    bool common = earlier && earlier->role == ROLE_DEFINES_COMMON;
    if (link->model == MODEL_LLD && common && global_is_unique(global)) {
        return true;
    }
    if (link->model == MODEL_LLD && earlier && global_is_unique(earlier)) {
        return global->role != ROLE_DEFINES_COMMON && rank > other;
    }
    return rank > other || (rank == other && replaces_equal(link, global));
}

static void define(struct link *link, uint32_t class, const struct global *global)
{
    uint32_t symbol = global->symbol;
    if (has_default(link, class, global)) {
        return;
    }
    unsigned rank = link_rank(link->model, global);
    bool first = link->defined[symbol] != link->current || gives_way(link, class, global, rank);
    if (global->role == ROLE_DEFINES_COMMON && link->known[symbol] != link->current) {
        link->listed[symbol] = link->current;
        link->grew = true;
    }
    if (link->known[symbol] != link->current) { /* nobody needs it: a common may load others */
        link->known[symbol] = link->current;
        link->needer[symbol] = class;
    }
    if (!first && link->definition[symbol] && clashes(link, link->definition[symbol], global)) {
        link_note_clash(link, class, symbol);
    }
    if (first || replaces(link, global, rank)) {
        link->defined[symbol] = link->current;
        link->definer[symbol] = class;
        link->definition[symbol] = global;
        link->rank[symbol] = (uint8_t)rank;
    }
}

void link_import(struct link *link, uint32_t number, uint32_t puller)
{
    const struct class *class = &link->census->list[number];
    link->puller[number] = puller;
    for (size_t i = 0; i < class->global_count; i++) {
        uint32_t symbol = class->globals[i].symbol;
        if (!role_defines(class->globals[i].role)) {
            continue;
        }
        if (!link_is_defined(link, symbol)) {
            link->defined[symbol] = link->current;
            link->definer[symbol] = number;
            link->definition[symbol] = NULL;
            link->rank[symbol] = RANK_STRONG;
            link->known[symbol] = link->current;
            link->grew = true;
        } else if (link->definition[symbol]) {
            link_note_clash(link, number, symbol);
        }
    }
}

/* ---- COMDAT groups ----------------------------------------------------------------------- */

/** GNU ld takes no notice of COFF COMDATs that allow no duplicates. */
static bool is_group(const struct link *link, const struct class_group *group)
{
    return link->model != MODEL_MINGW || !link_allows_none(group->selection);
}

static bool is_discarded(const struct link *link, uint32_t class, const struct global *global)
{
    if (global->group == NO_CLASS) {
        return false;
    }
    const struct class_group *group = &link->census->list[class].groups[global->group];
    uint32_t name = group->symbol;
    return is_group(link, group) && link->owned[name] == link->current &&
           link->owner[name] != class;
}

/**
 * Whether lld-link keeps a COMDAT section that another object has, too: it decides by the symbol,
 * and objects to a second definition that is no COMDAT.
 */
static bool keeps_section(const struct link *link, const struct class *class, uint32_t name)
{
    if (link->model != MODEL_LLD_LINK) {
        return false;
    }
    for (size_t i = 0; i < class->global_count; i++) {
        const struct global *global = &class->globals[i];
        if (global->symbol == name && global->group != NO_CLASS) {
            bool strong = link->defined[name] == link->current && link->rank[name] == RANK_STRONG;
            return !strong || !link->definition[name]->selection || replaces_equal(link, global) ||
                   link_coff_clashes(link->definition[name], global);
        }
    }
    return false;
}

/** Claim the names of the class's groups that no other class has claimed. */
static void claim_groups(struct link *link, uint32_t number)
{
    const struct class *class = &link->census->list[number];
    for (size_t i = 0; i < class->group_count; i++) {
        uint32_t name = class->groups[i].symbol;
        if (is_group(link, &class->groups[i]) &&
            (link->owned[name] != link->current || keeps_section(link, class, name))) {
            link->owned[name] = link->current;
            link->owner[name] = number;
        }
    }
}

/** A definition that is discarded with its group leaves a reference behind. */
static bool discard(struct link *link, uint32_t number, const struct global *global)
{
    if (link->model == MODEL_LLD || link->model == MODEL_MOLD) {
        return true;
    }
    bool weak = global->strength == STRENGTH_WEAK;
    if (link_is_defined(link, global->symbol) && link->definition[global->symbol]) {
        link_note_mixture(link, number, link->definition[global->symbol], global);
    }
    if (link->model == MODEL_BFD && !link_is_defined(link, global->symbol)) {
        link->barred[global->symbol] = link->current;
    }
    return link_add_need(
        link, (struct need){global->symbol, number, weak ? NEED_OWN : NEED_STRONG});
}

bool link_settle(struct link *link, uint32_t number)
{
    const struct class *class = &link->census->list[number];
    claim_groups(link, number);
    for (size_t i = 0; i < class->global_count; i++) {
        const struct global *global = &class->globals[i];
        if (!global_gives(global)) {
            continue;
        }
        if (!is_discarded(link, number, global)) {
            define(link, number, global);
        } else if (!discard(link, number, global)) {
            return false;
        }
    }
    return true;
}

/* ---- needs ------------------------------------------------------------------------------- */

uint32_t link_other_lists(const struct link *before, const struct link *after)
{
    const struct census *census = before->census;
    for (uint32_t i = 0; i < census->count; i++) {
        if (census->list[i].has_lists && link_has_loaded(before, i) != link_has_loaded(after, i)) {
            return i;
        }
    }
    return NO_CLASS;
}

bool link_loads_twins(const struct link *link)
{
    for (uint32_t i = 0; i < link->census->count; i++) {
        if (link->census->list[i].has_twins && link_has_loaded(link, i)) {
            return true;
        }
    }
    return false;
}

/** How a member uses a symbol, if the linker decides what it gets. */
static bool need_of(const struct global *global, enum need_kind *kind)
{
    switch (global->role) {
    case ROLE_NEEDS: *kind = NEED_STRONG; return true;
    case ROLE_NEEDS_WEAK: *kind = NEED_WEAK; return true;
    case ROLE_DEFINES_COMMON: *kind = NEED_COMMON; return true;
    case ROLE_DEFINES_WEAK:
    case ROLE_DEFINES_ANY: *kind = NEED_OWN; return true;
    default: return false;
    }
}

bool link_enter(struct link *link, uint32_t entry, uint32_t puller)
{
    uint32_t found = link->line->entries[entry].class;
    uint32_t number = found & ~SCOPE_WORKSPACE;
    const struct class *class = &link->census->list[number];
    link->loaded[number] = link->current;
    link->from_workspace[number] = found & SCOPE_WORKSPACE;
    link->puller[number] = puller;
    link->place[number] = entry;
    link->order[number] = link->loaded_count++;
    if (link->model != MODEL_MOLD && !link_settle(link, number)) {
        return false;
    }
    for (size_t i = 0; i < class->global_count; i++) {
        enum need_kind kind;
        struct need need = {class->globals[i].symbol, number, NEED_STRONG};
        if (need_of(&class->globals[i], &kind)) {
            need.kind = kind;
            if (!link_add_need(link, need)) {
                return false;
            }
        }
    }
    return true;
}

void link_load_again(struct link *link, uint32_t number, uint32_t entry)
{
    const struct class *class = &link->census->list[number];
    if (!model_is_one_pass(link->model)) {
        return;
    }
    link->place[number] = entry;
    for (size_t i = 0; i < class->global_count; i++) {
        const struct global *global = &class->globals[i];
        bool grouped = global->group != NO_CLASS && is_group(link, &class->groups[global->group]);
        if (role_defines(global->role) && !grouped && !global->absolute &&
            link_rank(link->model, global) == RANK_STRONG) {
            link_note_clash(link, number, global->symbol);
        }
    }
}

bool link_run(struct link *link, enum model model, const struct line *line, const uint32_t *roots,
              size_t count)
{
    link->current++;
    link->model = model;
    link->line = line;
    link->need_count = 0;
    link->loaded_count = 0;
    link->clash = link->contradicted = NO_CLASS;
    link->clashing_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (!link_add_need(link, (struct need){roots[i], NO_CLASS, NEED_STRONG})) {
            return false;
        }
    }
    if (!link_search(link)) {
        return false;
    }
    link_note_statements(link);
    return true;
}
