/* SPDX-License-Identifier: MIT */
/** The public API: a melding from its inputs to the disk. */
#include "api/handle.h"

#include <stdlib.h>

#include "api/report.h"
#include "base/threads.h"
#include "inspect/chart.h"
#include "inspect/explain.h"
#include "inspect/inspect.h"
#include "proof/check.h"
#include "sidecar/recipe.h"
#include "write/apply.h"
#include "write/guard.h"
#include "write/incomplete.h"
#include "write/neighbours.h"
#include "write/prelinked.h"
#include "write/undo.h"

const char *armeld_version(void)
{
    return ARMELD_VERSION;
}

/* ---- options ----------------------------------------------------------------------------- */

static bool copy_string(struct arena *arena, const char **text)
{
    const char *from = *text;
    *text = from ? arena_printf(arena, "%s", from) : NULL;
    return *text || !from;
}

/** The same of a path, which users may write in the manner of their system. */
static bool copy_path(struct arena *arena, const char **path)
{
    bool copied = copy_string(arena, path);
    const char *plain = *path ? os_plain_path(*path, arena) : NULL;
    copied = copied && (plain || !*path);
    *path = plain;
    return copied;
}

static bool copy_paths(struct arena *arena, const char *const **list, size_t count)
{
    const char **copy = ARENA_ARRAY(arena, const char *, count);
    for (size_t i = 0; copy && i < count; i++) {
        copy[i] = (*list)[i];
        if (!copy_path(arena, &copy[i])) {
            return false;
        }
    }
    *list = copy;
    return copy != NULL;
}

static bool copy_strings(struct arena *arena, const char *const **list, size_t count)
{
    const char **copy = ARENA_ARRAY(arena, const char *, count);
    for (size_t i = 0; copy && i < count; i++) {
        copy[i] = (*list)[i];
        if (!copy_string(arena, &copy[i])) {
            return false;
        }
    }
    *list = copy;
    return copy != NULL;
}

struct armeld *armeld_new(const struct armeld_options *options)
{
    struct armeld *armeld = calloc(1, sizeof *armeld);
    if (!armeld) {
        return NULL;
    }
    struct armeld_options *own = &armeld->options;
    *own = *options;
    pthread_mutex_init(&armeld->progress_lock, NULL);
    own->jobs = own->jobs ? own->jobs : os_processors();
    own->jobs = own->jobs < THREADS_MOST ? own->jobs : THREADS_MOST; /* workers cost memory */
    own->min_sharers = own->min_sharers ? own->min_sharers : 2;
    bool copied =
        copy_path(&armeld->arena, &own->workspace) && copy_path(&armeld->arena, &own->output_dir) &&
        copy_strings(&armeld->arena, &own->keep, own->keep_count) &&
        copy_strings(&armeld->arena, &own->only, own->only_count) &&
        copy_strings(&armeld->arena, &own->roots, own->root_count) &&
        copy_path(&armeld->arena, &own->cmake_dir) && copy_path(&armeld->arena, &own->dep_json) &&
        copy_paths(&armeld->arena, &own->pc_dirs, own->pc_dir_count) &&
        copy_strings(&armeld->arena, &own->libs, own->lib_count) &&
        copy_string(&armeld->arena, &own->rename) &&
        copy_strings(&armeld->arena, &own->exports, own->export_count);
    if (!copied) {
        armeld_free(armeld);
        return NULL;
    }
    armeld->report.workspace = own->workspace;
    return armeld;
}

/* ---- progress ---------------------------------------------------------------------------- */

static void begin_phase(struct armeld *armeld, enum armeld_phase phase, size_t files,
                        uint64_t bytes)
{
    armeld->progress =
        (struct armeld_progress){.phase = phase, .files_total = files, .bytes_total = bytes};
    if (armeld->options.progress) {
        armeld->options.progress(armeld->options.progress_context, &armeld->progress);
    }
}

static void report_step(struct armeld *armeld, size_t files, uint64_t bytes)
{
    if (!armeld->options.progress) {
        return;
    }
    pthread_mutex_lock(&armeld->progress_lock);
    armeld->progress.files_done += files;
    armeld->progress.bytes_done += bytes;
    armeld->options.progress(armeld->options.progress_context, &armeld->progress);
    pthread_mutex_unlock(&armeld->progress_lock);
}

static void step_bytes(void *context, uint64_t bytes)
{
    report_step(context, 0, bytes);
}

static void step_file(void *context, uint64_t bytes)
{
    report_step(context, 1, bytes);
}

/* ---- the road ---------------------------------------------------------------------------- */

int handle_finish(struct armeld *armeld, bool done, enum stage stage)
{
    armeld->stage = done ? stage : STAGE_FAILED;
    if (done) {
        return ARMELD_OK;
    }
    if (armeld->error.kind == ERROR_NONE) {
        error_internal(&armeld->error, "a call failed and did not say why");
    }
    return (int)armeld->error.kind;
}

bool handle_expect(struct armeld *armeld, enum stage first, enum stage last, const char *call)
{
    if (armeld->stage >= first && armeld->stage <= last) {
        return true;
    }
    return error_set_kind(&armeld->error, ERROR_USAGE, "%s() called out of order", call);
}

bool handle_start(struct armeld *armeld)
{
    const char *workspace = armeld->options.workspace;
    struct error *error = &armeld->error;
    if (!workspace || !*workspace) {
        return error_set_kind(error, ERROR_USAGE, "no workspace named");
    }
    size_t length = strlen(workspace);
    if (workspace[length - 1] == '/' || os_kind(workspace) == OS_DIRECTORY) {
        return error_set_kind(error, ERROR_USAGE, "%s: the workspace is a file, not a directory",
                              workspace);
    }
    if (armeld->options.output_dir && os_kind_of_parent(workspace) == OS_NOTHING) {
        armeld->workspace = workspace; /* applying makes the directory; nobody is at work there */
        return true;
    }
    armeld->workspace = os_real_path(workspace, &armeld->arena, error);
    return armeld->workspace && os_lock_directory_of(armeld->workspace, &armeld->locks, error);
}

int armeld_add(struct armeld *armeld, const char *path)
{
    const struct armeld_options *options = &armeld->options;
    bool looks_only = !options->workspace && !options->single;
    bool done = handle_expect(armeld, STAGE_NEW, STAGE_ADDED, "armeld_add") &&
                (armeld->stage == STAGE_ADDED || !options->workspace || handle_start(armeld));
    struct set_rules rules = {
        .workspace = armeld->workspace,
        .recursive = options->recursive,
        .packages = options->output_dir || looks_only,
    };
    const char *plain = done ? os_plain_path(path, &armeld->arena) : NULL;
    done = done && (plain ? set_add(&armeld->set, &rules, plain, &armeld->error)
                          : error_memory(&armeld->error));
    return handle_finish(armeld, done, STAGE_ADDED);
}

static bool find_classes(struct armeld *armeld)
{
    const struct armeld_options *options = &armeld->options;
    struct census_progress progress = {step_bytes, armeld};
    uint64_t bytes = 0;
    for (size_t i = 0; i < armeld->set.library_count; i++) {
        bytes += armeld->set.libraries[i].bytes.size;
    }
    armeld->report.bytes_before = 0;
    begin_phase(armeld, ARMELD_COMPARING, armeld->set.library_count, bytes);
    return census_take(&armeld->set, options->identity, options->jobs,
                       options->progress ? &progress : NULL, &armeld->census, &armeld->error);
}

static bool make_plan(struct armeld *armeld, enum ar_flavour flavour)
{
    const struct armeld_options *options = &armeld->options;
    struct plan_rules plan_rules = {
        .jobs = options->jobs,
        .roots = options->roots,
        .root_count = options->root_count,
        .min_sharers = options->min_sharers,
        .no_proof = options->no_proof,
        .models = models_of(armeld->target.format),
        .keep = options->keep,
        .keep_count = options->keep_count,
        .only = options->only,
        .only_count = options->only_count,
    };
    struct prelink_output_rules prelinking = {
        .merge = options->merge, .strip = options->strip, .hide = options->hide};
    struct output_rules output_rules = {
        .prelink = options->prelink,
        .workspace = armeld->workspace,
        .output_dir = options->output_dir,
        .backup = options->backup,
        .single = options->single,
        .flavour = flavour,
    };
    struct slim_rules slim_rules = {
        .options = options, .target = &armeld->target, .jobs = options->jobs};
    return plan_make(&armeld->census, &plan_rules, &armeld->plan, &armeld->error) &&
           slim_run(&armeld->census, &armeld->plan, &slim_rules, &armeld->shrunk, &armeld->error) &&
           outputs_make(&armeld->census, &armeld->plan, &armeld->shrunk, &output_rules,
                        &armeld->outputs, &armeld->error) &&
           (!options->prelink || prelink_outputs(&armeld->outputs, &armeld->plan, &armeld->shrunk,
                                                 &prelinking, &armeld->error)) &&
           outputs_lay_out(&armeld->outputs, &armeld->error);
}

/** One library that is shrunk alone is where a workspace would be: beside its sidecar. */
static bool start_single(struct armeld *armeld)
{
    const struct library *library = armeld->set.libraries;
    const char *directory = armeld->options.output_dir;
    if (armeld->options.workspace || armeld->set.library_count != 1) {
        return error_set_kind(&armeld->error, ERROR_USAGE,
                              "alone means one library, and no workspace");
    }
    armeld->workspace = library->target;
    if (directory) {
        armeld->workspace = arena_printf(&armeld->arena, "%s/%s", directory, library->name);
    }
    if (!armeld->workspace) {
        return error_memory(&armeld->error);
    }
    armeld->report.workspace = armeld->workspace;
    return os_kind_of_parent(armeld->workspace) == OS_NOTHING ||
           (os_lock_directory_of(armeld->workspace, &armeld->locks, &armeld->error) &&
            guard_library(library, &armeld->error));
}

/**
 * Refuse libraries that are not whole. To strip one alone is fine: that takes nothing out that a
 * linker reads, but hiding, pruning and prelinking take what a workspace may need.
 */
static bool check_whole(struct armeld *armeld)
{
    const struct armeld_options *options = &armeld->options;
    bool strips_only = options->single && !options->hide && !options->prune && !options->prelink;
    return strips_only || incomplete_check(&armeld->census, options->workspace, &armeld->error);
}

static bool fill_report(struct armeld *armeld)
{
    struct report_sources sources = {&armeld->census, &armeld->plan, &armeld->shrunk,
                                     &armeld->outputs, &armeld->target};
    return report_fill(&sources, &armeld->arena, &armeld->report, &armeld->error);
}

int armeld_plan(struct armeld *armeld)
{
    struct error *error = &armeld->error;
    enum ar_flavour flavour = AR_UNKNOWN;
    bool single = armeld->options.single;
    bool done = handle_expect(armeld, STAGE_ADDED, STAGE_ADDED, "armeld_plan") &&
                (!single || start_single(armeld)) &&
                (armeld->workspace || error_set_kind(error, ERROR_USAGE, "no workspace named"));
    if (done) {
        begin_phase(armeld, ARMELD_READING, armeld->set.library_count, 0);
    }
    done =
        done && record_open(armeld->workspace, &armeld->record, error) &&
        record_rebuild(&armeld->record, &armeld->set, error) &&
        set_read(&armeld->set, armeld->options.jobs, error) && find_classes(armeld) &&
        target_agree(&armeld->census, &armeld->target, error) &&
        target_flavour(&armeld->set, &armeld->target, armeld->options.flavour, &flavour, error) &&
        check_whole(armeld) && make_plan(armeld, flavour) &&
        guard_melded(&armeld->record, &armeld->outputs, error) &&
        (armeld->record.present || single ||
         guard_workspace(armeld->options.workspace, armeld->outputs.list, &armeld->census,
                         error)) &&
        guard_neighbours(&armeld->census, &armeld->record, &armeld->outputs, error) &&
        fill_report(armeld) &&
        handle_plan_build_files(armeld);
    return handle_finish(armeld, done, STAGE_PLANNED);
}

/** Nothing is read any more: what was mapped is about to be replaced. */
static void release(void *context)
{
    struct armeld *armeld = context;
    set_release(&armeld->set);
    record_release(&armeld->record);
}

static bool apply(struct armeld *armeld)
{
    struct manifest manifest = {.roots = armeld->options.roots,
                                .root_count = armeld->options.root_count,
                                .shrunk = armeld->shrunk.asked,
                                .exports = shrunk_exports(&armeld->shrunk),
                                .export_count = armeld->shrunk.exports.name_count};
    struct apply_rules rules = {
        .jobs = armeld->options.jobs,
        .backup = armeld->options.backup,
        .output_dir = armeld->options.output_dir,
        .no_sidecar = armeld->options.no_sidecar,
        .manifest = &manifest,
        .locks = &armeld->locks,
        .record = &armeld->record,
        .build_files = &armeld->build_files,
        .release = release,
        .step = step_file,
        .context = armeld,
    };
    begin_phase(armeld, ARMELD_WRITING, armeld->outputs.count, armeld->report.bytes);
    return recipes_make(&armeld->census, &armeld->plan, &armeld->shrunk, armeld->outputs.flavour,
                        armeld->options.jobs, &armeld->arena, &manifest, &armeld->error) &&
           outputs_apply(&armeld->outputs, &rules, &armeld->error);
}

int armeld_apply(struct armeld *armeld)
{
    const struct output *first = armeld->outputs.list;
    bool done = handle_expect(armeld, STAGE_PLANNED, STAGE_PLANNED, "armeld_apply") &&
                ((armeld->options.single && !first->needed) || apply(armeld));
    return handle_finish(armeld, done, STAGE_APPLIED);
}

/* ---- only looking ------------------------------------------------------------------------ */

/** What melding would do, as if there were a workspace; false without an error: it cannot be told.
 */
static bool imagine(struct armeld *armeld)
{
    struct error why = {0};
    enum ar_flavour flavour;
    armeld->workspace = armeld->options.workspace = "workspace";
    if (!target_agree(&armeld->census, &armeld->target, &why) ||
        !target_flavour(&armeld->set, &armeld->target, armeld->options.flavour, &flavour, &why)) {
        return false;
    }
    if (make_plan(armeld, flavour)) {
        return fill_report(armeld);
    }
    return false;
}

int armeld_inspect(struct armeld *armeld, enum armeld_by by)
{
    struct error *error = &armeld->error;
    bool done = handle_expect(armeld, STAGE_ADDED, STAGE_ADDED, "armeld_inspect") &&
                (!armeld->workspace ||
                 error_set_kind(error, ERROR_USAGE, "inspecting takes no workspace")) &&
                set_read(&armeld->set, armeld->options.jobs, error) && find_classes(armeld);
    bool planned = done && imagine(armeld);
    if (done && !planned && error->kind == ERROR_NONE && by == ARMELD_BY_REASON) {
        done = target_agree(&armeld->census, &armeld->target, error) &&
               error_set(error, "these libraries cannot be melded in one run");
    }
    done = done && error->kind == ERROR_NONE &&
           inspect_fill(&armeld->census, planned ? &armeld->plan : NULL, by, &armeld->arena,
                        &armeld->report, error);
    armeld->report.bytes_before = armeld->report.total.bytes;
    return handle_finish(armeld, done, STAGE_INSPECTED);
}

int armeld_chart(struct armeld *armeld)
{
    enum stage stage = armeld->stage;
    bool known = armeld->report.bytes != 0;
    bool done = handle_expect(armeld, STAGE_PLANNED, STAGE_INSPECTED, "armeld_chart") &&
                chart_fill(&armeld->census, known ? &armeld->plan : NULL, &armeld->shrunk,
                           &armeld->outputs, &armeld->arena, &armeld->report, &armeld->error);
    return handle_finish(armeld, done, stage);
}

int armeld_explain(struct armeld *armeld, const struct armeld_question *question)
{
    struct error *error = &armeld->error;
    bool all = !question->member && !question->symbol;
    if (armeld_inspect(armeld, ARMELD_BY_REASON) != ARMELD_OK) {
        return (int)error->kind;
    }
    bool done =
        all ? explain_set(&armeld->census, &armeld->plan, &armeld->arena, &armeld->report, error)
            : explain_members(&armeld->census, &armeld->plan, question, &armeld->arena,
                              &armeld->report, error);
    return handle_finish(armeld, done, STAGE_APPLIED);
}

/* ---- the way back ------------------------------------------------------------------------ */

int armeld_restore(struct armeld *armeld, unsigned flags)
{
    bool done =
        handle_expect(armeld, STAGE_NEW, STAGE_NEW, "armeld_restore") && handle_start(armeld);
    struct undo_rules rules = {
        .workspace = armeld->workspace,
        .locks = &armeld->locks,
        .dry_run = flags & ARMELD_RESTORE_DRY_RUN,
        .partial = flags & ARMELD_RESTORE_PARTIAL,
    };
    done = done && undo_restore(&rules, &armeld->arena, &armeld->report, &armeld->error);
    return handle_finish(armeld, done, STAGE_APPLIED);
}

int armeld_verify(struct armeld *armeld)
{
    bool done =
        handle_expect(armeld, STAGE_NEW, STAGE_NEW, "armeld_verify") && handle_start(armeld);
    struct undo_rules rules = {.workspace = armeld->workspace, .jobs = armeld->options.jobs};
    done = done && undo_verify(&rules, &armeld->arena, &armeld->report, &armeld->error);
    if (done && armeld->report.finding_count) {
        done = error_set_kind(
            &armeld->error, ERROR_PROOF, "the set on disk is not as it should be: %zu finding%s",
            armeld->report.finding_count, armeld->report.finding_count == 1 ? "" : "s");
    }
    return handle_finish(armeld, done, STAGE_APPLIED);
}

/** Add files as they are, also the same one twice: an unchanged library is its own original. */
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

/** The originals must be whole: else what they lack would count as undefined before and after. */
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
    bool done = handle_expect(armeld, STAGE_NEW, STAGE_NEW, "armeld_verify_against") &&
                handle_start(armeld) && add_files(armeld, originals, count) &&
                add_files(armeld, melded, count) && add_files(armeld, &options->workspace, 1) &&
                set_read(&armeld->set, options->jobs, error) && find_classes(armeld) &&
                target_agree(&armeld->census, &armeld->target, error) &&
                check_originals(armeld, count);
    rules.models = models_of(armeld->target.format);
    if (done && options->prune) {
        struct exports *exports = &armeld->shrunk.exports;
        done = exports_find(&armeld->census, &armeld->target, options->exports,
                            options->export_count, &armeld->arena, exports) ||
               error_memory(error);
        rules.shrunk = true;
        rules.exports = exports->names;
        rules.export_count = exports->name_count;
    }
    done = done && check_links(&armeld->census, &rules, &armeld->arena, &armeld->report, error);
    if (done && armeld->report.finding_count) {
        done = error_set_kind(error, ERROR_PROOF,
                              "not everything links as with the originals: "
                              "%zu findings",
                              armeld->report.finding_count);
    }
    return handle_finish(armeld, done, STAGE_APPLIED);
}

const struct armeld_report *armeld_report(const struct armeld *armeld)
{
    return &armeld->report;
}

const char *armeld_error(const struct armeld *armeld)
{
    return armeld->error.text;
}

void armeld_free(struct armeld *armeld)
{
    if (!armeld) {
        return;
    }
    build_files_free(&armeld->build_files);
    outputs_free(&armeld->outputs);
    shrunk_free(&armeld->shrunk);
    plan_free(&armeld->plan);
    census_free(&armeld->census);
    record_free(&armeld->record);
    set_free(&armeld->set);
    os_unlock(&armeld->locks);
    arena_free(&armeld->arena);
    pthread_mutex_destroy(&armeld->progress_lock);
    free(armeld);
}
