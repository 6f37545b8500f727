/* SPDX-License-Identifier: MIT */
/** Parts of a record by other numbers, so that those which go come last. */
#include "sidecar/record.h"

bool record_renumber(struct record *record, const size_t *number_of, const char *const *identifiers,
                     size_t count)
{
    struct manifest *manifest = &record->manifest;
    struct arena *arena = &record->arena;
    size_t before = record->workspace_count;
    struct record_workspace *workspaces = ARENA_ARRAY(arena, struct record_workspace, count);
    struct file_form *forms = ARENA_ARRAY(arena, struct file_form, count);
    struct manifest_workspace *further = ARENA_ARRAY(arena, struct manifest_workspace, count);
    if (!workspaces || !forms || !further) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        workspaces[i].is_new = true;
    }
    for (size_t i = 0; i < before; i++) {
        workspaces[number_of[i]] = record->workspaces[i];
        forms[number_of[i]] = *manifest_workspace_form(manifest, i);
    }
    for (size_t i = 0; i < manifest->library_count; i++) {
        manifest->libraries[i].part = (uint32_t)number_of[manifest->libraries[i].part];
    }
    for (size_t i = 1; i < count; i++) {
        further[i - 1].form = forms[i];
    }
    manifest->workspace_form = forms[0];
    manifest->further = further;
    manifest->further_count = count - 1;
    manifest->identifiers = identifiers;
    record->workspaces = workspaces;
    record->workspace_count = count;
    bool named = manifest_name_workspaces(manifest, arena);
    for (size_t i = 0; named && i < count; i++) {
        if (workspaces[i].is_new) {
            workspaces[i].path = arena_printf(arena, "%s%s", record->directory,
                                              manifest_workspace_name(manifest, i));
            named = workspaces[i].path != NULL;
        }
    }
    return named;
}
