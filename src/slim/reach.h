/* SPDX-License-Identifier: MIT */
/**
 * Reach: the sections of all objects that some library needs, starting from its exports.
 *
 * The needs of each library are followed through its own original members, as its users link it. A
 * symbol leads to all its definitions in the library, so the result does not depend on which one
 * a linker chooses. A section that one library needs stays in all libraries that hold it.
 */
#ifndef ARMELD_SLIM_REACH_H
#define ARMELD_SLIM_REACH_H

#include "census/census.h"
#include "shrink/graph.h"

struct reach_rules {
    unsigned jobs;
    unsigned keeps; /**< enum graph_keeps */
    bool (*is_export)(const void *context, struct span name);
    const void *context;
};

/** Start with {0}. */
struct reach {
    struct graph *graphs; /**< by leader */
    bool **reached;       /**< by leader, then by node of its graph; NULL if it is no object */
    bool *called;         /**< by leader: some export leads to it */
    struct arena *arenas; /**< one for each worker */
    unsigned arena_count;
    struct arena arena;
};

/**
 * Find the needed sections. Errors of kind ERROR_USAGE: a library without any export, since nothing
 * would be left of it, and a library with members whose needs cannot be read.
 */
bool reach_find(const struct census *census, const struct reach_rules *rules, struct reach *reach,
                struct error *error);

/**
 * Whether no export leads to a member, which is only needed because it is loaded in other ways
 * (graph.loaded) or needed by such a member.
 */
bool reach_is_apart(const struct reach *reach, uint32_t leader);

/** Whether any part of a member is needed. Members that are no objects always are. */
bool reach_needs(const struct reach *reach, uint32_t leader);

/**
 * The sections of a member that nothing needs, by number, in @arena.
 * @all[out] whether all sections are needed; then the result is NULL
 * Returns NULL with @all false when memory is short.
 */
const bool *reach_drop(const struct reach *reach, uint32_t leader, struct arena *arena, bool *all);

void reach_free(struct reach *reach);

#endif
