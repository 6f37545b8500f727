/* SPDX-License-Identifier: MIT */
/** The public API: checking melded libraries by their originals, without a sidecar. */
#include "api/against.h"

#include "api/stages.h"
#include "base/path.h"
#include "census/slices.h"
#include "proof/check.h"
#include "write/incomplete.h"

/** Add files; one file may be added twice, since an unchanged library is its own original. */
static bool add_files(struct armeld *armeld, const struct against_file *files, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *plain = os_plain_path(files[i].path, &armeld->arena);
        size_t before = armeld->set.library_count;
        if (!plain || !set_add_file(&armeld->set, plain, &armeld->error)) {
            return plain ? false : error_memory(&armeld->error);
        }
        if (armeld->set.library_count == before) {
            return error_set(&armeld->error, "%s: it has no archive for %s", plain,
                             armeld->set.machine);
        }
    }
    return true;
}

/** Refuse originals that are not whole: what they lack is undefined before and after. */
static bool check_originals(struct armeld *armeld, size_t count)
{
    struct armeld_finding *findings = NULL;
    size_t found = 0;
    if (!incomplete_find(&armeld->census, 0, (uint32_t)count, armeld->options.workspace,
                         &armeld->arena, &findings, &found, &armeld->error)) {
        return false;
    }
    armeld->report.findings = findings;
    armeld->report.finding_count = found;
    return !found || error_set_kind(&armeld->error, ERROR_PROOF,
                                    "%zu of the originals are not whole libraries, so nothing can "
                                    "be compared with them",
                                    found);
}

/** Choose the linkers: those named, or all that link such objects. */
static bool choose_models(struct armeld *armeld)
{
    armeld->models = (struct model_choice){
        .format = armeld->target.format,
        .abis = armeld->target.abis,
        .named = armeld->options.models,
        .named_count = armeld->options.model_count,
    };
    return models_choose(&armeld->models, &armeld->error) &&
           (models_list(armeld->models.models, &armeld->arena, &armeld->report.models,
                        &armeld->report.model_count) ||
            error_memory(&armeld->error));
}

/** The library of a sidecar that lies at @target, or NULL. */
static const struct manifest_library *find_recorded(struct armeld *armeld, const char *target)
{
    const struct manifest *manifest = &armeld->record.manifest;
    for (size_t i = 0; target && i < manifest->library_count; i++) {
        struct error unresolved = {0};
        const char *path = record_path(&armeld->record, i, &armeld->arena);
        const char *real = path ? os_real_place(path, &armeld->arena, &unresolved) : NULL;
        if (real && strcmp(real, target) == 0) {
            return &manifest->libraries[i];
        }
    }
    return NULL;
}

/** Whether a library, or its slice for a machine, is left out of the melding. */
static bool leaves_out(const struct manifest_library *library, const char *machine)
{
    bool left_out = library->left_out;
    for (size_t i = 0; machine && i < library->slice_count; i++) {
        const struct manifest_slice *slice = &library->slices[i];
        if (slice->machine && strcmp(slice->machine, machine) == 0) {
            left_out = slice->left_out;
        }
    }
    return left_out;
}

/** Mark the symbols that a library needs or defines. */
static void mark_symbols(const struct census *census, uint32_t library, bool defined, bool *marks)
{
    const struct library *in = &census->set->libraries[library];
    for (size_t i = 0; i < in->archive.member_count; i++) {
        const struct class *class = &census->list[census->class_of[in->first + i]];
        for (size_t j = 0; j < class->global_count; j++) {
            bool defines = role_defines(class->globals[j].role);
            marks[class->globals[j].symbol] |= defines == defined;
        }
    }
}

/** How many objects of a workspace an original has as well. @held room for a mark by class */
static size_t count_held(const struct census *census, uint32_t original, uint32_t workspace,
                         bool *held)
{
    const struct library *from = &census->set->libraries[original];
    const struct library *to = &census->set->libraries[workspace];
    size_t count = 0;
    memset(held, 0, census->count * sizeof *held);
    for (size_t i = 0; i < from->archive.member_count; i++) {
        held[census->class_of[from->first + i]] = true;
    }
    for (size_t i = 0; i < to->archive.member_count; i++) {
        count += held[census->class_of[to->first + i]];
    }
    return count;
}

/**
 * Without a sidecar, a library's workspace is the one that defines most of what it lacks; of two
 * that define as much, such as those for one platform, the one that has more of its objects.
 */
static bool guess_parts(struct armeld *armeld, size_t count, size_t workspaces, uint32_t *part_of)
{
    const struct census *census = &armeld->census;
    struct arena scratch = {0};
    bool **defines = ARENA_ARRAY(&scratch, bool *, workspaces + 1);
    bool *needs = ARENA_ARRAY(&scratch, bool, census->symbol_count);
    bool *held = ARENA_ARRAY(&scratch, bool, census->count);
    bool done = defines && needs && held;
    for (size_t w = 0; done && w <= workspaces; w++) {
        defines[w] = ARENA_ARRAY(&scratch, bool, census->symbol_count);
        done = defines[w] != NULL;
        if (done && w < workspaces) {
            mark_symbols(census, (uint32_t)(2 * count + w), true, defines[w]);
        }
    }
    for (size_t i = 0; done && i < count; i++) {
        bool *own = defines[workspaces];
        size_t most = 0;
        size_t most_held = 0;
        memset(needs, 0, census->symbol_count * sizeof *needs);
        memset(own, 0, census->symbol_count * sizeof *own);
        mark_symbols(census, (uint32_t)(count + i), false, needs);
        mark_symbols(census, (uint32_t)(count + i), true, own);
        for (uint32_t w = 0; w < workspaces; w++) {
            size_t met = 0;
            for (size_t s = 0; s < census->symbol_count; s++) {
                met += needs[s] && !own[s] && defines[w][s];
            }
            size_t has = count_held(census, (uint32_t)i, (uint32_t)(2 * count + w), held);
            if (met > most || (met == most && has > most_held)) {
                part_of[i] = w;
                most = met;
                most_held = has;
            }
        }
    }
    arena_free(&scratch);
    return done;
}

/** Find out what the sidecar says of libraries and workspaces, if there is one. */
static bool ask_sidecar(struct armeld *armeld, const uint32_t *number_of, size_t count,
                        struct check_rules *rules)
{
    const struct record *record = &armeld->record;
    bool *left_out = ARENA_ARRAY(&armeld->arena, bool, count);
    uint32_t *part_of = ARENA_ARRAY(&armeld->arena, uint32_t, count);
    for (size_t i = 0; left_out && part_of && record->present && i < count; i++) {
        const struct manifest_library *library =
            find_recorded(armeld, armeld->set.libraries[count + i].target);
        left_out[i] = library && leaves_out(library, armeld->set.machine);
        uint32_t number = library ? number_of[library->part] : 0;
        part_of[i] = number ? number - 1 : 0;
    }
    size_t workspaces = armeld->set.library_count - 2 * count;
    rules->orders = record->present  ? (enum orders_proven)record->manifest.orders
                    : workspaces > 1 ? ORDERS_USED
                                     : ORDERS_OUTSIDE;
    rules->left_out = left_out;
    rules->part_of = part_of;
    rules->workspace_count = (uint32_t)workspaces;
    rules->workspace = workspaces ? rules->workspace : NO_CLASS;
    return (left_out && part_of &&
            (record->present || workspaces < 2 ||
             guess_parts(armeld, count, workspaces, part_of))) ||
           error_memory(&armeld->error);
}

/**
 * Add the workspaces that have something for the machine and the platforms.
 * @number_of[out] by part: its number among those that are added, from 1; 0: it is not
 */
static bool add_workspaces(struct armeld *armeld, const struct compared *files,
                           uint32_t *number_of)
{
    struct set *set = &armeld->set;
    size_t first = set->library_count;
    bool done = true;
    for (size_t i = 0; done && i < files->workspace_count; i++) {
        size_t before = set->library_count;
        const struct against_file *file = &files->workspaces[i];
        done = !against_same_entry(file->entry, files->entry) ||
               set_add_file(set, file->path, &armeld->error);
        if (!done || set->library_count == before) {
            continue;
        }
        struct library *library = &set->libraries[before];
        uint32_t platforms = files->platforms ? slice_platforms(library->bytes) : 0;
        if (platforms && !(platforms & files->platforms)) {
            os_unmap(&library->file);
            set->library_count = before;
            continue;
        }
        number_of[i] = (uint32_t)(set->library_count - first);
    }
    return done;
}

/** Findings; where files have other names than their originals, how they were compared. */
static bool refuse(struct armeld *armeld, const char *const *originals, const char *const *melded,
                   size_t count)
{
    size_t other = 0;
    while (other < count && strcmp(path_base(originals[other]), path_base(melded[other])) == 0) {
        other++;
    }
    const char *order =
        other == count ? ""
                       : arena_printf(&armeld->arena,
                                      " (files are compared in their order, such as %s with %s)",
                                      originals[other], melded[other]);
    size_t found = armeld->report.finding_count;
    return error_set_kind(&armeld->error, ERROR_PROOF,
                          "not everything links as with the originals: %zu finding%s%s", found,
                          found == 1 ? "" : "s", order ? order : "");
}

bool against_check(struct armeld *armeld, const struct compared *files)
{
    const struct armeld_options *options = &armeld->options;
    struct error *error = &armeld->error;
    size_t count = files->count;
    struct check_rules rules = {
        .originals = 0,
        .melded = (uint32_t)count,
        .workspace = 2 * (uint32_t)count,
        .count = (uint32_t)count,
        .jobs = options->jobs,
        .roots = options->roots,
        .root_count = options->root_count,
    };
    struct error unread = {0};
    struct record *record = &armeld->record;
    record->present = record_open(armeld->workspace, record, &unread) && record->present;
    size_t parts = files->workspace_count + record->workspace_count + 1;
    uint32_t *number_of = ARENA_ARRAY(&armeld->arena, uint32_t, parts);
    bool done = (number_of || error_memory(error)) &&
                add_files(armeld, files->originals, count) &&
                add_files(armeld, files->melded, count) &&
                add_workspaces(armeld, files, number_of) &&
                stages_run(armeld, stages_look) &&
                target_agree(&armeld->census, &armeld->target, error) &&
                check_originals(armeld, count) && choose_models(armeld) &&
                ask_sidecar(armeld, number_of, count, &rules);
    rules.models = armeld->models.models;
    if (done && options->prune) {
        struct exports *exports = &armeld->shrunk.exports;
        done = exports_find(&armeld->census, &armeld->target, options->exports,
                            options->export_count, &armeld->arena, exports) ||
               error_memory(error);
        done = done && (!options->export_count || exports->name_count ||
                        error_set_kind(error, ERROR_USAGE,
                                       "no symbol of these libraries matches an export: nothing "
                                       "would be checked"));
        rules.shrunk = true;
        rules.joined = true; /* nobody says whether they are */
        rules.exports = exports->names;
        rules.export_count = exports->name_count;
    }
    struct check_result result = {0};
    return done && check_links(&armeld->census, &rules, &armeld->arena, &result, error) &&
           (check_report(&armeld->census, &rules, &result, &armeld->arena, &armeld->report) ||
            error_memory(error));
}

int armeld_verify_against(struct armeld *armeld, const char *const *originals,
                          const char *const *melded, size_t count)
{
    bool done = handle_start_job(armeld, JOB_VERIFY_AGAINST, "armeld_verify_against") &&
                against_check_all(armeld, originals, melded, count);
    if (done && armeld->report.finding_count) {
        done = refuse(armeld, originals, melded, count);
    }
    return handle_finish(armeld, done, STAGE_APPLIED);
}
