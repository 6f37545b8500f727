/* SPDX-License-Identifier: MIT */
/**
 * The plan: for each class whether its members move to the workspace, and why.
 *
 *   1. Objects that enough libraries hold may move. Import stubs, members that are no objects and
 *      objects that do not parse stay.
 *   2. A strong symbol has at most one definition in the workspace: of several, the class that
 *      saves most moves; the others stay.
 *   3. An object that needs a symbol which, in any of its libraries, comes from a member that
 *      stays, stays too: a linker that goes through the archives once would have left that
 *      library behind when it comes to the workspace. So the workspace never refers back.
 *   4. Import stubs that the workspace needs are copied to it, a DLL's whole set at a time.
 */
#ifndef ARMELD_MELD_PLAN_H
#define ARMELD_MELD_PLAN_H

#include "meld/classes.h"

enum decision {
    DECISION_STAY,
    DECISION_MOVE,
    DECISION_COPY, /**< stays, and stands in the workspace as well */
};

enum reason {
    REASON_SHARED,     /**< moves: enough libraries hold it */
    REASON_UNSHARED,   /**< too few libraries hold it */
    REASON_NO_OBJECT,  /**< nothing that a linker reads */
    REASON_BROKEN,     /**< does not parse */
    REASON_STUB,       /**< import stub */
    REASON_ASKED,      /**< --keep or --only */
    REASON_CONFLICT,   /**< the workspace defines .symbol by class .other */
    REASON_TIED,       /**< needs .symbol from class .other, which stays */
};

struct verdict {
    enum decision decision;
    enum reason reason;
    uint32_t symbol; /**< number in classes.symbols, or NO_CLASS */
    uint32_t other;  /**< class, or NO_CLASS */
};

struct plan_rules {
    unsigned min_sharers;
    bool one_pass; /**< linkers that visit an archive once read this flavour */
    const char *const *keep;
    size_t keep_count;
    const char *const *only;
    size_t only_count;
};

/** Start with {0}. */
struct plan {
    struct verdict *verdicts; /**< by class */
    uint32_t *workspace;      /**< members that make up the workspace, in order */
    size_t workspace_count;
    size_t moved_count;       /**< the first ones moved, the rest are copies */
    struct arena arena;
};

bool plan_make(const struct set *set, const struct classes *classes,
               const struct plan_rules *rules, struct plan *plan, struct error *error);

void plan_free(struct plan *plan);

/* ---- which member a library's symbols come from ------------------------------------------ */

/** For one library at a time: which member defines each symbol first. */
struct providers {
    uint32_t *member; /**< by symbol: a member's number, valid if the stamp is current */
    uint32_t *stamp;
    bool *weak;       /**< by symbol: that definition is weak or in a COMDAT group */
    uint32_t current;
};

bool providers_init(struct providers *providers, const struct classes *classes,
                    struct arena *arena);

/**
 * Look at another library.
 * @verdicts if not NULL: of several weak or COMDAT definitions, which are as good as each other,
 *           one that moves is preferred
 */
void providers_of(struct providers *providers, const struct set *set,
                  const struct classes *classes, const struct verdict *verdicts,
                  uint32_t library);

/** The member that defines @symbol in the library looked at, or NO_CLASS. */
static inline uint32_t provider(const struct providers *providers, uint32_t symbol)
{
    return providers->stamp[symbol] == providers->current ? providers->member[symbol] : NO_CLASS;
}

/* ---- import sets (imports.c) ------------------------------------------------------------- */

/**
 * Append to the workspace the import sets that its moved members need and that the libraries'
 * import stubs provide: all members of a DLL's import library in the first library that has it.
 */
bool plan_copy_imports(const struct set *set, const struct classes *classes, struct plan *plan,
                       struct error *error);

#endif
