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

/** Whether a lemma may stand for simulated links: see places.h. */
enum check_shortcuts {
    CHECK_BY_SIZE, /**< in large sets */
    CHECK_ALWAYS_SHORT,
    CHECK_NEVER_SHORT,
};

/** The roles of the libraries of a set, by number. */
struct check_rules {
    uint32_t originals; /**< number of the first original; @count follow in link order */
    uint32_t melded;    /**< number of the first melded library, in the same order */
    uint32_t workspace; /**< number of the workspace, or of the first of several; or NO_CLASS */
    uint32_t workspace_count; /**< if there are several */
    const uint32_t *part_of; /**< by library, from 0: which workspace is its own; NULL: the first */
    uint32_t count;
    unsigned models; /**< bits of the link models to prove */
    bool shrunk; /**< members were changed: compare images, not which class meets a need */
    bool joined; /**< libraries were prelinked: joined objects are loaded as a whole */
    const char *const *exports; /**< the only roots that are left; NULL: all roots are */
    size_t export_count;
    unsigned jobs;
    const char *const *roots; /**< globs of symbols that users call; none: all C names */
    size_t root_count;
    enum check_shortcuts shortcuts;
    const bool *left_out; /**< by library, from 0: it is not melded, and stands in front of the
                               others or behind the workspace; NULL: all are melded */
    enum orders_proven orders; /**< where else that stands */
};

/** How many workspaces there are. */
static inline uint32_t check_workspaces(const struct check_rules *rules)
{
    return rules->workspace == NO_CLASS ? 0 : rules->workspace_count ? rules->workspace_count : 1;
}

/** How a link differs from the same link of the originals. */
enum check_fault {
    CHECK_UNDEFINED, /**< .symbol was defined by class .was, now it is not */
    CHECK_NEEDED,    /**< .symbol is needed now, and undefined */
    CHECK_DEFINED,   /**< .symbol was undefined, now class .is defines it */
    CHECK_OTHER,     /**< .symbol comes from class .is, not from .was */
    CHECK_TWICE,     /**< .symbol is defined twice now, by class .is too */
    CHECK_IMAGE,     /**< the images differ; .image says how */
    CHECK_STATED,    /**< class .needer, which is new, says .symbol of the whole program; or class
                          .was said it, which is not loaded now */
    CHECK_CLASH,     /**< the originals define .symbol twice, so there is nothing to compare */
};

/** A link that is not as before. */
struct check_finding {
    enum check_fault fault;
    unsigned image;   /**< enum image_fault */
    size_t link_number;
    uint32_t symbol;  /**< or NO_CLASS */
    uint32_t needer;  /**< class that needs it, or NO_CLASS: the program */
    uint32_t was;
    uint32_t is;
    struct span name; /**< of the symbol or section; as long as the census */
};

/** The findings, by link. Start with {0}. */
struct check_result {
    struct check_finding *list; /**< differences and clashes */
    size_t count;
    size_t difference_count; /**< those that are no CHECK_CLASH */
    size_t skipped;          /**< pairs, in either order, that were not linked: too many */
    bool cut;                /**< not every root was tried alone: too many */
    bool plain;              /**< a lemma shows that links are as before: none was simulated */
};

/**
 * Check all links: of each library alone, of pairs in either order, and of all libraries; in every
 * model; from all roots and from each. Links of several libraries are only checked when each
 * library by itself has no finding. There is at most one finding for each symbol and link.
 * @arena owns the findings
 * @return false, with an error, only when memory is short
 */
bool check_links(const struct census *census, const struct check_rules *rules, struct arena *arena,
                 struct check_result *result, struct error *error);

/**
 * The sentence that tells why originals do not link: @symbol is defined twice, or is what objects
 * say differently. In @arena; NULL when memory is short.
 */
const char *check_clash_text(const struct census *census, uint32_t symbol, struct arena *arena);

/** The sentence that tells of a finding, in @arena; NULL when memory is short. */
const char *check_finding_text(const struct census *census, const struct check_finding *finding,
                               struct arena *arena);

/** The sentence that tells how many pairs, in either order, were not linked; NULL: no memory. */
const char *check_skipped_text(size_t skipped, struct arena *arena);

/**
 * Add the findings to a report, as sentences.
 * @arena owns the sentences
 * @return false only when memory is short
 */
bool check_report(const struct census *census, const struct check_rules *rules,
                  const struct check_result *result, struct arena *arena,
                  struct armeld_report *report);

/**
 * Append what @part says of one machine, whose name comes before each sentence.
 * @arena owns the sentences
 * @return false only when memory is short
 */
bool check_report_join(const struct armeld_report *part, const char *machine, struct arena *arena,
                       struct armeld_report *report);

#endif
