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

/** Whether a symbol of the graph must stay although nothing in the object needs it. */
static bool is_root(const struct prelink_object_rules *rules, struct span name)
{
    return !rules || !rules->is_needed || rules->is_needed(rules->context, name);
}

/** Note the symbols to which something that is reached refers. */
static void mark_loads(const struct walk *w, bool *seen)
{
    for (uint32_t node = 0; node <= w->graph->section_count; node++) {
        for (uint32_t e = w->graph->first[node]; w->reached[node] && e < w->graph->first[node + 1];
             e++) {
            if (w->graph->edges[e] & EDGE_SYMBOL) {
                seen[w->graph->edges[e] & ~EDGE_SYMBOL] = true;
            }
        }
    }
}

/**
 * Keep something that refers to each symbol for which linkers load a member that is not joined:
 * the program needs its constructors, for instance. (slim/reach_links.c says more.)
 * @seen by symbol
 */
static void keep_loads(struct walk *w, const struct prelink_object_rules *rules, bool *seen)
{
    bool more = rules && rules->loads;
    while (more) {
        more = false;
        mark_loads(w, seen);
        for (uint32_t node = 0; node <= w->graph->section_count; node++) {
            for (uint32_t e = w->graph->first[node];
                 !w->reached[node] && e < w->graph->first[node + 1]; e++) {
                uint32_t symbol = w->graph->edges[e] & ~EDGE_SYMBOL;
                if (w->graph->edges[e] & EDGE_SYMBOL && !seen[symbol] &&
                    w->graph->needs[symbol] == NEED_LOADS &&
                    rules->loads(rules->context, w->graph->symbols[symbol])) {
                    seen[symbol] = more = true;
                    visit(w, node);
                }
            }
        }
        follow(w);
    }
}

/** Remove the common symbols that nothing needs: in programs they would take memory. */
static enum obj_result drop_commons(struct obj_edit *edit, const struct prelink_object_rules *rules,
                                    struct arena *arena, struct error *error)
{
    const struct object *object = &edit->object;
    bool *sections = ARENA_ARRAY(arena, bool, object->section_count + 1);
    bool *symbols = ARENA_ARRAY(arena, bool, object->symbol_count + 1);
    bool *used = ARENA_ARRAY(arena, bool, object->symbol_count + 1);
    bool any = false;
    if (!sections || !symbols || !used) {
        return OBJ_NO_MEMORY;
    }
    obj_edit_mark_used(edit, used);
    for (size_t i = 0; i < object->symbol_count; i++) {
        const struct obj_symbol *symbol = &object->symbols[i];
        symbols[i] =
            symbol->place == PLACE_COMMON && !used[i] && !is_root(rules, symbol->name);
        any |= symbols[i];
    }
    return any ? obj_edit_drop(edit, sections, symbols, arena, error) : OBJ_OK;
}

enum obj_result prelink_prune(struct obj_edit *edit, const struct prelink_object_rules *rules,
                              bool keeps_debug, struct arena *arena, struct error *error)
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
    bool *seen = ARENA_ARRAY(arena, bool, graph.symbol_count + 1);
    if (!w.reached || !w.tasks || !w.node_of || !drop || !seen) {
        return OBJ_NO_MEMORY;
    }
    if (graph.why || graph.section_count == 0) {
        return OBJ_OK; /* it cannot be taken apart */
    }
    memset(w.node_of, 0xff, graph.symbol_count * sizeof *w.node_of);
    for (size_t i = 0; i < graph.definition_count; i++) {
        w.node_of[graph.definitions[i].symbol] = graph.definitions[i].node;
        if (is_root(rules, graph.symbols[graph.definitions[i].symbol])) {
            visit(&w, graph.definitions[i].node);
        }
    }
    visit(&w, graph.section_count);
    follow(&w);
    keep_loads(&w, rules, seen);
    for (uint32_t i = 0; i < graph.section_count; i++) {
        bool stripped = !keeps_debug && edit->object.sections[i].kind == SECTION_DEBUG;
        drop[i] = (graph.removable[i] && !w.reached[i]) || stripped;
    }
    enum obj_result result = prune_object(edit, drop, arena, error);
    return result == OBJ_OK ? drop_commons(edit, rules, arena, error) : result;
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
