/* SPDX-License-Identifier: MIT */
/** Restoring a set: examine every file, refuse what cannot be restored, then commit. */
#include "apple/xcframework.h"
#include "base/path.h"
#include "write/guard.h"
#include "write/neighbours.h"
#include "write/new_file.h"
#include "write/undo_internal.h"

/** Whether melding left a library as it was: whatever became of it is no concern of the set. */
static bool was_let_be(const struct undoing *u, size_t number)
{
    const struct manifest *manifest = &u->record.manifest;
    return manifest->libraries[number].left_out && !manifest->shrunk;
}

/** Decide about one library: restore it, leave it alone, or add a finding. */
static bool plan_library(struct undoing *u, size_t number)
{
    struct error why = {0};
    struct undone *library = &u->libraries[number];
    if (!undo_look(u, number, &why)) {
        return false;
    }
    if (library->state != RECORD_MELDED && was_let_be(u, number)) {
        return true;
    }
    if (library->state == RECORD_MISSING) {
        return undo_find(u, library->path, "missing, and with it the members that stayed in it");
    }
    if (library->state == RECORD_OTHER) {
        return undo_find(u, library->path,
                         "not what was melded: another build, damaged, or changed by another tool");
    }
    if (library->state == RECORD_MELDED && !library->pieces) {
        u->lacks_contents = true;
        return undo_find(u, library->path, why.text);
    }
    if (library->state == RECORD_MELDED) {
        u->report->restored++;
        undo_list(u, library->path, library->file.bytes.size,
             u->record.manifest.libraries[number].original.size);
    }
    return true;
}

static bool is_to_be_restored(const struct undone *library)
{
    return library->state == RECORD_MELDED && library->pieces;
}

static bool write_original(struct undoing *u, size_t number)
{
    struct undone *library = &u->libraries[number];
    struct os_file like = library->file;
    const char *target = os_real_path(library->path, u->arena, u->error);
    like.mode = u->record.manifest.libraries[number].mode;
    return target && os_claim_directory_of(target, u->rules->locks, u->error) &&
           new_file_write(target, &like, library->pieces, library->count, &library->output,
                          u->error);
}

/**
 * Remove what an interrupted run left behind in a folder of an xcframework and all below: files are
 * copied there if libraries are melded into another folder.
 */
// NOLINTNEXTLINE(misc-no-recursion): as deep as the folders
static void sweep_below(const char *folder, struct arena *arena)
{
    struct os_entry *list;
    size_t count;
    struct error unread = {0};
    os_sweep(folder);
    if (!os_list(folder, arena, &list, &count, &unread)) {
        return; /* what cannot be removed hurts nobody */
    }
    for (size_t i = 0; i < count; i++) {
        const char *path = arena_printf(arena, "%s/%s", folder, list[i].name);
        if (path && list[i].kind == OS_DIRECTORY && !list[i].is_link) {
            sweep_below(path, arena);
        }
    }
}

/**
 * The same for all xcframeworks that libraries are in, and that of the workspaces; who holds their
 * folders, holds them.
 */
static bool sweep_frameworks(struct undoing *u)
{
    const char *last = "";
    if (u->record.manifest.identifiers) {
        sweep_below(u->rules->workspace, u->arena);
    }
    for (size_t i = 0; i < u->record.manifest.library_count; i++) {
        const char *around = xcframework_around(u->libraries[i].path, u->arena);
        if (!u->record.manifest.identifiers || !around || strcmp(around, last) == 0 ||
            os_kind(around) != OS_DIRECTORY) {
            continue;
        }
        if (!os_claim_directory_of(around, u->rules->locks, u->error)) {
            return false;
        }
        sweep_below(around, u->arena);
        last = around;
    }
    return true;
}

/** Claim all directories that this run writes to, or that an interrupted run wrote to. */
static bool claim_directories(struct undoing *u)
{
    for (size_t i = 0; i < u->record.manifest.library_count; i++) {
        bool there = u->libraries[i].state != RECORD_MISSING ||
                     os_kind_of_parent(u->libraries[i].path) == OS_DIRECTORY;
        if (there &&
            !os_claim_directory_of(u->libraries[i].path, u->rules->locks, u->error)) {
            return false;
        }
    }
    for (size_t i = 0; i < u->record.manifest.file_count; i++) {
        const char *target = u->files[i].target;
        const char *around = target ? xcframework_around(target, u->arena) : NULL;
        if (target && !os_claim_directory_of(around ? around : target, u->rules->locks, u->error)) {
            return false;
        }
    }
    return os_claim_directory_of(u->rules->workspace, u->rules->locks, u->error) &&
           sweep_frameworks(u);
}

static bool write_originals(struct undoing *u)
{
    for (size_t i = 0; i < u->record.manifest.library_count; i++) {
        if (is_to_be_restored(&u->libraries[i]) && !write_original(u, i)) {
            return false;
        }
    }
    return true;
}

/** Write the originals of build files; generated ones are removed later. */
static bool write_files(struct undoing *u)
{
    for (size_t i = 0; i < u->record.manifest.file_count; i++) {
        const struct manifest_file *record = &u->record.manifest.files[i];
        struct undone_file *file = &u->files[i];
        struct os_file like = file->file;
        like.mode = record->mode;
        if (file->written && record->existed &&
            !new_file_write(file->target, &like, &record->bytes, 1, &file->output, u->error)) {
            return false;
        }
    }
    return true;
}

/**
 * Undo build files, after the libraries: until then they must name the workspace. Generated ones go
 * with the workspace: a file that is not restored may name them.
 */
static bool undo_files(struct undoing *u, bool everything)
{
    for (size_t i = 0; i < u->record.manifest.file_count; i++) {
        struct undone_file *file = &u->files[i];
        if (!file->written || (!everything && !file->output.temporary)) {
            continue;
        }
        if (!os_check_unchanged(file->target, &file->file, u->error)) {
            return false;
        }
        if (file->output.temporary ? !os_rename(&file->output, u->error)
                                   : !os_remove(file->target, &u->renaming, u->error)) {
            return false;
        }
        u->renaming = true;
        if (!os_sync_directory_of(file->target, u->error)) {
            return false;
        }
    }
    return true;
}

/** Unmap all files: everything is written, and some systems replace no mapped file. */
static void release(struct undoing *u)
{
    for (size_t i = 0; i < u->record.manifest.library_count; i++) {
        os_unmap(&u->libraries[i].file);
    }
    for (size_t i = 0; i < u->record.manifest.file_count; i++) {
        os_unmap(&u->files[i].file);
    }
    record_release(&u->record);
}

static bool rename_originals(struct undoing *u)
{
    release(u);
    for (size_t i = 0; i < u->record.manifest.library_count; i++) {
        struct undone *library = &u->libraries[i];
        if (!library->output.temporary) {
            continue;
        }
        if (!os_check_unchanged(library->path, &library->file, u->error) ||
            !os_rename(&library->output, u->error)) {
            return false;
        }
        u->renaming = true;
        if (!os_sync_directory_of(library->output.target, u->error)) {
            return false;
        }
    }
    return true;
}

/** Remove a file. Its folder is gone if a run was stopped that removes folders, too. */
static bool remove_one(struct undoing *u, const char *path)
{
    const char *directory = path_directory(path, u->arena);
    if (!directory) {
        return error_memory(u->error);
    }
    return os_kind(directory) == OS_NOTHING ||
           (os_remove(path, &u->renaming, u->error) && os_sync_directory_of(path, u->error));
}

/**
 * Remove the folders of an xcframework of workspaces, if nothing else is in them: those of a run
 * that was stopped before the sidecar told of them, too.
 */
static bool remove_folders(struct undoing *u)
{
    struct os_entry *list = NULL;
    size_t count = 0;
    struct error unread = {0};
    bool done = true;
    if (!u->record.manifest.identifiers ||
        !os_list(u->rules->workspace, u->arena, &list, &count, &unread)) {
        return error_passes(&unread, u->error);
    }
    for (size_t i = 0; done && i < count; i++) {
        const char *path =
            arena_printf(u->arena, "%s/%s", u->rules->workspace, list[i].name);
        done = path != NULL || error_memory(u->error);
        done = done && (list[i].kind != OS_DIRECTORY || list[i].is_link ||
                        os_remove_directory(path, u->error));
    }
    return done && os_remove_directory(u->rules->workspace, u->error);
}

/** Whether armeld wrote a file in an xcframework of workspaces. */
static bool is_ours(const struct undoing *u, const char *path)
{
    bool ours = false;
    for (size_t i = 0; i < u->record.workspace_count; i++) {
        ours |= strcmp(u->record.workspaces[i].path, path) == 0;
    }
    for (size_t i = 0; i < u->record.manifest.file_count; i++) {
        ours |= u->files[i].target && os_same_file(u->files[i].target, path);
    }
    return ours;
}

/** Whether a folder of an xcframework of workspaces has something that is not armeld's. */
// NOLINTNEXTLINE(misc-no-recursion): as deep as the folders
static bool has_foreign(const struct undoing *u, const char *folder, size_t depth)
{
    struct os_entry *list;
    size_t count;
    struct error unread = {0};
    if (os_kind(folder) != OS_DIRECTORY) {
        return false;
    }
    bool has = !os_list(folder, u->arena, &list, &count, &unread);
    for (size_t i = 0; !has && i < count; i++) {
        const char *path = arena_printf(u->arena, "%s/%s", folder, list[i].name);
        bool below = depth == 0 && list[i].kind == OS_DIRECTORY && !list[i].is_link;
        has = path && (below ? has_foreign(u, path, depth + 1) : !is_ours(u, path));
    }
    return has;
}

/** Tell of the folder of the workspaces, if it stays, and of files that still name a workspace. */
static bool note_rest(struct undoing *u)
{
    const char *workspace = u->report->workspace;
    const char **texts = ARENA_ARRAY(u->arena, const char *, 2);
    const char *first = NULL;
    size_t naming = 0;
    bool foreign = u->record.manifest.identifiers && has_foreign(u, u->rules->workspace, 0);
    if (!texts) {
        return error_memory(u->error);
    }
    if (!undo_find_naming(u, &first, &naming)) {
        return false;
    }
    if (foreign) {
        texts[0] = arena_printf(u->arena, "%s stays: it has other files, too", workspace);
        u->report->notes = &texts[0];
        u->report->note_count = 1;
    }
    if (naming) {
        texts[1] = arena_printf(u->arena, "%s%s the workspace, which goes", first,
                                naming > 1 ? " and others, which armeld does not know, name"
                                           : ", which armeld does not know, names");
        u->report->warnings = &texts[1];
        u->report->warning_count = 1;
    }
    return ((!foreign || texts[0]) && (!naming || texts[1])) || error_memory(u->error);
}

/** Remove the workspaces, then the sidecar, so that a sidecar is never missing while needed. */
static bool remove_workspaces(struct undoing *u)
{
    const char *sidecar = sidecar_path(u->rules->workspace, u->arena);
    bool single = manifest_is_single(&u->record.manifest);
    bool done = sidecar || error_memory(u->error);
    for (size_t i = u->record.workspace_count; done && !single && i > 0; i--) {
        done = remove_one(u, u->record.workspaces[i - 1].path);
    }
    return done && remove_folders(u) && remove_one(u, sidecar);
}

/** Decide what to do with every file; findings are files that cannot be restored. */
static bool examine(struct undoing *u, bool *all_libraries)
{
    for (size_t i = 0; i < u->record.manifest.library_count; i++) {
        if (!plan_library(u, i)) {
            return false;
        }
    }
    *all_libraries = u->report->finding_count == 0;
    return undo_look_at_files(u, true);
}

/** A library that is none of the set keeps the workspace: a copy, a renamed one. */
static bool examine_neighbours(struct undoing *u)
{
    const char *needs;
    const char *why;
    if (u->report->finding_count || u->report->single) {
        return true;
    }
    bool done = guard_removal(&u->record, u->arena, &needs, &why, u->error);
    u->is_needed = done && needs;
    return done && (!needs || undo_find(u, needs, why));
}

/** Whether some library is restored, or was before. */
static bool has_original(const struct undoing *u)
{
    for (size_t i = 0; i < u->record.manifest.library_count; i++) {
        if (u->libraries[i].state == RECORD_ORIGINAL || is_to_be_restored(&u->libraries[i])) {
            return true;
        }
    }
    return false;
}

/** Refuse a set with findings, unless the rest is asked for; but then there must be a rest. */
static bool refuse(struct undoing *u, size_t findings, bool all_libraries)
{
    const struct manifest *manifest = &u->record.manifest;
    if (findings && u->rules->partial && !has_original(u)) {
        return error_set(u->error, "none of the %zu libraries can be restored: nothing is changed",
                         manifest->library_count);
    }
    if (!findings || u->rules->partial) {
        return true;
    }
    u->report->restored = 0;
    u->report->library_count = 0;
    if (u->is_needed) {
        return error_set(u->error,
                         "another library needs the workspace: nothing is restored (--partial "
                         "restores the libraries of the set, and keeps the workspace)");
    }
    const char *advice = all_libraries       ? " (meld the set again, which takes up build files "
                                               "as they are, or --partial restores the others)"
                         : has_original(u)   ? " (--partial restores the others)"
                         : u->lacks_contents ? ""
                                             : ": put them back as they were, or build them again";
    return error_set(u->error, "%zu of %zu %s %s: nothing is restored%s", findings,
                     manifest->library_count + manifest->file_count,
                     manifest->file_count ? "files" : "libraries",
                     u->lacks_contents ? "cannot be restored" : "are not what the sidecar says",
                     advice);
}

/** Write everything, then rename everything, then remove what no file needs any more. */
static bool commit(struct undoing *u, bool all_libraries, bool everything)
{
    bool done = claim_directories(u) && write_originals(u) && write_files(u) &&
                rename_originals(u) && (!all_libraries || undo_files(u, everything)) &&
                (!everything || remove_workspaces(u));
    if (!done && u->renaming) {
        u->error->kind = ERROR_INTERRUPTED;
        error_prefix(u->error, "some libraries are restored, others not yet; run the same command "
                               "again to finish: ");
    } else if (done) {
        os_finish();
    } else {
        say_unchanged(u->error);
    }
    return done;
}

static bool restore(struct undoing *u)
{
    bool all_libraries;
    if (!examine(u, &all_libraries) || !examine_neighbours(u)) {
        return false;
    }
    size_t findings = u->report->finding_count;
    if (findings && u->report->single && !guard_is_workspace(u->rules->workspace, u->error)) {
        return false; /* shrunk by itself, then melded: that comes first */
    }
    if (u->lacks_contents && !undo_check_workspaces(u)) {
        return false;
    }
    return refuse(u, findings, all_libraries) && (findings || note_rest(u)) &&
           (u->rules->dry_run || commit(u, all_libraries, findings == 0));
}

bool undo_restore(const struct undo_rules *rules, struct arena *arena, struct armeld_report *report,
                  struct error *error)
{
    struct undoing undoing = {.rules = rules, .arena = arena, .report = report, .error = error};
    bool done = undo_open(&undoing) && restore(&undoing);
    undo_close(&undoing);
    return done;
}
