/* SPDX-License-Identifier: MIT */
/** Fill in the public report of a melding from what is known inside. */
#ifndef ARMELD_API_REPORT_H
#define ARMELD_API_REPORT_H

#include "census/target.h"
#include "write/outputs.h"

/** What a report is about: the results of the stages of a melding. */
struct report_sources {
    const struct census *census;
    const struct plan *plan;
    const struct shrunk *shrunk;
    const struct outputs *outputs; /**< laid out */
    const struct target *target;
    const struct odd *odd; /**< {0} if nobody looked for libraries to leave out */
    unsigned min_sharers;
    bool asks_parts;             /**< for workspaces of their own for what is left out */
    const char *one_part;        /**< why none of it gets one; or NULL */
    const char *const *given_up; /**< what was not done for the proof's sake, as sentences */
    size_t given_up_count;
    bool one_archive;
    const struct record *record; /**< of the earlier melding */
    size_t skipped; /**< pairs of shrunk libraries, in either order, that were not linked */
    const char *open_needs; /**< what is not proven of needs that no library meets, or NULL */
};

/**
 * Fill in all of the report that planning can know. Everything in the report lives in @arena.
 * An error of kind ERROR_INTERNAL if the report contradicts itself; see report_check_account().
 */
bool report_fill(const struct report_sources *sources, struct arena *arena,
                 struct armeld_report *report, struct error *error);

/**
 * Check that the figures of a report agree: those counted from the inputs and the plan with those
 * counted from the outputs. If they do not, a member is lost or is written twice, and nothing may
 * be written: an error of kind ERROR_INTERNAL.
 * @written bytes of all outputs, counted piece by piece
 */
bool report_check_account(const struct armeld_report *report, uint64_t written,
                          struct error *error);

#endif
