/* SPDX-License-Identifier: MIT */
/** Prelinking: remove the sections that nothing in the one object needs. */
#include "obj/macho.h"
#include "shrink/graph.h"
#include "shrink/prelink.h"
#include "shrink/shrink.h"

/** A walk through the graph from the nodes that stay. */
struct walk {
    const struct graph *graph;
    bool *reached;     /* by node */
    uint32_t *tasks;   /* nodes whose edges have not been followed yet */
    size_t count;      /* of tasks */
    uint32_t *node_of; /* by symbol of the graph: the node that defines it, or OBJ_NONE */
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

enum obj_result prelink_prune(struct obj_edit *edit, bool keeps_debug, struct arena *arena,
                              struct error *error)
{
    struct graph graph;
    if (!graph_of_object(edit, keeps_debug ? GRAPH_DEBUG : 0U, arena, arena, &graph)) {
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
        return OBJ_OK; /* it cannot be taken apart */
    }
    memset(w.node_of, 0xff, graph.symbol_count * sizeof *w.node_of);
    for (size_t i = 0; i < graph.definition_count; i++) {
        w.node_of[graph.definitions[i].symbol] = graph.definitions[i].node;
        visit(&w, graph.definitions[i].node);
    }
    visit(&w, graph.section_count);
    follow(&w);
    for (uint32_t i = 0; i < graph.section_count; i++) {
        bool stripped = !keeps_debug && edit->object.sections[i].kind == SECTION_DEBUG;
        drop[i] = (graph.removable[i] && !w.reached[i]) || stripped;
    }
    return prune_object(edit, drop, arena, error);
}

/**
 * Whether a relocation of a section refers to a personality routine: in __compact_unwind by its
 * offset in an entry of 32 bytes, in __eh_frame by its type, a reference through the global offset
 * table (X86_64_RELOC_GOT, ARM64_RELOC_POINTER_TO_GOT) [mach-o/x86_64/reloc.h,
 * mach-o/arm64/reloc.h].
 */
static bool names_personality(const struct object *object, const struct obj_section *section,
                              const struct obj_reloc *reloc)
{
    enum { ENTRY_SIZE = 32, PERSONALITY_OFFSET = 16, TYPE = 0xf };
    if (span_is(section->name, "__compact_unwind")) {
        return reloc->offset % ENTRY_SIZE == PERSONALITY_OFFSET;
    }
    uint32_t got = object->machine == MACHINE_X86_64 ? X86_64_RELOC_GOT
                                                     : ARM64_RELOC_POINTER_TO_GOT;
    return span_is(section->name, "__eh_frame") && (reloc->type & TYPE) == got;
}

bool prelink_personalities(const struct obj_edit *edit,
                           bool (*tell)(void *context, struct span name), void *context)
{
    const struct object *object = &edit->object;
    for (size_t i = 0; object->format == OBJ_MACHO && i < object->section_count; i++) {
        const struct edit_relocs *relocs = &edit->relocs[i];
        for (size_t r = 0; r < relocs->count; r++) {
            const struct obj_reloc *reloc = &relocs->list[r];
            if (reloc->symbol != OBJ_NONE &&
                names_personality(object, &object->sections[i], reloc) &&
                !tell(context, object->symbols[reloc->symbol].name)) {
                return false;
            }
        }
    }
    return true;
}
