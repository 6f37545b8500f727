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

static json_t *library(struct building *b, const struct armeld_library *from, bool elsewhere)
{
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
    return object;
}

static json_t *libraries(struct building *b, const struct armeld_report *report,
                         bool elsewhere)
{
    json_t *array = json_array();
    for (size_t i = 0; i < report->library_count; i++) {
        append(b, array, library(b, &report->libraries[i], elsewhere));
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

static json_t *warnings(struct building *b, const struct armeld_report *report)
{
    json_t *array = json_array();
    for (size_t i = 0; i < report->warning_count; i++) {
        append(b, array, text(report->warnings[i]));
    }
    return array;
}

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
    set(&b, root, "libraries", libraries(&b, report, style->elsewhere));
    set(&b, root, "totals", totals(&b, report));
    set(&b, root, "variants", variants(&b, report));
    set(&b, root, "warnings", warnings(&b, report));
    if (b.ok) {
        /* a failing write is for the stream's owner to find */
        (void)json_dumpf(root, stream, JSON_INDENT(2));
        fputc('\n', stream);
    }
    json_decref(root);
    return b.ok;
}
