/* SPDX-License-Identifier: MIT */
#include "api/machines.h"

#include "api/stages.h"
#include "census/slices.h"
#include "sidecar/recipe_join.h"
#include "write/guard.h"
#include "write/neighbours.h"

/* ---- splitting --------------------------------------------------------------------------- */

/** The handle for a machine, which shares the record of the set. NULL with an error. */
static struct armeld *make_handle(struct armeld *armeld, const char *name)
{
    struct armeld *part = armeld_new(&armeld->options);
    if (!part) {
        error_memory(&armeld->error);
        return NULL;
    }
    part->stage = STAGE_ADDED;
    part->job = armeld->job;
    part->workspace = armeld->workspace;
    part->set.machine = name;
    if (!record_of_slices(&armeld->record, name, &part->arena, &part->record)) {
        error_memory(&armeld->error);
        part->record = (struct record){0};
        armeld_free(part);
        return NULL;
    }
    return part;
}

/** The number of a machine, which may be new. */
static bool find_machine(struct armeld *armeld, struct universal_machine machine, size_t *number)
{
    struct machines *machines = &armeld->machines;
    const char *name = universal_machine_name(machine, &armeld->arena);
    for (*number = 0; name && *number < machines->count; ++*number) {
        if (strcmp(machines->list[*number].name, name) == 0) {
            return true;
        }
    }
    struct machine *list =
        ARENA_ARRAY(&armeld->arena, struct machine, machines->count + 1);
    if (!name || !list) {
        return error_memory(&armeld->error);
    }
    struct armeld *part = make_handle(armeld, name);
    if (!part) {
        return false;
    }
    for (size_t i = 0; i < machines->count; i++) {
        list[i] = machines->list[i];
    }
    list[machines->count++] = (struct machine){name, machine, part};
    machines->list = list;
    return true;
}

/**
 * The machine of a library that is not universal. One without Mach-O objects goes where the first
 * library of the set is, whose handle says what is wrong with it, if anything.
 */
static struct universal_machine machine_of(const struct library *library,
                                           const struct machines *machines)
{
    struct universal_machine machine = slice_machine(library->bytes);
    return !machine.type && machines->count ? machines->list[0].machine : machine;
}

/** Find the slices of a library, and their machines. */
static bool find_slices(struct armeld *armeld, size_t number)
{
    struct library *library = &armeld->set.libraries[number];
    struct machine_file *file = &armeld->machines.files[number];
    struct universal_slice whole = {.machine = machine_of(library, &armeld->machines),
                                    .bytes = library->bytes};
    struct universal universal = {.slices = &whole, .count = 1};
    file->universal = universal_probe(library->bytes);
    if (file->universal &&
        !universal_read(library->bytes, &armeld->arena, &universal, &armeld->error)) {
        return error_prefix(&armeld->error, "%s: ", library->path);
    }
    file->count = universal.count;
    file->wide = universal.wide;
    file->slices = ARENA_ARRAY(&armeld->arena, struct machine_slice, file->count);
    bool done = file->slices || error_memory(&armeld->error);
    for (size_t i = 0; done && i < file->count; i++) {
        struct machine_slice *slice = &file->slices[i];
        *slice = (struct machine_slice){.slice = universal.slices[i], .machine = NO_MACHINE};
        done = (file->universal && !archive_probe(slice->slice.bytes)) ||
               find_machine(armeld, slice->slice.machine, &slice->machine);
    }
    return done;
}

/** Give the slices of a library to the handles for their machines. */
static bool take_slices(struct armeld *armeld, size_t number)
{
    struct machine_file *file = &armeld->machines.files[number];
    bool done = true;
    for (size_t i = 0; done && i < file->count; i++) {
        struct machine_slice *slice = &file->slices[i];
        if (slice->machine == NO_MACHINE) {
            continue;
        }
        const struct machine *machine = &armeld->machines.list[slice->machine];
        slice->library = machine->armeld->set.library_count;
        done = set_add_slice(&machine->armeld->set, &armeld->set.libraries[number],
                             file->universal ? machine->name : NULL, slice->slice.bytes,
                             &armeld->error);
    }
    return done;
}

/** Whether there is a universal file: a library, or what is in the workspace's place. */
static bool is_universal(const struct armeld *armeld)
{
    struct os_file file = {0};
    struct error unread = {0};
    bool found = os_kind(armeld->workspace) == OS_FILE &&
                 os_map(armeld->workspace, &file, &unread) &&
                 universal_has(file.bytes, archive_probe);
    os_unmap(&file);
    for (size_t i = 0; i < armeld->set.library_count && !found; i++) {
        found = universal_probe(armeld->set.libraries[i].bytes);
    }
    return found;
}

/** What is not known of universal files. */
static bool check_options(struct armeld *armeld)
{
    struct error *error = &armeld->error;
    return armeld->options.workspaces != ARMELD_WORKSPACES_AUTO ||
           error_set_kind(error, ERROR_USAGE,
                          "universal libraries have one workspace: --workspaces=auto is for "
                          "others");
}

bool machines_split(struct armeld *armeld)
{
    size_t count = armeld->set.library_count;
    if (!is_universal(armeld)) {
        return true;
    }
    armeld->machines.files = ARENA_ARRAY(&armeld->arena, struct machine_file, count);
    bool done = armeld->machines.files || error_memory(&armeld->error);
    done = done && check_options(armeld);
    /* universal ones first: those that are not may have no object that tells the machine */
    for (int universal = 1; universal >= 0; universal--) {
        for (size_t i = 0; done && i < count; i++) {
            done = universal_probe(armeld->set.libraries[i].bytes) != universal ||
                   find_slices(armeld, i);
        }
    }
    for (size_t i = 0; done && i < count; i++) {
        done = take_slices(armeld, i);
    }
    return done && (armeld->machines.count ||
                    error_set(&armeld->error, "%s: no slice of the libraries is an archive",
                              armeld->set.libraries[0].path));
}

/* ---- planning ---------------------------------------------------------------------------- */

bool machines_plan(struct armeld *armeld)
{
    for (size_t i = 0; i < armeld->machines.count; i++) {
        struct machine *machine = &armeld->machines.list[i];
        if (!stages_run(machine->armeld, stages_set) ||
            !stages_run(machine->armeld, stages_slices)) {
            armeld->error = machine->armeld->error;
            return error_prefix(&armeld->error, "%s: ", machine->name);
        }
    }
    return true;
}

/* ---- outputs ----------------------------------------------------------------------------- */

/** The slices of the workspace, in the order of lipo. */
static bool join_workspace(struct armeld *armeld, struct output *output)
{
    const struct machines *machines = &armeld->machines;
    struct arena *arena = &armeld->outputs.arena;
    struct universal_slice *order = ARENA_ARRAY(arena, struct universal_slice, machines->count);
    struct output_slice *slices = ARENA_ARRAY(arena, struct output_slice, machines->count);
    if (!order || !slices) {
        return error_memory(&armeld->error);
    }
    for (size_t i = 0; i < machines->count; i++) {
        order[i].machine = machines->list[i].machine;
    }
    universal_sort(order, machines->count);
    for (size_t i = 0; i < machines->count; i++) {
        size_t at = 0;
        while (memcmp(&machines->list[at].machine, &order[i].machine, sizeof order[i].machine)) {
            at++;
        }
        const struct output *of = machines->list[at].armeld->outputs.list;
        slices[i] = (struct output_slice){.slice = order[i], .output = of};
        output->contents += of->contents;
    }
    output->path = armeld->workspace;
    output->needed = true;
    return output_lay_out_universal(output, slices, machines->count, false, arena,
                                    &armeld->error);
}

/** A library that is not universal is what its machine's handle makes of it. */
static bool join_library(struct armeld *armeld, size_t number, struct output *output)
{
    const struct machine_file *file = &armeld->machines.files[number];
    struct arena *arena = &armeld->outputs.arena;
    struct output_slice *slices = ARENA_ARRAY(arena, struct output_slice, file->count);
    bool verbatim = true;
    bool left_out = true;
    bool dropped = false;
    if (!slices) {
        return error_memory(&armeld->error);
    }
    for (size_t i = 0; i < file->count; i++) {
        const struct machine_slice *slice = &file->slices[i];
        slices[i].slice = slice->slice;
        if (slice->machine == NO_MACHINE && armeld->options.one_archive) {
            return error_set(&armeld->error,
                             "%s: one of its slices is an object, no archive: it cannot be in one "
                             "archive with others",
                             armeld->set.libraries[number].path);
        }
        if (slice->machine == NO_MACHINE) {
            output->contents += slice->slice.bytes.size;
            continue;
        }
        struct armeld *part = armeld->machines.list[slice->machine].armeld;
        const struct output *of = outputs_library(&part->outputs, slice->library);
        uint64_t contents = output->contents + of->contents;
        if (!file->universal) {
            *output = *of;
        }
        output->path = of->path;
        output->contents = contents;
        slices[i].output = of;
        verbatim &= of->verbatim;
        left_out &= of->left_out;
        dropped |= of->dropped;
    }
    const struct library *library = &armeld->set.libraries[number];
    output->from = library;
    output->verbatim = verbatim;
    output->left_out = left_out;
    output->dropped = dropped;
    if (dropped) {
        return true;
    }
    output->needed = !verbatim || armeld->options.output_dir || library->was_melded;
    return verbatim || !file->universal ||
           output_lay_out_universal(output, slices, file->count, file->wide, arena,
                                    &armeld->error);
}

bool machines_join(struct armeld *armeld)
{
    const struct outputs *first = &armeld->machines.list[0].armeld->outputs;
    struct outputs *outputs = &armeld->outputs;
    outputs->single = first->single;
    outputs->one_archive = first->one_archive;
    outputs->workspaces = first->workspaces;
    outputs->flavour = armeld->flavour = first->flavour;
    armeld->models = armeld->machines.list[0].armeld->models;
    outputs->count = outputs->workspaces + armeld->set.library_count;
    outputs->list = ARENA_ARRAY(&outputs->arena, struct output, outputs->count);
    bool done = outputs->list || error_memory(&armeld->error);
    if (done && outputs->workspaces) {
        done = join_workspace(armeld, outputs->list);
    }
    for (size_t i = 0; done && i < armeld->set.library_count; i++) {
        done = join_library(armeld, i, outputs_library(outputs, i));
    }
    return done;
}

/** Whether libraries have slices for a machine. */
static bool is_wanted(const struct machines *machines, const char *name)
{
    bool wanted = false;
    for (size_t i = 0; i < machines->count; i++) {
        wanted |= strcmp(machines->list[i].name, name) == 0;
    }
    return wanted;
}

/** Refuse to remove a slice of the workspace that neighbours need. */
static bool guard_slice(struct armeld *armeld, const char *name)
{
    struct arena arena = {0};
    struct set none = {.machine = name};
    struct census nothing = {.set = &none};
    struct record record;
    struct output gone = {.path = armeld->workspace};
    struct outputs places = {.count = armeld->outputs.count};
    places.list = ARENA_ARRAY(&arena, struct output, places.count);
    for (size_t i = 0; places.list && i < places.count; i++) {
        places.list[i].path = armeld->outputs.list[i].path;
    }
    bool done = places.list != NULL &&
                (record_of_slices(&armeld->record, name, &arena, &record) ||
                 error_memory(&armeld->error)) &&
                (armeld->record.present ||
                 guard_workspace(armeld->options.workspace, &gone, &nothing, &armeld->error)) &&
                guard_neighbours(&nothing, &record, &places, &armeld->error);
    bool memory = places.list != NULL;
    arena_free(&arena);
    return memory ? done : error_memory(&armeld->error);
}

/** The same of a machine that has nothing in this run. */
static bool guard_machine(struct armeld *armeld, struct universal_machine machine)
{
    const char *name = universal_machine_name(machine, &armeld->arena);
    return name ? is_wanted(&armeld->machines, name) || guard_slice(armeld, name)
                : error_memory(&armeld->error);
}

bool machines_guard(struct armeld *armeld)
{
    struct os_file file = {0};
    struct universal universal = {0};
    struct error unread = {0};
    if (armeld->options.single || os_kind(armeld->workspace) != OS_FILE) {
        return true;
    }
    bool done = os_map(armeld->workspace, &file, &armeld->error);
    if (done && !universal_probe(file.bytes)) {
        struct universal_machine machine = slice_machine(file.bytes);
        done = !machine.type || guard_machine(armeld, machine);
    } else if (done && !universal_read(file.bytes, &armeld->arena, &universal, &unread)) {
        universal.count = 0;
        done = error_passes(&unread, &armeld->error);
    }
    for (size_t i = 0; done && i < universal.count; i++) {
        done = guard_machine(armeld, universal.slices[i].machine);
    }
    os_unmap(&file);
    return done;
}

/* ---- the record -------------------------------------------------------------------------- */

/** The slices of a file, as they lie in it. */
static bool list_slices(const struct machine_file *file, const struct machines *machines,
                        struct arena *arena, const struct library *from,
                        struct recipe_file *to)
{
    struct recipe_slice *slices = ARENA_ARRAY(arena, struct recipe_slice, file->count);
    for (size_t i = 0; slices && i < file->count; i++) {
        const struct machine_slice *slice = &file->slices[i];
        bool known = slice->machine != NO_MACHINE;
        const char *name = known ? machines->list[slice->machine].name : NULL;
        size_t at = i;
        for (; at > 0 && slices[at - 1].bytes.data > slice->slice.bytes.data; at--) {
            slices[at] = slices[at - 1];
        }
        slices[at] = (struct recipe_slice){name, known ? slice->machine : NO_DESCRIPTION,
                                           slice->library, slice->slice.bytes};
    }
    *to = (struct recipe_file){from, slices, file->count};
    return slices;
}

/** The only names that users find, of all machines together. */
static bool join_exports(const struct machines *machines, struct arena *arena,
                         struct manifest *manifest)
{
    size_t count = 0;
    for (size_t i = 0; i < machines->count; i++) {
        count += machines->list[i].armeld->shrunk.exports.name_count;
    }
    const char **all = ARENA_ARRAY(arena, const char *, count + 1);
    manifest->export_count = 0;
    for (size_t i = 0; all && i < machines->count; i++) {
        const struct shrunk *shrunk = &machines->list[i].armeld->shrunk;
        for (size_t j = 0; j < shrunk->exports.name_count; j++) {
            all[manifest->export_count++] = shrunk->exports.names[j];
        }
    }
    bool any = shrunk_exports(&machines->list[0].armeld->shrunk) != NULL;
    manifest->exports = any ? all : NULL;
    return all;
}

bool machines_recipes(struct armeld *armeld, struct arena *arena, struct manifest *manifest)
{
    const struct machines *machines = &armeld->machines;
    size_t count = armeld->set.library_count;
    struct recipe_file *files = ARENA_ARRAY(arena, struct recipe_file, count);
    struct manifest *parts = ARENA_ARRAY(arena, struct manifest, machines->count);
    const struct manifest **descriptions =
        ARENA_ARRAY(arena, const struct manifest *, machines->count);
    bool any_out = false;
    bool done = files && parts && descriptions;
    for (size_t i = 0; done && i < machines->count; i++) {
        struct armeld *part = machines->list[i].armeld;
        struct recipe_sources sources = {.census = &part->census,
                                         .plan = &part->plan,
                                         .shrunk = &part->shrunk,
                                         .flavour = part->outputs.flavour,
                                         .jobs = armeld->options.jobs};
        descriptions[i] = &parts[i];
        if (part->plan.left_out && (!any_out || part->plan.orders < manifest->orders)) {
            manifest->orders = part->plan.orders; /* what holds for all machines */
            any_out = true;
        }
        manifest->shrunk |= part->shrunk.asked;
        manifest->joined |= part->shrunk.prelinked;
        if (!recipes_make(&sources, arena, &parts[i], &armeld->error)) {
            return false;
        }
    }
    for (size_t i = 0; done && i < count; i++) {
        done = list_slices(&machines->files[i], machines, arena, &armeld->set.libraries[i],
                           &files[i]);
    }
    return (done && join_exports(machines, arena, manifest) &&
            recipes_join(files, count, descriptions, machines->count, arena, manifest)) ||
           error_memory(&armeld->error);
}

/* ---- the end ----------------------------------------------------------------------------- */

void machines_forget(struct machines *machines)
{
    for (size_t i = 0; i < machines->count; i++) {
        struct armeld *part = machines->list[i].armeld;
        plan_free(&part->plan);
        census_forget(&part->census);
        set_forget_members(&part->set);
    }
}

void machines_free(struct machines *machines)
{
    for (size_t i = 0; i < machines->count; i++) {
        struct armeld *part = machines->list[i].armeld;
        part->record = (struct record){0}; /* it is the set's */
        armeld_free(part);
    }
    *machines = (struct machines){0};
}
