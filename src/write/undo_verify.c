/* SPDX-License-Identifier: MIT */
/** Verifying a set: is it as the sidecar says, and does it link as the originals do? */
#include "census/target.h"
#include "proof/check.h"
#include "proof/models.h"
#include "write/undo_internal.h"

static bool verify_library(struct undoing *u, size_t number)
{
    struct error why = {0};
    const struct manifest_library *library = &u->record.manifest.libraries[number];
    struct undone *on_disk = &u->libraries[number];
    if (!undo_look(u, number, &why)) {
        return false;
    }
    undo_list(u, on_disk->path, library->original.size, library->forms[0].size);
    switch (on_disk->state) {
    case RECORD_MISSING:
        return undo_find(u, on_disk->path, "missing");
    case RECORD_ORIGINAL:
        return library->forms[0].size == library->original.size ||
               undo_find(u, on_disk->path, "the original, not melded");
    case RECORD_OTHER:
        return undo_find(u, on_disk->path,
                    on_disk->file.bytes.size < library->forms[0].size
                        ? "truncated, stripped by another tool, or another build that is not melded"
                        : "another build, damaged, or changed by another tool: not what was "
                          "melded");
    case RECORD_MELDED:
        break;
    }
    /* a broken workspace has its own finding */
    return on_disk->pieces || u->workspace_is_broken || undo_find(u, on_disk->path, why.text);
}

/**
 * Add an original to a set without rebuilding it: its members are the contents that its recipe
 * names, wherever they lie. Members of one content have one name, so that they are soon found to
 * be equal.
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

/** The set for check_links(): the files on disk first, since their indexes tell of bitcode. */
static bool fill_set(struct undoing *u, struct set *set)
{
    size_t count = u->record.manifest.library_count;
    for (size_t i = 0; i < count; i++) {
        if (!set_add_file(set, u->libraries[i].path, u->error)) {
            return false;
        }
    }
    for (size_t i = 0; i < u->record.workspace_count; i++) {
        if (!set_add_file(set, u->record.workspaces[i].path, u->error)) {
            return false;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (!add_original(u, i, set)) {
            return false;
        }
    }
    return set_read(set, u->rules->jobs, u->error);
}

/** Choose the linkers: those named, or those that the set was proven for. */
static bool choose_models(struct undoing *u, const struct target *target,
                          struct model_choice *models)
{
    *models = (struct model_choice){
        .format = target->format,
        .abis = target->abis,
        .named = u->rules->models,
        .named_count = u->rules->model_count,
        .recorded = u->record.manifest.models,
        .recorded_count = u->record.manifest.model_count,
    };
    return models_choose(models, u->error) &&
           (models_list(models->models, u->arena, &u->report->models, &u->report->model_count) ||
            error_memory(u->error));
}

/** Check that everything links as the originals do. */
static bool verify_links(struct undoing *u)
{
    const struct manifest *manifest = &u->record.manifest;
    uint32_t count = (uint32_t)manifest->library_count;
    struct set set = {0};
    struct census census = {0};
    struct target target;
    struct model_choice models;
    bool done = fill_set(u, &set) &&
                census_take(&set, ARMELD_IDENTITY_LINK, u->rules->jobs, NULL, &census, u->error) &&
                target_agree(&census, &target, u->error) && choose_models(u, &target, &models);
    uint32_t workspaces = (uint32_t)u->record.workspace_count;
    bool *left_out = ARENA_ARRAY(u->arena, bool, count);
    uint32_t *part_of = ARENA_ARRAY(u->arena, uint32_t, count);
    for (uint32_t i = 0; left_out && part_of && i < count; i++) {
        left_out[i] = manifest->libraries[i].left_out;
        part_of[i] = manifest->libraries[i].part;
    }
    if (done && !(left_out && part_of)) {
        done = error_memory(u->error);
    }
    if (done) {
        struct check_rules rules = {
            .originals = count + workspaces,
            .melded = 0,
            .workspace = manifest_is_single(manifest) ? NO_CLASS : count,
            .workspace_count = workspaces,
            .part_of = part_of,
            .count = count,
            .models = models.models,
            .shrunk = manifest->shrunk,
            .joined = manifest->joined,
            .exports = manifest->exports,
            .export_count = manifest->export_count,
            .jobs = u->rules->jobs,
            .roots = manifest->roots,
            .root_count = manifest->root_count,
            .left_out = left_out,
            .orders = (enum orders_proven)manifest->orders,
        };
        struct check_result result = {0};
        done = check_links(&census, &rules, u->arena, &result, u->error) &&
               (check_report(&census, &rules, &result, u->arena, u->report) ||
                error_memory(u->error));
    }
    census_free(&census);
    set_free(&set);
    return done;
}

bool undo_verify(const struct undo_rules *rules, struct arena *arena, struct armeld_report *report,
                 struct error *error)
{
    struct undoing undoing = {.rules = rules, .arena = arena, .report = report, .error = error};
    bool done = undo_open(&undoing) && undo_check_workspaces(&undoing);
    undoing.workspace_is_broken = report->finding_count > 0;
    for (size_t i = 0; done && i < undoing.record.manifest.library_count; i++) {
        done = verify_library(&undoing, i);
    }
    done = done && undo_look_at_files(&undoing, false);
    if (done && report->finding_count == 0) {
        done = verify_links(&undoing);
    }
    undo_close(&undoing);
    return done;
}
