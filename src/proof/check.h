/* SPDX-License-Identifier: MIT */
/**
 * Checking a melded set against its originals, whoever melded it: does every link resolve as
 * before? The same links as in the link proof (proof.h), but nothing is mended, and nothing is
 * believed of a plan: what the melded libraries hold is read from them.
 */
#ifndef ARMELD_PROOF_CHECK_H
#define ARMELD_PROOF_CHECK_H

#include "armeld.h"
#include "proof/plan.h"

/** Which libraries of a set are what, by number. */
struct check_rules {
    uint32_t originals; /**< the first one of @count, in the order of a link */
    uint32_t melded;    /**< the first one of as many, in the same order */
    uint32_t workspace;
    uint32_t count;
    enum model last_model; /**< this one and those before it count */
    bool shrunk; /**< members are not what they were: only what is found counts, not where */
    const char *const *exports; /**< of the roots only these are there still; NULL: all are */
    size_t export_count;
    unsigned jobs;
    const char *const *roots; /**< globs of symbols that users call; without: all C names */
    size_t root_count;
};

/**
 * Findings go to the report, which lives in @arena; at most one for each symbol and link, those
 * of several libraries only if each alone is well. False only when memory is short.
 */
bool check_links(const struct census *census, const struct check_rules *rules, struct arena *arena,
                 struct armeld_report *report, struct error *error);

#endif
