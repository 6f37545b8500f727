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
    bool one_pass; /**< one-pass linkers count too */
};

/**
 * Whether every model finds a symbol where it was, without linking anything: it has one definition
 * at the most, before and after. Then neither the order in which a linker looks for symbols matters
 * nor which definitions it prefers.
 * @from_workspace whether a member of the workspace needs the symbol: a one-pass linker reads the
 *                 workspace last
 */
bool place_is_kept(const struct places *places, uint32_t symbol, bool from_workspace);

/**
 * Whether it does not matter which definition of a symbol is taken: any serves, and no member is
 * loaded for it, since whoever needs the symbol defines it, too (DW.ref.rust_eh_personality).
 */
static inline bool choice_is_free(const struct census *census, const struct global *global)
{
    return global->any && !census->is_needed[global->symbol];
}

/**
 * Whether some symbol comes from different classes in different libraries, so that the choice of
 * the linker matters. It does not matter for import stubs. It may even for COMDATs: the members
 * that hold them define and need other symbols, too.
 * @from, @count which libraries
 * @first, @own scopes that are overwritten
 */
bool libraries_differ(const struct census *census, uint32_t from, uint32_t count,
                      struct search_scope *first, struct search_scope *own);

#endif
