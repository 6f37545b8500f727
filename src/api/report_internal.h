/* SPDX-License-Identifier: MIT */
/** The parts of filling in a report. Only for report*.c. */
#ifndef ARMELD_API_REPORT_INTERNAL_H
#define ARMELD_API_REPORT_INTERNAL_H

#include "api/report.h"
#include "proof/odd.h"

/** A report that is being filled in. */
struct report_work {
    const struct census *census;
    const struct plan *plan;
    const struct shrunk *shrunk;
    const struct outputs *outputs;
    const struct odd *odd;
    unsigned min_sharers;
    bool asks_parts;
    const char *one_part;
    const struct record *record;
    const char *const *given_up;
    size_t given_up_count;
    struct arena *arena; /* of the report */
    struct armeld_report *report;
    struct error *error;
    struct arena scratch;
};

/* Each fills in its part. False when memory is short, or with an error that says more. */

/** The account of bytes; needs the libraries, and what shrinking did. report_account.c */
bool report_fill_account(struct report_work *r);

/** How many bytes of each kind shrinking left. report_account.c */
bool report_fill_shrunk(struct report_work *r);

/** Members of one name with different contents. report_variants.c */
bool report_fill_variants(struct report_work *r);

/** What each library costs and saves, and why some are left as they are. report_odd.c */
bool report_fill_odd(struct report_work *r);

/** By library: no other one defines what it does. NULL when memory is short. */
const bool *report_neutral(struct report_work *r);

/** A sentence on a group that is left out; "" if it is not, NULL when memory is short. */
const char *report_odd_text(struct report_work *r, uint32_t group);

/** report_warnings.c */
bool report_fill_warnings(struct report_work *r);

/** For which linkers the proof holds, and which members stay because of it. report_proof.c */
bool report_fill_proof(struct report_work *r);

/** The originals that do not link. report_proof.c */
bool report_fill_unprovable(struct report_work *r);

/** A copy of @text that ends with NUL, in the report's arena; NULL when memory is short. */
static inline const char *report_copy(const struct report_work *r, struct span text)
{
    return (const char *)arena_copy(r->arena, text).data;
}

#endif
