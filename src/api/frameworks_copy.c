/* SPDX-License-Identifier: MIT */
/** xcframeworks in an output directory: what they have beside the libraries of the set. */
#include "api/frameworks.h"

#include "base/path.h"
#include "base/table.h"
#include "write/new_file.h"

/** An xcframework on its way to an output directory. */
struct copying {
    struct armeld *armeld;
    const char *from;
    const char *to;
    const char *stale; /* what is in the copy that is there, and the original has not; or NULL */
    size_t stale_count;
};

/** Note the mode of a folder of a copy, which its owner will write to when it is made again. */
static bool note_mode(struct armeld *armeld, const char *to, uint32_t mode)
{
    enum { OWNER = 0700 };
    struct folder_mode *list =
        arena_grow(&armeld->arena, armeld->folder_modes, armeld->folder_mode_count,
                   &armeld->folder_mode_capacity, 16, sizeof *list);
    if (!list) {
        return error_memory(&armeld->error);
    }
    armeld->folder_modes = list;
    if (mode) {
        list[armeld->folder_mode_count++] = (struct folder_mode){to, mode | OWNER};
    }
    return true;
}

bool frameworks_set_modes(struct armeld *armeld)
{
    bool done = true;
    for (size_t i = armeld->folder_mode_count; done && i > 0; i--) {
        const struct folder_mode *folder = &armeld->folder_modes[i - 1];
        uint32_t mode = os_directory_mode(folder->path);
        struct error error = {0};
        if (mode && mode != folder->mode &&
            !os_set_directory_mode(folder->path, folder->mode, &error)) {
            done = frameworks_warn(armeld, arena_printf(&armeld->arena, "%s", error.text));
        }
    }
    return done;
}

/** Whether a name is none of armeld's own beside a library, nor of what macOS puts there. */
static bool may_be_stale(const char *name)
{
    return !xcframework_is_clutter(name) && !span_ends(span_of(name), ".armeld");
}

/** Note what a folder of the copy has that is not in the original's any more, if it ever was. */
static bool find_stale(struct copying *c, const char *to, const struct os_entry *list, size_t count)
{
    struct os_entry *there;
    size_t there_count;
    struct error unread = {0};
    if (os_kind(to) != OS_DIRECTORY ||
        !os_list(to, &c->armeld->arena, &there, &there_count, &unread)) {
        return !unread.memory;
    }
    for (size_t i = 0, k = 0; i < there_count; i++) { /* both are in one order */
        while (k < count && strcmp(list[k].name, there[i].name) < 0) {
            k++;
        }
        bool known = k < count && strcmp(list[k].name, there[i].name) == 0;
        if (!known && may_be_stale(there[i].name)) {
            c->stale = c->stale ? c->stale
                                : arena_printf(&c->armeld->arena, "%s/%s", to, there[i].name);
            c->stale_count++;
        }
    }
    return !c->stale_count || c->stale;
}

/** Say what is left of an earlier copy: nobody knows whether armeld wrote it. */
static bool warn_of_stale(const struct copying *c)
{
    struct arena *arena = &c->armeld->arena;
    const char *more = c->stale_count > 1 ? arena_printf(arena, " and %zu more", c->stale_count - 1)
                                          : "";
    return !c->stale_count ||
           frameworks_warn(c->armeld,
                           more ? arena_printf(arena,
                                               "%s%s: not in %s, and stays: remove what an earlier "
                                               "copy left",
                                               c->stale, more, c->from)
                                : NULL);
}

static bool is_of_set(const struct armeld *armeld, const char *real)
{
    for (size_t i = 0; i < armeld->set.library_count; i++) {
        const char *target = armeld->set.libraries[i].target;
        if (target && strcmp(target, real) == 0) {
            return true;
        }
    }
    return false;
}

/** Whether no link in the output directory, perhaps of an older build, leads a copy elsewhere. */
static bool check_place(struct armeld *armeld, const struct build_file *file, const char *to)
{
    struct arena *arena = &armeld->arena;
    const char *root = xcframework_around(to, arena);
    const char *place = root ? new_file_place(root, arena, &armeld->error) : NULL;
    const char *wanted = place ? arena_printf(arena, "%s%s", place, to + strlen(root)) : NULL;
    if (!wanted) {
        return root && !place ? false : error_memory(&armeld->error);
    }
    return strcmp(wanted, file->target) == 0 ||
           error_set(&armeld->error,
                     "%s: a link in this place leads to %s: remove %s, and meld again", to,
                     file->target, root);
}

/** The new file, or link; NULL with an error if there is one of its name already. */
static struct build_file *add(struct armeld *armeld, const char *to, const char *link)
{
    struct error *error = &armeld->error;
    struct build_file *file =
        link ? build_files_add_link(&armeld->build_files, to, link, error)
             : build_files_add(&armeld->build_files, &armeld->record, to, error);
    if (!file || !check_place(armeld, file, to)) {
        return NULL;
    }
    if (file->is_copy) {
        error_set_kind(error, ERROR_USAGE, "%s: two xcframeworks would be copied there", to);
        return NULL;
    }
    file->is_copy = true;
    file->existed = false;
    file->original = (struct span){0};
    return file;
}

/** Prepare the copy of a file, unless it is a library of the set. */
static bool copy_file(const struct copying *c, const char *path, const char *to)
{
    struct armeld *armeld = c->armeld;
    const char *real = os_real_path(path, &armeld->arena, &armeld->error);
    if (!real || is_of_set(armeld, real)) {
        return real;
    }
    struct build_file *file = add(armeld, to, NULL);
    bool done = file && os_map(path, &file->source, &armeld->error);
    if (done) {
        file->bytes = file->source.bytes;
    }
    return done;
}

/** Keep a link that stays inside. What another one leads to is copied if it is a file. */
static bool copy_link(const struct copying *c, const char *path, const char *to,
                      enum os_kind kind)
{
    struct armeld *armeld = c->armeld;
    const char *text = os_read_link(path, &armeld->arena);
    if (text && xcframework_link_stays(path + strlen(c->from) + 1, text)) {
        return add(armeld, to, text);
    }
    return kind == OS_FILE ? copy_file(c, path, to)
                           : error_set(&armeld->error,
                                       "%s: a link that leads out of its xcframework, which is "
                                       "not copied: copy the xcframework first (cp -R), and meld "
                                       "the copy",
                                       path);
}

/** Prepare copies of all that is in a folder. */
// NOLINTNEXTLINE(misc-no-recursion): as deep as the folders
static bool copy_folder(struct copying *c, const char *folder)
{
    struct armeld *armeld = c->armeld;
    struct arena *arena = &armeld->arena;
    struct os_entry *list;
    size_t count;
    const char *own = arena_printf(arena, "%s%s", c->to, folder + strlen(c->from));
    bool done = own ? os_list(folder, arena, &list, &count, &armeld->error) &&
                          note_mode(armeld, own, os_directory_mode(folder)) &&
                          (find_stale(c, own, list, count) || error_memory(&armeld->error))
                    : error_memory(&armeld->error);
    for (size_t i = 0; done && i < count; i++) {
        const char *path = arena_printf(arena, "%s/%s", folder, list[i].name);
        const char *to =
            path ? arena_printf(arena, "%s%s", c->to, path + strlen(c->from)) : NULL;
        enum os_kind kind = list[i].kind;
        if (!to) {
            return error_memory(&armeld->error);
        }
        if (xcframework_is_clutter(list[i].name)) {
            continue;
        }
        /* what is neither, or cannot be looked at, is no file that can be read: an error */
        done = list[i].is_link        ? copy_link(c, path, to, kind)
               : kind == OS_DIRECTORY ? copy_folder(c, path)
                                      : copy_file(c, path, to);
    }
    return done;
}

/** The same of xcframeworks in folders. */
static bool copy_folders(struct armeld *armeld)
{
    struct arena *arena = &armeld->arena;
    const char *last = "";
    bool done = true;
    for (size_t i = 0; done && i < armeld->set.library_count; i++) {
        const struct library *library = &armeld->set.libraries[i];
        struct copying copying = {
            .armeld = armeld,
            .from = xcframework_around(library->path, arena),
            .to = xcframework_around(outputs_library(&armeld->outputs, i)->path, arena),
        };
        if (!copying.from || !copying.to) {
            return error_memory(&armeld->error);
        }
        if (library->target && strcmp(copying.from, last) != 0) { /* those of one are in a row */
            done = copy_folder(&copying, copying.from) && warn_of_stale(&copying);
        }
        last = copying.from;
    }
    return done;
}

/** The same of those from packages. */
static bool copy_packed(struct armeld *armeld)
{
    for (size_t i = 0; i < armeld->set.other_count; i++) {
        const struct set_other *other = &armeld->set.others[i];
        const char *to = arena_printf(&armeld->arena, "%s/%s", armeld->options.output_dir,
                                      other->name);
        if (!to) {
            return error_memory(&armeld->error);
        }
        struct build_file *file = add(armeld, to, other->link);
        if (!file) {
            return false;
        }
        file->source.mode = other->mode;
        if (!other->link) {
            file->bytes = other->bytes;
        }
    }
    return true;
}

/* ---- what is in the copies of packages already ------------------------------------------- */

/** What packages have: paths in the output directory, and the folders that these are in. */
struct packed_names {
    struct table table;
    const char **list;
    size_t count;
    size_t capacity;
    struct arena arena;
};

static bool has_name(const struct packed_names *names, const char *path)
{
    struct span key = span_of(path);
    return table_find(&names->table, table_hash(key, 0), table_equal_text, names->list, &key) !=
           TABLE_NONE;
}

/** Add a path, and all folders of it up to the output directory. */
static bool add_name(struct packed_names *names, const char *directory, const char *name)
{
    const char *path = arena_printf(&names->arena, "%s/%s", directory, name);
    while (path && strlen(path) > strlen(directory) && !has_name(names, path)) {
        const char **list = arena_grow(&names->arena, names->list, names->count, &names->capacity,
                                       64, sizeof *list);
        if (!list) {
            return false;
        }
        names->list = list;
        list[names->count] = path;
        if (!table_add(&names->table, table_hash(span_of(path), 0), (uint32_t)names->count++)) {
            return false;
        }
        path = path_directory(path, &names->arena);
    }
    return path != NULL;
}

/** Note what a folder has that no package has. */
// NOLINTNEXTLINE(misc-no-recursion): as deep as the folders
static bool find_unpacked(struct copying *c, const struct packed_names *names, const char *folder)
{
    struct os_entry *list;
    size_t count;
    struct error unread = {0};
    if (os_kind(folder) != OS_DIRECTORY ||
        !os_list(folder, &c->armeld->arena, &list, &count, &unread)) {
        return !unread.memory;
    }
    bool done = true;
    for (size_t i = 0; done && i < count; i++) {
        const char *path = arena_printf(&c->armeld->arena, "%s/%s", folder, list[i].name);
        done = path != NULL;
        if (done && !has_name(names, path)) {
            bool stale = may_be_stale(list[i].name);
            c->stale = stale && !c->stale ? path : c->stale;
            c->stale_count += stale;
        } else if (done && list[i].kind == OS_DIRECTORY && !list[i].is_link) {
            done = find_unpacked(c, names, path);
        }
    }
    return done;
}

/** Warn of what is left in each xcframework that comes out of a package. */
static bool warn_of_unpacked(struct armeld *armeld)
{
    const struct set *set = &armeld->set;
    const char *directory = armeld->options.output_dir;
    struct packed_names names = {.count = 0};
    bool done = true;
    for (size_t i = 0; done && i < set->other_count; i++) {
        done = add_name(&names, directory, set->others[i].name);
    }
    for (size_t i = 0; done && i < set->folder_count; i++) {
        done = add_name(&names, directory, set->folders[i].name);
    }
    for (size_t i = 0; done && i < set->library_count; i++) {
        done = add_name(&names, directory, set->libraries[i].name);
    }
    size_t count = names.count;
    for (size_t i = 0; done && i < count; i++) {
        const char *path = names.list[i];
        struct copying copying = {.armeld = armeld, .from = "the package"};
        if (xcframework_is_named(path) && !xcframework_root(path + strlen(directory) + 1)) {
            done = find_unpacked(&copying, &names, path) && warn_of_stale(&copying);
        }
    }
    table_free(&names.table);
    arena_free(&names.arena);
    return done || error_memory(&armeld->error);
}

/** The folders' modes, as far as packages tell them. */
static bool note_packed_modes(struct armeld *armeld)
{
    bool done = true;
    for (size_t i = 0; done && i < armeld->set.folder_count; i++) {
        const struct set_other *folder = &armeld->set.folders[i];
        const char *to = arena_printf(&armeld->arena, "%s/%s", armeld->options.output_dir,
                                      folder->name);
        done = to ? note_mode(armeld, to, folder->mode) : error_memory(&armeld->error);
    }
    return done;
}

bool frameworks_copy(struct armeld *armeld)
{
    return !armeld->options.output_dir ||
           (copy_folders(armeld) && copy_packed(armeld) && note_packed_modes(armeld) &&
            (!armeld->set.other_count || warn_of_unpacked(armeld)));
}
