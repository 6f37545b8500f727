/* SPDX-License-Identifier: MIT */
/** Applying a plan: the sidecar that records it. */
#include "base/threads.h"
#include "sidecar/sidecar.h"
#include "write/apply_internal.h"
#include "write/new_file.h"

static void find_form(void *context, size_t item, unsigned worker)
{
    struct apply_work *a = context;
    struct job *job = &a->jobs[item];
    size_t count;
    const struct span *pieces = output_pieces(job->output, &count);
    (void)worker;
    job->form = (struct file_form){output_size(job->output), digest_of_pieces(pieces, count)};
}

void find_forms(struct apply_work *a)
{
    threads_run(a->count, a->rules->jobs, find_form, a);
}

/** Fill in where each library is. */
static bool fill_paths(struct apply_work *a, struct error *error)
{
    struct manifest *manifest = a->rules->manifest;
    const char *workspace = a->place;
    size_t first = first_library(a);
    manifest->flavour = ar_flavour_name(a->outputs->flavour);
    manifest->workspace = path_base(workspace);
    manifest->further_count = first ? first - 1 : 0;
    manifest->further = ARENA_ARRAY(&a->arena, struct manifest_workspace,
                                    first + a->rules->record->workspace_count);
    if (!manifest->further) {
        return error_memory(error);
    }
    if (!manifest_name_workspaces(manifest, &a->arena)) {
        return error_memory(error);
    }
    for (size_t i = 0, j = first; i < manifest->library_count; i++) {
        const struct output *output = outputs_library(a->outputs, i);
        const char *path = output->needed ? a->jobs[j++].target : output->from->target;
        manifest->libraries[i].path = path_relative(workspace, path, &a->arena);
        if (!manifest->libraries[i].path) {
            return error_memory(error);
        }
        if (path_is_absolute(manifest->libraries[i].path)) {
            return error_set(error,
                             "%s: on another drive than the workspace; a sidecar cannot span "
                             "drives: put both on one, or give --no-sidecar",
                             path);
        }
    }
    return true;
}

/** Fill in the new form of each library. */
static void fill_forms(struct apply_work *a)
{
    struct manifest *manifest = a->rules->manifest;
    manifest->workspace_form = a->jobs[0].form;
    for (size_t i = 0; i < manifest->further_count; i++) {
        manifest->further[i].form = a->jobs[i + 1].form;
    }
    for (size_t i = 0, j = first_library(a); i < manifest->library_count; i++) {
        struct manifest_library *library = &manifest->libraries[i];
        const struct output *output = outputs_library(a->outputs, i);
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
 * Add what is on disk until all is renamed: the older forms, workspaces that are to go, and
 * contents that only the sidecar before this one holds as long as the workspace before this one is
 * there.
 */
static bool add_passing(struct apply_work *a)
{
    struct manifest *manifest = a->rules->manifest;
    const struct manifest *before = &a->rules->record->manifest;
    for (size_t i = manifest->further_count; !a->outputs->single && i < before->further_count;
         i++) {
        manifest->further[manifest->further_count++] = before->further[i];
        manifest->identifiers = before->identifiers; /* its first ones are those of this one */
    }
    struct content_store stored = {0};
    bool done = content_store_add_stored(&stored, &a->rules->record->manifest);
    for (size_t i = 0; done && i < manifest->content_count; i++) {
        struct manifest_content *content = &manifest->contents[i];
        const struct manifest_content *found = content_store_find(&stored, content);
        if (!content->stored && found) {
            content->stored = true;
            content->bytes = found->bytes;
        }
    }
    content_store_free(&stored);
    for (size_t i = 0, j = first_library(a); i < manifest->library_count; i++) {
        struct manifest_library *library = &manifest->libraries[i];
        const struct job *job = outputs_library(a->outputs, i)->needed ? &a->jobs[j++] : NULL;
        if (job && job->before && !same_form(job->before, &job->form)) {
            library->forms[library->form_count++] = *job->before;
        }
    }
    return done;
}

/** Whether any file but the sidecar will be another one. */
static bool changes_anything(const struct apply_work *a)
{
    for (size_t i = 0; i < a->count; i++) {
        if (a->jobs[i].file.temporary) {
            return true;
        }
    }
    for (size_t i = 0; i < a->rules->build_files->count; i++) {
        if (build_file_changes(a->rules->build_files->list[i])) {
            return true;
        }
    }
    return false;
}

/** Whether what is on disk must be known until all is renamed: what armeld wrote, and replaces. */
static bool must_pass(const struct apply_work *a)
{
    /* one library alone is replaced in one step: nothing is in between */
    if (a->rules->record->in_use || (a->rules->no_sidecar && !a->outputs->single)) {
        return changes_anything(a);
    }
    for (size_t i = 0; i < a->rules->build_files->count; i++) {
        const struct build_file *build_file = a->rules->build_files->list[i];
        if (build_file->recorded && build_file_changes(build_file)) {
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
                 error_set(error, READ_BACK_DIFFERS, file->target));
    os_unmap(&written);
    return done;
}

static bool write_sidecar_file(struct apply_work *a, struct span bytes, struct os_output *file,
                               struct error *error)
{
    const char *path = sidecar_path(sidecar_place(a), &a->arena);
    return path ? os_create(path, NULL, file, error) && os_write(file, &bytes, 1, error) &&
                      verify_sidecar(file, bytes, error) && os_sync(file, error)
                : error_memory(error);
}

/** Print the last sidecar: what the files have that it will lie beside is left out. */
static bool print_beside(struct apply_work *a, struct error *error)
{
    struct manifest *manifest = a->rules->manifest;
    struct pack_file *files =
        ARENA_ARRAY(&a->arena, struct pack_file, manifest->library_count + 1);
    if (!files) {
        return error_memory(error);
    }
    files[0].pieces = output_pieces(a->jobs[0].output, &files[0].count);
    for (size_t i = 0; !a->outputs->single && i < manifest->library_count; i++) {
        const struct output *output = outputs_library(a->outputs, i);
        if (output->needed) {
            files[i + 1].pieces = output_pieces(output, &files[i + 1].count);
        }
    }
    return sidecar_write(manifest, files, a->rules->jobs, &a->arena, &a->printed, error);
}

bool print_sidecar(struct apply_work *a, struct error *error)
{
    if (a->outputs->one_archive) {
        return true;
    }
    if (!fill_paths(a, error)) {
        return false;
    }
    fill_forms(a);
    if (!build_files_record(a->rules->build_files, a->rules->record, a->place, false,
                            &a->arena, a->rules->manifest, error)) {
        return false;
    }
    return a->rules->no_sidecar || print_beside(a, error);
}

bool write_sidecar(struct apply_work *a, struct error *error)
{
    const struct record *record = a->rules->record;
    bool keep = !a->rules->no_sidecar;
    struct span passing = {0};
    if (a->outputs->one_archive) {
        return true; /* nothing is undone by it */
    }
    if (must_pass(a)) {
        if (!add_passing(a)) {
            return error_memory(error);
        }
        if (!build_files_record(a->rules->build_files, record, a->place, true, &a->arena,
                                a->rules->manifest, error) ||
            !sidecar_write(a->rules->manifest, NULL, a->rules->jobs, &a->arena,
                           &passing, error)) {
            return false;
        }
    }
    a->passing.purpose = OS_PASSING;
    if (passing.size && !span_equal(passing, a->printed) &&
        !write_sidecar_file(a, passing, &a->passing, error)) {
        return false;
    }
    return !keep || (!a->passing.temporary && span_equal(a->printed, record->sidecar.bytes)) ||
           write_sidecar_file(a, a->printed, &a->sidecar, error);
}
