/* SPDX-License-Identifier: MIT */
/** Shared by the files that follow needs. Only for reach*.c. */
#ifndef ARMELD_SLIM_REACH_INTERNAL_H
#define ARMELD_SLIM_REACH_INTERNAL_H

#include "slim/reach.h"

/** Where a symbol is defined: one of a list. */
struct place {
    uint32_t object; /* number in the walk */
    uint32_t node;
    uint32_t next; /* in the list, or OBJ_NONE */
    enum graph_strength strength;
};

struct task {
    uint32_t object;
    uint32_t node;
};

struct reaching {
    const struct census *census;
    const struct reach_rules *rules;
    struct reach *reach;
    struct error *error;
    uint32_t **ids; /* by leader, then by symbol of its graph: number of the name */
    struct span *names;
    size_t name_count;
    bool *is_export;       /* by name */
    bool *is_libcall;      /* by name: obj_name_is_libcall() */
    bool *linked;          /* by leader: links with some library load it */
    struct arena *scratch; /* one for each worker */
    bool *failed;
};

/** One library being followed. */
struct walk {
    struct reaching *r;
    uint32_t *objects; /* leaders */
    size_t object_count;
    bool **visited;  /* by object, then by node */
    uint32_t *heads; /* by name: its first place, or OBJ_NONE */
    struct place *places;
    size_t place_count;
    struct task *tasks;
    size_t task_count;
    struct arena arena;
};

/** Note that a node is needed. */
void reach_visit(struct walk *w, uint32_t object, uint32_t node);

/** Follow what is needed to what that needs. */
void reach_follow(struct walk *w);

/** Note in r->linked which members links with the library load. False when memory is short. */
bool reach_find_linked(struct walk *w);

/**
 * Keep what loads a member for whose sake it matters that linkers load it: of lists, and of
 * definitions that only count if the member is loaded for something else.
 * @all_loaded links load, too, what needs no symbol for that (graph.loaded)
 * @return false when memory is short
 */
bool reach_keep_loads(struct walk *w, bool all_loaded);

#endif
