/* SPDX-License-Identifier: MIT */
#include "write/build_file.h"

#include "base/path.h"
#include "sidecar/sidecar.h"

/* ---- finding ----------------------------------------------------------------------------- */

// NOLINTNEXTLINE(misc-no-recursion): one level for each missing directory
const char *companion_place(const char *path, struct arena *arena, struct error *error)
{
    const char *directory = path_directory(path, arena);
    if (!directory) {
        error_memory(error);
        return NULL;
    }
    if (os_kind(path) != OS_NOTHING) {
        return os_real_path(path, arena, error);
    }
    if (os_kind(directory) != OS_NOTHING || strcmp(directory, path) == 0) {
        return os_real_place(path, arena, error);
    }
    const char *parent = companion_place(directory, arena, error);
    const char *place = parent ? path_clean(path_join(parent, path_base(path), arena), arena) : NULL;
    if (parent && !place) {
        error_memory(error);
    }
    return place;
}

/** Where the files of the earlier melding are, found out once. */
static bool place_records(struct companions *companions, const struct previous *previous,
                          struct error *error)
{
    size_t count = previous->manifest.file_count;
    if (companions->recorded) {
        return true;
    }
    companions->recorded = ARENA_ARRAY(&companions->arena, const char *, count);
    for (size_t i = 0; companions->recorded && i < count; i++) {
        const char *path = path_join(previous->directory, previous->manifest.files[i].path,
                                     &companions->arena);
        struct error nowhere = {0};
        const char *place = path ? companion_place(path, &companions->arena, &nowhere) : "";
        companions->recorded[i] = place ? place : ""; /* gone with its directory: nobody's */
        if (!path) {
            return error_memory(error);
        }
    }
    return companions->recorded || error_memory(error);
}

static const struct manifest_file *find_record(const struct companions *companions,
                                               const struct previous *previous,
                                               const char *target)
{
    for (size_t i = 0; i < previous->manifest.file_count; i++) {
        if (strcmp(companions->recorded[i], target) == 0) {
            return &previous->manifest.files[i];
        }
    }
    return NULL;
}

static bool is_form(struct span bytes, const struct file_form *form)
{
    return bytes.size == form->size && digest_equal(digest_of(bytes), form->digest);
}

/** What is there, and what was there before; a file that armeld did not write is its own original. */
static bool look(const struct companions *companions, struct companion *companion,
                 const struct previous *previous, struct error *error)
{
    enum os_kind kind = os_kind(companion->target);
    if (kind != OS_NOTHING && kind != OS_FILE) {
        return error_set(error, "%s: not a file", companion->path);
    }
    companion->exists = kind == OS_FILE;
    if (companion->exists && !os_map(companion->target, &companion->file, error)) {
        return false;
    }
    companion->existed = companion->exists;
    companion->mode = companion->file.mode;
    companion->original = companion->file.bytes;
    const struct manifest_file *record = find_record(companions, previous, companion->target);
    for (size_t i = 0; record && companion->exists && i < record->form_count; i++) {
        if (is_form(companion->file.bytes, &record->forms[i])) {
            companion->recorded = &record->forms[i];
            companion->existed = record->existed;
            companion->mode = record->mode;
            companion->original = record->bytes;
        }
    }
    companion->bytes = companion->original;
    return true;
}

static bool grow(struct companions *companions)
{
    size_t capacity = companions->capacity ? 2 * companions->capacity : 16;
    struct companion **list = ARENA_ARRAY(&companions->arena, struct companion *, capacity);
    if (list && companions->count) {
        memcpy(list, companions->list, companions->count * sizeof *list);
    }
    companions->list = list ? list : companions->list;
    companions->capacity = list ? capacity : companions->capacity;
    return list != NULL;
}

struct companion *companions_add(struct companions *companions, const struct previous *previous,
                                 const char *path, struct error *error)
{
    const char *target = companion_place(path, &companions->arena, error);
    for (size_t i = 0; target && i < companions->count; i++) {
        if (strcmp(companions->list[i]->target, target) == 0) {
            return companions->list[i];
        }
    }
    if (!target) {
        return NULL;
    }
    struct companion *companion = ARENA_NEW(&companions->arena, struct companion);
    if (!companion || (companions->count == companions->capacity && !grow(companions))) {
        error_memory(error);
        return NULL;
    }
    companions->list[companions->count++] = companion;
    companion->target = target;
    companion->path = arena_printf(&companions->arena, "%s", path);
    if (!companion->path) {
        error_memory(error);
        return NULL;
    }
    return place_records(companions, previous, error) &&
                   look(companions, companion, previous, error)
               ? companion
               : NULL;
}

bool companion_changes(const struct companion *companion)
{
    return !companion->exists || !span_equal(companion->bytes, companion->file.bytes);
}

/* ---- recording --------------------------------------------------------------------------- */

static struct file_form form_of(struct span bytes)
{
    return (struct file_form){bytes.size, digest_of(bytes)};
}

static bool record(const struct companion *companion, const char *workspace, bool passing,
                   struct arena *arena, struct manifest_file *file)
{
    *file = (struct manifest_file){
        .path = path_relative(workspace, companion->target, arena),
        .mode = companion->existed ? companion->mode : 0644,
        .existed = companion->existed,
        .original = form_of(companion->original),
        .bytes = companion->original,
        .forms = {form_of(companion->bytes)},
        .form_count = 1,
    };
    if (passing && companion->recorded && companion_changes(companion)) {
        file->forms[file->form_count++] = *companion->recorded;
    }
    return file->path != NULL;
}

/** Whether an earlier melding's file is one of the companions now. */
static bool is_taken_up(const struct manifest *manifest, size_t count, const char *path)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(manifest->files[i].path, path) == 0) {
            return true;
        }
    }
    return false;
}

bool companions_record(const struct companions *companions, const struct previous *previous,
                       const char *workspace, bool passing, struct arena *arena,
                       struct manifest *manifest, struct error *error)
{
    const struct manifest *before = &previous->manifest;
    size_t count = 0;
    struct manifest_file *files =
        ARENA_ARRAY(arena, struct manifest_file, companions->count + before->file_count);
    if (!files) {
        return error_memory(error);
    }
    struct manifest all = {.files = files};
    for (size_t i = 0; i < companions->count; i++) {
        const struct companion *companion = companions->list[i];
        bool same = companion->existed && span_equal(companion->bytes, companion->original);
        if (!record(companion, workspace, passing, arena, &files[count])) {
            return error_memory(error);
        }
        if (path_is_absolute(files[count].path)) {
            return error_set(error, "%s: on another drive than the workspace, which no sidecar can "
                                    "tell", companion->path);
        }
        count += !same || files[count].form_count > 1;
    }
    for (size_t i = 0, taken = count; i < before->file_count; i++) {
        /* paths are relative to the workspace, which is the same one */
        if (!is_taken_up(&all, taken, before->files[i].path)) {
            files[count++] = before->files[i];
        }
    }
    manifest->files = files;
    manifest->file_count = count;
    return true;
}

/* ---- writing ----------------------------------------------------------------------------- */

static bool write_one(struct companion *companion, struct os_locks *locks, struct arena *arena,
                      struct error *error)
{
    const char *directory = path_directory(companion->target, arena);
    const struct os_file *like = companion->exists ? &companion->file : NULL;
    struct os_file written = {0};
    if (!directory) {
        return error_memory(error);
    }
    bool done = (os_kind(directory) != OS_NOTHING || os_make_directory(directory, error)) &&
                os_claim_directory_of(companion->target, locks, error) &&
                os_create(companion->target, like, &companion->output, error) &&
                os_write(&companion->output, &companion->bytes, 1, error) &&
                os_map_output(&companion->output, &written, error) &&
                (span_equal(written.bytes, companion->bytes) ||
                 error_set(error, "%s: reading back: it is not what was written",
                           companion->path)) &&
                os_sync(&companion->output, error);
    os_unmap(&written);
    return done;
}

bool companions_write(struct companions *companions, struct os_locks *locks, struct error *error)
{
    for (size_t i = 0; i < companions->count; i++) {
        struct companion *companion = companions->list[i];
        if (companion_changes(companion) &&
            !write_one(companion, locks, &companions->arena, error)) {
            return false;
        }
    }
    return true;
}

static bool rename_one(struct companion *companion, bool *renamed, struct error *error)
{
    if (!companion->output.temporary) {
        return true;
    }
    os_unmap(&companion->file);
    if (companion->exists && !os_check_unchanged(companion->target, &companion->file, error)) {
        return false;
    }
    if (!os_rename(&companion->output, error)) {
        return false;
    }
    *renamed = true;
    return os_sync_directory_of(companion->target, error);
}

bool companions_rename(struct companions *companions, bool *renamed, struct error *error)
{
    for (size_t i = 0; i < companions->count; i++) {
        if (!rename_one(companions->list[i], renamed, error)) {
            return false;
        }
    }
    return true;
}

/* ---- by themselves ----------------------------------------------------------------------- */

struct sidecar_file {
    struct span bytes;
    struct os_output output;
};

static bool write_sidecar(struct companions *companions, const struct previous *previous,
                          const char *workspace, bool passing, struct sidecar_file *file,
                          struct error *error)
{
    struct manifest manifest = previous->manifest;
    const char *path = sidecar_path(workspace, &companions->arena);
    file->output.purpose = passing ? OS_PASSING : OS_NEW;
    return (path || error_memory(error)) &&
           companions_record(companions, previous, workspace, passing, &companions->arena,
                             &manifest, error) &&
           sidecar_write(&manifest, &companions->arena, &file->bytes, error) &&
           os_create(path, NULL, &file->output, error) &&
           os_write(&file->output, &file->bytes, 1, error) && os_sync(&file->output, error);
}

static bool rename_sidecar(struct sidecar_file *file, bool *renamed, struct error *error)
{
    if (!os_rename(&file->output, error)) {
        return false;
    }
    *renamed = true;
    return os_sync_directory_of(file->output.target, error);
}

static bool changes_any(const struct companions *companions)
{
    for (size_t i = 0; i < companions->count; i++) {
        if (companion_changes(companions->list[i])) {
            return true;
        }
    }
    return false;
}

bool companions_apply(struct companions *companions, struct previous *previous,
                      const char *workspace, struct os_locks *locks, struct error *error)
{
    struct sidecar_file passing = {0};
    struct sidecar_file last = {0};
    bool renamed = false;
    bool done = os_claim_directory_of(workspace, locks, error) &&
                companions_write(companions, locks, error) &&
                write_sidecar(companions, previous, workspace, true, &passing, error) &&
                write_sidecar(companions, previous, workspace, false, &last, error);
    if (done && (changes_any(companions) || !span_equal(last.bytes, previous->sidecar.bytes))) {
        previous_release(previous);
        done = rename_sidecar(&passing, &renamed, error) &&
               companions_rename(companions, &renamed, error) &&
               rename_sidecar(&last, &renamed, error);
        if (!done && renamed) {
            error->kind = ERROR_INTERRUPTED;
            error_prefix(error, "some files are written, others not yet; run the same command "
                                "again to finish: ");
        } else if (done) {
            os_finish();
        }
    }
    os_discard(&passing.output);
    os_discard(&last.output);
    return done;
}

void companions_free(struct companions *companions)
{
    for (size_t i = 0; i < companions->count; i++) {
        os_discard(&companions->list[i]->output);
        os_unmap(&companions->list[i]->file);
    }
    arena_free(&companions->arena);
    *companions = (struct companions){0};
}
