/* SPDX-License-Identifier: MIT */
#include "write/neighbours.h"

#include "apple/xcframework.h"
#include "ar/universal.h"
#include "base/path.h"
#include "base/table.h"
#include "obj/rust_names.h"
#include "census/slices.h"
#include "census/whole.h"
#include "sidecar/sidecar.h"
#include "write/folders.h"
#include "write/guard.h"
#include "write/incomplete.h"
#include "write/siblings.h"

/** Longer names are cut in messages, which hold 1,023 bytes. */
enum { LONGEST_NAME = 256 };

struct looking {
    const struct record *record;
    const char **places; /* without symlinks: files that are decided about */
    size_t place_count;
    struct table decided; /* of .places */
    struct folders folders;
    struct folders frameworks; /* folders whose xcframeworks were looked at */
    const char *machine;  /* the slices to look at, if it is a universal workspace */
    bool removes;         /* there is no new workspace */
    bool deep;            /* in subfolders, too: a melded library is gone, perhaps into one */
    const char *found;    /* the library that was refused, in an arena of the caller's */
    const char *workspace;
    struct span *lost; /* symbols that the old workspace has and the new one lacks */
    size_t lost_count;
    struct table table; /* of .lost */
    bool rust;          /* the old workspace has Rust symbols */
    bool marked;        /* it is a workspace for certain, but has no sidecar */
    struct arena arena;
};

/** List what goes: symbols of the old index that no item of the new workspace has. */
static bool find_lost(struct looking *l, const struct output *new, const struct ar_symbols *old)
{
    struct table names = {0};
    size_t count = 0;
    bool done = true;
    for (size_t i = 0; i < new->item_count; i++) {
        count += new->items[i].symbol_count;
    }
    struct span *kept = ARENA_ARRAY(&l->arena, struct span, count);
    l->lost = ARENA_ARRAY(&l->arena, struct span, old->count);
    count = 0;
    for (size_t i = 0; kept && done && i < new->item_count; i++) {
        for (size_t j = 0; done && j < new->items[i].symbol_count; j++) {
            struct span name = new->items[i].symbols[j];
            kept[count] = name;
            done = table_add(&names, table_hash(name, 0), (uint32_t)count++);
        }
    }
    for (size_t i = 0; kept && l->lost && done && i < old->count; i++) {
        struct span name = old->list[i].name;
        uint64_t hash = table_hash(name, 0);
        l->rust |= is_rust_mangled(name);
        if (table_find(&names, hash, table_equal_span, kept, &name) == TABLE_NONE) {
            l->lost[l->lost_count] = name;
            done = table_add(&l->table, hash, (uint32_t)l->lost_count++);
        }
    }
    table_free(&names);
    return kept && l->lost && done;
}

static bool is_lost(const struct looking *l, struct span name)
{
    return table_find(&l->table, table_hash(name, 0), table_equal_span, l->lost, &name) !=
           TABLE_NONE;
}

static bool refuse(const struct looking *l, const struct library *library, struct span name,
                   struct error *error)
{
    int size = (int)(name.size < LONGEST_NAME ? name.size : LONGEST_NAME);
    const char *text = (const char *)name.data;
    return l->removes ? error_set(error,
                                  "it was melded into this workspace, too, and needs %.*s of it: "
                                  "build it again, or remove it",
                                  size, text)
                      : error_set(error,
                                  "%s needs %.*s of %s, and the new workspace would lack that: "
                                  "name the library too, build it again, or remove it",
                                  library->path, size, text, l->workspace);
}

/** Whether the sidecar names the file at @target. */
static bool is_recorded(const struct record *record, const char *target)
{
    for (size_t i = 0; record->files && i < record->manifest.library_count; i++) {
        const char *other = record->files[i].target;
        if (other && strcmp(other, target) == 0) {
            return true;
        }
    }
    return false;
}

/**
 * Whether a library was melded into the old workspace: the sidecar says so of its name, or of its
 * bytes. Without a sidecar, all may have been.
 */
static bool was_melded(const struct looking *l, const struct library *library)
{
    const struct record *record = l->record;
    for (size_t i = 0; record->present && i < record->manifest.library_count; i++) {
        const struct manifest_library *other = &record->manifest.libraries[i];
        struct span file = library_file(library);
        if (file.size != other->original.size && manifest_has_form(other, file)) {
            return true;
        }
    }
    return record->present ? is_recorded(record, library->target) : l->marked;
}

/**
 * Find what goes and a library lacks. Only for workspaces without Rust code, where no name tells
 * that it must be in the library.
 * @seen by symbol, less than @stamp
 */
static struct span find_need(const struct looking *l, const struct census *census, size_t number,
                             uint32_t *seen, uint32_t stamp)
{
    const struct library *library = &census->set->libraries[number];
    struct span lost = {0};
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < library->archive.member_count; i++) {
            const struct class *class = &census->list[census->class_of[library->first + i]];
            for (size_t j = 0; j < class->global_count; j++) {
                const struct global *global = &class->globals[j];
                if (pass == 0 && role_defines(global->role)) {
                    seen[global->symbol] = stamp;
                } else if (pass && global->role == ROLE_NEEDS && seen[global->symbol] != stamp &&
                           is_lost(l, global->name)) {
                    lost = global->name;
                }
            }
        }
    }
    return lost;
}

/** A library that was melded into the old workspace needs what it had. */
static bool check_needs(struct looking *l, const struct census *census, struct error *error)
{
    struct arena arena = {0};
    uint32_t *seen = ARENA_ARRAY(&arena, uint32_t, census->symbol_count);
    struct span lost = seen ? find_need(l, census, 0, seen, 1) : (struct span){0};
    bool done = (seen || error_memory(error)) &&
                (!lost.size || refuse(l, census->set->libraries, lost, error));
    arena_free(&arena);
    return done;
}

/**
 * A Rust library that is not whole, and has what it lacks from this workspace and no other, needs
 * all that it lacks of it, also names of C.
 */
static bool check_lacking(struct looking *l, const struct whole *whole, struct error *error)
{
    const struct library *library = whole->census->set->libraries;
    struct span lost = {0};
    bool needs = false;
    for (size_t i = 0; i < whole->lacking_count && !lost.size; i++) {
        struct span name = whole->census->symbols[whole->lacking[i]];
        lost = is_lost(l, name) ? name : lost;
    }
    if (!incomplete_needs(whole, 0, l->workspace, &needs, error)) {
        return false;
    }
    return !needs ||
           (lost.size ? refuse(l, library, lost, error) : check_needs(l, whole->census, error));
}

/** So does an input that the sidecar does not know: a melded library, changed and renamed. */
static bool check_new(struct looking *l, const struct census *census, const struct outputs *outputs,
                      struct error *error)
{
    uint32_t *seen = ARENA_ARRAY(&l->arena, uint32_t, census->symbol_count);
    bool done = seen || error_memory(error);
    for (size_t i = 0; done && i < outputs->count; i++) {
        const struct library *library = outputs->list[i].from;
        if (!library || library->was_melded || is_recorded(l->record, outputs->list[i].path) ||
            (library->target && is_recorded(l->record, library->target))) {
            continue;
        }
        size_t number = (size_t)(library - census->set->libraries);
        struct span lost = find_need(l, census, number, seen, (uint32_t)i + 1);
        int size = (int)(lost.size < LONGEST_NAME ? lost.size : LONGEST_NAME);
        done = !lost.size ||
               error_set(error,
                         "%s: not a whole library: it needs %.*s of %s, and the new workspace "
                         "would lack that: build it again, or leave it out",
                         library->path, size, (const char *)lost.data, l->workspace);
    }
    return done;
}

/** Look at one library; one that cannot be read needs nothing. */
static bool look_at(struct looking *l, const char *path, struct error *error)
{
    struct set set = {.machine = l->machine};
    struct census census = {0};
    struct whole whole;
    struct error unread = {0};
    bool done = true;
    if (set_add_file(&set, path, &unread) && set_read(&set, 1, &unread) &&
        census_take(&set, ARMELD_IDENTITY_LINK, 1, NULL, &census, &unread)) {
        done = whole_init(&whole, &census, &set.arena) || error_memory(error);
        done = done && (whole_look(&whole, 0) || check_lacking(l, &whole, error)) &&
               (l->rust || !was_melded(l, set.libraries) || check_needs(l, &census, error));
    }
    done = done && error_passes(&unread, error);
    census_free(&census);
    set_free(&set);
    return done;
}

static bool equals_place(const void *context, uint32_t number, const void *key)
{
    return strcmp(((const struct looking *)context)->places[number], key) == 0;
}

/** Note a file that the caller has decided about, if it is there. */
static bool decide(struct looking *l, const char *path)
{
    struct error unresolved = {0};
    const char *place = path ? os_real_path(path, &l->arena, &unresolved) : NULL;
    if (!place) {
        return path && !unresolved.memory;
    }
    l->places[l->place_count] = place;
    return table_add(&l->decided, table_hash(span_of(place), 0), (uint32_t)l->place_count++);
}

static bool is_decided(const struct looking *l, const char *target)
{
    return table_find(&l->decided, table_hash(span_of(target), 0), equals_place, l, target) !=
           TABLE_NONE;
}

static bool visit_file(void *context, const char *path, struct error *error)
{
    struct looking *l = context;
    struct error unresolved = {0};
    const char *around = xcframework_around(path, &l->arena); /* a workspace's sidecar is beside */
    const char *sidecar = sidecar_path(around ? around : path, &l->arena);
    const char *target = os_real_path(path, &l->arena, &unresolved);
    bool passed = os_same_file(path, l->workspace) || (sidecar && os_kind(sidecar) == OS_FILE) ||
                  !target || is_decided(l, target);
    if (!sidecar || !error_passes(&unresolved, error)) {
        return error_memory(error);
    }
    if (!passed && !look_at(l, path, error)) {
        l->found = arena_printf(&l->arena, "%s", path);
        return false;
    }
    return true;
}

static bool visit(void *context, const char *path, struct error *error)
{
    struct span name = span_of(path);
    return (!span_ends(name, ".a") && !span_ends(name, ".lib")) || !os_may_be_file(path) ||
           visit_file(context, path, error);
}

/** Look into the xcframeworks beside that which a file is in, once. */
static bool look_beside(struct looking *l, const char *path, struct error *error)
{
    const char *folder = NULL;
    const char *around = xcframework_around(path, &l->arena);
    if (around && !folders_next(&l->frameworks, around, &l->arena, &folder)) {
        return error_memory(error);
    }
    return !folder || siblings_visit(path, visit_file, l, error);
}

/** Look in the folder of a file, once. */
static bool look_around(struct looking *l, const char *path, struct error *error)
{
    const char *folder;
    if (!path || !folders_next(&l->folders, path, &l->arena, &folder)) {
        return error_memory(error);
    }
    return (!folder || os_walk(folder, l->deep, visit, l, error)) && look_beside(l, path, error);
}

/** Look in the folders of the workspace and of a set's libraries, or else of the record's. */
static bool look_everywhere(struct looking *l, const struct set *set, struct error *error)
{
    const struct record *record = l->record;
    bool done = look_around(l, l->workspace, error);
    for (size_t i = 0; done && set && i < set->library_count; i++) {
        const char *target = set->libraries[i].target;
        done = !target || !os_may_be_file(target) || look_around(l, target, error);
    }
    for (size_t i = 0; done && record->present && i < record->manifest.library_count; i++) {
        const char *path = record_path(record, i, &l->arena);
        done = path ? visit(l, path, error) && (set || look_around(l, path, error))
                    : error_memory(error);
    }
    return done;
}

static void forget(struct looking *l)
{
    table_free(&l->table);
    table_free(&l->decided);
    folders_free(&l->folders);
    folders_free(&l->frameworks);
    arena_free(&l->arena);
}

/** Note what lies on the disk that is no neighbour: what is written, and workspaces of the set. */
static bool decide_all(struct looking *l, const struct set *set, const struct outputs *outputs)
{
    const struct record *record = l->record;
    size_t count = outputs ? outputs->count : record->manifest.library_count;
    size_t more = set ? set->written_count : 0;
    l->places = ARENA_ARRAY(&l->arena, const char *, count + more + record->workspace_count);
    bool done = l->places != NULL;
    for (size_t i = 0; done && i < more; i++) {
        done = decide(l, set->written[i]);
    }
    for (size_t i = 0; done && i < count; i++) {
        done = decide(l, outputs ? outputs->list[i].path : record_path(record, i, &l->arena));
    }
    for (size_t i = 0; done && i < record->workspace_count; i++) {
        done = decide(l, record->workspaces[i].path);
    }
    return done;
}

/** An archive that nothing tells to be a workspace may be a library, which programs need whole. */
static bool check_is_workspace(const struct looking *l, struct error *error)
{
    struct span lost = l->lost_count ? l->lost[0] : (struct span){0};
    int size = (int)(lost.size < LONGEST_NAME ? lost.size : LONGEST_NAME);
    return l->marked || l->record->present || !l->lost_count ||
           error_set(error,
                     "%s: neither a sidecar nor a mark in it tells that it is a workspace, and it "
                     "defines %.*s, which the new one would lack: name another file, or remove it",
                     l->workspace, size, (const char *)lost.data);
}

/** Look for neighbours that need what goes when a workspace becomes @new. */
static bool look_for(const struct census *census, const struct record *record,
                     const struct outputs *outputs, const struct output *new, struct error *error)
{
    struct looking looking = {
        .record = record, .workspace = new->path, .machine = census->set->machine};
    struct os_file file = {0};
    struct archive archive;
    struct ar_symbols symbols;
    struct error unread = {0};
    if (!os_may_be_file(new->path)) {
        return true;
    }
    for (size_t i = 0; record->files && i < record->manifest.library_count; i++) {
        looking.deep |= !record->files[i].target;
    }
    bool done = os_map(new->path, &file, error);
    struct span bytes = slice_for_set(census->set, file.bytes);
    bool same = done && (new->verbatim || new->layout.size) && output_equals(new, bytes);
    if (done && !same && archive_read(bytes, &looking.arena, &archive, &unread) &&
        archive_index(&archive, AR_TABLE_MAIN, &looking.arena, &symbols, &unread)) {
        looking.marked = archive_is_marked(bytes);
        done = (find_lost(&looking, new, &symbols) || error_memory(error)) &&
               check_is_workspace(&looking, error);
        done = done && (!looking.lost_count || decide_all(&looking, census->set, outputs) ||
                        error_memory(error));
        done = done && (!looking.lost_count || !record->present || looking.rust ||
                        check_new(&looking, census, outputs, error));
        done = done && (!looking.lost_count || look_everywhere(&looking, census->set, error));
    }
    done = done && error_passes(&unread, error);
    forget(&looking);
    os_unmap(&file);
    return done;
}

bool guard_neighbours(const struct census *census, const struct record *record,
                      const struct outputs *outputs, struct error *error)
{
    bool done = true;
    for (size_t i = 0; done && i < outputs->workspaces; i++) {
        done = look_for(census, record, outputs, &outputs->list[i], error);
    }
    for (size_t i = outputs->workspaces; done && !outputs->single && i < record->workspace_count;
         i++) {
        struct output nothing = {.path = record->workspaces[i].path};
        done = look_for(census, record, outputs, &nothing, error);
    }
    return done;
}

/**
 * Look for what needs a workspace that is removed, or its slice for a machine.
 * @machine NULL: it is not universal
 */
static bool look_for_needs(const struct record *record, const struct record_workspace *workspace,
                           const char *machine, struct arena *arena, const char **needs,
                           const char **why, struct error *error)
{
    struct looking looking = {
        .record = record, .workspace = workspace->path, .machine = machine, .removes = true};
    struct output nothing = {.path = workspace->path};
    struct ar_symbols symbols;
    struct error unread = {0};
    struct error found = {0};
    if (!workspace->is_archive ||
        !archive_index(&workspace->archive, AR_TABLE_MAIN, &looking.arena, &symbols, &unread)) {
        forget(&looking);
        return error_passes(&unread, error);
    }
    bool done = find_lost(&looking, &nothing, &symbols) && decide_all(&looking, NULL, NULL);
    if (done && looking.lost_count && !look_everywhere(&looking, NULL, &found) && looking.found) {
        *needs = arena_printf(arena, "%s", looking.found);
        *why = arena_printf(arena, "%s", found.text);
        done = *needs && *why;
    }
    done = done && !found.memory;
    forget(&looking);
    return done || error_memory(error);
}

/** The same of all slices of a universal workspace. */
static bool look_for_needs_of_slices(const struct record *record, size_t number,
                                     struct arena *arena, const char **needs, const char **why,
                                     struct error *error)
{
    struct universal universal;
    struct error unread = {0};
    struct arena own = {0};
    bool read = universal_read(record->workspaces[number].file.bytes, &own, &universal, &unread);
    bool done = error_passes(&unread, error);
    for (size_t i = 0; read && done && !*needs && i < universal.count; i++) {
        const char *name = universal_machine_name(universal.slices[i].machine, &own);
        struct record slice;
        done = (name && record_of_slices(record, number, name, &own, &slice)) ||
               error_memory(error);
        done = done && look_for_needs(&slice, slice.workspaces, name, arena, needs, why,
                                      error);
    }
    arena_free(&own);
    return done;
}

bool guard_removal(const struct record *record, struct arena *arena, const char **needs,
                   const char **why, struct error *error)
{
    bool done = true;
    *needs = NULL;
    for (size_t i = 0; done && !*needs && i < record->workspace_count; i++) {
        const struct record_workspace *workspace = &record->workspaces[i];
        done = universal_probe(workspace->file.bytes)
                   ? look_for_needs_of_slices(record, i, arena, needs, why, error)
                   : look_for_needs(record, workspace, NULL, arena, needs, why, error);
    }
    return done;
}
