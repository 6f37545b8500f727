/* SPDX-License-Identifier: MIT */
/**
 * A simulated link: which members a linker would load, and where each symbol would come from.
 *
 * A shelf is what a linker searches at one time: an archive, or several in order. Searching one
 * shelf that holds all archives is how lazy linkers work (lld, lld-link, link.exe, ld64, mold:
 * any archive may be visited again, the first definition in the order of the command line wins);
 * searching a shelf for each archive, one after the other, is how one-pass linkers do (GNU ld and
 * gold: each archive once, until nothing new comes of it). mold is a lazy linker that prefers
 * strong definitions: a weak one is taken only where no archive has a strong one.
 *
 * Where COFF's /alternatename gives a name to take instead, that is needed once all else has been
 * found: only lazy linkers read that format.
 *
 * GNU ld and mold also look for a definition of what is only common so far; lld and gold do not.
 *
 * Import stubs define what is needed of them, but load nothing: they stay where they are and are
 * copied where they are needed.
 */
#ifndef ARMELD_PROOF_LINK_H
#define ARMELD_PROOF_LINK_H

#include "proof/plan.h"

/** Which class defines each symbol first. */
struct search_scope {
    uint32_t *class; /**< by symbol, valid if the stamp is current; see scope_find() */
    uint32_t *stamp;
    uint8_t *role; /**< by symbol: enum role of that definition */
    uint32_t current;
    bool strong_first;
};

bool scope_init(struct search_scope *scope, const struct census *census, struct arena *arena);

/** Take everything off, for a linker of that model. */
void scope_clear(struct search_scope *scope, enum model model);

/** Put a library behind what is there: the original (@plan NULL), or what is left of it. */
void scope_add_library(struct search_scope *scope, const struct census *census,
                       const struct plan *plan, uint32_t library);

/** Put the workspace of a plan behind what is there: what moves, and the copied import stubs. */
void scope_add_workspace(struct search_scope *scope, const struct census *census,
                         const struct plan *plan);

/** Set in what scope_find() gives if the class stands in the workspace. */
#define SHELF_WORKSPACE 0x80000000u

/** The class that defines @symbol, perhaps with SHELF_WORKSPACE, or NO_CLASS. */
static inline uint32_t scope_find(const struct search_scope *scope, uint32_t symbol)
{
    return scope->stamp[symbol] == scope->current ? scope->class[symbol] : NO_CLASS;
}

/** Where the symbols of one library are, and where they are after melding. */
struct places {
    const struct search_scope *before; /**< the original */
    const struct search_scope *after;  /**< what is left of it */
    const struct search_scope *workspace;
    const struct census *census;
    bool one_pass; /**< one-pass linkers count too */
};

/**
 * Whether a symbol is found where it was, in every model, without linking anything.
 * @from_workspace whether a member of the workspace needs it: a one-pass linker comes there last
 */
bool place_is_kept(const struct places *places, uint32_t symbol, bool from_workspace);

/**
 * Whether some symbol comes from different classes in different libraries, @count from number
 * @from on, so that it matters which: of import stubs, and of definitions that are as good as
 * others, any will do. @first and @own are overwritten.
 */
bool libraries_differ(const struct census *census, uint32_t from, uint32_t count,
                      struct search_scope *first, struct search_scope *own);

/** A symbol that somebody needs. */
struct need {
    uint32_t symbol;
    uint32_t needer; /**< class, or NO_CLASS for the program itself */
};

enum { MOST_CLASHING = 16 };

/** One link; its arrays are used again for the next one. */
struct link {
    const struct census *census;
    uint32_t current;     /**< stamp of this link */
    uint32_t *definer;    /**< by symbol: the class that defines it */
    uint32_t *defined;    /**< by symbol: stamp */
    uint8_t *role;        /**< by symbol: enum role of that definition */
    uint32_t *loaded;     /**< by class: stamp */
    bool *from_workspace; /**< by class: where it was loaded from */
    uint32_t *puller;     /**< by class: whose need loaded it, or NO_CLASS */
    struct need *needs;   /**< all that arose, in order, met or not */
    size_t need_count;
    size_t need_capacity;
    uint32_t clash; /**< a symbol that two loaded members define strongly, or NO_CLASS */
    uint32_t clashing[MOST_CLASHING]; /**< the classes that came second, the first few of them */
    size_t clashing_count;
    bool fills_commons;    /**< common symbols are looked for */
    uint32_t *needed;      /**< by symbol: stamp */
    uint32_t *alternating; /**< the classes that have alternates */
    size_t alternating_count;
    bool takes_alternates;
};

bool link_init(struct link *link, const struct census *census, struct arena *arena);
void link_free(struct link *link);

/** Begin with a program that needs the symbols @roots. False only when memory is short. */
bool link_begin(struct link *link, enum model model, const uint32_t *roots, size_t count);

/** Search a shelf until nothing new comes of it. False only when memory is short. */
bool link_search(struct link *link, const struct search_scope *scope);

/** Told of a need that the second link meets by class @is instead of @was; either may be NO_CLASS,
 * or an import stub. */
typedef void link_differs(void *context, struct need need, uint32_t was, uint32_t is);

/**
 * Compare two finished links of one program. A need of a member that the first one did not load
 * is a consequence of another difference and is left out.
 * @any_counts whether it matters which of several definitions is taken that are as good as another
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
