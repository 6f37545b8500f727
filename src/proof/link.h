/* SPDX-License-Identifier: MIT */
/**
 * A simulated link: which members a linker would load, and which class would define each symbol.
 *
 * A search scope is the set of archives that a linker searches together: one archive, or several
 * in order. Lazy linkers (lld, lld-link, link.exe, ld64, mold) search one scope that holds all
 * archives: any archive may be visited again, and the first definition in the order of the command
 * line wins. One-pass linkers (GNU ld, gold) search a scope for each archive, one after the other,
 * each until it yields no new member. mold is a lazy linker that prefers strong definitions: it
 * takes a weak definition only where no archive has a strong one.
 *
 * COFF's /alternatename names a replacement for an undefined symbol. The replacement becomes a
 * need when everything else has been found; only lazy linkers read that format.
 *
 * GNU ld and mold also search for a definition of a symbol that is only common so far; lld and
 * gold do not.
 *
 * An import stub defines the symbols that are needed from it and loads nothing else: stubs stay in
 * their libraries, and are copied to the workspace where the workspace needs them.
 */
#ifndef ARMELD_PROOF_LINK_H
#define ARMELD_PROOF_LINK_H

#include "proof/plan.h"

/** By symbol, the class whose definition a linker finds first. */
struct search_scope {
    uint32_t *class; /**< by symbol, valid if the stamp is current; see scope_find() */
    uint32_t *stamp;
    uint8_t *role; /**< by symbol: enum role of that definition */
    uint32_t current;
    bool strong_first;
};

bool scope_init(struct search_scope *scope, const struct census *census, struct arena *arena);

/** Empty the scope, for a linker of @model. */
void scope_clear(struct search_scope *scope, enum model model);

/** Append a library: the original if @plan is NULL, else its melded form by the plan. */
void scope_add_library(struct search_scope *scope, const struct census *census,
                       const struct plan *plan, uint32_t library);

/** Append the workspace of a plan: the members that move, and the copied import stubs. */
void scope_add_workspace(struct search_scope *scope, const struct census *census,
                         const struct plan *plan);

/** A bit in the result of scope_find(): the class stands in the workspace. */
#define SCOPE_WORKSPACE 0x80000000u

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
 * Whether every model finds a symbol where it was, without linking anything.
 * @from_workspace whether a member of the workspace needs the symbol: a one-pass linker reads the
 *                 workspace last
 */
bool place_is_kept(const struct places *places, uint32_t symbol, bool from_workspace);

/**
 * Whether some symbol comes from different classes in different libraries, so that the choice of
 * the linker matters. It does not matter for import stubs and for ROLE_DEFINES_ANY.
 * @from, @count which libraries
 * @first, @own  scopes that are overwritten
 */
bool libraries_differ(const struct census *census, uint32_t from, uint32_t count,
                      struct search_scope *first, struct search_scope *own);

/** A symbol that a class or the program needs. */
struct need {
    uint32_t symbol;
    uint32_t needer; /**< class, or NO_CLASS for the program itself */
};

enum { MOST_CLASHING = 16 };

/** One link; the next link uses the same arrays. */
struct link {
    const struct census *census;
    uint32_t current;     /**< stamp of this link */
    uint32_t *definer;    /**< by symbol: the class that defines it */
    uint32_t *defined;    /**< by symbol: stamp */
    uint8_t *role;        /**< by symbol: enum role of that definition */
    uint32_t *loaded;     /**< by class: stamp */
    bool *from_workspace; /**< by class: where it was loaded from */
    uint32_t *puller;     /**< by class: the class whose need loaded it, or NO_CLASS */
    struct need *needs;   /**< all needs in the order in which they arose, met or not */
    size_t need_count;
    size_t need_capacity;
    uint32_t clash; /**< a symbol that two loaded members define strongly, or NO_CLASS */
    uint32_t clashing[MOST_CLASHING]; /**< the classes with a second definition; the first few */
    size_t clashing_count;
    bool fills_commons;    /**< definitions of common symbols are searched for */
    uint32_t *needed;      /**< by symbol: stamp */
    uint32_t *alternating; /**< the classes that have alternates */
    size_t alternating_count;
    bool takes_alternates;
};

bool link_init(struct link *link, const struct census *census, struct arena *arena);
void link_free(struct link *link);

/** Begin with a program that needs the symbols @roots. False only when memory is short. */
bool link_begin(struct link *link, enum model model, const uint32_t *roots, size_t count);

/** Search a scope until it yields no new member. False only when memory is short. */
bool link_search(struct link *link, const struct search_scope *scope);

/**
 * Called for a need that the first link met by class @was and the second link meets by class @is.
 * Either may be NO_CLASS or an import stub.
 */
typedef void link_differs(void *context, struct need need, uint32_t was, uint32_t is);

/**
 * Compare two finished links of one program. A need of a member that the first link did not load
 * follows from another difference and is left out.
 * @any_counts whether to report another choice among definitions of ROLE_DEFINES_ANY
 */
void link_compare(const struct link *before, const struct link *after, bool any_counts,
                  link_differs *differs, void *context);

/** The class that defines @symbol, or NO_CLASS. */
static inline uint32_t link_definer(const struct link *link, uint32_t symbol)
{
    return link->defined[symbol] == link->current ? link->definer[symbol] : NO_CLASS;
}

static inline bool link_has_loaded(const struct link *link, uint32_t class)
{
    return link->loaded[class] == link->current;
}

#endif
