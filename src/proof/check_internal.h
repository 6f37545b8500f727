/* SPDX-License-Identifier: MIT */
/** Shared by the files of the check. Only for check*.c. */
#ifndef ARMELD_PROOF_CHECK_INTERNAL_H
#define ARMELD_PROOF_CHECK_INTERNAL_H

#include <stdatomic.h>

#include "proof/check.h"
#include "proof/image.h"
#include "proof/link.h"
#include "proof/orders.h"
#include "proof/places.h"

/** More findings than anybody reads; the first ones show what is wrong with a set. */
enum { MOST_FINDINGS = 1000 };

struct findings {
    struct check_finding list[MOST_FINDINGS];
    size_t count;
};

/** What one worker needs. */
struct check_worker {
    struct arena arena;
    struct search_scope scope;
    struct search_scope melded; /* one melded library: is there anything to link? */
    struct line line_before;
    struct line line_after;
    struct line one_before; /* for programs that use one side of a line, see orders.h */
    struct line one_after;
    uint32_t one_side;      /* which one; SIDES_SEVERAL: they are not filled */
    uint32_t *sides; /* by symbol */
    struct link before;
    struct link after;
    struct images images;
    uint64_t *compared; /* signatures of links whose images are the same */
    size_t compared_count;
    size_t compared_capacity;
    struct table seen; /* of these */
    uint64_t steps;    /* needs and relocations followed in the item under way */
    uint32_t *roots;
    uint32_t *side_roots;  /* those of one side */
    size_t *told[2];    /* by symbol: link number + 1 of the last difference, of the last clash */
    size_t *needed;     /* by symbol: stamp of the last links of originals that needed it */
    size_t needed_stamp;
    size_t *held;       /* by class: library + 1 whose melded form was last seen to hold it */
    size_t link_number; /* the link under way, and its line */
    struct link_order order;
    enum model model;
    bool chose; /* another of several definitions was taken, which may be different */
    struct findings differences;
    struct findings clashes;
    bool out_of_memory;
};

struct checking {
    const struct census *census;
    const struct check_rules *rules;
    struct check_worker **workers;
    struct search_scope workspace;
    bool *is_root;
    struct orders orders;
    struct arena arena;
    bool *in_workspace; /* by class */
    struct images_memory memory;
    bool plain;       /* no link needs to be simulated */
    size_t skipped;   /* pairs that are skipped: too many */
    uint32_t *definers; /* by symbol: how many originals define it */
    bool changed;     /* some members are none of the originals': compare images */
    uint64_t most;    /* steps for each item */
    atomic_bool cut;  /* some item needed more */
    atomic_bool tied; /* some library needs a simulated link */
};

/**
 * Put the originals of a worker's link on one line, their melded forms and the workspace on the
 * other. False only when memory is short.
 */
bool check_fill_lines(const struct checking *c, struct check_worker *self);

/** The same on the lines for programs that use one side, unless they are there. */
bool check_fill_side(const struct checking *c, struct check_worker *self, uint32_t side);

/**
 * Link from some roots in the model at work, and compare. False only when memory is short.
 * @all these are all the roots
 */
bool check_from(struct checking *c, struct check_worker *self, const uint32_t *roots, size_t count,
                bool all);

/** Link one library: an item of threads_run(), which is the library. */
void check_one(void *context, size_t item, unsigned worker);

/** Link several: the pairs in either order, unless they are skipped, then all together. */
void check_several(void *context, size_t item, unsigned worker);

#endif
