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

/** Add texts to a list, each behind @before. Where memory is short, the list is NULL. */
static void add_texts(json_t **list, const char *before, const struct words *words,
                      struct arena *arena)
{
    for (size_t i = 0; *list && i < words->count; i++) {
        const char *value = arena_printf(arena, "%s%s", before, words->list[i]);
        if (json_array_append_new(*list, text(value)) != 0) {
            json_decref(*list);
            *list = NULL;
        }
    }
}

static json_t *print_archive(struct generation *m, const struct link_name *library,
                             const char *file, json_t *requires, json_t *libs, json_t *modules)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "name", text(library->name), "path",
                     text(path_relative(file, library->path, m->arena)), "requires", requires,
                     "libs", libs, "modules", modules);
}

/** A library, with its workspace, and with what its own files say. */
static json_t *print_library(struct generation *m, size_t number, const char *file)
{
    const struct link_name *library = &m->libraries[number];
    const struct own_needs *own = &m->own[number];
    size_t workspace = generate_workspace_of(m, library);
    json_t *requires = json_pack("[o]", text(m->workspaces[workspace].name));
    json_t *libs = json_array();
    json_t *modules = json_array();
    add_texts(&requires, "", &own->libraries, m->arena);
    add_texts(&libs, "", &own->flags, m->arena);
    add_texts(&modules, "", &own->modules, m->arena);
    return print_archive(m, library, file, requires, libs, modules);
}

static json_t *print_libraries(struct generation *m, const char *file)
{
    json_t *list = json_array();
    for (size_t i = 0; i < m->rules->library_count; i++) {
        if (json_array_append_new(list, print_library(m, i, file)) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/** A workspace, with what is to be linked behind it. */
static json_t *print_workspace(struct generation *m, size_t number, const char *file)
{
    const struct workspace_needs *needs = &m->needs[number];
    json_t *libs = json_array();
    json_t *modules = json_array();
    add_texts(&libs, "-L", &needs->directories, m->arena);
    add_texts(&libs, "", &needs->flags, m->arena);
    add_texts(&libs, "", &needs->further, m->arena);
    add_texts(&modules, "", &needs->modules, m->arena);
    return print_archive(m, &m->workspaces[number], file, json_array(), libs, modules);
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
