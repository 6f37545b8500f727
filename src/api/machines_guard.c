/* SPDX-License-Identifier: MIT */
/** Slices of workspaces that libraries on the disk need, and no library of this run has. */
#include "api/machines.h"
#include "api/stages.h"
#include "census/slices.h"
#include "write/guard.h"
#include "write/neighbours.h"

/** A slice of a workspace on the disk. */
struct old_slice {
    size_t part;
    const char *path;
    const char *machine;
    uint32_t platforms; /* 0: no object tells */
};

/** The platforms of a machine's objects; 0: no object tells. */
static uint32_t platforms_of(const struct machine *machine)
{
    const struct census *census = &machine->armeld->census;
    uint32_t platforms = 0;
    for (size_t i = 0; i < census->count; i++) {
        platforms |= census->list[i].platforms;
    }
    return platforms;
}

/** Whether libraries of its part have slices for its machine, and for a platform of it. */
static bool is_wanted(const struct machines *machines, const struct old_slice *old)
{
    bool wanted = false;
    for (size_t i = 0; i < machines->count && !wanted; i++) {
        const struct machine *machine = &machines->list[i];
        if (machine->part == old->part && strcmp(machine->name, old->machine) == 0) {
            uint32_t platforms = platforms_of(machine);
            wanted = !platforms || !old->platforms || platforms & old->platforms;
        }
    }
    return wanted;
}

/** Refuse to remove a slice of a workspace that neighbours need. */
static bool guard_slice(struct armeld *armeld, const struct old_slice *old)
{
    struct arena arena = {0};
    struct set none = {.machine = old->machine};
    struct census nothing = {.set = &none};
    struct record record;
    struct output gone = {.path = old->path};
    const char *name = machines_workspace_name(armeld, old->part);
    struct outputs places = {.count = armeld->outputs.count};
    places.list = ARENA_ARRAY(&arena, struct output, places.count);
    bool memory = places.list && name;
    for (size_t i = 0; memory && i < places.count; i++) {
        places.list[i].path = armeld->outputs.list[i].path;
    }
    bool done = memory &&
                (record_of_slices(&armeld->record, old->part, old->machine, &arena, &record) ||
                 error_memory(&armeld->error)) &&
                (armeld->record.present ||
                 guard_workspace(name, &gone, &nothing, &armeld->error)) &&
                guard_neighbours(&nothing, &record, &places, &armeld->error);
    arena_free(&arena);
    return memory ? done : error_memory(&armeld->error);
}

/** The same of a machine that has nothing in this run. */
static bool guard_machine(struct armeld *armeld, size_t part, const char *path,
                          const struct universal_slice *slice)
{
    struct old_slice old = {.part = part,
                            .path = path,
                            .machine = universal_machine_name(slice->machine, &armeld->arena),
                            .platforms = slice_platforms(slice->bytes)};
    return old.machine ? is_wanted(&armeld->machines, &old) || guard_slice(armeld, &old)
                       : error_memory(&armeld->error);
}

/** The same of the workspace of a part. */
static bool guard_part(struct armeld *armeld, size_t part, const char *path)
{
    struct os_file file = {0};
    struct error unread = {0};
    if (!os_may_be_file(path)) {
        return true;
    }
    bool done = os_map(path, &file, &armeld->error);
    struct universal_slice whole = {.bytes = file.bytes};
    struct universal universal = {.slices = &whole};
    if (done && !universal_probe(file.bytes)) {
        whole.machine = slice_machine(file.bytes);
        universal.count = whole.machine.type != 0;
    } else if (done && !universal_read(file.bytes, &armeld->arena, &universal, &unread)) {
        universal.count = 0;
        done = error_passes(&unread, &armeld->error);
    }
    for (size_t i = 0; done && i < universal.count; i++) {
        done = guard_machine(armeld, part, path, &universal.slices[i]);
    }
    os_unmap(&file);
    return done;
}

bool machines_guard(struct armeld *armeld)
{
    bool is_one;
    if (!stages_replace_one(armeld, &is_one, &armeld->error) || is_one) {
        return is_one;
    }
    bool done = true;
    for (size_t i = 0; done && i < armeld->outputs.workspaces; i++) {
        done = guard_part(armeld, i, armeld->outputs.list[i].path);
    }
    for (size_t i = armeld->outputs.workspaces; done && i < armeld->record.workspace_count; i++) {
        done = guard_part(armeld, i, armeld->record.workspaces[i].path); /* it goes as a whole */
    }
    return done;
}
