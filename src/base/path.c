/* SPDX-License-Identifier: MIT */
#include "base/path.h"

const char *path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

size_t path_prefix_size(const char *path)
{
    return (size_t)(path_base(path) - path);
}

const char *path_suffix(const char *path)
{
    const char *base = path_base(path);
    const char *dot = strrchr(base, '.');
    return dot && dot != base ? dot : path + strlen(path);
}

size_t path_stem_size(const char *path)
{
    return (size_t)(path_suffix(path) - path);
}

/** How long the part is that no ".." leads out of: "/"; on Windows also "C:/" and "//". */
static size_t root_length(const char *path)
{
#ifdef _WIN32
    bool letter = (*path >= 'a' && *path <= 'z') || (*path >= 'A' && *path <= 'Z');
    if (letter && path[1] == ':') {
        return path[2] == '/' ? 3 : 2;
    }
    if (path[0] == '/' && path[1] == '/') {
        return 2;
    }
#endif
    return *path == '/';
}

bool path_is_absolute(const char *path)
{
    return root_length(path) > 0;
}

/** How long the directory part is, without its slash unless it is the root's. */
static size_t directory_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) : 0;
    size_t root = root_length(path);
    return length < root ? root : length;
}

const char *path_directory(const char *path, struct arena *arena)
{
    size_t length = directory_length(path);
    return length ? arena_printf(arena, "%.*s", (int)length, path) : ".";
}

const char *path_backup(const char *path, struct arena *arena)
{
    const char *suffix = path_suffix(path);
    bool library = strcmp(suffix, ".a") == 0 || strcmp(suffix, ".lib") == 0;
    size_t size = library ? path_stem_size(path) : strlen(path);
    return arena_printf(arena, "%.*s.bak", (int)size, path);
}

const char *path_numbered(const char *path, size_t number, struct arena *arena)
{
    size_t stem = path_stem_size(path);
    return arena_printf(arena, "%.*s-%zu%s", (int)stem, path, number, path + stem);
}

bool path_same_directory(const char *a, const char *b)
{
    size_t length = directory_length(a);
    return length == directory_length(b) && strncmp(a, b, length) == 0;
}

const char *path_join(const char *directory, const char *path, struct arena *arena)
{
    size_t length = strlen(directory);
    bool slash = length && directory[length - 1] == '/';
    return path_is_absolute(path) || strcmp(directory, ".") == 0
               ? path
               : arena_printf(arena, "%s%s%s", directory, slash ? "" : "/", path);
}

const char *path_relative(const char *from, const char *to, struct arena *arena)
{
    size_t common = 0;
    const char *path = "";
    size_t root = root_length(to);
    if (root != root_length(from) || strncmp(from, to, root) != 0) {
        return to;
    }
    for (size_t i = 0; from[i] && from[i] == to[i]; i++) {
        common = from[i] == '/' ? i + 1 : common;
    }
    for (const char *rest = strchr(from + common, '/'); rest && path;
         rest = strchr(rest + 1, '/')) {
        path = arena_printf(arena, "../%s", path);
    }
    return path ? arena_printf(arena, "%s%s", path, to + common) : NULL;
}

/** Take the last component off, unless it is ".." itself; false then, or if there is none. */
static bool drop_last(const char *text, size_t root, size_t *used)
{
    size_t start = *used;
    while (start > root && text[start - 1] != '/') {
        start--;
    }
    if (start == *used || (*used - start == 2 && memcmp(text + start, "..", 2) == 0)) {
        return false;
    }
    *used = start > root ? start - 1 : start;
    return true;
}

const char *path_clean(const char *path, struct arena *arena)
{
    size_t size = strlen(path);
    size_t root = root_length(path);
    size_t used = root;
    char *text = arena_alloc(arena, size + 2);
    if (!text) {
        return NULL;
    }
    memcpy(text, path, root);
    for (const char *at = path + root; *at;) {
        size_t length = strcspn(at, "/");
        bool dot = length == 1 && *at == '.';
        bool up = length == 2 && at[0] == '.' && at[1] == '.';
        if (length && !dot && !(up && (drop_last(text, root, &used) || root))) {
            if (used > root) {
                text[used++] = '/';
            }
            memcpy(text + used, at, length);
            used += length;
        }
        at += length + (at[length] == '/');
    }
    if (used == 0) {
        text[used++] = '.';
    }
    text[used] = '\0';
    return text;
}

/* ---- for shells -------------------------------------------------------------------------- */

#ifdef _WIN32
static const char plain[] = "_@%+=:,./-\\";
#else
static const char plain[] = "_@%+=:,./-";
#endif

/** Whether a text means to shells what it says. */
static bool is_plain(const char *text)
{
    bool is = *text != '\0';
    for (; is && *text; text++) {
        is = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
             (*text >= '0' && *text <= '9') || (unsigned char)*text >= 0x80 ||
             strchr(plain, *text);
    }
    return is;
}

/** In quotation marks; such a mark itself stands between them. NULL: memory. */
static const char *quote(const char *text, struct arena *arena)
{
#ifdef _WIN32
    return arena_printf(arena, "\"%s\"", text); /* no name has such a mark */
#else
    static const char mark[] = "'\\''";
    char *quoted = arena_alloc(arena, 4 * strlen(text) + 3);
    char *to = quoted;
    if (!quoted) {
        return NULL;
    }
    *to++ = '\'';
    for (; *text; text++) {
        bool is_mark = *text == '\'';
        memcpy(to, is_mark ? mark : text, is_mark ? sizeof mark - 1 : 1);
        to += is_mark ? sizeof mark - 1 : 1;
    }
    memcpy(to, "'", 2);
    return quoted;
#endif
}

const char *path_quoted(const char *prefix, const char *path, struct arena *arena)
{
    const char *whole = arena_printf(arena, "%s%s", prefix, path);
    const char *quoted = whole && !is_plain(whole) ? quote(whole, arena) : whole;
    return quoted ? quoted : path;
}
