/* SPDX-License-Identifier: MIT */
#include "apple/xcframework.h"

#include "apple/plist.h"
#include "base/os.h"
#include "base/path.h"

static const char SUFFIX[] = ".xcframework";

enum {
    MOST_LIBRARIES = 255,
    MOST_MACHINES = 64,
    LONGEST_NAME = 255,
};

bool xcframework_is_named(const char *path)
{
    size_t size = strlen(path);
    while (size && path[size - 1] == '/') {
        size--;
    }
    struct span name = span_make(path, size);
    return span_ends(name, SUFFIX) && size >= sizeof SUFFIX && path[size - sizeof SUFFIX] != '/';
}

const char *xcframework_around(const char *path, struct arena *arena)
{
    const char *found = NULL;
    for (const char *at = strstr(path, SUFFIX); at; at = strstr(at + 1, SUFFIX)) {
        bool named = at > path && at[-1] != '/' && at[sizeof SUFFIX - 1] == '/';
        found = named ? at + sizeof SUFFIX - 1 : found;
    }
    return found ? arena_printf(arena, "%.*s", (int)(found - path), path) : NULL;
}

size_t xcframework_root(const char *name)
{
    for (const char *at = strstr(name, SUFFIX); at; at = strstr(at + 1, SUFFIX)) {
        if (at > name && at[-1] != '/' && at[sizeof SUFFIX - 1] == '/') {
            return (size_t)(at - name) + sizeof SUFFIX - 1;
        }
    }
    return 0;
}

bool xcframework_is_clutter(const char *path)
{
    const char *name = path_base(path);
    return strcmp(name, ".DS_Store") == 0 || strncmp(name, "._", 2) == 0;
}

bool xcframework_link_stays(const char *name, const char *text)
{
    size_t depth = 0;
    if (!*text || path_is_absolute(text) || strpbrk(text, "\\:")) {
        return false;
    }
    for (; *name; name++) {
        depth += *name == '/';
    }
    for (bool down = false; *text;) {
        size_t size = strcspn(text, "/");
        if (size == 2 && strncmp(text, "..", 2) == 0) {
            if (down || !depth--) {
                return false;
            }
        } else {
            down |= size && !(size == 1 && *text == '.');
        }
        text += size;
        text += *text == '/';
    }
    return true;
}

char *xcframework_library_name(const char *path, struct arena *arena)
{
    const char *name = path_base(path);
    size_t size = strlen(name) - (sizeof SUFFIX - 1);
    bool lib = strncmp(name, "lib", 3) == 0;
    return arena_printf(arena, "%s%.*s.a", lib ? "" : "lib", (int)size, name);
}

bool xcframework_is_identifier(const char *text)
{
    size_t size = strlen(text);
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < ' ' || c == 0x7f || strchr("/\\:*?\"<>|", c)) {
            return false;
        }
    }
    return size && size <= LONGEST_NAME && text[0] != '.';
}

struct parsing {
    struct arena *arena;
    struct error *error;
};

static bool bad(struct parsing *p, const char *key)
{
    return error_set(p->error, "%s is missing, or not what it should be", key);
}

/** The text of a key, in the arena; NULL if there is none, or if it has a NUL. */
static const char *text_of(struct parsing *p, const struct plist *plist, const char *key)
{
    const struct plist *value = plist_get(plist, key);
    if (!value || value->kind != PLIST_STRING || memchr(value->text.data, 0, value->text.size)) {
        return NULL;
    }
    return (const char *)arena_copy(p->arena, value->text).data;
}

/** Whether a path goes down only. */
static bool goes_down(const char *path)
{
    const char *at = path;
    if (!*path || path_is_absolute(path) || strchr(path, '\\') || strlen(path) > 4096) {
        return false;
    }
    for (;;) {
        size_t size = strcspn(at, "/");
        if (!size || (size <= 2 && strncmp(at, "..", size) == 0)) {
            return false;
        }
        if (!at[size]) {
            return true;
        }
        at += size + 1;
    }
}

/** Where the binary is: BinaryPath, which older Xcodes leave out, or what LibraryPath says. */
static bool parse_path(struct parsing *p, const struct plist *plist,
                       struct xcframework_library *library)
{
    static const char FRAMEWORK[] = ".framework";
    const char *path = text_of(p, plist, "LibraryPath");
    const char *binary = text_of(p, plist, "BinaryPath");
    if (!path || !goes_down(path)) {
        return bad(p, "LibraryPath");
    }
    if (binary ? !goes_down(binary) : plist_get(plist, "BinaryPath") != NULL) {
        return bad(p, "BinaryPath");
    }
    struct span name = span_of(path_base(path));
    bool bundle = span_ends(name, FRAMEWORK) && name.size >= sizeof FRAMEWORK;
    int size = (int)(name.size - (bundle ? sizeof FRAMEWORK - 1 : 0));
    library->path =
        binary   ? arena_printf(p->arena, "%s/%s", library->identifier, binary)
        : bundle ? arena_printf(p->arena, "%s/%s/%.*s", library->identifier, path, size, name.data)
                 : arena_printf(p->arena, "%s/%s", library->identifier, path);
    return library->path || error_memory(p->error);
}

static bool parse_machines(struct parsing *p, const struct plist *plist,
                           struct xcframework_library *library)
{
    const struct plist *list = plist_get(plist, "SupportedArchitectures");
    if (!list || list->kind != PLIST_ARRAY || !list->count || list->count > MOST_MACHINES) {
        return bad(p, "SupportedArchitectures");
    }
    library->machines = ARENA_ARRAY(p->arena, const char *, list->count);
    library->machine_count = list->count;
    for (size_t i = 0; library->machines && i < list->count; i++) {
        const struct plist *value = &list->list[i];
        if (value->kind != PLIST_STRING || memchr(value->text.data, 0, value->text.size)) {
            return bad(p, "SupportedArchitectures");
        }
        library->machines[i] = (const char *)arena_copy(p->arena, value->text).data;
        if (!library->machines[i]) {
            return error_memory(p->error);
        }
    }
    return library->machines || error_memory(p->error);
}

static bool parse_library(struct parsing *p, const struct plist *plist,
                          struct xcframework_library *library)
{
    library->identifier = text_of(p, plist, "LibraryIdentifier");
    library->platform = text_of(p, plist, "SupportedPlatform");
    library->variant = text_of(p, plist, "SupportedPlatformVariant");
    if (!library->identifier || !xcframework_is_identifier(library->identifier)) {
        return bad(p, "LibraryIdentifier");
    }
    if (!library->platform || !*library->platform) {
        return bad(p, "SupportedPlatform");
    }
    if (!library->variant && plist_get(plist, "SupportedPlatformVariant")) {
        return bad(p, "SupportedPlatformVariant");
    }
    return parse_path(p, plist, library) && parse_machines(p, plist, library);
}

/** Whether no two are for one platform, or in one folder: then nobody knows which one counts. */
static bool check_apart(struct parsing *p, const struct xcframework *xcframework)
{
    for (size_t i = 0; i < xcframework->count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (strcmp(xcframework->list[i].identifier, xcframework->list[j].identifier) == 0) {
                return error_set(p->error, "two libraries have the LibraryIdentifier %s",
                                 xcframework->list[i].identifier);
            }
        }
    }
    return true;
}

static bool check_kind(struct parsing *p, const struct plist *plist)
{
    const char *type = text_of(p, plist, "CFBundlePackageType");
    const char *version = text_of(p, plist, "XCFrameworkFormatVersion");
    if (plist->kind != PLIST_DICT || !type || strcmp(type, "XFWK") != 0) {
        return error_set(p->error, "no xcframework's: CFBundlePackageType is not XFWK");
    }
    return version && strncmp(version, "1.", 2) == 0
               ? true
               : error_set(p->error, "XCFrameworkFormatVersion is %s, and this version of armeld "
                                     "knows 1.0",
                           version ? version : "missing");
}

bool xcframework_parse(struct span plist, struct arena *arena, struct xcframework *xcframework,
                       struct error *error)
{
    struct parsing parsing = {arena, error};
    struct plist root;
    *xcframework = (struct xcframework){0};
    if (!plist_read(plist, arena, &root, error) || !check_kind(&parsing, &root)) {
        return false;
    }
    const struct plist *list = plist_get(&root, "AvailableLibraries");
    if (!list || list->kind != PLIST_ARRAY || !list->count || list->count > MOST_LIBRARIES) {
        return bad(&parsing, "AvailableLibraries");
    }
    xcframework->list = ARENA_ARRAY(arena, struct xcframework_library, list->count);
    for (size_t i = 0; xcframework->list && i < list->count; i++) {
        if (!parse_library(&parsing, &list->list[i], &xcframework->list[i])) {
            return error_prefix(error, "library %zu: ", i + 1);
        }
        xcframework->count++;
    }
    return xcframework->list ? check_apart(&parsing, xcframework) : error_memory(error);
}

bool xcframework_read(const char *folder, struct arena *arena, struct xcframework *xcframework,
                      struct error *error)
{
    struct os_file file = {0};
    struct span plist = {0};
    const char *path = arena_printf(arena, "%s/Info.plist", folder);
    if (!path) {
        return error_memory(error);
    }
    if (os_kind(path) == OS_NOTHING) {
        return error_set(error, "%s: missing, so %s is no xcframework", path, folder);
    }
    bool done = os_map(path, &file, error);
    if (done && file.bytes.size <= PLIST_MOST_BYTES) {
        plist = arena_copy(arena, file.bytes);
        done = plist.data || error_memory(error);
    } else if (done) {
        done = error_set(error, "%s: %zu bytes are too many", path, file.bytes.size);
    }
    os_unmap(&file);
    return done && (xcframework_parse(plist, arena, xcframework, error) ||
                    error_prefix(error, "%s: ", path));
}
