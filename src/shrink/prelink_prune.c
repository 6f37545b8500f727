/* SPDX-License-Identifier: MIT */
/** Prelinking: what nothing in the one object leads to. */
#include "shrink/graph.h"
#include "shrink/prelink.h"
#include "shrink/shrink.h"

struct walk {
    const struct graph *graph;
    bool *reached;
    uint32_t *tasks;
    size_t count;
    uint32_t *node_of; /* by symbol of the graph: where it is defined, or OBJ_NONE */
};

static void visit(struct walk *w, uint32_t node)
{
    if (node != OBJ_NONE && !w->reached[node]) {
        w->reached[node] = true;
        w->tasks[w->count++] = node;
    }
}

static void follow(struct walk *w)
{
    while (w->count) {
        uint32_t node = w->tasks[--w->count];
        for (uint32_t e = w->graph->first[node]; e < w->graph->first[node + 1]; e++) {
            uint32_t edge = w->graph->edges[e];
            visit(w, edge & EDGE_SYMBOL ? w->node_of[edge & ~EDGE_SYMBOL] : edge);
        }
    }
}

enum obj_result prelink_prune(struct image *image, bool keeps_debug, struct arena *arena,
                              struct error *error)
{
    struct graph graph;
    if (!graph_of_image(image, keeps_debug, arena, arena, &graph)) {
        return OBJ_NO_MEMORY;
    }
    size_t nodes = (size_t)graph.section_count + 1;
    struct walk w = {.graph = &graph,
                     .reached = ARENA_ARRAY(arena, bool, nodes),
                     .tasks = ARENA_ARRAY(arena, uint32_t, nodes),
                     .node_of = ARENA_ARRAY(arena, uint32_t, graph.symbol_count + 1)};
    bool *drop = ARENA_ARRAY(arena, bool, nodes);
    if (!w.reached || !w.tasks || !w.node_of || !drop) {
        return OBJ_NO_MEMORY;
    }
    if (graph.why || graph.section_count == 0) {
        return OBJ_READ; /* it cannot be taken apart */
    }
    memset(w.node_of, 0xff, graph.symbol_count * sizeof *w.node_of);
    for (size_t i = 0; i < graph.definition_count; i++) {
        w.node_of[graph.definitions[i].symbol] = graph.definitions[i].node;
        visit(&w, graph.definitions[i].node);
    }
    visit(&w, graph.section_count);
    follow(&w);
    for (uint32_t i = 0; i < graph.section_count; i++) {
        drop[i] = graph.may_go[i] && !w.reached[i];
    }
    return prune_image(image, drop, arena, error);
}

size_t prelink_personalities(const struct image *image, struct arena *arena)
{
    enum { ENTRY_SIZE = 32, PERSONALITY_OFFSET = 16 };
    const struct object *object = &image->object;
    bool *seen = ARENA_ARRAY(arena, bool, object->symbol_count + 1);
    size_t count = 0;
    for (size_t i = 0; seen && i < object->section_count; i++) {
        const struct image_relocs *relocs = &image->relocs[i];
        bool unwind = object->format == OBJ_MACHO &&
                      span_is(object->sections[i].name, "__compact_unwind");
        for (size_t r = 0; unwind && r < relocs->count; r++) {
            uint32_t symbol = relocs->list[r].symbol;
            bool personality = relocs->list[r].offset % ENTRY_SIZE == PERSONALITY_OFFSET;
            if (personality && symbol != OBJ_NONE && !seen[symbol]) {
                seen[symbol] = true;
                count++;
            }
        }
    }
    return count;
}
