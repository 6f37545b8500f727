/* SPDX-License-Identifier: MIT */
/**
 * Odd ones out: libraries that cost a set more than they save.
 *
 * Where libraries define one symbol differently (std of another rustc, another panic runtime), the
 * proof keeps what has to do with it in every library. A few odd libraries then keep std in all.
 *
 * Rust libraries fall into groups: those of a group agree on all symbols of their Rust objects of
 * which several libraries share a definition. Where much stays that could move, the group that
 * shares most is planned by itself, then one group after the other is taken in, as long as that
 * saves more than it costs; in the end, the libraries of no group: programs may use them with what
 * is left out, and so have the workspace between the two. If the plan saves more than that of the
 * whole set, nothing moves from what it leaves out, which takes part in the proof (see plan.h).
 *
 * Libraries may stand anywhere on link lines if that costs nothing, else where rules.least says. If
 * it would save more to demand an order, .in_order tells of it.
 *
 * A set that shares what it can is planned once, and others a bounded number of times more.
 */
#ifndef ARMELD_PROOF_ODD_H
#define ARMELD_PROOF_ODD_H

#include "proof/plan.h"

/** The group of a library of which no Rust object differs from those of others. */
#define ODD_NO_GROUP UINT32_MAX

/** What is gained must be so much of the set: a hundredth. */
enum { ODD_LEAST_PART = 100 };

/** Start with {0}. */
struct odd {
    uint32_t *group_of;  /**< by library, or ODD_NO_GROUP; NULL: there was no need to look */
    uint32_t group_count;
    const bool *left_out; /**< by library; NULL: all are melded */
    const bool *in_order; /**< by library: would be left out if ORDERS_OUTSIDE would do; or NULL */
    enum orders_proven orders; /**< where what is left out may stand */
    const bool *split; /**< by library: what is out of the first part if groups are to have parts;
                            NULL: what is left out */
    uint32_t *symbol;    /**< by group: one that it and another group define differently, or
                              NO_CLASS */
    uint64_t *alone; /**< by group: bytes that a workspace of its own would save */
    uint64_t saving_of_all; /**< bytes that melding all libraries saves */
    uint64_t saving;        /**< and melding those that are not left out */
    uint64_t saving_in_order; /**< and those that are not in .in_order */
    uint64_t *costs; /**< by odd_slot(): bytes of others that stay if it is melded with them */
    uint64_t *saves; /**< by library that is or would be left out: bytes that it saves if melded */
};

/** Where a group stands in .costs; libraries of no group come last, as one. */
static inline uint32_t odd_slot(const struct odd *odd, uint32_t group)
{
    return group == ODD_NO_GROUP ? odd->group_count : group;
}

/** Bytes that the moves of a plan save. */
uint64_t plan_saving(const struct census *census, const struct plan *plan);

/**
 * Find out which libraries are left out.
 * @rules leave out nothing
 * @plan  made by these rules; replaced by a better one, if there is any
 * @odd[out] lives in @arena
 * @return false, with an error, only when memory is short
 */
bool odd_find(const struct census *census, const struct plan_rules *rules, struct plan *plan,
              struct odd *odd, struct arena *arena, struct error *error);

/**
 * Give groups of libraries that @plan leaves out workspaces of their own: those that save enough by
 * it.
 * @rules the rules that @plan was made by
 * @return false, with an error, only when memory is short
 */
bool odd_add_parts(const struct census *census, const struct plan_rules *rules,
                   const struct odd *odd, struct plan *plan, struct error *error);

/**
 * Give more groups workspaces of their own, those that are melded with others as well, if that
 * saves more in all: notes in .split what is then left out of the first one.
 * @plan  has got parts already; replaced by a better one, if there is any
 * @arena of .split
 * @return false, with an error, only when memory is short
 */
bool odd_split(const struct census *census, const struct plan_rules *rules, struct odd *odd,
               struct plan *plan, struct arena *arena, struct error *error);

#endif
