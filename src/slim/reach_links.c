/* SPDX-License-Identifier: MIT */
/**
 * Which members linkers load, and why it matters beyond what code refers to.
 *
 * A member that is loaded takes part in the program with its constructors, its elements of lists
 * between bounds, its strong definitions beside weak ones, and what it defines for weak references.
 * If pruning removed the only code that makes linkers load such a member, the program would lose
 * these. So some section stays that refers to it, in each member that loaded it before.
 *
 * Linkers load the first member that defines a name; where they differ (proof/link.h), the proof
 * finds what is lost.
 */
#include <stdlib.h>

#include "slim/reach_internal.h"

/** A simulated link: which objects are loaded. */
struct loading {
    struct walk *w;
    const uint32_t *first; /* by name: the first object that defines it, or OBJ_NONE */
    bool *loaded;          /* by object */
    uint32_t *by;          /* by object: the one that loaded it, or OBJ_NONE: an export did */
    uint32_t *stack;
    size_t count;
    bool pruned;     /* only what is visited is there */
    bool all_loaded; /* graph.loaded counts */
};

static const struct graph *graph_of(const struct walk *w, uint32_t object)
{
    return &w->r->reach->graphs[w->objects[object]];
}

static uint32_t class_of(const struct walk *w, uint32_t object)
{
    return w->r->census->class_of[w->objects[object]];
}

/** By name: the first object that defines it. NULL: no memory. */
static uint32_t *find_first(struct walk *w)
{
    uint32_t *first = ARENA_ARRAY(&w->arena, uint32_t, w->r->name_count + 1);
    for (size_t name = 0; first && name < w->r->name_count; name++) {
        first[name] = OBJ_NONE;
        for (uint32_t at = w->heads[name]; at != OBJ_NONE; at = w->places[at].next) {
            uint32_t object = w->places[at].object;
            first[name] = object < first[name] ? object : first[name];
        }
    }
    return first;
}

static void load(struct loading *l, uint32_t object, uint32_t by)
{
    if (!l->loaded[object]) {
        l->loaded[object] = true;
        l->by[object] = by;
        l->stack[l->count++] = object;
    }
}

/** Load the first definer of a name, also where it lies in the workspace, for object @by. */
static void load_name(struct loading *l, uint32_t name, uint32_t by)
{
    uint32_t first = l->first[name];
    uint32_t at = first == OBJ_NONE ? OBJ_NONE : l->w->heads[name];
    for (; at != OBJ_NONE; at = l->w->places[at].next) {
        uint32_t object = l->w->places[at].object;
        if (class_of(l->w, object) == class_of(l->w, first)) {
            load(l, object, by);
        }
    }
}

/** Load what an object needs that was not changed. */
static void load_for_all(struct loading *l, uint32_t object)
{
    const struct graph *graph = graph_of(l->w, object);
    for (size_t s = 0; s < graph->symbol_count; s++) {
        if (graph->needs[s] == NEED_LOADS) {
            load_name(l, l->w->r->ids[l->w->objects[object]][s], object);
        }
    }
}

/** Load what those parts of an object need that are visited. */
static void load_for_visited(struct loading *l, uint32_t object)
{
    const struct graph *graph = graph_of(l->w, object);
    for (uint32_t node = 0; node <= graph->section_count; node++) {
        for (uint32_t e = graph->first[node];
             l->w->visited[object][node] && e < graph->first[node + 1]; e++) {
            uint32_t symbol = graph->edges[e] & ~EDGE_SYMBOL;
            if (graph->edges[e] & EDGE_SYMBOL && graph->needs[symbol] == NEED_LOADS) {
                load_name(l, l->w->r->ids[l->w->objects[object]][symbol], object);
            }
        }
    }
}

/** Simulate a link that takes all exports. */
static void run(struct loading *l)
{
    const struct walk *w = l->w;
    memset(l->loaded, 0, w->object_count * sizeof *l->loaded);
    for (uint32_t i = 0; i < w->object_count; i++) {
        const struct graph *graph = graph_of(w, i);
        if (graph->loaded && l->all_loaded) {
            load(l, i, OBJ_NONE);
        }
        for (size_t d = 0; d < graph->definition_count; d++) {
            uint32_t name = w->r->ids[w->objects[i]][graph->definitions[d].symbol];
            if (w->r->is_export[name]) {
                load_name(l, name, OBJ_NONE);
            }
        }
    }
    while (l->count) {
        uint32_t object = l->stack[--l->count];
        if (l->pruned) {
            load_for_visited(l, object);
        } else {
            load_for_all(l, object);
        }
    }
}

static bool prepare(struct walk *w, bool pruned, const uint32_t *first, struct loading *l)
{
    *l = (struct loading){.w = w,
                          .first = first,
                          .loaded = ARENA_ARRAY(&w->arena, bool, w->object_count + 1),
                          .by = ARENA_ARRAY(&w->arena, uint32_t, w->object_count + 1),
                          .stack = ARENA_ARRAY(&w->arena, uint32_t, w->object_count + 1),
                          .pruned = pruned};
    return l->first && l->loaded && l->by && l->stack;
}

bool reach_find_linked(struct walk *w)
{
    struct loading all;
    if (!prepare(w, false, find_first(w), &all)) {
        return false;
    }
    all.all_loaded = true;
    run(&all);
    for (uint32_t i = 0; i < w->object_count; i++) {
        w->r->linked[w->objects[i]] |= all.loaded[i];
    }
    return true;
}

/* ---- what must go on being loaded --------------------------------------------------------- */

/** The links before and after pruning, and the members that must go on being loaded. */
struct keeping {
    struct walk *w;
    struct loading all, left;
    bool *held; /* by object */
    bool more;
};

/** Hold a member, and those that load it, up to one that is still loaded. */
static void hold(struct keeping *k, uint32_t object)
{
    while (object != OBJ_NONE && k->all.loaded[object] && !k->held[object]) {
        k->held[object] = k->more = true;
        reach_visit(k->w, object, graph_of(k->w, object)->section_count);
        object = k->left.loaded[object] ? OBJ_NONE : k->all.by[object];
    }
}

/** Whether some object that is still loaded defines a name weakly. */
static bool has_weak(const struct keeping *k, uint32_t name)
{
    for (uint32_t at = k->w->heads[name]; at != OBJ_NONE; at = k->w->places[at].next) {
        const struct place *place = &k->w->places[at];
        if (k->left.loaded[place->object] && place->strength == GRAPH_WEAK) {
            return true;
        }
    }
    return false;
}

/**
 * Hold the members that give a name its definition only because they are loaded for something else:
 * for a weak reference any, beside a weak definition a strong one.
 */
static void hold_definers(struct keeping *k, uint32_t name, enum graph_need need)
{
    bool beside = need != NEED_WEAK;
    if (beside && !has_weak(k, name)) {
        return;
    }
    for (uint32_t at = k->w->heads[name]; at != OBJ_NONE; at = k->w->places[at].next) {
        const struct place *place = &k->w->places[at];
        if (!k->left.loaded[place->object] && (!beside || place->strength == GRAPH_STRONG)) {
            hold(k, place->object);
        }
    }
}

/** Hold the members that count for what an object needs. */
static void hold_for(struct keeping *k, uint32_t object)
{
    const struct graph *graph = graph_of(k->w, object);
    for (uint32_t node = 0; node <= graph->section_count; node++) {
        for (uint32_t e = graph->first[node];
             k->w->visited[object][node] && e < graph->first[node + 1]; e++) {
            uint32_t symbol = graph->edges[e] & ~EDGE_SYMBOL;
            if (graph->edges[e] & EDGE_SYMBOL) {
                hold_definers(k, k->w->r->ids[k->w->objects[object]][symbol],
                              graph->needs[symbol]);
            }
        }
    }
}

/* ---- what loads them ---------------------------------------------------------------------- */

/** In object .object, node .node refers to a symbol for which linkers load object .to. */
struct load_ref {
    uint32_t object, node, to;
    bool visited;
};

/** All such references, one for each pair of objects, sorted by the loaded one. */
struct load_refs {
    struct load_ref *list;
    size_t count, capacity;
    uint32_t *first; /* by loaded object; one more at the end */
};

/** Add the references of one object, visited ones or others. @stamps by object: the last, + 1 */
static bool add_refs(struct keeping *k, uint32_t object, bool visited, uint32_t *stamps,
                     struct load_refs *refs)
{
    const struct walk *w = k->w;
    const struct graph *graph = graph_of(w, object);
    for (uint32_t node = 0; node <= graph->section_count; node++) {
        for (uint32_t e = graph->first[node];
             w->visited[object][node] == visited && e < graph->first[node + 1]; e++) {
            uint32_t symbol = graph->edges[e] & ~EDGE_SYMBOL;
            uint32_t to = graph->edges[e] & EDGE_SYMBOL && graph->needs[symbol] == NEED_LOADS
                              ? k->all.first[w->r->ids[w->objects[object]][symbol]]
                              : OBJ_NONE;
            if (to == OBJ_NONE || stamps[to] == object + 1) {
                continue;
            }
            struct load_ref *list = heap_grow(refs->list, refs->count, &refs->capacity, 1024,
                                              sizeof *list);
            if (!list) {
                return false;
            }
            refs->list = list;
            list[refs->count++] = (struct load_ref){object, node, to, visited};
            stamps[to] = object + 1;
        }
    }
    return true;
}

static int by_loaded(const void *a, const void *b)
{
    const struct load_ref *first = a;
    const struct load_ref *second = b;
    if (first->to != second->to) {
        return first->to < second->to ? -1 : 1;
    }
    return (first->object > second->object) - (first->object < second->object);
}

/** List the references in objects that are loaded after pruning. False: no memory. */
static bool find_refs(struct keeping *k, struct load_refs *refs)
{
    size_t count = k->w->object_count;
    uint32_t *stamps = calloc(count + 1, sizeof *stamps);
    bool done = stamps != NULL;
    refs->first = calloc(count + 2, sizeof *refs->first);
    for (uint32_t i = 0; done && refs->first && i < count; i++) {
        if (k->left.loaded[i] || k->held[i]) {
            done = add_refs(k, i, true, stamps, refs) && add_refs(k, i, false, stamps, refs);
        }
    }
    free(stamps);
    if (!done || !refs->first) {
        return false;
    }
    qsort(refs->list, refs->count, sizeof *refs->list, by_loaded);
    for (size_t i = 0; i < refs->count; i++) {
        refs->first[refs->list[i].to + 1]++;
    }
    for (size_t i = 0; i < count; i++) {
        refs->first[i + 1] += refs->first[i];
    }
    return true;
}

/**
 * Keep a reference to member @to in each object that refers to it, unless the object goes on
 * loading it by what it loads otherwise.
 * @leads, @stack room for all objects
 */
static void keep_refs(struct keeping *k, const struct load_refs *refs, uint32_t to, bool *leads,
                      uint32_t *stack)
{
    size_t count = 0;
    memset(leads, 0, k->w->object_count * sizeof *leads);
    leads[to] = true;
    stack[count++] = to;
    while (count) {
        uint32_t object = stack[--count];
        for (uint32_t i = refs->first[object]; i < refs->first[object + 1]; i++) {
            const struct load_ref *ref = &refs->list[i];
            if (ref->visited && !leads[ref->object]) {
                leads[ref->object] = true;
                stack[count++] = ref->object;
            }
        }
    }
    for (uint32_t i = refs->first[to]; i < refs->first[to + 1]; i++) {
        if (!leads[refs->list[i].object]) {
            reach_visit(k->w, refs->list[i].object, refs->list[i].node);
        }
    }
}

/* ---- together ----------------------------------------------------------------------------- */

/** Hold what counts in the links that are left; in k->more whether that is more than before. */
static void hold_all(struct keeping *k)
{
    k->more = false;
    run(&k->left);
    for (uint32_t i = 0; i < k->w->object_count; i++) {
        if (graph_of(k->w, i)->lists) {
            hold(k, i);
        }
        if (k->left.loaded[i]) {
            hold_for(k, i);
        }
    }
}

bool reach_keep_loads(struct walk *w, bool all_loaded)
{
    size_t count = w->object_count;
    struct keeping k = {.w = w, .held = ARENA_ARRAY(&w->arena, bool, count + 1)};
    const uint32_t *first = find_first(w);
    bool *leads = ARENA_ARRAY(&w->arena, bool, count + 1);
    uint32_t *stack = ARENA_ARRAY(&w->arena, uint32_t, count + 1);
    bool done = k.held && leads && stack && prepare(w, false, first, &k.all) &&
                prepare(w, true, first, &k.left);
    if (done) {
        k.all.all_loaded = k.left.all_loaded = all_loaded;
        run(&k.all);
    }
    for (k.more = done; done && k.more;) {
        struct load_refs refs = {.count = 0};
        hold_all(&k);
        done = !k.more || find_refs(&k, &refs);
        for (uint32_t i = 0; done && k.more && i < count; i++) {
            if (k.held[i]) {
                keep_refs(&k, &refs, i, leads, stack);
            }
        }
        free(refs.list);
        free(refs.first);
        reach_follow(w);
    }
    return done;
}
