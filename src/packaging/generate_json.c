/* SPDX-License-Identifier: MIT */
/** The same for scripts, as JSON: schema "armeld/deps/1", see armeld(5). */
#include <stdlib.h>

#include "base/json_text.h"
#include "base/path.h"
#include "base/text.h"
#include "packaging/generate.h"

#define SCHEMA "armeld/deps/1"

/** JSON is UTF-8 and file names need not be: they are escaped as on a terminal. */
static json_t *text(const char *value)
{
    char *escaped = value ? text_escaped(value) : NULL;
    json_t *result = escaped ? json_string(escaped) : NULL;
    free(escaped);
    return result;
}

static json_t *print_library(struct generation *m, const struct link_name *library,
                             const char *file, json_t *requires)
{
    return json_pack("{s:o, s:o, s:o}", "name", text(library->name), "path",
                     text(path_relative(file, library->path, m->arena)), "requires", requires);
}

static json_t *print_libraries(struct generation *m, const char *file)
{
    json_t *list = json_array();
    for (size_t i = 0; i < m->rules->library_count; i++) {
        size_t workspace = generate_workspace_of(m, &m->libraries[i]);
        json_t *requires = json_pack("[o]", text(m->workspaces[workspace].name));
        if (json_array_append_new(list, print_library(m, &m->libraries[i], file, requires)) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *print_flags(const struct words *flags)
{
    json_t *list = json_array();
    for (size_t i = 0; i < flags->count; i++) {
        if (json_array_append_new(list, text(flags->list[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/** A workspace, with what is to be linked behind it. */
static json_t *print_workspace(struct generation *m, size_t number, const char *file)
{
    json_t *workspace = print_library(m, &m->workspaces[number], file, json_array());
    if (json_object_set_new(workspace, "libs", print_flags(&m->behind[number].flags)) != 0) {
        json_decref(workspace);
        return NULL;
    }
    return workspace;
}

/** Workspaces beside the first one. */
static json_t *print_further(struct generation *m, const char *file)
{
    json_t *list = json_array();
    for (size_t i = 1; i < m->rules->workspace_count; i++) {
        if (json_array_append_new(list, print_workspace(m, i, file)) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

bool generate_json(struct generation *m)
{
    const char *path = m->rules->options->dep_json;
    struct build_file *build_file = generate_own(m, path, SCHEMA);
    if (!build_file) {
        return false;
    }
    const char *file = build_file->target;
    json_t *root =
        json_pack("{s:s, s:o, s:o}", "schema", SCHEMA, "workspace",
                  print_workspace(m, 0, file), "libraries", print_libraries(m, file));
    if (root && m->rules->workspace_count > 1 &&
        json_object_set_new(root, "further_workspaces", print_further(m, file)) != 0) {
        json_decref(root);
        root = NULL;
    }
    char *dump = json_text(root, JSON_INDENT(2));
    const char *printed = dump ? arena_printf(m->arena, "%s\n", dump) : NULL;
    free(dump);
    json_decref(root);
    build_file->bytes = printed ? span_of(printed) : (struct span){0};
    return printed || error_memory(m->error);
}
