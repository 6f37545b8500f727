/* SPDX-License-Identifier: MIT */
/** The stages of planning, from the inputs on the disk to the report. */
#include "api/stages.h"

#include "api/frameworks.h"
#include "api/machines.h"
#include "api/options.h"
#include "api/part_numbers.h"
#include "api/prove.h"
#include "api/report.h"
#include "api/split_debug.h"
#include "census/slices.h"
#include "inspect/images.h"
#include "write/changed.h"
#include "write/guard.h"
#include "write/incomplete.h"
#include "write/neighbours.h"
#include "write/prelinked.h"
#include "write/renamed.h"

/** Find where the sidecar lies: beside the workspace, or beside a library that is shrunk. */
static bool stage_place(struct armeld *armeld)
{
    const struct library *library = armeld->set.libraries;
    const char *directory = armeld->options.output_dir;
    struct error *error = &armeld->error;
    if (armeld->options.one_archive && !options_check_one(&armeld->options, error)) {
        return false;
    }
    if (armeld->options.single && armeld->set.framework_count) {
        return error_set_kind(error, ERROR_USAGE,
                              "%s: a library of an xcframework: name the library itself",
                              library->path);
    }
    if (armeld->framework && !frameworks_check(armeld)) {
        return false;
    }
    if (!armeld->options.single) {
        return armeld->workspace || error_set_kind(error, ERROR_USAGE, "no workspace named");
    }
    if (armeld->options.workspace || armeld->set.library_count != 1) {
        return error_set_kind(error, ERROR_USAGE,
                              "libraries are shrunk one by one, without a workspace: name one");
    }
    armeld->workspace = library->target;
    if (directory) {
        armeld->workspace = arena_printf(&armeld->arena, "%s/%s", directory, library->name);
    }
    armeld->report.workspace =
        armeld->workspace ? arena_printf(&armeld->arena, "%s", armeld->workspace) : NULL;
    if (!armeld->report.workspace) {
        return error_memory(error);
    }
    return os_kind_of_parent(armeld->workspace) == OS_NOTHING ||
           (os_lock_directory_of(armeld->workspace, &armeld->locks, error) &&
            guard_library(library, error));
}

/** Read the record of an earlier melding, and rebuild the originals of melded libraries. */
static bool stage_record(struct armeld *armeld)
{
    handle_begin_phase(armeld, ARMELD_READING, armeld->set.library_count, 0);
    return record_open(armeld->workspace, &armeld->record, &armeld->error) &&
           (!armeld->options.one_archive || !armeld->record.present ||
            error_set(&armeld->error, "%s: %s: name another file", armeld->options.workspace,
                      manifest_is_single(&armeld->record.manifest)
                          ? "it was shrunk, and its sidecar can restore it"
                          : "the workspace of a melded set")) &&
           split_debug_check(armeld) &&
           record_rebuild(&armeld->record, &armeld->set, &armeld->error);
}

static bool stage_read(struct armeld *armeld)
{
    return set_read(&armeld->set, armeld->options.jobs, &armeld->error);
}

static bool stage_census(struct armeld *armeld)
{
    const struct armeld_options *options = &armeld->options;
    struct census_progress progress = {handle_step_bytes, armeld};
    uint64_t bytes = 0;
    for (size_t i = 0; i < armeld->set.library_count; i++) {
        bytes += armeld->set.libraries[i].bytes.size;
    }
    handle_begin_phase(armeld, ARMELD_COMPARING, armeld->set.library_count, bytes);
    return census_take(&armeld->set, options->identity, options->jobs,
                       options->progress ? &progress : NULL, &armeld->census, &armeld->error);
}

/** Refuse other formats than that of universal files. */
static bool check_slices(struct armeld *armeld)
{
    enum obj_format format = armeld->target.format;
    for (size_t i = 0; i < armeld->set.library_count; i++) {
        const struct library *library = &armeld->set.libraries[i];
        if (format != OBJ_MACHO && format != OBJ_OTHER && library->archive.member_count) {
            return error_set(&armeld->error,
                             "%s: %s objects beside universal libraries, whose objects are Mach-O",
                             library->path, object_format_name(format));
        }
    }
    return true;
}

/** Only ELF has compressed debug information: of others, all else that is asked for is done. */
static bool drop_compression(struct armeld *armeld)
{
    enum obj_format format = armeld->target.format;
    if (!armeld->options.compress_debug || format == OBJ_ELF || format == OBJ_OTHER) {
        return true;
    }
    armeld->options.compress_debug = ARMELD_COMPRESS_NONE;
    return prove_tell(armeld, arena_printf(&armeld->arena,
                                           "%s has no compressed debug information, so none is "
                                           "compressed", object_format_name(format)));
}

static bool stage_target(struct armeld *armeld)
{
    return target_agree(&armeld->census, &armeld->target, &armeld->error) &&
           (!armeld->set.machine || check_slices(armeld)) && drop_compression(armeld);
}

static bool stage_flavour(struct armeld *armeld)
{
    return target_flavour(&armeld->set, &armeld->target, armeld->options.flavour,
                          &armeld->flavour, &armeld->error);
}

/**
 * Refuse libraries that are not whole. To strip a single library is fine: that removes nothing that
 * a linker reads, but hiding, pruning and prelinking remove what a workspace may need.
 */
static bool stage_whole(struct armeld *armeld)
{
    const struct armeld_options *options = &armeld->options;
    bool strips_only = options->single && !options->hide && !options->prune && !options->prelink;
    struct error *error = &armeld->error;
    const struct library *library = armeld->set.libraries;
    if (options->single && !strips_only && archive_is_marked(library->bytes)) {
        return error_set(error,
                         "%s: a workspace without its sidecar: nobody knows which of its symbols "
                         "libraries need, so it can only be stripped",
                         library->path);
    }
    if (library->is_image && (options->split_debug || options->compress_debug)) {
        return error_set_kind(error, ERROR_USAGE,
                              "%s: --split-debug and --compress-debug are for static libraries: "
                              "objcopy --only-keep-debug (dsymutil of Apple's) makes a file of "
                              "debug info",
                              library->path);
    }
    const char *workspace = armeld->framework ? armeld->workspace : options->workspace;
    /* of what was melded into another xcframework, its sidecar says more than symbols do */
    return strips_only ||
           ((!armeld->framework ||
             changed_check_others(&armeld->census, armeld->framework, error)) &&
            incomplete_check(&armeld->census, workspace, error) &&
            (armeld->framework ||
             changed_check_others(&armeld->census, armeld->workspace, error)) &&
            (options->single ||
             (changed_check(&armeld->census, &armeld->record, options->output_dir, error) &&
              (armeld->record.present ||
               changed_check_workspace(&armeld->census, armeld->workspace, error)))));
}

/** Choose the linkers to prove for: those named, those of the earlier melding, or all. */
static bool choose_models(struct armeld *armeld)
{
    const struct manifest *before = &armeld->record.manifest;
    armeld->models = (struct model_choice){
        .format = armeld->target.format,
        .abis = armeld->target.abis,
        .named = armeld->options.models,
        .named_count = armeld->options.model_count,
        .recorded = before->models,
        .recorded_count = before->models_chosen ? before->model_count : 0,
    };
    return models_choose(&armeld->models, &armeld->error);
}

/** Find out, once, which libraries are left out of the set, and plan without them. */
static bool leave_out(struct armeld *armeld, const struct plan_rules *rules)
{
    const struct armeld_options *options = &armeld->options;
    bool known = armeld->knows_odd || options->single || options->no_proof ||
                 options->one_archive || options->workspaces == ARMELD_WORKSPACES_ONE;
    armeld->knows_odd = true;
    return known || odd_find(&armeld->census, rules, &armeld->plan, &armeld->odd, &armeld->arena,
                             &armeld->error);
}

/** Whether groups of libraries are to have workspaces of their own. */
static bool wants_parts(const struct armeld *armeld)
{
    return armeld->options.workspaces == ARMELD_WORKSPACES_AUTO && !armeld->one_part &&
           armeld->odd.group_of;
}

/** Meld groups of libraries into workspaces of their own, if that is asked for. */
static bool add_parts(struct armeld *armeld, const struct plan_rules *rules)
{
    struct odd *odd = &armeld->odd;
    bool known = armeld->knows_split;
    if (!wants_parts(armeld)) {
        if (armeld->asks_groups && odd->group_of && odd->group_count > 1) {
            armeld->one_part = "libraries are universal, or melded apart by platform";
        }
        return true;
    }
    armeld->knows_split = true;
    if (!odd_add_parts(&armeld->census, rules, odd, &armeld->plan, &armeld->error) ||
        (!known &&
         !odd_split(&armeld->census, rules, odd, &armeld->plan, &armeld->arena,
                    &armeld->error))) {
        return false;
    }
    armeld->had_parts |= armeld->plan.part_count > 1;
    armeld->plan.orders = odd->split ? ORDERS_USED : armeld->plan.orders;
    part_numbers_keep(armeld);
    return true;
}

/** Decide what becomes of each class, and prove that the libraries will link as before. */
static bool stage_plan(struct armeld *armeld)
{
    const struct armeld_options *options = &armeld->options;
    struct plan_rules rules = {
        .jobs = options->jobs,
        .roots = options->roots,
        .root_count = options->root_count,
        .min_sharers = options->min_sharers,
        .no_proof = options->no_proof,
        .keep = options->keep,
        .keep_count = options->keep_count,
        .only = options->only,
        .only_count = options->only_count,
        .pins = armeld->pins,
        .orders = armeld->odd.left_out ? armeld->odd.orders : ORDERS_ANY,
        .least = options->workspaces == ARMELD_WORKSPACES_MAIN ? ORDERS_OUTSIDE : ORDERS_USED,
    };
    if (!choose_models(armeld)) {
        return false;
    }
    rules.models = armeld->models.models;
    rules.left_out = armeld->odd.left_out;
    if (wants_parts(armeld) && armeld->odd.split) {
        rules.left_out = armeld->odd.split;
        rules.orders = ORDERS_OUTSIDE;
    }
    return (armeld->apart || prove_begin(armeld)) &&
           plan_make(&armeld->census, &rules, &armeld->plan, &armeld->error) &&
           leave_out(armeld, &rules) && add_parts(armeld, &rules);
}

/** Strip, hide and prune objects, each for itself. */
static bool stage_shrink(struct armeld *armeld)
{
    struct slim_rules rules = {.options = &armeld->options,
                               .target = &armeld->target,
                               .jobs = armeld->options.jobs};
    return slim_run(&armeld->census, &armeld->plan, &rules, &armeld->shrunk, &armeld->error);
}

/** List the members of all outputs, and join those to be prelinked. */
static bool stage_outputs(struct armeld *armeld)
{
    const struct armeld_options *options = &armeld->options;
    struct error *error = &armeld->error;
    struct output_rules rules = {
        .prelink = options->prelink,
        .workspace = armeld->workspace,
        .output_dir = options->output_dir,
        .backup = options->backup,
        .single = options->single,
        .flavour = armeld->flavour,
    };
    struct prelink_output_rules prelinking = {
        .merge = options->merge,
        .strip = options->strip,
        .compress = options->compress_debug,
        .hide = options->hide,
        .apart = armeld->apart,
    };
    return outputs_make(&armeld->census, &armeld->plan, &armeld->shrunk, &rules,
                        &armeld->outputs, error) &&
           (!options->prelink || prelink_outputs(&armeld->census, &armeld->outputs,
                                                 &armeld->plan, &armeld->shrunk, &prelinking,
                                                 error));
}

/** Shrink, list and join; in a set, leave out ways of shrinking that its members refuse. */
static bool stage_make(struct armeld *armeld)
{
    while (!stage_shrink(armeld) || !stage_outputs(armeld)) {
        outputs_free(&armeld->outputs);
        shrunk_free(&armeld->shrunk);
        if (!prove_shrinks_less(armeld)) {
            return false;
        }
    }
    return true;
}

/** Plan, shrink and list anew, after the options or pins have changed. */
static bool remake(struct armeld *armeld)
{
    outputs_free(&armeld->outputs);
    shrunk_free(&armeld->shrunk);
    plan_free(&armeld->plan);
    return stage_plan(armeld) && stage_make(armeld);
}

/**
 * Prove that the outputs link as the originals do. If they are to be one archive, that is the
 * workspace without the libraries, which must have nothing that linkers read.
 */
static bool stage_prove(struct armeld *armeld)
{
    return images_are_all(&armeld->set) || /* of these, the stripping compares all itself */
           (prove_outputs(armeld, remake) &&
            (!armeld->options.one_archive ||
             outputs_keep_one(&armeld->census, &armeld->plan, &armeld->outputs, &armeld->error)));
}

static bool stage_layout(struct armeld *armeld)
{
    return outputs_fill_empty(&armeld->census, &armeld->outputs, &armeld->error) &&
           outputs_lay_out(&armeld->outputs, &armeld->error);
}

/** Refuse outputs that would replace files on the disk which belong to others. */
static bool stage_guard_files(struct armeld *armeld)
{
    const struct record *record = &armeld->record;
    struct error *error = &armeld->error;
    const struct outputs *outputs = &armeld->outputs;
    return guard_archives(outputs, error) &&
           guard_other_sets(armeld->workspace, record, outputs, error) &&
           guard_melded(record, outputs, error);
}

bool stages_replace_one(const struct armeld *armeld, bool *is, struct error *error)
{
    struct os_file file = {0};
    *is = false;
    if (!armeld->options.one_archive || !os_may_be_file(armeld->workspace)) {
        return true;
    }
    bool done = os_map(armeld->workspace, &file, error);
    *is = done && archive_is_one(file.bytes);
    os_unmap(&file);
    return done;
}

/** Refuse a workspace that would lack what files on the disk need. */
static bool stage_guard_needs(struct armeld *armeld)
{
    const struct record *record = &armeld->record;
    struct error *error = &armeld->error;
    const struct outputs *outputs = &armeld->outputs;
    bool is_one;
    if (!stages_replace_one(armeld, &is_one, error) || is_one) {
        return is_one;
    }
    bool done = true;
    for (size_t i = record->workspace_count; done && i < outputs->workspaces; i++) {
        const char *name = i ? outputs->list[i].path : armeld->options.workspace;
        done = guard_workspace(name, &outputs->list[i], &armeld->census, error);
    }
    return done && guard_neighbours(&armeld->census, record, outputs, error);
}

/** Where nothing is shared, say what may be the workspace of a set that was melded before. */
static bool stage_look_beside(struct armeld *armeld)
{
    const struct armeld_options *options = &armeld->options;
    const char *text = NULL;
    return options->single || armeld->record.present || armeld->plan.parts[0].workspace_count ||
           (renamed_find_workspace(&armeld->census, armeld->workspace, options->min_sharers,
                                   &armeld->arena, &text, &armeld->error) &&
            (!text || prove_tell(armeld, text)));
}

static bool stage_report(struct armeld *armeld)
{
    struct report_sources sources = {&armeld->census, &armeld->plan, &armeld->shrunk,
                                     &armeld->outputs, &armeld->target, &armeld->odd,
                                     armeld->options.min_sharers,
                                     armeld->options.workspaces == ARMELD_WORKSPACES_AUTO,
                                     armeld->one_part,
                                     armeld->given_up, armeld->given_up_count,
                                     armeld->options.one_archive, &armeld->record,
                                     armeld->pairs_skipped,
                                     armeld->options.prelink ? armeld->open_needs : NULL};
    return report_fill(&sources, &armeld->arena, &armeld->report, &armeld->error);
}

const struct stage_row stages_begin[] = {
    {"place", stage_place},
    {"record", stage_record},
    {"machines", machines_split},
    {NULL, NULL},
};

const struct stage_row stages_set[] = {
    {"read", stage_read},
    {"census", stage_census},
    {"target", stage_target},
    {"flavour", stage_flavour},
    {"whole", stage_whole},
    {"plan", stage_plan},
    {"outputs", stage_make},
    {"proof", stage_prove},
    {"layout", stage_layout},
    {NULL, NULL},
};

const struct stage_row stages_meld[] = {
    {"guard files", stage_guard_files},
    {"guard needs", stage_guard_needs},
    {"look beside", stage_look_beside},
    {"copy", split_debug_tell},
    {"report", stage_report},
    {"build files", handle_plan_build_files},
    {NULL, NULL},
};

const struct stage_row stages_slices[] = {
    {"guard needs", stage_guard_needs},
    {"copy", split_debug_tell},
    {"report", stage_report},
    {NULL, NULL},
};

const struct stage_row stages_universal[] = {
    {"plan", machines_plan},
    {"outputs", machines_join},
    {"guard files", stage_guard_files},
    {"guard needs", machines_guard},
    {"report", machines_report},
    {"xcframework", frameworks_files},
    {"build files", handle_plan_build_files},
    {NULL, NULL},
};

/** Look at each slice of a universal file. */
static bool stage_split(struct armeld *armeld)
{
    return set_split(&armeld->set, armeld->options.machine, &armeld->error);
}

const struct stage_row stages_look[] = {
    {"slices", stage_split},
    {"read", stage_read},
    {"census", stage_census},
    {NULL, NULL},
};

const struct stage_row stages_imagine[] = {
    {"plan", stage_plan},
    {"outputs", stage_make},
    {"layout", stage_layout},
    {"report", stage_report},
    {NULL, NULL},
};

bool stages_run(struct armeld *armeld, const struct stage_row *stages)
{
    for (size_t i = 0; stages[i].name; i++) {
        if (!stages[i].run(armeld)) {
            return armeld->error.kind != ERROR_NONE
                       ? false
                       : error_internal(&armeld->error, "the stage %s failed and did not say why",
                                        stages[i].name);
        }
    }
    return true;
}
