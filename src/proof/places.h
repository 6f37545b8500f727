/* SPDX-License-Identifier: MIT */
/** Where symbols are found without linking: shortcuts of the link proof. */
#ifndef ARMELD_PROOF_PLACES_H
#define ARMELD_PROOF_PLACES_H

#include "proof/line.h"

/** By symbol, the class whose definition a linker finds first. */
struct search_scope {
    uint32_t *class; /**< by symbol, valid if the stamp is current; see scope_find() */
    uint32_t *stamp;
    bool *several; /**< by symbol: another class defines it, too */
    bool *any;     /**< by symbol: any of its definitions serves */
    bool *common;  /**< by symbol: one of them is a common symbol */
    bool *needed;    /**< by symbol: a class behind its first definition needs it */
    bool *between;   /**< by symbol: and another definition stands behind that */
    uint64_t *order; /**< by symbol: a hash of the classes that define it, in their order */
    uint32_t current;
};

bool scope_init(struct search_scope *scope, const struct census *census, struct arena *arena);

/** Empty the scope. */
void scope_clear(struct search_scope *scope);

/** Append a library: the original if @plan is NULL, else its melded form by the plan. */
void scope_add_library(struct search_scope *scope, const struct census *census,
                       const struct plan *plan, uint32_t library);

/** Append the workspace of a plan: the members that move, and the copied import stubs. */
void scope_add_workspace(struct search_scope *scope, const struct census *census,
                         const struct plan *plan);

/** The class that defines @symbol, perhaps with SCOPE_WORKSPACE, or NO_CLASS. */
static inline uint32_t scope_find(const struct search_scope *scope, uint32_t symbol)
{
    return scope->stamp[symbol] == scope->current ? scope->class[symbol] : NO_CLASS;
}

/** The scopes of one library before and after melding. */
struct places {
    const struct search_scope *before; /**< the original */
    const struct search_scope *after;  /**< its melded form */
    const struct search_scope *workspace;
    const struct census *census;
    const bool *is_root; /**< by symbol: a program may need it */
    bool one_pass;       /**< one-pass linkers count too */
    bool parted;         /**< the library lost members */
};

/**
 * Whether every model finds a symbol where it was, without linking anything.
 *
 * Lemma: if the places of all symbols of a library are kept, and choices_are_kept() for all its
 * members, each link of it is as before. Proof: a linker's choices are which definition it takes,
 * and in which order it loads members. A symbol that has one definition, before and after, leaves
 * no choice, and without choices what is loaded is what is reached, in any order; one-pass linkers
 * reach it, since what the workspace needs is in the workspace. A symbol of several definitions
 * leaves a choice. They stay together in their order, and but for the first one, the members that
 * define it are loaded for nothing else; nor does a member between them need it, for which a pass
 * over an index would come to a later one first. So whenever the symbol is needed first, linkers
 * that search in order load the first one and no other, and mold loads the best one of the same:
 * the order in which other members are loaded makes no difference. Common symbols may load more,
 * and have one place only if the library lost nothing and the workspace has no definition.
 *
 * @from_workspace whether a member of the workspace names the symbol: a one-pass linker reads the
 *                 workspace last, and may load the member from there though the library has it
 */
bool place_is_kept(const struct places *places, uint32_t symbol, bool from_workspace);

/** Whether all that a member of @class defines and needs is found where it was. */
bool places_keep(const struct places *places, const struct class *class, bool from_workspace);

/**
 * Whether some symbol has different definitions in different libraries, so that the choice of the
 * linker matters. It does not matter for import stubs, nor where nobody needs the symbol. It may
 * even for COMDATs: the members that hold them define and need other symbols, too.
 *
 * Lemma: if there is none, and all libraries keep the places of their symbols, links of several
 * libraries are as before, too. Proof: every library that has a symbol has the same definitions of
 * it in the same order, so that the first library on the line or the workspace serves for all, as
 * in the lemma of place_is_kept(). What one library needs and another one defines does not move,
 * or the places are not kept.
 *
 * @from, @count which libraries
 * @is_root      by symbol: a program may need it
 * @first, @own  scopes that are overwritten
 */
bool libraries_differ(const struct census *census, uint32_t from, uint32_t count,
                      const bool *is_root, struct search_scope *first, struct search_scope *own);

#endif
