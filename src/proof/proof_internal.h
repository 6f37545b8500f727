/* SPDX-License-Identifier: MIT */
/** What the files of the link proof share. Only for proof*.c. */
#ifndef ARMELD_PROOF_PROOF_INTERNAL_H
#define ARMELD_PROOF_PROOF_INTERNAL_H

#include <stdatomic.h>

#include "proof/link.h"
#include "proof/orders.h"
#include "proof/places.h"
#include "proof/proof.h"

/** A fault of the plan: @member must stay, or, if @evict, its class must not move. */
struct fault {
    uint32_t member;
    uint32_t symbol;
    uint32_t other;
    bool evict;
};

/** The buffers of one worker. */
struct proof_worker {
    struct arena arena;
    struct search_scope before; /* the original library */
    struct search_scope after;  /* what is left of it */
    bool parted;                /* it lost members */
    struct line line_before;    /* the libraries of a link: originals */
    struct line line_after;     /* what is left of them, with the workspace behind it */
    struct line one_before; /* the same for programs that use one side of a line, see orders.h */
    struct line one_after;
    uint32_t *sides;            /* by symbol */
    struct link original;
    struct link melded;
    struct fault *faults;
    size_t fault_count;
    size_t fault_capacity;
    struct clash *clashes;
    size_t clash_count;
    size_t clash_capacity;
    bool out_of_memory;
};

struct proof {
    const struct census *census;
    const struct proof_rules *rules;
    struct plan *plan;
    struct proof_worker *workers;
    struct arena arena;
    struct search_scope workspace;
    struct orders orders;
    bool *is_root;    /* by symbol: users call it */
    uint32_t **roots; /* by library: its roots, those that no other library has first */
    size_t *root_count;
    size_t *own_count;      /* how many no other library has */
    uint32_t *first_member; /* by class: its members, chained in order */
    uint32_t *next_member;  /* by member */
    uint32_t *why;          /* by class: number + 1 of the first of plan.kept that is of it */
    bool *tied;             /* by library: members that move may need members that stay */
    atomic_bool stuck;      /* a fault that no change of one member mends: give_up() */
};

/**
 * Compare a worker's two finished links and add a fault for each difference.
 * @lazy whether symbols that the original link left undefined must stay undefined
 */
void compare_links(struct proof *p, struct proof_worker *self, const struct link_order *order,
                   bool lazy);

/** Add a fault to a worker's list; sets out_of_memory when memory is short. */
void add_fault(struct proof_worker *self, struct fault fault);

/** Record that the originals do not link: once for each link order. */
void add_clash(struct proof_worker *self, struct clash clash);

static inline bool class_moves(const struct proof *p, uint32_t class)
{
    return p->plan->verdicts[class].decision == DECISION_MOVE;
}

/**
 * Look for faults of one library by itself: a work item of threads_run(). The workspace's search
 * scope must be filled.
 */
void prove_library(void *context, size_t item, unsigned worker);

/**
 * The same for several libraries: item number 0 to n * (n - 1) - 1 are the pairs in either order,
 * the last one is all libraries together.
 */
void prove_several(void *context, size_t item, unsigned worker);

/**
 * Whether some symbol comes from different classes in different libraries. If none does, and
 * every library is safe, then any libraries together are.
 */
bool is_ambiguous(struct proof *p);

/**
 * Put libraries on a worker's two lines: the originals, and their melded forms with the workspace.
 * False only when memory is short.
 */
bool fill_lines(const struct proof *p, struct proof_worker *self, const struct link_order *order);

/** Fill a worker's search scopes with a library: its original and its melded form. */
void fill_scopes(const struct proof *p, struct proof_worker *self, uint32_t library);

/** Whether every symbol that a member names is found where it was, however it is loaded. */
bool member_is_safe(const struct proof *p, const struct proof_worker *self, uint32_t member);

/**
 * Look for libraries that lack a symbol which a copied import set would define for them. Classes
 * that need such a set must not move. Adds the faults to the first worker.
 */
bool prove_imports(struct proof *p);

/**
 * For a proof that takes too long or that no single member mends: let every class stay that could
 * change a link. If that does not settle, nothing moves; an empty workspace is always right.
 */
void give_up(struct proof *p);

#endif
