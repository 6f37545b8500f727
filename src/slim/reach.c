/* SPDX-License-Identifier: MIT */
#include "slim/reach_internal.h"

#include <stdlib.h>

#include "base/table.h"
#include "base/threads.h"

static bool is_followed(const struct reaching *r, uint32_t member)
{
    const struct class *class = &r->census->list[r->census->class_of[member]];
    return class_is_object(class) && !class->import_stub && class->format != OBJ_IMPORT;
}

/* ---- graphs ------------------------------------------------------------------------------ */

static void make_graph(void *context, size_t item, unsigned worker)
{
    struct reaching *r = context;
    uint32_t member = (uint32_t)item;
    if (r->census->leader_of[member] != member || !is_followed(r, member)) {
        return;
    }
    if (!graph_make(member_content(r->census->set, member), r->rules->keeps,
                    &r->reach->arenas[worker], &r->scratch[worker], &r->reach->graphs[member])) {
        r->failed[worker] = true;
    }
    arena_reset(&r->scratch[worker]);
}

static bool make_graphs(struct reaching *r)
{
    struct reach *reach = r->reach;
    unsigned jobs = r->rules->jobs;
    bool done = true;
    threads_run(r->census->set->member_count, jobs, make_graph, r);
    for (unsigned i = 0; i < jobs; i++) {
        done = done && !r->failed[i];
    }
    for (uint32_t i = 0; done && i < r->census->set->member_count; i++) {
        const struct graph *graph = &reach->graphs[i];
        if (graph->first) {
            reach->reached[i] = ARENA_ARRAY(&reach->arena, bool, (size_t)graph->section_count + 1);
            done = reach->reached[i] != NULL;
        }
    }
    return done;
}

static bool same_name(const void *context, uint32_t number, const void *key)
{
    return span_equal(((const struct reaching *)context)->names[number], *(const struct span *)key);
}

/** Number all names; find out which are exports. */
static bool number_names(struct reaching *r)
{
    struct arena *arena = &r->reach->arena;
    struct table table = {0};
    size_t most = 0;
    for (uint32_t i = 0; i < r->census->set->member_count; i++) {
        most += r->reach->graphs[i].symbol_count;
    }
    r->ids = ARENA_ARRAY(arena, uint32_t *, r->census->set->member_count + 1);
    r->names = ARENA_ARRAY(arena, struct span, most + 1);
    bool done = r->ids && r->names;
    for (uint32_t i = 0; done && i < r->census->set->member_count; i++) {
        const struct graph *graph = &r->reach->graphs[i];
        r->ids[i] = ARENA_ARRAY(arena, uint32_t, graph->symbol_count + 1);
        done = r->ids[i] != NULL;
        for (size_t s = 0; done && s < graph->symbol_count; s++) {
            uint64_t hash = table_hash(graph->symbols[s], 0);
            uint32_t found = table_find(&table, hash, same_name, r, &graph->symbols[s]);
            if (found == TABLE_NONE) {
                found = (uint32_t)r->name_count;
                r->names[r->name_count++] = graph->symbols[s];
                done = table_add(&table, hash, found);
            }
            r->ids[i][s] = found;
        }
    }
    table_free(&table);
    r->is_export = ARENA_ARRAY(arena, bool, r->name_count + 1);
    r->is_libcall = ARENA_ARRAY(arena, bool, r->name_count + 1);
    for (size_t i = 0; done && r->is_export && r->is_libcall && i < r->name_count; i++) {
        r->is_export[i] = r->rules->is_export(r->rules->context, r->names[i]);
        r->is_libcall[i] = obj_name_is_libcall(r->names[i]);
    }
    return done && r->is_export && r->is_libcall;
}

/* ---- one library ------------------------------------------------------------------------- */

void reach_visit(struct walk *w, uint32_t object, uint32_t node)
{
    if (!w->visited[object][node]) {
        w->visited[object][node] = true;
        w->tasks[w->task_count++] = (struct task){object, node};
    }
}

/** Visit all definitions of a name; for a weak need, in members that are loaded anyway. */
static void visit_name(struct walk *w, uint32_t name, enum graph_need need)
{
    for (uint32_t at = w->heads[name]; at != OBJ_NONE; at = w->places[at].next) {
        if (need != NEED_WEAK || w->r->linked[w->objects[w->places[at].object]]) {
            reach_visit(w, w->places[at].object, w->places[at].node);
        }
    }
}

void reach_follow(struct walk *w)
{
    while (w->task_count) {
        struct task task = w->tasks[--w->task_count];
        uint32_t leader = w->objects[task.object];
        const struct graph *graph = &w->r->reach->graphs[leader];
        for (uint32_t e = graph->first[task.node]; e < graph->first[task.node + 1]; e++) {
            uint32_t edge = graph->edges[e];
            if (edge & EDGE_SYMBOL) {
                uint32_t symbol = edge & ~EDGE_SYMBOL;
                visit_name(w, w->r->ids[leader][symbol], graph->needs[symbol]);
            } else {
                reach_visit(w, task.object, edge);
            }
        }
    }
}

static void add_object(struct walk *w, uint32_t leader)
{
    if (w->r->reach->graphs[leader].first) {
        w->objects[w->object_count++] = leader;
    }
}

/** A library's objects, and those that stand for them in the workspace. */
static bool list_objects(struct walk *w, const struct library *library)
{
    const struct census *census = w->r->census;
    w->objects = ARENA_ARRAY(&w->arena, uint32_t, 2 * library->archive.member_count + 1);
    for (uint32_t i = 0; w->objects && i < library->archive.member_count; i++) {
        uint32_t leader = census->leader_of[library->first + i];
        uint32_t class = census->class_of[library->first + i];
        uint32_t stands_for = census->leader_of[class_member(census, class)];
        add_object(w, leader);
        if (stands_for != leader) {
            add_object(w, stands_for);
        }
    }
    return w->objects != NULL;
}

static bool prepare(struct walk *w)
{
    const struct reach *reach = w->r->reach;
    size_t nodes = 0;
    size_t definitions = 0;
    for (size_t i = 0; i < w->object_count; i++) {
        nodes += (size_t)reach->graphs[w->objects[i]].section_count + 1;
        definitions += reach->graphs[w->objects[i]].definition_count;
    }
    w->tasks = ARENA_ARRAY(&w->arena, struct task, nodes + 1);
    w->visited = ARENA_ARRAY(&w->arena, bool *, w->object_count + 1);
    w->places = ARENA_ARRAY(&w->arena, struct place, definitions + 1);
    w->heads = ARENA_ARRAY(&w->arena, uint32_t, w->r->name_count + 1);
    bool *all = ARENA_ARRAY(&w->arena, bool, nodes + 1);
    if (!w->tasks || !w->visited || !w->places || !w->heads || !all) {
        return false;
    }
    memset(w->heads, 0xff, w->r->name_count * sizeof *w->heads);
    for (uint32_t i = 0; i < w->object_count; i++) {
        const struct graph *graph = &reach->graphs[w->objects[i]];
        w->visited[i] = all;
        all += (size_t)graph->section_count + 1;
        for (size_t d = 0; d < graph->definition_count; d++) {
            uint32_t name = w->r->ids[w->objects[i]][graph->definitions[d].symbol];
            w->places[w->place_count] =
                (struct place){i, graph->definitions[d].node, w->heads[name],
                               graph->definitions[d].strength};
            w->heads[name] = (uint32_t)w->place_count++;
        }
    }
    return true;
}

static bool visit_exports(struct walk *w)
{
    bool any = false;
    for (uint32_t i = 0; i < w->object_count; i++) {
        const struct graph *graph = &w->r->reach->graphs[w->objects[i]];
        for (size_t d = 0; d < graph->definition_count; d++) {
            if (w->r->is_export[w->r->ids[w->objects[i]][graph->definitions[d].symbol]]) {
                reach_visit(w, i, graph->definitions[d].node);
                any = true;
            }
        }
    }
    return any;
}

static bool any_loaded(const struct walk *w)
{
    bool any = false;
    for (uint32_t i = 0; i < w->object_count; i++) {
        any |= w->r->reach->graphs[w->objects[i]].loaded;
    }
    return any;
}

/** Whether code for LTO stays in some object that is needed. */
static bool any_lto(const struct walk *w)
{
    const struct census *census = w->r->census;
    bool any = false;
    for (uint32_t i = 0; i < w->object_count; i++) {
        enum obj_lto lto = census->list[census->class_of[w->objects[i]]].lto;
        bool stays = lto == LTO_SLIM || (lto == LTO_FAT && w->r->rules->keeps & GRAPH_LTO);
        any |= stays && w->visited[i][w->r->reach->graphs[w->objects[i]].section_count];
    }
    return any;
}

/** Follow what code for LTO may come to need when it is compiled. */
static void visit_libcalls(struct walk *w)
{
    if (!any_lto(w)) {
        return;
    }
    for (uint32_t i = 0; i < w->object_count; i++) {
        const struct graph *graph = &w->r->reach->graphs[w->objects[i]];
        for (size_t d = 0; d < graph->definition_count; d++) {
            if (w->r->is_libcall[w->r->ids[w->objects[i]][graph->definitions[d].symbol]]) {
                reach_visit(w, i, graph->definitions[d].node);
            }
        }
    }
    reach_follow(w);
}

/** Note the objects that exports reach, then follow those that users can need without a symbol. */
static void visit_loaded(struct walk *w)
{
    for (uint32_t i = 0; i < w->object_count; i++) {
        const struct graph *graph = &w->r->reach->graphs[w->objects[i]];
        w->r->reach->called[w->objects[i]] |= w->visited[i][graph->section_count];
    }
    for (uint32_t i = 0; i < w->object_count; i++) {
        const struct graph *graph = &w->r->reach->graphs[w->objects[i]];
        if (graph->loaded) {
            reach_visit(w, i, graph->section_count);
        }
    }
    reach_follow(w);
}

/** A member whose needs nobody can read would lose them. */
static bool check_members(struct reaching *r, const struct library *library)
{
    for (uint32_t i = 0; i < library->archive.member_count; i++) {
        uint32_t member = library->first + i;
        const struct class *class = &r->census->list[r->census->class_of[member]];
        if (class_is_unread(class) || class->broken) {
            error_set(r->error,
                      "the needs of this member cannot be read (%s), so the set cannot be pruned",
                      class->broken ? class->unread : class_format_name(class));
            return set_error_at(r->census->set, member, r->error);
        }
    }
    return true;
}

static bool link_library(struct reaching *r, const struct library *library)
{
    struct walk walk = {.r = r};
    bool done = (list_objects(&walk, library) && prepare(&walk) && reach_find_linked(&walk)) ||
                error_memory(r->error);
    arena_free(&walk.arena);
    return done;
}

static bool walk_library(struct reaching *r, const struct library *library)
{
    struct walk walk = {.r = r};
    bool done = (list_objects(&walk, library) && prepare(&walk)) || error_memory(r->error);
    if (done && walk.object_count && !visit_exports(&walk) && !any_loaded(&walk)) {
        done = error_set_kind(r->error, ERROR_USAGE,
                              "%s: defines no export, so pruning would remove everything: name "
                              "exports with --export",
                              library->path);
    }
    if (done) {
        reach_follow(&walk);
        visit_libcalls(&walk);
        done = reach_keep_loads(&walk, false);
        visit_loaded(&walk);
        done = (done && (!any_loaded(&walk) || reach_keep_loads(&walk, true))) ||
               error_memory(r->error);
    }
    for (uint32_t i = 0; done && i < walk.object_count; i++) {
        const struct graph *graph = &r->reach->graphs[walk.objects[i]];
        for (uint32_t node = 0; node <= graph->section_count; node++) {
            r->reach->reached[walk.objects[i]][node] |= walk.visited[i][node];
        }
    }
    arena_free(&walk.arena);
    return done;
}

/* ---- together ---------------------------------------------------------------------------- */

bool reach_find(const struct census *census, const struct reach_rules *rules, struct reach *reach,
                struct error *error)
{
    struct reaching r = {.census = census, .rules = rules, .reach = reach, .error = error};
    for (size_t i = 0; i < census->set->library_count; i++) {
        if (!check_members(&r, &census->set->libraries[i])) {
            return false;
        }
    }
    reach->graphs = ARENA_ARRAY(&reach->arena, struct graph, census->set->member_count + 1);
    reach->reached = ARENA_ARRAY(&reach->arena, bool *, census->set->member_count + 1);
    reach->called = ARENA_ARRAY(&reach->arena, bool, census->set->member_count + 1);
    reach->arenas = calloc(rules->jobs, sizeof *reach->arenas);
    reach->arena_count = rules->jobs;
    r.linked = ARENA_ARRAY(&reach->arena, bool, census->set->member_count + 1);
    r.scratch = calloc(rules->jobs, sizeof *r.scratch);
    r.failed = calloc(rules->jobs, sizeof *r.failed);
    bool done = (reach->graphs && reach->reached && reach->called && reach->arenas && r.linked &&
                 r.scratch && r.failed && make_graphs(&r) && number_names(&r)) ||
                error_memory(error);
    for (size_t i = 0; done && i < census->set->library_count; i++) {
        done = link_library(&r, &census->set->libraries[i]);
    }
    for (size_t i = 0; done && i < census->set->library_count; i++) {
        done = walk_library(&r, &census->set->libraries[i]);
    }
    for (unsigned i = 0; r.scratch && i < rules->jobs; i++) {
        arena_free(&r.scratch[i]);
    }
    free(r.scratch);
    free(r.failed);
    return done;
}

bool reach_is_apart(const struct reach *reach, uint32_t leader)
{
    return reach->reached[leader] && reach_needs(reach, leader) && !reach->called[leader];
}

bool reach_needs(const struct reach *reach, uint32_t leader)
{
    const bool *reached = reach->reached[leader];
    return !reached || reached[reach->graphs[leader].section_count];
}

const bool *reach_drop(const struct reach *reach, uint32_t leader, struct arena *arena, bool *all)
{
    const struct graph *graph = &reach->graphs[leader];
    const bool *reached = reach->reached[leader];
    *all = true;
    bool *drop = reached ? ARENA_ARRAY(arena, bool, (size_t)graph->section_count + 1) : NULL;
    for (uint32_t i = 0; drop && i < graph->section_count; i++) {
        drop[i] = graph->removable[i] && !reached[i];
        *all &= !drop[i];
    }
    *all = *all && (drop || !reached);
    return *all ? NULL : drop;
}

void reach_free(struct reach *reach)
{
    for (unsigned i = 0; reach->arenas && i < reach->arena_count; i++) {
        arena_free(&reach->arenas[i]);
    }
    free(reach->arenas);
    arena_free(&reach->arena);
    *reach = (struct reach){0};
}
