/* SPDX-License-Identifier: MIT */
/**
 * What needs what within one object: the edges that pruning follows.
 *
 * Nodes are the object's sections and, behind them, the object itself, which stands for all that
 * is linked as soon as any of it is: constructors, retained sections, directives. What cannot be
 * taken apart is one node only.
 *
 *   section -> section        by a relocation to a local symbol; within a group; what hangs on it
 *   section -> symbol         by a relocation to a global one, whoever defines it
 *   function -> its unwind information's needs, not the other way round: .eh_frame, which has
 *                             something of all functions, is no node that leads anywhere
 */
#ifndef ARMELD_SHRINK_GRAPH_H
#define ARMELD_SHRINK_GRAPH_H

#include "obj/obj_edit.h"

/** Set in an edge: the rest is an index into graph.symbols; otherwise it is a node. */
#define EDGE_SYMBOL 0x80000000u

struct graph_definition {
    uint32_t symbol; /**< index into graph.symbols */
    uint32_t node;
};

struct graph {
    uint32_t section_count; /**< nodes but the object itself, which is this number */
    uint32_t *first;        /**< by node: its first edge; one more at the end */
    uint32_t *edges;
    struct span *symbols;   /**< global names that it defines or needs */
    size_t symbol_count;
    struct graph_definition *definitions;
    size_t definition_count;
    bool *may_go;           /**< by section: it goes if nothing leads to it */
    const char *why;        /**< it cannot be taken apart, and why; NULL if it can */
};

/**
 * Make the graph of an object.
 * @keeps_debug debug info is not stripped: then it must be possible to cut it loose
 * @keep        receives the graph; its names lie in @data or in @keep
 * False only when memory is short.
 */
bool graph_make(struct span data, bool keeps_debug, struct arena *keep, struct arena *scratch,
                struct graph *graph);

/** The same of an image. */
bool graph_of_object(const struct obj_edit *edit, bool keeps_debug, struct arena *keep,
                     struct arena *scratch, struct graph *graph);

/* ---- unwind information of ELF (frames.c) ------------------------------------------------- */

/** A record of .eh_frame: a CIE, or an FDE with its CIE. */
struct frame {
    uint32_t start, size; /**< in the section, its length field included */
    uint32_t cie;         /**< FDE: index of its CIE; CIE: its own */
    uint32_t function;    /**< FDE: the section of its function */
    uint32_t first_reloc, reloc_count;
    bool is_cie;
};

/** Whether a section is .eh_frame, of which each function has a part. */
bool frames_are_in(const struct obj_edit *edit, uint32_t section);

/**
 * Take .eh_frame apart. OBJ_NOT_MINE with why if it is not understood.
 * Source: LSB 5.0, "Exception Frames".
 */
enum obj_result frames_read(const struct obj_edit *edit, uint32_t section, struct arena *arena,
                            struct frame **frames, size_t *count, struct error *error);

/** Leave out the FDEs of sections that go, and CIEs that then have none. */
enum obj_result frames_prune(struct obj_edit *edit, uint32_t section, const bool *drop,
                             struct arena *arena, struct error *error);

/**
 * Put the FDEs of one section's functions behind one another, as some linkers (mold 1.10) expect
 * them to be.
 */
enum obj_result frames_group(struct obj_edit *edit, uint32_t section, struct arena *arena,
                             struct error *error);

/* ---- debug info (tombs.c) ----------------------------------------------------------------- */

/** Whether all relocations of a debug section can be cut loose. */
bool debug_tombstones_known(const struct obj_edit *edit, uint32_t section);

/**
 * Cut debug info loose from sections that go: a number that no code has takes the place of the
 * address, as linkers do it: 0, or 1 in lists that 0 would end.
 */
enum obj_result debug_tombstones_set(struct obj_edit *edit, uint32_t section, const bool *drop,
                                     struct arena *arena, struct error *error);

#endif
