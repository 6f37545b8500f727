/* SPDX-License-Identifier: MIT */
#include "meld/apply.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/threads.h"

/** One output on its way to the disk. */
struct job {
    const struct output *output;
    struct os_output file;
    struct error error;
};

struct applying {
    const struct outputs *outputs;
    const struct apply_rules *rules;
    struct job *jobs;
    size_t count;
    atomic_bool failed;
};

const char *backup_name(const char *path, struct arena *arena)
{
    const char *slash = strrchr(path, '/');
    const char *dot = strrchr(slash ? slash : path, '.');
    size_t stem = dot && dot > (slash ? slash + 1 : path) ? (size_t)(dot - path) : strlen(path);
    return arena_printf(arena, "%.*s.bak", (int)stem, path);
}

/** Read back what was written. */
static bool verify(const struct applying *applying, struct job *job)
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
        done = ar_layout_verify(written.bytes, applying->outputs->flavour, output->items,
                                output->item_count, &output->layout, &arena, &job->error) ||
               error_prefix(&job->error, "%s: reading back: ", output->path);
    }
    arena_free(&arena);
    os_unmap(&written);
    return done;
}

static bool write_job(const struct applying *applying, struct job *job)
{
    const struct output *output = job->output;
    const struct os_file *like = output->from ? &output->from->file : NULL;
    const struct span *pieces = output->verbatim ? &output->from->bytes : output->layout.pieces;
    size_t count = output->verbatim ? 1 : output->layout.piece_count;
    return os_create(output->path, like, &job->file, &job->error) &&
           os_write(&job->file, pieces, count, &job->error) && verify(applying, job) &&
           os_sync(&job->file, &job->error);
}

static void write_item(void *context, size_t item, unsigned worker)
{
    struct applying *applying = context;
    struct job *job = &applying->jobs[item];
    (void)worker;
    if (atomic_load(&applying->failed)) {
        return;
    }
    if (!write_job(applying, job)) {
        atomic_store(&applying->failed, true);
    } else if (applying->rules->step) {
        applying->rules->step(applying->rules->context, output_size(job->output));
    }
}

static bool write_all(struct applying *applying, struct error *error)
{
    threads_run(applying->count, applying->rules->jobs, write_item, applying);
    for (size_t i = 0; i < applying->count; i++) {
        if (applying->jobs[i].error.kind != ERROR_NONE) {
            *error = applying->jobs[i].error;
            return false;
        }
    }
    return true;
}

/** Keep the originals under their backup names. */
static bool back_up(const struct applying *applying, struct error *error)
{
    struct arena arena = {0};
    bool done = true;
    for (size_t i = 0; done && i < applying->count; i++) {
        const struct output *output = applying->jobs[i].output;
        if (output->from) {
            const char *name = backup_name(output->path, &arena);
            done = name ? os_backup(output->path, name, error) : error_memory(error);
        }
    }
    arena_free(&arena);
    return done;
}

/** Say that files were renamed before this failure. */
static bool interrupted(struct error *error)
{
    error->kind = ERROR_INTERRUPTED;
    error_prefix(error, "some files are written, others not yet; run the same command again to "
                        "finish: ");
    return false;
}

static bool same_directory(const char *a, const char *b)
{
    const char *end_a = strrchr(a, '/');
    const char *end_b = strrchr(b, '/');
    size_t size = end_a ? (size_t)(end_a - a) : 0;
    return size == (end_b ? (size_t)(end_b - b) : 0) && strncmp(a, b, size) == 0;
}

/**
 * Rename all. The workspace must be durable before a library that needs it is; the libraries'
 * directories are synced once for each stretch of libraries.
 */
static bool rename_all(struct applying *applying, struct error *error)
{
    for (size_t i = 0; i < applying->count; i++) {
        const struct output *output = applying->jobs[i].output;
        const struct output *next = i + 1 < applying->count ? applying->jobs[i + 1].output : NULL;
        if (!os_rename(&applying->jobs[i].file, error)) {
            return i == 0 ? false : interrupted(error);
        }
        bool more = output->from && next && same_directory(output->path, next->path);
        if (!more && !os_sync_directory_of(output->path, error)) {
            return interrupted(error);
        }
    }
    return true;
}

static bool make_directories(const struct applying *applying, struct error *error)
{
    struct arena arena = {0};
    bool done = true;
    for (size_t i = 0; done && applying->rules->output_dir && i < applying->count; i++) {
        const char *path = applying->jobs[i].output->path;
        const char *slash = strrchr(path, '/');
        if (slash && slash > path) {
            char *directory = arena_printf(&arena, "%.*s", (int)(slash - path), path);
            done = directory ? os_make_directory(directory, error) : error_memory(error);
        }
    }
    arena_free(&arena);
    return done;
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
    bool done = make_directories(&applying, error) &&
                write_all(&applying, error) &&
                (!rules->backup || rules->output_dir || back_up(&applying, error)) &&
                rename_all(&applying, error);
    for (size_t i = 0; i < applying.count; i++) {
        os_discard(&applying.jobs[i].file);
    }
    free(applying.jobs);
    return done;
}
