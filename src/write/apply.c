/* SPDX-License-Identifier: MIT */
#include "write/apply_internal.h"

#include <stdlib.h>

#include "base/threads.h"
#include "sidecar/sidecar.h"
#include "write/new_file.h"

/* ---- writing ----------------------------------------------------------------------------- */

/** Read the archives in what was written. */
static bool verify_archives(const struct apply_work *a, const struct output *output,
                            struct span written, struct arena *arena, struct error *error)
{
    bool done = true;
    for (size_t i = 0; done && i < output->slice_count; i++) {
        const struct output_slice *slice = &output->slices[i];
        struct span bytes;
        done = !slice->output ||
               (span_sub(written, slice->offset, output_size(slice->output), &bytes) &&
                verify_archives(a, slice->output, bytes, arena, error));
    }
    bool image = output->from && output->from->is_image;
    return done && (output->verbatim || output->slice_count || image ||
                    ar_layout_verify(written, a->outputs->flavour, output->items,
                                     output->item_count, &output->layout, arena, error));
}

/** Read back what was written. */
static bool verify(const struct apply_work *a, struct job *job)
{
    const struct output *output = job->output;
    struct os_file written = {0};
    struct arena arena = {0};
    bool done = os_map_output(&job->file, &written, &job->error);
    struct file_form form = {written.bytes.size, digest_of(written.bytes)};
    if (done && !same_form(&form, &job->form)) {
        done = error_set(&job->error, READ_BACK_DIFFERS, output->path);
    } else if (done) {
        done = verify_archives(a, output, written.bytes, &arena, &job->error) ||
               error_prefix(&job->error, "%s: reading back: ", output->path);
    }
    arena_free(&arena);
    os_unmap(&written);
    return done;
}

static bool write_job(const struct apply_work *a, struct job *job)
{
    const struct output *output = job->output;
    const struct os_file *like = output->from ? &output->from->file : NULL;
    size_t count;
    const struct span *pieces = output_pieces(output, &count);
    return os_create(output->path, like, &job->file, &job->error) &&
           os_write(&job->file, pieces, count, &job->error) && verify(a, job) &&
           os_sync(&job->file, &job->error);
}

/** The files in their order, and in the end the sidecar's text. */
static void write_item(void *context, size_t item, unsigned worker)
{
    struct apply_work *a = context;
    (void)worker;
    if (atomic_load(&a->failed)) {
        return;
    }
    if (item == a->count) {
        if (!print_sidecar(a, &a->sidecar_error)) {
            atomic_store(&a->failed, true);
        }
        return;
    }
    struct job *job = &a->jobs[item];
    if (!write_job(a, job)) {
        atomic_store(&a->failed, true);
    } else if (a->rules->step) {
        a->rules->step(a->rules->context, output_size(job->output));
    }
}

/** Write the original that is to take an older melded form's place for a while. */
static void write_original(void *context, size_t item, unsigned worker)
{
    struct apply_work *a = context;
    struct job *job = &a->jobs[item];
    const struct library *from = job->output->from;
    (void)worker;
    job->original.purpose = OS_ORIGINAL;
    if (job->before && job->file.temporary && !atomic_load(&a->failed) &&
        !new_file_write(job->output->path, &from->file, &from->bytes, 1, &job->original,
                        &job->error)) {
        atomic_store(&a->failed, true);
    }
}

static bool gather_errors(const struct apply_work *a, struct error *error)
{
    for (size_t i = 0; i < a->count; i++) {
        if (a->jobs[i].error.kind != ERROR_NONE) {
            *error = a->jobs[i].error;
            return false;
        }
    }
    *error = a->sidecar_error;
    return error->kind == ERROR_NONE;
}

/** Whether the workspace on the disk has the bytes that it is to have. */
static bool is_unchanged(const struct apply_work *a, size_t part)
{
    struct span bytes = record_workspace_bytes(a->rules->record, part);
    const struct file_form *form = &a->jobs[part].form;
    return bytes.size && bytes.size == form->size && digest_equal(digest_of(bytes), form->digest);
}

/**
 * Drop what would replace a file by its equal: files that do not change are not touched. Returns
 * whether no workspace changes, nor goes.
 */
static bool drop_unchanged(struct apply_work *a)
{
    size_t workspaces = first_library(a);
    bool same = a->outputs->single || a->rules->record->workspace_count <= workspaces;
    for (size_t i = 0; i < a->count; i++) {
        struct job *job = &a->jobs[i];
        bool drop = i < workspaces ? is_unchanged(a, i)
                                   : job->before && same_form(job->before, &job->form);
        if (drop) {
            os_discard(&job->file);
        }
        same &= i >= workspaces || drop;
    }
    return same;
}

/**
 * Write all new files. Where a library that is melded already gets another form and a workspace
 * another content, none may serve both forms: then the original comes between them.
 */
static bool write_all(struct apply_work *a, struct error *error)
{
    find_forms(a);
    threads_run(a->count + 1, a->rules->jobs, write_item, a);
    if (!gather_errors(a, error)) {
        return false;
    }
    if (!drop_unchanged(a)) {
        threads_run(a->count, a->rules->jobs, write_original, a);
    }
    return gather_errors(a, error);
}

/* ---- renaming ---------------------------------------------------------------------------- */

/** Rename a file that was written, if there is one, and make that durable if asked. */
static bool rename_one(struct apply_work *a, struct os_output *file, bool durable,
                       struct error *error)
{
    if (!file->temporary) {
        return true;
    }
    if (!os_rename(file, error)) {
        return false;
    }
    a->renaming = true;
    return !durable || os_sync_directory_of(file->target, error);
}

/** An error if somebody wrote to the library since it was read. */
static bool check_library(const struct library *library, struct error *error)
{
    return !library->target || os_check_unchanged(library->path, &library->file, error);
}

static bool check_libraries(const struct apply_work *a, struct error *error)
{
    for (size_t i = first_library(a); i < a->outputs->count; i++) {
        if (!check_library(a->outputs->list[i].from, error)) {
            return false;
        }
    }
    return true;
}

static struct os_output *new_file(struct job *job)
{
    return &job->file;
}

static struct os_output *original_file(struct job *job)
{
    return &job->original;
}

static struct os_output *backup_file(struct job *job)
{
    return &job->backup;
}

/** Rename one file of each library; each directory is synced once for each stretch of them. */
static bool rename_libraries(struct apply_work *a, struct os_output *file_of(struct job *),
                             struct error *error)
{
    const char *unsynced = NULL;
    for (size_t i = first_library(a); i < a->count; i++) {
        struct os_output *file = file_of(&a->jobs[i]);
        bool replaced = a->rules->output_dir || (file == &a->jobs[i].file && a->jobs[i].renamed);
        if (!file->temporary) {
            continue;
        }
        if (unsynced && !path_same_directory(unsynced, file->target) &&
            !os_sync_directory_of(unsynced, error)) {
            return false;
        }
        if ((!replaced && !check_library(a->jobs[i].output->from, error)) ||
            !rename_one(a, file, false, error)) {
            return false;
        }
        a->jobs[i].renamed = file != &a->jobs[i].backup;
        unsynced = file->target;
    }
    return !unsynced || os_sync_directory_of(unsynced, error);
}

static bool rename_workspaces(struct apply_work *a, struct error *error)
{
    bool done = true;
    for (size_t i = 0; done && i < first_library(a); i++) {
        done = rename_one(a, &a->jobs[i].file, true, error);
    }
    return done;
}

/** Note which workspaces of the earlier melding go: those that were written, or are marked. */
static bool list_gone(struct apply_work *a, struct error *error)
{
    const struct record *record = a->rules->record;
    a->gone = ARENA_ARRAY(&a->arena, const char *, record->workspace_count + 1);
    for (size_t i = first_library(a); a->gone && i < record->workspace_count; i++) {
        bool ours = record->workspaces[i].is_there &&
                    (record_workspace_is_kept(record, i) ||
                     archive_is_marked(record_workspace_bytes(record, i)));
        if (!a->outputs->single && ours) {
            a->gone[a->gone_count++] = record->workspaces[i].path;
        }
    }
    return a->gone || error_memory(error);
}

/** Remove the workspaces that no library needs any more. */
static bool remove_gone(struct apply_work *a, struct error *error)
{
    bool done = true;
    for (size_t i = 0; done && i < a->gone_count; i++) {
        const char *folder = path_directory(a->gone[i], &a->arena);
        done = (folder || error_memory(error)) && os_remove(a->gone[i], &a->renaming, error) &&
               os_sync_directory_of(a->gone[i], error) &&
               (!a->outputs->framework || os_remove_directory(folder, error));
    }
    return done;
}

static bool remove_sidecar(struct apply_work *a, struct error *error)
{
    const char *path = sidecar_path(sidecar_place(a), &a->arena);
    if (!path) {
        return error_memory(error);
    }
    return os_remove(path, &a->renaming, error) && os_sync_directory_of(path, error);
}

/** In this order nothing that a library needs is ever missing. */
static bool rename_all(struct apply_work *a, struct error *error)
{
    if (a->rules->release) {
        a->rules->release(a->rules->context);
    }
    bool done =
        check_libraries(a, error) && rename_libraries(a, backup_file, error) &&
        rename_one(a, a->passing.temporary ? &a->passing : &a->sidecar, true, error) &&
        rename_libraries(a, original_file, error) &&
        rename_workspaces(a, error) &&
        build_files_rename(a->rules->build_files, &a->renaming, error) &&
        rename_libraries(a, new_file, error) && remove_gone(a, error) &&
        (a->rules->no_sidecar && !a->outputs->one_archive
             ? remove_sidecar(a, error)
             : rename_one(a, &a->sidecar, true, error));
    if (!done && a->renaming) {
        error->kind = ERROR_INTERRUPTED;
        error_prefix(error, "some files are written, others not yet; run the same command again to "
                            "finish: ");
    } else if (done) {
        os_finish();
    }
    return done;
}

/** Write what a library was before it was melded earlier, unless that is in its place already. */
static bool back_up_rebuilt(const struct library *library, const char *name,
                            struct os_output *backup, struct error *error)
{
    struct span original = library_file(library);
    struct os_file there = {0};
    struct error unread = {0};
    bool same = os_kind(name) == OS_FILE && os_map(name, &there, &unread) &&
                span_equal(there.bytes, original);
    os_unmap(&there);
    return same || (os_create(name, &library->file, backup, error) &&
                    os_write(backup, &original, 1, error) && os_sync(backup, error));
}

/** Keep the originals under their backup names. */
static bool back_up(struct apply_work *a, struct error *error)
{
    for (size_t i = first_library(a); i < a->count && a->rules->backup && !a->rules->output_dir;
         i++) {
        struct job *job = &a->jobs[i];
        const struct library *from = job->output->from;
        const char *name = path_backup(job->output->path, &a->arena);
        if (!name) {
            return error_memory(error);
        }
        /* what was melded before is no original */
        if (!(from->was_melded ? back_up_rebuilt(from, name, &job->backup, error)
                               : os_backup(job->output->path, name, &job->backup, error))) {
            return false;
        }
    }
    return true;
}

static bool make_directories(struct apply_work *a, struct error *error)
{
    for (size_t i = 0; i < a->count; i++) {
        const char *path = a->jobs[i].output->path;
        size_t prefix = path_prefix_size(path);
        bool in_framework = a->outputs->framework && i < first_library(a);
        if (prefix > 1 && (a->rules->output_dir || in_framework)) {
            char *directory = arena_printf(&a->arena, "%.*s", (int)prefix - 1, path);
            if (!directory) {
                return error_memory(error);
            }
            if (!os_make_directory(directory, a->rules->locks, error)) {
                return false;
            }
        }
    }
    return true;
}

/** Remove what make_directories() made, if nothing came to be in it. */
static void remove_directories(struct apply_work *a)
{
    struct error unremoved = {0};
    for (size_t i = 0; a->outputs->framework && i < first_library(a); i++) {
        const char *directory = path_directory(a->outputs->list[i].path, &a->arena);
        if (directory) {
            os_remove_directory(directory, &unremoved);
        }
    }
    if (a->outputs->framework) {
        os_remove_directory(a->outputs->framework, &unremoved);
    }
}

/**
 * Make ready all places where files will be written. The folders of an xcframework of workspaces
 * are those of who has locked its own: a lock in them might keep them from being removed.
 */
static bool claim_directories(struct apply_work *a, struct error *error)
{
    for (size_t i = 0; i < a->count; i++) {
        bool in_framework = a->outputs->framework && i < first_library(a);
        const char *path = a->jobs[i].output->path;
        const char *folder = in_framework ? path_directory(path, &a->arena) : NULL;
        if (in_framework && !folder) {
            return error_memory(error);
        }
        if (in_framework) {
            os_sweep(folder);
            os_sweep(a->outputs->framework);
            path = a->outputs->framework;
        }
        if ((i == 0 || in_framework || !path_same_directory(path, a->jobs[i - 1].output->path)) &&
            !os_claim_directory_of(path, a->rules->locks, error)) {
            return false;
        }
    }
    return true;
}

static bool find_targets(struct apply_work *a, struct error *error)
{
    a->place = os_real_place(sidecar_place(a), &a->arena, error);
    for (size_t i = 0; a->place && i < a->count; i++) {
        struct job *job = &a->jobs[i];
        job->target = os_real_place(job->output->path, &a->arena, error);
        if (!job->target) {
            return false;
        }
        job->before = i >= first_library(a) ? record_form(a->rules->record, job->target) : NULL;
    }
    return a->place != NULL;
}

bool outputs_apply(const struct outputs *outputs, const struct apply_rules *rules,
                   struct error *error)
{
    struct apply_work work = {.outputs = outputs, .rules = rules};
    work.jobs = calloc(outputs->count, sizeof *work.jobs);
    if (!work.jobs) {
        return error_memory(error);
    }
    for (size_t i = 0; i < outputs->count; i++) {
        if (outputs->list[i].needed) {
            work.jobs[work.count++].output = &outputs->list[i];
        }
    }
    bool done = make_directories(&work, error) && claim_directories(&work, error) &&
                find_targets(&work, error) && list_gone(&work, error) &&
                write_all(&work, error) &&
                build_files_write(rules->build_files, rules->locks, error) &&
                write_sidecar(&work, error) && back_up(&work, error) && rename_all(&work, error);
    if (!done) {
        say_unchanged(error);
    }
    for (size_t i = 0; i < work.count; i++) {
        os_discard(&work.jobs[i].file);
        os_discard(&work.jobs[i].original);
        os_discard(&work.jobs[i].backup);
    }
    os_discard(&work.passing);
    os_discard(&work.sidecar);
    if (!done && !work.renaming) {
        remove_directories(&work);
    }
    arena_free(&work.arena);
    free(work.jobs);
    return done;
}
