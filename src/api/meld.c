/* SPDX-License-Identifier: MIT */
/** The public API: adding inputs, planning and applying a melding. */
#include "api/build_again.h"
#include "api/frameworks.h"
#include "api/machines.h"
#include "api/split_debug.h"
#include "api/stages.h"
#include "sidecar/recipe.h"
#include "sidecar/sidecar.h"
#include "write/apply.h"

/** Keep the path of an input: the copy with debug info is made from the same inputs, and reports
    name them. @first the number of the first library that it added */
static bool remember_input(struct armeld *armeld, const char *path, size_t first)
{
    struct input *input = ARENA_NEW(&armeld->arena, struct input);
    if (!input || !(input->path = arena_printf(&armeld->arena, "%s", path))) {
        return error_memory(&armeld->error);
    }
    for (size_t i = first; i < armeld->set.library_count; i++) {
        input->melds |= !armeld->set.libraries[i].is_image;
    }
    *(armeld->last_input ? &armeld->last_input->next : &armeld->inputs) = input;
    armeld->last_input = input;
    return true;
}

/**
 * Whether a file is the workspace of some set: its sidecar lies beside it, and says so, or that is
 * lost, and the file is marked.
 */
static bool is_workspace(const char *path)
{
    struct os_file file = {0};
    struct error unread = {0};
    bool is = sidecar_beside(path) == SIDECAR_OF_SET;
    if (!is && os_map(path, &file, &unread)) {
        is = archive_is_marked(file.bytes);
    }
    os_unmap(&file);
    return is;
}

/** Whether shared objects and programs are taken: to look at, or to strip one. */
static bool takes_images(const struct armeld_options *options)
{
    bool strips = options->strip || options->compress_debug;
    bool strips_only = options->single && strips && !options->hide && !options->prune &&
                       !options->prelink && !options->rename;
    return strips_only || (!options->workspace && !options->single);
}

int armeld_add(struct armeld *armeld, const char *path)
{
    const struct armeld_options *options = &armeld->options;
    bool looks_only = !options->workspace && !options->single;
    bool done = handle_expect(armeld, STAGE_NEW, STAGE_ADDED, "armeld_add") &&
                (armeld->stage == STAGE_ADDED || !options->workspace || handle_start(armeld));
    struct set_rules rules = {
        .workspace = armeld->workspace,
        .is_workspace = options->single ? NULL : is_workspace,
        .makes_one = options->one_archive,
        .recursive = options->recursive,
        .packages = !options->single && (options->output_dir || looks_only || options->one_archive),
        .frameworks = armeld->framework != NULL,
        .images = takes_images(options),
    };
    size_t first = armeld->set.library_count;
    const char *plain = done ? os_plain_path(path, &armeld->arena) : NULL;
    done = done && (plain ? set_add(&armeld->set, &rules, plain, &armeld->error)
                          : error_memory(&armeld->error));
    done = done && remember_input(armeld, plain, first);
    return handle_finish(armeld, done, STAGE_ADDED);
}

/** Unmap all inputs: the files are about to be replaced. */
static void release(void *context)
{
    struct armeld *armeld = context;
    set_release(&armeld->set);
    record_release(&armeld->record);
}

/** Forget what has led to the outputs and their record: they point at bytes and names alone. */
static bool forget_plan(struct armeld *armeld)
{
    machines_forget(&armeld->machines);
    plan_free(&armeld->plan);
    census_forget(&armeld->census);
    set_forget_members(&armeld->set);
    return true;
}

/** Write all files, from the outputs that are laid out. */
static bool apply(struct armeld *armeld)
{
    const struct armeld_options *options = &armeld->options;
    struct manifest manifest = {.roots = options->roots,
                                .root_count = options->root_count,
                                .shrunk = armeld->shrunk.asked,
                                .joined = armeld->shrunk.prelinked,
                                .orders = armeld->plan.left_out || armeld->plan.part_of
                                              ? armeld->plan.orders
                                              : 0,
                                .exports = shrunk_exports(&armeld->shrunk),
                                .export_count = armeld->shrunk.exports.name_count,
                                .models = armeld->report.models,
                                .model_count = armeld->report.model_count,
                                .models_chosen = armeld->models.chosen};
    build_again_keep(armeld, &manifest);
    struct recipe_sources sources = {.census = &armeld->census,
                                     .plan = &armeld->plan,
                                     .shrunk = &armeld->shrunk,
                                     .flavour = armeld->outputs.flavour,
                                     .jobs = options->jobs};
    struct apply_rules rules = {
        .jobs = options->jobs,
        .backup = options->backup,
        .output_dir = options->output_dir,
        .no_sidecar = options->no_sidecar,
        .manifest = &manifest,
        .locks = &armeld->locks,
        .record = &armeld->record,
        .build_files = &armeld->build_files,
        .release = release,
        .step = handle_step_file,
        .context = armeld,
    };
    struct arena arena = {0}; /* of the manifest */
    handle_begin_phase(armeld, ARMELD_WRITING, armeld->outputs.count, armeld->report.bytes);
    bool done = (options->one_archive        ? true
                 : armeld->machines.count
                     ? machines_recipes(armeld, &arena, &manifest)
                     : recipes_make(&sources, &arena, &manifest, &armeld->error)) &&
                forget_plan(armeld) &&
                outputs_apply(&armeld->outputs, &rules, &armeld->error);
    arena_free(&arena);
    return done;
}

int armeld_plan(struct armeld *armeld)
{
    armeld->job = JOB_MELD;
    armeld->dry_run = true;
    bool done = handle_expect(armeld, STAGE_ADDED, STAGE_ADDED, "armeld_plan") &&
                stages_run(armeld, stages_begin) &&
                (armeld->machines.count
                     ? stages_run(armeld, stages_universal)
                     : stages_run(armeld, stages_set) && stages_run(armeld, stages_meld));
    return handle_finish(armeld, done, STAGE_PLANNED);
}

/** A library that stays as it is has nothing of a sidecar of its own: that is of another build. */
static bool drop_stale(struct armeld *armeld)
{
    const char *sidecar = sidecar_path(armeld->workspace, &armeld->arena);
    bool removed = false;
    return (sidecar || error_memory(&armeld->error)) &&
           (!armeld->record.present || os_remove(sidecar, &removed, &armeld->error));
}

int armeld_apply(struct armeld *armeld)
{
    const struct output *first = armeld->outputs.list;
    bool done = handle_expect(armeld, STAGE_PLANNED, STAGE_PLANNED, "armeld_apply") &&
                split_debug_write(armeld) &&
                (armeld->options.single && !first->needed ? drop_stale(armeld) : apply(armeld)) &&
                frameworks_set_modes(armeld);
    armeld->dry_run = !done;
    return handle_finish(armeld, done, STAGE_APPLIED);
}
