/* SPDX-License-Identifier: MIT */
/** The public API's handle: made, asked for its outcome, released and freed. */
#include "api/handle.h"

#include <stdlib.h>

#include "api/machines.h"
#include "api/options.h"
#include "base/threads.h"

const char *armeld_version(void)
{
    return ARMELD_VERSION;
}

struct armeld *armeld_new(const struct armeld_options *options)
{
    struct armeld *armeld = calloc(1, sizeof *armeld);
    if (!armeld) {
        return NULL;
    }
    struct armeld_options *own = &armeld->options;
    pthread_mutex_init(&armeld->progress_lock, NULL);
    if (!options_take(options, own, sizeof *own, "armeld_options", &armeld->error) ||
        !models_check_names(own->models, own->model_count, &armeld->error)) {
        armeld->stage = STAGE_FAILED;
    }
    own->jobs = own->jobs ? own->jobs : os_processors();
    own->jobs = own->jobs < THREADS_MOST ? own->jobs : THREADS_MOST; /* workers cost memory */
    own->min_sharers = own->min_sharers ? own->min_sharers : own->one_archive ? 1 : 2;
    if (!options_copy(own, &armeld->arena)) {
        armeld_free(armeld);
        return NULL;
    }
    armeld->locks.no_wait = own->no_wait;
    armeld->locks.waiting = own->waiting;
    armeld->locks.context = own->progress_context;
    armeld->report.struct_size = sizeof armeld->report;
    armeld->report.workspace = own->workspace;
    return armeld;
}

const struct armeld_report *armeld_report(const struct armeld *armeld)
{
    return &armeld->report;
}

const char *armeld_error(const struct armeld *armeld)
{
    return armeld->error.text;
}

void armeld_release(struct armeld *armeld)
{
    for (size_t i = 0; i < armeld->looked.count; i++) {
        armeld_release(armeld->looked.list[i].armeld); /* not their reports, which are this one's */
    }
    machines_free(&armeld->machines);
    build_files_free(&armeld->build_files);
    outputs_free(&armeld->outputs);
    shrunk_free(&armeld->shrunk);
    plan_free(&armeld->plan);
    census_free(&armeld->census);
    record_free(&armeld->record);
    set_free(&armeld->set);
    os_unlock(&armeld->locks);
    armeld->stage = armeld->stage == STAGE_FAILED ? STAGE_FAILED : STAGE_RELEASED;
}

void armeld_free(struct armeld *armeld)
{
    if (!armeld) {
        return;
    }
    armeld_release(armeld);
    machines_free(&armeld->looked);
    arena_free(&armeld->arena);
    pthread_mutex_destroy(&armeld->progress_lock);
    free(armeld->page);
    free(armeld);
}

/* ---- calls ------------------------------------------------------------------------------- */

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

/** Refuse the name of a further workspace: the set has that of its first. */
static bool check_is_first(struct armeld *armeld)
{
    const char *first = sidecar_first_workspace(armeld->workspace, &armeld->arena);
    const char *own = sidecar_path(armeld->workspace, &armeld->arena);
    return !first || !own || os_kind(own) != OS_NOTHING ||
           error_set(&armeld->error, "%s is a workspace of the set of %s: name that one",
                     armeld->options.workspace, first);
}

bool handle_start_job(struct armeld *armeld, enum job job, const char *call)
{
    bool expected = handle_expect(armeld, STAGE_NEW, STAGE_NEW, call);
    if (expected) {
        armeld->job = job;
    }
    return expected && handle_start(armeld) && check_is_first(armeld) &&
           (job != JOB_PKGCONFIG || !armeld->framework ||
            error_set(&armeld->error, "%s: an xcframework, and these have no build files",
                      armeld->options.workspace));
}

/** The same if the workspace is an xcframework. */
static bool start_framework(struct armeld *armeld)
{
    struct error *error = &armeld->error;
    size_t size = strlen(armeld->options.workspace);
    while (armeld->options.workspace[size - 1] == '/') {
        size--;
    }
    const char *path = arena_printf(&armeld->arena, "%.*s", (int)size, armeld->options.workspace);
    if (!path) {
        return error_memory(error);
    }
    armeld->options.workspace = armeld->report.workspace = path;
    enum os_kind kind = os_kind(path);
    if (kind == OS_FILE || kind == OS_OTHER || kind == OS_UNKNOWN) {
        return error_set_kind(error, kind == OS_FILE ? ERROR_USAGE : ERROR_INPUT,
                              "%s: an xcframework is a folder, and this is none", path);
    }
    if (armeld->options.output_dir && os_kind_of_parent(path) == OS_NOTHING) {
        armeld->workspace = armeld->framework = path;
        return true;
    }
    armeld->workspace = armeld->framework = os_real_path(path, &armeld->arena, error);
    return armeld->workspace && os_lock_directory_of(armeld->workspace, &armeld->locks, error) &&
           (xcframework_is_named(armeld->workspace) ||
            error_set(error, "%s: a link to %s, which is not named as an xcframework", path,
                      armeld->workspace));
}

bool handle_start(struct armeld *armeld)
{
    const char *workspace = armeld->options.workspace;
    struct error *error = &armeld->error;
    if (!workspace || !*workspace) {
        return error_set_kind(error, ERROR_USAGE, "no workspace named");
    }
    size_t length = strlen(workspace);
    if (xcframework_is_named(workspace)) {
        return start_framework(armeld);
    }
    if (workspace[length - 1] == '/' || os_kind(workspace) == OS_DIRECTORY) {
        return error_set_kind(error, ERROR_USAGE, "%s: the workspace is a file, not a directory",
                              workspace);
    }
    if (armeld->options.output_dir && os_kind_of_parent(workspace) == OS_NOTHING) {
        armeld->workspace = workspace; /* armeld_apply() makes the directory: no run uses it yet */
        return true;
    }
    armeld->workspace = os_real_path(workspace, &armeld->arena, error);
    return armeld->workspace && os_lock_directory_of(armeld->workspace, &armeld->locks, error);
}

/* ---- progress ---------------------------------------------------------------------------- */

void handle_begin_phase(struct armeld *armeld, enum armeld_phase phase, size_t files,
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

void handle_step_bytes(void *context, uint64_t bytes)
{
    report_step(context, 0, bytes);
}

void handle_step_file(void *context, uint64_t bytes)
{
    report_step(context, 1, bytes);
}
