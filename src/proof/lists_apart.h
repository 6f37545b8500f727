/* SPDX-License-Identifier: MIT */
/**
 * Which objects must not be joined with others, since they would bring constructors or other lists
 * into programs that had none of them.
 *
 * Whoever loads a joined object loads all of it, and what all of it needs. So an object with lists
 * can only be joined if each program that uses its library loads it anyway. If it cannot, the
 * objects that need it cannot either, nor those that need these. The same holds for an object that
 * needs a symbol which its library does not define, unless each program needs the symbol anyway,
 * for one that asks for an executable stack, and for one that defines what another needs weakly or
 * defines weakly: that is null without it, or is something else.
 */
#ifndef ARMELD_PROOF_LISTS_APART_H
#define ARMELD_PROOF_LISTS_APART_H

#include "proof/plan.h"

struct lists_apart_rules {
    unsigned models;      /**< bits of the link models; the first of them tells what is loaded */
    const bool *is_root;  /**< by symbol: users need it */
    bool missing;         /**< also objects that need what their library lacks; false: only those
                               that need bounds of a list, which linkers define if it is there */
    bool all;             /**< all objects with lists, whoever loads them */
};

/**
 * Mark the classes that must not be joined. In large libraries with many roots nobody finds out
 * what each root loads; there, all objects with lists are marked, and no others.
 * @apart by class; other marks stay
 * @return false only when memory is short
 */
bool lists_apart_find(const struct census *census, const struct lists_apart_rules *rules,
                      bool *apart);

#endif
