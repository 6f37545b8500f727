/* SPDX-License-Identifier: MIT */
#include "census/set.h"

#include <stdlib.h>

#include "ar/package.h"
#include "ar/universal.h"
#include "base/path.h"
#include "base/threads.h"
#include "census/set_internal.h"
#include "census/slices.h"
#include "image/image.h"
#include "obj/object.h"

struct library *set_new_library(struct set *set, struct error *error)
{
    struct library *libraries = heap_grow(set->libraries, set->library_count,
                                          &set->library_capacity, 64, sizeof *libraries);
    if (!libraries) {
        error_memory(error);
        return NULL;
    }
    set->libraries = libraries;
    struct library *library = &set->libraries[set->library_count];
    *library = (struct library){0};
    return library;
}

static bool is_known(const struct set *set, const struct os_file *file)
{
    for (size_t i = 0; i < set->library_count; i++) {
        const struct os_file *other = &set->libraries[i].file;
        if (set->libraries[i].target && other->device == file->device &&
            other->inode == file->inode) {
            return true;
        }
    }
    return false;
}

/** Add one file; @name is where it goes below an output directory. */
static bool add_file(struct set *set, const char *path, const char *name, bool once, bool images,
                     struct error *error)
{
    struct library *library = set_new_library(set, error);
    if (!library || !os_map(path, &library->file, error)) {
        return false;
    }
    if (once && is_known(set, &library->file)) {
        os_unmap(&library->file);
        return true;
    }
    library->bytes = library->file.bytes;
    library->is_image = images && image_probe(library->bytes);
    library->path = arena_printf(&set->arena, "%s", path);
    library->name = arena_printf(&set->arena, "%s", name);
    library->target = os_real_path(path, &set->arena, error);
    set->library_count++; /* from here on the set unmaps it */
    if (!library->path || !library->name) {
        return error_memory(error);
    }
    return library->target != NULL;
}

const char *sidecar_path(const char *workspace, struct arena *arena)
{
    return arena_printf(arena, "%s.armeld", workspace);
}

/** Whether a file is the workspace of a set, this one or another: never an input. */
static bool is_workspace(const struct set_rules *rules, const char *path)
{
    return rules->workspace && rules->is_workspace && rules->is_workspace(path);
}

static bool will_be_workspace(const struct set_rules *rules, const char *path)
{
    return rules->workspace && os_same_file(path, rules->workspace);
}

/** Whether the file is the archive that this run makes again, which is no input then. */
static bool is_made_again(const struct set_rules *rules, const char *path)
{
    struct os_file file = {0};
    struct error unread = {0};
    bool is = rules->makes_one && os_map(path, &file, &unread) && archive_is_one(file.bytes);
    os_unmap(&file);
    return is;
}

static bool add_from_directory(void *context, const char *path, struct error *error)
{
    struct adding *adding = context;
    struct span name = span_of(path);
    const char *relative = path + strlen(adding->root);
    if (!span_ends(name, ".a") && !span_ends(name, ".lib")) {
        return true;
    }
    if (will_be_workspace(adding->rules, path) || is_workspace(adding->rules, path)) {
        adding->passed++;
        return true;
    }
    if (adding->rules->workspace && strstr(relative, ".xcframework/")) {
        return error_set_kind(error, ERROR_USAGE,
                              "%s: a library in an xcframework: name the folders "
                              "NAME.xcframework, and one for the workspace",
                              path);
    }
    adding->found++;
    while (*relative == '/') {
        relative++;
    }
    return add_file(adding->set, path, relative, true, false, error);
}

static bool add_directory(struct adding *adding, const char *path, struct error *error)
{
    return os_walk(path, adding->rules->recursive, add_from_directory, adding, error) &&
           (adding->found || error_set(error, "%s: there are no %s.a or .lib files in it%s", path,
                                       adding->passed ? "other " : "",
                                       adding->rules->recursive ? "" : "; -r looks into "
                                                                       "subdirectories"));
}

bool set_pass(struct set *set, const char *sentence)
{
    const char **list = ARENA_ARRAY(&set->arena, const char *, set->passed_count + 1);
    for (size_t i = 0; list && i < set->passed_count; i++) {
        list[i] = set->passed[i];
    }
    set->passed = list ? list : set->passed;
    if (list) {
        list[set->passed_count] = sentence;
    }
    return list && list[set->passed_count++];
}

/** Whether a file, or a slice, is Mach-O: in the place of an archive, a dynamic library. */
static bool is_macho(struct span bytes)
{
    return object_probe(bytes) == OBJ_MACHO;
}

bool set_check_entry(struct set *set, const char *path, const struct xcframework_library *entry,
                     struct span bytes, bool *is_static, struct error *error)
{
    *is_static = archive_probe(bytes) || archive_probe_unread(bytes) ||
                 universal_has(bytes, archive_probe);
    if (*is_static) {
        return true;
    }
    if (!is_macho(bytes) && !universal_has(bytes, is_macho)) {
        return error_set(error, "%s: neither a static library nor a dynamic one", path);
    }
    return set_pass(set, arena_printf(&set->arena, "%s: no static library, so %s is left as it is",
                                      path, entry->identifier)) ||
           error_memory(error);
}

/**
 * Where a library goes below an output directory: links in the xcframework are kept, so it goes
 * where they lead, unless that is outside.
 */
static const char *name_entry(struct set *set, const struct xcframework_library *entry,
                              const char *folder, struct error *error)
{
    struct arena *arena = &set->arena;
    const char *path = arena_printf(arena, "%s/%s", folder, entry->path);
    const char *file = path ? os_real_path(path, arena, error) : NULL;
    const char *real = file ? os_real_path(folder, arena, error) : NULL;
    if (!real) {
        return path ? NULL : (error_memory(error), NULL);
    }
    size_t size = strlen(real);
    bool inside = strncmp(file, real, size) == 0 && file[size] == '/';
    const char *name = arena_printf(arena, "%s/%s", path_base(folder),
                                    inside ? file + size + 1 : entry->path);
    return name ? name : (error_memory(error), NULL);
}

/** Add a library of an xcframework, or pass over a dynamic one. */
static bool add_entry(struct adding *adding, const struct xcframework_library *entry,
                      const char *folder, struct error *error)
{
    struct set *set = adding->set;
    struct os_file file = {0};
    const char *path = arena_printf(&set->arena, "%s/%s", folder, entry->path);
    bool is;
    if (!path) {
        return error_memory(error);
    }
    if (os_kind(path) == OS_NOTHING) {
        return error_set(error, "%s: missing, but Info.plist of %s names it", path, folder);
    }
    if (is_workspace(adding->rules, path)) {
        adding->passed++;
        return true;
    }
    if (!os_map(path, &file, error)) {
        return false;
    }
    bool done = set_check_entry(set, path, entry, file.bytes, &is, error);
    os_unmap(&file);
    const char *name = done && is ? name_entry(set, entry, folder, error) : NULL;
    if (!done || !is || !name) {
        return done && !is;
    }
    size_t before = set->library_count;
    if (!add_file(set, path, name, true, false, error)) {
        return false;
    }
    adding->found++;
    if (set->library_count > before) {
        set->libraries[before].entry = entry;
    }
    return true;
}

bool set_refuse_framework(const struct set_rules *rules, const char *what, struct error *error)
{
    return error_set_kind(error, ERROR_USAGE,
                          rules->makes_one
                              ? "%s, which has libraries for several platforms, and one archive is "
                                "for one: name the libraries for one platform, in their folders"
                              : "%s: its workspace must be one, too: name a NAME.xcframework for "
                                "it",
                          what);
}

/** Add the libraries of an xcframework. */
static bool add_framework(struct adding *adding, const char *path, struct error *error)
{
    const struct set_rules *rules = adding->rules;
    struct set *set = adding->set;
    struct xcframework xcframework;
    size_t size = strlen(path);
    while (path[size - 1] == '/') {
        size--;
    }
    const char *folder = arena_printf(&set->arena, "%.*s", (int)size, path);
    if (!folder) {
        return error_memory(error);
    }
    if (rules->workspace && !rules->frameworks) {
        return set_refuse_framework(rules, "an xcframework", error) ||
               error_prefix(error, "%s: ", path);
    }
    if (is_workspace(rules, folder)) {
        return true;
    }
    if (will_be_workspace(rules, folder)) {
        return error_set_kind(error, ERROR_USAGE,
                              "%s: an input, and also the workspace to be written", path);
    }
    set->framework_count++;
    if (!xcframework_read(folder, &set->arena, &xcframework, error)) {
        return false;
    }
    for (size_t i = 0; i < xcframework.count; i++) {
        if (!add_entry(adding, &xcframework.list[i], folder, error)) {
            return false;
        }
    }
    /* where several are melded, such as all of a folder, a warning says what is passed over */
    return adding->found || adding->passed || rules->frameworks ||
           error_set(error, "%s: no static library in this xcframework", path);
}

/** Whether what does not exist looks like a pattern that a shell left as it is. */
static bool is_pattern(const char *path)
{
    return strpbrk(path, "*?[") != NULL;
}

/** Whether what a path leads to is a package. False when it is a file that cannot be read. */
static bool look_for_package(const char *path, enum os_kind kind, bool *is, struct error *error)
{
    struct os_file file = {0};
    bool done = kind != OS_FILE || os_map(path, &file, error);
    *is = done && package_probe(file.bytes);
    os_unmap(&file);
    return done;
}

/** Whether a package is a sidecar, which a pattern brings along, as it does the workspace. */
static bool is_sidecar(const struct set_rules *rules, const char *path)
{
    return rules->is_workspace && span_ends(span_of(path), ".armeld");
}

bool set_add(struct set *set, const struct set_rules *rules, const char *path, struct error *error)
{
    struct adding adding = {.set = set, .rules = rules, .root = path};
    enum os_kind kind = os_kind(path);
    if (kind == OS_DIRECTORY && xcframework_is_named(path)) {
        return add_framework(&adding, path, error);
    }
    bool package;
    if (!look_for_package(path, kind, &package, error)) {
        return false;
    }
    if (package && is_sidecar(rules, path)) {
        return true;
    }
    if ((kind == OS_FILE || kind == OS_DIRECTORY) && rules->frameworks && !package) {
        return error_set_kind(error, ERROR_USAGE,
                              "%s: no xcframework, but the workspace is one: name folders "
                              "NAME.xcframework, or packages of them",
                              path);
    }
    switch (kind) {
    case OS_DIRECTORY:
        return add_directory(&adding, path, error);
    case OS_OTHER:
        return error_set(error, "%s: neither a file nor a directory", path);
    case OS_NOTHING:
        if (is_pattern(path)) {
            return error_set(error, "%s: no file matches this pattern", path);
        }
        break;
    case OS_UNKNOWN:
        return error_set(error, "%s: cannot be examined", path);
    case OS_FILE:
        break;
    }
    if (is_workspace(rules, path)) {
        return true;
    }
    if (will_be_workspace(rules, path)) {
        return is_made_again(rules, path) ||
               error_set_kind(error, ERROR_USAGE,
                              "%s: an input, and also the workspace to be written", path);
    }
    return package ? set_add_package(&adding, path, error)
                   : add_file(set, path, path_base(path), true, rules->images, error);
}

bool set_add_file(struct set *set, const char *path, struct error *error)
{
    if (!add_file(set, path, path_base(path), false, true, error)) {
        return false;
    }
    struct library *library = &set->libraries[set->library_count - 1];
    if (set->machine && !slice_take(library, set->machine)) {
        os_unmap(&library->file);
        set->library_count--;
    }
    return true;
}

bool set_add_members(struct set *set, const char *path, struct ar_member *members, size_t count,
                     struct error *error)
{
    struct library *library = set_new_library(set, error);
    if (!library) {
        return false;
    }
    library->path = arena_printf(&set->arena, "%s", path);
    library->archive =
        (struct archive){.flavour = AR_GNU, .members = members, .member_count = count};
    library->is_listed = true;
    set->library_count++;
    return library->path || error_memory(error);
}

/** Make an image the only member of its library. */
static void read_image(struct library *library)
{
    library->archive.member_count = 1;
    library->archive.members = ARENA_NEW(&library->arena, struct ar_member);
    if (!library->archive.members) {
        error_memory(&library->error);
        return;
    }
    *library->archive.members =
        (struct ar_member){.name = span_of(path_base(library->path)), .data = library->bytes};
}

static void read_library(void *context, size_t item, unsigned worker)
{
    struct library *library = &((struct set *)context)->libraries[item];
    (void)worker;
    if (library->is_listed) {
        return;
    }
    if (library->is_image) {
        read_image(library);
        return;
    }
    archive_read(library->bytes, &library->arena, &library->archive, &library->error);
}

bool set_read(struct set *set, unsigned jobs, struct error *error)
{
    size_t total = 0;
    set->jobs = jobs;
    if (set->library_count == 0) {
        return error_set_kind(error, ERROR_USAGE, "no static library among the paths given");
    }
    threads_run(set->library_count, jobs, read_library, set);
    for (size_t i = 0; i < set->library_count; i++) {
        struct library *library = &set->libraries[i];
        if (library->error.kind != ERROR_NONE) {
            *error = library->error;
            return error_prefix(error, "%s: ", library->path);
        }
        library->first = (uint32_t)total;
        total += library->archive.member_count;
        set->sorted_indexes |= library->archive.flavour == AR_COFF;
        if (total >= UINT32_MAX) {
            return error_set(error, "%zu members in %zu libraries are too many", total, i + 1);
        }
    }
    set->members = ARENA_ARRAY(&set->arena, struct member, total);
    if (!set->members) {
        return error_memory(error);
    }
    for (size_t i = 0; i < set->library_count; i++) {
        const struct library *library = &set->libraries[i];
        for (size_t j = 0; j < library->archive.member_count; j++) {
            set->members[library->first + j].library = (uint32_t)i;
        }
    }
    set->member_count = total;
    return true;
}

bool set_error_at(const struct set *set, uint32_t number, struct error *error)
{
    struct span name = set_member(set, number)->name;
    return error_prefix(error, "%s(%.*s): ", set_library_of(set, number)->path, SPAN_ARGS(name));
}

void set_forget_members(struct set *set)
{
    for (size_t i = 0; i < set->library_count; i++) {
        struct library *library = &set->libraries[i];
        arena_free(&library->arena);
        library->archive = (struct archive){.file = library->bytes};
    }
    set->members = NULL;
    set->member_count = 0;
}

static void forget_library(void *context, size_t item, unsigned worker)
{
    (void)worker;
    os_forget(((struct set *)context)->libraries[item].file.bytes);
}

void set_release(struct set *set)
{
    /* taking pages out of a mapping costs half of what comparing them does: use all workers */
    threads_run(set->library_count, set->jobs, forget_library, set);
    for (size_t i = 0; i < set->library_count; i++) {
        os_unmap(&set->libraries[i].file);
        os_unmap(&set->libraries[i].original);
    }
}

void set_free(struct set *set)
{
    set_release(set);
    for (size_t i = 0; i < set->library_count; i++) {
        arena_free(&set->libraries[i].arena);
    }
    free(set->libraries);
    arena_free(&set->arena);
    *set = (struct set){0};
}
