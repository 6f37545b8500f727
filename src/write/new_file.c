/* SPDX-License-Identifier: MIT */
#include "write/new_file.h"

#include "base/path.h"

bool new_file_write(const char *target, const struct os_file *like, const struct span *pieces,
                    size_t count, struct os_output *output, struct error *error)
{
    struct os_file written = {0};
    bool done = os_create(target, like, output, error) && os_write(output, pieces, count, error) &&
                os_map_output(output, &written, error);
    if (done && !span_equal_pieces(written.bytes, pieces, count)) {
        done = error_set(error, "%s: reading back: it is not what was written", target);
    }
    os_unmap(&written);
    return done && os_sync(output, error);
}

/* ---- checking ---------------------------------------------------------------------------- */

static bool is_kept(const struct new_files *files, const char *target)
{
    for (size_t i = 0; i < files->kept_count; i++) {
        if (strcmp(files->kept[i], target) == 0 || os_same_file(files->kept[i], target)) {
            return true;
        }
    }
    return false;
}

static bool check_one(const struct new_files *files, struct new_file *file, struct arena *arena,
                      struct error *error)
{
    enum os_kind kind = os_kind(file->path);
    if (kind != OS_NOTHING && kind != OS_FILE) {
        return error_set_kind(error, ERROR_USAGE,
                              "%s: not a file, so it is not replaced: name another directory",
                              file->path);
    }
    file->target = file->path; /* its directory may be missing */
    file->changes = true;
    if (kind == OS_NOTHING && os_kind(files->directory) == OS_NOTHING) {
        return true;
    }
    file->target = kind == OS_FILE ? os_real_path(file->path, arena, error)
                                   : os_real_place(file->path, arena, error);
    if (!file->target) {
        return false;
    }
    if (is_kept(files, file->target)) {
        return error_set_kind(error, ERROR_USAGE,
                              "%s would replace %s, a file of the set: name another directory",
                              file->path, file->target);
    }
    if (kind == OS_FILE) {
        if (!os_map(file->target, &file->before, error)) {
            return false;
        }
        file->exists = true;
        file->changes = !span_equal_pieces(file->before.bytes, file->pieces, file->piece_count) ||
                        (file->mode && file->before.mode != os_kept_mode(file->mode));
    }
    return true;
}

bool new_files_check(struct new_files *files, struct arena *arena, struct error *error)
{
    for (size_t i = 0; i < files->count; i++) {
        if (!check_one(files, &files->list[i], arena, error)) {
            return false;
        }
    }
    return true;
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
    bool done = os_make_directory(files->directory, error) && write_all(files, locks, error) &&
                rename_all(files, &renamed, error);
    if (!done && renamed) {
        error->kind = ERROR_INTERRUPTED;
        error_prefix(error, "some files are written, others not yet; run the same command again "
                            "to finish: ");
    } else if (done) {
        os_finish();
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
