/* SPDX-License-Identifier: MIT */
/**
 * Reach: what of all objects any library needs, from its exports on.
 *
 * Each library is followed by itself, through its own original members, as its users link it. A
 * symbol leads to all its definitions there, so that no rule of any linker about which of them
 * counts has to be known. What one library needs of contents that several have stays in all.
 */
#ifndef ARMELD_SLIM_REACH_H
#define ARMELD_SLIM_REACH_H

#include "census/census.h"
#include "shrink/graph.h"

struct reach_rules {
    unsigned jobs;
    bool keeps_debug;
    bool (*is_export)(const void *context, struct span name);
    const void *context;
};

/** Start with {0}. */
struct reach {
    struct graph *graphs; /**< by leader */
    bool **reached;       /**< by leader, then by node; NULL for what is no object */
    struct arena *arenas; /**< one for each worker */
    unsigned arena_count;
    struct arena arena;
};

/**
 * Find out what is needed. A library without any export is an error of kind ERROR_USAGE, since
 * nothing would be left of it; so is one with members whose needs cannot be read.
 */
bool reach_find(const struct census *census, const struct reach_rules *rules, struct reach *reach,
                struct error *error);

/** Whether a member's contents are needed at all. What is no object is. */
bool reach_needs(const struct reach *reach, uint32_t leader);

/** Which sections of them are not, in @arena; NULL: memory, or all are needed if @all is set. */
const bool *reach_drop(const struct reach *reach, uint32_t leader, struct arena *arena, bool *all);

void reach_free(struct reach *reach);

#endif
