/* SPDX-License-Identifier: MIT */
#include "meld/apply.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/threads.h"
#include "meld/sidecar.h"

/** One output on its way to the disk. */
struct job {
    const struct output *output;
    const char *target;        /* its path without symlinks */
    const struct file_form *before; /* the older melded form that is there now, or NULL */
    struct os_output file;
    struct os_output original; /* takes the older form's place until all old ones are gone */
    struct os_output backup;
    struct file_form form;     /* what was written */
    bool renamed;              /* the library that was read is no longer there */
    struct error error;
};

struct applying {
    const struct outputs *outputs;
    const struct apply_rules *rules;
    struct arena arena;
    struct job *jobs; /* the workspace first */
    size_t count;
    struct os_output sidecar; /* the final one */
    struct os_output passing; /* one that comes before it and knows old forms and contents, too */
    atomic_bool failed;
    bool renaming; /* something was renamed: a failure is an interruption */
};

/* ---- writing ----------------------------------------------------------------------------- */

/** Read back what was written, and note its form. */
static bool verify(const struct applying *a, struct job *job)
{
    const struct output *output = job->output;
    struct os_file written = {0};
    struct arena arena = {0};
    bool done = os_map_output(&job->file, &written, &job->error);
    if (done && output->verbatim) {
        done = written.bytes.size == output->from->bytes.size ||
               error_set(&job->error, "%s: %zu bytes written instead of %zu", output->path,
                         written.bytes.size, output->from->bytes.size);
    } else if (done) {
        done = ar_layout_verify(written.bytes, a->outputs->flavour, output->items,
                                output->item_count, &output->layout, &arena, &job->error) ||
               error_prefix(&job->error, "%s: reading back: ", output->path);
    }
    if (done) {
        job->form = (struct file_form){written.bytes.size, digest_of(written.bytes)};
    }
    arena_free(&arena);
    os_unmap(&written);
    return done;
}

static bool write_job(const struct applying *a, struct job *job)
{
    const struct output *output = job->output;
    const struct os_file *like = output->from ? &output->from->file : NULL;
    const struct span *pieces = output->verbatim ? &output->from->bytes : output->layout.pieces;
    size_t count = output->verbatim ? 1 : output->layout.piece_count;
    return os_create(output->path, like, &job->file, &job->error) &&
           os_write(&job->file, pieces, count, &job->error) && verify(a, job) &&
           os_sync(&job->file, &job->error);
}

static void write_item(void *context, size_t item, unsigned worker)
{
    struct applying *a = context;
    struct job *job = &a->jobs[item];
    (void)worker;
    if (atomic_load(&a->failed)) {
        return;
    }
    if (!write_job(a, job)) {
        atomic_store(&a->failed, true);
    } else if (a->rules->step) {
        a->rules->step(a->rules->context, output_size(job->output));
    }
}

/** Write the original that is to take an older melded form's place for a while. */
static void write_original(void *context, size_t item, unsigned worker)
{
    struct applying *a = context;
    struct job *job = &a->jobs[item];
    const struct library *from = job->output->from;
    (void)worker;
    job->original.purpose = OS_ORIGINAL;
    if (job->before && job->file.temporary && !atomic_load(&a->failed) &&
        !(os_create(job->output->path, &from->file, &job->original, &job->error) &&
          os_write(&job->original, &from->bytes, 1, &job->error) &&
          os_sync(&job->original, &job->error))) {
        atomic_store(&a->failed, true);
    }
}

static bool run_jobs(struct applying *a, void work(void *context, size_t item, unsigned worker),
                     struct error *error)
{
    threads_run(a->count, a->rules->jobs, work, a);
    for (size_t i = 0; i < a->count; i++) {
        if (a->jobs[i].error.kind != ERROR_NONE) {
            *error = a->jobs[i].error;
            return false;
        }
    }
    return true;
}

static bool same_form(const struct file_form *a, const struct file_form *b)
{
    return a->size == b->size && digest_equal(a->digest, b->digest);
}

/** Drop what would replace a file by its equal: files that do not change are not touched. */
static bool drop_unchanged(struct applying *a)
{
    struct span bytes = a->rules->previous->workspace.bytes;
    struct file_form workspace = {bytes.size, {0, 0}};
    if (bytes.size == a->jobs[0].form.size) {
        workspace.digest = digest_of(bytes);
    }
    a->jobs[0].before = bytes.size ? &workspace : NULL;
    for (size_t i = 0; i < a->count; i++) {
        struct job *job = &a->jobs[i];
        if (job->before && same_form(job->before, &job->form)) {
            os_discard(&job->file);
        }
    }
    a->jobs[0].before = NULL;
    return a->jobs[0].file.temporary == NULL;
}

/**
 * Write all new files. Where a library that is melded already gets another form and the workspace
 * another content, neither workspace may serve both forms: then the original comes between them.
 */
static bool write_all(struct applying *a, struct error *error)
{
    return run_jobs(a, write_item, error) &&
           (drop_unchanged(a) || run_jobs(a, write_original, error));
}

/* ---- the sidecar ------------------------------------------------------------------------- */

/** The way from the directory of @from to @to; both absolute and without symlinks. */
static const char *relative_path(const char *from, const char *to, struct arena *arena)
{
    size_t common = 0;
    const char *path = "";
    for (size_t i = 0; from[i] && from[i] == to[i]; i++) {
        common = from[i] == '/' ? i + 1 : common;
    }
    for (const char *rest = strchr(from + common, '/'); rest && path;
         rest = strchr(rest + 1, '/')) {
        path = arena_printf(arena, "../%s", path);
    }
    return path ? arena_printf(arena, "%s%s", path, to + common) : NULL;
}

/** Fill in where each library is. */
static bool fill_paths(struct applying *a, struct error *error)
{
    struct manifest *manifest = a->rules->manifest;
    const char *workspace = a->jobs[0].target;
    manifest->flavour = ar_flavour_name(a->outputs->flavour);
    manifest->workspace = strrchr(workspace, '/') + 1;
    for (size_t i = 0, j = 1; i < manifest->library_count; i++) {
        const struct output *output = &a->outputs->list[i + 1];
        const char *path = output->needed ? a->jobs[j++].target : output->from->target;
        manifest->libraries[i].path = relative_path(workspace, path, &a->arena);
        if (!manifest->libraries[i].path) {
            return error_memory(error);
        }
    }
    return true;
}

/** Fill in the new form of each library. */
static void fill_forms(struct applying *a)
{
    struct manifest *manifest = a->rules->manifest;
    manifest->workspace_form = a->jobs[0].form;
    for (size_t i = 0, j = 1; i < manifest->library_count; i++) {
        struct manifest_library *library = &manifest->libraries[i];
        const struct output *output = &a->outputs->list[i + 1];
        library->form_count = 1;
        if (output->needed) {
            library->forms[0] = a->jobs[j++].form;
        } else { /* nothing of it moved: it is what it was */
            struct span bytes = output->from->bytes;
            library->forms[0] = (struct file_form){bytes.size, digest_of(bytes)};
        }
    }
}

/**
 * Add what is on disk until all is renamed: the older forms, and contents that only the sidecar
 * before this one holds as long as the workspace before this one is there.
 */
static bool add_passing(struct applying *a)
{
    struct manifest *manifest = a->rules->manifest;
    struct pantry stored = {0};
    bool done = pantry_add_stored(&stored, &a->rules->previous->manifest);
    for (size_t i = 0; done && i < manifest->content_count; i++) {
        struct manifest_content *content = &manifest->contents[i];
        const struct manifest_content *found = pantry_find(&stored, content);
        if (!content->stored && found) {
            content->stored = true;
            content->bytes = found->bytes;
        }
    }
    pantry_free(&stored);
    for (size_t i = 0, j = 1; i < manifest->library_count; i++) {
        struct manifest_library *library = &manifest->libraries[i];
        const struct job *job = a->outputs->list[i + 1].needed ? &a->jobs[j++] : NULL;
        if (job && job->before && !same_form(job->before, &job->form)) {
            library->forms[library->form_count++] = *job->before;
        }
    }
    return done;
}

/** Whether any file but the sidecar will be another one. */
static bool changes_anything(const struct applying *a)
{
    for (size_t i = 0; i < a->count; i++) {
        if (a->jobs[i].file.temporary) {
            return true;
        }
    }
    return false;
}

static bool verify_sidecar(struct os_output *file, struct span bytes, struct error *error)
{
    struct os_file written = {0};
    bool done = os_map_output(file, &written, error) &&
                (span_equal(written.bytes, bytes) ||
                 error_set(error, "%s: reading back: it is not what was written", file->target));
    os_unmap(&written);
    return done;
}

static bool write_sidecar_file(struct applying *a, struct span bytes, struct os_output *file,
                               struct error *error)
{
    const char *path = sidecar_path(a->jobs[0].output->path, &a->arena);
    return path ? os_create(path, NULL, file, error) && os_write(file, &bytes, 1, error) &&
                      verify_sidecar(file, bytes, error) && os_sync(file, error)
                : error_memory(error);
}

/**
 * Write the sidecar, and the one to pass through if there are older forms on disk. Who wants no
 * sidecar has one while files are renamed: without it nobody could finish after an interruption.
 */
static bool write_sidecar(struct applying *a, struct error *error)
{
    const struct previous *previous = a->rules->previous;
    struct manifest *manifest = a->rules->manifest;
    bool keep = !a->rules->no_sidecar;
    struct span final = {0};
    struct span passing = {0};
    if (!fill_paths(a, error)) {
        return false;
    }
    fill_forms(a);
    if (keep && !sidecar_write(manifest, &a->arena, &final, error)) {
        return false;
    }
    if (changes_anything(a) && (previous->in_use || !keep)) {
        if (!add_passing(a)) {
            return error_memory(error);
        }
        if (!sidecar_write(manifest, &a->arena, &passing, error)) {
            return false;
        }
    }
    a->passing.purpose = OS_PASSING;
    if (passing.size && !span_equal(passing, final) &&
        !write_sidecar_file(a, passing, &a->passing, error)) {
        return false;
    }
    return !keep || (!a->passing.temporary && span_equal(final, previous->sidecar.bytes)) ||
           write_sidecar_file(a, final, &a->sidecar, error);
}

/* ---- renaming ---------------------------------------------------------------------------- */

/** Rename a file that was written, if there is one, and make that durable if asked. */
static bool rename_one(struct applying *a, struct os_output *file, bool durable,
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

static bool same_directory(const char *a, const char *b)
{
    const char *end_a = strrchr(a, '/');
    const char *end_b = strrchr(b, '/');
    size_t size = end_a ? (size_t)(end_a - a) : 0;
    return size == (end_b ? (size_t)(end_b - b) : 0) && strncmp(a, b, size) == 0;
}

/** An error if somebody wrote to the library since it was read. */
static bool check_library(const struct library *library, struct error *error)
{
    return !library->target || os_check_unchanged(library->path, &library->file, error);
}

static bool check_libraries(const struct applying *a, struct error *error)
{
    for (size_t i = 1; i < a->outputs->count; i++) {
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
static bool rename_libraries(struct applying *a, struct os_output *file_of(struct job *),
                             struct error *error)
{
    const char *unsynced = NULL;
    for (size_t i = 1; i < a->count; i++) {
        struct os_output *file = file_of(&a->jobs[i]);
        bool replaced = a->rules->output_dir || (file == &a->jobs[i].file && a->jobs[i].renamed);
        if (!file->temporary) {
            continue;
        }
        if (unsynced && !same_directory(unsynced, file->target) &&
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

static bool remove_sidecar(struct applying *a, struct error *error)
{
    const char *path = sidecar_path(a->jobs[0].output->path, &a->arena);
    if (!path) {
        return error_memory(error);
    }
    return os_remove(path, &a->renaming, error) && os_sync_directory_of(path, error);
}

/** In this order nothing that a library needs is ever missing. */
static bool rename_all(struct applying *a, struct error *error)
{
    bool done = check_libraries(a, error) && rename_libraries(a, backup_file, error) &&
                rename_one(a, a->passing.temporary ? &a->passing : &a->sidecar, true, error) &&
                rename_libraries(a, original_file, error) &&
                rename_one(a, &a->jobs[0].file, true, error) &&
                rename_libraries(a, new_file, error) &&
                (a->rules->no_sidecar ? remove_sidecar(a, error)
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

/** Keep the originals under their backup names. */
static bool back_up(struct applying *a, struct error *error)
{
    for (size_t i = 1; i < a->count && a->rules->backup && !a->rules->output_dir; i++) {
        struct job *job = &a->jobs[i];
        const char *name = backup_name(job->output->path, &a->arena);
        if (!name) {
            return error_memory(error);
        }
        /* what was melded before is no original */
        if (!job->output->from->was_melded &&
            !os_backup(job->output->path, name, &job->backup, error)) {
            return false;
        }
    }
    return true;
}

static bool make_directories(struct applying *a, struct error *error)
{
    for (size_t i = 0; a->rules->output_dir && i < a->count; i++) {
        const char *path = a->jobs[i].output->path;
        const char *slash = strrchr(path, '/');
        if (slash && slash > path) {
            char *directory = arena_printf(&a->arena, "%.*s", (int)(slash - path), path);
            if (!directory) {
                return error_memory(error);
            }
            if (!os_make_directory(directory, error)) {
                return false;
            }
        }
    }
    return true;
}

/** Make ready all places where files will be written. */
static bool claim_directories(struct applying *a, struct error *error)
{
    for (size_t i = 0; i < a->count; i++) {
        const char *path = a->jobs[i].output->path;
        if ((i == 0 || !same_directory(path, a->jobs[i - 1].output->path)) &&
            !os_claim_directory_of(path, a->rules->locks, error)) {
            return false;
        }
    }
    return true;
}

static bool find_targets(struct applying *a, struct error *error)
{
    for (size_t i = 0; i < a->count; i++) {
        struct job *job = &a->jobs[i];
        job->target = os_real_place(job->output->path, &a->arena, error);
        if (!job->target) {
            return false;
        }
        job->before = i ? previous_form(a->rules->previous, job->target) : NULL;
    }
    return true;
}

bool outputs_apply(const struct outputs *outputs, const struct apply_rules *rules,
                   struct error *error)
{
    struct applying applying = {.outputs = outputs, .rules = rules};
    applying.jobs = calloc(outputs->count, sizeof *applying.jobs);
    if (!applying.jobs) {
        return error_memory(error);
    }
    for (size_t i = 0; i < outputs->count; i++) {
        if (outputs->list[i].needed) {
            applying.jobs[applying.count++].output = &outputs->list[i];
        }
    }
    bool done = make_directories(&applying, error) && claim_directories(&applying, error) &&
                find_targets(&applying, error) && write_all(&applying, error) &&
                write_sidecar(&applying, error) && back_up(&applying, error) &&
                rename_all(&applying, error);
    for (size_t i = 0; i < applying.count; i++) {
        os_discard(&applying.jobs[i].file);
        os_discard(&applying.jobs[i].original);
        os_discard(&applying.jobs[i].backup);
    }
    os_discard(&applying.passing);
    os_discard(&applying.sidecar);
    arena_free(&applying.arena);
    free(applying.jobs);
    return done;
}
