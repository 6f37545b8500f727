/* SPDX-License-Identifier: MIT */
/** Fill in the public report of a melding. */
#include "api/report_internal.h"
#include "proof/check.h"

#include "base/path.h"
#include "inspect/advice.h"

static bool fill_libraries(struct report_work *r)
{
    size_t count = r->census->set->library_count;
    struct armeld_library *list = ARENA_ARRAY(r->arena, struct armeld_library, count);
    if (!list) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const struct library *library = &r->census->set->libraries[i];
        const struct output *output = outputs_library(r->outputs, i);
        list[i] = (struct armeld_library){
            .path = arena_printf(r->arena, "%s", library->path),
            .output = arena_printf(r->arena, "%s", output->path),
            .bytes_before = library->bytes.size,
            .bytes = output_size(output),
            .members_before = library->archive.member_count,
            .members = output_members(output),
        };
        if (!list[i].path || !list[i].output) {
            return false;
        }
        for (size_t j = 0; j < library->archive.member_count; j++) {
            uint32_t member = library->first + (uint32_t)j;
            list[i].moved += !plan_stays(r->plan, r->census, member);
            list[i].stubs += r->census->list[r->census->class_of[member]].import_stub;
        }
        r->report->bytes_before += list[i].bytes_before;
        r->report->bytes += list[i].bytes;
    }
    r->report->libraries = list;
    r->report->library_count = count;
    return true;
}

/** List the workspaces; what sets their libraries apart comes later. */
static bool fill_workspaces(struct report_work *r)
{
    const struct outputs *outputs = r->outputs;
    struct armeld_report *report = r->report;
    size_t libraries = r->census->set->library_count;
    struct armeld_workspace *list =
        ARENA_ARRAY(r->arena, struct armeld_workspace, outputs->workspaces + 1);
    size_t *workspace_of = ARENA_ARRAY(r->arena, size_t, libraries);
    bool done = list && workspace_of;
    for (size_t i = 0; done && i < libraries; i++) {
        const struct output *output = outputs_library(outputs, i);
        workspace_of[i] = output->part;
        list[output->part].libraries += !output->left_out;
    }
    for (size_t i = 0; done && i < outputs->workspaces; i++) {
        list[i].path = i && report->workspace ? path_numbered(report->workspace, i + 1, r->arena)
                                              : report->workspace;
        list[i].members = output_members(&outputs->list[i]);
        list[i].bytes = output_size(&outputs->list[i]);
        report->bytes += list[i].bytes;
        done = list[i].path || !report->workspace;
    }
    report->workspaces = list;
    report->workspace_count = outputs->workspaces;
    report->workspace_of = workspace_of;
    report->workspace_members = done && outputs->workspaces ? list[0].members : 0;
    report->workspace_bytes = done && outputs->workspaces ? list[0].bytes : 0;
    return done;
}

static bool fill_copied(struct report_work *r)
{
    const struct plan *plan = r->plan;
    const char **list = ARENA_ARRAY(r->arena, const char *, plan->import_count);
    size_t count = 0;
    for (uint32_t p = 0; list && p < plan->part_count; p++) {
        const struct plan_part *part = &plan->parts[p];
        r->report->shared_objects += part->moved_count;
        for (size_t i = part->moved_count; i < part->workspace_count; i++) {
            list[count] = report_copy(r, set_member(r->census->set, part->workspace[i])->name);
            if (!list[count++]) {
                return false;
            }
        }
    }
    r->report->copied = list;
    r->report->copied_objects = count;
    return list != NULL;
}

/** Add a sentence to the notes. */
static bool add_note(struct report_work *r, const char *text)
{
    size_t count = r->report->note_count;
    const char **notes = ARENA_ARRAY(r->arena, const char *, count + 1);
    for (size_t i = 0; notes && i < count; i++) {
        notes[i] = r->report->notes[i];
    }
    if (notes) {
        notes[count] = text;
        r->report->notes = notes;
        r->report->note_count++;
    }
    return notes != NULL;
}

bool report_fill(const struct report_sources *sources, struct arena *arena,
                 struct armeld_report *report, struct error *error)
{
    static const enum armeld_flavour flavours[] = {
        [AR_UNKNOWN] = ARMELD_AUTO,
        [AR_GNU] = ARMELD_GNU,
        [AR_DARWIN] = ARMELD_DARWIN,
        [AR_COFF] = ARMELD_COFF,
    };
    const struct outputs *outputs = sources->outputs;
    enum obj_machine machine = sources->target->machine;
    struct report_work work = {.census = sources->census,
                               .plan = sources->plan,
                               .shrunk = sources->shrunk,
                               .outputs = outputs,
                               .odd = sources->odd,
                               .min_sharers = sources->min_sharers,
                               .asks_parts = sources->asks_parts,
                               .one_part = sources->one_part,
                               .record = sources->record,
                               .given_up = sources->given_up,
                               .given_up_count = sources->given_up_count,
                               .arena = arena,
                               .report = report,
                               .error = error};
    report->flavour = flavours[outputs->flavour];
    report->one_archive = sources->one_archive;
    report->machine = machine == MACHINE_UNKNOWN ? NULL : object_machine_name(machine);
    bool done = fill_workspaces(&work) && fill_libraries(&work) && fill_copied(&work) &&
                report_fill_variants(&work) && report_fill_proof(&work) &&
                report_fill_shrunk(&work) &&
                report_fill_unprovable(&work) && report_fill_odd(&work) &&
                report_fill_warnings(&work) &&
                advice_fill(sources->census, sources->plan, arena, report) &&
                report_fill_account(&work);
    done = done && (!sources->skipped ||
                    add_note(&work, check_skipped_text(sources->skipped, arena)));
    done = done && (!sources->open_needs || add_note(&work, sources->open_needs));
    arena_free(&work.scratch);
    return done || error_memory(error);
}
