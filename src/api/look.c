/* SPDX-License-Identifier: MIT */
/** The public API: looking at libraries without changing a file. */
#include "api/frameworks.h"
#include "api/look_apart.h"
#include "api/machines.h"
#include "api/options.h"
#include "api/stages.h"
#include "census/slices.h"
#include "inspect/chart.h"
#include "inspect/compare.h"
#include "inspect/explain.h"
#include "inspect/explain_moved.h"
#include "inspect/images.h"
#include "inspect/inspect.h"

/**
 * Find out what melding would do, as if there were a workspace. False with an error, or without one
 * if the libraries cannot be melded together.
 * @why[out] the reason for the latter
 */
static bool imagine(struct armeld *armeld, struct error *why)
{
    *why = (struct error){.kind = ERROR_NONE};
    armeld->workspace = armeld->options.workspace = "workspace";
    return target_agree(&armeld->census, &armeld->target, why) &&
           target_flavour(&armeld->set, &armeld->target, armeld->options.flavour,
                          &armeld->flavour, why) &&
           stages_run(armeld, stages_imagine);
}

bool look_by_reason(struct armeld *armeld)
{
    struct error why;
    bool done = stages_run(armeld, stages_look);
    if (done && !imagine(armeld, &why)) {
        armeld->error = armeld->error.kind == ERROR_NONE ? why : armeld->error;
        return false;
    }
    done = done && inspect_fill(&armeld->census, &armeld->plan, ARMELD_BY_REASON, &armeld->arena,
                                &armeld->report, &armeld->error);
    armeld->report.bytes_before = armeld->report.total.bytes;
    return done;
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

/** Whether the libraries are universal files of objects only: then nothing is melded. */
static bool are_objects(const struct armeld *armeld)
{
    bool are = armeld->set.library_count && !armeld->options.machine;
    for (size_t i = 0; i < armeld->set.library_count && are; i++) {
        are = library_is_object(&armeld->set.libraries[i]);
    }
    return are;
}

/** What the report says of libraries for several machines; NULL: they are of several formats. */
static const char *machine_word(const struct armeld *armeld)
{
    return are_objects(armeld)                             ? "objects"
           : armeld->set.framework_count && is_macho(armeld) ? "xcframework"
           : is_universal(armeld)                          ? "universal"
           : is_macho(armeld)                              ? "several"
                                                           : NULL;
}

/** List what was read of a set that is not melded: each file stays as it is. */
static bool list_libraries(struct armeld *armeld)
{
    struct armeld_report *report = &armeld->report;
    size_t count = armeld->set.library_count;
    struct armeld_library *list = ARENA_ARRAY(&armeld->arena, struct armeld_library, count + 1);
    for (size_t i = 0; list && i < count; i++) {
        const struct library *library = &armeld->set.libraries[i];
        const char *path = arena_printf(&armeld->arena, "%s", library->path);
        size_t members = library->archive.member_count;
        list[i] = (struct armeld_library){.path = path,
                                          .output = path,
                                          .bytes_before = library->bytes.size,
                                          .bytes = library->bytes.size,
                                          .members_before = members,
                                          .members = members};
        list = path ? list : NULL;
    }
    report->libraries = list;
    report->library_count = list ? count : 0;
    return list || error_memory(&armeld->error);
}

/** @library by reason: only what is for a machine and platform of this one; NULL: all */
static int inspect(struct armeld *armeld, enum armeld_by by, const char *library)
{
    struct error *error = &armeld->error;
    bool done = handle_expect(armeld, STAGE_ADDED, STAGE_ADDED, "armeld_inspect") &&
                (!armeld->workspace ||
                 error_set_kind(error, ERROR_USAGE, "inspecting takes no workspace")) &&
                stages_run(armeld, stages_look);
    struct error why = {0};
    bool images = images_are_all(&armeld->set);
    bool bare = images || are_objects(armeld);
    done = done && (!bare || by != ARMELD_BY_REASON ||
                    error_set_kind(error, ERROR_USAGE,
                                   "no static library among the paths given: only these are "
                                   "melded, so there are no reasons"));
    bool planned = done && !bare && imagine(armeld, &why);
    bool apart = done && !planned && by == ARMELD_BY_REASON;
    if (done && !planned && why.memory) {
        *error = why;
    }
    done = done && error->kind == ERROR_NONE &&
           (apart ? look_apart(armeld, &why, library)
                  : inspect_fill(&armeld->census, planned ? &armeld->plan : NULL, by,
                                 &armeld->arena, &armeld->report, error)) &&
           (planned || list_libraries(armeld)) &&
           images_fill(&armeld->set, &armeld->arena, &armeld->report, error) &&
           frameworks_warn_of_passed(armeld);
    if (done && !planned && !images) {
        armeld->report.machine = machine_word(armeld);
    }
    armeld->report.bytes_before = armeld->report.total.bytes;
    armeld->job = JOB_INSPECT;
    armeld->by = by;
    return handle_finish(armeld, done, STAGE_INSPECTED);
}

int armeld_inspect(struct armeld *armeld, enum armeld_by by)
{
    return inspect(armeld, by, NULL);
}

/** Chart a set that is compared, as it is. */
static bool chart_side(const struct armeld *armeld, struct arena *arena, struct compare_side *side,
                       struct error *error)
{
    return chart_fill(&armeld->census, NULL, &armeld->shrunk, &armeld->outputs, arena,
                      &side->report, &side->map, error);
}

/** Join the charts of both sets, for a page. */
static bool chart_both(struct armeld *after, const struct armeld *before)
{
    struct compare_side old = {.set = &before->set};
    struct compare_side new = {.set = &after->set};
    return chart_side(before, &after->arena, &old, &after->error) &&
           chart_side(after, &after->arena, &new, &after->error) &&
           (compare_charts(&old, &new, &after->arena, &after->compared) ||
            error_memory(&after->error));
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
    bool libraries = after->by == ARMELD_BY_LIBRARY;
    struct compare_set old = {&before->report, libraries ? &before->set : NULL};
    struct compare_set new = {&after->report, libraries ? &after->set : NULL};
    done = done && (compare_rows(&old, &new, &after->arena, &after->report) ||
                    error_memory(&after->error));
    done = done && chart_both(after, before);
    after->had_images = before->report.image_count != 0;
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

bool look_explain(struct armeld *armeld, const struct armeld_question *question)
{
    struct armeld_report *report = &armeld->report;
    struct error *error = &armeld->error;
    if (!question->member && !question->symbol) {
        return explain_set(&armeld->census, &armeld->plan, &armeld->odd, &armeld->arena, report,
                           error);
    }
    return explain_members(&armeld->census, &armeld->plan, question, &armeld->arena, report,
                           error) &&
           (report->explanation_count ||
            explain_moved(&armeld->set, question, &armeld->arena, report, error));
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
    if (inspect(armeld, ARMELD_BY_REASON, own.library) != ARMELD_OK) {
        return handle_finish(armeld, false, STAGE_FAILED);
    }
    bool all = !own.member && !own.symbol;
    bool done = armeld->looked.count ? look_apart_explain(armeld, &own)
                                     : look_explain(armeld, &own);
    armeld->job = all ? JOB_EXPLAIN_SET : JOB_EXPLAIN_MEMBERS;
    return handle_finish(armeld, done, STAGE_APPLIED);
}
