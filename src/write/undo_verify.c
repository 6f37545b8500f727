/* SPDX-License-Identifier: MIT */
/** Verifying a set: is it as the sidecar says, and does it link as the originals do? */
#include "census/target.h"
#include "image/image.h"
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

/** What is linked: libraries of the set, or their slices for one machine. */
struct linked {
    const char *machine; /* NULL: they have no slices */
    size_t part; /* of slices: whose workspace they are linked with */
    uint32_t *libraries; /* their numbers in the manifest */
    uint32_t *slices;    /* by library of that list: the number of its slice */
    uint32_t count;
};

/** The steps of a library's recipe that are linked. */
static void find_steps(const struct manifest_library *library, const struct linked *linked,
                       size_t number, size_t *first, size_t *end)
{
    *first = 0;
    *end = library->step_count;
    if (linked->machine) {
        size_t slice = linked->slices[number];
        *first = library->slices[slice].first_step;
        *end = slice + 1 < library->slice_count ? library->slices[slice + 1].first_step : *end;
    }
}

/**
 * Add an original to a set without rebuilding it: its members are the contents that its recipe
 * names, wherever they lie. Members of one content have one name, so that they are soon found to
 * be equal.
 */
static bool add_original(struct undoing *u, const struct linked *linked, size_t number,
                         struct set *set)
{
    const struct manifest_library *recipe =
        &u->record.manifest.libraries[linked->libraries[number]];
    const struct undone *library = &u->libraries[linked->libraries[number]];
    const struct span *piece = library->pieces;
    size_t count = 0;
    size_t first;
    size_t end;
    find_steps(recipe, linked, number, &first, &end);
    struct ar_member *members = ARENA_ARRAY(&set->arena, struct ar_member, recipe->step_count);
    for (size_t i = 0; members && i < end; i++) {
        piece++; /* headers, names, index */
        if (recipe->steps[i].content == NO_CONTENT) {
            continue;
        }
        if (i < first || u->record.manifest.contents[recipe->steps[i].content].literal) {
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

/** Slices are linked with one workspace. */
static bool takes_workspace(const struct linked *linked, size_t part)
{
    return !linked->machine || linked->part == part;
}

/** Add a file; of a universal one, there must be what is linked. */
static bool add_file(struct undoing *u, const char *path, struct set *set)
{
    size_t before = set->library_count;
    return set_add_file(set, path, u->error) &&
           (set->library_count > before ||
            error_set(u->error, "%s: it has no archive for %s", path, set->machine));
}

/** The set for check_links(): the files on disk first, since their indexes tell of bitcode. */
static bool fill_set(struct undoing *u, const struct linked *linked, struct set *set)
{
    set->machine = linked->machine;
    for (uint32_t i = 0; i < linked->count; i++) {
        if (!add_file(u, u->libraries[linked->libraries[i]].path, set)) {
            return false;
        }
    }
    for (size_t i = 0; i < u->record.workspace_count; i++) {
        if (takes_workspace(linked, i) && !add_file(u, u->record.workspaces[i].path, set)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < linked->count; i++) {
        if (!add_original(u, linked, i, set)) {
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

/** Check that everything links as the originals do. @report gets the findings */
static bool verify_links(struct undoing *u, const struct linked *linked,
                         struct armeld_report *report)
{
    const struct manifest *manifest = &u->record.manifest;
    uint32_t count = linked->count;
    struct set set = {0};
    struct census census = {0};
    struct target target;
    struct model_choice models;
    bool done = fill_set(u, linked, &set) &&
                census_take(&set, ARMELD_IDENTITY_LINK, u->rules->jobs, NULL, &census, u->error) &&
                target_agree(&census, &target, u->error) && choose_models(u, &target, &models);
    uint32_t workspaces = linked->machine ? 1 : (uint32_t)u->record.workspace_count;
    bool *left_out = ARENA_ARRAY(u->arena, bool, count);
    uint32_t *part_of = ARENA_ARRAY(u->arena, uint32_t, count);
    for (uint32_t i = 0; left_out && part_of && i < count; i++) {
        const struct manifest_library *library = &manifest->libraries[linked->libraries[i]];
        left_out[i] = linked->machine ? library->slices[linked->slices[i]].left_out
                                      : library->left_out;
        part_of[i] = linked->machine ? 0 : library->part;
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
               (check_report(&census, &rules, &result, u->arena, report) ||
                error_memory(u->error));
    }
    census_free(&census);
    set_free(&set);
    return done;
}

/** List the libraries, or those that have a slice for a machine. */
static bool list_linked(struct undoing *u, const char *machine, size_t part,
                        struct linked *linked)
{
    const struct manifest *manifest = &u->record.manifest;
    *linked = (struct linked){
        .machine = machine,
        .part = part,
        .libraries = ARENA_ARRAY(u->arena, uint32_t, manifest->library_count),
        .slices = ARENA_ARRAY(u->arena, uint32_t, manifest->library_count),
    };
    if (!linked->libraries || !linked->slices) {
        return error_memory(u->error);
    }
    for (uint32_t i = 0; i < manifest->library_count; i++) {
        const struct manifest_library *library = &manifest->libraries[i];
        uint32_t slice = 0;
        while (slice < library->slice_count &&
               !(library->slices[slice].machine && machine &&
                 strcmp(library->slices[slice].machine, machine) == 0)) {
            slice++;
        }
        if (!machine || (slice < library->slice_count && library->part == part)) {
            linked->slices[linked->count] = slice;
            linked->libraries[linked->count++] = i;
        }
    }
    return true;
}

/** Whether the machine of a part is that of a slice before this one, in the order of libraries. */
static bool is_done(const struct manifest *manifest, size_t library, size_t slice)
{
    const char *machine = manifest->libraries[library].slices[slice].machine;
    uint32_t part = manifest->libraries[library].part;
    for (size_t i = 0; i <= library; i++) {
        const struct manifest_library *other = &manifest->libraries[i];
        size_t count = i < library ? other->slice_count : slice;
        for (size_t j = 0; other->part == part && j < count; j++) {
            if (other->slices[j].machine && strcmp(other->slices[j].machine, machine) == 0) {
                return true;
            }
        }
    }
    return false;
}

/** Whether what was shrunk is a shared object or a program, which nothing is linked from. */
static bool is_image(const struct undoing *u)
{
    return manifest_is_single(&u->record.manifest) && u->record.manifest.library_count &&
           image_probe(u->libraries[0].file.bytes);
}

/** Check the links of a set, for each machine if it has universal files. */
static bool verify_all_links(struct undoing *u)
{
    const struct manifest *manifest = &u->record.manifest;
    struct linked linked;
    bool done = true;
    if (!manifest_is_universal(manifest)) {
        return list_linked(u, NULL, 0, &linked) && verify_links(u, &linked, u->report);
    }
    for (size_t i = 0; done && i < manifest->library_count; i++) {
        for (size_t j = 0; done && j < manifest->libraries[i].slice_count; j++) {
            const char *machine = manifest->libraries[i].slices[j].machine;
            size_t number = manifest->libraries[i].part;
            struct armeld_report part = {.struct_size = sizeof part};
            if (!machine || is_done(manifest, i, j)) {
                continue;
            }
            const char *label = manifest->identifiers
                                    ? arena_printf(u->arena, "%s/%s",
                                                   manifest->identifiers[number], machine)
                                    : machine;
            done = list_linked(u, machine, number, &linked) && verify_links(u, &linked, &part) &&
                   ((label && check_report_join(&part, label, u->arena, u->report)) ||
                    error_memory(u->error));
        }
    }
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
    if (done && report->finding_count == 0 && !is_image(&undoing)) {
        done = verify_all_links(&undoing);
    }
    undo_close(&undoing);
    return done;
}
