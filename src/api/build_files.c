/* SPDX-License-Identifier: MIT */
/** The public API: build files, and a shared library of a workspace. */
#include <string.h>

#include "api/build_again.h"
#include "api/machines.h"
#include "api/share_apart.h"
#include "base/path.h"
#include "census/slices.h"
#include "packaging/needs.h"
#include "packaging/packaging.h"
#include "share/share.h"
#include "sidecar/sidecar.h"
#include "write/guard.h"

/** Refuse file names that build tools would not find. */
static bool check_names(const struct armeld_options *options, struct error *error)
{
    return !options->dep_json || span_ends(span_of(options->dep_json), ".json") ||
           error_set_kind(error, ERROR_USAGE, "%s: the name of a JSON file ends with .json",
                          options->dep_json);
}

/** Melded libraries, what is left unmelded behind them, and workspaces. */
struct files {
    const char **libraries;
    uint32_t *part_of; /* by library */
    size_t count;      /* of melded ones */
    size_t unmelded_count;
    const char **workspaces;
    size_t workspace_count;
};

/**
 * List what the objects of a set that is planned need; of system libraries, one member of each
 * class tells.
 */
static bool gather_planned(const struct armeld *armeld, struct packaging_needs *needs,
                           struct arena *arena)
{
    const struct set *set = &armeld->set;
    const struct outputs *outputs = &armeld->outputs;
    uint32_t *seen = ARENA_ARRAY(arena, uint32_t, armeld->census.count); /* by class: parts */
    bool done = seen != NULL;
    for (size_t i = 0; done && i < armeld->machines.count; i++) {
        done = gather_planned(armeld->machines.list[i].armeld, needs, arena);
    }
    for (uint32_t i = 0; done && i < set->member_count; i++) {
        const struct output *output = outputs_library(outputs, set->members[i].library);
        uint32_t *parts = &seen[armeld->census.class_of[i]];
        uint32_t part = UINT32_C(1) << output->part; /* below MOST_PARTS */
        if (!output->left_out && !(*parts & part)) {
            *parts |= part;
            done = needs_add(set_member(set, i)->data, &needs[output->part].flags, arena);
        }
    }
    for (size_t w = 0; w < outputs->workspaces; w++) {
        for (size_t i = 0; done && i < outputs->list[w].item_count; i++) {
            done = symbols_add(&needs[w].symbols, outputs->list[w].items[i].data);
        }
    }
    return done;
}

/** Whether a library is a slice of the same file as the library before it. */
static bool is_further_slice(const struct set *set, size_t number)
{
    const struct library *library = &set->libraries[number];
    return number && library->universal &&
           library_is_at(&set->libraries[number - 1], library->universal);
}

/** The same of a set that is on the disk: it has the workspaces last. */
static bool gather_written(const struct armeld *armeld, const struct files *files,
                           struct packaging_needs *needs, struct arena *arena)
{
    const struct set *set = &armeld->set;
    bool done = true;
    for (size_t i = 0, file = 0; done && i < set->library_count; i++) {
        const struct library *library = &set->libraries[i];
        file += i && !is_further_slice(set, i);
        bool shared = file >= files->count;
        struct packaging_needs *of = &needs[shared ? file - files->count : files->part_of[file]];
        for (uint32_t j = 0; done && j < library->archive.member_count; j++) {
            uint32_t number = library->first + j;
            done = needs_add(set_member(set, number)->data, &of->flags, arena) &&
                   (!shared || symbols_add(&of->symbols, member_content(set, number)));
        }
    }
    return done;
}

static bool report_files(struct armeld *armeld)
{
    size_t count = armeld->build_files.count;
    struct armeld_file *files = ARENA_ARRAY(&armeld->arena, struct armeld_file, count);
    size_t listed = 0;
    for (size_t i = 0; files && i < count; i++) {
        const struct build_file *build_file = armeld->build_files.list[i];
        if (build_file->goes) {
            continue;
        }
        files[listed] = (struct armeld_file){
            .path = arena_printf(&armeld->arena, "%s", build_file->path),
            .changes = build_file_changes(build_file),
            .is_new = !build_file->exists,
        };
        if (!files[listed++].path) {
            return error_memory(&armeld->error);
        }
    }
    armeld->report.files = files;
    armeld->report.file_count = listed;
    return files || error_memory(&armeld->error);
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

/** List what the objects of all workspaces and their libraries need. */
static bool gather(const struct armeld *armeld, const struct files *files,
                   struct packaging_needs *needs, struct arena *arena)
{
    for (size_t w = 0; w < files->workspace_count; w++) {
        needs[w].symbols.arena = arena;
    }
    return armeld->job == JOB_PKGCONFIG ? gather_written(armeld, files, needs, arena)
                                        : gather_planned(armeld, needs, arena);
}

/** Prepare the build files for melded libraries. */
static bool make_build_files(struct armeld *armeld, const struct files *files)
{
    struct packaging_rules rules = {.options = &armeld->options,
                                    .workspaces = files->workspaces,
                                    .workspace_count = files->workspace_count,
                                    .part_of = files->part_of,
                                    .libraries = files->libraries,
                                    .library_count = files->count,
                                    .unmelded_count = files->unmelded_count};
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
    rules.needs = ARENA_ARRAY(&armeld->arena, struct packaging_needs, files->workspace_count);
    bool done =
        check_names(&armeld->options, &armeld->error) &&
        ((rules.needs && gather(armeld, files, rules.needs, &armeld->arena)) ||
         error_memory(&armeld->error)) &&
        packaging_make(&rules, &armeld->record, &armeld->build_files, &warnings, &armeld->arena,
                       &armeld->error) &&
        report_files(armeld) && build_again_say(armeld, &warnings);
    for (size_t w = 0; rules.needs && w < files->workspace_count; w++) {
        symbols_free(&rules.needs[w].symbols);
    }
    return done;
}

/** Room for so many libraries and workspaces. */
static bool make_files(struct armeld *armeld, size_t libraries, size_t workspaces,
                       struct files *files)
{
    *files = (struct files){
        .libraries = ARENA_ARRAY(&armeld->arena, const char *, libraries),
        .part_of = ARENA_ARRAY(&armeld->arena, uint32_t, libraries),
        .workspaces = ARENA_ARRAY(&armeld->arena, const char *, workspaces),
        .workspace_count = workspaces,
    };
    return (files->libraries && files->part_of && files->workspaces) ||
           error_memory(&armeld->error);
}

/**
 * Prepare the build files that the options ask for, and those that an earlier run wrote. If the
 * latter cannot be written, melding goes on without, and says so.
 */
static bool plan_build_files(struct armeld *armeld, const struct files *files)
{
    struct armeld_options given = armeld->options;
    struct words warnings = {0};
    if (!build_again_options(armeld) || make_build_files(armeld, files)) {
        return armeld->error.kind == ERROR_NONE;
    }
    struct error failed = armeld->error;
    if (packaging_wanted(&given)) {
        return false;
    }
    given.libs = armeld->options.libs;
    given.lib_count = armeld->options.lib_count;
    armeld->error = (struct error){0};
    armeld->options = given;
    build_files_free(&armeld->build_files);
    return error_passes(&failed, &armeld->error) &&
           ((words_add(&warnings,
                       arena_printf(&armeld->arena,
                                    "build files that an earlier run wrote are not written again: "
                                    "%s",
                                    failed.text),
                       &armeld->arena) &&
             build_again_say(armeld, &warnings)) ||
            error_memory(&armeld->error));
}

/** Stage: prepare the build files for the outputs. */
bool handle_plan_build_files(struct armeld *armeld)
{
    const struct outputs *outputs = &armeld->outputs;
    size_t all = armeld->set.library_count;
    size_t count = 0;
    struct files files;
    if (!make_files(armeld, all, outputs->workspaces, &files)) {
        return false;
    }
    for (size_t i = 0; i < outputs->workspaces; i++) {
        files.workspaces[i] = outputs->list[i].path;
    }
    for (int unmelded = 0; unmelded <= 1; unmelded++) {
        for (size_t i = 0; i < all; i++) {
            const struct output *output = outputs_library(outputs, i);
            if (output->left_out == unmelded) {
                files.part_of[count] = output->part;
                files.libraries[count++] = output->path;
            }
        }
        files.count = unmelded ? files.count : count;
    }
    files.unmelded_count = all - files.count;
    return plan_build_files(armeld, &files) && build_again_warn(armeld);
}

/** Read the set that the sidecar names from the disk: what is melded, then the workspaces. */
static bool read_melded(struct armeld *armeld, struct files *files)
{
    struct record *record = &armeld->record;
    struct error *error = &armeld->error;
    if (!record_open(armeld->workspace, record, error)) {
        return false;
    }
    if (!record->present) {
        return guard_is_workspace(armeld->workspace, error) &&
               error_set(error,
                         "%s: there is no sidecar, so nobody knows which libraries need this "
                         "workspace: put it back, or build and meld them again",
                         sidecar_path(armeld->workspace, &armeld->arena));
    }
    size_t most = record->manifest.library_count;
    if (!make_files(armeld, most, record->workspace_count, files)) {
        return false;
    }
    for (size_t i = 0; i < most; i++) {
        if (record->manifest.libraries[i].left_out) {
            continue;
        }
        const char *path = record_path(record, i, &armeld->arena);
        if (!path) {
            return error_memory(error);
        }
        files->part_of[files->count] = record->manifest.libraries[i].part;
        files->libraries[files->count++] = path;
        if (!set_add_file(&armeld->set, path, error)) {
            return false;
        }
    }
    for (size_t i = 0; i < record->workspace_count; i++) {
        files->workspaces[i] = record->workspaces[i].path;
        if (!set_add_file(&armeld->set, files->workspaces[i], error)) {
            return false;
        }
    }
    return set_split(&armeld->set, NULL, error) &&
           set_read(&armeld->set, armeld->options.jobs, error);
}

static bool open_melded(struct armeld *armeld)
{
    struct files files;
    return read_melded(armeld, &files) && build_again_libs(armeld) &&
           make_build_files(armeld, &files);
}

/** Refuse what no shared library is made of. */
static bool check_is_shared(struct armeld *armeld)
{
    return share_check_apart(armeld) &&
           (!manifest_is_single(&armeld->record.manifest) ||
            error_set(&armeld->error, "%s: a library that was shrunk, no workspace",
                      armeld->options.workspace));
}

/** Find out what each workspace needs. */
static bool find_known(struct armeld *armeld, const struct files *files, struct known_flags *known)
{
    bool done = known || error_memory(&armeld->error);
    for (size_t i = 0; done && i < files->workspace_count; i++) {
        done = known_flags(&armeld->record, files->workspaces[i], &armeld->options, &armeld->arena,
                           &known[i], &armeld->error);
    }
    return done;
}

int armeld_share(struct armeld *armeld, bool dry_run)
{
    struct error *error = &armeld->error;
    struct files files;
    struct known_flags *known = NULL;
    struct share_rules rules = {.directory = armeld->options.output_dir,
                                .record = &armeld->record,
                                .locks = &armeld->locks,
                                .dry_run = dry_run};
    bool done =
        (rules.directory || error_set_kind(error, ERROR_USAGE, "no directory to write to")) &&
        handle_start_job(armeld, JOB_SHARE, "armeld_share") &&
        read_melded(armeld, &files) && check_is_shared(armeld);
    armeld->dry_run = dry_run;
    if (done) {
        known = ARENA_ARRAY(&armeld->arena, struct known_flags, files.workspace_count);
        rules.known = known;
        rules.workspaces = files.workspaces;
        rules.workspace_count = files.workspace_count;
        rules.part_of = files.part_of;
    }
    done = done && find_known(armeld, &files, known) &&
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
                open_melded(armeld);
    build_again_keep(armeld, &armeld->record.manifest);
    done = done && (dry_run || build_files_apply(&armeld->build_files, &armeld->record,
                                                 armeld->workspace, &armeld->locks, error));
    return handle_finish(armeld, done, STAGE_APPLIED);
}
