/* SPDX-License-Identifier: MIT */
/** Shared by the files of the check. Only for check*.c. */
#ifndef ARMELD_PROOF_CHECK_INTERNAL_H
#define ARMELD_PROOF_CHECK_INTERNAL_H

#include <stdatomic.h>

#include "proof/check.h"
#include "proof/link.h"

/** More findings than anybody reads; the first ones show what is wrong with a set. */
enum { MOST_FINDINGS = 1000 };

/** A link that does not resolve as before; of clashing originals, @is and @was mean nothing. */
struct finding {
    size_t link_number;
    uint32_t symbol;
    uint32_t was;
    uint32_t is;
    bool clash; /* the originals do not link, so there is nothing to compare with */
};

struct findings {
    struct finding list[MOST_FINDINGS];
    size_t count;
};

/** What one worker needs. */
struct check_worker {
    struct arena arena;
    struct search_scope scope;
    struct search_scope melded; /* one melded library: is there anything to link? */
    struct link before;
    struct link after;
    uint32_t *roots;
    size_t *told;       /* by symbol: link number + 1 of the last finding */
    size_t *needed;     /* by symbol: link number + 1 whose originals were last seen to need it */
    size_t *held;       /* by class: library + 1 whose melded form was last seen to hold it */
    size_t link_number; /* the link under way, and its libraries */
    uint32_t libraries[2];
    uint32_t count; /* 0: all */
    enum model model;
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
    struct arena arena;
    size_t skipped;   /* pairs that are skipped: too many */
    atomic_bool tied; /* some library needs a simulated link */
};

/**
 * Fill the report with all workers' findings in the order of the links, so that the number of
 * threads makes no difference. False only when memory is short.
 */
bool check_report(struct checking *c, struct arena *arena, struct armeld_report *report);

#endif
