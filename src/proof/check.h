/* SPDX-License-Identifier: MIT */
/**
 * The check of a melded set against its originals, whoever melded it: does every link resolve as
 * before? It simulates the links of the link proof (proof.h), but changes nothing and trusts no
 * plan: it reads the melded libraries.
 */
#ifndef ARMELD_PROOF_CHECK_H
#define ARMELD_PROOF_CHECK_H

#include "armeld.h"
#include "proof/plan.h"

/** The roles of the libraries of a set, by number. */
struct check_rules {
    uint32_t originals; /**< number of the first original; @count follow in link order */
    uint32_t melded;    /**< number of the first melded library, in the same order */
    uint32_t workspace;
    uint32_t count;
    unsigned models; /**< bits of the link models to prove */
    bool shrunk; /**< members were changed: compare which needs are met, not by which class */
    const char *const *exports; /**< the only roots that are left; NULL: all roots are */
    size_t export_count;
    unsigned jobs;
    const char *const *roots; /**< globs of symbols that users call; none: all C names */
    size_t root_count;
};

/**
 * Check all links. Adds findings to the report: at most one for each symbol and link; links of
 * several libraries are only checked when each library by itself has no finding.
 * @arena owns the findings
 * Returns false, with an error, only when memory is short.
 */
bool check_links(const struct census *census, const struct check_rules *rules, struct arena *arena,
                 struct armeld_report *report, struct error *error);

#endif
