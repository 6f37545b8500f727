/* SPDX-License-Identifier: MIT */
/** What the machines of a set become, put together again to files. */
#include "api/machines.h"

/** What the workspace of a part becomes for a machine. */
static const struct output *find_output(struct armeld *armeld, size_t part,
                                        struct universal_machine machine)
{
    struct machines *machines = &armeld->machines;
    for (size_t i = 0; i < machines->count; i++) {
        const struct machine *other = &machines->list[i];
        if (other->part == part && memcmp(&other->machine, &machine, sizeof machine) == 0) {
            return other->armeld->outputs.list;
        }
    }
    const struct machine_object *object = machines->objects;
    while (object->part != part || memcmp(&object->machine, &machine, sizeof machine) != 0) {
        object++;
    }
    struct output *empty = ARENA_NEW(&armeld->outputs.arena, struct output);
    if (!empty) {
        error_memory(&armeld->error);
    }
    return empty && outputs_make_empty(&armeld->outputs, object->object, empty, &armeld->error)
               ? empty
               : NULL;
}

/** Whether the libraries of a part are universal, or any: so is the workspace. */
static bool has_universal(const struct armeld *armeld, size_t part)
{
    bool has = !armeld->machines.part_of;
    for (size_t i = 0; i < armeld->set.library_count && !has; i++) {
        has = machines_part_of(&armeld->machines, i) == part && armeld->machines.files[i].universal;
    }
    return has;
}

/** The slices of the workspace of a part, in the order of lipo. */
static bool join_workspace(struct armeld *armeld, size_t part, struct output *output)
{
    const struct machines *machines = &armeld->machines;
    struct arena *arena = &armeld->outputs.arena;
    size_t most = machines->count + machines->object_count;
    struct universal_slice *order = ARENA_ARRAY(arena, struct universal_slice, most);
    struct output_slice *slices = ARENA_ARRAY(arena, struct output_slice, most);
    size_t count = 0;
    if (!order || !slices) {
        return error_memory(&armeld->error);
    }
    for (size_t i = 0; i < machines->count; i++) {
        if (machines->list[i].part == part) {
            order[count++].machine = machines->list[i].machine;
        }
    }
    for (size_t i = 0; i < machines->object_count; i++) {
        if (machines->objects[i].part == part) {
            order[count++].machine = machines->objects[i].machine;
        }
    }
    universal_sort(order, count);
    for (size_t i = 0; i < count; i++) {
        const struct output *of = find_output(armeld, part, order[i].machine);
        if (!of) {
            return false;
        }
        slices[i] = (struct output_slice){.slice = order[i], .output = of};
        output->contents += of->contents;
    }
    if (count == 1 && !has_universal(armeld, part)) {
        *output = *slices[0].output;
    } else if (!output_lay_out_universal(output, slices, count, false, arena, &armeld->error)) {
        return false;
    }
    output->part = (uint32_t)part;
    output->path = machines_workspace(armeld, part);
    output->needed = true;
    return output->path || error_memory(&armeld->error);
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
        output->contents = contents;
        slices[i].output = of;
        verbatim &= of->verbatim;
        left_out &= of->left_out;
        dropped |= of->dropped;
    }
    const struct library *library = &armeld->set.libraries[number];
    output->from = library;
    output->path = outputs_path(library, armeld->options.output_dir, arena);
    if (!output->path) {
        return error_memory(&armeld->error);
    }
    output->verbatim = verbatim;
    output->part = (uint32_t)machines_part_of(&armeld->machines, number);
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
    outputs->workspaces = armeld->framework                 ? armeld->machines.framework.count
                          : armeld->machines.platform_count ? armeld->machines.platform_count
                                                            : first->workspaces;
    outputs->framework = armeld->framework;
    outputs->flavour = armeld->flavour = first->flavour;
    armeld->models = armeld->machines.list[0].armeld->models;
    outputs->count = outputs->workspaces + armeld->set.library_count;
    outputs->list = ARENA_ARRAY(&outputs->arena, struct output, outputs->count);
    bool done = outputs->list || error_memory(&armeld->error);
    for (size_t i = 0; done && i < outputs->workspaces; i++) {
        done = join_workspace(armeld, i, &outputs->list[i]);
    }
    for (size_t i = 0; done && i < armeld->set.library_count; i++) {
        done = join_library(armeld, i, outputs_library(outputs, i));
    }
    return done;
}
