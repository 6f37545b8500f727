/* SPDX-License-Identifier: MIT */
#include "write/new_file.h"

#include "base/path.h"
#include "base/table.h"

void say_unchanged(struct error *error)
{
    if (error->kind == ERROR_INPUT && !os_has_changed()) {
        error_suffix(error, "; no file was changed");
    }
}

bool new_file_write(const char *target, const struct os_file *like, const struct span *pieces,
                    size_t count, struct os_output *output, struct error *error)
{
    struct os_file written = {0};
    bool done = os_create(target, like, output, error) && os_write(output, pieces, count, error) &&
                os_map_output(output, &written, error);
    if (done && !span_equal_pieces(written.bytes, pieces, count)) {
        done = error_set(error, READ_BACK_DIFFERS, target);
    }
    os_unmap(&written);
    return done && os_sync(output, error);
}

/* ---- checking ---------------------------------------------------------------------------- */

// NOLINTNEXTLINE(misc-no-recursion): one level for each missing directory
const char *new_file_place(const char *path, struct arena *arena, struct error *error)
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
    const char *parent = new_file_place(directory, arena, error);
    const char *place =
        parent ? path_clean(path_join(parent, path_base(path), arena), arena) : NULL;
    if (parent && !place) {
        error_memory(error);
    }
    return place;
}

static bool is_kept(const struct new_files *files, const struct new_file *file)
{
    for (size_t i = 0; i < files->kept_count; i++) {
        const struct kept_file *kept = &files->kept[i];
        if (strcmp(kept->path, file->target) == 0) {
            return true;
        }
        if (file->exists && (kept->file ? kept->file->device == file->before.device &&
                                              kept->file->inode == file->before.inode
                                        : os_same_file(kept->path, file->target))) {
            return true;
        }
    }
    return false;
}

/** Find the target and look at the file in its place. */
static bool look_at(struct new_file *file, struct arena *arena, struct error *error)
{
    file->target = new_file_place(file->path, arena, error);
    if (!file->target) {
        return false;
    }
    enum os_kind kind = os_kind(file->target);
    if (kind == OS_OTHER || kind == OS_UNKNOWN) {
        return error_set(error,
                         "%s: no plain file, or it cannot be looked at, so it is not replaced: "
                         "name another directory",
                         file->path);
    }
    if (kind == OS_DIRECTORY) {
        return error_set_kind(error, ERROR_USAGE,
                              "%s: a directory, so it is not replaced: name another directory",
                              file->path);
    }
    file->exists = kind == OS_FILE;
    file->changes = true;
    if (file->exists) {
        if (!os_map(file->target, &file->before, error)) {
            return false;
        }
        file->changes = !span_equal_pieces(file->before.bytes, file->pieces, file->piece_count) ||
                        (file->mode && file->before.mode != os_kept_mode(file->mode));
    }
    return true;
}

static bool same_target(const void *context, uint32_t number, const void *key)
{
    const struct new_files *files = context;
    return strcmp(files->list[number].target, key) == 0;
}

static bool check_one(struct new_files *files, uint32_t number, struct table *targets,
                      struct error *error)
{
    const struct new_file *file = &files->list[number];
    uint64_t hash = table_hash(span_of(file->target), 0);
    if (is_kept(files, file)) {
        return error_set_kind(error, ERROR_USAGE,
                              "%s would replace %s, a file of the set: name another directory",
                              file->path, file->target);
    }
    uint32_t other = table_find(targets, hash, same_target, files, file->target);
    if (other != TABLE_NONE) {
        return error_set_kind(error, ERROR_USAGE,
                              "%s and %s would both be written to %s: rename one, or name another "
                              "directory",
                              files->list[other].from, file->from, file->target);
    }
    return table_add(targets, hash, number) || error_memory(error);
}

bool new_files_check(struct new_files *files, struct arena *arena, struct error *error)
{
    struct table targets = {0};
    bool done = true;
    for (size_t i = 0; done && i < files->count; i++) {
        done = look_at(&files->list[i], arena, error) &&
               check_one(files, (uint32_t)i, &targets, error);
    }
    table_free(&targets);
    return done;
}

/* ---- writing ----------------------------------------------------------------------------- */

static bool write_all(struct new_files *files, struct os_locks *locks, struct error *error)
{
    for (size_t i = 0; i < files->count; i++) {
        struct new_file *file = &files->list[i];
        struct os_file like = file->before;
        like.mode = file->mode ? file->mode : like.mode;
        if (file->changes &&
            !(os_claim_directory_of(file->target, locks, error) &&
              new_file_write(file->target, file->exists || file->mode ? &like : NULL,
                             file->pieces, file->piece_count, &file->output, error))) {
            return false;
        }
    }
    return true;
}

/** Nobody wrote meanwhile to the files that the new ones are made from. */
static bool check_kept(const struct new_files *files, struct error *error)
{
    for (size_t i = 0; i < files->kept_count; i++) {
        const struct kept_file *kept = &files->kept[i];
        if (kept->file && !os_check_unchanged(kept->path, kept->file, error)) {
            return false;
        }
    }
    return true;
}

static bool rename_all(struct new_files *files, bool *renamed, struct error *error)
{
    for (size_t i = 0; i < files->count; i++) {
        os_unmap(&files->list[i].before);
    }
    for (size_t i = 0; i < files->count; i++) {
        struct new_file *file = &files->list[i];
        if (!file->output.temporary) {
            continue;
        }
        if ((file->exists && !os_check_unchanged(file->target, &file->before, error)) ||
            !os_rename(&file->output, error)) {
            return false;
        }
        *renamed = true;
        if (!os_sync_directory_of(file->target, error)) {
            return false;
        }
    }
    return true;
}

bool new_files_apply(struct new_files *files, struct os_locks *locks, struct error *error)
{
    bool renamed = false;
    bool done = os_make_directory(files->directory, locks, error) &&
                write_all(files, locks, error) && check_kept(files, error) &&
                rename_all(files, &renamed, error);
    if (!done && renamed) {
        error->kind = ERROR_INTERRUPTED;
        error_prefix(error, "some files are written, others not yet; run the same command again "
                            "to finish: ");
    } else if (done) {
        os_finish();
    } else {
        say_unchanged(error);
    }
    return done;
}

void new_files_free(struct new_files *files)
{
    for (size_t i = 0; files->list && i < files->count; i++) {
        os_discard(&files->list[i].output);
        os_unmap(&files->list[i].before);
    }
}
