/* SPDX-License-Identifier: MIT */
/** xcframeworks in an output directory: what they have beside the libraries of the set. */
#include "api/frameworks.h"

#include "base/path.h"
#include "write/new_file.h"

/** An xcframework on its way to an output directory. */
struct copying {
    struct armeld *armeld;
    const char *from;
    const char *to;
};

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
static bool copy_folder(const struct copying *c, const char *folder)
{
    struct armeld *armeld = c->armeld;
    struct arena *arena = &armeld->arena;
    struct os_entry *list;
    size_t count;
    bool done = os_list(folder, arena, &list, &count, &armeld->error);
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
            done = copy_folder(&copying, copying.from);
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

bool frameworks_copy(struct armeld *armeld)
{
    return !armeld->options.output_dir || (copy_folders(armeld) && copy_packed(armeld));
}
