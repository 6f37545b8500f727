/* SPDX-License-Identifier: MIT */
/* The JSON that armeld(5) documents: keys in its order, two spaces, a newline at the end. */
#include "report/report.h"

#include <stdlib.h>

#include <jansson.h>

#include "base/text.h"

/*
 * jansson lets failures add up: a NULL value makes json_object_set_new() and its kin fail and
 * they free what they were given. So building goes on, and ok says in the end whether it worked.
 */
struct building {
    bool ok;
};

static void set(struct building *b, json_t *object, const char *key, json_t *value)
{
    b->ok = json_object_set_new(object, key, value) == 0 && b->ok;
}

static void append(struct building *b, json_t *array, json_t *value)
{
    b->ok = json_array_append_new(array, value) == 0 && b->ok;
}

static json_t *number(uint64_t value)
{
    return json_integer((json_int_t)value);
}

/** JSON is UTF-8 and file names need not be: they are escaped as on a terminal. */
static json_t *text(const char *value)
{
    char *escaped = text_escaped(value);
    json_t *result = escaped ? json_string(escaped) : NULL;
    free(escaped);
    return result;
}

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

static json_t *texts(struct building *b, const char *const *list, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        append(b, array, text(list[i]));
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

/** The keys of armeld_row.kinds, in the order of enum armeld_bytes. */
static const char *const kind_keys[ARMELD_BYTES_KINDS] = {
    "code",  "rodata",  "data",   "unwind", "relocations", "symbols",
    "debug", "bitcode", "import", "other",  "headers",     "archive"};

/** What was taken out, by kind. */
static json_t *removed(struct building *b, const struct armeld_report *report)
{
    json_t *object = json_object();
    for (int kind = 0; kind < ARMELD_BYTES_KINDS; kind++) {
        json_int_t bytes = (json_int_t)(report->kinds_before[kind] - report->kinds[kind]);
        if (bytes) {
            set(b, object, kind_keys[kind], json_integer(bytes));
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

/**
 * Print @root if all went well, and free it. A failing write is the stream owner's to find: jansson
 * does not look whether keys were written.
 */
static bool finish(struct building *b, json_t *root, FILE *stream)
{
    if (b->ok) {
        b->ok = json_dumpf(root, stream, JSON_INDENT(2)) == 0 || ferror(stream);
        fputc('\n', stream);
    }
    json_decref(root);
    return b->ok;
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

static json_t *row(struct building *b, const struct armeld_row *from)
{
    json_t *object = json_object();
    set(b, object, "name", text(from->name));
    set(b, object, "bytes", number(from->bytes));
    set(b, object, "libraries", number(from->libraries));
    set(b, object, "members", number(from->members));
    for (int kind = 0; kind < ARMELD_BYTES_KINDS; kind++) {
        set(b, object, kind_keys[kind], number(from->kinds[kind]));
    }
    return object;
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

bool report_inspect_json(FILE *stream, const struct armeld_report *report,
                         const struct rows_style *style)
{
    struct building b = {.ok = true};
    json_t *root = json_object();
    json_t *array = json_array();
    set(&b, root, "schema", text("armeld/inspect/1"));
    set(&b, root, "by", text(style->what));
    set(&b, root, "total", row(&b, &report->total));
    for (size_t i = 0; i < report->row_count; i++) {
        append(&b, array, row(&b, &report->rows[i]));
    }
    set(&b, root, "rows", array);
    set(&b, root, "bytes_melded", report->bytes ? number(report->bytes) : json_null());
    return finish(&b, root, stream);
}

static json_t *explanation(struct building *b, const struct armeld_explanation *from)
{
    json_t *object = json_object();
    set(b, object, "library", text(from->library));
    set(b, object, "member", text(from->member));
    set(b, object, "bytes", number(from->bytes));
    set(b, object, "verdict", text(from->verdict));
    set(b, object, "facts", texts(b, from->facts, from->fact_count));
    return object;
}

/** Members, or the rows of a set by reason; and notes. */
static void set_explained(struct building *b, json_t *object, const struct armeld_report *report,
                          bool members)
{
    json_t *array = json_array();
    for (size_t i = 0; i < (members ? report->explanation_count : report->row_count); i++) {
        append(b, array,
               members ? explanation(b, &report->explanations[i]) : row(b, &report->rows[i]));
    }
    set(b, object, members ? "members" : "reasons", array);
    set(b, object, "notes", texts(b, report->notes, report->note_count));
}

bool report_explain_json(FILE *stream, const struct armeld_report *report,
                         const struct report_part *parts, size_t count, bool members)
{
    struct building b = {.ok = true};
    json_t *root = json_object();
    set(&b, root, "schema", text("armeld/explain/1"));
    set_explained(&b, root, report, members);
    json_t *array = count && !members ? json_array() : NULL;
    for (size_t i = 0; array && i < count; i++) {
        json_t *object = json_object();
        set(&b, object, "machine", text(parts[i].machine));
        set(&b, object, "libraries", number(parts[i].report->library_count));
        set_explained(&b, object, parts[i].report, false);
        append(&b, array, object);
    }
    if (count && !members) {
        set(&b, root, "machines", array);
    }
    return finish(&b, root, stream);
}

bool report_compare_json(FILE *stream, const struct armeld_report *report,
                         const struct rows_style *style)
{
    struct building b = {.ok = true};
    json_t *root = json_object();
    json_t *array = json_array();
    set(&b, root, "schema", text("armeld/compare/1"));
    set(&b, root, "by", text(style->what));
    set(&b, root, "bytes_before", number(report->compared_bytes));
    set(&b, root, "bytes", number(report->total.bytes));
    for (size_t i = 0; i < report->change_count; i++) {
        const struct armeld_change *from = &report->changes[i];
        json_t *object = json_object();
        set(&b, object, "name", text(from->name));
        set(&b, object, "bytes_before", from->in_before ? number(from->bytes_before) : json_null());
        set(&b, object, "bytes", from->in_after ? number(from->bytes) : json_null());
        append(&b, array, object);
    }
    set(&b, root, "rows", array);
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
