/* SPDX-License-Identifier: MIT */
#include "api/look_apart.h"

#include <stdlib.h>

#include "api/machines.h"
#include "census/slices.h"

/** A handle that looks at the libraries of one kind. NULL with an error. */
static struct armeld *make_handle(struct armeld *armeld, const struct kinds *kinds, size_t number)
{
    struct armeld *part = armeld_new(&armeld->options);
    bool done = part || error_memory(&armeld->error);
    if (part) {
        part->stage = STAGE_ADDED;
        part->job = armeld->job;
        part->options.machine = NULL; /* what is not for that is not in the set any more */
    }
    for (size_t i = 0; done && i < armeld->set.library_count; i++) {
        done = kinds->of[i] != number ||
               set_add_view(&part->set, &armeld->set.libraries[i], &armeld->error);
    }
    if (part && !done) {
        armeld_free(part);
        part = NULL;
    }
    return part;
}

/** Look at the libraries of one kind. */
static bool look_at_kind(struct armeld *armeld, const struct kinds *kinds, size_t number)
{
    const struct kind *kind = &kinds->list[number];
    struct armeld *part = make_handle(armeld, kinds, number);
    if (!part) {
        return false;
    }
    armeld->looked.list[armeld->looked.count++] =
        (struct machine){.name = kind->machine, .label = kind->name, .armeld = part};
    if (!look_by_reason(part)) {
        armeld->error = part->error;
        return kinds->count > 1 ? error_prefix(&armeld->error, "%s: ", kind->name) : false;
    }
    return true;
}

/** Most bytes first, then by name, as the rows of one kind are. */
static int by_bytes(const void *a, const void *b)
{
    const struct armeld_row *first = a;
    const struct armeld_row *second = b;
    if (first->bytes != second->bytes) {
        return first->bytes > second->bytes ? -1 : 1;
    }
    return strcmp(first->name, second->name);
}

static void add_row(struct armeld_row *to, const struct armeld_row *from)
{
    to->bytes += from->bytes;
    to->libraries += from->libraries;
    to->members += from->members;
    for (int kind = 0; kind < ARMELD_BYTES_KINDS; kind++) {
        to->kinds[kind] += from->kinds[kind];
    }
}

/** Sum up the rows of all kinds. */
static bool join_rows(struct armeld *armeld)
{
    struct armeld_report *report = &armeld->report;
    size_t most = 0;
    for (size_t i = 0; i < armeld->looked.count; i++) {
        most += armeld->looked.list[i].armeld->report.row_count;
    }
    struct armeld_row *rows = ARENA_ARRAY(&armeld->arena, struct armeld_row, most + 1);
    report->total = (struct armeld_row){.name = "TOTAL"};
    report->row_count = 0;
    for (size_t i = 0; rows && i < armeld->looked.count; i++) {
        const struct armeld_report *part = &armeld->looked.list[i].armeld->report;
        add_row(&report->total, &part->total);
        for (size_t k = 0; k < part->row_count; k++) {
            size_t at = 0;
            while (at < report->row_count && strcmp(rows[at].name, part->rows[k].name) != 0) {
                at++;
            }
            rows[at].name = at == report->row_count ? part->rows[k].name : rows[at].name;
            report->row_count += at == report->row_count;
            add_row(&rows[at], &part->rows[k]);
        }
    }
    if (rows && report->row_count) {
        qsort(rows, report->row_count, sizeof *rows, by_bytes);
    }
    report->rows = rows;
    return rows || error_memory(&armeld->error);
}

/** Whether a library has something of a kind. */
static bool has_kind(const struct armeld *armeld, const struct kinds *kinds, size_t number,
                     const char *library)
{
    bool has = !library;
    for (size_t i = 0; i < armeld->set.library_count && !has; i++) {
        has = kinds->of[i] == number && library_is_at(&armeld->set.libraries[i], library);
    }
    return has;
}

bool look_apart(struct armeld *armeld, const struct error *why, const char *library)
{
    struct kinds kinds;
    bool done = kinds_find(&armeld->census, &armeld->arena, &kinds, &armeld->error);
    if (done && !kinds.count) {
        armeld->error = *why;
        return false;
    }
    armeld->looked.list =
        done ? ARENA_ARRAY(&armeld->arena, struct machine, kinds.count) : NULL;
    done = done && (armeld->looked.list || error_memory(&armeld->error));
    for (size_t i = 0; done && i < kinds.count; i++) {
        done = !has_kind(armeld, &kinds, i, library) || look_at_kind(armeld, &kinds, i);
    }
    return done && join_rows(armeld) &&
           (report_join_notes(armeld, &armeld->looked) || error_memory(&armeld->error));
}

/** The explanations of all kinds, in their order. */
static bool join_explanations(struct armeld *armeld)
{
    struct armeld_report *report = &armeld->report;
    size_t most = 0;
    for (size_t i = 0; i < armeld->looked.count; i++) {
        most += armeld->looked.list[i].armeld->report.explanation_count;
    }
    struct armeld_explanation *list =
        ARENA_ARRAY(&armeld->arena, struct armeld_explanation, most + 1);
    for (size_t i = 0; list && i < armeld->looked.count; i++) {
        const struct armeld_report *part = &armeld->looked.list[i].armeld->report;
        for (size_t k = 0; k < part->explanation_count; k++) {
            list[report->explanation_count++] = part->explanations[k];
        }
    }
    report->explanations = list;
    return list || error_memory(&armeld->error);
}

bool look_apart_explain(struct armeld *armeld, const struct armeld_question *question)
{
    bool done = true;
    for (size_t i = 0; done && i < armeld->looked.count; i++) {
        struct armeld *part = armeld->looked.list[i].armeld;
        done = look_explain(part, question);
        if (!done) {
            armeld->error = part->error;
            error_prefix(&armeld->error, "%s: ", armeld->looked.list[i].label);
        }
    }
    return done && join_explanations(armeld) &&
           (report_join_notes(armeld, &armeld->looked) || error_memory(&armeld->error));
}
