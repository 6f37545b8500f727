/* SPDX-License-Identifier: MIT */
/** The report of universal libraries, from the reports on the slices for each machine. */
#include <stdlib.h>

#include "api/frameworks.h"
#include "api/machines.h"
#include "api/report.h"
#include "base/path.h"

struct joining_reports {
    struct armeld *armeld;
    const struct machines *machines;
    struct arena *arena;
    struct armeld_report *report;
    size_t **numbers; /* by machine, then by library of its set: the number of the file */
};

static const struct armeld_report *report_of(const struct joining_reports *j, size_t machine)
{
    return &j->machines->list[machine].armeld->report;
}

static bool number_libraries(struct joining_reports *j)
{
    size_t files = j->armeld->set.library_count;
    j->numbers = ARENA_ARRAY(j->arena, size_t *, j->machines->count);
    for (size_t i = 0; j->numbers && i < j->machines->count; i++) {
        j->numbers[i] = ARENA_ARRAY(j->arena, size_t, files);
        if (!j->numbers[i]) {
            return false;
        }
    }
    for (size_t i = 0; j->numbers && i < files; i++) {
        const struct machine_file *file = &j->machines->files[i];
        for (size_t k = 0; k < file->count; k++) {
            if (file->slices[k].machine != NO_MACHINE) {
                j->numbers[file->slices[k].machine][file->slices[k].library] = i;
            }
        }
    }
    return j->numbers;
}

/** Say what is left of a text, since its machine has another arena. */
static const char *copy(struct joining_reports *j, const char *text)
{
    return text ? arena_printf(j->arena, "%s", text) : NULL;
}

/** Members that are kept, of all machines. */
static bool join_kept(struct joining_reports *j)
{
    struct armeld_report *report = j->report;
    for (size_t i = 0; i < j->machines->count; i++) {
        report->kept_count += report_of(j, i)->kept_count;
    }
    struct armeld_kept *kept = ARENA_ARRAY(j->arena, struct armeld_kept, report->kept_count);
    report->kept = kept;
    for (size_t i = 0; kept && i < j->machines->count; i++) {
        const struct armeld_report *part = report_of(j, i);
        for (size_t k = 0; k < part->kept_count; k++, kept++) {
            *kept = part->kept[k];
            kept->library = j->numbers[i][kept->library];
            kept->member = copy(j, kept->member);
            kept->symbol = copy(j, kept->symbol);
            kept->why = copy(j, kept->why);
            if (!kept->member || !kept->symbol || !kept->why) {
                return false;
            }
        }
    }
    return kept;
}

static int by_number(const void *a, const void *b)
{
    size_t first = *(const size_t *)a;
    size_t second = *(const size_t *)b;
    return (first > second) - (first < second);
}

/** Libraries that hold a variant for one machine or the other, ascending. */
static bool join_holders(struct joining_reports *j, struct armeld_variant *to,
                         const struct armeld_variant *from, const size_t *numbers)
{
    size_t count = 0;
    size_t *list = ARENA_ARRAY(j->arena, size_t, to->library_count + from->library_count);
    if (!list) {
        return false;
    }
    for (size_t i = 0; i < to->library_count + from->library_count; i++) {
        bool old = i < to->library_count;
        list[i] = old ? to->libraries[i] : numbers[from->libraries[i - to->library_count]];
    }
    qsort(list, to->library_count + from->library_count, sizeof *list, by_number);
    for (size_t i = 0; i < to->library_count + from->library_count; i++) {
        if (!count || list[count - 1] != list[i]) {
            list[count++] = list[i];
        }
    }
    to->libraries = list;
    to->library_count = count;
    return true;
}

/** Members of one name with different contents: one for all machines. */
static bool join_variants(struct joining_reports *j)
{
    struct armeld_report *report = j->report;
    size_t most = 0;
    for (size_t i = 0; i < j->machines->count; i++) {
        most += report_of(j, i)->variant_count;
    }
    struct armeld_variant *list = ARENA_ARRAY(j->arena, struct armeld_variant, most);
    report->variants = list;
    for (size_t i = 0; list && i < j->machines->count; i++) {
        const struct armeld_report *part = report_of(j, i);
        for (size_t k = 0; k < part->variant_count; k++) {
            const struct armeld_variant *from = &part->variants[k];
            size_t at = 0;
            while (at < report->variant_count && strcmp(list[at].name, from->name) != 0) {
                at++;
            }
            struct armeld_variant *to = &list[at];
            if (at == report->variant_count) {
                report->variant_count++;
                to->name = copy(j, from->name);
            }
            to->versions = from->versions > to->versions ? from->versions : to->versions;
            to->bytes += from->bytes;
            if (!to->name || !join_holders(j, to, from, j->numbers[i])) {
                return false;
            }
        }
    }
    return list;
}

/** What is said of a library's slice; added to what is said of the file. */
static bool add_slice(struct joining_reports *j, size_t machine, size_t number,
                      struct armeld_library *to, const char **left_out, uint64_t *saves,
                      uint64_t *costs)
{
    const struct armeld_report *part = report_of(j, machine);
    const struct armeld_library *from = &part->libraries[number];
    to->members_before += from->members_before;
    to->members += from->members;
    to->moved += from->moved;
    to->stubs += from->stubs;
    *saves += part->saves ? part->saves[number] : 0;
    *costs += part->costs ? part->costs[number] : 0;
    if (part->left_out && part->left_out[number]) {
        const char *name = j->machines->list[machine].label;
        *left_out = arena_printf(j->arena, "%s%s%s: %s", *left_out ? *left_out : "",
                                 *left_out ? "; " : "", name, part->left_out[number]);
        return *left_out;
    }
    return true;
}

/** A library of which only some slices are left out is melded; a warning says which. */
static bool warn_of_slices(struct joining_reports *j, const char *path, const char *left_out)
{
    struct armeld_report *report = j->report;
    const char **warnings = ARENA_ARRAY(j->arena, const char *, report->warning_count + 1);
    if (!warnings) {
        return false;
    }
    for (size_t i = 0; i < report->warning_count; i++) {
        warnings[i] = report->warnings[i];
    }
    warnings[report->warning_count] =
        arena_printf(j->arena, "%s: some of its slices are left unmelded: %s", path, left_out);
    report->warnings = warnings;
    return warnings[report->warning_count++];
}

static bool join_libraries(struct joining_reports *j)
{
    const struct outputs *outputs = &j->armeld->outputs;
    struct armeld_report *report = j->report;
    size_t count = j->armeld->set.library_count;
    struct armeld_library *list = ARENA_ARRAY(j->arena, struct armeld_library, count);
    const char **left_out = ARENA_ARRAY(j->arena, const char *, count);
    uint64_t *saves = ARENA_ARRAY(j->arena, uint64_t, count);
    uint64_t *costs = ARENA_ARRAY(j->arena, uint64_t, count);
    bool done = list && left_out && saves && costs;
    for (size_t i = 0; done && i < count; i++) {
        const struct library *library = &j->armeld->set.libraries[i];
        const struct output *output = outputs_library(outputs, i);
        const struct machine_file *file = &j->machines->files[i];
        list[i] = (struct armeld_library){.path = copy(j, library->path),
                                          .output = copy(j, output->path),
                                          .bytes_before = library->bytes.size,
                                          .bytes = output_size(output)};
        done = list[i].path && list[i].output;
        for (size_t k = 0; done && k < file->count; k++) {
            const struct machine_slice *slice = &file->slices[k];
            done = slice->machine == NO_MACHINE ||
                   add_slice(j, slice->machine, slice->library, &list[i], &left_out[i], &saves[i],
                             &costs[i]);
        }
        if (done && left_out[i] && !output->left_out) {
            done = warn_of_slices(j, list[i].path, left_out[i]);
            left_out[i] = NULL;
        }
        report->bytes_before += list[i].bytes_before;
        report->bytes += list[i].bytes;
    }
    report->libraries = list;
    report->library_count = count;
    report->left_out = left_out;
    for (size_t i = 0; done && i < j->machines->count; i++) {
        report->saves = report_of(j, i)->saves ? saves : report->saves;
        report->costs = report_of(j, i)->costs ? costs : report->costs;
    }
    return done;
}

/** What a workspace is called: in an xcframework, by its path in that. */
static const char *workspace_path(const struct joining_reports *j, size_t part)
{
    return j->armeld->framework
               ? frameworks_workspace(j->armeld, j->report->workspace, part, j->arena)
           : part ? path_numbered(j->report->workspace, part + 1, j->arena)
                  : j->report->workspace;
}

/** What the libraries of a part are for, in words: "ios simulator". */
static const char *platform(const struct joining_reports *j, size_t part)
{
    if (j->machines->platform_count) {
        return j->machines->platforms[part];
    }
    const struct xcframework_library *entry = &j->machines->framework.list[part];
    return arena_printf(j->arena, "%s%s%s", entry->platform, entry->variant ? " " : "",
                        entry->variant ? entry->variant : "");
}

static bool join_workspaces(struct joining_reports *j)
{
    const struct outputs *outputs = &j->armeld->outputs;
    struct armeld_report *report = j->report;
    size_t libraries = j->armeld->set.library_count;
    struct armeld_workspace *list =
        ARENA_ARRAY(j->arena, struct armeld_workspace, outputs->workspaces + 1);
    size_t *workspace_of = ARENA_ARRAY(j->arena, size_t, libraries);
    report->workspaces = list;
    report->workspace_of = workspace_of;
    if (!list || !workspace_of) {
        return false;
    }
    for (size_t i = 0; i < j->machines->count; i++) {
        list[j->machines->list[i].part].members += report_of(j, i)->workspace_members;
    }
    for (size_t i = 0; i < libraries; i++) {
        const struct output *output = outputs_library(outputs, i);
        workspace_of[i] = output->part;
        list[output->part].libraries += !report->left_out[i];
    }
    for (size_t i = 0; i < outputs->workspaces; i++) {
        list[i].path = workspace_path(j, i);
        list[i].why = j->machines->part_of ? platform(j, i) : NULL;
        list[i].bytes = output_size(&outputs->list[i]);
        if (i == 0 || j->armeld->framework) { /* the first one's, or all of the xcframework */
            report->workspace_members += list[i].members;
            report->workspace_bytes += list[i].bytes;
        }
        report->bytes += list[i].bytes;
        if (!list[i].path || (j->machines->part_of && !list[i].why)) {
            return false;
        }
    }
    report->workspace_count = outputs->workspaces;
    return true;
}

/** The sums, and for which machines. */
static bool join_figures(struct joining_reports *j)
{
    struct armeld_report *report = j->report;
    const char *machine = "";
    report->flavour = report_of(j, 0)->flavour;
    report->proven = true;
    for (size_t i = 0; i < j->machines->count && machine; i++) {
        const struct armeld_report *part = report_of(j, i);
        machine = arena_printf(j->arena, "%s%s%s", machine, i ? "+" : "",
                               j->machines->list[i].label);
        report->shared_objects += part->shared_objects;
        report->copied_objects += part->copied_objects;
        report->proven &= part->proven;
        report->proof_rounds += part->proof_rounds;
        report->shrunk |= part->shrunk;
        report->single |= part->single;
        report->one_archive |= part->one_archive;
        for (size_t k = 0; k < ARMELD_BYTES_KINDS; k++) {
            report->kinds_before[k] += part->kinds_before[k];
            report->kinds[k] += part->kinds[k];
        }
        report->account.moved += part->account.moved;
        report->account.kept += part->account.kept;
        report->account.shared += part->account.shared;
        report->account.copied += part->account.copied;
        report->account.removed += part->account.removed;
        report->account.bookkeeping_before += part->account.bookkeeping_before;
    }
    report->machine = machine;
    return machine;
}

/** Objects that are slices are kept; headers and padding of universal files are bookkeeping. */
static bool join_account(struct joining_reports *j)
{
    const struct outputs *outputs = &j->armeld->outputs;
    struct armeld_account *account = &j->report->account;
    uint64_t written = 0;
    for (size_t i = 0; i < j->armeld->set.library_count; i++) {
        const struct machine_file *file = &j->machines->files[i];
        uint64_t between = j->armeld->set.libraries[i].bytes.size;
        for (size_t k = 0; k < file->count; k++) {
            uint64_t size = file->slices[k].slice.bytes.size;
            between -= size;
            account->kept += file->slices[k].machine == NO_MACHINE ? size : 0;
        }
        account->bookkeeping_before += between;
    }
    for (size_t i = 0; i < outputs->count; i++) {
        size_t pieces;
        const struct span *list = output_pieces(&outputs->list[i], &pieces);
        for (size_t k = 0; k < pieces; k++) {
            written += list[k].size;
        }
        account->bookkeeping += output_size(&outputs->list[i]) - outputs->list[i].contents;
    }
    return report_check_account(j->report, written, &j->armeld->error);
}

bool machines_report(struct armeld *armeld)
{
    struct joining_reports joining = {.armeld = armeld,
                                      .machines = &armeld->machines,
                                      .arena = &armeld->arena,
                                      .report = &armeld->report};
    return (number_libraries(&joining) && join_figures(&joining) && report_join_texts(armeld) &&
            join_kept(&joining) && join_variants(&joining) && join_libraries(&joining) &&
            join_workspaces(&joining) && join_account(&joining)) ||
           error_memory(&armeld->error);
}
