/* SPDX-License-Identifier: MIT */
#include "meld/apply.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/threads.h"
#include "meld/sidecar.h"

/** One output on its way to the disk. */
struct job {
    const struct output *output;
    struct os_output file;
    struct file_form form; /* what was written */
    struct error error;
};

struct applying {
    const struct outputs *outputs;
    const struct apply_rules *rules;
    struct arena arena;
    struct job *jobs; /* the workspace first */
    size_t count;
    struct output bridge;      /* serves old and new libraries; unused without items */
    struct job bridge_job;
    struct os_output sidecar;  /* the final one */
    struct os_output passing;  /* the one that knows old forms, too; unused without any */
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
    if (done && a->rules->manifest) {
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

static bool write_all(struct applying *a, struct error *error)
{
    threads_run(a->count, a->rules->jobs, write_item, a);
    for (size_t i = 0; i < a->count; i++) {
        if (a->jobs[i].error.kind != ERROR_NONE) {
            *error = a->jobs[i].error;
            return false;
        }
    }
    return true;
}

/* ---- the bridge -------------------------------------------------------------------------- */

/** Append what the old workspace has and the new one lacks, with the symbols of its index. */
static bool add_old_members(struct applying *a, const struct pantry *fresh, struct error *error)
{
    const struct archive *old = &a->rules->previous->archive;
    struct output *bridge = &a->bridge;
    struct ar_symbols symbols;
    if (!archive_index(old, AR_TABLE_MAIN, &a->arena, &symbols, error)) {
        return false;
    }
    struct span *names = ARENA_ARRAY(&a->arena, struct span, symbols.count);
    size_t *counts = ARENA_ARRAY(&a->arena, size_t, old->member_count + 1);
    if (!names || !counts) {
        return error_memory(error);
    }
    for (size_t i = 0; i < symbols.count; i++) {
        counts[symbols.list[i].member + 1]++;
    }
    for (size_t i = 0; i < old->member_count; i++) {
        counts[i + 1] += counts[i];
    }
    for (size_t i = symbols.count; i-- > 0;) { /* from behind: keeps each member's order */
        names[--counts[symbols.list[i].member + 1]] = symbols.list[i].name;
    }
    for (size_t i = 0; i < old->member_count; i++) {
        const struct ar_member *member = &old->members[i];
        size_t end = i + 2 <= old->member_count ? counts[i + 2] : symbols.count;
        if (!pantry_has(fresh, ar_member_content(old, member))) {
            bridge->items[bridge->item_count++] = (struct ar_item){
                .name = member->name,
                .data = member->data,
                .fields = ar_member_fields(old, member),
                .symbols = names + counts[i + 1],
                .symbol_count = end - counts[i + 1],
                .object = true,
            };
        }
    }
    return true;
}

/** Lay out and write the bridge if old libraries need what the new workspace will not have. */
static bool write_bridge(struct applying *a, struct error *error)
{
    const struct previous *previous = a->rules->previous;
    const struct output *fresh = &a->outputs->list[0];
    struct pantry pantry = {0};
    if (!previous->has_workspace || !previous->in_use) {
        return true;
    }
    a->bridge = *fresh;
    a->bridge.items = ARENA_ARRAY(&a->arena, struct ar_item,
                                  fresh->item_count + previous->archive.member_count);
    bool done = a->bridge.items != NULL;
    for (size_t i = 0; done && i < fresh->item_count; i++) {
        a->bridge.items[i] = fresh->items[i];
        done = pantry_add(&pantry, fresh->items[i].data);
    }
    done = done ? add_old_members(a, &pantry, error) : error_memory(error);
    pantry_free(&pantry);
    if (!done || a->bridge.item_count == fresh->item_count) {
        return done;
    }
    a->bridge_job = (struct job){.output = &a->bridge, .file.suffix = "armeld-bridge"};
    done = ar_layout(a->outputs->flavour, a->bridge.items, a->bridge.item_count, &ar_limits,
                     &a->arena, &a->bridge.layout, error) &&
           write_job(a, &a->bridge_job);
    if (!done && error->kind == ERROR_NONE) {
        *error = a->bridge_job.error;
    }
    return done;
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

/** Fill in where each library is. @targets[out] their paths, resolved */
static bool fill_paths(struct applying *a, const char **targets, struct error *error)
{
    struct manifest *manifest = a->rules->manifest;
    const char *workspace = os_real_path(a->outputs->list[0].path, &a->arena, error);
    if (!workspace) {
        return false;
    }
    manifest->flavour = ar_flavour_name(a->outputs->flavour);
    manifest->workspace = strrchr(workspace, '/') + 1;
    for (size_t i = 0; i < manifest->library_count; i++) {
        targets[i] = os_real_path(a->outputs->list[i + 1].path, &a->arena, error);
        if (!targets[i]) {
            return false;
        }
        manifest->libraries[i].path = relative_path(workspace, targets[i], &a->arena);
        if (!manifest->libraries[i].path) {
            return error_memory(error);
        }
    }
    return true;
}

/**
 * Fill in the new form of each library, and the one on disk where that is an older melded one.
 * Returns whether there is any older one.
 */
static bool fill_forms(struct applying *a, const char *const *targets)
{
    struct manifest *manifest = a->rules->manifest;
    bool old = false;
    manifest->workspace_form = a->jobs[0].form;
    for (size_t i = 0, j = 1; i < manifest->library_count; i++) {
        struct manifest_library *library = &manifest->libraries[i];
        const struct output *output = &a->outputs->list[i + 1];
        const struct file_form *now = previous_form(a->rules->previous, targets[i]);
        library->form_count = 1;
        if (output->needed) {
            library->forms[0] = a->jobs[j++].form;
        } else { /* nothing of it moved: it is what it was */
            struct span bytes = output->from->bytes;
            library->forms[0] = (struct file_form){bytes.size, digest_of(bytes)};
        }
        if (now && (now->size != library->forms[0].size ||
                    !digest_equal(now->digest, library->forms[0].digest))) {
            library->forms[library->form_count++] = *now;
            old = true;
        }
    }
    return old;
}

static bool write_sidecar_file(struct applying *a, struct os_output *file, struct error *error)
{
    struct span bytes;
    const char *path = sidecar_path(a->outputs->list[0].path, &a->arena);
    if (!path) {
        return error_memory(error);
    }
    return sidecar_write(a->rules->manifest, &a->arena, &bytes, error) &&
           os_create(path, NULL, file, error) && os_write(file, &bytes, 1, error) &&
           os_sync(file, error);
}

static bool write_sidecar(struct applying *a, struct error *error)
{
    struct manifest *manifest = a->rules->manifest;
    if (!manifest) {
        return true;
    }
    const char **targets = ARENA_ARRAY(&a->arena, const char *, manifest->library_count);
    if (!targets) {
        return error_memory(error);
    }
    if (!fill_paths(a, targets, error)) {
        return false;
    }
    if (fill_forms(a, targets)) {
        a->passing.suffix = "armeld-bridge";
        if (!write_sidecar_file(a, &a->passing, error)) {
            return false;
        }
        for (size_t i = 0; i < manifest->library_count; i++) {
            manifest->libraries[i].form_count = 1;
        }
    }
    return write_sidecar_file(a, &a->sidecar, error);
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

/** Rename the libraries; each directory is synced once for each stretch of them. */
static bool rename_libraries(struct applying *a, struct error *error)
{
    for (size_t i = 1; i < a->count; i++) {
        const char *path = a->jobs[i].output->path;
        bool last = i + 1 == a->count || !same_directory(path, a->jobs[i + 1].output->path);
        if (!rename_one(a, &a->jobs[i].file, last, error)) {
            return false;
        }
    }
    return true;
}

/** In this order nothing that a library needs is ever missing. */
static bool rename_all(struct applying *a, struct error *error)
{
    bool bridged = a->bridge_job.file.temporary != NULL;
    bool done = rename_one(a, a->passing.temporary ? &a->passing : &a->sidecar, true, error) &&
                rename_one(a, bridged ? &a->bridge_job.file : &a->jobs[0].file, true, error) &&
                rename_libraries(a, error) && rename_one(a, &a->jobs[0].file, true, error) &&
                rename_one(a, &a->sidecar, true, error);
    if (done && !a->rules->manifest && a->rules->previous->present) {
        /* it would tell of files that are no more */
        const char *stale = sidecar_path(a->outputs->list[0].path, &a->arena);
        done = stale ? os_remove(stale, error) : error_memory(error);
    }
    if (!done && a->renaming) {
        error->kind = ERROR_INTERRUPTED;
        error_prefix(error, "some files are written, others not yet; run the same command again to "
                            "finish: ");
    }
    return done;
}

/** Keep the originals under their backup names. */
static bool back_up(struct applying *a, struct error *error)
{
    for (size_t i = 0; i < a->count && a->rules->backup && !a->rules->output_dir; i++) {
        const struct output *output = a->jobs[i].output;
        const char *name = output->from ? backup_name(output->path, &a->arena) : "";
        if (!name) {
            return error_memory(error);
        }
        /* what was melded before is no original */
        if (output->from && !output->from->was_melded && !os_backup(output->path, name, error)) {
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
    bool done = make_directories(&applying, error) && write_all(&applying, error) &&
                write_bridge(&applying, error) && write_sidecar(&applying, error) &&
                back_up(&applying, error) && rename_all(&applying, error);
    for (size_t i = 0; i < applying.count; i++) {
        os_discard(&applying.jobs[i].file);
    }
    os_discard(&applying.bridge_job.file);
    os_discard(&applying.passing);
    os_discard(&applying.sidecar);
    arena_free(&applying.arena);
    free(applying.jobs);
    return done;
}
