/* SPDX-License-Identifier: MIT */
/** The manifest as JSON. */
#include <stdio.h>
#include <stdlib.h>

#include "base/json_text.h"
#include "sidecar/manifest_internal.h"

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

/** What a library has for each machine. */
static json_t *print_slices(const struct manifest_library *library)
{
    json_t *list = json_array();
    for (size_t i = 0; i < library->slice_count; i++) {
        const struct manifest_slice *slice = &library->slices[i];
        json_t *item = json_pack("{s:o, s:I}", "machine",
                                 slice->machine ? print_path(slice->machine) : json_null(),
                                 "first_step",
                                 (json_int_t)slice->first_step);
        if ((slice->left_out && json_object_set_new(item, "left_out", json_true()) != 0) ||
            json_array_append(list, item) != 0) {
            json_decref(item);
            json_decref(list);
            return NULL;
        }
        json_decref(item);
    }
    return list;
}

static json_t *print_library(const struct manifest_library *library)
{
    json_t *json = json_pack("{s:o, s:i, s:o, s:o}", "path", print_path(library->path), "mode",
                             (int)library->mode, "original", print_form(&library->original),
                             "melded", print_forms(library->forms, library->form_count));
    bool done = json && (!library->left_out ||
                         json_object_set_new(json, "left_out", json_true()) == 0);
    done = done && (!library->part ||
                    json_object_set_new(json, "workspace",
                                        json_integer((json_int_t)library->part + 1)) == 0);
    done = done && (!library->slice_count ||
                    json_object_set_new(json, "slices", print_slices(library)) == 0);
    if (json && !done) {
        json_decref(json);
        return NULL;
    }
    return json;
}

/** Workspaces beside the first one. */
static json_t *print_further(const struct manifest *manifest)
{
    json_t *list = json_array();
    for (size_t i = 0; i < manifest->further_count; i++) {
        json_t *workspace = print_form(&manifest->further[i].form);
        if (json_object_set_new(workspace, "path", print_path(manifest->further[i].path)) != 0 ||
            json_array_append(list, workspace) != 0) {
            json_decref(workspace);
            json_decref(list);
            return NULL;
        }
        json_decref(workspace);
    }
    return list;
}

static json_t *print_names(const char *const *names, size_t count);

/** The parts of an xcframework. */
static json_t *print_framework(const struct manifest *manifest)
{
    return json_pack("{s:o, s:o}", "library", print_path(manifest->library), "identifiers",
                     print_names(manifest->identifiers, manifest->further_count + 1));
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
           (!manifest->further_count ||
            json_object_set_new(root, "further_workspaces", print_further(manifest)) == 0) &&
           (!manifest->identifiers ||
            json_object_set_new(root, "xcframework", print_framework(manifest)) == 0) &&
           (!manifest->shrunk || json_object_set_new(root, "shrunk", json_true()) == 0) &&
           (!manifest->joined || json_object_set_new(root, "joined", json_true()) == 0) &&
           (!manifest->orders ||
            json_object_set_new(root, "orders",
                                json_string(manifest_orders[manifest->orders])) == 0) &&
           (!manifest->model_count ||
            json_object_set_new(root, "models",
                                print_names(manifest->models, manifest->model_count)) == 0) &&
           (!manifest->models_chosen ||
            json_object_set_new(root, "models_chosen", json_true()) == 0) &&
           (!manifest->file_count || /* then even none tell */
            json_object_set_new(root, "libs", print_names(manifest->libs, manifest->lib_count)) ==
                0) &&
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
    unsigned schema = manifest->identifiers           ? 6
                      : manifest_is_universal(manifest) ? 4
                      : manifest->further_count         ? 2
                                                        : 0;
    json_t *root =
        json_pack("{s:s, s:s, s:o, s:o, s:o}", "schema",
                  manifest_schemas[schema + manifest->packed], "flavour",
                  manifest->flavour, "roots", print_names(manifest->roots, manifest->root_count),
                  "workspace", workspace, "libraries", libraries);
    if (root && !print_extras(manifest, root)) {
        json_decref(root);
        root = NULL;
    }
    char *text = json_text(root, JSON_INDENT(1));
    json_decref(root);
    if (!text) {
        error_memory(error);
    }
    return text;
}
