/* SPDX-License-Identifier: MIT */
/** libtool's files of a set: each beside its archive. */
#include "base/path.h"
#include "packaging/generate.h"
#include "packaging/la.h"
#include "proof/plan.h"

static bool read_found(struct generation *m, const struct found *found, struct la_file *file)
{
    if (!la_parse(found->build_file->original, m->arena, file, m->error)) {
        return generate_fail(m, found->build_file->path);
    }
    if (!file->old_library || strcmp(file->old_library, found->library->file) != 0) {
        return error_set(m->error, "%s: its old_library is '%s', not '%s'", found->build_file->path,
                         file->old_library ? file->old_library : "", found->library->file);
    }
    return true;
}

/** The .la that goes with an archive. */
static const char *la_beside(struct generation *m, const char *archive,
                             const struct link_name *library)
{
    const char *directory = path_directory(archive, m->arena);
    const char *file = arena_printf(m->arena, "%s.la", library->stem);
    const char *path = directory && file ? path_join(directory, file, m->arena) : NULL;
    if (!path) {
        error_memory(m->error);
    }
    return path;
}

/** Whether a file name is that of an archive's .la. */
static bool is_la_of(const char *file, const struct link_name *library)
{
    size_t size = strlen(library->stem);
    return strncmp(file, library->stem, size) == 0 && strcmp(file + size, ".la") == 0;
}

/** Note what a library itself depends on, as flags of a compiler. */
static bool learn_own(struct generation *m, size_t number, const struct words *words)
{
    struct words flags = {0};
    for (size_t at = 0; at < words->count;) {
        const char *flag = words_next_flag(words, &at, m->arena);
        if (!flag || !la_plain(flag, &flags, m->arena)) {
            return error_memory(m->error);
        }
    }
    for (size_t i = 0; i < flags.count; i++) {
        if (!generate_own_flag(m, number, flags.list[i])) {
            return false;
        }
    }
    return true;
}

/** What a library depends on, its workspace depends on as well, but for libraries of the set. */
static bool learn(struct generation *m, const struct found *found)
{
    struct la_file file;
    struct words others = {0};
    size_t number = (size_t)(found->library - m->libraries);
    if (!read_found(m, found, &file)) {
        return false;
    }
    for (size_t i = 0; i < file.dependencies.count; i++) {
        const char *word = file.dependencies.list[i];
        const char *base = path_base(word);
        bool own = false;
        for (size_t j = 0; j < m->rules->workspace_count && !own; j++) {
            own = is_la_of(base, &m->workspaces[j]);
        }
        for (size_t j = 0; j < m->rules->library_count && !own; j++) {
            own = is_la_of(base, &m->libraries[j]);
            if (own && !generate_own_library(m, number, &m->libraries[j])) {
                return false;
            }
        }
        if (!own && !words_add(&others, word, m->arena)) {
            return error_memory(m->error);
        }
    }
    struct behind *behind = &m->behind[generate_workspace_of(m, found->library)];
    return generate_inherit(m, &others, behind, &behind->la_flags) &&
           learn_own(m, number, &others);
}

/** Whether a dependency is the .la of a workspace, of this run or of an earlier one. */
static bool is_workspaces(void *context, const char *dependency)
{
    const struct generation *m = context;
    const char *base = path_base(dependency);
    bool is = false;
    for (size_t i = 0; i < MOST_PARTS && !is; i++) {
        const char *name = generate_known_workspace(m, i);
        size_t size = name ? strlen(name) : 0;
        size_t lib = strncmp(m->workspaces[0].stem, "lib", 3) == 0 ? 3 : 0;
        is = name && strncmp(base, m->workspaces[0].stem, lib) == 0 &&
             strncmp(base + lib, name, size) == 0 && strcmp(base + lib + size, ".la") == 0;
    }
    return is;
}

/** What an earlier run added to a file that is not as it was written is none of the original's. */
static bool forget_workspaces(struct generation *m, struct found *found)
{
    struct build_file *build_file = found->build_file;
    struct la_file file;
    if (build_file->recorded || !m->record->present) {
        return true;
    }
    if (!read_found(m, found, &file) ||
        !la_forget(&file, is_workspaces, m, m->arena, &build_file->original, m->error)) {
        return false;
    }
    build_file->bytes = build_file->original;
    return true;
}

/** Whether an earlier run changed a file. */
static bool was_changed(const struct generation *m, const struct found *found)
{
    const struct manifest *before = &m->record->manifest;
    for (size_t i = 0; i < before->file_count; i++) {
        if (before->files[i].existed &&
            strcmp(m->build_files->recorded[i], found->build_file->target) == 0) {
            return true;
        }
    }
    return false;
}

/** Find the files of all libraries, @recorded: changed by an earlier run; count what is missing. */
static bool find_all(struct generation *m, bool recorded, size_t *missing, const char **first)
{
    for (size_t i = 0; i < m->rules->library_count; i++) {
        const char *archive = m->rules->libraries[i];
        const char *path = la_beside(m, archive, &m->libraries[i]);
        if (!path) {
            return false;
        }
        if (os_kind(path) == OS_NOTHING) {
            *first = (*missing)++ ? *first : archive;
            continue;
        }
        struct found *found = generate_take(m, &m->la, path, &m->libraries[i]);
        if (!found || !forget_workspaces(m, found) ||
            ((!recorded || was_changed(m, found)) && !learn(m, found))) {
            return false;
        }
    }
    return true;
}

/** Files of libraries that are left unmelded are as they were, those that cannot be read too. */
static bool undo_unmelded(struct generation *m)
{
    size_t melded = m->rules->library_count;
    size_t all = m->record->present ? melded + m->rules->unmelded_count : 0;
    for (size_t i = melded; i < all; i++) {
        const char *path = la_beside(m, m->rules->libraries[i], &m->libraries[i]);
        if (!path) {
            return false;
        }
        if (os_kind(path) == OS_NOTHING) {
            continue;
        }
        struct found found = {.build_file = build_files_add(m->build_files, m->record, path,
                                                            m->error),
                              .library = &m->libraries[i]};
        struct error unread = {0};
        struct la_file file;
        bool reads = found.build_file &&
                     la_parse(found.build_file->original, m->arena, &file, &unread);
        if (!found.build_file || !error_passes(&unread, m->error) ||
            (reads && !forget_workspaces(m, &found))) {
            return false;
        }
    }
    return true;
}

bool generate_look_la(struct generation *m)
{
    size_t missing = 0;
    const char *first = NULL;
    return find_all(m, true, &missing, &first);
}

bool generate_find_la(struct generation *m)
{
    size_t missing = 0;
    const char *first = NULL;
    if (!find_all(m, false, &missing, &first) || !undo_unmelded(m)) {
        return false;
    }
    return !missing ||
           words_add(m->warnings,
                     arena_printf(m->arena,
                                  "%s%s no .la file beside %s: who links %s with "
                                  "libtool must name the workspace too",
                                  first, missing > 1 ? " and others:" : ":",
                                  missing > 1 ? "them" : "it", missing > 1 ? "them" : "it"),
                     m->arena) ||
           error_memory(m->error);
}

/* ---- writing ----------------------------------------------------------------------------- */

/**
 * Where the workspace is installed, told from where a library is: what is on disk now may be
 * meant for another place (DESTDIR). Libraries that are not installed tell nothing.
 */
static const char *installed_directory(struct generation *m, const struct found *found,
                                       const struct la_file *file)
{
    const char *workspace = m->workspaces[0].path; /* all are in one place */
    const char *here = path_directory(workspace, m->arena);
    if (!file || !file->libdir || !*file->libdir) {
        return here;
    }
    const char *way = path_relative(found->library->path, workspace, m->arena);
    const char *place = way ? path_join(file->libdir, way, m->arena) : NULL;
    const char *clean = place ? path_clean(place, m->arena) : NULL;
    return clean ? path_directory(clean, m->arena) : NULL;
}

static bool write_workspace(struct generation *m, size_t number, const char *directory)
{
    const struct link_name *workspace = &m->workspaces[number];
    const char *path = la_beside(m, m->rules->workspaces[number], workspace);
    struct build_file *build_file = path ? generate_own(m, path, LA_MARK) : NULL;
    return build_file &&
           (la_print(path_base(path), workspace->file, directory, &m->behind[number].la_flags,
                     m->arena, &build_file->bytes, m->error) ||
            generate_fail(m, path));
}

bool generate_la(struct generation *m)
{
    const char *directory = NULL; /* of the workspace, by the first library that tells */
    for (size_t i = 0; i < m->la.count; i++) {
        struct found *found = &m->la.list[i];
        struct la_file file;
        if (!read_found(m, found, &file)) {
            return false;
        }
        const char *place = installed_directory(m, found, &file);
        size_t workspace = generate_workspace_of(m, found->library);
        const char *dependency =
            place ? arena_printf(m->arena, "%s/%s.la", place, m->workspaces[workspace].stem) : NULL;
        if (!dependency) {
            return error_memory(m->error);
        }
        directory = directory || !file.libdir || !*file.libdir ? directory : place;
        if (!la_depend(&file, dependency, &m->behind[workspace].la_flags, m->arena,
                       &found->build_file->bytes, m->error)) {
            return generate_fail(m, found->build_file->path);
        }
    }
    directory = directory ? directory : installed_directory(m, NULL, NULL);
    bool done = directory || error_memory(m->error);
    for (size_t i = 0; done && i < m->rules->workspace_count; i++) {
        done = write_workspace(m, i, directory);
    }
    const char *beside = done ? path_directory(m->rules->workspaces[0], m->arena) : NULL;
    return beside ? generate_undo_gone(m, beside, m->workspaces[0].stem, ".la")
                  : done && error_memory(m->error);
}
