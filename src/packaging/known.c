/* SPDX-License-Identifier: MIT */
#include "packaging/known.h"

#include "base/path.h"
#include "packaging/pc.h"

/** The name behind -l, as packaging.c has it. */
static const char *link_name(const char *file, struct arena *arena)
{
    size_t size = path_stem_size(file);
    bool lib = strcmp(file + size, ".a") == 0 && strncmp(file, "lib", 3) == 0 && size > 3;
    return arena_printf(arena, "%.*s", (int)(size - (lib ? 3 : 0)), file + (lib ? 3 : 0));
}

/** Take the flags but the workspace itself. */
static bool take_words(const struct words *words, const char *workspace, const char *directory,
                       struct arena *arena, struct known_flags *known)
{
    struct words paired = {0};
    const char *file = path_base(workspace);
    const char *name = link_name(file, arena);
    const char *flag = name ? arena_printf(arena, "-l%s", name) : NULL;
    if (!flag || !words_pair_flags(words, &paired, arena)) {
        return false;
    }
    for (size_t i = 0; i < paired.count; i++) {
        const char *word = paired.list[i];
        bool done = true;
        if (strncmp(word, "-L", 2) == 0) {
            const char *place = path_join(directory, word + 2, arena);
            place = place ? path_clean(place, arena) : NULL;
            done = words_add_once(&known->directories, place, arena);
        } else if (strcmp(word, flag) != 0 && strcmp(path_base(word), file) != 0) {
            done = words_add_once(&known->flags, word, arena);
        }
        if (!done) {
            return false;
        }
    }
    return true;
}

static bool take_pc(const char *path, const char *workspace, struct arena *arena,
                    struct known_flags *known, struct error *error)
{
    struct os_file on_disk = {0};
    struct pc_file file;
    struct words words = {0};
    const char *directory = path_directory(path, arena);
    if (!directory) {
        return error_memory(error);
    }
    if (!os_map(path, &on_disk, error)) {
        return false;
    }
    bool done = pc_parse(on_disk.bytes, directory, arena, &file, error) &&
                pc_words(&file, "Libs", &words, arena, error) &&
                pc_words(&file, "Libs.private", &words, arena, error) &&
                pc_modules(&file, "Requires", &known->modules, arena, error) &&
                pc_modules(&file, "Requires.private", &known->modules, arena, error);
    os_unmap(&on_disk);
    return done ? take_words(&words, workspace, directory, arena, known) || error_memory(error)
                : error_prefix(error, "%s: ", path);
}

bool known_finds_any(const char *folder, const struct words *flags, struct arena *arena)
{
    static const struct {
        const char *head;
        const char *tail;
    } forms[] = {{"lib", ".so"},    {"lib", ".a"}, {"lib", ".dylib"}, {"lib", ".tbd"},
                 {"lib", ".dll.a"}, {"", ".lib"},  {"lib", ".lib"}}; /* as in provider.c */
    for (size_t i = 0; i < flags->count; i++) {
        const char *flag = flags->list[i];
        if (strncmp(flag, "-l", 2) != 0) {
            continue;
        }
        bool file = flag[2] == ':';
        for (size_t j = 0; j < (file ? 1 : sizeof forms / sizeof *forms); j++) {
            const char *path = file ? arena_printf(arena, "%s/%s", folder, flag + 3)
                                    : arena_printf(arena, "%s/%s%s%s", folder, forms[j].head,
                                                   flag + 2, forms[j].tail);
            if (!path || os_kind(path) == OS_FILE) {
                return true;
            }
        }
    }
    return false;
}

/**
 * Leave the workspace's own folder out, unless something else is needed from there: where the
 * shared library is missing, a linker would take the archive.
 */
static void leave_out(const char *home, struct arena *arena, struct known_flags *known)
{
    struct words *list = &known->directories;
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        const char *place = list->list[i];
        bool own = strcmp(place, home) == 0 || os_same_file(place, home);
        if (!own || known_finds_any(place, &known->flags, arena)) {
            list->list[kept++] = place;
        }
    }
    list->count = kept;
}

bool known_flags(const struct record *record, const char *workspace,
                 const struct armeld_options *options, struct arena *arena,
                 struct known_flags *known, struct error *error)
{
    const char *name = link_name(path_base(workspace), arena);
    const char *home = path_directory(workspace, arena);
    const char *wanted = name ? arena_printf(arena, "%s.pc", name) : NULL;
    struct words words = {0};
    if (!wanted || !home) {
        return error_memory(error);
    }
    for (size_t i = 0; i < record->manifest.file_count; i++) {
        const char *path = path_join(home, record->manifest.files[i].path, arena);
        path = path ? path_clean(path, arena) : NULL;
        if (!path) {
            return error_memory(error);
        }
        if (strcmp(path_base(path), wanted) == 0 && os_kind(path) == OS_FILE &&
            !take_pc(path, workspace, arena, known, error)) {
            return false;
        }
    }
    for (size_t i = 0; i < options->lib_count; i++) {
        if (!words_split(span_of(options->libs[i]), &words, arena, error)) {
            error->kind = ERROR_USAGE;
            return error_prefix(error, "libs: ");
        }
    }
    if (!take_words(&words, workspace, ".", arena, known)) {
        return error_memory(error);
    }
    leave_out(home, arena, known);
    return true;
}
