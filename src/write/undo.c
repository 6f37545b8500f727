/* SPDX-License-Identifier: MIT */
/** Verifying and restoring a set: the files on disk compared with the sidecar. */
#include "write/undo_internal.h"

#include "base/path.h"
#include "write/guard.h"

bool undo_find(struct undoing *u, const char *path, const char *text)
{
    const char *copy = arena_printf(u->arena, "%s", text);
    u->findings[u->report->finding_count++] = (struct armeld_finding){path, copy};
    return copy || error_memory(u->error);
}

/** The path of a workspace, of the set that is named @first. */
static const char *workspace_path(struct undoing *u, const char *first, size_t part)
{
    const struct manifest *manifest = &u->record.manifest;
    if (manifest->identifiers) {
        return arena_printf(u->arena, "%s/%s/%s", first, manifest->identifiers[part],
                            manifest->library);
    }
    return part ? path_numbered(first, part + 1, u->arena) : first;
}

/** Without a sidecar: one of a marked workspace is lost, of another archive perhaps. */
static bool miss_sidecar(struct undoing *u, const char *path)
{
    struct os_file file = {0};
    struct error unread = {0};
    if (!guard_is_workspace(u->rules->workspace, u->error)) {
        return false;
    }
    bool folder = os_kind(u->rules->workspace) == OS_DIRECTORY;
    bool marked = !folder && os_map(u->rules->workspace, &file, &unread) &&
                  archive_is_marked(file.bytes);
    os_unmap(&file);
    return error_passes(&unread, u->error) &&
           error_set(u->error,
                     "%s: there is no sidecar, so this %s can be neither checked nor restored: "
                     "%s, or build the libraries again (armeld verify --against compares them with "
                     "originals)",
                     path, folder ? "xcframework" : marked ? "set" : "library",
                     folder   ? "put it back, if this is the workspace of a set, else name that"
                     : marked ? "put it back"
                              : "put it back (a verb that finds nothing to change writes none)");
}

bool undo_open(struct undoing *u)
{
    const char *path = sidecar_path(u->rules->workspace, u->arena);
    if (!path) {
        return error_memory(u->error);
    }
    if (os_kind(path) == OS_NOTHING) {
        return miss_sidecar(u, path);
    }
    if (!record_open(u->rules->workspace, &u->record, u->error)) {
        return false;
    }
    u->report->single = manifest_is_single(&u->record.manifest);
    size_t count = u->record.manifest.library_count;
    u->libraries = ARENA_ARRAY(u->arena, struct undone, count);
    size_t file_count = u->record.manifest.file_count;
    u->files = ARENA_ARRAY(u->arena, struct undone_file, file_count);
    u->findings = ARENA_ARRAY(u->arena, struct armeld_finding,
                              count + file_count + 1 + 2 * u->record.workspace_count);
    u->report_libraries = ARENA_ARRAY(u->arena, struct armeld_library, count);
    u->report->findings = u->findings;
    struct armeld_workspace *workspaces =
        ARENA_ARRAY(u->arena, struct armeld_workspace, u->record.workspace_count);
    for (size_t i = 0; workspaces && i < u->record.workspace_count; i++) {
        const char *first = u->report->workspace ? u->report->workspace : u->rules->workspace;
        workspaces[i].path = workspace_path(u, first, i);
        workspaces[i].bytes = u->record.workspaces[i].file.bytes.size;
        if (!workspaces[i].path) {
            return error_memory(u->error);
        }
    }
    u->report->workspaces = workspaces;
    u->report->workspace_count = workspaces ? u->record.workspace_count : 0;
    u->report->libraries = u->report_libraries;
    return (workspaces && u->libraries && u->files && u->findings && u->report_libraries) ||
           error_memory(u->error);
}

void undo_list(struct undoing *u, const char *path, uint64_t before, uint64_t bytes)
{
    u->report_libraries[u->report->library_count++] = (struct armeld_library){
        .path = path, .output = path, .bytes_before = before, .bytes = bytes};
}

bool undo_look(struct undoing *u, size_t number, struct error *why)
{
    struct undone *library = &u->libraries[number];
    library->path = record_path(&u->record, number, u->arena);
    if (!library->path) {
        return error_memory(u->error);
    }
    return record_look(&u->record, number, library->path, u->arena, &library->file, &library->state,
                       &library->pieces, &library->count, why, u->error);
}

void undo_close(struct undoing *u)
{
    for (size_t i = 0; u->libraries && i < u->record.manifest.library_count; i++) {
        os_discard(&u->libraries[i].output);
        os_unmap(&u->libraries[i].file);
    }
    for (size_t i = 0; u->files && i < u->record.manifest.file_count; i++) {
        os_discard(&u->files[i].output);
        os_unmap(&u->files[i].file);
    }
    record_free(&u->record);
}

/** Look at one build file on disk: as armeld wrote it, the original, or a finding. */
static bool look_at_file(struct undoing *u, size_t number, bool undo)
{
    const struct manifest_file *record = &u->record.manifest.files[number];
    struct undone_file *file = &u->files[number];
    file->path = path_join(u->record.directory, record->path, u->arena);
    if (!file->path) {
        return error_memory(u->error);
    }
    if (os_kind(file->path) == OS_NOTHING) { /* a generated file that is gone is undone already */
        return (undo && !record->existed) || undo_find(u, file->path, "missing");
    }
    file->target = os_real_path(file->path, u->arena, u->error);
    if (!file->target || !os_map(file->target, &file->file, u->error)) {
        return false;
    }
    struct span bytes = file->file.bytes;
    for (size_t i = 0; i < record->form_count; i++) {
        file->written |= bytes.size == record->forms[i].size &&
                         digest_equal(digest_of(bytes), record->forms[i].digest);
    }
    bool original = record->existed && span_equal(bytes, record->bytes);
    const char *wrong = NULL;
    if (!undo && file->written && !undo_check_names(u, number, &wrong)) {
        return false;
    }
    if (wrong) {
        return undo_find(u, file->path, wrong);
    }
    if (undo ? file->written || original : file->written) {
        return true;
    }
    return undo_find(u, file->path,
                original ? "as it was before: it does not name the workspace"
                         : "not what was written");
}

bool undo_look_at_files(struct undoing *u, bool undo)
{
    for (size_t i = 0; i < u->record.manifest.file_count; i++) {
        if (!look_at_file(u, i, undo)) {
            return false;
        }
    }
    return true;
}

/** Compare the workspace of a part. */
static bool check_workspace(struct undoing *u, size_t part)
{
    const struct record_workspace *workspace = &u->record.workspaces[part];
    bool other = part || u->record.manifest.identifiers;
    const char *path = other ? arena_printf(u->arena, "%s", workspace->path) : u->rules->workspace;
    if (!path) {
        return error_memory(u->error);
    }
    if (os_kind(path) == OS_NOTHING) {
        return undo_find(u, path, "missing");
    }
    if (workspace->file.bytes.size < manifest_workspace_form(&u->record.manifest, part)->size) {
        return undo_find(u, path, "truncated, or stripped by another tool");
    }
    return record_workspace_is_kept(&u->record, part) ||
           undo_find(u, path, "not the workspace that these libraries were melded into");
}

bool undo_check_workspaces(struct undoing *u)
{
    bool single = manifest_is_single(&u->record.manifest); /* the library stands for it */
    bool done = true;
    for (size_t i = 0; done && !single && i < u->record.workspace_count; i++) {
        done = check_workspace(u, i);
    }
    return done;
}
