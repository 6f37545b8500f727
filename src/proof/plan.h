/* SPDX-License-Identifier: MIT */
/**
 * The plan: for each class whether its members move to the workspace, and why.
 *
 *   1. Objects that enough libraries hold may move. Import stubs, members that are no objects and
 *      objects that do not parse stay.
 *   2. A strong symbol has at most one definition in the workspace: of several, the class that
 *      saves most moves; the others stay.
 *   3. The link proof (proof.h) keeps members in those libraries that would link differently
 *      without them. A class that too few libraries give up does not move at all.
 *   4. Import stubs that the workspace needs are copied to it, a DLL's whole set at a time.
 *
 * Libraries that are left out keep all their members, and do not count as sharers. Programs that
 * link them have them in front of the melded libraries, or behind the workspace, and the proof is
 * of such links: elsewhere they come between a library and what was moved from it. If the proof is
 * of links in other orders too, more stays.
 */
#ifndef ARMELD_PROOF_PLAN_H
#define ARMELD_PROOF_PLAN_H

#include "census/census.h"

/** A linker as the link proof simulates it; proof/link.h describes the differences. */
enum model {
    MODEL_BFD,      /**< GNU ld, ELF */
    MODEL_GOLD,     /**< gold */
    MODEL_LLD,      /**< ld.lld */
    MODEL_MOLD,     /**< mold */
    MODEL_LLD_LINK, /**< lld-link; link.exe is taken to be alike */
    MODEL_MINGW,    /**< GNU ld, COFF */
    MODEL_LD64_LLD, /**< ld64.lld */
    MODEL_LD64,     /**< Apple's ld */
    MODEL_COUNT,
};

/** A set of models, one bit each. */
static inline unsigned model_bit(enum model model)
{
    return 1u << model;
}

static inline bool models_have(unsigned models, enum model model)
{
    return (models & model_bit(model)) != 0;
}

/** Whether a linker searches each archive of the line only once. */
static inline bool model_is_one_pass(enum model model)
{
    return model == MODEL_BFD || model == MODEL_GOLD || model == MODEL_MINGW;
}

/** Whether some of the models searches each archive only once. */
static inline bool models_have_one_pass(unsigned models)
{
    return (models & (model_bit(MODEL_BFD) | model_bit(MODEL_GOLD) | model_bit(MODEL_MINGW))) != 0;
}

/** Where libraries that are left out stand on the link lines that are proven. */
enum orders_proven {
    ORDERS_OUTSIDE, /**< in front of the melded libraries, or behind the workspace */
    ORDERS_USED,    /**< anywhere, if the program uses both them and melded libraries */
    ORDERS_ANY,     /**< anywhere */
};

enum decision {
    DECISION_STAY,
    DECISION_MOVE,
    DECISION_COPY, /**< stays, and stands in the workspace as well */
};

enum reason {
    REASON_SHARED,    /**< moves: enough libraries hold it */
    REASON_UNSHARED,  /**< too few libraries hold it */
    REASON_NO_OBJECT, /**< nothing that a linker reads */
    REASON_BROKEN,    /**< does not parse */
    REASON_STUB,      /**< import stub */
    REASON_ASKED,     /**< --keep or --only */
    REASON_CONFLICT,  /**< the workspace defines .symbol by class .other */
    REASON_PROOF,     /**< the link proof: without it .symbol would not come from class .other */
    REASON_CAPTURE,   /**< the link proof: it, or an import set that it needs, would define .symbol
                           for libraries that lack it */
};

struct verdict {
    enum decision decision;
    enum reason reason;
    uint32_t symbol; /**< number in classes.symbols, or NO_CLASS */
    uint32_t other;  /**< class, or NO_CLASS */
};

/** A member that stays although its class moves, because the link proof demands it. */
struct kept {
    uint32_t member;
    uint32_t symbol; /**< would not be resolved as before without it */
    uint32_t other;  /**< the class that defines it */
};

/** Libraries that define a strong symbol twice when they are linked together, melded or not. */
struct clash {
    uint32_t first;  /**< library, or NO_CLASS for all together */
    uint32_t second; /**< the other one of a pair, or NO_CLASS */
    uint32_t symbol;
};

struct plan_rules {
    unsigned jobs;
    unsigned min_sharers;
    bool no_proof;         /**< skip the link proof */
    unsigned models; /**< bits of the link models to prove */
    const char *const *roots;
    size_t root_count;
    const char *const *keep;
    size_t keep_count;
    const char *const *only;
    size_t only_count;
    const uint32_t *pins; /**< by class: 0, or that it stays for the sake of the symbol with this
                               number less one (NO_CLASS: of no symbol); NULL: none does */
    const bool *left_out; /**< by library: nothing of it moves, see odd.h; NULL: none does */
    enum orders_proven orders; /**< where programs may link what is left out */
    enum orders_proven least;  /**< odd_find() does with this, if that saves more */
};

/** An import stub that the workspace needs as well. */
struct import_copy {
    uint32_t member;
    uint32_t set; /**< the first member of its set: all that belongs to one DLL in one library */
};

/** The most parts of a plan. */
enum { MOST_PARTS = 16 };

/** Libraries that share a workspace, and that workspace. */
struct plan_part {
    const struct verdict *verdicts; /**< by class, for the members of these libraries */
    uint32_t *workspace;  /**< members that make up the workspace, in order */
    size_t workspace_count;
    size_t moved_count;   /**< the first ones moved, the rest are copies */
};

/** Start with {0}. */
struct plan {
    struct verdict *verdicts; /**< by class: it moves if it does in any part */
    bool *stays;              /**< by member: it stays although its class moves */
    struct plan_part parts[MOST_PARTS];
    uint32_t part_count;      /**< after plan_make() 1; plan_add_part() adds more */
    uint32_t *part_of;        /**< by library that is melded: its part; NULL: there is one */
    const bool *left_out;     /**< by library: nothing of it moves; NULL: all are melded. Belongs to
                                   the rules, or to the plan */
    enum orders_proven orders; /**< where that may stand */
    struct kept *kept;        /**< those members, by number */
    size_t kept_count;
    unsigned proof_rounds; /**< how often the proof was run until it held */
    bool proven;           /**< the proof was run, for these models */
    bool gave_up;          /**< it was too much work: all that was in doubt stays */
    unsigned models;
    struct clash *clashes; /**< what did not link as originals, so that nothing is proven */
    size_t clash_count;
    struct import_copy *imports; /**< import stubs that go to the workspace as well */
    size_t import_count;
    struct arena arena;
};

bool plan_make(const struct census *census, const struct plan_rules *rules, struct plan *plan,
               struct error *error);

void plan_free(struct plan *plan);

/**
 * Meld some of the libraries that are left out into a workspace of their own.
 * @own a plan that leaves out all others; it may be freed afterwards
 * @return false only when memory is short
 */
bool plan_add_part(const struct census *census, const struct plan *own, struct plan *plan);

/** Give the parts other numbers. @number by part: its new one, each once */
void plan_renumber(const struct census *census, const uint32_t number[MOST_PARTS],
                   struct plan *plan);

/** Whether a library is left unmelded, beside those that are melded. */
static inline bool plan_leaves_out(const struct plan *plan, uint32_t library)
{
    return plan->left_out && plan->left_out[library];
}

/** The part of a library that is melded. */
static inline uint32_t plan_part_of(const struct plan *plan, uint32_t library)
{
    return plan->part_of ? plan->part_of[library] : 0;
}

/** What is decided about a member, as a library of its part has it. */
static inline const struct verdict *plan_verdict(const struct plan *plan,
                                                 const struct census *census, uint32_t member)
{
    const struct verdict *verdicts =
        plan->part_of ? plan->parts[plan->part_of[census->set->members[member].library]].verdicts
                      : plan->verdicts;
    return &verdicts[census->class_of[member]];
}

/** Whether a member stands in its library after melding. */
static inline bool plan_stays(const struct plan *plan, const struct census *census, uint32_t member)
{
    return plan_verdict(plan, census, member)->decision != DECISION_MOVE || plan->stays[member];
}

#endif
