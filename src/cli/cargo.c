/* SPDX-License-Identifier: MIT */
#include "cli/cargo.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "armeld_cargo.h"
#include "base/os.h"
#include "base/path.h"
#include "cli/diag.h"
#include "cli/inputs.h"
#include "cli/terminal.h"

enum { MOST_TEXT = 256 * 1024 * 1024 }; /* bytes that are read of cargo's */

struct expanding {
    struct command *command;
    const struct cargo_settings *cargo;
    bool quiet;
    struct text_list paths; /* what the operands turn into */
    size_t capacity;
    const char *option; /* the first of cargo's that was given, or NULL */
    size_t workspaces;  /* that were taken */
    int status;
};

static bool out_of_memory(struct expanding *e)
{
    diag_error("out of memory");
    e->status = ARMELD_FAILED;
    return false;
}

/* ---- texts of cargo's -------------------------------------------------------------------- */

/** Read all of a stream to memory that the caller frees. */
static bool read_stream(struct expanding *e, FILE *stream, const char *name, char **text,
                        size_t *size)
{
    size_t capacity = 0;
    size_t got;
    *text = NULL;
    *size = 0;
    do {
        char *larger = heap_grow(*text, *size, &capacity, 64 * 1024, 1);
        if (!larger) {
            return out_of_memory(e);
        }
        *text = larger;
        got = fread(*text + *size, 1, capacity - *size, stream);
        *size += got;
    } while (got && *size <= MOST_TEXT);
    e->status = ARMELD_FAILED;
    if (ferror(stream)) {
        diag_error("%s: %s", name, strerror(errno));
        return false;
    }
    if (*size > MOST_TEXT) {
        diag_error("%s: more than %d bytes", name, MOST_TEXT);
        return false;
    }
    return true;
}

static bool read_file(struct expanding *e, const char *name, char **text, size_t *size)
{
    if (strcmp(name, "-") == 0) {
        return read_stream(e, stdin, "standard input", text, size);
    }
    errno = os_kind(name) == OS_DIRECTORY ? EISDIR : 0;
    FILE *stream = errno ? NULL : terminal_open_file(name);
    *text = NULL;
    if (!stream) {
        diag_error("%s: %s", name, strerror(errno));
        e->status = ARMELD_FAILED;
        return false;
    }
    bool done = read_stream(e, stream, name, text, size);
    fclose(stream);
    return done;
}

/* ---- workspaces -------------------------------------------------------------------------- */

static bool add_path(struct expanding *e, const char *path)
{
    struct arena *arena = &e->command->arena;
    const char **list =
        arena_grow(arena, e->paths.list, e->paths.count, &e->capacity, 64, sizeof *list);
    const char *copy = arena_printf(arena, "%s", path);
    if (!list || !copy) {
        return out_of_memory(e);
    }
    e->paths.list = list;
    e->paths.list[e->paths.count++] = copy;
    return true;
}

static bool add_found(struct expanding *e, const struct armeld_cargo *found)
{
    for (size_t i = 0; i < found->note_count && !e->quiet; i++) {
        diag_note("%s", found->notes[i]);
    }
    if (found->status != ARMELD_OK) {
        diag_error("%s", found->error);
        e->status = found->status;
    }
    for (size_t i = 0; i < found->path_count; i++) {
        if (!add_path(e, found->paths[i])) {
            return false;
        }
    }
    return found->status == ARMELD_OK;
}

/** @manifest NULL: that of the current folder */
static bool add_workspace(struct expanding *e, const char *manifest)
{
    const struct cargo_settings *cargo = e->cargo;
    const char *from = cargo->metadata ? cargo->metadata : cargo->messages;
    struct armeld_cargo_options options = {
        .struct_size = sizeof options,
        .manifest = cargo->manifest ? cargo->manifest : manifest,
        .profile = cargo->profile ? cargo->profile : cargo->release ? "release" : NULL,
        .target = cargo->target,
        .target_dir = cargo->target_dir,
        .packages = cargo->packages.list,
        .package_count = cargo->packages.count,
    };
    char *text = NULL;
    size_t size = 0;
    if (manifest && !cargo->manifest) {
        options.folder = path_directory(manifest, &e->command->arena);
    }
    if (e->workspaces++ && (from || cargo->manifest)) {
        diag_error("%s stands for one Cargo workspace, not for several",
                   cargo->metadata   ? "--cargo-metadata"
                   : cargo->messages ? "--cargo-messages"
                                     : "--manifest-path");
        e->status = ARMELD_USAGE;
        return false;
    }
    bool done = !from || read_file(e, from, &text, &size);
    options.metadata = cargo->metadata ? text : NULL;
    options.metadata_size = size;
    options.messages = cargo->messages ? text : NULL;
    options.messages_size = size;
    if (done) {
        struct armeld_cargo *found = armeld_cargo_find(&options);
        done = found ? add_found(e, found) : out_of_memory(e);
        armeld_cargo_free(found);
    }
    free(text);
    return done;
}

struct looking {
    struct arena *arena;
    const char *workspace;
    bool found;
};

/** Ends a walk at the first archive that is no workspace, as far as its sidecar tells. */
static bool visit(void *context, const char *path, struct error *error)
{
    struct looking *looking = context;
    struct span name = span_of(path);
    if (!span_ends(name, ".a") && !span_ends(name, ".lib")) {
        return true;
    }
    const char *sidecar = arena_printf(looking->arena, "%s.armeld", path);
    (void)error;
    looking->found = !sidecar || (os_kind(sidecar) != OS_FILE &&
                                  !(looking->workspace && os_same_file(path, looking->workspace)));
    return !looking->found;
}

/**
 * The Cargo.toml that a path is, or leads to as a directory without archives of its own; NULL for
 * any other path. A path that cannot be read is left to those who will say why.
 */
static const char *manifest_of(struct expanding *e, const char *path, bool recursive)
{
    struct arena *arena = &e->command->arena;
    const char *plain = os_plain_path(path, arena);
    if (plain && os_kind(plain) == OS_FILE) {
        return strcmp(path_base(plain), "Cargo.toml") == 0 ? plain : NULL;
    }
    if (!plain || recursive || os_kind(plain) != OS_DIRECTORY) {
        return NULL;
    }
    const char *manifest =
        strcmp(plain, ".") == 0 ? "Cargo.toml" : path_join(plain, "Cargo.toml", arena);
    struct looking looking = {arena, e->cargo->workspace, false};
    struct error unread = {0};
    if (!manifest || os_kind(manifest) != OS_FILE) {
        return NULL;
    }
    os_walk(plain, false, visit, &looking, &unread);
    return looking.found ? NULL : manifest;
}

/* ---- options ----------------------------------------------------------------------------- */

/** An option that is given and speaks of a Cargo workspace, or NULL. */
static const char *first_option(const struct cargo_settings *cargo)
{
    return cargo->metadata           ? "--cargo-metadata"
           : cargo->messages         ? "--cargo-messages"
           : cargo->manifest         ? "--manifest-path"
           : cargo->release          ? "--release"
           : cargo->profile          ? "--profile"
           : cargo->target           ? "--target"
           : cargo->target_dir       ? "--target-dir"
           : cargo->packages.count   ? "-p"
                                     : NULL;
}

/** Whether the options say where the workspace is, so that no path need do so. */
static bool names_workspace(const struct cargo_settings *cargo)
{
    return cargo->metadata || cargo->messages || cargo->manifest;
}

static bool are_sound(const struct cargo_settings *cargo)
{
    bool other = cargo->profile && strcmp(cargo->profile, "release") != 0;
    bool place = cargo->profile || cargo->release || cargo->target || cargo->target_dir;
    return inputs_exclude(cargo->release, other, "--release and --profile") &&
           inputs_exclude(cargo->metadata, cargo->messages,
                          "--cargo-metadata and --cargo-messages") &&
           inputs_exclude(cargo->metadata, cargo->manifest,
                          "--cargo-metadata and --manifest-path") &&
           inputs_exclude(cargo->messages, cargo->manifest,
                          "--cargo-messages and --manifest-path") &&
           inputs_exclude(cargo->messages, place,
                          "--cargo-messages, which say where libraries are, and --profile, "
                          "--release, --target or --target-dir");
}

bool cargo_is_meant(const struct command *command, const struct cargo_settings *cargo)
{
    return command->by_cargo || first_option(cargo);
}

static bool expand(struct expanding *e, const struct text_list *operands, bool recursive)
{
    struct command *command = e->command;
    size_t before = command->before_dashes;
    bool one = operands->count == 0 && cargo_is_meant(command, e->cargo);
    for (size_t i = 0; i < operands->count; i++) {
        if (command->dashes && i == before) {
            command->before_dashes = e->paths.count;
        }
        const char *manifest = manifest_of(e, operands->list[i], recursive);
        if (!(manifest ? add_workspace(e, manifest) : add_path(e, operands->list[i]))) {
            return false;
        }
    }
    if (command->dashes && before == operands->count) {
        command->before_dashes = e->paths.count;
    }
    if (one || (names_workspace(e->cargo) && !e->workspaces)) {
        return add_workspace(e, NULL);
    }
    if (e->option && !e->workspaces) {
        diag_error("%s is for Cargo workspaces: no PATH is a Cargo.toml, or a folder with one and "
                   "without archives",
                   e->option);
        e->status = ARMELD_USAGE;
        return false;
    }
    return true;
}

bool cargo_inputs(struct command *command, const struct cargo_settings *cargo, bool recursive,
                  bool quiet, struct text_list *paths, int *status)
{
    struct expanding expanding = {.command = command, .cargo = cargo, .quiet = quiet};
    struct cargo_settings own = *cargo;
    if (command->by_cargo && recursive && !cargo->profile) {
        own.release = true; /* -r is --release to cargo */
    }
    expanding.cargo = &own;
    expanding.option = first_option(cargo);
    *status = ARMELD_USAGE;
    if (!are_sound(&own)) {
        return false;
    }
    if (!expand(&expanding, paths, recursive && !command->by_cargo)) {
        *status = expanding.status;
        return false;
    }
    *paths = expanding.paths;
    return true;
}
