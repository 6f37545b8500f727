/* SPDX-License-Identifier: MIT */
#include "write/build_file.h"

#include "apple/xcframework.h"
#include "base/path.h"
#include "sidecar/sidecar.h"
#include "write/new_file.h"

/* ---- finding ----------------------------------------------------------------------------- */

/** Where the files of the earlier melding are, found out once. */
static bool place_records(struct build_files *build_files, const struct record *record,
                          struct error *error)
{
    size_t count = record->manifest.file_count;
    if (build_files->recorded) {
        return true;
    }
    build_files->recorded = ARENA_ARRAY(&build_files->arena, const char *, count);
    for (size_t i = 0; build_files->recorded && i < count; i++) {
        const char *path =
            path_join(record->directory, record->manifest.files[i].path, &build_files->arena);
        struct error nowhere = {0};
        const char *place = path ? new_file_place(path, &build_files->arena, &nowhere) : "";
        build_files->recorded[i] = place ? place : ""; /* gone with its directory: nobody's */
        if (!path || !error_passes(&nowhere, error)) {
            return error_memory(error);
        }
    }
    return build_files->recorded || error_memory(error);
}

static const struct manifest_file *find_record(const struct build_files *build_files,
                                               const struct record *record, const char *target)
{
    for (size_t i = 0; i < record->manifest.file_count; i++) {
        if (strcmp(build_files->recorded[i], target) == 0) {
            return &record->manifest.files[i];
        }
    }
    return NULL;
}

static bool is_form(struct span bytes, const struct file_form *form)
{
    return bytes.size == form->size && digest_equal(digest_of(bytes), form->digest);
}

/** What is there, and what was there before; a file that armeld did not write is its own original.
 */
static bool look(const struct build_files *build_files, struct build_file *build_file,
                 const struct record *record, struct error *error)
{
    enum os_kind kind = os_kind(build_file->target);
    if (kind != OS_NOTHING && kind != OS_FILE) {
        return error_set(error, "%s: not a file", build_file->path);
    }
    build_file->exists = kind == OS_FILE;
    if (build_file->exists && !os_map(build_file->target, &build_file->file, error)) {
        return false;
    }
    build_file->existed = build_file->exists;
    build_file->mode = build_file->file.mode;
    build_file->original = build_file->file.bytes;
    const struct manifest_file *known = find_record(build_files, record, build_file->target);
    for (size_t i = 0; known && build_file->exists && i < known->form_count; i++) {
        if (is_form(build_file->file.bytes, &known->forms[i])) {
            build_file->recorded = &known->forms[i];
            build_file->existed = known->existed;
            build_file->mode = known->mode;
            build_file->original = known->bytes;
        }
    }
    build_file->bytes = build_file->original;
    return true;
}

/** Find the file with a target, or add it, which is new then. NULL with an error. */
static struct build_file *find_or_add(struct build_files *build_files, const char *path,
                                      const char *target, bool *is_new, struct error *error)
{
    *is_new = false;
    for (size_t i = 0; i < build_files->count; i++) {
        if (strcmp(build_files->list[i]->target, target) == 0) {
            return build_files->list[i];
        }
    }
    *is_new = true;
    struct build_file *build_file = ARENA_NEW(&build_files->arena, struct build_file);
    struct build_file **list =
        arena_grow(&build_files->arena, build_files->list, build_files->count,
                   &build_files->capacity, 16, sizeof *list);
    if (!build_file || !list) {
        error_memory(error);
        return NULL;
    }
    build_files->list = list;
    build_files->list[build_files->count++] = build_file;
    build_file->target = target;
    build_file->path = arena_printf(&build_files->arena, "%s", path);
    if (!build_file->path) {
        error_memory(error);
        return NULL;
    }
    return build_file;
}

struct build_file *build_files_add(struct build_files *build_files, const struct record *record,
                                   const char *path, struct error *error)
{
    bool is_new = false;
    const char *target = new_file_place(path, &build_files->arena, error);
    struct build_file *build_file =
        target ? find_or_add(build_files, path, target, &is_new, error) : NULL;
    bool done = build_file && (!is_new || (place_records(build_files, record, error) &&
                                           look(build_files, build_file, record, error)));
    return done ? build_file : NULL;
}

struct build_file *build_files_add_link(struct build_files *build_files, const char *path,
                                        const char *text, struct error *error)
{
    struct arena *arena = &build_files->arena;
    bool is_new = false;
    const char *directory = path_directory(path, arena);
    const char *place = directory ? new_file_place(directory, arena, error) : NULL;
    const char *target = place ? arena_printf(arena, "%s/%s", place, path_base(path)) : NULL;
    if (!target) {
        if (!directory || place) {
            error_memory(error);
        }
        return NULL;
    }
    struct build_file *build_file = find_or_add(build_files, path, target, &is_new, error);
    if (build_file && is_new) {
        const char *before = os_read_link(target, arena);
        build_file->link = text;
        build_file->exists = before && strcmp(before, text) == 0;
        if (!before && os_kind(target) == OS_DIRECTORY) {
            error_set(error, "%s: a folder, in whose place a link is to be made: remove it", path);
            return NULL;
        }
    }
    return build_file;
}

bool build_files_undo(struct build_files *build_files, const struct record *record,
                      const char *path, struct error *error)
{
    const char *target = new_file_place(path, &build_files->arena, error);
    if (!target || !place_records(build_files, record, error)) {
        return false;
    }
    const struct manifest_file *known = find_record(build_files, record, target);
    if (!known) {
        return true;
    }
    struct build_file *build_file = build_files_add(build_files, record, path, error);
    if (build_file) {
        build_file->goes = !known->existed; /* also if it was changed since */
    }
    return build_file != NULL;
}

bool build_file_changes(const struct build_file *build_file)
{
    if (build_file->goes || build_file->link) {
        return build_file->goes == build_file->exists;
    }
    return !build_file->exists || !span_equal(build_file->bytes, build_file->file.bytes);
}

/* ---- recording --------------------------------------------------------------------------- */

static struct file_form form_of(struct span bytes)
{
    return (struct file_form){bytes.size, digest_of(bytes)};
}

static bool describe(const struct build_file *build_file, const char *workspace, bool passing,
                     struct arena *arena, struct manifest_file *file)
{
    *file = (struct manifest_file){
        .path = path_relative(workspace, build_file->target, arena),
        .mode = build_file->existed ? build_file->mode : 0644,
        .existed = build_file->existed,
        .original = form_of(build_file->original),
        .bytes = build_file->original,
        .forms = {form_of(build_file->bytes)},
        .form_count = build_file->goes ? 0 : 1,
    };
    if (passing && build_file->recorded && build_file_changes(build_file)) {
        file->forms[file->form_count++] = *build_file->recorded;
    }
    return file->path != NULL;
}

/** Whether an earlier melding's file is one of the build files now, which may be a link to it. */
static bool is_taken_up(const struct build_files *build_files, const char *const *paths,
                        const struct record *record, size_t number)
{
    for (size_t i = 0; i < build_files->count; i++) {
        if (strcmp(paths[i], record->manifest.files[number].path) == 0 ||
            strcmp(build_files->list[i]->target, build_files->recorded[number]) == 0) {
            return true;
        }
    }
    return false;
}

/** Whether a file of an earlier melding is there: one that was removed is none of the set now. */
static bool is_there(const struct record *record, const char *path, struct arena *arena,
                     bool *there)
{
    const char *joined = path_join(record->directory, path, arena);
    *there = joined && os_kind(joined) != OS_NOTHING;
    return joined != NULL;
}

bool build_files_record(const struct build_files *build_files, const struct record *record,
                        const char *workspace, bool passing, struct arena *arena,
                        struct manifest *manifest, struct error *error)
{
    const struct manifest *before = &record->manifest;
    size_t count = 0;
    struct manifest_file *files =
        ARENA_ARRAY(arena, struct manifest_file, build_files->count + before->file_count);
    const char **paths = ARENA_ARRAY(arena, const char *, build_files->count);
    if (!files || !paths) {
        return error_memory(error);
    }
    for (size_t i = 0; i < build_files->count; i++) {
        const struct build_file *build_file = build_files->list[i];
        bool same = build_file->goes || (build_file->existed && !build_file->is_of_set &&
                                         span_equal(build_file->bytes, build_file->original));
        if (!describe(build_file, workspace, passing, arena, &files[count])) {
            return error_memory(error);
        }
        if (path_is_absolute(files[count].path)) {
            return error_set(error,
                             "%s: on another drive than the workspace; a sidecar cannot span "
                             "drives",
                             build_file->path);
        }
        paths[i] = files[count].path; /* also of those that are their originals again */
        count += !build_file->is_copy &&
                 (!same || files[count].form_count > !build_file->goes);
    }
    for (size_t i = 0; i < before->file_count; i++) {
        /* paths are relative to the workspace, which is the same one */
        bool stays = !is_taken_up(build_files, paths, record, i);
        if (stays && !is_there(record, before->files[i].path, arena, &stays)) {
            return error_memory(error);
        }
        if (stays) {
            files[count++] = before->files[i];
        }
    }
    manifest->files = files;
    manifest->file_count = count;
    return true;
}

/* ---- writing ----------------------------------------------------------------------------- */

static bool write_one(struct build_file *build_file, struct os_locks *locks, struct arena *arena,
                      struct error *error)
{
    const char *directory = path_directory(build_file->target, arena);
    const struct os_file *like = build_file->exists    ? &build_file->file
                                 : build_file->is_copy ? &build_file->source
                                                       : NULL;
    if (!directory) {
        return error_memory(error);
    }
    /* an xcframework is that of who holds its folder: a lock in it might keep it there */
    const char *around = xcframework_around(build_file->target, arena);
    const char *held = around ? around : build_file->target;
    if (build_file->goes) {
        return os_claim_directory_of(held, locks, error);
    }
    return (os_kind(directory) != OS_NOTHING || os_make_directory(directory, locks, error)) &&
           os_claim_directory_of(held, locks, error) &&
           (build_file->link ? os_create_link(build_file->target, build_file->link,
                                              &build_file->output, error)
                             : new_file_write(build_file->target, like, &build_file->bytes, 1,
                                              &build_file->output, error));
}

bool build_files_write(struct build_files *build_files, struct os_locks *locks, struct error *error)
{
    const char *last = "";
    for (size_t i = 0; i < build_files->count; i++) {
        struct build_file *build_file = build_files->list[i];
        if (build_file->is_copy && !path_same_directory(last, build_file->target)) {
            const char *directory = path_directory(build_file->target, &build_files->arena);
            if (!directory) {
                return error_memory(error);
            }
            os_sweep(directory);
            last = build_file->target;
        }
        if (build_file_changes(build_file) &&
            !write_one(build_file, locks, &build_files->arena, error)) {
            return false;
        }
    }
    return true;
}

static bool rename_one(struct build_file *build_file, bool *renamed, struct error *error)
{
    if (!build_file->output.temporary && !(build_file->goes && build_file->exists)) {
        return true;
    }
    os_unmap(&build_file->file);
    if (build_file->exists && !os_check_unchanged(build_file->target, &build_file->file, error)) {
        return false;
    }
    if (build_file->goes ? !os_remove(build_file->target, renamed, error)
                         : !os_rename(&build_file->output, error)) {
        return false;
    }
    *renamed = true;
    return os_sync_directory_of(build_file->target, error);
}

bool build_files_rename(struct build_files *build_files, bool *renamed, struct error *error)
{
    for (size_t i = 0; i < build_files->count; i++) {
        if (!rename_one(build_files->list[i], renamed, error)) {
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

static bool write_sidecar(struct build_files *build_files, const struct record *record,
                          const char *workspace, bool passing, struct sidecar_file *file,
                          struct error *error)
{
    struct manifest manifest = record->manifest;
    const char *path = sidecar_path(workspace, &build_files->arena);
    file->output.purpose = passing ? OS_PASSING : OS_NEW;
    return (path || error_memory(error)) &&
           build_files_record(build_files, record, workspace, passing, &build_files->arena,
                              &manifest, error) &&
           sidecar_write(&manifest, NULL, 1, &build_files->arena, &file->bytes, error) &&
           new_file_write(path, NULL, &file->bytes, 1, &file->output, error);
}

static bool rename_sidecar(struct sidecar_file *file, bool *renamed, struct error *error)
{
    if (!os_rename(&file->output, error)) {
        return false;
    }
    *renamed = true;
    return os_sync_directory_of(file->output.target, error);
}

static bool changes_any(const struct build_files *build_files)
{
    for (size_t i = 0; i < build_files->count; i++) {
        if (build_file_changes(build_files->list[i])) {
            return true;
        }
    }
    return false;
}

bool build_files_apply(struct build_files *build_files, struct record *record,
                       const char *workspace, struct os_locks *locks, struct error *error)
{
    struct sidecar_file passing = {0};
    struct sidecar_file last = {0};
    bool renamed = false;
    bool done = os_claim_directory_of(workspace, locks, error) &&
                build_files_write(build_files, locks, error) &&
                write_sidecar(build_files, record, workspace, true, &passing, error) &&
                write_sidecar(build_files, record, workspace, false, &last, error);
    if (done && (changes_any(build_files) || !span_equal(last.bytes, record->sidecar.bytes))) {
        record_release(record);
        done = rename_sidecar(&passing, &renamed, error) &&
               build_files_rename(build_files, &renamed, error) &&
               rename_sidecar(&last, &renamed, error);
        if (!done && renamed) {
            error->kind = ERROR_INTERRUPTED;
            error_prefix(error, "some files are written, others not yet; run the same command "
                                "again to finish: ");
        } else if (done) {
            os_finish();
        } else {
            say_unchanged(error);
        }
    }
    os_discard(&passing.output);
    os_discard(&last.output);
    return done;
}

void build_files_free(struct build_files *build_files)
{
    for (size_t i = 0; i < build_files->count; i++) {
        os_discard(&build_files->list[i]->output);
        os_unmap(&build_files->list[i]->file);
        os_unmap(&build_files->list[i]->source);
    }
    arena_free(&build_files->arena);
    *build_files = (struct build_files){0};
}
