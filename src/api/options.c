/* SPDX-License-Identifier: MIT */
#include "api/options.h"

#include <string.h>

#include "base/os.h"

/** No struct of the API will ever be larger: such a size was never set. */
enum { LARGEST_STRUCT = 16 * 1024 };

bool options_take(const void *given, void *own, size_t own_size, const char *name,
                  struct error *error)
{
    const unsigned char *bytes = given;
    size_t size;
    memcpy(&size, given, sizeof size);
    memset(own, 0, own_size);
    if (size < sizeof size || size > LARGEST_STRUCT) {
        return error_set_kind(error, ERROR_USAGE,
                              "struct %s: struct_size is %zu, but must be sizeof(struct %s)",
                              name, size, name);
    }
    for (size_t i = own_size; i < size; i++) {
        if (bytes[i]) {
            return error_set_kind(error, ERROR_USAGE,
                                  "struct %s: libarmeld %s does not know the field at offset %zu, "
                                  "which is set",
                                  name, ARMELD_VERSION, i);
        }
    }
    memcpy(own, given, size < own_size ? size : own_size);
    return true;
}

static bool copy_string(struct arena *arena, const char **text)
{
    const char *from = *text;
    *text = from ? arena_printf(arena, "%s", from) : NULL;
    return *text || !from;
}

/** The same of a path, which users may write in the manner of their system. */
static bool copy_path(struct arena *arena, const char **path)
{
    bool copied = copy_string(arena, path);
    const char *plain = *path ? os_plain_path(*path, arena) : NULL;
    copied = copied && (plain || !*path);
    *path = plain;
    return copied;
}

static bool copy_paths(struct arena *arena, const char *const **list, size_t count)
{
    const char **copy = ARENA_ARRAY(arena, const char *, count);
    for (size_t i = 0; copy && i < count; i++) {
        copy[i] = (*list)[i];
        if (!copy_path(arena, &copy[i])) {
            return false;
        }
    }
    *list = copy;
    return copy != NULL;
}

static bool copy_strings(struct arena *arena, const char *const **list, size_t count)
{
    const char **copy = ARENA_ARRAY(arena, const char *, count);
    for (size_t i = 0; copy && i < count; i++) {
        copy[i] = (*list)[i];
        if (!copy_string(arena, &copy[i])) {
            return false;
        }
    }
    *list = copy;
    return copy != NULL;
}

bool options_copy(struct armeld_options *options, struct arena *arena)
{
    return copy_path(arena, &options->workspace) && copy_string(arena, &options->machine) &&
           copy_path(arena, &options->output_dir) && copy_path(arena, &options->cmake_dir) &&
           copy_path(arena, &options->dep_json) && copy_path(arena, &options->split_debug) &&
           copy_string(arena, &options->rename) && copy_string(arena, &options->title) &&
           copy_string(arena, &options->command) && copy_string(arena, &options->date) &&
           copy_strings(arena, &options->keep, options->keep_count) &&
           copy_strings(arena, &options->only, options->only_count) &&
           copy_strings(arena, &options->roots, options->root_count) &&
           copy_paths(arena, &options->pc_dirs, options->pc_dir_count) &&
           copy_strings(arena, &options->libs, options->lib_count) &&
           copy_strings(arena, &options->exports, options->export_count) &&
           copy_strings(arena, &options->models, options->model_count);
}

bool options_check_one(const struct armeld_options *options, struct error *error)
{
    bool files = options->pc_dir_count || options->la || options->cmake_dir || options->dep_json;
    const struct {
        bool given;
        const char *name;
        const char *why;
    } rules[] = {
        {options->single, "the shrinking of single libraries", "it is made of several"},
        {options->output_dir, "--output-dir", "no library is written"},
        {options->backup, "--backup", "no library changes"},
        {options->split_debug, "--split-debug",
         "no library changes; \"armeld strip --debug --split-debug\" makes copies of libraries"},
        {options->no_proof, "--no-proof", "all objects move, which must be proven"},
        {files, "--pc-dir, --la, --cmake-dir and --dep-json", "programs link this archive alone"},
        {options->workspaces != ARMELD_WORKSPACES_SAFE, "--workspaces",
         "there is none, since all objects go to one archive"},
        {options->keep_count || options->only_count || options->min_sharers > 1,
         "--keep, --only and --min-sharers", "all objects go to one archive"},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (rules[i].given) {
            return error_set_kind(error, ERROR_USAGE, "%s: with --single, leave out %s: %s",
                                  options->workspace, rules[i].name, rules[i].why);
        }
    }
    return true;
}
