/* SPDX-License-Identifier: MIT */
#include "sidecar/manifest.h"

#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "base/path.h"

/** Of a sidecar with an entry for each content, and of a packed one. */
static const char SCHEMA[] = "armeld/sidecar/1";
static const char PACKED_SCHEMA[] = "armeld/sidecar/2";

/** By enum orders_proven. */
static const char *const orders[] = {"outside", "used", "any"};

enum { MOST_ROOTS = 65536, MOST_EXPORTS = 1 << 24, MOST_MODELS = 64 };

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

bool manifest_is_single(const struct manifest *manifest)
{
    return manifest->library_count == 1 &&
           strcmp(manifest->libraries[0].path, manifest->workspace) == 0;
}

bool manifest_take_name(struct manifest *manifest, const char *sidecar, struct arena *arena)
{
    const char *name = path_base(sidecar);
    struct span end = span_of(".armeld");
    if (!manifest_is_single(manifest) && strlen(name) > end.size &&
        span_ends(span_of(name), ".armeld")) {
        manifest->workspace = arena_printf(arena, "%.*s", (int)(strlen(name) - end.size), name);
    }
    return manifest->workspace != NULL;
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

/* ---- paths ------------------------------------------------------------------------------- */

/** File names are any bytes, JSON is UTF-8: all but printable ASCII becomes %XX, as in an URL. */
static json_t *print_path(const char *path)
{
    size_t size = strlen(path);
    char *text = malloc(3 * size + 1);
    char *to = text;
    for (size_t i = 0; text && i < size; i++) {
        unsigned char c = (unsigned char)path[i];
        bool plain = c > ' ' && c < 0x7f && c != '%';
        to += plain ? (*to = (char)c, 1) : snprintf(to, 4, "%%%02x", c);
    }
    json_t *json = text ? json_stringn(text, (size_t)(to - text)) : NULL;
    free(text);
    return json;
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

/* ---- printing ---------------------------------------------------------------------------- */

static json_t *print_form(const struct file_form *form)
{
    char digest[DIGEST_TEXT];
    digest_text(form->digest, digest);
    return json_pack("{s:I, s:s}", "bytes", (json_int_t)form->size, "xxh128", digest);
}

static json_t *print_forms(const struct file_form *list, size_t count)
{
    json_t *forms = json_array();
    for (size_t i = 0; i < count; i++) {
        if (json_array_append_new(forms, print_form(&list[i])) != 0) {
            json_decref(forms);
            return NULL;
        }
    }
    return forms;
}

static json_t *print_file(const struct manifest_file *file)
{
    return json_pack("{s:o, s:i, s:o, s:o}", "path", print_path(file->path), "mode",
                     (int)file->mode, "original",
                     file->existed ? print_form(&file->original) : json_null(), "written",
                     print_forms(file->forms, file->form_count));
}

static json_t *print_files(const struct manifest *manifest)
{
    json_t *files = json_array();
    for (size_t i = 0; i < manifest->file_count; i++) {
        if (json_array_append_new(files, print_file(&manifest->files[i])) != 0) {
            json_decref(files);
            return NULL;
        }
    }
    return files;
}

static json_t *print_library(const struct manifest_library *library)
{
    json_t *json = json_pack("{s:o, s:i, s:o, s:o}", "path", print_path(library->path), "mode",
                             (int)library->mode, "original", print_form(&library->original),
                             "melded", print_forms(library->forms, library->form_count));
    if (json && library->left_out && json_object_set_new(json, "left_out", json_true()) != 0) {
        json_decref(json);
        return NULL;
    }
    return json;
}

/** Roots, exports or models; like paths, names are any bytes. */
static json_t *print_names(const char *const *names, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        if (json_array_append_new(list, print_path(names[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/** What only some sets have; without it the manifest reads as earlier versions wrote it. */
static bool print_extras(const struct manifest *manifest, json_t *root)
{
    return (!manifest->file_count ||
            json_object_set_new(root, "files", print_files(manifest)) == 0) &&
           (!manifest->shrunk || json_object_set_new(root, "shrunk", json_true()) == 0) &&
           (!manifest->joined || json_object_set_new(root, "joined", json_true()) == 0) &&
           (!manifest->orders ||
            json_object_set_new(root, "orders", json_string(orders[manifest->orders])) == 0) &&
           (!manifest->model_count ||
            json_object_set_new(root, "models",
                                print_names(manifest->models, manifest->model_count)) == 0) &&
           (!manifest->models_chosen ||
            json_object_set_new(root, "models_chosen", json_true()) == 0) &&
           (!manifest->exports ||
            json_object_set_new(root, "exports",
                                print_names(manifest->exports, manifest->export_count)) == 0);
}

char *manifest_print(const struct manifest *manifest, struct error *error)
{
    json_t *libraries = json_array();
    for (size_t i = 0; i < manifest->library_count; i++) {
        if (json_array_append_new(libraries, print_library(&manifest->libraries[i])) != 0) {
            json_decref(libraries);
            error_memory(error);
            return NULL;
        }
    }
    json_t *workspace = print_form(&manifest->workspace_form);
    if (json_object_set_new(workspace, "path", print_path(manifest->workspace)) != 0) {
        json_decref(workspace);
        workspace = NULL;
    }
    json_t *root =
        json_pack("{s:s, s:s, s:o, s:o, s:o}", "schema",
                  manifest->packed ? PACKED_SCHEMA : SCHEMA, "flavour", manifest->flavour, "roots",
                  print_names(manifest->roots, manifest->root_count), "workspace", workspace,
                  "libraries", libraries);
    if (root && !print_extras(manifest, root)) {
        json_decref(root);
        root = NULL;
    }
    char *text = root ? json_dumps(root, JSON_INDENT(1)) : NULL;
    json_decref(root);
    if (!text) {
        error_memory(error);
    }
    return text;
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

static bool parse_library(struct parsing *p, const json_t *json, struct manifest_library *library)
{
    library->left_out = json_is_true(json_object_get(json, "left_out"));
    return parse_place(p, json, &library->path, &library->mode) &&
           parse_forms(p, json_object_get(json, "melded"), library->forms, &library->form_count) &&
           parse_form(p, json_object_get(json, "original"), &library->original);
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
           (manifest_file_name(file->path) || bad(p, "the ending of a file's \"path\"")) &&
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
    const char *text = json_is_string(json) ? json_string_value(json) : orders[0];
    unsigned i = sizeof orders / sizeof *orders - 1;
    while (i > 0 && strcmp(text, orders[i]) != 0) {
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
    p->manifest->packed = schema && strcmp(schema, PACKED_SCHEMA) == 0;
    if (!p->manifest->packed && (!schema || strcmp(schema, SCHEMA) != 0)) {
        return error_set(p->error,
                         "manifest.json: schema \"%s\", but this version reads \"%s\" and \"%s\"",
                         schema ? schema : "", SCHEMA, PACKED_SCHEMA);
    }
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
        !parse_names(p, json_object_get(root, "exports"), "\"exports\"", MOST_EXPORTS,
                     &manifest->exports, &manifest->export_count) ||
        !parse_files(p, json_object_get(root, "files")) ||
        !parse_form(p, workspace, &manifest->workspace_form)) {
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
