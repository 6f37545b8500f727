/* SPDX-License-Identifier: MIT */
#include "write/guard.h"

#include "apple/xcframework.h"
#include "ar/universal.h"
#include "base/path.h"
#include "census/slices.h"
#include "image/image.h"
#include "obj/object.h"
#include "sidecar/recipe.h"
#include "sidecar/sidecar.h"
#include "write/folders.h"

/** Put every content of the inputs into the store. */
static bool gather(const struct census *census, struct content_store *store)
{
    for (uint32_t i = 0; i < census->set->member_count; i++) {
        if (census->leader_of[i] == i &&
            !content_store_add(store, member_content(census->set, i))) {
            return false;
        }
    }
    return true;
}

/** Look at the file in an output's place. @image the output is one, so it may replace one */
static bool check_archive(const char *path, bool image, struct error *error)
{
    struct os_file file = {0};
    if (!os_may_be_file(path)) {
        return true;
    }
    if (!os_map(path, &file, error)) {
        return false;
    }
    bool is = file.bytes.size == 0 || archive_probe(file.bytes) ||
              universal_has(file.bytes, archive_probe);
    is = image ? image_probe(file.bytes) : is;
    os_unmap(&file);
    return is || error_set(error, "%s: not %s, so it is not replaced: name another file, or "
                                  "remove it", path,
                           image ? "a shared object or a program" : "an archive");
}

bool guard_archives(const struct outputs *outputs, struct error *error)
{
    for (size_t i = 0; i < outputs->count; i++) {
        const struct output *output = &outputs->list[i];
        bool image = output->from && output->from->is_image;
        if (output->needed && !check_archive(output->path, image, error)) {
            return false;
        }
    }
    return true;
}

/** Whether an object has neither sections nor symbols: it stands for an empty workspace. */
static bool is_empty(struct span member, struct arena *arena)
{
    struct object object;
    struct error unread = {0};
    return object_read(member, arena, &object, &unread) == OBJ_OK && !object.section_count &&
           !object.symbol_count && object.format == OBJ_MACHO;
}

bool guard_workspace(const char *name, const struct output *workspace, const struct census *census,
                     struct error *error)
{
    struct os_file file = {0};
    struct arena arena = {0};
    struct archive archive;
    struct error unread = {0};
    struct content_store inputs = {0};
    if (!os_may_be_file(workspace->path)) {
        return true;
    }
    if (!os_map(workspace->path, &file, error)) {
        return false;
    }
    bool done = true;
    struct span bytes = slice_for_set(census->set, file.bytes);
    if (!output_equals(workspace, bytes) && archive_read(bytes, &arena, &archive, &unread) &&
        archive.member_count) {
        done = gather(census, &inputs) || error_memory(error);
        for (size_t i = 0; done && i < archive.member_count; i++) {
            const struct ar_member *member = &archive.members[i];
            /* only objects ever move */
            if (object_probe(member->data) != OBJ_OTHER && !is_empty(member->data, &arena) &&
                !content_store_has(&inputs, ar_member_content(&archive, member))) {
                done =
                    error_set(error,
                              "%s: contains %.*s, which no named library contains: libraries that "
                              "were melded into this workspace may need it; restore the "
                              "originals first; if it is no workspace, name another file",
                              name, SPAN_ARGS(member->name));
            }
        }
    }
    done = done && error_passes(&unread, error);
    content_store_free(&inputs);
    arena_free(&arena);
    os_unmap(&file);
    return done;
}

/** The search for the set that a library belongs to. */
struct seeking {
    const char *target;
    bool is_folder; /* it is an xcframework: the set is sought of the libraries in it */
    struct span bytes;
    const char *found; /* the name of its workspace, or NULL */
    struct arena arena;
    struct error *error;
};

/** Whether a path of a sidecar at @sidecar names the library sought; false with an error. */
static bool is_sought(struct seeking *s, const char *sidecar, const char *path)
{
    struct error unresolved = {0};
    int directory = (int)path_prefix_size(sidecar);
    const char *whole = arena_printf(&s->arena, "%.*s%s", directory, sidecar, path);
    const char *real = whole ? os_real_path(whole, &s->arena, &unresolved) : NULL;
    if (!whole || !error_passes(&unresolved, s->error)) {
        return error_memory(s->error);
    }
    size_t size = strlen(s->target);
    return real && strncmp(real, s->target, size) == 0 &&
           (!real[size] || (s->is_folder && real[size] == '/'));
}

static bool look_at_sidecar(struct seeking *s, const char *path, struct span bytes)
{
    struct error unread = {0};
    struct manifest manifest;
    if (!sidecar_peek(bytes, &s->arena, &manifest, &unread) || manifest_is_single(&manifest)) {
        return error_passes(&unread, s->error);
    }
    if (!manifest_take_name(&manifest, path, &s->arena)) {
        return error_memory(s->error);
    }
    bool belongs = false;
    for (size_t i = 0; i <= manifest.further_count && !belongs; i++) {
        belongs = is_sought(s, path, manifest_workspace_name(&manifest, i));
    }
    for (size_t i = 0; i < manifest.library_count && !belongs; i++) {
        belongs = (s->is_folder || manifest_has_form(&manifest.libraries[i], s->bytes)) &&
                  is_sought(s, path, manifest.libraries[i].path);
    }
    s->found = belongs ? manifest.workspace : s->found;
    return !s->error->memory;
}

static bool visit_sidecar(void *context, const char *path, struct error *error)
{
    struct seeking *s = context;
    struct os_file file = {0};
    struct error unread = {0};
    (void)error;
    if (s->found || !span_ends(span_of(path), ".armeld") || !os_map(path, &file, &unread)) {
        return error_passes(&unread, s->error);
    }
    bool done = look_at_sidecar(s, path, file.bytes);
    os_unmap(&file);
    return done;
}

/** Look for the set among the sidecars beside the library, or its xcframework. */
static bool seek(struct seeking *s)
{
    const char *around = xcframework_around(s->target, &s->arena);
    const char *list[] = {s->target, around};
    bool done = true;
    for (size_t i = 0; done && i < 1 + (around != NULL); i++) {
        const char *directory =
            arena_printf(&s->arena, "%.*s", (int)path_prefix_size(list[i]), list[i]);
        done = directory ? os_walk(directory, false, visit_sidecar, s, s->error)
                         : error_memory(s->error);
    }
    return done;
}

bool guard_library(const struct library *library, struct error *error)
{
    struct seeking seeking = {.target = library->target, .bytes = library->bytes, .error = error};
    bool done = !library->target || seek(&seeking);
    if (done && seeking.found) {
        done = error_set(error,
                         "%s belongs to the melded set of %s: shrink the set as a "
                         "whole, with the options of armeld meld",
                         library->path, seeking.found);
    }
    arena_free(&seeking.arena);
    return done;
}

bool guard_is_workspace(const char *path, struct error *error)
{
    struct os_file file = {0};
    struct error unread = {0};
    struct seeking seeking = {.error = error};
    if (os_kind(path) == OS_NOTHING) {
        return error_set(error,
                         "%s: neither this file nor its sidecar is there: the set was restored "
                         "already, or lies elsewhere",
                         path);
    }
    seeking.target = os_real_path(path, &seeking.arena, &unread);
    seeking.is_folder = seeking.target && os_kind(seeking.target) == OS_DIRECTORY;
    bool known =
        seeking.target && (seeking.is_folder || os_map(seeking.target, &file, &unread));
    seeking.bytes = file.bytes;
    bool done = error_passes(&unread, error) && (!known || seek(&seeking));
    if (done && seeking.found) {
        done = error_set(error, "%s belongs to the melded set of %s: name that workspace", path,
                         seeking.found);
    }
    os_unmap(&file);
    arena_free(&seeking.arena);
    return done;
}

bool guard_will_be_written(const struct outputs *outputs, const char *target)
{
    struct arena arena = {0};
    bool written = false;
    for (size_t i = 0; i < outputs->count && !written; i++) {
        struct error unresolved = {0};
        const char *path = os_real_place(outputs->list[i].path, &arena, &unresolved);
        written = path && strcmp(path, target) == 0;
    }
    arena_free(&arena);
    return written;
}

bool guard_melded(const struct record *record, const struct outputs *outputs, struct error *error)
{
    for (size_t i = 0; i < record->manifest.library_count; i++) {
        const struct record_file *file = &record->files[i];
        if (!file->melded || guard_will_be_written(outputs, file->target)) {
            continue;
        }
        if (file->rebuilt) {
            return error_set(error,
                             "%s was melded in place into this workspace, whose sidecar would know "
                             "its copy only: restore the set first, or leave -d away",
                             file->target);
        }
        struct arena arena = {0};
        error_set(error,
                  "%s was melded into this workspace and needs it, but is not among the libraries "
                  "named: name it too, or run \"armeld restore %s\" first",
                  file->target,
                  path_quoted(record->directory, record->manifest.workspace, &arena));
        arena_free(&arena);
        return false;
    }
    return true;
}

/* ---- files of other sets ----------------------------------------------------------------- */

/** Outputs in one directory, and the sidecars of other sets in it. */
struct other_sets {
    const struct outputs *outputs;
    const char **targets;  /* by output: the file that it replaces, or NULL */
    const char *directory; /* with a slash at the end */
    const char *own;       /* the sidecar of this set, which may not exist */
    struct arena scratch;  /* of one sidecar */
    bool refused;
};

/**
 * The output whose target is @path, a path from a sidecar; NULL if this run does not write it, or
 * with an error.
 */
static const struct output *find_output(struct other_sets *o, const char *path,
                                        struct error *error)
{
    struct error unresolved = {0};
    const char *whole = arena_printf(&o->scratch, "%s%s", o->directory, path);
    const char *real = whole ? os_real_path(whole, &o->scratch, &unresolved) : NULL;
    if (!whole || !error_passes(&unresolved, error)) {
        error_memory(error);
        return NULL;
    }
    for (size_t i = 0; real && i < o->outputs->count; i++) {
        if (o->targets[i] && strcmp(o->targets[i], real) == 0) {
            return &o->outputs->list[i];
        }
    }
    return NULL;
}

/**
 * The files that outputs will replace, without symlinks; NULL where there is none, or where this
 * set's own sidecar says that the library is one of it.
 */
static const char **find_targets(const struct outputs *outputs, const struct record *record,
                                 struct arena *arena)
{
    const char **targets = ARENA_ARRAY(arena, const char *, outputs->count);
    for (size_t i = 0; targets && i < outputs->count; i++) {
        struct error unresolved = {0};
        const char *path = outputs->list[i].path;
        if (outputs->list[i].needed && os_may_be_file(path)) {
            targets[i] = os_real_path(path, arena, &unresolved);
        }
        if (targets[i] && record_form(record, targets[i])) {
            targets[i] = NULL;
        }
    }
    return targets;
}

/** Whether the file at an output's path is still what the other set's sidecar says. */
static bool has_form(const char *path, const struct manifest_library *library)
{
    struct os_file file = {0};
    struct error unread = {0};
    bool has = os_map(path, &file, &unread) && manifest_has_form(library, file.bytes);
    os_unmap(&file);
    return has;
}

static bool check_other_set(struct other_sets *o, const struct manifest *manifest,
                            struct error *error)
{
    const struct output *taken = NULL;
    for (size_t i = 0; i <= manifest->further_count && !taken; i++) {
        taken = find_output(o, manifest_workspace_name(manifest, i), error);
    }
    for (size_t i = 0; i < manifest->library_count && !taken; i++) {
        const struct output *output = find_output(o, manifest->libraries[i].path, error);
        taken = output && has_form(output->path, &manifest->libraries[i]) ? output : NULL;
    }
    if (error->memory) {
        return false;
    }
    return !taken ||
           error_set(error,
                     "%s belongs to the melded set of %s%s: restore that set first (armeld restore "
                     "%s), meld into that workspace, or name another place for the new files",
                     taken->path, o->directory, manifest->workspace,
                     path_quoted(o->directory, manifest->workspace, &o->scratch));
}

static bool visit_other_set(void *context, const char *path, struct error *error)
{
    struct other_sets *o = context;
    struct os_file file = {0};
    struct error unread = {0};
    struct manifest manifest;
    if (!span_ends(span_of(path), ".armeld") || os_same_file(path, o->own) ||
        !os_map(path, &file, &unread)) {
        return true;
    }
    bool done = true;
    if (sidecar_peek(file.bytes, &o->scratch, &manifest, &unread) &&
        !manifest_is_single(&manifest)) {
        done = (manifest_take_name(&manifest, path, &o->scratch) || error_memory(error)) &&
               check_other_set(o, &manifest, error);
    }
    done = done && error_passes(&unread, error);
    o->refused = !done;
    os_unmap(&file);
    arena_reset(&o->scratch);
    return done;
}

/** Look at the sidecars in the folder of a path, once. */
static bool look_beside(struct other_sets *o, const char *path, struct folders *folders,
                        struct arena *arena, struct error *error)
{
    struct error found = {0};
    if (!folders_next(folders, path, arena, &o->directory)) {
        return error_memory(error);
    }
    if (o->directory && !os_walk(o->directory, false, visit_other_set, o, &found) &&
        o->refused) { /* what vanishes meanwhile is no refusal */
        *error = found;
        return false;
    }
    return true;
}

bool guard_other_sets(const char *workspace, const struct record *record,
                      const struct outputs *outputs, struct error *error)
{
    struct arena arena = {0};
    struct folders folders = {0};
    const char *own = sidecar_path(workspace, &arena);
    const char **targets = find_targets(outputs, record, &arena);
    bool done = (own && targets) || error_memory(error);
    for (size_t i = 0; done && !outputs->single && i < outputs->count; i++) {
        struct other_sets other = {.outputs = outputs, .targets = targets, .own = own};
        const char *path = outputs->list[i].path;
        const char *around = xcframework_around(path, &arena);
        done = look_beside(&other, path, &folders, &arena, error) &&
               (!around || look_beside(&other, around, &folders, &arena, error));
        arena_free(&other.scratch);
    }
    folders_free(&folders);
    arena_free(&arena);
    return done;
}
