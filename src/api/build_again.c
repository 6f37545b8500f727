/* SPDX-License-Identifier: MIT */
#include "api/build_again.h"

#include <ctype.h>
#include <string.h>

#include "base/path.h"
#include "packaging/packaging.h"

bool build_again_say(struct armeld *armeld, const struct words *warnings)
{
    size_t before = armeld->report.warning_count;
    const char **all = ARENA_ARRAY(&armeld->arena, const char *, before + warnings->count);
    if (!all) {
        return error_memory(&armeld->error);
    }
    for (size_t i = 0; i < before; i++) {
        all[i] = armeld->report.warnings[i];
    }
    for (size_t i = 0; i < warnings->count; i++) {
        all[before + i] = warnings->list[i];
    }
    armeld->report.warnings = all;
    armeld->report.warning_count = before + warnings->count;
    return true;
}

/* ---- options of an earlier run ----------------------------------------------------------- */

/** What an earlier run's files on the disk say that it was asked for. */
struct asked {
    struct words pc_dirs;
    const char *cmake_dir;
    const char *dep_json;
    bool la;
};

/** Once, however it is written. */
static bool add_directory(struct words *directories, const char *directory, struct arena *arena)
{
    bool known = false;
    for (size_t i = 0; i < directories->count && !known; i++) {
        known = os_same_file(directories->list[i], directory);
    }
    return known || words_add(directories, directory, arena);
}

/** Note a file of an earlier run. One that was removed is not wanted any more. */
static bool note_asked(struct armeld *armeld, const char *path, struct asked *asked)
{
    const char *directory = path_directory(path, &armeld->arena);
    struct span name = span_of(path);
    bool done = directory != NULL;
    if (span_ends(name, ".pc")) {
        done = done && add_directory(&asked->pc_dirs, directory, &armeld->arena);
    } else if (span_ends(name, ".cmake") && !asked->cmake_dir) { /* the last run's come first */
        asked->cmake_dir = directory;
    } else if (span_ends(name, ".json") && !asked->dep_json) {
        asked->dep_json = path;
    }
    asked->la |= span_ends(name, ".la");
    return done;
}

/** The workspaces' own files first: where their .pc files are, new ones go. */
static bool find_asked(struct armeld *armeld, struct asked *asked)
{
    const struct record *record = &armeld->record;
    size_t count = record->manifest.file_count;
    bool done = true;
    for (size_t i = 0; done && i < 2 * count; i++) {
        const struct manifest_file *file = &record->manifest.files[i % count];
        const char *path = path_join(record->directory, file->path, &armeld->arena);
        bool counts = path && file->existed == (i >= count) && os_may_be_file(path);
        done = path && (!counts || note_asked(armeld, path, asked));
    }
    return done || error_memory(&armeld->error);
}

bool build_again_libs(struct armeld *armeld)
{
    const struct manifest *before = &armeld->record.manifest;
    struct words libs = {0};
    bool done = true;
    if (armeld->options.lib_count) {
        return true;
    }
    for (size_t i = 0; done && i < before->lib_count; i++) {
        done = words_add(&libs, arena_printf(&armeld->arena, "%s", before->libs[i]),
                         &armeld->arena);
    }
    armeld->options.libs = libs.list;
    armeld->options.lib_count = libs.count;
    return done || error_memory(&armeld->error);
}

bool build_again_options(struct armeld *armeld)
{
    struct armeld_options *options = &armeld->options;
    bool unknown = armeld->record.manifest.file_count && !armeld->record.manifest.libs;
    struct asked asked = {0};
    bool done = true;
    if (unknown || options->single || options->one_archive || armeld->framework) {
        return true;
    }
    for (size_t i = 0; done && i < options->pc_dir_count; i++) { /* those of this run first */
        done = words_add(&asked.pc_dirs, options->pc_dirs[i], &armeld->arena);
    }
    if ((!done && !error_memory(&armeld->error)) || !find_asked(armeld, &asked)) {
        return false;
    }
    options->pc_dirs = asked.pc_dirs.list;
    options->pc_dir_count = asked.pc_dirs.count;
    options->cmake_dir = options->cmake_dir ? options->cmake_dir : asked.cmake_dir;
    options->dep_json = options->dep_json ? options->dep_json : asked.dep_json;
    options->la |= asked.la;
    return !packaging_wanted(options) || build_again_libs(armeld);
}

void build_again_keep(const struct armeld *armeld, struct manifest *manifest)
{
    manifest->libs = armeld->options.libs;
    manifest->lib_count = armeld->options.lib_count;
}

/* ---- what is wrong with those that are not written again --------------------------------- */

/** Whether a build file that an earlier run wrote is written anew. */
static bool takes_up(const struct armeld *armeld, size_t number)
{
    const struct build_files *build_files = &armeld->build_files;
    bool found = false;
    for (size_t i = 0; build_files->recorded && i < build_files->count && !found; i++) {
        found = strcmp(build_files->list[i]->target, build_files->recorded[number]) == 0;
    }
    return found;
}

/** The path of a build file that an earlier run wrote and this one leaves as it is; or NULL. */
static const char *left_as_it_is(struct armeld *armeld, size_t number)
{
    const struct record *record = &armeld->record;
    const char *path = path_join(record->directory, record->manifest.files[number].path,
                                 &armeld->arena);
    return path && !takes_up(armeld, number) && os_may_be_file(path) ? path : NULL;
}

static bool leaves_any(struct armeld *armeld)
{
    bool any = false;
    for (size_t i = 0; !any && i < armeld->record.manifest.file_count; i++) {
        any = left_as_it_is(armeld, i) != NULL;
    }
    return any;
}

/** Whether a text has a name that no letter or digit follows. */
static bool has_name(struct span text, const char *name)
{
    bool found = false;
    for (; text.size && !found; text = span_from(text, 1)) {
        found = span_starts(text, name);
        struct span rest = found ? span_from(text, strlen(name)) : text;
        found = found && (!rest.size || !isalnum(rest.data[0]));
    }
    return found;
}

/** Which further workspaces the build files name that this run leaves as they are. */
static bool find_named(struct armeld *armeld, bool named[MOST_PARTS])
{
    const struct record *record = &armeld->record;
    for (uint32_t part = 1; part < MOST_PARTS; part++) {
        const char *path = path_numbered(armeld->workspace, part + 1, &armeld->arena);
        const char *base = path ? path_base(path) : "";
        size_t lib = strncmp(base, "lib", 3) == 0 ? 3 : 0;
        const char *name = arena_printf(&armeld->arena, "%.*s",
                                        (int)(path_stem_size(base) - lib), base + lib);
        if (!path || !name) {
            return error_memory(&armeld->error);
        }
        for (size_t i = 0; i < record->manifest.file_count && !named[part]; i++) {
            const char *file = left_as_it_is(armeld, i);
            struct os_file text = {0};
            struct error unread = {0};
            if (file && os_map(file, &text, &unread)) {
                named[part] = has_name(text.bytes, name);
            }
            os_unmap(&text);
        }
    }
    return true;
}

/**
 * Whether build files that an earlier run wrote name another workspace than a library has now, or
 * one that is gone, and are not written anew. Those of an earlier run may be right again.
 */
static bool names_others(struct armeld *armeld)
{
    const struct record *record = &armeld->record;
    const struct manifest *before = &record->manifest;
    bool named[MOST_PARTS] = {false};
    bool other = false;
    bool right = before->further_count == 0 && armeld->outputs.workspaces > 1;
    if (!before->file_count || !leaves_any(armeld) || !find_named(armeld, named)) {
        return false;
    }
    for (size_t part = 1; part < MOST_PARTS; part++) {
        bool is_there = part < armeld->outputs.workspaces;
        other |= named[part] && !is_there;
        right &= named[part] || !is_there;
    }
    if (other || right) {
        return other;
    }
    for (size_t i = 0; i < armeld->set.library_count && !other; i++) {
        const char *target = armeld->set.libraries[i].target;
        const struct output *output = outputs_library(&armeld->outputs, i);
        for (size_t j = 0; j < before->library_count && target && !output->left_out; j++) {
            const struct record_file *file = &record->files[j];
            other |= file->target && strcmp(file->target, target) == 0 &&
                     before->libraries[j].part != output->part;
        }
    }
    return other;
}

/** Whether this run writes a build file that is called so. */
static bool writes_like(const struct armeld *armeld, const char *path)
{
    bool writes = false;
    for (size_t i = 0; i < armeld->build_files.count && !writes; i++) {
        writes = strcmp(path_base(armeld->build_files.list[i]->path), path_base(path)) == 0;
    }
    return writes;
}

/**
 * A build file that an earlier run changed, and that is neither there any more nor elsewhere. It
 * may have gone with its library.
 */
static const char *find_gone(struct armeld *armeld)
{
    const struct record *record = &armeld->record;
    const char *gone = NULL;
    for (size_t i = 0; i < record->manifest.library_count; i++) {
        const char *path = record_path(record, i, &armeld->arena);
        if (!path || os_kind(path) == OS_NOTHING) {
            return NULL;
        }
    }
    for (size_t i = 0; i < record->manifest.file_count && !gone; i++) {
        const struct manifest_file *file = &record->manifest.files[i];
        const char *path = path_join(record->directory, file->path, &armeld->arena);
        bool is_gone = path && file->existed && os_kind(path) == OS_NOTHING;
        gone = is_gone && !writes_like(armeld, path) ? path : NULL;
    }
    return gone;
}

/** The path of a build file that this run leaves as it is, though others replaced it; or NULL. */
static const char *left_replaced(struct armeld *armeld, size_t number)
{
    const struct manifest_file *file = &armeld->record.manifest.files[number];
    const char *path = left_as_it_is(armeld, number);
    struct os_file on_disk = {0};
    struct error unread = {0};
    bool written = !path || !os_map(path, &on_disk, &unread);
    for (size_t i = 0; i < file->form_count; i++) {
        written |= on_disk.bytes.size == file->forms[i].size &&
                   digest_equal(digest_of(on_disk.bytes), file->forms[i].digest);
    }
    os_unmap(&on_disk);
    return written ? NULL : path;
}

/** Whether this run looked for files of libraries where a file is. */
static bool looks_there(const struct armeld *armeld, const char *path, const char *directory)
{
    const struct armeld_options *options = &armeld->options;
    bool looks = options->la && span_ends(span_of(path), ".la");
    for (size_t i = 0; i < options->pc_dir_count && !looks; i++) {
        looks = span_ends(span_of(path), ".pc") && os_same_file(options->pc_dirs[i], directory);
    }
    return looks;
}

/**
 * Forget replaced files of libraries that this run met, and that are about no library of the set
 * now; @replaced[out] another one that was replaced, or NULL.
 */
static bool let_go(struct armeld *armeld, const char **replaced)
{
    const struct record *record = &armeld->record;
    bool done = true;
    *replaced = NULL;
    for (size_t i = 0; done && i < record->manifest.file_count; i++) {
        const char *path = left_replaced(armeld, i);
        const char *directory = path ? path_directory(path, &armeld->arena) : NULL;
        if (!directory) {
            continue;
        }
        if (record->manifest.files[i].existed && looks_there(armeld, path, directory)) {
            done = build_files_add(&armeld->build_files, record, path, &armeld->error) != NULL;
        } else {
            *replaced = *replaced ? *replaced : path;
        }
    }
    return done;
}

bool build_again_warn(struct armeld *armeld)
{
    struct words warnings = {0};
    bool others = names_others(armeld);
    if (armeld->error.kind != ERROR_NONE) {
        return false;
    }
    bool writes = packaging_wanted(&armeld->options);
    const char *replaced = NULL;
    if (writes && !let_go(armeld, &replaced)) {
        return false;
    }
    const char *what = arena_printf(&armeld->arena,
                                    "build files that an earlier run wrote name other workspaces "
                                    "than libraries need now: %s",
                                    writes ? "give the options that wrote them again"
                                           : "mend what cannot be written, and meld again");
    bool done = (!others || words_add(&warnings, what, &armeld->arena)) &&
                (!replaced ||
                 words_add(&warnings,
                           arena_printf(&armeld->arena,
                                        "%s: an earlier run wrote this build file, and it was "
                                        "replaced since: give the options that wrote it again",
                                        replaced),
                           &armeld->arena));
    const char *gone = find_gone(armeld);
    const char *moved = arena_printf(&armeld->arena,
                                     "%s: an earlier run changed this build file, and it is gone: "
                                     "if it was moved, name its new folder (--pc-dir), or it will "
                                     "go on naming the workspace",
                                     gone ? gone : "");
    done = done && (!gone || words_add(&warnings, moved, &armeld->arena));
    return done ? build_again_say(armeld, &warnings) : error_memory(&armeld->error);
}
