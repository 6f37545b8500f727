/* SPDX-License-Identifier: MIT */
/** What `cargo build --message-format=json` prints: one object a line. */
#include "cargo/workspace.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/os.h"
#include "base/path.h"

struct reading {
    const struct cargo_choice *choice;
    struct arena *arena;
    struct cargo_found *found;
    struct error *error;
    size_t capacity;
    const char **ids; /* by path: the package's */
    size_t id_capacity;
    bool *used; /* the specs that named a package */
    bool ended; /* cargo said that it is done */
};

/* ---- packages ---------------------------------------------------------------------------- */

/**
 * Name and version out of a package's id: "path+file:///x/name#1.0.0", "...#name@1.0.0", and
 * before Cargo 1.77 "name 1.0.0 (path+file:///x/name)".
 */
static bool split_id(struct reading *r, const char *id, const char **name, const char **version)
{
    const char *hash = strrchr(id, '#');
    const char *space = strchr(id, ' ');
    if (hash && !space) {
        const char *at = strchr(hash, '@');
        const char *end = at ? at : hash;
        const char *begin = hash + 1;
        if (!at) {
            const char *query = memchr(id, '?', (size_t)(hash - id));
            end = query ? query : hash;
            for (begin = end; begin > id && begin[-1] != '/'; begin--) {
            }
        }
        *name = arena_printf(r->arena, "%.*s", (int)(end - begin), begin);
        *version = at ? at + 1 : hash + 1;
    } else {
        int size = (int)strcspn(id, " ");
        *name = arena_printf(r->arena, "%.*s", size, id);
        *version = space ? arena_printf(r->arena, "%.*s", (int)strcspn(space + 1, " "), space + 1)
                         : "";
    }
    return (*name && *version) || error_memory(r->error);
}

static bool is_wanted(struct reading *r, const char *id, bool *wanted)
{
    const struct cargo_choice *choice = r->choice;
    const char *name;
    const char *version;
    *wanted = choice->spec_count == 0;
    if (*wanted) {
        return true;
    }
    if (!split_id(r, id, &name, &version)) {
        return false;
    }
    for (size_t i = 0; i < choice->spec_count; i++) {
        if (cargo_spec_matches(choice->specs[i], name, version, id)) {
            r->used[i] = true;
            *wanted = true;
        }
    }
    return true;
}

/* ---- libraries --------------------------------------------------------------------------- */

static bool is_archive(const char *path)
{
    struct span name = span_of(path);
    return (span_ends(name, ".a") || span_ends(name, ".lib")) && !span_ends(name, ".dll.a") &&
           !span_ends(name, ".dll.lib");
}

/** Refuse a path that another package has as well: cargo wrote one library over the other. */
static bool check_twins(const struct reading *r, const char *path, const char *id)
{
    size_t i = 0;
    while (i < r->found->count &&
           (strcmp(r->found->paths[i], path) != 0 || strcmp(r->ids[i], id) == 0)) {
        i++;
    }
    return i == r->found->count ||
           error_set(r->error,
                     "packages %s and %s: cargo wrote both libraries to %s, so only one of them is "
                     "there: give one another name in [lib], or choose one by -p",
                     r->ids[i], id, path);
}

static bool add_path(struct reading *r, const char *path, const char *id)
{
    struct cargo_found *found = r->found;
    const char *copy = arena_printf(r->arena, "%s", path);
    const char *plain = copy ? os_plain_path(copy, r->arena) : NULL;
    const char **paths =
        arena_grow(r->arena, found->paths, found->count, &r->capacity, 32, sizeof *paths);
    const char **ids =
        arena_grow(r->arena, r->ids, found->count, &r->id_capacity, 32, sizeof *ids);
    const char *own = arena_printf(r->arena, "%s", id);
    if (!plain || !paths || !ids || !own) {
        return error_memory(r->error);
    }
    found->paths = paths;
    r->ids = ids;
    if (!path_is_absolute(plain)) {
        return error_set(r->error, "filenames: %s is no absolute path on this system", plain);
    }
    if (!check_twins(r, plain, own)) {
        return false;
    }
    ids[found->count] = own;
    found->paths[found->count++] = plain;
    return true;
}

static bool has_static(const json_t *target)
{
    const json_t *types = json_object_get(target, "crate_types");
    size_t i;
    json_t *item;
    json_array_foreach(types, i, item)
    {
        const char *type = json_string_value(item);
        if (type && strcmp(type, "staticlib") == 0) {
            return true;
        }
    }
    return false;
}

/** A target that was built, or was fresh. */
static bool take_artifact(struct reading *r, const json_t *message)
{
    const json_t *files = json_object_get(message, "filenames");
    const char *id = json_string_value(json_object_get(message, "package_id"));
    if (!json_is_array(files) || !id) {
        return error_set(r->error, "compiler-artifact: no %s", id ? "filenames" : "package_id");
    }
    bool wanted;
    if (!has_static(json_object_get(message, "target"))) {
        return true;
    }
    if (!is_wanted(r, id, &wanted)) {
        return false;
    }
    size_t i;
    json_t *item;
    json_array_foreach(files, i, item)
    {
        const char *path = json_string_value(item);
        if (!path) {
            return error_set(r->error, "compiler-artifact: a file name that is no text");
        }
        if (wanted && is_archive(path) && !add_path(r, path, id)) {
            return false;
        }
    }
    return true;
}

/** One line; what does not begin as an object is what programs of the build printed. */
static bool take_line(struct reading *r, struct span line)
{
    if (!span_starts(line, "{")) {
        return true;
    }
    json_error_t where;
    json_t *message = json_loadb((const char *)line.data, line.size, 0, &where);
    if (!message) {
        return error_set(r->error, "%s", where.text);
    }
    const char *reason = json_string_value(json_object_get(message, "reason"));
    bool done = true;
    if (reason && strcmp(reason, "compiler-artifact") == 0) {
        done = take_artifact(r, message);
    } else if (reason && strcmp(reason, "build-finished") == 0) {
        r->ended = true;
        done = json_is_true(json_object_get(message, "success")) ||
               error_set(r->error, "the build failed");
    }
    json_decref(message);
    return done;
}

static bool take_lines(struct reading *r, struct span text)
{
    size_t number = 1;
    for (size_t at = 0; at < text.size; number++) {
        const uint8_t *newline = memchr(text.data + at, '\n', text.size - at);
        size_t end = newline ? (size_t)(newline - text.data) : text.size;
        if (!take_line(r, span_make(text.data + at, end - at))) {
            return error_prefix(r->error, "cargo's messages: line %zu: ", number);
        }
        at = newline ? end + 1 : end;
    }
    return true;
}

bool cargo_messages_read(struct span text, const struct cargo_choice *choice, struct arena *arena,
                         struct cargo_found *found, struct error *error)
{
    struct reading reading = {
        .choice = choice, .arena = arena, .found = found, .error = error};
    reading.used = ARENA_ARRAY(arena, bool, choice->spec_count + 1);
    if (!reading.used) {
        return error_memory(error);
    }
    if (!take_lines(&reading, text)) {
        return false;
    }
    if (!reading.ended) {
        return error_set(error, "cargo's messages: they end before the build did: cargo build "
                                "--message-format=json prints them");
    }
    if (!cargo_specs_used(choice, reading.used, "", error)) {
        return false;
    }
    return found->count || error_set(error, "cargo's messages: the build made no static library: "
                                            "crate-type = [\"staticlib\"] makes one");
}
