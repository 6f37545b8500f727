/* SPDX-License-Identifier: MIT */
#include "write/changed.h"

#include "apple/xcframework.h"
#include "base/path.h"
#include "census/slices.h"
#include "sidecar/sidecar.h"
#include "write/folders.h"
#include "write/lacking.h"
#include "write/renamed.h"
#include "write/siblings.h"

/** Longer names are cut in messages, which hold 1,023 bytes. */
enum { LONGEST_NAME = 256 };

/* ---- libraries of this set that another tool changed -------------------------------------- */

/**
 * The objects that left a library when it was melded: a set of one library that holds them. If the
 * workspace was changed, nobody knows which of its objects these were: then it holds all.
 */
static bool gather_left(const struct record *record, const struct manifest_library *library,
                        struct set *left, struct error *error)
{
    bool as_written = record_workspace_is_kept(record, library->part);
    const struct archive *archive = &record->workspaces[library->part].archive;
    size_t others = as_written ? 0 : archive->member_count;
    struct ar_member *members =
        ARENA_ARRAY(&left->arena, struct ar_member, library->step_count + others);
    size_t count = 0;
    for (size_t i = 0; members && i < others; i++) {
        members[count++] = archive->members[i];
    }
    for (size_t i = 0; members && i < library->step_count; i++) {
        uint32_t number = library->steps[i].content;
        const struct manifest_content *content =
            number == NO_CONTENT || record->manifest.contents[number].literal
                ? NULL
                : content_store_find(&record->shared, &record->manifest.contents[number]);
        if (content) {
            members[count++] = (struct ar_member){.name = span_of("left"), .data = content->bytes};
        }
    }
    return members ? set_add_members(left, library->path, members, count, error)
                   : error_memory(error);
}

/** List the names that the objects of @left define, and @workspace as well if it lists any. */
static bool list_definitions(const struct census *left, const struct names *workspace,
                             struct names *names)
{
    bool done = true;
    names->list = left->symbols;
    for (size_t i = 0; i < left->count; i++) {
        const struct class *class = &left->list[i];
        for (size_t j = 0; done && j < class->global_count; j++) {
            if (role_defines(class->globals[j].role) &&
                (!workspace->count || names_have(workspace, class->globals[j].name))) {
                done = names_add(names, class->globals[j].symbol);
            }
        }
    }
    return done;
}

static bool refuse(const struct library *library, struct span name, const struct record *record,
                   size_t part, struct error *error)
{
    int size = (int)(name.size < LONGEST_NAME ? name.size : LONGEST_NAME);
    struct arena arena = {0};
    bool refused =
        error_set(error,
                  "%s: not a whole library: it lacks %.*s, which it had when it was melded into "
                  "%s%s, and another tool changed it since then: build the library again (if it "
                  "takes that from elsewhere now, run \"armeld restore --partial %s\", then "
                  "remove that workspace and its sidecar)",
                  library->path, size, (const char *)name.data, record->directory,
                  manifest_workspace_name(&record->manifest, part),
                  path_quoted(record->directory, record->manifest.workspace, &arena));
    arena_free(&arena);
    return refused;
}

/**
 * A library that was built again has most of what left it, even if it takes some from elsewhere by
 * now; one that was only changed has no more of it than what was copied to the workspace.
 */
static bool check_library(const struct census *census, const struct library *library,
                          const struct record *record, size_t number, struct error *error)
{
    struct set left = {0};
    struct census census_left = {0};
    struct names workspace = {0};
    struct names names = {0};
    struct arena arena = {0};
    struct having having = {0};
    size_t part = record->manifest.libraries[number].part;
    const struct record_workspace *own = &record->workspaces[part];
    bool done = gather_left(record, &record->manifest.libraries[number], &left, error) &&
                set_read(&left, 1, error) &&
                census_take(&left, ARMELD_IDENTITY_BYTES, 1, NULL, &census_left, error) &&
                ((!own->is_archive || names_of_index(&own->archive, &arena, &workspace)) ||
                 error_memory(error)) &&
                ((list_definitions(&census_left, &workspace, &names) &&
                  having_look(census, library, &names, &arena, &having)) ||
                 error_memory(error));
    if (done && having.lacking.data && having.count * 2 < names.count) {
        done = refuse(library, having.lacking, record, part, error);
    }
    table_free(&names.table);
    table_free(&workspace.table);
    census_free(&census_left);
    set_free(&left);
    arena_free(&arena);
    return done;
}

/** Why a library that lacks what a workspace without a sidecar defines is refused. */
static const char LOST_OWN[] =
    "it was melded into that workspace, whose sidecar is lost: build the library again (if it "
    "was never melded into that, name another file)";
static const char UNKNOWN_OWN[] =
    "the new workspace would replace that file: name another one, or if it is an old workspace, "
    "whose sidecar is lost, build the library again";
static const char LOST_OTHER[] =
    "that is a workspace without its sidecar: put the sidecar back, or build the library again (if "
    "it was never melded into that, move that file away meanwhile)";

/** Without a sidecar: what a workspace on the disk defines must not be what a library lacks. */
static bool check_against(const struct census *census, const char *workspace,
                          const struct names *names, const char *why, struct error *error)
{
    bool done = true;
    for (size_t i = 0; done && i < census->set->library_count; i++) {
        const struct library *library = &census->set->libraries[i];
        struct arena arena = {0};
        struct having having;
        done = having_look(census, library, names, &arena, &having) || error_memory(error);
        struct span name = having.lacking;
        int size = (int)(name.size < LONGEST_NAME ? name.size : LONGEST_NAME);
        if (done && name.data && having.count * 2 < names->count) {
            done = error_set(error,
                             "%s: not a whole library: it lacks %.*s, which %s defines: %s",
                             library->path, size, (const char *)name.data, workspace, why);
        }
        arena_free(&arena);
    }
    return done;
}

/**
 * Compare all libraries with an archive; if @other, with one that is marked as a workspace. One
 * that holds Rust code is passed over then: what its libraries lack is seen without it
 * (incomplete.h), and it may define what others have from their compiler's own library.
 */
static bool check_archive(const struct census *census, const char *path, bool other,
                          struct error *error)
{
    struct os_file file = {0};
    struct arena arena = {0};
    struct archive archive;
    struct names names = {0};
    struct error unread = {0};
    bool done = os_map(path, &file, error);
    bool marked = done && archive_is_marked(file.bytes);
    const char *why = other ? LOST_OTHER : marked ? LOST_OWN : UNKNOWN_OWN;
    struct span bytes = {0};
    if (done && (!other || marked)) {
        bytes = other ? slice_of_neighbour(census->set, file.bytes)
                      : slice_for_set(census->set, file.bytes);
    }
    if (bytes.size && archive_read(bytes, &arena, &archive, &unread)) {
        done = names_of_index(&archive, &arena, &names) || error_memory(error);
        done = done && ((other && names.rust) ||
                        check_against(census, path, &names, why, error));
    }
    done = done && error_passes(&unread, error);
    table_free(&names.table);
    arena_free(&arena);
    os_unmap(&file);
    return done;
}

bool changed_check_workspace(const struct census *census, const char *workspace,
                             struct error *error)
{
    return !os_may_be_file(workspace) || check_archive(census, workspace, false, error);
}

/**
 * Refuse an input that is a library of the manifest as melding left it. One that lies where it was
 * melded is an input as melding left it only in other sets: in this one, its original was rebuilt.
 */
static bool check_forms(const struct set *set, const struct manifest *manifest,
                        const char *directory, struct arena *arena, struct error *error)
{
    for (size_t i = 0; i < manifest->library_count; i++) {
        const struct manifest_library *other = &manifest->libraries[i];
        for (size_t j = 0; j < set->library_count; j++) {
            const struct library *library = &set->libraries[j];
            struct span file = library_file(library);
            if (library->was_melded || !library->target || file.size == other->original.size ||
                !manifest_has_form(other, file)) {
                continue;
            }
            const char *place = arena_printf(arena, "%s%s", directory, other->path);
            if (!place) {
                return error_memory(error);
            }
            bool there = os_same_file(place, library->path);
            return error_set(error,
                             "%s: not a whole library: it %s%s%s melded into %s%s, and needs that: "
                             "%srun \"armeld restore %s\" first",
                             library->path, there ? "" : "is ", there ? "" : place,
                             there ? "was" : " as it was", directory, manifest->workspace,
                             there ? "" : "build it again, or put it back there and ",
                             path_quoted(directory, manifest->workspace, arena));
        }
    }
    return true;
}

/** The input at @target, or NULL. */
static const struct library *find_target(const struct set *set, const char *target)
{
    for (size_t i = 0; i < set->library_count; i++) {
        const char *other = set->libraries[i].target;
        if (other && strcmp(other, target) == 0) {
            return &set->libraries[i];
        }
    }
    return NULL;
}

static bool check_inputs(const struct census *census, const struct record *record,
                         struct error *error)
{
    struct arena arena = {0};
    bool done = true;
    for (size_t i = 0; done && record->files && i < record->manifest.library_count; i++) {
        const struct record_file *file = &record->files[i];
        const struct library *library =
            file->changed ? find_target(census->set, file->target) : NULL;
        done = !library || check_library(census, library, record, i, error);
    }
    done = done && check_forms(census->set, &record->manifest, record->directory, &arena, error);
    arena_free(&arena);
    return done;
}

/** A changed library that is no input; one that cannot be read needs nothing. */
static bool check_left_out(const struct record *record, size_t number, const char *machine,
                           struct error *error)
{
    struct set set = {.machine = machine};
    struct census census = {0};
    struct error unread = {0};
    bool done = true;
    if (set_add_file(&set, record->files[number].target, &unread) &&
        set_read(&set, 1, &unread) &&
        census_take(&set, ARMELD_IDENTITY_LINK, 1, NULL, &census, &unread)) {
        done = check_library(&census, set.libraries, record, number, error);
    }
    done = done && error_passes(&unread, error);
    census_free(&census);
    set_free(&set);
    return done;
}

/** Whether this run writes a library to another folder, in the place of a file. */
static bool is_replaced(const struct set *set, const char *output_dir, const char *target)
{
    bool replaced = false;
    for (size_t i = 0; output_dir && i < set->library_count && !replaced; i++) {
        struct arena arena = {0};
        const char *path = path_join(output_dir, set->libraries[i].name, &arena);
        replaced = path && os_same_file(path, target);
        arena_free(&arena);
    }
    return replaced;
}

bool changed_check(const struct census *census, const struct record *record,
                   const char *output_dir, struct error *error)
{
    bool done = check_inputs(census, record, error);
    for (size_t i = 0; done && record->files && i < record->manifest.library_count; i++) {
        const struct record_file *file = &record->files[i];
        done = !file->changed || find_target(census->set, file->target) ||
               is_replaced(census->set, output_dir, file->target) ||
               check_left_out(record, i, census->set->machine, error);
    }
    return done;
}

/* ---- libraries of other sets -------------------------------------------------------------- */

struct other_sets {
    const struct census *census;
    const char *workspace; /* of this set, which may not exist */
    struct folders folders;
    struct folders frameworks; /* folders of libraries whose siblings were looked at */
    const char *directory; /* with a slash at the end */
    struct arena scratch;  /* of one file */
    bool refused;
};

/** Whether a library of the manifest lies where an input does. */
static bool names_input(struct other_sets *o, const struct manifest *manifest)
{
    for (size_t i = 0; i < manifest->library_count; i++) {
        struct error unresolved = {0};
        const char *path =
            arena_printf(&o->scratch, "%s%s", o->directory, manifest->libraries[i].path);
        const char *real = path ? os_real_path(path, &o->scratch, &unresolved) : NULL;
        for (size_t j = 0; real && j < o->census->set->library_count; j++) {
            const struct library *library = &o->census->set->libraries[j];
            if (library->target && strcmp(library->target, real) == 0) {
                return true;
            }
        }
    }
    return false;
}

/** Refuse inputs that were melded into another set: as melding left them, or changed since. */
static bool check_sidecar(struct other_sets *o, const char *path, struct error *error)
{
    struct os_file file = {0};
    struct error unread = {0};
    struct manifest manifest;
    struct record record = {0};
    struct set nothing = {0};
    bool done = true;
    if (!os_map(path, &file, &unread)) {
        return true;
    }
    if (sidecar_peek(file.bytes, &o->scratch, &manifest, &unread) &&
        !manifest_is_single(&manifest)) {
        const char *workspace =
            manifest_take_name(&manifest, path, &o->scratch)
                ? arena_printf(&o->scratch, "%s%s", o->directory, manifest.workspace)
                : NULL;
        done = (workspace || error_memory(error)) &&
               check_forms(o->census->set, &manifest, o->directory, &o->scratch, error);
        bool named = done && names_input(o, &manifest);
        bool opens = named || (done && renamed_may_be(o->census));
        if (opens && record_open(workspace, &record, &unread) && record.present &&
            (!named || record_rebuild(&record, &nothing, &unread))) {
            done = (!named || check_inputs(o->census, &record, error)) &&
                   renamed_check(o->census, &record, path, error);
        }
    }
    done = done && error_passes(&unread, error);
    record_free(&record);
    set_free(&nothing);
    os_unmap(&file);
    return done;
}

static bool visit(void *context, const char *path, struct error *error)
{
    struct other_sets *o = context;
    struct span name = span_of(path);
    bool archive = span_ends(name, ".a") || span_ends(name, ".lib");
    const char *own = sidecar_path(o->workspace, &o->scratch);
    bool done = own || error_memory(error);
    if (done && span_ends(name, ".armeld") && !os_same_file(path, own)) {
        done = check_sidecar(o, path, error);
    } else if (done && archive && os_may_be_file(path) && !os_same_file(path, o->workspace) &&
               sidecar_beside(path) != SIDECAR_OF_SET) {
        done = check_archive(o->census, path, true, error);
    }
    o->refused = !done;
    arena_reset(&o->scratch);
    return done;
}

/** An archive in an xcframework beside: its sidecar would be beside the xcframework. */
static bool visit_sibling(void *context, const char *path, struct error *error)
{
    struct other_sets *o = context;
    const char *around = xcframework_around(path, &o->scratch);
    const char *sidecar = around ? sidecar_path(around, &o->scratch) : NULL;
    bool done = sidecar || error_memory(error);
    if (done && os_kind(sidecar) == OS_NOTHING && !os_same_file(around, o->workspace)) {
        done = check_archive(o->census, path, true, error);
    }
    o->refused = !done;
    arena_reset(&o->scratch);
    return done;
}

/** Whether to go on: what vanishes meanwhile is no refusal. */
static bool passes(struct other_sets *o, bool looked, const struct error *found,
                   struct error *error)
{
    bool done = (looked || !o->refused) && !found->memory;
    if (!done) {
        *error = *found;
    }
    arena_free(&o->scratch);
    return done;
}

/** Look at all files in the folder of @path, once. */
static bool look_around(struct other_sets *o, const char *path, struct arena *arena,
                        struct error *error)
{
    struct error found = {0};
    if (!folders_next(&o->folders, path, arena, &o->directory)) {
        return error_memory(error);
    }
    bool looked = !o->directory || os_walk(o->directory, false, visit, o, &found);
    return passes(o, looked, &found, error);
}

/** Look at the xcframeworks beside that which a library is in, once. */
static bool look_beside(struct other_sets *o, const char *around, const char *library,
                        struct arena *arena, struct error *error)
{
    struct error found = {0};
    const char *folder;
    if (!folders_next(&o->frameworks, library, arena, &folder)) {
        return error_memory(error);
    }
    bool looked = !folder || siblings_visit(library, visit_sibling, o, &found);
    return passes(o, looked, &found, error) && look_around(o, around, arena, error);
}

bool changed_check_others(const struct census *census, const char *workspace, struct error *error)
{
    struct arena arena = {0};
    struct other_sets other = {.census = census, .workspace = workspace};
    bool done = look_around(&other, workspace, &arena, error);
    for (size_t i = 0; done && i < census->set->library_count; i++) {
        const char *path = census->set->libraries[i].target;
        if (path && os_may_be_file(path)) {
            const char *around = xcframework_around(path, &arena);
            done = look_around(&other, path, &arena, error) &&
                   (!around || look_beside(&other, around, path, &arena, error));
        }
    }
    folders_free(&other.folders);
    folders_free(&other.frameworks);
    arena_free(&arena);
    return done;
}
