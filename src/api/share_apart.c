/* SPDX-License-Identifier: MIT */
#include "api/share_apart.h"

#include "base/path.h"

enum { MOST_NAMED = 3 };

/** Whether a file is universal, as far as its sidecar tells: only then it has several slices. */
static bool is_universal(const struct armeld *armeld)
{
    bool is = false;
    for (size_t i = 0; i < armeld->set.library_count && !is; i++) {
        is = armeld->set.libraries[i].universal != NULL;
    }
    return is;
}

/** The libraries that the set has for a platform, in quotes for a shell. NULL: memory is short. */
static const char *list_libraries(struct armeld *armeld, uint32_t part)
{
    const struct manifest *manifest = &armeld->record.manifest;
    const char *text = "";
    size_t count = 0;
    for (size_t i = 0; text && i < manifest->library_count; i++) {
        const char *path = record_path(&armeld->record, i, &armeld->arena);
        if (!path || manifest->libraries[i].part != part) {
            text = path ? text : NULL;
        } else if (count++ < MOST_NAMED) {
            text = arena_printf(&armeld->arena, "%s %s", text,
                                path_quoted("", path, &armeld->arena));
        }
    }
    return text && count > MOST_NAMED ? arena_printf(&armeld->arena, "%s ...", text) : text;
}

/** The machine of the first slice that is a library. */
static const char *first_machine(const struct manifest *manifest)
{
    for (size_t i = 0; i < manifest->library_count; i++) {
        const struct manifest_library *library = &manifest->libraries[i];
        for (size_t k = 0; k < library->slice_count; k++) {
            if (library->slices[k].machine) {
                return library->slices[k].machine;
            }
        }
    }
    return "arm64";
}

bool share_check_apart(struct armeld *armeld)
{
    const struct manifest *manifest = &armeld->record.manifest;
    struct error *error = &armeld->error;
    const char *workspace = path_quoted("", armeld->options.workspace, &armeld->arena);
    const char *base = path_base(armeld->framework ? manifest->library : armeld->workspace);
    if (!manifest_is_universal(manifest)) {
        return true;
    }
    if (is_universal(armeld) && !armeld->framework) {
        const char *machine = first_machine(manifest);
        return error_set(error,
                         "%s: a universal set, and a shared library is made for one machine and "
                         "platform: run \"armeld restore %s\", take what is for one out of each "
                         "library into another folder (\"lipo LIBRARY -thin %s -output "
                         "DIR/LIBRARY\"), then run \"armeld -o DIR/%s DIR/LIBRARY...\" and "
                         "\"armeld share -d OUT DIR/%s\"",
                         armeld->options.workspace, workspace, machine, base, base);
    }
    const char *libraries = list_libraries(armeld, manifest->libraries[0].part);
    if (!libraries) {
        return error_memory(error);
    }
    return error_set(error,
                     "%s: a set for several platforms, and a shared library is made for one: run "
                     "\"armeld restore %s\", then, with the libraries for each, \"armeld -d DIR "
                     "-o DIR/%s%s\" and \"armeld share -d OUT DIR/%s\"",
                     armeld->options.workspace, workspace, base, libraries, base);
}
