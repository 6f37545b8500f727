/* SPDX-License-Identifier: MIT */
/** The chart of universal libraries, from the charts of the slices for each machine. */
#include <stdlib.h>

#include "api/machines.h"
#include "inspect/chart.h"

/** What lies between and around slices, as inspect/chart.c calls what is around members. */
static const char OVERHEAD[] = "[archive overhead]";

/** The crates of all machines, on their way. */
struct joining_charts {
    struct armeld *armeld;
    struct armeld_crate *crates;
    size_t crate_count;
    struct armeld_cell *cells; /* by library, then by crate; all of them, until the last step */
    size_t most_crates;
};

static size_t number_of(struct joining_charts *j, const char *name)
{
    size_t number = 0;
    while (number < j->crate_count && strcmp(j->crates[number].name, name) != 0) {
        number++;
    }
    if (number == j->crate_count) {
        j->crates[j->crate_count++].name = name;
    }
    return number;
}

static struct armeld_cell *cell_of(struct joining_charts *j, size_t library, size_t crate)
{
    struct armeld_cell *cell = &j->cells[library * j->most_crates + crate];
    cell->library = library;
    cell->crate = crate;
    return cell;
}

/** Add a machine's chart. @file_of by library of the machine */
static bool add_chart(struct joining_charts *j, const struct armeld_report *part,
                      const size_t *file_of, struct arena *scratch)
{
    size_t *numbers = ARENA_ARRAY(scratch, size_t, part->crate_count);
    for (size_t i = 0; numbers && i < part->crate_count; i++) {
        const struct armeld_crate *from = &part->crates[i];
        numbers[i] = number_of(j, from->name);
        struct armeld_crate *to = &j->crates[numbers[i]];
        to->bytes_before += from->bytes_before;
        to->bytes += from->bytes;
        to->members += from->members;
        for (size_t k = 0; k < ARMELD_BYTES_KINDS; k++) {
            to->kinds_before[k] += from->kinds_before[k];
            to->kinds[k] += from->kinds[k];
        }
    }
    for (size_t i = 0; numbers && i < part->cell_count; i++) {
        const struct armeld_cell *from = &part->cells[i];
        struct armeld_cell *to = cell_of(j, file_of[from->library], numbers[from->crate]);
        to->bytes += from->bytes;
        to->moved += from->moved;
    }
    return numbers;
}

/** Bytes of universal files that are in no archive: headers, padding, slices that are objects. */
static void add_overhead(struct joining_charts *j)
{
    const struct armeld *armeld = j->armeld;
    size_t number = number_of(j, OVERHEAD);
    struct armeld_crate *crate = &j->crates[number];
    uint64_t before = armeld->report.bytes_before;
    uint64_t after = armeld->report.bytes;
    for (size_t i = 0; i < armeld->machines.count; i++) {
        before -= armeld->machines.list[i].armeld->report.bytes_before;
        after -= armeld->machines.list[i].armeld->report.bytes;
    }
    crate->bytes_before += before;
    crate->bytes += after;
    crate->kinds_before[ARMELD_BYTES_ARCHIVE] += before;
    crate->kinds[ARMELD_BYTES_ARCHIVE] += after;
    for (size_t i = 0; i < armeld->set.library_count; i++) {
        const struct machine_file *file = &armeld->machines.files[i];
        struct armeld_cell *cell = cell_of(j, i, number);
        cell->bytes += armeld->set.libraries[i].bytes.size;
        for (size_t k = 0; k < file->count; k++) {
            bool archive = file->slices[k].machine != NO_MACHINE;
            cell->bytes -= archive ? file->slices[k].slice.bytes.size : 0;
        }
    }
}

static int by_bytes(const void *a, const void *b)
{
    const struct armeld_crate *first = *(const struct armeld_crate *const *)a;
    const struct armeld_crate *second = *(const struct armeld_crate *const *)b;
    if (first->bytes_before != second->bytes_before) {
        return first->bytes_before < second->bytes_before ? 1 : -1;
    }
    return strcmp(first->name, second->name);
}

/** Put the crates in their order, most bytes first, and leave out cells without bytes. */
static bool finish(struct joining_charts *j, struct arena *arena)
{
    struct armeld_report *report = &j->armeld->report;
    size_t libraries = j->armeld->set.library_count;
    struct armeld_crate **order = ARENA_ARRAY(arena, struct armeld_crate *, j->crate_count);
    struct armeld_crate *crates = ARENA_ARRAY(arena, struct armeld_crate, j->crate_count);
    struct armeld_cell *cells =
        ARENA_ARRAY(arena, struct armeld_cell, libraries * j->crate_count);
    if (!order || !crates || !cells) {
        return false;
    }
    for (size_t i = 0; i < j->crate_count; i++) {
        order[i] = &j->crates[i];
    }
    qsort(order, j->crate_count, sizeof *order, by_bytes);
    report->cell_count = 0;
    for (size_t i = 0; i < libraries; i++) {
        for (size_t k = 0; k < j->crate_count; k++) {
            struct armeld_cell *cell = cell_of(j, i, (size_t)(order[k] - j->crates));
            if (cell->bytes) {
                cells[report->cell_count] = *cell;
                cells[report->cell_count++].crate = k;
                order[k]->libraries++;
            }
        }
    }
    for (size_t k = 0; k < j->crate_count; k++) {
        crates[k] = *order[k];
        crates[k].name = arena_printf(arena, "%s", order[k]->name);
        if (!crates[k].name) {
            return false;
        }
    }
    report->crates = crates;
    report->crate_count = j->crate_count;
    report->cells = cells;
    return true;
}

/** Chart each machine's report. */
static bool chart_parts(struct armeld *armeld, size_t *most_crates)
{
    *most_crates = 1;
    for (size_t i = 0; i < armeld->machines.count; i++) {
        struct armeld *part = armeld->machines.list[i].armeld;
        if (!chart_fill(&part->census, &part->plan, &part->shrunk, &part->outputs, &part->arena,
                        &part->report, NULL, &armeld->error)) {
            return false;
        }
        *most_crates += part->report.crate_count;
    }
    return true;
}

bool machines_chart(struct armeld *armeld)
{
    const struct machines *machines = &armeld->machines;
    size_t libraries = armeld->set.library_count;
    struct arena scratch = {0};
    struct joining_charts joining = {.armeld = armeld};
    if (!chart_parts(armeld, &joining.most_crates)) {
        return false;
    }
    joining.crates = ARENA_ARRAY(&scratch, struct armeld_crate, joining.most_crates);
    joining.cells =
        ARENA_ARRAY(&scratch, struct armeld_cell, libraries * joining.most_crates);
    size_t *file_of = ARENA_ARRAY(&scratch, size_t, libraries);
    bool done = joining.crates && joining.cells && file_of;
    for (size_t i = 0; done && i < machines->count; i++) {
        for (size_t k = 0; k < libraries; k++) {
            const struct machine_file *file = &machines->files[k];
            for (size_t n = 0; n < file->count; n++) {
                if (file->slices[n].machine == i) {
                    file_of[file->slices[n].library] = k;
                }
            }
        }
        done = add_chart(&joining, &machines->list[i].armeld->report, file_of, &scratch);
    }
    if (done) {
        add_overhead(&joining);
        done = finish(&joining, &armeld->arena);
    }
    arena_free(&scratch);
    return done || error_memory(&armeld->error);
}
