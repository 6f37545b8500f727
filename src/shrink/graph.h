/* SPDX-License-Identifier: MIT */
/**
 * What needs what within one object: the graph that pruning follows.
 *
 * A node is a section of the object. One more node, the object itself, stands for what is linked
 * as soon as any part of the object is linked: constructors, retained sections, directives. An
 * object whose sections cannot be told apart (Mach-O; formats that are not understood) has that
 * one node only, so such an object is kept or removed as a whole.
 *
 * Edges lead from a node to what it needs:
 *
 *   section -> section   by a relocation to a symbol that the object defines; between the sections
 *                        of an ELF group; between a section and the one that it is linked to
 *   section -> symbol    by a relocation to a global symbol, whichever object defines it
 *   section -> object    always
 *   function -> section  .eh_frame, and what the function's record there refers to. The section
 *                        .eh_frame itself has no edges to functions: it has a record for each of
 *                        them, and frames_prune() removes the records of removed functions.
 */
#ifndef ARMELD_SHRINK_GRAPH_H
#define ARMELD_SHRINK_GRAPH_H

#include "obj/obj_edit.h"

/** In an edge: the lower bits are an index into graph.symbols. Otherwise the edge is a node. */
#define EDGE_SYMBOL 0x80000000u

/** How a definition stands to others of its name. */
enum graph_strength {
    GRAPH_STRONG, /**< it is taken before the others; also a common symbol */
    GRAPH_WEAK,   /**< a strong one is taken before it */
    GRAPH_ANY,    /**< any of them serves: a COMDAT's */
};

/** A node defines a symbol. */
struct graph_definition {
    uint32_t symbol; /**< index into graph.symbols */
    uint32_t node;
    enum graph_strength strength;
};

/** What a symbol of an object makes linkers do. */
enum graph_need {
    NEED_NONE,  /**< the object defines it itself */
    NEED_WEAK,  /**< linkers load no member for it: a weak reference */
    NEED_LOADS, /**< they load a member that defines it */
};

struct graph {
    uint32_t section_count; /**< number of nodes that are sections; also the object's own node */
    uint32_t *first;        /**< by node: index of its first edge; one more entry at the end */
    uint32_t *edges;        /**< targets, in the order of the nodes from which they come */
    struct span *symbols;   /**< names of global symbols that the object defines or needs; a name
                                 can stand twice */
    enum graph_need *needs; /**< by symbol */
    size_t symbol_count;
    struct graph_definition *definitions;
    size_t definition_count;
    bool loaded;            /**< users can need the object although no symbol leads to it: see
                                 macho_is_loaded() */
    bool lists;             /**< it has parts of lists that programs find by a section's name */
    bool *removable;        /**< by section: it can be removed if no edge leads to it */
    const char *why;        /**< why the object has one node only although its format allows more,
                                 or NULL */
};

/** What is not stripped; an object in which it needs everything has one node only. */
enum graph_keeps {
    GRAPH_DEBUG = 1, /**< debug info: counts where debug relocations cannot be cut
                          (debug_tombstones_known) */
    GRAPH_LTO = 2,   /**< code for LTO beside machine code: it has all functions */
};

/**
 * Make the graph of the object @data.
 * @keeps        what is not stripped, of enum graph_keeps
 * @keep         receives the graph; names lie in @data or in @keep
 * @scratch      temporary memory, which the caller resets
 * @return false only when memory is short
 */
bool graph_make(struct span data, unsigned keeps, struct arena *keep, struct arena *scratch,
                struct graph *graph);

/** Make the graph of an editable object; otherwise as graph_make(). */
bool graph_of_object(const struct obj_edit *edit, unsigned keeps, struct arena *keep,
                     struct arena *scratch, struct graph *graph);

/* ---- unwind information in .eh_frame (frames.c) -------------------------------------------- */

/**
 * A record of .eh_frame. A CIE (common information entry) holds what several functions have in
 * common; an FDE (frame description entry) describes one function and names its CIE.
 */
struct frame {
    uint32_t start, size; /**< bytes in the section, with the length field */
    uint32_t cie;         /**< of an FDE: index of its CIE; of a CIE: its own index */
    uint32_t function;    /**< of an FDE: the section of its function; of a CIE: OBJ_NONE */
    uint32_t first_reloc, reloc_count; /**< among the section's relocations */
    bool is_cie;
};

/** Whether a section is .eh_frame of ELF or COFF, which has a record for each function. */
bool frames_are_in(const struct obj_edit *edit, uint32_t section);

/**
 * Split .eh_frame into its records, and sort its relocations by offset.
 * Source: LSB 5.0, "Exception Frames".
 * @frames[out] @count[out] in the order of the section; in @arena
 * @return OBJ_NOT_MINE with the reason if a record is not understood
 */
enum obj_result frames_read(const struct obj_edit *edit, uint32_t section, struct arena *arena,
                            struct frame **frames, size_t *count, struct error *error);

/**
 * Remove the FDEs of functions in removed sections, and the CIEs that no FDE then names.
 * @drop by section: the sections that are removed
 */
enum obj_result frames_prune(struct obj_edit *edit, uint32_t section, const bool *drop,
                             struct arena *arena, struct error *error);

/**
 * Sort the FDEs by the sections of their functions, CIEs first. Some linkers (mold 1.10) expect the
 * FDEs of a section one after the other.
 */
enum obj_result frames_group(struct obj_edit *edit, uint32_t section, struct arena *arena,
                             struct error *error);

/* ---- unwind information in .sframe (sframe.c) ---------------------------------------------- */

/** Whether a section is .sframe, which has a record for each function. */
bool sframe_is_in(const struct obj_edit *edit, uint32_t section);

/**
 * List the sections of the functions that .sframe describes, record by record.
 * @return OBJ_NOT_MINE with the reason if the section is not understood
 */
enum obj_result sframe_functions(const struct obj_edit *edit, uint32_t section,
                                 struct arena *arena, uint32_t **functions, size_t *count,
                                 struct error *error);

/** Remove the records of functions in removed sections; otherwise as frames_prune(). */
enum obj_result sframe_prune(struct obj_edit *edit, uint32_t section, const bool *drop,
                             struct arena *arena, struct error *error);

/* ---- debug info (debug_tombstones.c) ------------------------------------------------------- */

/** Whether debug_tombstones_set() knows the type of each relocation of a debug section. */
bool debug_tombstones_known(const struct obj_edit *edit, uint32_t section);

/**
 * Cut the references of a debug section to removed sections: remove the relocations and write a
 * tombstone, an address that no code has, in their places, as linkers do. The tombstone is 0, or 1
 * in lists which 0 would end (.debug_ranges, .debug_loc).
 * @drop by section: the sections that are removed
 * @return OBJ_NOT_MINE with the reason if the width of a relocation is not known
 */
enum obj_result debug_tombstones_set(struct obj_edit *edit, uint32_t section, const bool *drop,
                                     struct arena *arena, struct error *error);

#endif
