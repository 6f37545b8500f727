/* SPDX-License-Identifier: MIT */
#include "write/neighbours.h"

#include "base/path.h"
#include "base/table.h"
#include "census/rust_names.h"
#include "census/whole.h"
#include "sidecar/sidecar.h"
#include "write/guard.h"
#include "write/incomplete.h"

/** Longer names are cut in messages, which hold 1,023 bytes. */
enum { LONGEST_NAME = 256 };

struct looking {
    const struct outputs *outputs;
    const char *workspace;
    struct span *lost; /* Rust symbols that the old workspace has and the new one lacks */
    size_t lost_count;
    struct table table; /* of .lost */
    struct arena arena;
};

/** List what goes: Rust symbols of the old index that no item of the new workspace has. */
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
        if (is_rust_mangled(name) &&
            table_find(&names, hash, table_equal_span, kept, &name) == TABLE_NONE) {
            l->lost[l->lost_count] = name;
            done = table_add(&l->table, hash, (uint32_t)l->lost_count++);
        }
    }
    table_free(&names);
    return kept && l->lost && done;
}

/** Whether a library lacks what goes, and has it from no other workspace. */
static bool check_lacking(struct looking *l, const struct whole *whole, struct error *error)
{
    const struct library *library = whole->census->set->libraries;
    struct span lost = {0};
    for (size_t i = 0; i < whole->lacking_count && !lost.size; i++) {
        struct span name = whole->census->symbols[whole->lacking[i]];
        uint64_t hash = table_hash(name, 0);
        if (table_find(&l->table, hash, table_equal_span, l->lost, &name) != TABLE_NONE) {
            lost = span_make(name.data, name.size < LONGEST_NAME ? name.size : LONGEST_NAME);
        }
    }
    bool needs = false;
    if (lost.size && !incomplete_needs(whole, 0, l->workspace, &needs, error)) {
        return false;
    }
    return !needs ||
           error_set(error,
                     "%s needs %.*s of %s, and the new workspace would lack that: name "
                     "the library too, build it again, or remove it",
                     library->path, SPAN_ARGS(lost), l->workspace);
}

/** Look at one library; one that cannot be read needs nothing. */
static bool look_at(struct looking *l, const char *path, struct error *error)
{
    struct set set = {0};
    struct census census = {0};
    struct whole whole;
    struct error unread = {0};
    bool done = true;
    if (set_add_file(&set, path, &unread) && set_read(&set, 1, &unread) &&
        census_take(&set, ARMELD_IDENTITY_LINK, 1, NULL, &census, &unread)) {
        done = whole_init(&whole, &census, &set.arena) || error_memory(error);
        done = done && (whole_look(&whole, 0) || check_lacking(l, &whole, error));
    }
    census_free(&census);
    set_free(&set);
    return done;
}

static bool visit(void *context, const char *path, struct error *error)
{
    struct looking *l = context;
    struct error unresolved = {0};
    struct span name = span_of(path);
    if ((!span_ends(name, ".a") && !span_ends(name, ".lib")) || os_kind(path) != OS_FILE) {
        return true;
    }
    const char *sidecar = sidecar_path(path, &l->arena);
    const char *target = os_real_path(path, &l->arena, &unresolved);
    bool passed = os_same_file(path, l->workspace) || (sidecar && os_kind(sidecar) == OS_FILE) ||
                  !target || guard_will_be_written(l->outputs, target);
    return passed || look_at(l, path, error);
}

static bool look_around(struct looking *l, const char *path, struct error *error)
{
    const char *directory = path_directory(path, &l->arena);
    const char *folder = directory ? arena_printf(&l->arena, "%s/", directory) : NULL;
    return folder ? os_walk(folder, false, visit, l, error) : error_memory(error);
}

static bool look_everywhere(struct looking *l, const struct census *census,
                            const struct record *record, struct error *error)
{
    bool done = look_around(l, l->workspace, error);
    const char *last = l->workspace;
    for (size_t i = 0; done && i < census->set->library_count; i++) {
        const char *target = census->set->libraries[i].target;
        if (target && !path_same_directory(target, last)) {
            last = target;
            done = os_kind(target) != OS_FILE || look_around(l, target, error);
        }
    }
    for (size_t i = 0; done && record->present && i < record->manifest.library_count; i++) {
        const char *path = record_path(record, i, &l->arena);
        done = path ? visit(l, path, error) : error_memory(error);
    }
    return done;
}

bool guard_neighbours(const struct census *census, const struct record *record,
                      const struct outputs *outputs, struct error *error)
{
    const struct output *new = outputs->list;
    struct looking looking = {.outputs = outputs, .workspace = new->path};
    struct os_file file = {0};
    struct archive archive;
    struct ar_symbols symbols;
    struct error unread = {0};
    if (outputs->single || os_kind(new->path) != OS_FILE) {
        return true;
    }
    bool done = os_map(new->path, &file, error);
    if (done && !output_equals(new, file.bytes) &&
        archive_read(file.bytes, &looking.arena, &archive, &unread) &&
        archive_index(&archive, AR_TABLE_MAIN, &looking.arena, &symbols, &unread)) {
        done = find_lost(&looking, new, &symbols) || error_memory(error);
        done = done && (!looking.lost_count || look_everywhere(&looking, census, record, error));
    }
    table_free(&looking.table);
    arena_free(&looking.arena);
    os_unmap(&file);
    return done;
}
