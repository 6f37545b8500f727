/* SPDX-License-Identifier: MIT */
/** The link proof of what is about to be written: the check of verify, run on the outputs. */
#ifndef ARMELD_WRITE_OUTPUTS_CHECK_H
#define ARMELD_WRITE_OUTPUTS_CHECK_H

#include "proof/check.h"
#include "write/outputs.h"

struct outputs_check_rules {
    unsigned jobs;
    unsigned models; /**< bits of the link models to prove */
    const char *const *roots; /**< globs of symbols that users call; none: all C names */
    size_t root_count;
    const bool *left_out; /**< by library: see check.h; or NULL */
    const uint32_t *part_of; /**< by library: see check.h; or NULL */
    enum orders_proven orders;
};

/** What was checked. Start with {0}. */
struct outputs_checked {
    struct set set;       /**< the outputs, then the originals */
    struct census census; /**< the classes of the originals have the numbers that they had */
    struct check_result result;
};

/**
 * Check that all outputs link as the originals do.
 * @census  of the originals
 * @shrunk  how members were changed
 * @outputs whose items are complete; they need not be laid out
 * @arena   owns the findings
 * @checked[out] to be freed by outputs_checked_free() also after a failure
 * @return false, with an error, only when memory is short or an output cannot be read back
 */
bool outputs_check(const struct census *census, const struct shrunk *shrunk,
                   const struct outputs *outputs, const struct outputs_check_rules *rules,
                   struct arena *arena, struct outputs_checked *checked, struct error *error);

void outputs_checked_free(struct outputs_checked *checked);

#endif
