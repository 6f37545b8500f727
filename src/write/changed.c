/* SPDX-License-Identifier: MIT */
#include "write/changed.h"

#include "base/path.h"
#include "base/table.h"
#include "sidecar/sidecar.h"

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
    const struct file_form *form = &record->manifest.workspace_form;
    struct span bytes = record->workspace.bytes;
    bool as_written = bytes.size == form->size && digest_equal(digest_of(bytes), form->digest);
    size_t others = as_written ? 0 : record->archive.member_count;
    struct ar_member *members =
        ARENA_ARRAY(&left->arena, struct ar_member, library->step_count + others);
    size_t count = 0;
    for (size_t i = 0; members && i < others; i++) {
        members[count++] = record->archive.members[i];
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

/** Names of symbols, each once. */
struct names {
    struct table table;
    const struct span *list; /* by number in the table */
    size_t count;
};

static bool has_name(const struct names *names, struct span name)
{
    return table_find(&names->table, table_hash(name, 0), table_equal_span, names->list, &name) !=
           TABLE_NONE;
}

static bool add_name(struct names *names, uint32_t number)
{
    struct span name = names->list[number];
    if (has_name(names, name)) {
        return true;
    }
    names->count++;
    return table_add(&names->table, table_hash(name, 0), number);
}

/** The names that an archive's index lists, which live in @arena; none if there is no index. */
static bool list_index(const struct archive *archive, struct arena *arena, struct names *names)
{
    struct ar_symbols index;
    struct error unread = {0};
    if (!archive_index(archive, AR_TABLE_MAIN, arena, &index, &unread)) {
        return true;
    }
    struct span *list = ARENA_ARRAY(arena, struct span, index.count);
    bool done = list != NULL;
    names->list = list;
    for (size_t i = 0; done && i < index.count; i++) {
        list[i] = index.list[i].name;
        done = add_name(names, (uint32_t)i);
    }
    return done;
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
                (!workspace->count || has_name(workspace, class->globals[j].name))) {
                done = add_name(names, class->globals[j].symbol);
            }
        }
    }
    return done;
}

/** What a library has of some names. */
struct having {
    bool *defined;       /* by symbol */
    size_t count;        /* names that it defines */
    struct span lacking; /* a name that it needs and does not define; without data: none */
};

static bool look_at(const struct census *census, const struct library *library,
                    const struct names *names, struct arena *arena, struct having *having)
{
    const uint32_t *class_of = &census->class_of[library->first];
    *having = (struct having){.defined = ARENA_ARRAY(arena, bool, census->symbol_count)};
    for (int pass = 0; having->defined && pass < 2; pass++) {
        for (size_t i = 0; i < library->archive.member_count; i++) {
            const struct class *class = &census->list[class_of[i]];
            for (size_t j = 0; j < class->global_count; j++) {
                const struct global *global = &class->globals[j];
                bool *defined = &having->defined[global->symbol];
                if (pass == 0 && role_defines(global->role) && !*defined) {
                    *defined = true;
                    having->count += has_name(names, global->name);
                } else if (pass && global->role == ROLE_NEEDS && !*defined &&
                           has_name(names, global->name)) {
                    having->lacking = global->name;
                }
            }
        }
    }
    return having->defined != NULL;
}

static bool refuse(const struct library *library, struct span name, const struct record *record,
                   struct error *error)
{
    int size = (int)(name.size < LONGEST_NAME ? name.size : LONGEST_NAME);
    return error_set(error,
                     "%s: not a whole library: it lacks %.*s, which it had when it was melded into "
                     "%s%s, and another tool changed it since then: build the library again (if it "
                     "takes that from elsewhere now, remove the sidecar)",
                     library->path, size, (const char *)name.data, record->directory,
                     record->manifest.workspace);
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
    bool done = gather_left(record, &record->manifest.libraries[number], &left, error) &&
                set_read(&left, 1, error) &&
                census_take(&left, ARMELD_IDENTITY_BYTES, 1, NULL, &census_left, error) &&
                ((!record->has_workspace || list_index(&record->archive, &arena, &workspace)) ||
                 error_memory(error)) &&
                ((list_definitions(&census_left, &workspace, &names) &&
                  look_at(census, library, &names, &arena, &having)) ||
                 error_memory(error));
    if (done && having.lacking.data && having.count * 2 < names.count) {
        done = refuse(library, having.lacking, record, error);
    }
    table_free(&names.table);
    table_free(&workspace.table);
    census_free(&census_left);
    set_free(&left);
    arena_free(&arena);
    return done;
}

/** Without a sidecar: what the workspace on the disk defines must not be what a library lacks. */
static bool check_against(const struct census *census, const char *workspace,
                          const struct names *names, struct error *error)
{
    bool done = true;
    for (size_t i = 0; done && i < census->set->library_count; i++) {
        const struct library *library = &census->set->libraries[i];
        struct arena arena = {0};
        struct having having;
        done = look_at(census, library, names, &arena, &having) || error_memory(error);
        struct span name = having.lacking;
        int size = (int)(name.size < LONGEST_NAME ? name.size : LONGEST_NAME);
        if (done && name.data && having.count * 2 < names->count) {
            done = error_set(error,
                             "%s: not a whole library: it lacks %.*s, which %s defines: it was "
                             "melded into that workspace, whose sidecar is lost: build the library "
                             "again (if that file is no workspace, move it away)",
                             library->path, size, (const char *)name.data, workspace);
        }
        arena_free(&arena);
    }
    return done;
}

bool changed_check_workspace(const struct census *census, const char *workspace,
                             struct error *error)
{
    struct os_file file = {0};
    struct arena arena = {0};
    struct archive archive;
    struct names names = {0};
    struct error unread = {0};
    if (os_kind(workspace) != OS_FILE) {
        return true;
    }
    bool done = os_map(workspace, &file, error);
    if (done && archive_read(file.bytes, &arena, &archive, &unread)) {
        done = (list_index(&archive, &arena, &names) || error_memory(error)) &&
               check_against(census, workspace, &names, error);
    }
    table_free(&names.table);
    arena_free(&arena);
    os_unmap(&file);
    return done;
}

bool changed_check(const struct census *census, const struct record *record, struct error *error)
{
    for (size_t i = 0; record->files && i < record->manifest.library_count; i++) {
        const struct record_file *file = &record->files[i];
        for (size_t j = 0; file->changed && j < census->set->library_count; j++) {
            const struct library *library = &census->set->libraries[j];
            if (library->target && strcmp(library->target, file->target) == 0 &&
                !check_library(census, library, record, i, error)) {
                return false;
            }
        }
    }
    return true;
}

/* ---- libraries of other sets -------------------------------------------------------------- */

struct other_sets {
    const struct set *set;
    const char *directory; /* with a slash at the end */
    const char *own;       /* the sidecar of this set, which may not exist */
    struct arena scratch;  /* of one sidecar */
    bool refused;
};

/** Whether the set's library @number of another manifest is an input as melding left it. */
static const struct library *find_input(struct other_sets *o, const struct manifest_library *other)
{
    struct error unresolved = {0};
    const char *whole = arena_printf(&o->scratch, "%s%s", o->directory, other->path);
    const char *real = whole ? os_real_path(whole, &o->scratch, &unresolved) : NULL;
    for (size_t i = 0; real && i < o->set->library_count; i++) {
        const struct library *library = &o->set->libraries[i];
        if (library->target && !library->was_melded && strcmp(library->target, real) == 0) {
            bool differs = library->bytes.size != other->original.size;
            return differs && manifest_has_form(other, library->bytes) ? library : NULL;
        }
    }
    return NULL;
}

static bool visit(void *context, const char *path, struct error *error)
{
    struct other_sets *o = context;
    struct os_file file = {0};
    struct error unread = {0};
    struct manifest manifest;
    const struct library *found = NULL;
    if (!span_ends(span_of(path), ".armeld") || os_same_file(path, o->own) ||
        !os_map(path, &file, &unread)) {
        return true;
    }
    bool read = sidecar_peek(file.bytes, &o->scratch, &manifest, &unread) &&
                !manifest_is_single(&manifest);
    for (size_t i = 0; read && i < manifest.library_count && !found; i++) {
        found = find_input(o, &manifest.libraries[i]);
    }
    if (found) {
        error_set(error,
                  "%s: not a whole library: it was melded into %s%s, and needs that: run \"armeld "
                  "restore %s%s\" first",
                  found->path, o->directory, manifest.workspace, o->directory, manifest.workspace);
    }
    o->refused = found != NULL;
    os_unmap(&file);
    arena_reset(&o->scratch);
    return !found;
}

bool changed_check_others(const struct set *set, const char *workspace, struct error *error)
{
    struct arena arena = {0};
    const char *last = NULL;
    const char *own = sidecar_path(workspace, &arena);
    bool done = own || error_memory(error);
    for (size_t i = 0; done && i < set->library_count; i++) {
        const char *path = set->libraries[i].target;
        if (!path || os_kind(path) != OS_FILE || (last && path_same_directory(path, last))) {
            continue;
        }
        last = path;
        struct other_sets other = {.set = set, .own = own};
        const char *directory = path_directory(path, &arena);
        other.directory = directory ? arena_printf(&arena, "%s/", directory) : NULL;
        struct error found = {0};
        done = other.directory != NULL || error_memory(error);
        if (done && !os_walk(other.directory, false, visit, &other, &found) &&
            other.refused) { /* what vanishes meanwhile is no refusal */
            *error = found;
            done = false;
        }
        arena_free(&other.scratch);
    }
    arena_free(&arena);
    return done;
}
