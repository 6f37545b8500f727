/* SPDX-License-Identifier: MIT */
/** The stages of planning a melding. */
#ifndef ARMELD_API_STAGES_H
#define ARMELD_API_STAGES_H

#include "api/handle.h"

/**
 * A stage takes the results of earlier stages from the handle, and leaves its own result there. It
 * returns false with an error, which ends the job.
 */
struct stage_row {
    const char *name; /**< NULL ends a table */
    bool (*run)(struct armeld *armeld);
};

/** The first stages of armeld_plan(): what there is on the disk. */
extern const struct stage_row stages_begin[];

/** Then, for libraries of one machine, or the slices for one: what becomes of them. */
extern const struct stage_row stages_set[];

/** The last stages for libraries of one machine; and for the slices for one machine. */
extern const struct stage_row stages_meld[];
extern const struct stage_row stages_slices[];

/** All stages behind the first, if there are universal libraries. */
extern const struct stage_row stages_universal[];

/** The first stages of armeld_inspect(): read the inputs, and take the census. */
extern const struct stage_row stages_look[];

/** Its further stages, for libraries of one target: find what melding would do. */
extern const struct stage_row stages_imagine[];

/**
 * Whether one archive of all objects is made where one is already: it is made again, whatever is
 * in it, since nobody else put anything there and no library needs it. False with an error.
 */
bool stages_replace_one(const struct armeld *armeld, bool *is, struct error *error);

/** Run stages in their order, up to the first that fails. */
bool stages_run(struct armeld *armeld, const struct stage_row *stages);

#endif
