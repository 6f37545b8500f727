/* SPDX-License-Identifier: MIT */
/** The public API: undoing a melding, and checking one by its sidecar. */
#include "api/handle.h"
#include "write/undo.h"

int armeld_restore(struct armeld *armeld, unsigned flags)
{
    bool done = handle_start_job(armeld, JOB_RESTORE, "armeld_restore");
    armeld->dry_run = flags & ARMELD_RESTORE_DRY_RUN;
    struct undo_rules rules = {
        .workspace = armeld->workspace,
        .locks = &armeld->locks,
        .dry_run = armeld->dry_run,
        .partial = flags & ARMELD_RESTORE_PARTIAL,
    };
    done = done && undo_restore(&rules, &armeld->arena, &armeld->report, &armeld->error);
    return handle_finish(armeld, done, STAGE_APPLIED);
}

int armeld_verify(struct armeld *armeld)
{
    bool done = handle_start_job(armeld, JOB_VERIFY, "armeld_verify");
    struct undo_rules rules = {.workspace = armeld->workspace,
                               .jobs = armeld->options.jobs,
                               .models = armeld->options.models,
                               .model_count = armeld->options.model_count};
    done = done && undo_verify(&rules, &armeld->arena, &armeld->report, &armeld->error);
    if (done && armeld->report.finding_count) {
        done = error_set_kind(
            &armeld->error, ERROR_PROOF, "the set on disk is not as it was written: %zu finding%s",
            armeld->report.finding_count, armeld->report.finding_count == 1 ? "" : "s");
    }
    return handle_finish(armeld, done, STAGE_APPLIED);
}
