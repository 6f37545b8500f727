/* SPDX-License-Identifier: MIT */
/** Shared by the files that make graphs. Only for graph*.c. */
#ifndef ARMELD_SHRINK_GRAPH_INTERNAL_H
#define ARMELD_SHRINK_GRAPH_INTERNAL_H

#include "shrink/graph.h"

/** An edge while edges are collected. */
struct pair {
    uint32_t from, to;
};

struct graph_build {
    const struct obj_edit *edit;
    const struct object *object;
    bool keeps_debug, keeps_lto;
    struct arena *keep;
    struct arena *scratch;
    struct graph *graph;
    uint32_t *numbers; /* by symbol: index into graph.symbols, or OBJ_NONE */
    struct pair *pairs;
    size_t count, capacity;
    bool no_memory;
    struct error why;
};

/** Add an edge; m->no_memory when memory is short. */
void graph_add_edge(struct graph_build *m, uint32_t from, uint32_t to);

/** How many names graph_add_needs() adds to graph.symbols at most. */
size_t graph_count_names(const struct object *object);

/** Add edges from the object to what it needs as a whole, whatever stays of it. */
void graph_add_needs(struct graph_build *m);

/**
 * Add edges from the object to undefined symbols that no relocation refers to: such a symbol stands
 * there to make linkers link its definition. False when memory is short.
 */
bool graph_add_forced(struct graph_build *m);

#endif
