/* SPDX-License-Identifier: MIT */
#include "write/siblings.h"

#include "apple/xcframework.h"
#include "base/path.h"

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/** What an xcframework says of the folder that @path, in it, lies in; NULL: nothing. */
static const struct xcframework_library *find_entry(const struct xcframework *xcframework,
                                                    const char *path)
{
    for (size_t i = 0; i < xcframework->count; i++) {
        const char *identifier = xcframework->list[i].identifier;
        size_t size = strlen(identifier);
        if (strncmp(path, identifier, size) == 0 && path[size] == '/') {
            return &xcframework->list[i];
        }
    }
    return NULL;
}

/** Visit what an xcframework has for a platform. */
static bool visit_framework(const char *folder, const struct xcframework_library *like,
                            os_visit *visit, void *context, struct arena *arena,
                            struct error *error)
{
    struct xcframework xcframework;
    struct error unread = {0};
    bool read = xcframework_read(folder, arena, &xcframework, &unread);
    bool done = error_passes(&unread, error);
    for (size_t i = 0; read && done && i < xcframework.count; i++) {
        const struct xcframework_library *entry = &xcframework.list[i];
        const char *path = arena_printf(arena, "%s/%s", folder, entry->path);
        if (!path) {
            return error_memory(error);
        }
        done = !same_text(entry->platform, like->platform) ||
               !same_text(entry->variant, like->variant) || !os_may_be_file(path) ||
               visit(context, path, error);
    }
    return done;
}

/** Visit all xcframeworks beside the one that is @around. */
static bool visit_others(const char *around, const struct xcframework_library *like,
                         os_visit *visit, void *context, struct arena *arena, struct error *error)
{
    const char *directory = path_directory(around, arena);
    const char **names;
    size_t count;
    struct error unread = {0};
    if (!directory) {
        return error_memory(error);
    }
    if (!os_subdirectories(directory, arena, &names, &count, &unread)) {
        return error_passes(&unread, error);
    }
    bool done = true;
    for (size_t i = 0; done && i < count; i++) {
        const char *folder = path_join(directory, names[i], arena);
        if (!folder) {
            return error_memory(error);
        }
        done = !xcframework_is_named(folder) || strcmp(names[i], path_base(around)) == 0 ||
               visit_framework(folder, like, visit, context, arena, error);
    }
    return done;
}

bool siblings_visit(const char *path, os_visit *visit, void *context, struct error *error)
{
    struct arena arena = {0};
    struct xcframework own;
    struct error unread = {0};
    const char *around = xcframework_around(path, &arena);
    bool read = around && xcframework_read(around, &arena, &own, &unread);
    bool done = error_passes(&unread, error);
    const struct xcframework_library *like =
        read && done ? find_entry(&own, path + strlen(around) + 1) : NULL;
    done = done && (!like || visit_others(around, like, visit, context, &arena, error));
    arena_free(&arena);
    return done;
}
