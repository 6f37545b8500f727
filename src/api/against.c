/* SPDX-License-Identifier: MIT */
/** The public API: checking melded libraries by their originals, without a sidecar. */
#include "api/handle.h"
#include "api/stages.h"
#include "ar/universal.h"
#include "base/path.h"
#include "census/slices.h"
#include "proof/check.h"
#include "write/incomplete.h"

/** Libraries that are compared, pair by pair. */
struct compared {
    const char **originals;
    const char **melded;
    size_t count;
};

/** Add files; one file may be added twice, since an unchanged library is its own original. */
static bool add_files(struct armeld *armeld, const char *const *paths, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *plain = os_plain_path(paths[i], &armeld->arena);
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

/** Without a sidecar, a library's workspace is the one that defines most of what it lacks. */
static bool guess_parts(struct armeld *armeld, size_t count, size_t workspaces, uint32_t *part_of)
{
    const struct census *census = &armeld->census;
    struct arena scratch = {0};
    bool **defines = ARENA_ARRAY(&scratch, bool *, workspaces + 1);
    bool *needs = ARENA_ARRAY(&scratch, bool, census->symbol_count);
    bool done = defines && needs;
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
        memset(needs, 0, census->symbol_count * sizeof *needs);
        memset(own, 0, census->symbol_count * sizeof *own);
        mark_symbols(census, (uint32_t)(count + i), false, needs);
        mark_symbols(census, (uint32_t)(count + i), true, own);
        for (uint32_t w = 0; w < workspaces; w++) {
            size_t met = 0;
            for (size_t s = 0; s < census->symbol_count; s++) {
                met += needs[s] && !own[s] && defines[w][s];
            }
            part_of[i] = met > most ? w : part_of[i];
            most = met > most ? met : most;
        }
    }
    arena_free(&scratch);
    return done;
}

/** Find out what the sidecar says of libraries and workspaces, if there is one. */
static bool ask_sidecar(struct armeld *armeld, size_t count, struct check_rules *rules)
{
    const struct record *record = &armeld->record;
    bool *left_out = ARENA_ARRAY(&armeld->arena, bool, count);
    uint32_t *part_of = ARENA_ARRAY(&armeld->arena, uint32_t, count);
    for (size_t i = 0; left_out && part_of && record->present && i < count; i++) {
        const struct manifest_library *library =
            find_recorded(armeld, armeld->set.libraries[count + i].target);
        left_out[i] = library && leaves_out(library, armeld->set.machine);
        part_of[i] = library ? library->part : 0;
    }
    size_t workspaces = armeld->set.library_count - 2 * count;
    rules->orders = record->present  ? (enum orders_proven)record->manifest.orders
                    : workspaces > 1 ? ORDERS_USED
                                     : ORDERS_OUTSIDE;
    rules->left_out = left_out;
    rules->part_of = part_of;
    rules->workspace_count = (uint32_t)workspaces;
    return (left_out && part_of &&
            (record->present || workspaces < 2 ||
             guess_parts(armeld, count, workspaces, part_of))) ||
           error_memory(&armeld->error);
}

/** Add workspaces beside the first one, as they are called and marked. */
static bool add_marked(struct armeld *armeld)
{
    bool there = true;
    for (size_t i = 2; there && i <= MOST_PARTS; i++) {
        const char *path = path_numbered(armeld->workspace, i, &armeld->arena);
        struct os_file file = {0};
        struct error unread = {0};
        if (!path) {
            return error_memory(&armeld->error);
        }
        there = os_kind(path) == OS_FILE && os_map(path, &file, &unread) &&
                archive_is_marked(file.bytes);
        os_unmap(&file);
        if (there && !set_add_file(&armeld->set, path, &armeld->error)) {
            return false;
        }
    }
    return true;
}

/** Add the workspace, and further ones of which its sidecar tells, or their names. */
static bool add_workspaces(struct armeld *armeld)
{
    struct record *record = &armeld->record;
    struct error unread = {0};
    bool done = add_files(armeld, &armeld->options.workspace, 1);
    record->present = record_open(armeld->workspace, record, &unread) && record->present;
    for (size_t i = 1; done && record->present && i < record->workspace_count; i++) {
        done = set_add_file(&armeld->set, record->workspaces[i].path, &armeld->error);
    }
    return done && (record->present || add_marked(armeld));
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

/** Compare the links of libraries of one machine. The report gets the findings. */
static bool check_against(struct armeld *armeld, const struct compared *files)
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
    bool done = add_files(armeld, files->originals, count) &&
                add_files(armeld, files->melded, count) && add_workspaces(armeld) &&
                stages_run(armeld, stages_look) &&
                target_agree(&armeld->census, &armeld->target, error) &&
                check_originals(armeld, count) && choose_models(armeld) &&
                ask_sidecar(armeld, count, &rules);
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

/* ---- universal files --------------------------------------------------------------------- */

/** The machines of files, each once, and what has an archive for each. */
struct machines_found {
    const char **names;
    struct compared *files; /* by machine */
    size_t count;
    struct universal_machine first; /* the first one's; of none, that of a workspace's slice */
    bool universal; /* some file is */
};

/** Note that a pair of files has an archive for a machine. */
static bool add_pair(struct armeld *armeld, const struct compared *all, size_t pair,
                     struct universal_machine machine, struct machines_found *found)
{
    const char *name = universal_machine_name(machine, &armeld->arena);
    size_t number = 0;
    while (name && number < found->count && strcmp(found->names[number], name) != 0) {
        number++;
    }
    if (name && number == found->count) {
        const char **names = ARENA_ARRAY(&armeld->arena, const char *, number + 1);
        struct compared *files = ARENA_ARRAY(&armeld->arena, struct compared, number + 1);
        for (size_t i = 0; names && files && i < number; i++) {
            names[i] = found->names[i];
            files[i] = found->files[i];
        }
        if (names && files) {
            names[number] = name;
            files[number].originals = ARENA_ARRAY(&armeld->arena, const char *, all->count);
            files[number].melded = ARENA_ARRAY(&armeld->arena, const char *, all->count);
            found->first = number ? found->first : machine;
            found->names = names;
            found->files = files;
            found->count = number + 1;
        }
    }
    struct compared *of = number < found->count ? &found->files[number] : NULL;
    if (!of || !of->originals || !of->melded) {
        return error_memory(&armeld->error);
    }
    of->originals[of->count] = all->originals[pair];
    of->melded[of->count++] = all->melded[pair];
    return true;
}

/** Note that some file is universal, and the machine of its first slice. */
static bool look_at_file(struct armeld *armeld, const char *path, struct machines_found *found)
{
    struct os_file file = {0};
    struct universal universal;
    struct error unread = {0};
    bool done = os_map(path, &file, &armeld->error);
    found->universal |= done && universal_probe(file.bytes);
    if (done && !found->first.type && universal_probe(file.bytes) &&
        universal_read(file.bytes, &armeld->arena, &universal, &unread)) {
        found->first = universal.slices[0].machine;
    }
    os_unmap(&file);
    return done;
}

/** One without Mach-O objects goes where the first original is; that is known when @late. */
static bool look_at_original(struct armeld *armeld, const struct compared *all, size_t pair,
                             bool late, struct machines_found *found)
{
    struct os_file file = {0};
    struct universal universal = {0};
    bool done = os_map(all->originals[pair], &file, &armeld->error);
    bool is = done && universal_probe(file.bytes);
    found->universal |= is;
    if (is && !universal_read(file.bytes, &armeld->arena, &universal, &armeld->error)) {
        done = error_prefix(&armeld->error, "%s: ", all->originals[pair]);
    }
    for (size_t i = 0; done && !late && i < universal.count; i++) {
        const struct universal_slice *slice = &universal.slices[i];
        done = !archive_probe(slice->bytes) || add_pair(armeld, all, pair, slice->machine, found);
    }
    if (done && !is) {
        struct universal_machine machine = slice_machine(file.bytes);
        bool known = machine.type;
        done = late == known ||
               add_pair(armeld, all, pair, known ? machine : found->first, found);
    }
    os_unmap(&file);
    return done;
}

/** Compare what there is for one machine, by a handle of its own. */
static bool check_machine(struct armeld *armeld, const char *name, const struct compared *files)
{
    struct armeld *part = armeld_new(&armeld->options);
    if (!part) {
        return error_memory(&armeld->error);
    }
    part->job = JOB_VERIFY_AGAINST;
    part->workspace = armeld->workspace;
    part->set.machine = name;
    bool done = check_against(part, files);
    if (done || part->report.finding_count) {
        done &= check_report_join(&part->report, name, &armeld->arena, &armeld->report) ||
                error_memory(&armeld->error);
        done &= models_list(part->models.models, &armeld->arena, &armeld->report.models,
                            &armeld->report.model_count) ||
                error_memory(&armeld->error);
    }
    if (!done && armeld->error.kind == ERROR_NONE) {
        armeld->error = part->error;
        error_prefix(&armeld->error, "%s: ", name);
    }
    armeld_free(part);
    return done;
}

/** Compare all files, those that are universal slice by slice. */
static bool check_all(struct armeld *armeld, const struct compared *all)
{
    struct machines_found found = {0};
    bool done = look_at_file(armeld, armeld->options.workspace, &found);
    for (int late = 0; late <= 1; late++) {
        for (size_t i = 0; done && i < all->count; i++) {
            done = look_at_original(armeld, all, i, late, &found) &&
                   (late || look_at_file(armeld, all->melded[i], &found));
        }
    }
    if (!done || !found.universal) {
        return done && check_against(armeld, all);
    }
    const char *only = armeld->options.machine;
    size_t checked = 0;
    for (size_t i = 0; done && i < found.count; i++) {
        if (!only || strcmp(only, found.names[i]) == 0) {
            done = check_machine(armeld, found.names[i], &found.files[i]);
            checked++;
        }
    }
    return done &&
           (checked ||
            (only ? error_set(&armeld->error, "no original has a slice for %s", only)
                  : error_set(&armeld->error, "no slice of the originals is an archive")));
}

int armeld_verify_against(struct armeld *armeld, const char *const *originals,
                          const char *const *melded, size_t count)
{
    bool done = handle_start_job(armeld, JOB_VERIFY_AGAINST, "armeld_verify_against");
    struct compared files = {ARENA_ARRAY(&armeld->arena, const char *, count),
                             ARENA_ARRAY(&armeld->arena, const char *, count), count};
    for (size_t i = 0; files.originals && files.melded && i < count; i++) {
        files.originals[i] = originals[i];
        files.melded[i] = melded[i];
    }
    done = done && ((files.originals && files.melded) || error_memory(&armeld->error)) &&
           check_all(armeld, &files);
    if (done && armeld->report.finding_count) {
        done = refuse(armeld, originals, melded, count);
    }
    return handle_finish(armeld, done, STAGE_APPLIED);
}
