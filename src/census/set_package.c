/* SPDX-License-Identifier: MIT */
/**
 * Libraries and xcframeworks in packages.
 *
 * An xcframework is kept whole, since it is unpacked beside the melded libraries. What a package
 * says is believed as far as nothing leads out of the xcframework: names go down only, nothing is
 * in what is no folder, and links stay inside (xcframework_link_stays()).
 */
#include "census/set_internal.h"

#include <stdlib.h>

#include "ar/package.h"
#include "ar/universal.h"
#include "base/path.h"
#include "image/image.h"
#include "obj/object.h"

struct packed {
    const char *name; /* in the package, clean */
    size_t root;      /* size of the part that is the xcframework */
    enum package_kind kind;
    const char *to;
    uint32_t mode;
    struct span bytes;
    bool is_library; /* of the set */
};

/* ---- reading ----------------------------------------------------------------------------- */

/**
 * A set that is melded is not melded again out of a package: its libraries need the workspace, and
 * where it is, and its sidecar, is not looked for there.
 */
static bool check_unmelded(const struct adding *adding, struct span bytes, struct error *error)
{
    return !adding->rules->workspace || !archive_is_marked(bytes) ||
           error_set(error, "the workspace of a melded set: unpack the package, and restore that "
                            "set before you meld its libraries again");
}

static bool is_object(struct span slice)
{
    return object_probe(slice) != OBJ_OTHER;
}

/** Whether a file is a library; of universal objects, as lipo makes some, its name tells. */
static bool is_library(const struct package_entry *entry)
{
    return archive_probe(entry->bytes) || archive_probe_unread(entry->bytes) ||
           (span_ends(span_of(entry->name), ".a") && universal_has(entry->bytes, is_object));
}

/** Whether a file is a shared object or a program, or has slices that are, and these are wanted. */
static bool is_wanted_image(const struct adding *adding, struct span bytes)
{
    return adding->rules->images && (image_probe(bytes) || universal_has(bytes, image_probe));
}

/** Add a library that is in no xcframework. */
static bool add_plain(struct adding *adding, const struct package_entry *entry,
                      struct error *error)
{
    struct set *set = adding->set;
    if (entry->kind != PACKAGE_FILE ||
        !(is_library(entry) || is_wanted_image(adding, entry->bytes))) {
        return true; /* and set_read() says why it cannot read thin archives and the like */
    }
    if (adding->rules->frameworks) {
        return set_pass(set, arena_printf(&set->arena,
                                          "%s:%s: in no xcframework, so it is left as it is",
                                          adding->root, entry->name)) ||
               error_memory(error);
    }
    if (!check_unmelded(adding, entry->bytes, error)) {
        return false;
    }
    struct library *library = set_new_library(set, error);
    if (!library) {
        return false;
    }
    library->bytes = arena_copy(&set->arena, entry->bytes);
    library->path = arena_printf(&set->arena, "%s:%s", adding->root, entry->name);
    library->name = arena_printf(&set->arena, "%s", entry->name);
    if (!library->bytes.data || !library->path || !library->name) {
        return error_memory(error);
    }
    library->file.mode = 0644;
    library->is_image = image_probe(library->bytes);
    library->target = adding->rules->workspace ? NULL : library->path; /* nothing will be there */
    set->library_count++;
    return true;
}

/** Keep what is in an xcframework until all of it is known. */
static bool keep(struct adding *adding, const struct package_entry *entry, size_t root,
                 struct error *error)
{
    struct arena *arena = &adding->set->arena;
    struct packed *list = arena_grow(arena, adding->packed, adding->packed_count,
                                     &adding->packed_capacity, 64, sizeof *list);
    if (!list) {
        return error_memory(error);
    }
    adding->packed = list;
    struct packed *packed = &list[adding->packed_count];
    *packed = (struct packed){.name = arena_printf(arena, "%s", entry->name),
                              .root = root,
                              .kind = entry->kind,
                              .mode = entry->mode,
                              .bytes = arena_copy(arena, entry->bytes)};
    packed->to = entry->to ? arena_printf(arena, "%s", entry->to) : "";
    adding->packed_count++;
    return (packed->name && packed->to && (packed->bytes.data || !entry->bytes.size)) ||
           error_memory(error);
}

/** Note the mode of a folder of an xcframework. */
static bool keep_folder(struct adding *adding, const struct package_entry *entry,
                        struct error *error)
{
    struct set *set = adding->set;
    struct set_other *folders = arena_grow(&set->arena, set->folders, set->folder_count,
                                           &set->folder_capacity, 16, sizeof *folders);
    const char *name = arena_printf(&set->arena, "%s", entry->name);
    if (!folders || !name) {
        return error_memory(error);
    }
    set->folders = folders;
    folders[set->folder_count++] = (struct set_other){.name = name, .mode = entry->mode};
    return true;
}

/** What macOS puts beside files for itself is none of an xcframework's. */
static bool is_wanted(const char *name)
{
    return xcframework_root(name) && !xcframework_is_clutter(name);
}

static bool visit(void *context, const struct package_entry *entry, struct error *error)
{
    struct adding *adding = context;
    const struct set_rules *rules = adding->rules;
    size_t root = rules->is_workspace ? xcframework_root(entry->name) : 0;
    if (entry->kind == PACKAGE_FOLDER) {
        return !rules->frameworks || keep_folder(adding, entry, error);
    }
    if (!root) {
        return add_plain(adding, entry, error);
    }
    if (xcframework_is_clutter(entry->name)) {
        return true;
    }
    if (rules->workspace && !rules->frameworks) {
        return set_refuse_framework(rules, "in an xcframework", error);
    }
    return entry->kind != PACKAGE_OTHER
               ? keep(adding, entry, root, error)
               : error_set(error, "neither a file nor a link: no xcframework has that");
}

/* ---- what was read ----------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct packed *)a)->name, ((const struct packed *)b)->name);
}

static struct packed *find(const struct adding *adding, const char *name)
{
    struct packed key = {.name = name};
    return adding->packed_count ? bsearch(&key, adding->packed, adding->packed_count,
                                          sizeof key, by_name)
                                : NULL;
}

static bool refuse(const struct adding *adding, const char *name, const char *why,
                   struct error *error)
{
    return error_set(error, "%s(%s): %s", adding->root, name, why);
}

/** Whether no folder that an entry is in is an entry itself: a link would lead elsewhere. */
static bool check_folders(struct adding *adding, const struct packed *packed, struct error *error)
{
    const char *name = packed->name;
    for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
        const char *folder =
            arena_printf(&adding->set->arena, "%.*s", (int)(slash - name), name);
        if (!folder) {
            return error_memory(error);
        }
        if (find(adding, folder)) {
            return refuse(adding, name, "the package has a file or a link in the place of its "
                                        "folder", error);
        }
    }
    return true;
}

/** A hard link becomes what it is the same as. */
static bool take_same(struct adding *adding, struct packed *packed, struct error *error)
{
    const struct packed *other = packed;
    for (size_t i = 0; other && other->kind == PACKAGE_SAME && i <= adding->packed_count; i++) {
        other = find(adding, other->to);
    }
    if (!other || other->kind == PACKAGE_SAME) {
        return refuse(adding, packed->name,
                      "a hard link to what is in no xcframework of the package", error);
    }
    packed->bytes = other->bytes;
    packed->kind = other->kind;
    packed->mode = other->mode;
    packed->to = other->to;
    return true;
}

/** Make sure that what the package says can be unpacked, and leads nowhere else. */
static bool check_packed(struct adding *adding, struct error *error)
{
    struct packed *list = adding->packed;
    bool done = true;
    if (adding->packed_count) {
        qsort(list, adding->packed_count, sizeof *list, by_name);
    }
    for (size_t i = 0; done && i < adding->packed_count; i++) {
        if (i && strcmp(list[i - 1].name, list[i].name) == 0) {
            return refuse(adding, list[i].name, "the package has two entries of this name", error);
        }
        done = check_folders(adding, &list[i], error) &&
               (list[i].kind != PACKAGE_SAME || take_same(adding, &list[i], error));
    }
    for (size_t i = 0; done && i < adding->packed_count; i++) {
        done = list[i].kind != PACKAGE_LINK ||
               xcframework_link_stays(list[i].name + list[i].root + 1, list[i].to) ||
               refuse(adding, list[i].name, "a link that leads out of its xcframework: refused",
                      error);
    }
    return done;
}

/** Follow links: the file that a name leads to. NULL with an error. */
static struct packed *follow(struct adding *adding, const char *name, struct error *error)
{
    enum { MOST_LINKS = 40 };
    struct arena *arena = &adding->set->arena;
    size_t links = 0;
    for (const char *at = name; at && links < MOST_LINKS;) {
        size_t size = strcspn(at, "/");
        const char *prefix = arena_printf(arena, "%.*s", (int)(at + size - name), name);
        struct packed *packed = prefix ? find(adding, prefix) : NULL;
        if (!prefix) {
            error_memory(error);
            return NULL;
        }
        if (packed && packed->kind == PACKAGE_LINK) {
            const char *folder = path_directory(prefix, arena);
            name = folder ? arena_printf(arena, "%s/%s%s", folder, packed->to, at + size) : NULL;
            at = name = name ? path_clean(name, arena) : NULL;
            links++;
            continue;
        }
        if (packed && !at[size]) {
            return packed;
        }
        at = at[size] ? at + size + 1 : NULL;
    }
    if (!name) {
        error_memory(error);
    }
    return NULL;
}

/* ---- xcframeworks ------------------------------------------------------------------------ */

/** Add what Info.plist names, or pass over a dynamic library. */
static bool add_entry(struct adding *adding, const char *folder,
                      const struct xcframework_library *entry, struct error *error)
{
    struct set *set = adding->set;
    bool is;
    const char *name = arena_printf(&set->arena, "%s/%s", folder, entry->path);
    struct packed *packed = name ? follow(adding, name, error) : NULL;
    if (!packed) {
        return !name ? error_memory(error)
               : error->kind != ERROR_NONE
                   ? false
                   : refuse(adding, name, "missing, but Info.plist names it", error);
    }
    const char *path = arena_printf(&set->arena, "%s:%s", adding->root, packed->name);
    if (!path) {
        return error_memory(error);
    }
    if (!set_check_entry(set, path, entry, packed->bytes, &is, error)) {
        return false;
    }
    if (!is || packed->is_library) {
        return true;
    }
    if (!check_unmelded(adding, packed->bytes, error)) {
        return error_prefix(error, "%s(%s): ", adding->root, packed->name);
    }
    struct library *library = set_new_library(set, error);
    if (!library) {
        return false;
    }
    packed->is_library = true;
    library->bytes = packed->bytes;
    library->path = path;
    library->name = packed->name;
    library->file.mode = packed->mode;
    library->target = adding->rules->workspace ? NULL : path;
    library->entry = entry;
    set->library_count++;
    adding->found++;
    return true;
}

/** Note what an xcframework has beside libraries: all of it is unpacked. */
static bool add_others(struct adding *adding, size_t first, size_t end, struct error *error)
{
    struct set *set = adding->set;
    for (size_t i = first; i < end; i++) {
        const struct packed *packed = &adding->packed[i];
        struct set_other *others = arena_grow(&set->arena, set->others, set->other_count,
                                              &set->other_capacity, 64, sizeof *others);
        const char *path = arena_printf(&set->arena, "%s:%s", adding->root, packed->name);
        if (!others || !path) {
            return error_memory(error);
        }
        set->others = others;
        if (!packed->is_library) {
            others[set->other_count++] =
                (struct set_other){path, packed->name,
                                   packed->kind == PACKAGE_LINK ? packed->to : NULL, packed->mode,
                                   packed->bytes};
        }
    }
    return true;
}

/** Add the xcframework whose files are those from @first to @end. */
static bool add_framework(struct adding *adding, size_t first, size_t end, struct error *error)
{
    struct arena *arena = &adding->set->arena;
    const struct packed *packed = &adding->packed[first];
    const char *folder = arena_printf(arena, "%.*s", (int)packed->root, packed->name);
    const char *plist = folder ? arena_printf(arena, "%s/Info.plist", folder) : NULL;
    const struct packed *info = plist ? follow(adding, plist, error) : NULL;
    struct xcframework xcframework;
    size_t before = adding->found;
    if (!info) {
        return !plist ? error_memory(error)
               : error->kind != ERROR_NONE
                   ? false
                   : refuse(adding, plist, "missing, so its folder is no xcframework", error);
    }
    if (!xcframework_parse(info->bytes, arena, &xcframework, error)) {
        return error_prefix(error, "%s(%s): ", adding->root, plist);
    }
    adding->set->framework_count++;
    for (size_t i = 0; i < xcframework.count; i++) {
        if (!add_entry(adding, folder, &xcframework.list[i], error)) {
            return false;
        }
    }
    return adding->found == before || add_others(adding, first, end, error);
}

static bool add_frameworks(struct adding *adding, struct error *error)
{
    bool done = check_packed(adding, error);
    for (size_t i = 0, end; done && i < adding->packed_count; i = end) {
        const struct packed *first = &adding->packed[i];
        for (end = i + 1; end < adding->packed_count; end++) {
            const struct packed *other = &adding->packed[end];
            if (other->root != first->root || strncmp(other->name, first->name, first->root)) {
                break;
            }
        }
        done = add_framework(adding, i, end, error);
    }
    return done;
}

bool set_add_package(struct adding *adding, const char *path, struct error *error)
{
    struct set *set = adding->set;
    if (!adding->rules->packages) {
        return error_set_kind(error, ERROR_USAGE, "%s: %s", path,
                              adding->rules->is_workspace
                                  ? "a package is never changed: name a directory for the melded "
                                    "libraries with --output-dir"
                              : span_ends(span_of(path), ".armeld")
                                  ? "a sidecar, which stays as it is"
                                  : "a package is never changed: unpack it, and name the libraries "
                                    "that were in it");
    }
    size_t before = set->library_count;
    struct package_rules rules = {.images = adding->rules->images,
                                  .wants = adding->rules->is_workspace ? is_wanted : NULL,
                                  .visit = visit,
                                  .context = adding};
    return package_read(path, &rules, error) && add_frameworks(adding, error) &&
           (set->library_count > before ||
            (adding->rules->frameworks && adding->packed_count) ||
            error_set(error,
                      adding->rules->frameworks ? "%s: no xcframework in this package"
                      : adding->rules->images   ? "%s: no library and no program in this package"
                                                : "%s: no static library in this package",
                      path));
}
