/* SPDX-License-Identifier: MIT */
#include "sidecar/manifest_internal.h"

#include <stdlib.h>

#include <jansson.h>

#include "apple/xcframework.h"
#include "base/path.h"

const char *const manifest_schemas[] = {"armeld/sidecar/1", "armeld/sidecar/2",
                                        "armeld/sidecar/3", "armeld/sidecar/4",
                                        "armeld/sidecar/5", "armeld/sidecar/6",
                                        "armeld/sidecar/7", "armeld/sidecar/8"};

const char *const manifest_orders[] = {"outside", "used", "any"};

enum {
    MOST_FURTHER = 255,
    MOST_SLICES = 64,
    MOST_ROOTS = 65536,
    MOST_EXPORTS = 1 << 24,
    MOST_MODELS = 64,
    MOST_LIBS = 65536,
};

struct digest recipe_digest(const struct manifest *manifest, const struct manifest_library *library)
{
    struct digest digest = {0, 0};
    for (size_t i = 0; i < library->step_count; i++) {
        const struct recipe_step *step = &library->steps[i];
        digest = digest_join(digest, digest_of(step->literal), step->literal.size);
        if (step->content != NO_CONTENT) {
            const struct manifest_content *content = &manifest->contents[step->content];
            digest = digest_join(digest, content->digest, content->size);
        }
    }
    return digest;
}

bool manifest_is_universal(const struct manifest *manifest)
{
    return manifest->library_count && manifest->libraries[0].slice_count;
}

bool manifest_is_single(const struct manifest *manifest)
{
    return manifest->library_count == 1 &&
           strcmp(manifest->libraries[0].path, manifest->workspace) == 0;
}

bool manifest_is_of_image(const struct manifest *manifest, const struct manifest_library *library)
{
    return manifest_is_single(manifest) && library->step_count == 2 &&
           library->steps[0].literal.size == 0 && library->steps[0].content != NO_CONTENT &&
           library->steps[1].literal.size == 0 && library->steps[1].content == NO_CONTENT;
}

/** The path of a workspace in an xcframework. */
static const char *place_in(const struct manifest *manifest, size_t part, struct arena *arena)
{
    return arena_printf(arena, "%s/%s/%s", manifest->workspace, manifest->identifiers[part],
                        manifest->library);
}

bool manifest_name_workspaces(struct manifest *manifest, struct arena *arena)
{
    bool framework = manifest->identifiers != NULL;
    manifest->first = framework ? place_in(manifest, 0, arena) : NULL;
    bool named = !framework || manifest->first;
    for (size_t i = 0; named && i < manifest->further_count; i++) {
        const char *path = framework ? place_in(manifest, i + 1, arena)
                                     : path_numbered(manifest->workspace, i + 2, arena);
        manifest->further[i].path = path;
        named = path != NULL;
    }
    return named;
}

/** What lies in an xcframework follows when that is renamed. */
static bool move_files(struct manifest *manifest, const char *before, struct arena *arena)
{
    size_t size = strlen(before);
    bool named = true;
    for (size_t i = 0; named && manifest->identifiers && i < manifest->file_count; i++) {
        const char *path = manifest->files[i].path;
        if (strncmp(path, before, size) == 0 && path[size] == '/') {
            path = arena_printf(arena, "%s%s", manifest->workspace, path + size);
            manifest->files[i].path = path;
            named = path != NULL;
        }
    }
    return named;
}

bool manifest_take_name(struct manifest *manifest, const char *sidecar, struct arena *arena)
{
    const char *name = path_base(sidecar);
    const char *before = manifest->workspace;
    struct span end = span_of(".armeld");
    if (!manifest_is_single(manifest) && strlen(name) > end.size &&
        span_ends(span_of(name), ".armeld")) {
        manifest->workspace = arena_printf(arena, "%.*s", (int)(strlen(name) - end.size), name);
    }
    return manifest->workspace && manifest_name_workspaces(manifest, arena) &&
           move_files(manifest, before, arena);
}

const char *manifest_workspace_name(const struct manifest *manifest, size_t part)
{
    const char *first = manifest->first ? manifest->first : manifest->workspace;
    return part ? manifest->further[part - 1].path : first;
}

const struct file_form *manifest_workspace_form(const struct manifest *manifest, size_t part)
{
    return part ? &manifest->further[part - 1].form : &manifest->workspace_form;
}

bool manifest_has_form(const struct manifest_library *library, struct span bytes)
{
    struct digest digest = {0, 0};
    bool hashed = false;
    for (size_t i = 0; i < library->form_count; i++) {
        if (library->forms[i].size != bytes.size) {
            continue;
        }
        digest = hashed ? digest : digest_of(bytes);
        hashed = true;
        if (digest_equal(digest, library->forms[i].digest)) {
            return true;
        }
    }
    return false;
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/** The path again, in @arena; NULL when it is no path. */
static const char *parse_path(const json_t *json, struct arena *arena)
{
    const char *text = json_string_value(json);
    char *path = text ? arena_printf(arena, "%s", text) : NULL;
    char *to = path;
    for (const char *from = path; from && *from;) {
        if (*from != '%') {
            *to++ = *from++;
            continue;
        }
        int high = hex_value(from[1]);
        int low = high < 0 ? -1 : hex_value(from[2]);
        if (low < 0 || (high == 0 && low == 0)) {
            return NULL;
        }
        *to++ = (char)(high << 4 | low);
        from += 3;
    }
    if (path) {
        *to = '\0';
    }
    return path;
}

/* ---- parsing ----------------------------------------------------------------------------- */

struct parsing {
    struct arena *arena;
    struct manifest *manifest;
    struct error *error;
};

static bool bad(struct parsing *p, const char *what)
{
    return error_set(p->error, "manifest.json: %s is missing or of the wrong kind", what);
}

static const char *copy(struct parsing *p, const json_t *string)
{
    const char *text = json_string_value(string);
    return text ? arena_printf(p->arena, "%s", text) : NULL;
}

static bool parse_form(struct parsing *p, const json_t *json, struct file_form *form)
{
    const json_t *bytes = json_object_get(json, "bytes");
    const char *digest = json_string_value(json_object_get(json, "xxh128"));
    if (!json_is_integer(bytes) || json_integer_value(bytes) < 0 || !digest ||
        !digest_parse(digest, &form->digest)) {
        return bad(p, "\"bytes\" or \"xxh128\"");
    }
    form->size = (uint64_t)json_integer_value(bytes);
    return true;
}

/** Where a backslash separates names, paths of a sidecar have none. */
static bool has_backslash(const char *path)
{
#ifdef _WIN32
    return strchr(path, '\\') != NULL;
#else
    (void)path;
    return false;
#endif
}

/** Where a file is, and its mode. */
static bool parse_place(struct parsing *p, const json_t *json, const char **path, uint32_t *mode)
{
    const json_t *number = json_object_get(json, "mode");
    *path = parse_path(json_object_get(json, "path"), p->arena);
    /* relative only: a set can be moved, and a foreign sidecar cannot point just anywhere */
    if (!*path || !**path || path_is_absolute(*path) || has_backslash(*path)) {
        return bad(p, "\"path\"");
    }
    if (!json_is_integer(number) || json_integer_value(number) < 0 ||
        json_integer_value(number) > 07777) {
        return bad(p, "\"mode\"");
    }
    *mode = (uint32_t)json_integer_value(number);
    return true;
}

static bool parse_forms(struct parsing *p, const json_t *json, struct file_form forms[MOST_FORMS],
                        size_t *count)
{
    size_t i;
    json_t *form;
    if (json_array_size(json) < 1 || json_array_size(json) > MOST_FORMS) {
        return bad(p, "\"melded\" or \"written\"");
    }
    json_array_foreach(json, i, form)
    {
        if (!parse_form(p, form, &forms[(*count)++])) {
            return false;
        }
    }
    return true;
}

/** The number of a library's workspace, less one. */
static bool parse_part(struct parsing *p, const json_t *json, uint32_t *part)
{
    json_int_t number = json ? json_integer_value(json) : 1;
    if (number < 1 || (uint64_t)number > p->manifest->further_count + 1) {
        return bad(p, "the number of a library's \"workspace\"");
    }
    *part = (uint32_t)number - 1;
    return true;
}

/** Workspaces beside the first one, if there are any. */
static bool parse_further(struct parsing *p, const json_t *json)
{
    struct manifest *manifest = p->manifest;
    size_t count = json_array_size(json);
    if ((json && !json_is_array(json)) || count > MOST_FURTHER) {
        return bad(p, "\"further_workspaces\"");
    }
    manifest->further = ARENA_ARRAY(p->arena, struct manifest_workspace, count + 1);
    manifest->further_count = count;
    for (size_t i = 0; manifest->further && i < count; i++) {
        if (!parse_form(p, json_array_get(json, i), &manifest->further[i].form)) {
            return false;
        }
    }
    return (manifest->further && manifest_name_workspaces(manifest, p->arena)) ||
           error_memory(p->error);
}

/** The parts of an xcframework, if the workspaces are in one: after the further ones. */
static bool parse_framework(struct parsing *p, const json_t *json)
{
    struct manifest *manifest = p->manifest;
    const json_t *list = json_object_get(json, "identifiers");
    size_t count = json_array_size(list);
    if (!json) {
        return true;
    }
    manifest->library = parse_path(json_object_get(json, "library"), p->arena);
    const char **identifiers = ARENA_ARRAY(p->arena, const char *, count + 1);
    if (!identifiers) {
        return error_memory(p->error);
    }
    bool done = manifest->library && xcframework_is_identifier(manifest->library) &&
                span_ends(span_of(manifest->library), ".a") &&
                xcframework_is_named(manifest->workspace) && count == manifest->further_count + 1;
    for (size_t i = 0; done && i < count; i++) {
        identifiers[i] = parse_path(json_array_get(list, i), p->arena);
        done = identifiers[i] && xcframework_is_identifier(identifiers[i]);
    }
    manifest->identifiers = identifiers;
    return done ? manifest_name_workspaces(manifest, p->arena) || error_memory(p->error)
                : bad(p, "\"xcframework\"");
}

/** What a library has for each machine, if that is said; the steps are checked with the recipe. */
static bool parse_slices(struct parsing *p, const json_t *json, struct manifest_library *library)
{
    size_t count = json_array_size(json);
    if ((json && !json_is_array(json)) || count > MOST_SLICES) {
        return bad(p, "\"slices\"");
    }
    library->slices = ARENA_ARRAY(p->arena, struct manifest_slice, count + 1);
    library->slice_count = count;
    for (size_t i = 0; library->slices && i < count; i++) {
        struct manifest_slice *slice = &library->slices[i];
        const json_t *item = json_array_get(json, i);
        json_int_t step = json_integer_value(json_object_get(item, "first_step"));
        const json_t *machine = json_object_get(item, "machine");
        slice->machine = json_is_null(machine) ? NULL : parse_path(machine, p->arena);
        slice->left_out = json_is_true(json_object_get(item, "left_out"));
        slice->first_step = (size_t)step;
        if ((!slice->machine && !json_is_null(machine)) || step < 0) {
            return bad(p, "\"machine\" or \"first_step\"");
        }
    }
    return library->slices || error_memory(p->error);
}

static bool parse_library(struct parsing *p, const json_t *json, struct manifest_library *library)
{
    library->left_out = json_is_true(json_object_get(json, "left_out"));
    return parse_part(p, json_object_get(json, "workspace"), &library->part) &&
           parse_place(p, json, &library->path, &library->mode) &&
           parse_forms(p, json_object_get(json, "melded"), library->forms, &library->form_count) &&
           parse_form(p, json_object_get(json, "original"), &library->original) &&
           parse_slices(p, json_object_get(json, "slices"), library);
}

/** Whether a path leads into an xcframework, and not out of it again. */
static bool is_in_framework(const char *path)
{
    const char *inside = strstr(path, ".xcframework/");
    return inside && !strstr(inside, "/../") && !span_ends(span_of(inside), "/..") &&
           !span_ends(span_of(inside), "/");
}

bool manifest_file_name(const char *path)
{
    static const char *const endings[] = {".pc", ".la", ".cmake", ".json"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        if (span_ends(span_of(path), endings[i])) {
            return true;
        }
    }
    return false;
}

static bool parse_file(struct parsing *p, const json_t *json, struct manifest_file *file)
{
    const json_t *original = json_object_get(json, "original");
    file->existed = !json_is_null(original);
    return parse_place(p, json, &file->path, &file->mode) &&
           /* what an xcframework has is only removed, so that it may have any name */
           (manifest_file_name(file->path) || (is_in_framework(file->path) && !file->existed) ||
            bad(p, "the ending of a file's \"path\"")) &&
           parse_forms(p, json_object_get(json, "written"), file->forms, &file->form_count) &&
           (!file->existed || parse_form(p, original, &file->original));
}

/** There are none unless somebody asked for them. */
static bool parse_files(struct parsing *p, const json_t *json)
{
    size_t count = json_array_size(json);
    if (json && !json_is_array(json)) {
        return bad(p, "\"files\"");
    }
    p->manifest->files = ARENA_ARRAY(p->arena, struct manifest_file, count);
    p->manifest->file_count = count;
    for (size_t i = 0; p->manifest->files && i < count; i++) {
        if (!parse_file(p, json_array_get(json, i), &p->manifest->files[i])) {
            return false;
        }
    }
    return p->manifest->files || error_memory(p->error);
}

/** Roots, exports or models, which sidecars of earlier versions lack. */
static bool parse_names(struct parsing *p, const json_t *json, const char *what, size_t most,
                        const char *const **names, size_t *count)
{
    *count = json_array_size(json);
    if ((json && !json_is_array(json)) || *count > most) {
        return bad(p, what);
    }
    const char **list = ARENA_ARRAY(p->arena, const char *, *count + 1);
    for (size_t i = 0; list && i < *count; i++) {
        list[i] = parse_path(json_array_get(json, i), p->arena);
        if (!list[i]) {
            return bad(p, what);
        }
    }
    *names = json ? list : NULL;
    return list || error_memory(p->error);
}

/** The number of a text among the orders; 0 for any other, and for none. */
static unsigned parse_orders(const json_t *json)
{
    const char *text = json_is_string(json) ? json_string_value(json) : manifest_orders[0];
    unsigned i = sizeof manifest_orders / sizeof *manifest_orders - 1;
    while (i > 0 && strcmp(text, manifest_orders[i]) != 0) {
        i--;
    }
    return i;
}

static bool parse_root(struct parsing *p, const json_t *root)
{
    struct manifest *manifest = p->manifest;
    const json_t *libraries = json_object_get(root, "libraries");
    const json_t *workspace = json_object_get(root, "workspace");
    const char *schema = json_string_value(json_object_get(root, "schema"));
    size_t i;
    json_t *library;
    size_t known = 0;
    size_t count = sizeof manifest_schemas / sizeof *manifest_schemas;
    while (known < count && !(schema && strcmp(schema, manifest_schemas[known]) == 0)) {
        known++;
    }
    if (known == count) {
        return error_set(p->error,
                         "manifest.json: schema \"%s\", but this version reads \"%s\" to \"%s\"",
                         schema ? schema : "", manifest_schemas[0], manifest_schemas[count - 1]);
    }
    manifest->packed = known % 2;
    manifest->flavour = copy(p, json_object_get(root, "flavour"));
    manifest->workspace = parse_path(json_object_get(workspace, "path"), p->arena);
    if (!manifest->flavour || !manifest->workspace || strchr(manifest->workspace, '/')) {
        return bad(p, "\"flavour\" or the workspace's \"path\"");
    }
    manifest->shrunk = json_is_true(json_object_get(root, "shrunk"));
    manifest->joined = json_is_true(json_object_get(root, "joined"));
    manifest->orders = parse_orders(json_object_get(root, "orders"));
    manifest->models_chosen = json_is_true(json_object_get(root, "models_chosen"));
    if (!parse_names(p, json_object_get(root, "models"), "\"models\"", MOST_MODELS,
                     &manifest->models, &manifest->model_count) ||
        !parse_names(p, json_object_get(root, "roots"), "\"roots\"", MOST_ROOTS, &manifest->roots,
                     &manifest->root_count) ||
        !parse_names(p, json_object_get(root, "libs"), "\"libs\"", MOST_LIBS, &manifest->libs,
                     &manifest->lib_count) ||
        !parse_names(p, json_object_get(root, "exports"), "\"exports\"", MOST_EXPORTS,
                     &manifest->exports, &manifest->export_count) ||
        !parse_files(p, json_object_get(root, "files")) ||
        !parse_form(p, workspace, &manifest->workspace_form) ||
        !parse_further(p, json_object_get(root, "further_workspaces")) ||
        !parse_framework(p, json_object_get(root, "xcframework"))) {
        return false;
    }
    if (!json_is_array(libraries)) {
        return bad(p, "\"libraries\"");
    }
    manifest->library_count = json_array_size(libraries);
    manifest->libraries = ARENA_ARRAY(p->arena, struct manifest_library, manifest->library_count);
    if (!manifest->libraries) {
        return error_memory(p->error);
    }
    json_array_foreach(libraries, i, library)
    {
        if (!parse_library(p, library, &manifest->libraries[i])) {
            return false;
        }
    }
    return true;
}

bool manifest_parse(struct span json, struct arena *arena, struct manifest *manifest,
                    struct error *error)
{
    struct parsing parsing = {arena, manifest, error};
    json_error_t where;
    json_t *root = json_loadb((const char *)json.data, json.size, 0, &where);
    *manifest = (struct manifest){0};
    if (!root) {
        return error_set(error, "manifest.json: line %d: %s", where.line, where.text);
    }
    bool done = parse_root(&parsing, root);
    json_decref(root);
    return done;
}
