/* SPDX-License-Identifier: MIT */
#include "sidecar/record.h"

#include <stdlib.h>

#include "apple/xcframework.h"
#include "ar/universal.h"
#include "base/path.h"
#include "image/image.h"
#include "sidecar/sidecar.h"

/** Map the workspace of a part, if it is there. */
static bool map_workspace(struct record *record, size_t part, const char *path,
                          struct error *error)
{
    struct record_workspace *workspace = &record->workspaces[part];
    workspace->path = path;
    workspace->is_there = os_may_be_file(path);
    record->workspace_count = part + 1;
    return !workspace->is_there || os_map(path, &workspace->file, error);
}

/** Add the members of a workspace to what originals are rebuilt from. */
static bool read_workspace(struct record *record, struct record_workspace *workspace,
                           struct error *error)
{
    struct error unread = {0};
    if (!workspace->is_there) {
        return true;
    }
    struct span bytes = workspace->file.bytes;
    workspace->is_archive = universal_has(bytes, archive_probe) ||
                            archive_read(bytes, &record->arena, &workspace->archive, &unread);
    return !workspace->is_archive ||
           content_store_add_file(&record->shared, bytes, &record->arena) || error_memory(error);
}

/** Map and read all workspaces; the first one is mapped. */
static bool read_workspaces(struct record *record, struct error *error)
{
    const struct manifest *manifest = &record->manifest;
    struct record_workspace *list =
        ARENA_ARRAY(&record->arena, struct record_workspace, manifest->further_count + 1);
    if (!list) {
        return error_memory(error);
    }
    list[0] = record->workspaces[0];
    record->workspaces = list;
    for (size_t i = 1; i <= manifest->further_count; i++) {
        const char *path = arena_printf(&record->arena, "%s%s", record->directory,
                                        manifest_workspace_name(manifest, i));
        if (!path || !map_workspace(record, i, path, error)) {
            return path ? false : error_memory(error);
        }
    }
    for (size_t i = 0; i < record->workspace_count; i++) {
        if (!read_workspace(record, &list[i], error)) {
            return false;
        }
    }
    return true;
}

struct span record_workspace_bytes(const struct record *record, size_t part)
{
    return part < record->workspace_count ? record->workspaces[part].file.bytes
                                          : (struct span){0};
}

bool record_workspace_is_kept(const struct record *record, size_t part)
{
    const struct file_form *form = manifest_workspace_form(&record->manifest, part);
    struct span bytes = record_workspace_bytes(record, part);
    return bytes.size == form->size && digest_equal(digest_of(bytes), form->digest);
}

/** The first workspace of a set: in an xcframework, only the sidecar at @path knows its place. */
static const char *find_first(struct record *record, const char *workspace, const char *path,
                              struct error *error)
{
    struct arena *arena = &record->arena;
    struct manifest manifest;
    const char *first = workspace;
    if (xcframework_is_named(workspace)) {
        if (!sidecar_peek(record->sidecar.bytes, arena, &manifest, error)) {
            error_prefix(error, "%s: ", path);
            return NULL;
        }
        bool named = manifest_take_name(&manifest, path, arena);
        first = named && manifest.first
                    ? arena_printf(arena, "%s%s", record->directory, manifest.first)
                    : workspace;
    }
    first = first ? arena_printf(arena, "%s", first) : NULL;
    if (!first) {
        error_memory(error);
    }
    return first;
}

bool record_open(const char *workspace, struct record *record, struct error *error)
{
    const char *path = sidecar_path(workspace, &record->arena);
    record->directory =
        arena_printf(&record->arena, "%.*s", (int)path_prefix_size(workspace), workspace);
    if (!path || !record->directory) {
        return error_memory(error);
    }
    if (os_kind(path) == OS_NOTHING) {
        return true;
    }
    if (!os_map(path, &record->sidecar, error)) {
        return false;
    }
    const char *first = find_first(record, workspace, path, error);
    record->workspaces = ARENA_ARRAY(&record->arena, struct record_workspace, 1);
    if (!first || !record->workspaces) {
        return first ? error_memory(error) : false;
    }
    if (!map_workspace(record, 0, first, error)) {
        return false;
    }
    if (!sidecar_read(record->sidecar.bytes, record_workspace_bytes(record, 0), &record->arena,
                      &record->manifest, error)) {
        return error_prefix(error, "%s: ", path);
    }
    if (!record->manifest.identifiers != !xcframework_is_named(workspace)) {
        return error_set(error, "%s: the sidecar of %s, and %s is %s", path,
                         record->manifest.identifiers ? "an xcframework" : "archives", workspace,
                         record->manifest.identifiers ? "none" : "an xcframework");
    }
    record->present = true;
    return (manifest_take_name(&record->manifest, path, &record->arena) || error_memory(error)) &&
           (content_store_add_stored(&record->shared, &record->manifest) || error_memory(error)) &&
           read_workspaces(record, error);
}

const char *record_path(const struct record *record, size_t library, struct arena *arena)
{
    const char *path = record->manifest.libraries[library].path;
    return arena_printf(arena, "%s%s", record->directory, path);
}

/** Say why an original of a part cannot be rebuilt: mostly because of the workspace. */
static void explain_lack(const struct record *record, size_t part, struct error *why)
{
    const struct record_workspace *workspace = &record->workspaces[part];
    const char *name = manifest_workspace_name(&record->manifest, part);
    struct error reason = {0};
    if (manifest_is_single(&record->manifest)) {
        return;
    }
    if (!workspace->is_archive) {
        error_set(&reason,
                  "its workspace %s is %s: put that back, or build the library again", name,
                  workspace->is_there ? "damaged" : "missing");
    } else if (!record_workspace_is_kept(record, part)) {
        error_set(&reason,
                  "its workspace %s is not the one that was written: put that back, or build the "
                  "library again",
                  name);
    }
    *why = reason.kind != ERROR_NONE ? reason : *why;
}

/** Add the contents to @own that the sidecar has but for what the melded library has of them. */
static bool add_left_out(const struct record *record, size_t number, struct span file,
                         struct content_store *own)
{
    struct manifest manifest = record->manifest;
    const struct manifest_library *library = &manifest.libraries[number];
    bool done = true;
    pack_read_file(file, number, &manifest);
    for (size_t i = 0; done && i < library->step_count; i++) {
        uint32_t content = library->steps[i].content;
        if (content != NO_CONTENT && manifest.contents[content].rest &&
            !manifest.contents[content].lost) {
            done = content_store_add(own, manifest.contents[content].bytes);
        }
    }
    return done;
}

bool record_look(const struct record *record, size_t number, const char *path, struct arena *arena,
                 struct os_file *file, enum record_state *state, struct span **pieces,
                 size_t *count, struct error *why, struct error *error)
{
    const struct manifest_library *library = &record->manifest.libraries[number];
    struct content_store own = {0};
    *state = RECORD_MISSING;
    *pieces = NULL;
    if (os_kind(path) == OS_NOTHING) {
        error_set(why, "missing");
        return true;
    }
    if (!os_map(path, file, error)) {
        return false;
    }
    bool melded = manifest_has_form(library, file->bytes);
    bool done = content_store_add_file(&own, file->bytes, arena) || error_memory(error);
    if (done && melded) {
        done = add_left_out(record, number, file->bytes, &own) || error_memory(error);
    }
    if (done && !recipe_rebuild(&record->manifest, library, &own, &record->shared, arena, pieces,
                                count, why)) {
        *pieces = NULL;
        explain_lack(record, library->part, why);
    }
    content_store_free(&own);
    if (*pieces && manifest_is_of_image(&record->manifest, library) &&
        !(image_probe((*pieces)[1]) && image_probe(file->bytes))) {
        *pieces = NULL;
        error_set(why, "its sidecar is that of a shared object or a program, which this is not");
    }
    bool original = done && *pieces && file->bytes.size == library->original.size &&
                    span_equal_pieces(file->bytes, *pieces, *count);
    *state = original ? RECORD_ORIGINAL : melded ? RECORD_MELDED : RECORD_OTHER;
    return done;
}

/** Write an original to a file without a name beside the melded one and map it. */
static bool rebuild(struct library *library, const struct span *pieces, size_t count,
                    struct error *error)
{
    bool done =
        os_gather(library->target, &library->file, pieces, count, &library->original, error);
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
static bool look_at(struct record *record, size_t number, struct set *set, struct error *error)
{
    struct record_file *on_disk = &record->files[number];
    struct arena arena = {0};
    struct os_file file = {0};
    enum record_state state = RECORD_MISSING;
    struct span *pieces;
    size_t count;
    struct error why = {0};
    const char *path = record_path(record, number, &arena);
    bool done = path ? record_look(record, number, path, &arena, &file, &state, &pieces, &count,
                                   &why, error)
                     : error_memory(error);
    if (done && state != RECORD_MISSING) {
        on_disk->target = os_real_path(path, &record->arena, error);
        done = on_disk->target != NULL;
    }
    on_disk->changed = done && state == RECORD_OTHER;
    if (done && state == RECORD_MELDED) {
        struct library *library = find_library(set, &file);
        on_disk->melded = record->in_use = true;
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

bool record_rebuild(struct record *record, struct set *set, struct error *error)
{
    size_t count = record->manifest.library_count;
    record->files = ARENA_ARRAY(&record->arena, struct record_file, count);
    if (!record->files) {
        return error_memory(error);
    }
    for (size_t i = 0; i < count; i++) {
        if (!look_at(record, i, set, error)) {
            return false;
        }
    }
    return true;
}

const struct file_form *record_form(const struct record *record, const char *target)
{
    for (size_t i = 0; i < record->manifest.library_count; i++) {
        const struct record_file *file = &record->files[i];
        if (file->melded && strcmp(file->target, target) == 0) {
            return &file->form;
        }
    }
    return NULL;
}

/** Take the libraries of a part, which becomes the only one. */
static bool take_libraries(const struct record *record, size_t part, struct arena *arena,
                           struct record *slice)
{
    const struct manifest *from = &record->manifest;
    struct manifest *to = &slice->manifest;
    to->libraries = ARENA_ARRAY(arena, struct manifest_library, from->library_count);
    slice->files = ARENA_ARRAY(arena, struct record_file, from->library_count);
    to->library_count = 0;
    for (size_t i = 0; to->libraries && slice->files && i < from->library_count; i++) {
        if (from->libraries[i].part == part) {
            slice->files[to->library_count] = record->files ? record->files[i]
                                                            : (struct record_file){0};
            to->libraries[to->library_count] = from->libraries[i];
            to->libraries[to->library_count++].part = 0;
        }
    }
    bool done = to->libraries && slice->files;
    slice->files = record->files ? slice->files : NULL;
    return done;
}

bool record_of_slices(const struct record *record, size_t part, const char *machine,
                      struct arena *arena, struct record *slice)
{
    bool there = part < record->workspace_count && !record->workspaces[part].is_new;
    struct record_workspace *workspace = ARENA_NEW(arena, struct record_workspace);
    *slice = *record;
    slice->workspaces = workspace;
    slice->workspace_count = there;
    slice->manifest.further_count = 0;
    if (!workspace || !take_libraries(record, part, arena, slice)) {
        return false;
    }
    if (!there) {
        return true;
    }
    struct error unread = {0};
    *workspace = record->workspaces[part];
    slice->manifest.workspace_form = *manifest_workspace_form(&record->manifest, part);
    slice->manifest.first = manifest_workspace_name(&record->manifest, part);
    if (universal_probe(workspace->file.bytes)) {
        struct span bytes = universal_slice_of(workspace->file.bytes, machine);
        if (record_workspace_is_kept(record, part)) {
            slice->manifest.workspace_form = (struct file_form){bytes.size, digest_of(bytes)};
        }
        workspace->file.bytes = bytes;
        workspace->is_archive = archive_read(bytes, arena, &workspace->archive, &unread);
    }
    return true;
}

void record_release(struct record *record)
{
    for (size_t i = 0; i < record->workspace_count; i++) {
        os_unmap(&record->workspaces[i].file);
    }
    os_unmap(&record->sidecar);
}

void record_free(struct record *record)
{
    content_store_free(&record->shared);
    record_release(record);
    arena_free(&record->arena);
    *record = (struct record){0};
}

/** Whether a sidecar lists at least @count further workspaces. */
static bool lists_further(const char *sidecar, unsigned long count, struct arena *arena)
{
    struct os_file file = {0};
    struct manifest manifest;
    struct error unread = {0};
    bool lists = os_kind(sidecar) == OS_FILE && os_map(sidecar, &file, &unread) &&
                 sidecar_peek(file.bytes, arena, &manifest, &unread) && !manifest.identifiers &&
                 manifest.further_count >= count;
    os_unmap(&file);
    return lists;
}

const char *sidecar_first_workspace(const char *archive, struct arena *arena)
{
    size_t stem = path_stem_size(archive);
    size_t digits = stem;
    while (digits > 0 && archive[digits - 1] >= '0' && archive[digits - 1] <= '9') {
        digits--;
    }
    if (digits == stem || digits < 2 || archive[digits - 1] != '-' || archive[digits] == '0' ||
        stem - digits > 3) {
        return NULL;
    }
    unsigned long number = strtoul(archive + digits, NULL, 10);
    const char *first =
        arena_printf(arena, "%.*s%s", (int)digits - 1, archive, archive + stem);
    const char *sidecar = first ? sidecar_path(first, arena) : NULL;
    bool is = sidecar && number >= 2 && lists_further(sidecar, number - 1, arena);
    return is ? first : NULL;
}

enum sidecar_kind sidecar_beside(const char *archive)
{
    struct arena arena = {0};
    struct os_file file = {0};
    struct manifest manifest;
    struct error unread = {0};
    const char *path = sidecar_path(archive, &arena);
    enum sidecar_kind kind = SIDECAR_NONE;
    if (path && os_kind(path) == OS_FILE) {
        bool single = os_map(path, &file, &unread) &&
                      sidecar_peek(file.bytes, &arena, &manifest, &unread) &&
                      manifest_is_single(&manifest);
        kind = single ? SIDECAR_OF_LIBRARY : SIDECAR_OF_SET;
    } else if (path && sidecar_first_workspace(archive, &arena)) {
        kind = SIDECAR_OF_SET;
    }
    os_unmap(&file);
    arena_free(&arena);
    return kind;
}
