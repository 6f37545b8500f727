/* SPDX-License-Identifier: MIT */
#include "api/machines.h"

#include "api/frameworks.h"
#include "api/stages.h"
#include "base/path.h"
#include "census/slices.h"
#include "sidecar/recipe_join.h"

/* ---- splitting --------------------------------------------------------------------------- */

/** The path of the workspace of a part, by that of the first; NULL when memory is short. */
static const char *numbered(struct armeld *armeld, const char *first, size_t part)
{
    return armeld->framework ? frameworks_workspace(armeld, first, part, &armeld->arena)
           : part            ? path_numbered(first, part + 1, &armeld->arena)
                             : first;
}

const char *machines_workspace(struct armeld *armeld, size_t part)
{
    return numbered(armeld, armeld->framework ? armeld->framework : armeld->workspace, part);
}

const char *machines_workspace_name(struct armeld *armeld, size_t part)
{
    return numbered(armeld, armeld->options.workspace, part);
}

/** The handle for a machine, which shares the record of the set. NULL with an error. */
static struct armeld *make_handle(struct armeld *armeld, const char *name, size_t number)
{
    struct armeld *part = armeld_new(&armeld->options);
    if (!part) {
        error_memory(&armeld->error);
        return NULL;
    }
    part->stage = STAGE_ADDED;
    part->job = armeld->job;
    part->workspace = armeld->workspace;
    part->framework = armeld->framework;
    part->set.machine = name;
    part->set.may_part = armeld->set.may_part;
    part->set.written = armeld->set.written;
    part->set.written_count = armeld->set.written_count;
    part->asks_groups = armeld->options.workspaces == ARMELD_WORKSPACES_AUTO;
    part->options.workspaces = armeld->options.workspaces == ARMELD_WORKSPACES_AUTO
                                   ? ARMELD_WORKSPACES_SAFE
                                   : armeld->options.workspaces;
    part->workspace = machines_workspace(armeld, number);
    if (armeld->options.workspace) { /* which messages name */
        part->options.workspace = machines_workspace_name(armeld, number);
    }
    if (!part->workspace || (armeld->options.workspace && !part->options.workspace) ||
        !record_of_slices(&armeld->record, number, name, &part->arena, &part->record)) {
        error_memory(&armeld->error);
        part->record = (struct record){0};
        armeld_free(part);
        return NULL;
    }
    return part;
}

/** Whether the name of a platform has that of its only machine. */
static bool is_single_machine(const char *platform, const char *machine)
{
    size_t size = strlen(platform);
    size_t end = strlen(machine);
    return size >= end && strcmp(platform + size - end, machine) == 0;
}

/** The number of a machine, which may be new. */
static bool find_machine(struct armeld *armeld, struct universal_machine machine, size_t library,
                         size_t *number)
{
    struct machines *machines = &armeld->machines;
    size_t of = machines_part_of(machines, library);
    const char *name = universal_machine_name(machine, &armeld->arena);
    const char *label = name;
    for (*number = 0; name && *number < machines->count; ++*number) {
        const struct machine *other = &machines->list[*number];
        if (other->part == of && strcmp(other->name, name) == 0) {
            return true;
        }
    }
    if (name && machines->part_of) {
        label = armeld->framework
                    ? arena_printf(&armeld->arena, "%s/%s",
                                   machines->framework.list[of].identifier, name)
                : is_single_machine(machines->platforms[of], name)
                    ? machines->platforms[of]
                    : arena_printf(&armeld->arena, "%s %s", machines->platforms[of], name);
    }
    struct machine *list =
        ARENA_ARRAY(&armeld->arena, struct machine, machines->count + 1);
    if (!label || !list) {
        return error_memory(&armeld->error);
    }
    struct armeld *part = make_handle(armeld, name, of);
    if (!part) {
        return false;
    }
    for (size_t i = 0; i < machines->count; i++) {
        list[i] = machines->list[i];
    }
    list[machines->count++] = (struct machine){name, label, of, machine, part};
    machines->list = list;
    return true;
}

/**
 * The machine of a library that is not universal. One without Mach-O objects goes where the first
 * library of its part is, whose handle says what is wrong with it, if anything.
 */
static struct universal_machine machine_of(struct span bytes, const struct machines *machines,
                                           size_t library)
{
    struct universal_machine machine = slice_machine(bytes);
    for (size_t i = 0; !machine.type && i < machines->count; i++) {
        if (machines->list[i].part == machines_part_of(machines, library)) {
            machine = machines->list[i].machine;
        }
    }
    return machine;
}

/** Find the slices of a library, and their machines. */
static bool find_slices(struct armeld *armeld, size_t number)
{
    struct library *library = &armeld->set.libraries[number];
    struct machine_file *file = &armeld->machines.files[number];
    struct universal_slice whole = {
        .machine = machine_of(library->bytes, &armeld->machines, number), .bytes = library->bytes};
    struct universal universal = {.slices = &whole, .count = 1};
    file->universal = universal_probe(library->bytes);
    if (file->universal &&
        !universal_read(library->bytes, &armeld->arena, &universal, &armeld->error)) {
        return error_prefix(&armeld->error, "%s: ", library->path);
    }
    if (armeld->framework && !file->universal && !whole.machine.type) {
        return error_set(&armeld->error, "%s: no object in it tells for which machine it is",
                         library->path);
    }
    file->count = universal.count;
    file->wide = universal.wide;
    file->slices = ARENA_ARRAY(&armeld->arena, struct machine_slice, file->count);
    bool done = file->slices || error_memory(&armeld->error);
    for (size_t i = 0; done && i < file->count; i++) {
        struct machine_slice *slice = &file->slices[i];
        *slice = (struct machine_slice){.slice = universal.slices[i], .machine = NO_MACHINE};
        done = (file->universal && !archive_probe(slice->slice.bytes)) ||
               find_machine(armeld, slice->slice.machine, number, &slice->machine);
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

/** Whether something is known for the machine of a slice already. */
static bool is_known(const struct machines *machines, size_t part,
                     const struct universal_machine machine)
{
    bool known = false;
    for (size_t i = 0; i < machines->count; i++) {
        const struct machine *other = &machines->list[i];
        known |= other->part == part && universal_same_machine(other->machine, machine);
    }
    for (size_t i = 0; i < machines->object_count; i++) {
        const struct machine_object *other = &machines->objects[i];
        known |= other->part == part && universal_same_machine(other->machine, machine);
    }
    return known;
}

/** List the machines for which all slices of a part are objects. */
static bool find_objects(struct armeld *armeld)
{
    struct machines *machines = &armeld->machines;
    size_t most = 0;
    for (size_t i = 0; i < armeld->set.library_count; i++) {
        most += machines->files[i].count;
    }
    machines->objects = ARENA_ARRAY(&armeld->arena, struct machine_object, most);
    for (size_t i = 0; machines->objects && i < armeld->set.library_count; i++) {
        size_t part = machines_part_of(machines, i);
        for (size_t k = 0; k < machines->files[i].count; k++) {
            const struct machine_slice *slice = &machines->files[i].slices[k];
            if (slice->machine == NO_MACHINE && !is_known(machines, part, slice->slice.machine)) {
                machines->objects[machines->object_count++] =
                    (struct machine_object){part, slice->slice.machine, slice->slice.bytes};
            }
        }
    }
    return machines->objects || error_memory(&armeld->error);
}

/** Whether there is a universal file: a library, or what is in the workspace's place. */
static bool is_universal(const struct armeld *armeld)
{
    struct os_file file = {0};
    struct error unread = {0};
    bool found = os_may_be_file(armeld->workspace) &&
                 os_map(armeld->workspace, &file, &unread) &&
                 universal_has(file.bytes, archive_probe);
    os_unmap(&file);
    for (size_t i = 0; i < armeld->set.library_count && !found; i++) {
        const struct library *library = &armeld->set.libraries[i];
        found = !library->is_image && universal_probe(library->bytes);
    }
    return found;
}

/** Whether --workspaces=auto would meld platforms apart. */
static bool may_part(const struct armeld *armeld)
{
    const struct armeld_options *options = &armeld->options;
    return !options->single && !options->one_archive && !armeld->framework &&
           options->workspaces != ARMELD_WORKSPACES_AUTO;
}

bool machines_split(struct armeld *armeld)
{
    size_t count = armeld->set.library_count;
    bool apart = !armeld->framework && armeld->options.workspaces == ARMELD_WORKSPACES_AUTO;
    armeld->set.may_part = may_part(armeld);
    if (apart && !platforms_split(armeld)) {
        return false;
    }
    if (!armeld->framework && !armeld->machines.platform_count && !is_universal(armeld)) {
        return true;
    }
    if (!count) {
        return error_set_kind(&armeld->error, ERROR_USAGE,
                              "no static library among the paths given");
    }
    armeld->machines.files = ARENA_ARRAY(&armeld->arena, struct machine_file, count);
    bool done = (armeld->machines.files &&
                 outputs_list_paths(&armeld->set, armeld->options.output_dir)) ||
                error_memory(&armeld->error);
    done = done && (!armeld->framework || frameworks_split(armeld));
    /* those without an object that tells the machine come last, then thin ones that do */
    for (int turn = 2; turn >= 0; turn--) {
        for (size_t i = 0; done && i < count; i++) {
            struct span bytes = armeld->set.libraries[i].bytes;
            int own = universal_probe(bytes) ? 2 : slice_machine(bytes).type ? 1 : 0;
            done = own != turn || find_slices(armeld, i);
        }
    }
    done = done && find_objects(armeld);
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
            return error_prefix(&armeld->error, "%s: ", machine->label);
        }
    }
    return true;
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
    const char **identifiers = ARENA_ARRAY(arena, const char *, machines->framework.count + 1);
    bool any_out = false;
    bool done = files && parts && descriptions && identifiers;
    for (size_t i = 0; done && i < machines->framework.count; i++) {
        identifiers[i] = machines->framework.list[i].identifier;
        manifest->identifiers = identifiers;
    }
    manifest->library = machines->library;
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
    if (!done || !join_exports(machines, arena, manifest) ||
        !recipes_join(files, count, descriptions, machines->count, arena, manifest)) {
        return error_memory(&armeld->error);
    }
    for (size_t i = 0; i < count; i++) {
        manifest->libraries[i].part = (uint32_t)machines_part_of(machines, i);
    }
    return true;
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
