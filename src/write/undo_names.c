/* SPDX-License-Identifier: MIT */
/** Which workspaces build files name: they may be those of an earlier melding. */
#include "base/path.h"
#include "proof/plan.h"
#include "write/undo_internal.h"

/** How build files call an archive. */
struct names {
    const char *file; /* "libw.a" */
    const char *name; /* "w", behind -l and as a module */
    const char *stem; /* "libw" */
    const char *la;   /* "libw.la" */
    const char *pc;   /* "w.pc" */
};

static bool name_archive(const char *path, struct arena *arena, struct names *names)
{
    const char *file = path_base(path);
    size_t size = path_stem_size(file);
    size_t lib = strncmp(file, "lib", 3) == 0 && size > 3 && strcmp(file + size, ".a") == 0 ? 3 : 0;
    *names = (struct names){.file = file,
                            .name = arena_printf(arena, "%.*s", (int)(size - lib), file + lib),
                            .stem = arena_printf(arena, "%.*s", (int)size, file),
                            .la = arena_printf(arena, "%.*s.la", (int)size, file)};
    names->pc = names->name ? arena_printf(arena, "%s.pc", names->name) : NULL;
    return names->pc && names->stem && names->la;
}

/** Whether a byte may be in the middle of a name of a library. */
static bool is_of_name(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("_.+-", c));
}

/** Find a name that is no part of a longer one; what is from there on, or nothing. */
static struct span find_alone(struct span text, const char *name)
{
    size_t size = strlen(name);
    for (size_t at = 0; at + size <= text.size; at++) {
        if (text.data[at] == (uint8_t)*name && span_starts(span_from(text, at), name) &&
            (!at || !is_of_name(text.data[at - 1])) &&
            (at + size == text.size || !is_of_name(text.data[at + size]))) {
            return span_from(text, at);
        }
    }
    return span_from(text, text.size);
}

static bool has_alone(struct span text, const char *name)
{
    return find_alone(text, name).size != 0;
}

/** A text from its first @part on; nothing if that is nowhere. */
static struct span find_part(struct span text, const char *part)
{
    while (text.size && !span_starts(text, part)) {
        text = span_from(text, 1);
    }
    return text;
}

/** How the part of a CMake package or a JSON that is about an archive begins. NULL: memory. */
static const char *heading(const char *file, const char *name, struct arena *arena)
{
    return arena_printf(arena,
                        span_ends(span_of(file), ".cmake") ? "::%s STATIC IMPORTED)"
                                                           : "\"name\": \"%s\"",
                        name);
}

/* ---- workspaces that are gone ------------------------------------------------------------ */

/** Whether a build file, as written, names a workspace, and did not do so by itself. */
static bool names_workspace(const struct undone_file *file, const struct manifest_file *record,
                            const struct names *workspace, struct arena *arena)
{
    struct span text = file->file.bytes;
    const char *base = path_base(file->path);
    bool pc = span_ends(span_of(base), ".pc");
    if (record->existed) {
        const char *name = pc ? workspace->name : workspace->la;
        return has_alone(text, name) && !has_alone(record->bytes, name);
    }
    if (pc || span_ends(span_of(base), ".la")) { /* the workspace's own */
        return strcmp(base, pc ? workspace->pc : workspace->la) == 0;
    }
    const char *begin = heading(base, workspace->name, arena);
    return begin && find_part(text, begin).size;
}

/** Whether a library of the set is called like an archive. */
static bool is_library(const struct manifest *manifest, const char *file)
{
    bool is = false;
    for (size_t i = 0; i < manifest->library_count; i++) {
        is |= strcmp(path_base(manifest->libraries[i].path), file) == 0;
    }
    return is;
}

/** Find a workspace that an earlier melding made and a later one removed. */
static bool find_gone(struct undoing *u, size_t number, struct arena *arena, const char **gone)
{
    const struct manifest *manifest = &u->record.manifest;
    *gone = NULL;
    for (size_t i = u->record.workspace_count; i < MOST_PARTS && !*gone; i++) {
        const char *path = path_numbered(u->rules->workspace, i + 1, arena);
        struct names workspace;
        if (!path || !name_archive(path, arena, &workspace)) {
            return error_memory(u->error);
        }
        if (os_kind(path) == OS_NOTHING && !is_library(manifest, workspace.file) &&
            names_workspace(&u->files[number], &manifest->files[number], &workspace, arena)) {
            *gone = workspace.file;
        }
    }
    return true;
}

/* ---- workspaces that libraries need now -------------------------------------------------- */

/** Whether the part of a CMake package or a JSON that is about a library names a workspace. */
static bool lists(struct span text, const char *begin, const char *next, const char *workspace)
{
    struct span part = find_part(text, begin);
    struct span behind = find_part(span_from(part, part.size ? 1 : 0), next);
    return !part.size || has_alone(span_make(part.data, part.size - behind.size), workspace);
}

/** A .pc file from its first line of flags on: other fields may speak of libraries. */
static struct span flags_of(struct span text)
{
    bool begins = true;
    while (text.size && !(begins && span_starts(text, "Libs"))) {
        begins = text.data[0] == '\n';
        text = span_from(text, 1);
    }
    return text;
}

/** Whether a build file that is about a library does not name its workspace. @about[out] it is */
static bool lacks(const struct undone_file *file, bool existed, const struct names *library,
                  const struct names *workspace, struct arena *arena, bool *about)
{
    const char *base = path_base(file->path);
    struct span text = file->file.bytes;
    struct span ending = span_of(base);
    if (existed && span_ends(ending, ".la")) {
        *about = strcmp(base, library->la) == 0;
        return *about && !has_alone(text, workspace->la);
    }
    if (existed && span_ends(ending, ".pc")) {
        const char *flag = arena_printf(arena, "-l%s", library->name);
        const char *other = arena_printf(arena, "-l%s", library->stem);
        struct span libs = flags_of(text);
        *about = (flag && has_alone(libs, flag)) || (other && has_alone(libs, other)) ||
                 has_alone(libs, library->file);
        return *about && !has_alone(text, workspace->name);
    }
    bool cmake = span_ends(ending, ".cmake");
    *about = !existed && (cmake || span_ends(ending, ".json"));
    const char *begin = heading(base, library->name, arena);
    return *about && begin &&
           !lists(text, begin, cmake ? "add_library(" : "\"name\": ", workspace->name);
}

/** Find a workspace that a library needs now, and its build file does not name. */
static bool find_lacking(struct undoing *u, size_t number, struct arena *arena,
                         const char **lacking)
{
    const struct manifest *manifest = &u->record.manifest;
    bool existed = manifest->files[number].existed;
    bool named = false;
    *lacking = NULL;
    for (size_t i = 0; i < manifest->library_count && u->record.workspace_count > 1; i++) {
        const char *path = u->record.workspaces[manifest->libraries[i].part].path;
        struct names library, workspace;
        bool about = false;
        if (manifest->libraries[i].left_out) {
            continue;
        }
        if (!name_archive(manifest->libraries[i].path, arena, &library) ||
            !name_archive(path, arena, &workspace)) {
            return error_memory(u->error);
        }
        if (lacks(&u->files[number], existed, &library, &workspace, arena, &about)) {
            *lacking = workspace.file;
        } else {
            named |= about;
        }
    }
    if (named && existed) { /* of several names in a .pc, some may be no library's */
        *lacking = NULL;
    }
    return true;
}

/* ---- files that nobody recorded ---------------------------------------------------------- */

/** Whether a .pc requires a workspace, or a .la depends on it. */
static bool requires(struct span text, bool pc, const struct names *workspace)
{
    bool found = !pc && has_alone(text, workspace->la);
    bool begins = true;
    for (; pc && text.size && !found; text = span_from(text, 1)) {
        if (begins && span_starts(text, "Requires")) {
            const uint8_t *end = memchr(text.data, '\n', text.size);
            size_t size = end ? (size_t)(end - text.data) : text.size;
            found = has_alone(span_make(text.data, size), workspace->name);
        }
        begins = text.data[0] == '\n';
    }
    return found;
}

static bool is_recorded(const struct undoing *u, const char *path)
{
    bool recorded = false;
    for (size_t i = 0; i < u->record.manifest.file_count && !recorded; i++) {
        recorded = u->files[i].target && os_same_file(u->files[i].target, path);
    }
    return recorded;
}

/** Find files of a folder that name a workspace, and of which the sidecar does not know. */
static bool look_through(struct undoing *u, const char *folder, bool pc, const char **first,
                         size_t *count)
{
    struct os_entry *list;
    size_t entries;
    struct error unread = {0};
    if (!os_list(folder, u->arena, &list, &entries, &unread)) {
        return error_passes(&unread, u->error);
    }
    for (size_t i = 0; i < entries; i++) {
        struct os_file file = {0};
        const char *path = path_join(folder, list[i].name, u->arena);
        bool named = false;
        if (!path) {
            return error_memory(u->error);
        }
        if (list[i].kind != OS_FILE || !span_ends(span_of(path), pc ? ".pc" : ".la") ||
            is_recorded(u, path)) {
            continue;
        }
        bool read = os_map(path, &file, &unread);
        for (size_t w = 0; read && w < u->record.workspace_count && !named; w++) {
            struct names workspace;
            named = name_archive(u->record.workspaces[w].path, u->arena, &workspace) &&
                    requires(file.bytes, pc, &workspace);
        }
        os_unmap(&file);
        if (named) {
            *first = (*count)++ ? *first : path;
        }
    }
    return error_passes(&unread, u->error);
}

bool undo_find_naming(struct undoing *u, const char **first, size_t *count)
{
    bool done = true;
    *count = 0;
    for (size_t i = 0; done && i < u->record.manifest.file_count; i++) {
        const char *path = u->files[i].path;
        bool pc = span_ends(span_of(path), ".pc");
        bool seen = !pc && !span_ends(span_of(path), ".la");
        for (size_t j = 0; j < i && !seen; j++) {
            const char *other = u->files[j].path;
            seen = path_same_directory(other, path) &&
                   span_ends(span_of(other), pc ? ".pc" : ".la");
        }
        const char *folder = seen ? NULL : path_directory(path, u->arena);
        done = seen || (folder ? look_through(u, folder, pc, first, count)
                               : error_memory(u->error));
    }
    return done;
}

bool undo_check_names(struct undoing *u, size_t number, const char **text)
{
    struct arena arena = {0};
    const char *gone = NULL;
    const char *lacking = NULL;
    bool numbered = !u->record.manifest.identifiers && !manifest_is_single(&u->record.manifest);
    *text = NULL;
    bool done = !numbered || (find_gone(u, number, &arena, &gone) &&
                              find_lacking(u, number, &arena, &lacking));
    if (done && (gone || lacking)) {
        *text = gone ? arena_printf(u->arena,
                                    "it names %s, a workspace that melding again removed", gone)
                     : arena_printf(u->arena,
                                    "it does not name %s for a library that needs it since "
                                    "melding again",
                                    lacking);
        done = *text || error_memory(u->error);
    }
    arena_free(&arena);
    return done;
}
