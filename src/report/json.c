/* SPDX-License-Identifier: MIT */
/* The JSON that armeld(5) documents: keys in its order, two spaces, a newline at the end. */
#include "report/json.h"

static const char *flavour_name(enum armeld_flavour flavour)
{
    static const char *const names[] = {"auto", "gnu", "darwin", "coff"};
    return names[flavour];
}

static json_t *workspace(struct building *b, const struct armeld_report *report)
{
    json_t *object = json_object();
    set(b, object, "path", text(report->workspace));
    set(b, object, "members", number(report->workspace_members));
    set(b, object, "bytes", number(report->workspace_bytes));
    return object;
}

/** Workspaces beside the first one; in an xcframework, all. */
static void put_further(struct building *b, json_t *root, const struct armeld_report *report)
{
    json_t *array = json_array();
    size_t first = report_first_workspace(report);
    for (size_t i = first; i < report->workspace_count; i++) {
        const struct armeld_workspace *from = &report->workspaces[i];
        json_t *object = json_object();
        set(b, object, "path", text(from->path));
        set(b, object, "members", number(from->members));
        set(b, object, "bytes", number(from->bytes));
        set(b, object, "libraries", number(from->libraries));
        set(b, object, first ? "why" : "platform", text(from->why));
        append(b, array, object);
    }
    if (report->workspace_count > first) {
        set(b, root, first ? "further_workspaces" : "workspaces", array);
    } else {
        json_decref(array);
    }
}

static json_t *library(struct building *b, const struct armeld_report *report, size_t which,
                       bool elsewhere)
{
    const struct armeld_library *from = &report->libraries[which];
    json_t *object = json_object();
    set(b, object, "path", text(from->path));
    if (elsewhere) {
        set(b, object, "output", text(from->output));
    }
    set(b, object, "bytes_before", number(from->bytes_before));
    set(b, object, "bytes", number(from->bytes));
    set(b, object, "members_before", number(from->members_before));
    set(b, object, "members", number(from->members));
    set(b, object, "moved", number(from->moved));
    set(b, object, "stubs", number(from->stubs));
    if (report->saves && !report->single) {
        set(b, object, "saves", number(report->saves[which]));
        set(b, object, "costs", number(report->costs[which]));
    }
    if (report->workspace_count > report_first_workspace(report) && !report->left_out[which]) {
        set(b, object, "workspace",
            text(report->workspaces[report->workspace_of[which]].path));
    }
    if (report->left_out && report->left_out[which]) {
        set(b, object, "left_out", text(report->left_out[which]));
    }
    return object;
}

static json_t *libraries(struct building *b, const struct armeld_report *report,
                         bool elsewhere)
{
    json_t *array = json_array();
    for (size_t i = 0; i < report->library_count; i++) {
        append(b, array, library(b, report, i, elsewhere));
    }
    return array;
}

static json_t *totals(struct building *b, const struct armeld_report *report)
{
    json_t *object = json_object();
    set(b, object, "bytes_before", number(report->bytes_before));
    set(b, object, "bytes", number(report->bytes));
    set(b, object, "shared_objects", number(report->shared_objects));
    return object;
}

static json_t *kept(struct building *b, const struct armeld_report *report)
{
    json_t *array = json_array();
    for (size_t i = 0; i < report->kept_count; i++) {
        const struct armeld_kept *from = &report->kept[i];
        json_t *object = json_object();
        set(b, object, "library", text(report->libraries[from->library].path));
        set(b, object, "member", text(from->member));
        set(b, object, "bytes", number(from->bytes));
        set(b, object, "symbol", text(from->symbol));
        set(b, object, "why", text(from->why));
        append(b, array, object);
    }
    return array;
}

static json_t *proof(struct building *b, const struct armeld_report *report)
{
    json_t *object = json_object();
    set(b, object, "status", text(report->proven ? "holds" : "skipped"));
    set(b, object, "models", texts(b, report->models, report->model_count));
    set(b, object, "rounds", number(report->proof_rounds));
    set(b, object, "kept", kept(b, report));
    set(b, object, "copied", texts(b, report->copied, report->copied_objects));
    set(b, object, "unprovable", texts(b, report->unprovable, report->unprovable_count));
    return object;
}

static json_t *variants(struct building *b, const struct armeld_report *report)
{
    json_t *array = json_array();
    for (size_t i = 0; i < report->variant_count; i++) {
        const struct armeld_variant *variant = &report->variants[i];
        json_t *object = json_object();
        json_t *paths = json_array();
        for (size_t j = 0; j < variant->library_count; j++) {
            append(b, paths, text(report->libraries[variant->libraries[j]].path));
        }
        set(b, object, "name", text(variant->name));
        set(b, object, "libraries", paths);
        append(b, array, object);
    }
    return array;
}

static json_t *build_files(struct building *b, const struct armeld_report *report)
{
    json_t *array = json_array();
    for (size_t i = 0; i < report->file_count; i++) {
        const struct armeld_file *from = &report->files[i];
        json_t *object = json_object();
        set(b, object, "path", text(from->path));
        set(b, object, "status",
            text(from->is_new ? "new" : from->changes ? "changed" : "unchanged"));
        append(b, array, object);
    }
    return array;
}

/** What was taken out, by kind. */
static json_t *removed(struct building *b, const struct armeld_report *report)
{
    json_t *object = json_object();
    for (int kind = 0; kind < ARMELD_BYTES_KINDS; kind++) {
        json_int_t bytes = (json_int_t)(report->kinds_before[kind] - report->kinds[kind]);
        if (bytes) {
            set(b, object, report_kind_keys[kind], json_integer(bytes));
        }
    }
    return object;
}

/** Those of prelinked Mach-O objects; else there are none. */
static void put_personalities(struct building *b, json_t *object,
                              const struct armeld_report *report)
{
    if (report->personality_count) {
        set(b, object, "personalities", texts(b, report->personalities, report->personality_count));
    }
}

/* ---- the reports ------------------------------------------------------------------------- */

bool report_json(FILE *stream, const struct armeld_report *report,
                 const struct report_style *style)
{
    struct building b = {.ok = true};
    json_t *root = json_object();
    set(&b, root, "schema", text("armeld/meld/1"));
    if (style->dry_run) {
        set(&b, root, "dry_run", json_true());
    }
    set(&b, root, "flavour", text(flavour_name(report->flavour)));
    set(&b, root, "workspace", workspace(&b, report));
    put_further(&b, root, report);
    set(&b, root, "libraries", libraries(&b, report, style->elsewhere));
    set(&b, root, "totals", totals(&b, report));
    set(&b, root, "proof", proof(&b, report));
    set(&b, root, "variants", variants(&b, report));
    set(&b, root, "notes", texts(&b, report->notes, report->note_count));
    set(&b, root, "warnings", texts(&b, report->warnings, report->warning_count));
    if (report->shrunk) {
        set(&b, root, "removed", removed(&b, report));
    }
    put_personalities(&b, root, report);
    if (report->file_count) {
        set(&b, root, "files", build_files(&b, report));
    }
    return finish(&b, root, stream);
}

bool report_shrink_json(FILE *stream, const struct armeld_report *const *reports,
                        size_t count, const struct report_style *style)
{
    struct building b = {.ok = true};
    json_t *root = json_object();
    json_t *list = json_array();
    json_t *warnings = json_array();
    set(&b, root, "schema", text("armeld/shrink/1"));
    if (style->dry_run) {
        set(&b, root, "dry_run", json_true());
    }
    for (size_t i = 0; i < count; i++) {
        json_t *object = library(&b, reports[i], 0, style->elsewhere);
        set(&b, object, "removed", removed(&b, reports[i]));
        put_personalities(&b, object, reports[i]);
        append(&b, list, object);
        for (size_t j = 0; j < reports[i]->warning_count; j++) {
            append(&b, warnings, text(reports[i]->warnings[j]));
        }
    }
    set(&b, root, "libraries", list);
    set(&b, root, "warnings", warnings);
    return finish(&b, root, stream);
}

bool report_files_json(FILE *stream, const struct armeld_report *report,
                       const struct report_style *style)
{
    struct building b = {.ok = true};
    json_t *root = json_object();
    set(&b, root, "schema", text("armeld/pkgconfig/1"));
    if (style->dry_run) {
        set(&b, root, "dry_run", json_true());
    }
    set(&b, root, "workspace", text(report->workspace));
    set(&b, root, "files", build_files(&b, report));
    set(&b, root, "warnings", texts(&b, report->warnings, report->warning_count));
    return finish(&b, root, stream);
}

bool report_share_json(FILE *stream, const struct armeld_report *report,
                       const struct report_style *style)
{
    struct building b = {.ok = true};
    json_t *root = json_object();
    set(&b, root, "schema", text("armeld/share/1"));
    if (style->dry_run) {
        set(&b, root, "dry_run", json_true());
    }
    set(&b, root, "workspace", text(report->workspace));
    set(&b, root, "symbols", number(report->shared_objects));
    set(&b, root, "notes", texts(&b, report->notes, report->note_count));
    set(&b, root, "files", build_files(&b, report));
    return finish(&b, root, stream);
}

static json_t *findings(struct building *b, const struct armeld_report *report)
{
    json_t *array = json_array();
    for (size_t i = 0; i < report->finding_count; i++) {
        json_t *object = json_object();
        set(b, object, "path", text(report->findings[i].path));
        set(b, object, "text", text(report->findings[i].text));
        append(b, array, object);
    }
    return array;
}

/** Paths of the libraries, with the size of their file as it is now or would be. */
static json_t *files(struct building *b, const struct armeld_report *report)
{
    json_t *array = json_array();
    for (size_t i = 0; i < report->library_count; i++) {
        json_t *object = json_object();
        set(b, object, "path", text(report->libraries[i].path));
        set(b, object, "bytes", number(report->libraries[i].bytes));
        append(b, array, object);
    }
    return array;
}

/** The set's workspaces, by path: the first one, or the xcframework; then others, or all. */
static void put_workspaces(struct building *b, json_t *root, const struct armeld_report *report)
{
    json_t *array = json_array();
    size_t first = report_first_workspace(report);
    set(b, root, "workspace", text(report->workspace));
    for (size_t i = first; i < report->workspace_count; i++) {
        append(b, array, text(report->workspaces[i].path));
    }
    if (report->workspace_count > first) {
        set(b, root, first ? "further_workspaces" : "workspaces", array);
    } else {
        json_decref(array);
    }
}

bool report_restore_json(FILE *stream, const struct armeld_report *report,
                         const struct report_style *style)
{
    struct building b = {.ok = true};
    json_t *root = json_object();
    const char *status = style->failed ? "refused" : report->finding_count ? "partial" : "restored";
    set(&b, root, "schema", text("armeld/restore/1"));
    if (style->dry_run) {
        set(&b, root, "dry_run", json_true());
    }
    set(&b, root, "status", text(status));
    put_workspaces(&b, root, report);
    set(&b, root, "restored", files(&b, report));
    set(&b, root, "findings", findings(&b, report));
    if (report->note_count) {
        set(&b, root, "notes", texts(&b, report->notes, report->note_count));
    }
    set(&b, root, "warnings", texts(&b, report->warnings, report->warning_count));
    return finish(&b, root, stream);
}

bool report_verify_json(FILE *stream, const struct armeld_report *report,
                        const struct report_style *style)
{
    struct building b = {.ok = true};
    json_t *root = json_object();
    set(&b, root, "schema", text("armeld/verify/1"));
    set(&b, root, "status", text(style->failed ? "broken" : "intact"));
    put_workspaces(&b, root, report);
    set(&b, root, "libraries", files(&b, report));
    set(&b, root, "findings", findings(&b, report));
    set(&b, root, "models", texts(&b, report->models, report->model_count));
    set(&b, root, "unprovable", texts(&b, report->unprovable, report->unprovable_count));
    set(&b, root, "notes", texts(&b, report->notes, report->note_count));
    return finish(&b, root, stream);
}
