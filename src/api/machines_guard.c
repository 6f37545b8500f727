/* SPDX-License-Identifier: MIT */
/** Slices of workspaces that libraries on the disk need, and no library of this run has. */
#include "api/machines.h"
#include "census/slices.h"
#include "write/guard.h"
#include "write/neighbours.h"

/** Whether libraries of a part have slices for a machine. */
static bool is_wanted(const struct machines *machines, size_t part, const char *name)
{
    bool wanted = false;
    for (size_t i = 0; i < machines->count; i++) {
        wanted |= machines->list[i].part == part && strcmp(machines->list[i].name, name) == 0;
    }
    return wanted;
}

/** Refuse to remove a slice of the workspace that neighbours need. */
static bool guard_slice(struct armeld *armeld, size_t part, const char *name)
{
    struct arena arena = {0};
    struct set none = {.machine = name};
    struct census nothing = {.set = &none};
    struct record record;
    struct output gone = {.path = armeld->outputs.list[part].path};
    struct outputs places = {.count = armeld->outputs.count};
    places.list = ARENA_ARRAY(&arena, struct output, places.count);
    for (size_t i = 0; places.list && i < places.count; i++) {
        places.list[i].path = armeld->outputs.list[i].path;
    }
    bool done = places.list != NULL &&
                (record_of_slices(&armeld->record, part, name, &arena, &record) ||
                 error_memory(&armeld->error)) &&
                (armeld->record.present ||
                 guard_workspace(armeld->options.workspace, &gone, &nothing, &armeld->error)) &&
                guard_neighbours(&nothing, &record, &places, &armeld->error);
    bool memory = places.list != NULL;
    arena_free(&arena);
    return memory ? done : error_memory(&armeld->error);
}

/** The same of a machine that has nothing in this run. */
static bool guard_machine(struct armeld *armeld, size_t part, struct universal_machine machine)
{
    const char *name = universal_machine_name(machine, &armeld->arena);
    return name ? is_wanted(&armeld->machines, part, name) || guard_slice(armeld, part, name)
                : error_memory(&armeld->error);
}

/** The same of the workspace of a part. */
static bool guard_part(struct armeld *armeld, size_t part)
{
    struct os_file file = {0};
    struct universal universal = {0};
    struct error unread = {0};
    const char *workspace = armeld->outputs.list[part].path;
    if (os_kind(workspace) != OS_FILE) {
        return true;
    }
    bool done = os_map(workspace, &file, &armeld->error);
    if (done && !universal_probe(file.bytes)) {
        struct universal_machine machine = slice_machine(file.bytes);
        done = !machine.type || guard_machine(armeld, part, machine);
    } else if (done && !universal_read(file.bytes, &armeld->arena, &universal, &unread)) {
        universal.count = 0;
        done = error_passes(&unread, &armeld->error);
    }
    for (size_t i = 0; done && i < universal.count; i++) {
        done = guard_machine(armeld, part, universal.slices[i].machine);
    }
    os_unmap(&file);
    return done;
}

bool machines_guard(struct armeld *armeld)
{
    bool done = true;
    for (size_t i = 0; done && i < armeld->outputs.workspaces; i++) {
        done = guard_part(armeld, i);
    }
    return done;
}
