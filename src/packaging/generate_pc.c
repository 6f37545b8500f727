/* SPDX-License-Identifier: MIT */
/** pkg-config's files of a set. */
#include "base/path.h"
#include "packaging/generate.h"
#include "packaging/leaks.h"
#include "packaging/pc.h"
#include "proof/plan.h"

/** A line that workspaces have, and no other modules. */
#define DESCRIPTION "Description: What several Rust static libraries share\n"

/** Directory walks tell of one file after the other. */
struct search {
    struct generation *m;
    bool *named; /* by library: some file names it */
};

/** Names of modules, without their conditions, are what files are called. */
static const char *module_of(const char *path, struct arena *arena)
{
    const char *file = path_base(path);
    return arena_printf(arena, "%.*s", (int)(strlen(file) - strlen(".pc")), file);
}

/** Read the original of a found file. */
static bool read_found(struct generation *m, const struct found *found, struct pc_file *file)
{
    return pc_parse(found->build_file->original, found->directory, m->arena, file, m->error) ||
           generate_fail(m, found->build_file->path);
}

static bool words_of(struct generation *m, const struct pc_file *file, struct words *words)
{
    return pc_words(file, "Libs", words, m->arena, m->error) &&
           pc_words(file, "Libs.private", words, m->arena, m->error);
}

/** Whether a file that cannot be read is called as that of some library would be. */
static bool is_called_like_one(const struct generation *m, const char *path)
{
    const char *module = module_of(path, m->arena);
    for (size_t i = 0; module && i < m->rules->library_count; i++) {
        if (strcmp(module, m->libraries[i].name) == 0 ||
            strcmp(module, m->libraries[i].stem) == 0) {
            return true;
        }
    }
    return false;
}

/** The libraries of the set that a file links; the first one is returned, all are noted. */
static struct link_name *libraries_in(const struct search *search, const struct words *words)
{
    struct link_name *first = NULL;
    for (size_t i = 0; i < words->count; i++) {
        struct link_name *library = generate_linked(search->m, words->list[i]);
        if (library) {
            search->named[library - search->m->libraries] = true;
            first = first ? first : library;
        }
    }
    return first;
}

/**
 * A file that is not as an earlier run wrote it is its own original, but for what such a run added:
 * somebody changed it since then, or moved it. Before any run it is what its project wrote.
 */
static bool forget_workspaces(struct generation *m, struct found *found)
{
    struct build_file *build_file = found->build_file;
    bool changed = m->record->present && !build_file->recorded;
    for (size_t i = 0; i < MOST_PARTS && changed; i++) {
        const char *workspace = generate_known_workspace(m, i);
        struct pc_file file;
        if (workspace &&
            (!read_found(m, found, &file) ||
             !pc_forget(&file, workspace, m->arena, &build_file->original, m->error))) {
            return generate_fail(m, build_file->path);
        }
    }
    if (changed) {
        build_file->bytes = build_file->original;
    }
    return true;
}

static bool visit(void *context, const char *path, struct error *error)
{
    const struct search *search = context;
    struct generation *m = search->m;
    struct os_file on_disk = {0};
    struct pc_file file;
    struct words words = {0};
    if (!span_ends(span_of(path), ".pc")) {
        return true;
    }
    if (!os_map(path, &on_disk, error)) {
        return false;
    }
    const char *directory = path_directory(path, m->arena);
    bool done = directory && pc_parse(on_disk.bytes, directory, m->arena, &file, error) &&
                words_of(m, &file, &words);
    os_unmap(&on_disk);
    if (!done && !is_called_like_one(m, path)) {
        *error = (struct error){0}; /* none of ours */
        return true;
    }
    if (!done) {
        return generate_fail(m, path);
    }
    struct link_name *library = libraries_in(search, &words);
    if (!library && generate_links_unmelded(m, &words)) { /* as it was */
        struct build_file *build_file = build_files_add(m->build_files, m->record, path, error);
        struct found as_was = {.build_file = build_file, .directory = directory};
        return build_file && forget_workspaces(m, &as_was);
    }
    struct found *found = library ? generate_take(m, &m->pc, path, library) : NULL;
    return !library || (found && forget_workspaces(m, found));
}

/** Whether some of @words links a library that needs a workspace. */
static bool needs_workspace(const struct generation *m, const struct words *words, size_t workspace)
{
    for (size_t i = 0; i < words->count; i++) {
        const struct link_name *library = generate_linked(m, words->list[i]);
        if (library && generate_workspace_of(m, library) == workspace) {
            return true;
        }
    }
    return false;
}

static bool learn_behind(struct generation *m, const struct words *words,
                         const struct words *modules, struct behind *behind)
{
    for (size_t i = 0; i < modules->count; i++) {
        if (!words_add_once(&behind->modules, modules->list[i], m->arena)) {
            return error_memory(m->error);
        }
    }
    return generate_inherit(m, words, behind, &behind->flags);
}

/** What a library's file requires, its workspace requires as well: its objects came from there. */
static bool learn(struct generation *m, const struct found *found)
{
    struct pc_file file;
    struct words words = {0};
    struct words modules = {0};
    struct words version = {0};
    if (!read_found(m, found, &file) || !words_of(m, &file, &words) ||
        !pc_modules(&file, "Requires", &modules, m->arena, m->error) ||
        !pc_modules(&file, "Requires.private", &modules, m->arena, m->error) ||
        !pc_words(&file, "Version", &version, m->arena, m->error)) {
        return generate_fail(m, found->build_file->path);
    }
    if (version.count && strcmp(m->version, "0") == 0) {
        m->version = version.list[0];
    }
    for (size_t i = 0; i < m->rules->workspace_count; i++) {
        if (needs_workspace(m, &words, i) && !learn_behind(m, &words, &modules, &m->behind[i])) {
            return generate_fail(m, found->build_file->path);
        }
    }
    return generate_own_pc(m, &words, &modules) || generate_fail(m, found->build_file->path);
}

static bool learn_all(struct generation *m)
{
    bool done = true;
    for (size_t i = 0; done && i < m->pc.count; i++) {
        done = learn(m, &m->pc.list[i]);
    }
    return done;
}

static bool warn_of_unnamed(struct generation *m, const bool *named)
{
    size_t count = 0;
    const char *first = NULL;
    for (size_t i = 0; i < m->rules->library_count; i++) {
        count += !named[i];
        first = first || named[i] ? first : m->rules->libraries[i];
    }
    return !count ||
           words_add(m->warnings,
                     arena_printf(m->arena,
                                  "%s%s no .pc file in the directories named links %s: "
                                  "who links %s must name the workspace too",
                                  first, count > 1 ? " and others:" : ":",
                                  count > 1 ? "them" : "it", count > 1 ? "them" : "it"),
                     m->arena) ||
           error_memory(m->error);
}

bool generate_find_pc(struct generation *m)
{
    const struct armeld_options *options = m->rules->options;
    struct search search = {m, ARENA_ARRAY(m->arena, bool, m->rules->library_count)};
    if (!search.named) {
        return error_memory(m->error);
    }
    for (size_t i = 0; i < options->pc_dir_count; i++) {
        const char *directory = options->pc_dirs[i];
        enum os_kind kind = os_kind(directory);
        if (kind != OS_NOTHING && kind != OS_DIRECTORY) {
            return error_set(m->error, "%s: not a directory", directory);
        }
        if (kind == OS_DIRECTORY && !os_walk(directory, false, visit, &search, m->error)) {
            return false;
        }
    }
    return learn_all(m) && warn_of_unnamed(m, search.named);
}

bool generate_look_pc(struct generation *m)
{
    const struct manifest *before = &m->record->manifest;
    struct search search = {m, ARENA_ARRAY(m->arena, bool, m->rules->library_count)};
    bool done = search.named || error_memory(m->error);
    for (size_t i = 0; done && i < 2 * before->file_count; i++) { /* the workspaces' own first */
        const struct manifest_file *file = &before->files[i % before->file_count];
        const char *path = path_join(m->record->directory, file->path, m->arena);
        const char *directory = path ? path_directory(path, m->arena) : NULL;
        if (!directory) {
            return error_memory(m->error);
        }
        if (file->existed == (i >= before->file_count) && span_ends(span_of(path), ".pc") &&
            os_kind(path) == OS_FILE) {
            done = (words_add_once(&m->pc_dirs, directory, m->arena) || error_memory(m->error)) &&
                   (!file->existed || visit(&search, path, m->error));
        }
    }
    return done && learn_all(m);
}

/* ---- writing ----------------------------------------------------------------------------- */

/** "foo, bar >= 2" */
static const char *module_list(const struct words *modules, struct arena *arena)
{
    const char *list = "";
    for (size_t i = 0; list && i < modules->count; i++) {
        list = arena_printf(arena, "%s%s%s", list, i ? ", " : "", modules->list[i]);
    }
    return list;
}

/** Values stand as they are, and only a dollar and a hash mean something. */
static bool check_value(struct generation *m, const char *value)
{
    const char *bad = value + strcspn(value, "$#\n\r\\\"");
    return !*bad || error_set(m->error, "%s: pkg-config takes no '%c' in a path", value, *bad);
}

/** The directory of a file, as seen from the workspace's .pc: so that the tree can be moved. */
static const char *directory_of(struct generation *m, const char *pc, const char *path)
{
    const char *way = path_relative(pc, path, m->arena);
    const char *plain = way ? path_directory(way, m->arena) : NULL;
    const char *directory = plain ? word_quote(plain, m->arena) : NULL;
    return directory && strcmp(directory, ".") == 0 ? "${pcfiledir}"
           : directory && path_is_absolute(plain)   ? directory
           : directory ? arena_printf(m->arena, "${pcfiledir}/%s", directory)
                       : NULL;
}

/** Farther up than the root of a tree as installed, a path is written as it is. */
static const char FAR[] = "../../../../";

/** "-L${pcfiledir}/../../x": where the needed libraries of modules are, if not in @libdir. */
static const char *module_directories(struct generation *m, const char *pc,
                                      const struct words *directories, const char *libdir)
{
    const char *list = "";
    for (size_t i = 0; list && i < directories->count; i++) {
        const char *plain = directories->list[i];
        const char *file = path_join(plain, "x", m->arena);
        const char *way = file ? path_relative(pc, file, m->arena) : NULL;
        const char *near = way ? directory_of(m, pc, file) : NULL;
        const char *far = word_quote(plain, m->arena);
        const char *flag = way && strncmp(way, FAR, strlen(FAR)) == 0 ? far : near;
        bool same = flag && strcmp(flag, libdir) == 0;
        list = flag && far ? arena_printf(m->arena, "%s%s%s", list, same ? "" : " -L",
                                          same ? "" : flag)
                           : NULL;
    }
    return list;
}

/**
 * The flags are public, as is the requirement of the libraries: then pkgconf prints each once. Of
 * private ones it prints all of every library that requires the workspace.
 */
static const char *print_workspace(struct generation *m, const char *pc,
                                   const struct link_name *workspace,
                                   const struct workspace_needs *what)
{
    const char *directory = directory_of(m, pc, workspace->path);
    const char *modules = module_list(&what->modules, m->arena);
    const char *flags = flags_join(&what->flags, m->arena);
    const char *more =
        directory ? module_directories(m, pc, &what->directories, directory) : NULL;
    const char *name = workspace->name;
    if (!more || !modules || !flags) {
        return NULL;
    }
    const char *link = workspace->by_name ? arena_printf(m->arena, "-L${libdir} -l%s", name)
                                            : arena_printf(m->arena, "${libdir}/%s",
                                                           word_quote(workspace->file, m->arena));
    return link ? arena_printf(m->arena,
                               "libdir=%s\n\n"
                               "Name: %s\n"
                               DESCRIPTION
                               "Version: %s\n"
                               "%s%s%s"
                               "Libs: %s%s%s%s\n",
                               directory, name, m->version, *modules ? "Requires: " : "", modules,
                               *modules ? "\n" : "", link, more, *flags ? " " : "", flags)
                : NULL;
}

/** Whether a folder gets the workspaces' own files: the first one, and those that have them. */
static bool has_own(const struct generation *m, size_t number)
{
    const struct manifest *before = &m->record->manifest;
    bool has = number == 0;
    for (size_t i = 0; i < before->file_count && !has; i++) {
        const char *path = before->files[i].existed ||
                                   !span_ends(span_of(before->files[i].path), ".pc")
                               ? NULL
                               : path_join(m->record->directory, before->files[i].path, m->arena);
        const char *directory = path ? path_directory(path, m->arena) : NULL;
        has = directory && os_same_file(directory, m->rules->options->pc_dirs[number]);
    }
    return has;
}

static bool write_workspace(struct generation *m, const char *directory,
                            const struct link_name *workspace, const struct workspace_needs *what)
{
    const char *file = arena_printf(m->arena, "%s.pc", workspace->name);
    const char *path = file ? path_join(directory, file, m->arena) : NULL;
    if (!path) {
        return error_memory(m->error);
    }
    struct build_file *build_file = generate_own(m, path, DESCRIPTION);
    if (!build_file || !check_value(m, workspace->path)) {
        return false;
    }
    const char *text = print_workspace(m, build_file->target, workspace, what);
    build_file->bytes = text ? span_of(text) : (struct span){0};
    return text || error_memory(m->error);
}

/** Require the workspaces of all libraries that a file links, the first one first. */
static bool require_workspaces(struct generation *m, const struct found *found,
                               struct pc_file *file, struct span *bytes)
{
    struct words words = {0};
    bool done = words_of(m, file, &words);
    *bytes = file->bytes;
    for (size_t i = m->rules->workspace_count; done && i > 0; i--) {
        if (needs_workspace(m, &words, i - 1)) {
            done = pc_parse(*bytes, found->directory, m->arena, file, m->error) &&
                   pc_require(file, m->workspaces[i - 1].name, m->arena, bytes, m->error);
        }
    }
    return done;
}

/** Add the workspace to a library's file; of Windows, take out what no linker finds. */
static bool change_library(struct generation *m, struct found *found)
{
    struct pc_file file;
    struct span *bytes = &found->build_file->bytes;
    if (!read_found(m, found, &file)) {
        return false;
    }
    if (!require_workspaces(m, found, &file, bytes) ||
        (generate_is_coff(m) &&
         (!pc_parse(*bytes, found->directory, m->arena, &file, m->error) ||
          !(leaks_mend(&file, m->arena, bytes) || error_memory(m->error))))) {
        return generate_fail(m, found->build_file->path);
    }
    return true;
}

bool generate_pc(struct generation *m)
{
    bool done = true;
    if (!generate_check_name(m, &m->workspaces[0], "pkg-config module")) {
        return false;
    }
    for (size_t i = 0; i < m->pc.count; i++) {
        if (!change_library(m, &m->pc.list[i])) {
            return false;
        }
    }
    for (size_t i = 0; done && i < m->rules->options->pc_dir_count; i++) {
        const char *directory = m->rules->options->pc_dirs[i];
        for (size_t j = 0; done && has_own(m, i) && j < m->rules->workspace_count; j++) {
            done = write_workspace(m, directory, &m->workspaces[j], &m->needs[j]);
        }
        done = done && generate_undo_gone(m, directory, m->workspaces[0].name, ".pc");
    }
    return done;
}
