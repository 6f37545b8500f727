/* SPDX-License-Identifier: MIT */
/** The public API: build files, and a shared library of a workspace. */
#include "api/handle.h"
#include "packaging/needs.h"
#include "packaging/packaging.h"
#include "share/share.h"
#include "sidecar/sidecar.h"

/** Refuse file names that build tools would not find. */
static bool check_names(const struct armeld_options *options, struct error *error)
{
    return !options->dep_json || span_ends(span_of(options->dep_json), ".json") ||
           error_set_kind(error, ERROR_USAGE, "%s: the name of a JSON file ends with .json",
                          options->dep_json);
}

/** List the system libraries that the objects of a set need; one member of each class tells. */
static bool gather_needs(const struct armeld *armeld, struct words *needs, struct arena *arena)
{
    const struct set *set = &armeld->set;
    for (uint32_t i = 0; i < set->member_count; i++) {
        bool known =
            armeld->census.list && class_member(&armeld->census, armeld->census.class_of[i]) != i;
        if (!known && !needs_add(set_member(set, i)->data, needs, arena)) {
            return false;
        }
    }
    return true;
}

/** List what the objects of the workspace need, as it will be or is on the disk. */
static bool gather_symbols(const struct armeld *armeld, struct symbols *symbols)
{
    const struct set *set = &armeld->set;
    const struct output *planned =
        armeld->job != JOB_PKGCONFIG && armeld->outputs.count ? &armeld->outputs.list[0] : NULL;
    size_t count = planned ? planned->item_count : set->member_count;
    const struct library *workspace = &set->libraries[set->library_count - 1];
    for (size_t i = planned ? 0 : workspace->first; i < count; i++) {
        struct span member =
            planned ? planned->items[i].data : member_content(set, (uint32_t)i);
        if (!symbols_add(symbols, member)) {
            return false;
        }
    }
    return true;
}

static bool report_files(struct armeld *armeld)
{
    size_t count = armeld->build_files.count;
    struct armeld_file *files = ARENA_ARRAY(&armeld->arena, struct armeld_file, count);
    for (size_t i = 0; files && i < count; i++) {
        const struct build_file *build_file = armeld->build_files.list[i];
        files[i] = (struct armeld_file){
            .path = arena_printf(&armeld->arena, "%s", build_file->path),
            .changes = build_file_changes(build_file),
            .is_new = !build_file->exists,
        };
        if (!files[i].path) {
            return error_memory(&armeld->error);
        }
    }
    armeld->report.files = files;
    armeld->report.file_count = count;
    return files || error_memory(&armeld->error);
}

/** Append warnings to those of the report. */
static bool add_warnings(struct armeld *armeld, const struct words *warnings)
{
    size_t before = armeld->report.warning_count;
    const char **all = ARENA_ARRAY(&armeld->arena, const char *, before + warnings->count);
    if (!all) {
        return error_memory(&armeld->error);
    }
    for (size_t i = 0; i < before; i++) {
        all[i] = armeld->report.warnings[i];
    }
    for (size_t i = 0; i < warnings->count; i++) {
        all[before + i] = warnings->list[i];
    }
    armeld->report.warnings = all;
    armeld->report.warning_count = before + warnings->count;
    return true;
}

/** Whether somebody chose linkers to prove for, and not all that read each archive once. */
static bool leaves_out_one_pass(const struct armeld *armeld)
{
    const struct manifest *before = &armeld->record.manifest;
    return armeld->job == JOB_PKGCONFIG
               ? before->models_chosen && models_lack_one_pass(before->models, before->model_count)
               : armeld->models.chosen && models_lack_one_pass(armeld->report.models,
                                                               armeld->report.model_count);
}

/** Prepare the build files for the melded libraries at these paths; behind them are others. */
static bool make_build_files(struct armeld *armeld, const char *const *libraries, size_t count,
                             size_t unmelded_count)
{
    struct symbols symbols = {.arena = &armeld->arena};
    struct packaging_rules rules = {.options = &armeld->options,
                                    .workspace = armeld->workspace,
                                    .libraries = libraries,
                                    .library_count = count,
                                    .unmelded_count = unmelded_count,
                                    .symbols = &symbols};
    struct words warnings = {0};
    if (!packaging_wanted(&armeld->options)) {
        return true;
    }
    const char *warning =
        armeld->options.no_proof
            ? "without the proof nobody knows whether linkers that read each archive once find "
              "everything in the order that is written down"
        : leaves_out_one_pass(armeld)
            ? "it is not proven that linkers that read each archive once find everything in the "
              "order that is written down: --models leaves some of them out"
            : NULL;
    if (warning && !words_add(&warnings, warning, &armeld->arena)) {
        return error_memory(&armeld->error);
    }
    bool done =
        check_names(&armeld->options, &armeld->error) &&
        ((gather_needs(armeld, &rules.needs, &armeld->arena) && gather_symbols(armeld, &symbols)) ||
         error_memory(&armeld->error)) &&
        packaging_make(&rules, &armeld->record, &armeld->build_files, &warnings, &armeld->arena,
                       &armeld->error) &&
        report_files(armeld) && add_warnings(armeld, &warnings);
    symbols_free(&symbols);
    return done;
}

/** Stage: prepare the build files for the outputs. */
bool handle_plan_build_files(struct armeld *armeld)
{
    size_t all = armeld->set.library_count;
    size_t count = 0;
    size_t melded = 0;
    const char **paths = ARENA_ARRAY(&armeld->arena, const char *, all);
    for (int unmelded = 0; paths && unmelded <= 1; unmelded++) {
        for (size_t i = 0; i < all; i++) {
            const struct output *output = outputs_library(&armeld->outputs, i);
            if (output->left_out == unmelded) {
                paths[count++] = output->path;
            }
        }
        melded = unmelded ? melded : count;
    }
    return paths ? make_build_files(armeld, paths, melded, all - melded)
                 : error_memory(&armeld->error);
}

/** Read the set that the sidecar names from the disk: what is melded, then the workspace. */
static bool read_melded(struct armeld *armeld, const char ***list, size_t *number)
{
    struct record *record = &armeld->record;
    struct error *error = &armeld->error;
    size_t count = 0;
    if (!record_open(armeld->workspace, record, error)) {
        return false;
    }
    if (!record->present) {
        return error_set(error,
                         "%s: there is no sidecar, so nobody knows which libraries need this "
                         "workspace: put it back, or build and meld them again",
                         sidecar_path(armeld->workspace, &armeld->arena));
    }
    size_t most = record->manifest.library_count;
    const char **paths = ARENA_ARRAY(&armeld->arena, const char *, most);
    for (size_t i = 0; paths && i < most; i++) {
        if (record->manifest.libraries[i].left_out) {
            continue;
        }
        paths[count] = record_path(record, i, &armeld->arena);
        if (!paths[count]) {
            return error_memory(error);
        }
        if (!set_add_file(&armeld->set, paths[count++], error)) {
            return false;
        }
    }
    *list = paths;
    *number = count;
    return paths ? set_add_file(&armeld->set, armeld->workspace, error) &&
                       set_read(&armeld->set, armeld->options.jobs, error)
                 : error_memory(error);
}

static bool open_melded(struct armeld *armeld)
{
    const char **paths;
    size_t count;
    return read_melded(armeld, &paths, &count) && make_build_files(armeld, paths, count, 0);
}

int armeld_share(struct armeld *armeld, bool dry_run)
{
    struct error *error = &armeld->error;
    const char **paths;
    size_t count;
    struct known_flags known = {0};
    struct share_rules rules = {.directory = armeld->options.output_dir,
                                .record = &armeld->record,
                                .known = &known,
                                .locks = &armeld->locks,
                                .dry_run = dry_run};
    bool done =
        (rules.directory || error_set_kind(error, ERROR_USAGE, "no directory to write to")) &&
        handle_start_job(armeld, JOB_SHARE, "armeld_share") &&
        read_melded(armeld, &paths, &count);
    armeld->dry_run = dry_run;
    rules.workspace = armeld->workspace;
    done = done &&
           (!manifest_is_single(&armeld->record.manifest) ||
            error_set(error, "%s: a library that was shrunk, no workspace",
                      armeld->options.workspace)) &&
           known_flags(&armeld->record, armeld->workspace, &armeld->options, &armeld->arena, &known,
                       error) &&
           share_write(&armeld->set, &rules, &armeld->arena, &armeld->report, error);
    return handle_finish(armeld, done, STAGE_APPLIED);
}

int armeld_pkgconfig(struct armeld *armeld, bool dry_run)
{
    struct error *error = &armeld->error;
    armeld->dry_run = dry_run;
    bool done = (packaging_wanted(&armeld->options) ||
                 error_set_kind(error, ERROR_USAGE, "no file is asked for")) &&
                handle_start_job(armeld, JOB_PKGCONFIG, "armeld_pkgconfig") &&
                open_melded(armeld) &&
                (dry_run || build_files_apply(&armeld->build_files, &armeld->record,
                                              armeld->workspace, &armeld->locks, error));
    return handle_finish(armeld, done, STAGE_APPLIED);
}
