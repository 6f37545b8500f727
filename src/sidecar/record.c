/* SPDX-License-Identifier: MIT */
#include "sidecar/record.h"

#include "sidecar/sidecar.h"

static bool read_workspace(struct previous *previous, const char *path, struct error *error)
{
    struct error unread = {0};
    if (os_kind(path) != OS_FILE) {
        return true;
    }
    if (!os_map(path, &previous->workspace, error)) {
        return false;
    }
    previous->has_workspace = archive_read(previous->workspace.bytes, &previous->arena,
                                           &previous->archive, &unread);
    return !previous->has_workspace ||
           pantry_add_archive(&previous->shared, &previous->archive) || error_memory(error);
}

bool previous_open(const char *workspace, struct previous *previous, struct error *error)
{
    const char *path = sidecar_path(workspace, &previous->arena);
    const char *slash = strrchr(workspace, '/');
    previous->directory =
        arena_printf(&previous->arena, "%.*s", slash ? (int)(slash + 1 - workspace) : 0, workspace);
    if (!path || !previous->directory) {
        return error_memory(error);
    }
    if (os_kind(path) == OS_NOTHING) {
        return true;
    }
    if (!os_map(path, &previous->sidecar, error)) {
        return false;
    }
    if (!sidecar_read(previous->sidecar.bytes, &previous->arena, &previous->manifest, error)) {
        return error_prefix(error, "%s: ", path);
    }
    previous->present = true;
    return (pantry_add_stored(&previous->shared, &previous->manifest) || error_memory(error)) &&
           read_workspace(previous, workspace, error);
}

const char *previous_path(const struct previous *previous, size_t library, struct arena *arena)
{
    const char *path = previous->manifest.libraries[library].path;
    return arena_printf(arena, "%s%s", previous->directory, path);
}

static bool has_form(const struct manifest_library *library, struct span bytes)
{
    struct digest digest = {0, 0};
    bool hashed = false;
    for (size_t i = 0; i < library->form_count; i++) {
        if (library->forms[i].size != bytes.size) {
            continue;
        }
        digest = hashed ? digest : digest_of(bytes);
        hashed = true;
        if (digest_equal(digest, library->forms[i].digest)) {
            return true;
        }
    }
    return false;
}

static bool equals_pieces(struct span bytes, const struct span *pieces, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct span part;
        if (!span_sub(bytes, 0, pieces[i].size, &part) || !span_equal(part, pieces[i])) {
            return false;
        }
        bytes = span_from(bytes, pieces[i].size);
    }
    return bytes.size == 0;
}

bool previous_look(const struct previous *previous, size_t number, const char *path,
                   struct arena *arena, struct os_file *file, enum previous_state *state,
                   struct span **pieces, size_t *count, struct error *why, struct error *error)
{
    const struct manifest_library *library = &previous->manifest.libraries[number];
    struct pantry own = {0};
    struct archive archive;
    struct error unread = {0};
    *state = PREVIOUS_MISSING;
    *pieces = NULL;
    if (os_kind(path) == OS_NOTHING) {
        error_set(why, "missing");
        return true;
    }
    if (!os_map(path, file, error)) {
        return false;
    }
    bool done = !archive_read(file->bytes, arena, &archive, &unread) ||
                pantry_add_archive(&own, &archive) || error_memory(error);
    if (done && !recipe_cook(&previous->manifest, library, &own, &previous->shared, arena, pieces,
                             count, why)) {
        *pieces = NULL;
    }
    pantry_free(&own);
    bool original = done && *pieces && file->bytes.size == library->original.size &&
                    equals_pieces(file->bytes, *pieces, *count);
    bool melded = !original && has_form(library, file->bytes);
    *state = original ? PREVIOUS_ORIGINAL : melded ? PREVIOUS_MELDED : PREVIOUS_OTHER;
    return done;
}

/** Write an original to a file without a name beside the melded one and map it. */
static bool rebuild(struct library *library, const struct span *pieces, size_t count,
                    struct error *error)
{
    bool done = os_gather(library->target, &library->file, pieces, count, &library->original,
                          error);
    if (done) {
        library->bytes = library->original.bytes;
        library->was_melded = true;
    }
    return done;
}

static struct library *find_library(struct set *set, const struct os_file *file)
{
    for (size_t i = 0; i < set->library_count; i++) {
        struct library *library = &set->libraries[i];
        if (library->target && library->file.device == file->device &&
            library->file.inode == file->inode) {
            return library;
        }
    }
    return NULL;
}

/** Note how a library is on the disk; rebuild it if it is melded and in the set. */
static bool look_at(struct previous *previous, size_t number, struct set *set,
                    struct error *error)
{
    struct previous_file *on_disk = &previous->files[number];
    struct arena arena = {0};
    struct os_file file = {0};
    enum previous_state state = PREVIOUS_MISSING;
    struct span *pieces;
    size_t count;
    struct error why = {0};
    const char *path = previous_path(previous, number, &arena);
    bool done = path ? previous_look(previous, number, path, &arena, &file, &state, &pieces,
                                     &count, &why, error)
                     : error_memory(error);
    if (done && state != PREVIOUS_MISSING) {
        on_disk->target = os_real_path(path, &previous->arena, error);
        done = on_disk->target != NULL;
    }
    if (done && state == PREVIOUS_MELDED) {
        struct library *library = find_library(set, &file);
        on_disk->melded = previous->in_use = true;
        on_disk->form = (struct file_form){file.bytes.size, digest_of(file.bytes)};
        on_disk->rebuilt = library != NULL;
        if (library) {
            done = pieces ? rebuild(library, pieces, count, error)
                          : error_set(error, "%s cannot be melded again: %s", path, why.text);
        }
    }
    os_unmap(&file);
    arena_free(&arena);
    return done;
}

bool previous_rebuild(struct previous *previous, struct set *set, struct error *error)
{
    size_t count = previous->manifest.library_count;
    previous->files = ARENA_ARRAY(&previous->arena, struct previous_file, count);
    if (!previous->files) {
        return error_memory(error);
    }
    for (size_t i = 0; i < count; i++) {
        if (!look_at(previous, i, set, error)) {
            return false;
        }
    }
    return true;
}

const struct file_form *previous_form(const struct previous *previous, const char *target)
{
    for (size_t i = 0; i < previous->manifest.library_count; i++) {
        const struct previous_file *file = &previous->files[i];
        if (file->melded && strcmp(file->target, target) == 0) {
            return &file->form;
        }
    }
    return NULL;
}

void previous_release(struct previous *previous)
{
    os_unmap(&previous->workspace);
    os_unmap(&previous->sidecar);
}

void previous_free(struct previous *previous)
{
    pantry_free(&previous->shared);
    previous_release(previous);
    arena_free(&previous->arena);
    *previous = (struct previous){0};
}
