/* SPDX-License-Identifier: MIT */
#include "cargo/workspace.h"

#include <jansson.h>

#include "base/glob.h"
#include "base/os.h"
#include "base/path.h"

struct parsing {
    struct arena *arena;
    struct cargo_workspace *workspace;
    struct error *error;
};

/* ---- specs ------------------------------------------------------------------------------- */

/** Whether @have is version @want, or one that begins so: "1.2" for 1.2.3. */
static bool is_version(const char *want, const char *have)
{
    size_t size = strlen(want);
    return strncmp(want, have, size) == 0 && (!have[size] || strchr(".-+", have[size]));
}

/** "path+file:///x/y#name@1.0.0", the same without "path+", or without "#" and what follows. */
static bool is_url(const char *spec, const char *id)
{
    const char *scheme = strstr(id, "://");
    const char *plus = scheme ? memchr(id, '+', (size_t)(scheme - id)) : NULL;
    const char *bare = plus ? plus + 1 : id;
    size_t size = strcspn(bare, "#?");
    return strcmp(spec, id) == 0 || strcmp(spec, bare) == 0 ||
           (strlen(spec) == size && strncmp(spec, bare, size) == 0);
}

bool cargo_spec_matches(const char *spec, const char *name, const char *version, const char *id)
{
    char glob[256];
    if (strstr(spec, "://")) {
        return is_url(spec, id);
    }
    size_t size = strcspn(spec, "@:");
    if (size >= sizeof glob || (spec[size] && !is_version(spec + size + 1, version))) {
        return false;
    }
    memcpy(glob, spec, size);
    glob[size] = '\0';
    return glob_matches(glob, name);
}

/* ---- JSON -------------------------------------------------------------------------------- */

static bool wrong(struct parsing *p, const char *what)
{
    return error_set(p->error, "%s: not as cargo metadata --format-version 1 prints it", what);
}

/** A text that is there and not empty, in the arena. */
static const char *take_text(struct parsing *p, const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    const char *copy = text && *text ? arena_printf(p->arena, "%s", text) : NULL;
    if (!copy) {
        (void)(text && *text ? error_memory(p->error) : wrong(p, key));
    }
    return copy;
}

/** An absolute path. */
static const char *take_path(struct parsing *p, const json_t *object, const char *key)
{
    const char *text = take_text(p, object, key);
    const char *path = text ? os_plain_path(text, p->arena) : NULL;
    if (path && !path_is_absolute(path)) {
        error_set(p->error, "%s: %s is no absolute path on this system", key, path);
        return NULL;
    }
    return path || !text ? path : (error_memory(p->error), NULL);
}

static bool has_word(const json_t *list, const char *word)
{
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
    {
        const char *text = json_string_value(item);
        if (text && strcmp(text, word) == 0) {
            return true;
        }
    }
    return false;
}

/** Whether a target is the package's library; examples have crate types, too. */
static bool is_library(const json_t *target)
{
    const json_t *kind = json_object_get(target, "kind");
    return has_word(kind, "staticlib") || has_word(kind, "lib") || has_word(kind, "rlib") ||
           has_word(kind, "cdylib") || has_word(kind, "dylib");
}

/**
 * Add a file stem. It becomes part of a path, so it must be a plain name.
 * @crate dashes are underscores in it
 */
static bool add_name(struct parsing *p, struct cargo_package *package, const char *name,
                     bool crate)
{
    if (!*name || *name == '.' || strpbrk(name, "/\\:")) {
        return error_set(p->error, "package %s: %s is no name of a library", package->name, name);
    }
    char *copy = arena_printf(p->arena, "%s", name);
    if (!copy) {
        return error_memory(p->error);
    }
    for (char *at = copy; crate && *at; at++) {
        *at = *at == '-' ? '_' : *at;
    }
    for (size_t i = 0; i < package->name_count; i++) {
        if (strcmp(package->names[i], copy) == 0) {
            return true;
        }
    }
    if (package->name_count < CARGO_MOST_NAMES) {
        package->names[package->name_count++] = copy;
    }
    return true;
}

/**
 * The names that cargo-c gives: that of [package.metadata.capi.library], which it and pkg-config
 * use as it is written, or that of the library.
 * Source: cargo-c's README, "Configuration".
 */
static bool add_capi_names(struct parsing *p, struct cargo_package *package, const json_t *capi,
                           const char *library)
{
    const json_t *own = json_object_get(json_object_get(capi, "library"), "name");
    const char *name = json_string_value(own);
    if (own && !name) {
        return wrong(p, "metadata.capi.library.name");
    }
    return name ? add_name(p, package, name, false) && add_name(p, package, name, true)
                : add_name(p, package, library, true);
}

static bool parse_library(struct parsing *p, struct cargo_package *package, const json_t *json,
                          const json_t *target)
{
    const char *name = json_string_value(json_object_get(target, "name"));
    const json_t *capi = json_object_get(json_object_get(json, "metadata"), "capi");
    bool has_capi =
        json_is_object(capi) || json_object_get(json_object_get(json, "features"), "capi");
    bool is_static = has_word(json_object_get(target, "kind"), "staticlib") ||
                     has_word(json_object_get(target, "crate_types"), "staticlib");
    if (!name) {
        return wrong(p, "targets.name");
    }
    package->by_cargo_c = has_capi && !is_static;
    return (!is_static || add_name(p, package, name, true)) &&
           (!has_capi || add_capi_names(p, package, capi, name));
}

static bool parse_package(struct parsing *p, const json_t *json, struct cargo_package *package)
{
    const json_t *targets = json_object_get(json, "targets");
    package->name = take_text(p, json, "name");
    package->version = package->name ? take_text(p, json, "version") : NULL;
    if (!package->version) {
        return false;
    }
    if (!json_is_array(targets)) {
        return wrong(p, "targets");
    }
    size_t i;
    json_t *target;
    json_array_foreach(targets, i, target)
    {
        if (is_library(target) && !parse_library(p, package, json, target)) {
            return false;
        }
    }
    return true;
}

/** The texts of a list as the keys of an object; NULL when memory is short. */
static json_t *keys_of(const json_t *list)
{
    json_t *keys = json_object();
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
    {
        const char *text = json_string_value(item);
        if (text && json_object_set_new(keys, text, json_true()) != 0) {
            json_decref(keys);
            return NULL;
        }
    }
    return keys;
}

static bool parse_packages(struct parsing *p, const json_t *root)
{
    const json_t *packages = json_object_get(root, "packages");
    const json_t *members = json_object_get(root, "workspace_members");
    struct cargo_workspace *workspace = p->workspace;
    if (!json_is_array(packages) || !json_is_array(members)) {
        return wrong(p, json_is_array(packages) ? "workspace_members" : "packages");
    }
    json_t *ids = keys_of(members);
    json_t *defaults = keys_of(json_object_get(root, "workspace_default_members"));
    workspace->packages =
        ARENA_ARRAY(p->arena, struct cargo_package, json_array_size(packages) + 1);
    bool done = (ids && defaults && workspace->packages) || error_memory(p->error);
    for (size_t i = 0; done && i < json_array_size(packages); i++) {
        const json_t *item = json_array_get(packages, i);
        const char *id = json_string_value(json_object_get(item, "id"));
        if (!id || !json_object_get(ids, id)) {
            done = id || wrong(p, "packages.id");
            continue;
        }
        struct cargo_package *package = &workspace->packages[workspace->count++];
        package->id = take_text(p, item, "id");
        package->is_default = json_object_get(defaults, id) != NULL;
        done = package->id && parse_package(p, item, package);
    }
    json_decref(ids);
    json_decref(defaults);
    size_t count = json_array_size(json_object_get(root, "workspace_default_members"));
    workspace->names_defaults = count > 1 && count < workspace->count;
    return done;
}

bool cargo_metadata_parse(struct span json, struct arena *arena, struct cargo_workspace *workspace,
                          struct error *error)
{
    struct parsing parsing = {arena, workspace, error};
    json_error_t where;
    *workspace = (struct cargo_workspace){0};
    if (json.size > CARGO_MOST_JSON) {
        return error_set(error, "cargo metadata: %zu bytes, more than %d", json.size,
                         CARGO_MOST_JSON);
    }
    json_t *root = json_loadb((const char *)json.data, json.size, 0, &where);
    if (!root) {
        return error_set(error, "cargo metadata: line %d: %s", where.line, where.text);
    }
    workspace->root = take_path(&parsing, root, "workspace_root");
    workspace->target_directory =
        workspace->root ? take_path(&parsing, root, "target_directory") : NULL;
    bool done = workspace->target_directory && parse_packages(&parsing, root);
    json_decref(root);
    return done || error_prefix(error, "cargo metadata: ");
}
