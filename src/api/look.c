/* SPDX-License-Identifier: MIT */
/** The public API: looking at libraries without changing a file. */
#include "api/frameworks.h"
#include "api/machines.h"
#include "api/options.h"
#include "api/stages.h"
#include "census/slices.h"
#include "inspect/chart.h"
#include "inspect/compare.h"
#include "inspect/explain.h"
#include "inspect/explain_moved.h"
#include "inspect/inspect.h"

/**
 * Find out what melding would do, as if there were a workspace. False with an error, or without one
 * if the libraries cannot be melded together.
 */
static bool imagine(struct armeld *armeld)
{
    struct error why = {0};
    armeld->workspace = armeld->options.workspace = "workspace";
    return target_agree(&armeld->census, &armeld->target, &why) &&
           target_flavour(&armeld->set, &armeld->target, armeld->options.flavour,
                          &armeld->flavour, &why) &&
           stages_run(armeld, stages_imagine);
}

/** Whether the set has no objects but Mach-O's. */
static bool is_macho(const struct armeld *armeld)
{
    bool only = true;
    for (size_t i = 0; i < armeld->census.count && only; i++) {
        const struct class *class = &armeld->census.list[i];
        only = !class_is_object(class) || class->format == OBJ_MACHO;
    }
    return only;
}

/** Whether the set has slices, and objects of no other format than theirs. */
static bool is_universal(const struct armeld *armeld)
{
    bool found = false;
    for (size_t i = 0; i < armeld->set.library_count && !found; i++) {
        found = armeld->set.libraries[i].universal != NULL;
    }
    return found && is_macho(armeld);
}

/** Say what to do with libraries for several machines or platforms, of which the error tells. */
static bool explain_apart(struct armeld *armeld)
{
    const char *kinds = arena_printf(&armeld->arena, "%s", armeld->error.text);
    if (!kinds || armeld->error.memory) {
        return error_memory(&armeld->error);
    }
    armeld->error = (struct error){.kind = ERROR_NONE};
    return error_set(&armeld->error, "%s: name those of one", kinds);
}

/** Refuse to explain several machines at once. */
static bool ask_for_machine(struct armeld *armeld)
{
    const struct library *library = armeld->set.libraries;
    while (!library->universal) {
        library++;
    }
    const char *name = universal_machine_name(slice_machine(library->bytes), &armeld->arena);
    return name ? error_set(&armeld->error,
                            "universal libraries are melded machine by machine: name one with "
                            "--machine, such as %s",
                            name)
                : error_memory(&armeld->error);
}

int armeld_inspect(struct armeld *armeld, enum armeld_by by)
{
    struct error *error = &armeld->error;
    bool done = handle_expect(armeld, STAGE_ADDED, STAGE_ADDED, "armeld_inspect") &&
                (!armeld->workspace ||
                 error_set_kind(error, ERROR_USAGE, "inspecting takes no workspace")) &&
                stages_run(armeld, stages_look);
    bool planned = done && imagine(armeld);
    if (done && !planned && error->kind == ERROR_NONE && by == ARMELD_BY_REASON &&
        armeld->set.framework_count) {
        done = error_set(error, "xcframeworks are melded platform by platform: name the identifier "
                                "of one with --machine, such as %s",
                         armeld->set.libraries[0].entry->identifier);
    }
    if (done && !planned && error->kind == ERROR_NONE && by == ARMELD_BY_REASON &&
        is_universal(armeld)) {
        done = ask_for_machine(armeld);
    }
    if (done && !planned && error->kind == ERROR_NONE && by == ARMELD_BY_REASON) {
        done = target_agree(&armeld->census, &armeld->target, error)
                   ? error_set(error, "these libraries cannot be melded in one run")
                   : explain_apart(armeld);
    }
    done = done && error->kind == ERROR_NONE &&
           inspect_fill(&armeld->census, planned ? &armeld->plan : NULL, by, &armeld->arena,
                        &armeld->report, error) &&
           frameworks_warn_of_passed(armeld);
    if (done && !planned && is_universal(armeld)) {
        armeld->report.machine = "universal";
    } else if (done && !planned && is_macho(armeld)) {
        armeld->report.machine = "several";
    }
    armeld->report.bytes_before = armeld->report.total.bytes;
    armeld->job = JOB_INSPECT;
    armeld->by = by;
    return handle_finish(armeld, done, STAGE_INSPECTED);
}

int armeld_compare(struct armeld *after, const struct armeld *before)
{
    bool done = handle_expect(after, STAGE_INSPECTED, STAGE_INSPECTED, "armeld_compare") &&
                ((before->job == JOB_INSPECT && before->stage == STAGE_INSPECTED) ||
                 error_set_kind(&after->error, ERROR_USAGE,
                                "armeld_compare(): the set before was not inspected")) &&
                (after->by == before->by ||
                 error_set_kind(&after->error, ERROR_USAGE,
                                "armeld_compare(): the sets were inspected by different rows"));
    done = done && (compare_rows(&before->report, after->by, &after->arena, &after->report) ||
                    error_memory(&after->error));
    after->job = JOB_COMPARE;
    return handle_finish(after, done, STAGE_INSPECTED);
}

int armeld_chart(struct armeld *armeld)
{
    enum stage stage = armeld->stage;
    bool known = armeld->report.bytes != 0;
    bool done = handle_expect(armeld, STAGE_PLANNED, STAGE_INSPECTED, "armeld_chart");
    if (armeld->machines.count) {
        return handle_finish(armeld, done && machines_chart(armeld), stage);
    }
    done = done &&
           chart_fill(&armeld->census, known ? &armeld->plan : NULL, &armeld->shrunk,
                      &armeld->outputs, &armeld->arena, &armeld->report, &armeld->map,
                      &armeld->error);
    return handle_finish(armeld, done, stage);
}

int armeld_explain(struct armeld *armeld, const struct armeld_question *question)
{
    struct armeld_question own;
    struct error *error = &armeld->error;
    if (!options_take(question, &own, sizeof own, "armeld_question", error)) {
        return handle_finish(armeld, false, STAGE_FAILED);
    }
    if (own.library && armeld->stage == STAGE_ADDED) {
        set_keep_company(&armeld->set, own.library);
    }
    if (armeld_inspect(armeld, ARMELD_BY_REASON) != ARMELD_OK) {
        return handle_finish(armeld, false, STAGE_FAILED);
    }
    bool all = !own.member && !own.symbol;
    bool done =
        all ? explain_set(&armeld->census, &armeld->plan, &armeld->odd, &armeld->arena,
                          &armeld->report, error)
            : explain_members(&armeld->census, &armeld->plan, &own, &armeld->arena,
                              &armeld->report, error);
    if (done && !all && !armeld->report.explanation_count) {
        done = explain_moved(&armeld->set, &own, &armeld->arena, &armeld->report, error);
    }
    armeld->job = all ? JOB_EXPLAIN_SET : JOB_EXPLAIN_MEMBERS;
    return handle_finish(armeld, done, STAGE_APPLIED);
}
