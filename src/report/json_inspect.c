/* SPDX-License-Identifier: MIT */
/** The JSON of what is only looked at: inspect, compare, explain. */
#include "report/json.h"

/** The keys of armeld_row.kinds, in the order of enum armeld_bytes. */
const char *const report_kind_keys[ARMELD_BYTES_KINDS] = {
    "code",  "rodata",  "data",   "unwind", "relocations", "symbols",
    "debug", "bitcode", "import", "other",  "headers",     "archive"};

static json_t *row(struct building *b, const struct armeld_row *from)
{
    json_t *object = json_object();
    set(b, object, "name", text(from->name));
    set(b, object, "bytes", number(from->bytes));
    set(b, object, "libraries", number(from->libraries));
    set(b, object, "members", number(from->members));
    for (int kind = 0; kind < ARMELD_BYTES_KINDS; kind++) {
        set(b, object, report_kind_keys[kind], number(from->kinds[kind]));
    }
    return object;
}

/** Shared objects and programs, and what stripping would save. */
static json_t *images(struct building *b, const struct armeld_report *report)
{
    json_t *array = json_array();
    for (size_t i = 0; i < report->image_count; i++) {
        const struct armeld_image *from = &report->images[i];
        json_t *object = json_object();
        set(b, object, "path", text(from->path));
        set(b, object, "kind", text(from->kind));
        set(b, object, "machine", text(from->machine));
        set(b, object, "bytes", number(from->bytes));
        set(b, object, "debug", number(from->debug));
        set(b, object, "locals", number(from->locals));
        if (from->refused) {
            set(b, object, "refused", text(from->refused));
        }
        append(b, array, object);
    }
    return array;
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
    if (report->image_count) {
        set(&b, root, "images", images(&b, report));
    }
    uint64_t melded = report->bytes ? report->bytes - report_image_bytes(report) : 0;
    set(&b, root, "bytes_melded", report->bytes ? number(melded) : json_null());
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
