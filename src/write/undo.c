/* SPDX-License-Identifier: MIT */
#include "write/undo.h"

#include <stdlib.h>

#include "base/path.h"
#include "census/target.h"
#include "proof/check.h"
#include "sidecar/sidecar.h"
#include "write/build_file.h"

/** One library of the set on disk. */
struct undone {
    const char *path;
    struct os_file file;
    enum record_state state;
    struct span *pieces;
    size_t count;
    struct os_output output;
};

/** A companion of the set on disk: what it is, and what it becomes. */
struct undone_file {
    const char *path;
    const char *target;
    struct os_file file;
    bool written; /* it is what armeld wrote, so it is to be undone */
    struct os_output output;
};

struct undoing {
    const struct undo_rules *rules;
    struct arena *arena;
    struct armeld_report *report;
    struct error *error;
    struct record record;
    struct undone *libraries;
    struct undone_file *files;
    struct armeld_finding *findings;
    struct armeld_library *report_libraries;
    bool workspace_is_broken; /* verify: that was said */
    bool lacks_contents;      /* restore: some original cannot be put together */
    bool renaming;
};

static bool find(struct undoing *u, const char *path, const char *text)
{
    const char *copy = arena_printf(u->arena, "%s", text);
    u->findings[u->report->finding_count++] = (struct armeld_finding){path, copy};
    return copy || error_memory(u->error);
}

/** Read the sidecar; there must be one. */
static bool open_set(struct undoing *u)
{
    const char *path = sidecar_path(u->rules->workspace, u->arena);
    if (!path) {
        return error_memory(u->error);
    }
    if (os_kind(path) == OS_NOTHING) {
        return error_set(u->error, "%s: there is no sidecar, so nothing is known of this set",
                         path);
    }
    if (!record_open(u->rules->workspace, &u->record, u->error)) {
        return false;
    }
    u->report->single = manifest_is_single(&u->record.manifest);
    size_t count = u->record.manifest.library_count;
    u->libraries = ARENA_ARRAY(u->arena, struct undone, count);
    size_t file_count = u->record.manifest.file_count;
    u->files = ARENA_ARRAY(u->arena, struct undone_file, file_count);
    u->findings = ARENA_ARRAY(u->arena, struct armeld_finding, count + file_count + 1);
    u->report_libraries = ARENA_ARRAY(u->arena, struct armeld_library, count);
    u->report->findings = u->findings;
    u->report->libraries = u->report_libraries;
    return (u->libraries && u->files && u->findings && u->report_libraries) ||
           error_memory(u->error);
}

/** Tell of a library and the sizes of its file. */
static void list(struct undoing *u, const char *path, uint64_t before, uint64_t bytes)
{
    u->report_libraries[u->report->library_count++] = (struct armeld_library){
        .path = path, .output = path, .bytes_before = before, .bytes = bytes};
}

/** Look at one library on disk; @why says why its original could not be put together. */
static bool look(struct undoing *u, size_t number, struct error *why)
{
    struct undone *library = &u->libraries[number];
    library->path = record_path(&u->record, number, u->arena);
    if (!library->path) {
        return error_memory(u->error);
    }
    return record_look(&u->record, number, library->path, u->arena, &library->file, &library->state,
                       &library->pieces, &library->count, why, u->error);
}

static void close_set(struct undoing *u)
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

/** Look at one companion on disk: what was written, the original, or a finding. */
static bool look_at_file(struct undoing *u, size_t number, bool undo)
{
    const struct manifest_file *record = &u->record.manifest.files[number];
    struct undone_file *file = &u->files[number];
    file->path = path_join(u->record.directory, record->path, u->arena);
    if (!file->path) {
        return error_memory(u->error);
    }
    if (os_kind(file->path) == OS_NOTHING) { /* to undo it is done already, if it was made */
        return (undo && !record->existed) || find(u, file->path, "missing");
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
    if (undo ? file->written || original : file->written) {
        return true;
    }
    return find(u, file->path,
                original ? "as it was before: it does not name the workspace"
                         : "not what was written");
}

static bool look_at_files(struct undoing *u, bool undo)
{
    for (size_t i = 0; i < u->record.manifest.file_count; i++) {
        if (!look_at_file(u, i, undo)) {
            return false;
        }
    }
    return true;
}

/* ---- verify ------------------------------------------------------------------------------ */

static bool verify_workspace(struct undoing *u)
{
    if (manifest_is_single(&u->record.manifest)) {
        return true; /* it is the library */
    }
    const struct file_form *form = &u->record.manifest.workspace_form;
    struct span bytes = u->record.workspace.bytes;
    if (os_kind(u->rules->workspace) == OS_NOTHING) {
        return find(u, u->rules->workspace, "missing");
    }
    if (bytes.size < form->size) {
        return find(u, u->rules->workspace, "truncated");
    }
    return (bytes.size == form->size && digest_equal(digest_of(bytes), form->digest)) ||
           find(u, u->rules->workspace, "not the workspace that these libraries were melded into");
}

static bool verify_library(struct undoing *u, size_t number)
{
    struct error why = {0};
    const struct manifest_library *library = &u->record.manifest.libraries[number];
    struct undone *on_disk = &u->libraries[number];
    if (!look(u, number, &why)) {
        return false;
    }
    list(u, on_disk->path, library->original.size, library->forms[0].size);
    switch (on_disk->state) {
    case RECORD_MISSING:
        return find(u, on_disk->path, "missing");
    case RECORD_ORIGINAL:
        return library->forms[0].size == library->original.size ||
               find(u, on_disk->path, "the original, not melded");
    case RECORD_OTHER:
        return find(u, on_disk->path,
                    on_disk->file.bytes.size < library->forms[0].size
                        ? "truncated, or another build that is not melded"
                        : "another build, or damaged: not what was melded");
    case RECORD_MELDED:
        break;
    }
    /* what a broken workspace lacks was said of the workspace */
    return on_disk->pieces || u->workspace_is_broken || find(u, on_disk->path, why.text);
}

/**
 * Add an original to a set without putting it together: its members are what its recipe names,
 * where that lies. Members of one content have one name, so that they are soon found to be equal.
 */
static bool add_original(struct undoing *u, size_t number, struct set *set)
{
    const struct manifest_library *recipe = &u->record.manifest.libraries[number];
    const struct undone *library = &u->libraries[number];
    const struct span *piece = library->pieces;
    size_t count = 0;
    struct ar_member *members = ARENA_ARRAY(&set->arena, struct ar_member, recipe->step_count);
    for (size_t i = 0; members && i < recipe->step_count; i++) {
        piece++; /* headers, names, index */
        if (recipe->steps[i].content == NO_CONTENT) {
            continue;
        }
        if (u->record.manifest.contents[recipe->steps[i].content].literal) {
            piece++;
            continue;
        }
        const char *name = arena_printf(&set->arena, "content %u", recipe->steps[i].content);
        if (!name) {
            return error_memory(u->error);
        }
        members[count++] = (struct ar_member){.name = span_of(name), .data = *piece++};
    }
    return members ? set_add_members(set, library->path, members, count, u->error)
                   : error_memory(u->error);
}

/** The set for check_links(): what is on disk first, as its indexes tell of what is not read. */
static bool fill_set(struct undoing *u, struct set *set)
{
    size_t count = u->record.manifest.library_count;
    for (size_t i = 0; i < count; i++) {
        if (!set_add_file(set, u->libraries[i].path, u->error)) {
            return false;
        }
    }
    if (!set_add_file(set, u->rules->workspace, u->error)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!add_original(u, i, set)) {
            return false;
        }
    }
    return set_read(set, u->rules->jobs, u->error);
}

/** Prove again that everything links as the originals do. */
static bool verify_links(struct undoing *u)
{
    const struct manifest *manifest = &u->record.manifest;
    uint32_t count = (uint32_t)manifest->library_count;
    struct set set = {0};
    struct census census = {0};
    struct target target;
    bool done = fill_set(u, &set) &&
                census_take(&set, ARMELD_IDENTITY_LINK, u->rules->jobs, NULL, &census, u->error) &&
                target_agree(&census, &target, u->error);
    if (done) {
        struct check_rules rules = {
            .originals = count + 1,
            .melded = 0,
            .workspace = count,
            .count = count,
            .models = models_of(target.format),
            .shrunk = manifest->shrunk,
            .exports = manifest->exports,
            .export_count = manifest->export_count,
            .jobs = u->rules->jobs,
            .roots = manifest->roots,
            .root_count = manifest->root_count,
        };
        done = check_links(&census, &rules, u->arena, u->report, u->error);
    }
    census_free(&census);
    set_free(&set);
    return done;
}

bool undo_verify(const struct undo_rules *rules, struct arena *arena, struct armeld_report *report,
                 struct error *error)
{
    struct undoing undoing = {.rules = rules, .arena = arena, .report = report, .error = error};
    bool done = open_set(&undoing) && verify_workspace(&undoing);
    undoing.workspace_is_broken = report->finding_count > 0;
    for (size_t i = 0; done && i < undoing.record.manifest.library_count; i++) {
        done = verify_library(&undoing, i);
    }
    done = done && look_at_files(&undoing, false);
    if (done && report->finding_count == 0) {
        done = verify_links(&undoing);
    }
    close_set(&undoing);
    return done;
}

/* ---- restore ----------------------------------------------------------------------------- */

/** Decide what becomes of one library: to be restored, fine as it is, or a finding. */
static bool plan_library(struct undoing *u, size_t number)
{
    struct error why = {0};
    struct undone *library = &u->libraries[number];
    if (!look(u, number, &why)) {
        return false;
    }
    if (library->state == RECORD_MISSING) {
        return find(u, library->path, "missing, and with it the members that stayed in it");
    }
    if (library->state == RECORD_OTHER) {
        return find(u, library->path, "not what was melded: another build, or damaged");
    }
    if (library->state == RECORD_MELDED && !library->pieces) {
        u->lacks_contents = true;
        return find(u, library->path, why.text);
    }
    if (library->state == RECORD_MELDED) {
        u->report->restored++;
        list(u, library->path, library->file.bytes.size,
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
           os_create(target, &like, &library->output, u->error) &&
           os_write(&library->output, library->pieces, library->count, u->error) &&
           os_sync(&library->output, u->error);
}

/** Make ready all places where files will be written, or were to be by an earlier run. */
static bool claim_directories(struct undoing *u)
{
    for (size_t i = 0; i < u->record.manifest.library_count; i++) {
        if (u->libraries[i].state != RECORD_MISSING &&
            !os_claim_directory_of(u->libraries[i].path, u->rules->locks, u->error)) {
            return false;
        }
    }
    for (size_t i = 0; i < u->record.manifest.file_count; i++) {
        if (u->files[i].target &&
            !os_claim_directory_of(u->files[i].target, u->rules->locks, u->error)) {
            return false;
        }
    }
    return os_claim_directory_of(u->rules->workspace, u->rules->locks, u->error);
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

/** Write what companions were before; those that were made are removed instead. */
static bool write_files(struct undoing *u)
{
    for (size_t i = 0; i < u->record.manifest.file_count; i++) {
        const struct manifest_file *record = &u->record.manifest.files[i];
        struct undone_file *file = &u->files[i];
        struct os_file like = file->file;
        like.mode = record->mode;
        if (file->written && record->existed &&
            !(os_create(file->target, &like, &file->output, u->error) &&
              os_write(&file->output, &record->bytes, 1, u->error) &&
              os_sync(&file->output, u->error))) {
            return false;
        }
    }
    return true;
}

/** After the libraries: until then what they need must be named. */
static bool undo_files(struct undoing *u)
{
    for (size_t i = 0; i < u->record.manifest.file_count; i++) {
        struct undone_file *file = &u->files[i];
        if (!file->written) {
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

/** All is written, nothing is read any more. */
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

static bool remove_one(struct undoing *u, const char *path)
{
    return os_remove(path, &u->renaming, u->error) && os_sync_directory_of(path, u->error);
}

/** Nobody needs them any more: first the workspace, so that the sidecar never lacks its set. */
static bool remove_workspace(struct undoing *u)
{
    const char *sidecar = sidecar_path(u->rules->workspace, u->arena);
    bool single = manifest_is_single(&u->record.manifest);
    return sidecar ? (single || remove_one(u, u->rules->workspace)) && remove_one(u, sidecar)
                   : error_memory(u->error);
}

static bool restore(struct undoing *u)
{
    const struct manifest *manifest = &u->record.manifest;
    for (size_t i = 0; i < manifest->library_count; i++) {
        if (!plan_library(u, i)) {
            return false;
        }
    }
    bool all_libraries = u->report->finding_count == 0;
    if (!look_at_files(u, true)) {
        return false;
    }
    size_t findings = u->report->finding_count;
    if (u->lacks_contents && !verify_workspace(u)) {
        return false;
    }
    if (findings && !u->rules->partial) {
        u->report->restored = 0;
        u->report->library_count = 0;
        return error_set(u->error,
                         "%zu of %zu %s are not what the sidecar says: nothing is "
                         "restored (--partial restores the others)",
                         findings, manifest->library_count + manifest->file_count,
                         manifest->file_count ? "files" : "libraries");
    }
    if (u->rules->dry_run) {
        return true;
    }
    bool done = claim_directories(u) && write_originals(u) && write_files(u) &&
                rename_originals(u) && (!all_libraries || undo_files(u)) &&
                (findings || remove_workspace(u));
    if (!done && u->renaming) {
        u->error->kind = ERROR_INTERRUPTED;
        error_prefix(u->error, "some libraries are restored, others not yet; run the same command "
                               "again to finish: ");
    } else if (done) {
        os_finish();
    }
    return done;
}

bool undo_restore(const struct undo_rules *rules, struct arena *arena, struct armeld_report *report,
                  struct error *error)
{
    struct undoing undoing = {.rules = rules, .arena = arena, .report = report, .error = error};
    bool done = open_set(&undoing) && restore(&undoing);
    close_set(&undoing);
    return done;
}
