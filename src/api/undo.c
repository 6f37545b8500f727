/* SPDX-License-Identifier: MIT */
/** The public API: undoing a melding, and checking one. */
#include "api/handle.h"
#include "api/stages.h"
#include "base/path.h"
#include "proof/check.h"
#include "write/incomplete.h"
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

/** Add files; one file may be added twice, since an unchanged library is its own original. */
static bool add_files(struct armeld *armeld, const char *const *paths, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *plain = os_plain_path(paths[i], &armeld->arena);
        if (!plain || !set_add_file(&armeld->set, plain, &armeld->error)) {
            return plain ? false : error_memory(&armeld->error);
        }
    }
    return true;
}

/** Refuse originals that are not whole: what they lack is undefined before and after. */
static bool check_originals(struct armeld *armeld, size_t count)
{
    struct armeld_finding *findings = NULL;
    size_t found = 0;
    if (!incomplete_find(&armeld->census, 0, (uint32_t)count, armeld->options.workspace,
                         &armeld->arena, &findings, &found, &armeld->error)) {
        return false;
    }
    armeld->report.findings = findings;
    armeld->report.finding_count = found;
    return !found || error_set_kind(&armeld->error, ERROR_PROOF,
                                    "%zu of the originals are not whole libraries, so nothing can "
                                    "be compared with them",
                                    found);
}

/** Choose the linkers: those named, or all that link such objects. */
static bool choose_models(struct armeld *armeld)
{
    armeld->models = (struct model_choice){
        .format = armeld->target.format,
        .abis = armeld->target.abis,
        .named = armeld->options.models,
        .named_count = armeld->options.model_count,
    };
    return models_choose(&armeld->models, &armeld->error) &&
           (models_list(armeld->models.models, &armeld->arena, &armeld->report.models,
                        &armeld->report.model_count) ||
            error_memory(&armeld->error));
}

/** The library of a sidecar that lies at @target, or NULL. */
static const struct manifest_library *find_recorded(struct armeld *armeld, const char *target)
{
    const struct manifest *manifest = &armeld->record.manifest;
    for (size_t i = 0; target && i < manifest->library_count; i++) {
        struct error unresolved = {0};
        const char *path = record_path(&armeld->record, i, &armeld->arena);
        const char *real = path ? os_real_place(path, &armeld->arena, &unresolved) : NULL;
        if (real && strcmp(real, target) == 0) {
            return &manifest->libraries[i];
        }
    }
    return NULL;
}

/** Find out what the sidecar says of libraries and workspaces, if there is one. */
static bool ask_sidecar(struct armeld *armeld, size_t count, struct check_rules *rules)
{
    const struct record *record = &armeld->record;
    bool *left_out = ARENA_ARRAY(&armeld->arena, bool, count);
    uint32_t *part_of = ARENA_ARRAY(&armeld->arena, uint32_t, count);
    for (size_t i = 0; left_out && part_of && record->present && i < count; i++) {
        const struct manifest_library *library =
            find_recorded(armeld, armeld->set.libraries[count + i].target);
        left_out[i] = library && library->left_out;
        part_of[i] = library ? library->part : 0;
    }
    rules->orders =
        record->present ? (enum orders_proven)record->manifest.orders : ORDERS_OUTSIDE;
    rules->left_out = left_out;
    rules->part_of = part_of;
    rules->workspace_count = record->present ? (uint32_t)record->workspace_count : 1;
    return (left_out && part_of) || error_memory(&armeld->error);
}

/** Add the workspace, and further ones of which its sidecar tells. */
static bool add_workspaces(struct armeld *armeld)
{
    struct record *record = &armeld->record;
    struct error unread = {0};
    bool done = add_files(armeld, &armeld->options.workspace, 1);
    record->present = record_open(armeld->workspace, record, &unread) && record->present;
    for (size_t i = 1; done && record->present && i < record->workspace_count; i++) {
        done = set_add_file(&armeld->set, record->workspaces[i].path, &armeld->error);
    }
    return done;
}

/** Findings; where files have other names than their originals, how they were compared. */
static bool refuse(struct armeld *armeld, const char *const *originals, const char *const *melded,
                   size_t count)
{
    size_t other = 0;
    while (other < count && strcmp(path_base(originals[other]), path_base(melded[other])) == 0) {
        other++;
    }
    const char *order =
        other == count ? ""
                       : arena_printf(&armeld->arena,
                                      " (files are compared in their order, such as %s with %s)",
                                      originals[other], melded[other]);
    size_t found = armeld->report.finding_count;
    return error_set_kind(&armeld->error, ERROR_PROOF,
                          "not everything links as with the originals: %zu finding%s%s", found,
                          found == 1 ? "" : "s", order ? order : "");
}

int armeld_verify_against(struct armeld *armeld, const char *const *originals,
                          const char *const *melded, size_t count)
{
    const struct armeld_options *options = &armeld->options;
    struct error *error = &armeld->error;
    struct check_rules rules = {
        .originals = 0,
        .melded = (uint32_t)count,
        .workspace = 2 * (uint32_t)count,
        .count = (uint32_t)count,
        .jobs = options->jobs,
        .roots = options->roots,
        .root_count = options->root_count,
    };
    bool done = handle_start_job(armeld, JOB_VERIFY_AGAINST, "armeld_verify_against") &&
                add_files(armeld, originals, count) && add_files(armeld, melded, count) &&
                add_workspaces(armeld) && stages_run(armeld, stages_look) &&
                target_agree(&armeld->census, &armeld->target, error) &&
                check_originals(armeld, count) && choose_models(armeld) &&
                ask_sidecar(armeld, count, &rules);
    rules.models = armeld->models.models;
    if (done && options->prune) {
        struct exports *exports = &armeld->shrunk.exports;
        done = exports_find(&armeld->census, &armeld->target, options->exports,
                            options->export_count, &armeld->arena, exports) ||
               error_memory(error);
        done = done && (!options->export_count || exports->name_count ||
                        error_set_kind(error, ERROR_USAGE,
                                       "no symbol of these libraries matches an export: nothing "
                                       "would be checked"));
        rules.shrunk = true;
        rules.joined = true; /* nobody says whether they are */
        rules.exports = exports->names;
        rules.export_count = exports->name_count;
    }
    struct check_result result = {0};
    done = done && check_links(&armeld->census, &rules, &armeld->arena, &result, error) &&
           (check_report(&armeld->census, &rules, &result, &armeld->arena, &armeld->report) ||
            error_memory(error));
    if (done && armeld->report.finding_count) {
        done = refuse(armeld, originals, melded, count);
    }
    return handle_finish(armeld, done, STAGE_APPLIED);
}
