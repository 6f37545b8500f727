/* SPDX-License-Identifier: MIT */
#include "share/share.h"

#include <stdlib.h>

#include "ar/writer.h"
#include "base/table.h"
#include "shrink/shrink.h"

/** What is known of a global name. */
struct shared_name {
    struct span name;
    bool in_workspace;  /* defined there */
    bool in_library;    /* defined in a melded library */
    bool workspace_needs;
    bool library_needs;
};

struct sharing {
    const struct set *set;
    const struct share_rules *rules;
    struct arena *arena;
    struct armeld_report *report;
    struct error *error;
    struct shared_name *names;
    size_t name_count, name_capacity;
    struct table table;
    struct share_names texts;
    struct armeld_file *files;
    size_t file_count;
    struct arena scratch;
};

static bool is_workspace(const struct sharing *s, const struct library *library)
{
    return library == &s->set->libraries[s->set->library_count - 1];
}

/* ---- names ------------------------------------------------------------------------------- */

static bool same_name(const void *context, uint32_t number, const void *key)
{
    return span_equal(((const struct shared_name *)context)[number].name,
                      *(const struct span *)key);
}

static struct shared_name *find_name(struct sharing *s, struct span name)
{
    uint32_t found = table_find(&s->table, table_hash(name, 0), same_name, s->names, &name);
    return found == TABLE_NONE ? NULL : &s->names[found];
}

static struct shared_name *get_name(struct sharing *s, struct span name)
{
    struct shared_name *found = find_name(s, name);
    if (found) {
        return found;
    }
    if (s->name_count == s->name_capacity) {
        size_t capacity = s->name_capacity ? 2 * s->name_capacity : 4096;
        struct shared_name *larger = ARENA_ARRAY(s->arena, struct shared_name, capacity);
        if (!larger) {
            return NULL;
        }
        if (s->name_count) {
            memcpy(larger, s->names, s->name_count * sizeof *larger);
        }
        s->names = larger;
        s->name_capacity = capacity;
    }
    struct span copy = arena_copy(s->arena, name);
    s->names[s->name_count] = (struct shared_name){.name = copy};
    return copy.data && table_add(&s->table, table_hash(name, 0), (uint32_t)s->name_count)
               ? &s->names[s->name_count++]
               : NULL;
}

static bool learn_member(struct sharing *s, struct span data, bool workspace)
{
    struct object object;
    struct error unread = {0};
    bool done = true;
    if (object_read(data, &s->scratch, &object, &unread) != OBJ_READ) {
        return true; /* found out when it is to be written */
    }
    for (size_t i = 0; done && i < object.symbol_count; i++) {
        const struct obj_symbol *symbol = &object.symbols[i];
        if (symbol->binding == BINDING_LOCAL || symbol->label) {
            continue;
        }
        struct shared_name *name = get_name(s, symbol->name);
        done = name != NULL;
        if (done && symbol->place == PLACE_UNDEFINED) {
            *(workspace ? &name->workspace_needs : &name->library_needs) = true;
        } else if (done) {
            *(workspace ? &name->in_workspace : &name->in_library) = true;
        }
    }
    arena_reset(&s->scratch);
    return done;
}

static bool learn_all(struct sharing *s)
{
    for (uint32_t i = 0; i < s->set->member_count; i++) {
        if (!learn_member(s, member_content(s->set, i),
                          is_workspace(s, set_library_of(s->set, i)))) {
            return error_memory(s->error);
        }
    }
    return true;
}

static bool is_shared(const struct shared_name *name)
{
    return name->in_workspace && name->library_needs;
}

/** A shared library that needs its users would load with none but all of them. */
static bool check_names(struct sharing *s)
{
    for (size_t i = 0; i < s->name_count; i++) {
        const struct shared_name *name = &s->names[i];
        if (name->workspace_needs && !name->in_workspace && name->in_library) {
            return error_set(s->error, "the workspace needs %.*s, which only a melded library "
                                       "defines: it cannot be a shared library",
                             (int)name->name.size, (const char *)name->name.data);
        }
    }
    return true;
}

static int by_name(const void *left, const void *right)
{
    return span_compare(*(const struct span *)left, *(const struct span *)right);
}

static bool list_symbols(struct sharing *s)
{
    struct span *list = ARENA_ARRAY(s->arena, struct span, s->name_count + 1);
    size_t count = 0;
    for (size_t i = 0; list && i < s->name_count; i++) {
        if (is_shared(&s->names[i])) {
            list[count++] = s->names[i].name;
        }
    }
    if (!list) {
        return error_memory(s->error);
    }
    qsort(list, count, sizeof *list, by_name);
    s->texts.symbols = list;
    s->texts.symbol_count = count;
    s->report->shared_objects = count;
    return count || error_set(s->error, "the libraries need nothing of the workspace");
}

/* ---- objects ----------------------------------------------------------------------------- */

/** In the workspace, what is shared is visible and nothing else. */
static void prepare_definition(const struct shared_name *name, struct obj_symbol *symbol)
{
    symbol->visibility = is_shared(name) ? VISIBILITY_DEFAULT : VISIBILITY_HIDDEN;
    if (symbol->visibility == VISIBILITY_HIDDEN && symbol->binding == BINDING_UNIQUE) {
        symbol->binding = BINDING_WEAK;
    }
}

static bool changes(struct sharing *s, const struct object *object, bool workspace)
{
    bool changed = false;
    for (size_t i = 0; i < object->symbol_count; i++) {
        struct obj_symbol *symbol = &object->symbols[i];
        struct obj_symbol before = *symbol;
        if (symbol->binding == BINDING_LOCAL || symbol->label) {
            continue;
        }
        const struct shared_name *name = find_name(s, symbol->name);
        if (symbol->place == PLACE_UNDEFINED) {
            symbol->visibility =
                !workspace && is_shared(name) ? VISIBILITY_DEFAULT : symbol->visibility;
        } else if (workspace) {
            prepare_definition(name, symbol);
        }
        changed |= before.visibility != symbol->visibility || before.binding != symbol->binding;
    }
    return changed;
}

static bool list_index(const struct object *object, struct arena *arena, struct ar_item *item)
{
    struct span *symbols = ARENA_ARRAY(arena, struct span, object->symbol_count + 1);
    for (size_t i = 0; symbols && i < object->symbol_count; i++) {
        if (object->symbols[i].indexed) {
            symbols[item->symbol_count++] = object->symbols[i].name;
        }
    }
    item->symbols = symbols;
    return symbols != NULL;
}

/** A member as it will be written. */
static bool prepare_member(struct sharing *s, uint32_t number, bool workspace,
                           struct ar_item *item)
{
    const struct ar_member *member = set_member(s->set, number);
    struct span data = member_content(s->set, number);
    struct image image;
    struct shrunk_object result;
    enum obj_format format = object_probe(data);
    *item = (struct ar_item){.name = member->name, .data = data, .object = format != OBJ_OTHER,
                             .fields = ar_member_fields(
                                 &set_library_of(s->set, number)->archive, member)};
    if (format == OBJ_OTHER) {
        return true;
    }
    enum obj_result done = image_read(data, &s->scratch, &image, s->error);
    if (done == OBJ_READ && !changes(s, &image.object, workspace)) {
        done = list_index(&image.object, s->arena, item) ? OBJ_READ : OBJ_NO_MEMORY;
    } else if (done == OBJ_READ) {
        done = shrink_finish(&image, s->arena, &s->scratch, &result, s->error);
        item->data = result.bytes;
        item->symbols = result.index;
        item->symbol_count = result.index_count;
    }
    if (done != OBJ_READ && done != OBJ_NO_MEMORY) {
        return set_error_at(s->set, number, s->error);
    }
    return done == OBJ_READ || error_memory(s->error);
}

/* ---- files ------------------------------------------------------------------------------- */

static bool write_file(struct sharing *s, const char *name, uint32_t mode,
                       const struct span *pieces, size_t count)
{
    const char *path = arena_printf(s->arena, "%s/%s", s->rules->directory, name);
    struct os_file like = {.mode = mode};
    struct os_output output = {0};
    if (!path) {
        return error_memory(s->error);
    }
    s->files[s->file_count++] =
        (struct armeld_file){.path = path, .changes = true, .is_new = os_kind(path) == OS_NOTHING};
    if (s->rules->dry_run) {
        return true;
    }
    bool done = os_create(path, mode ? &like : NULL, &output, s->error) &&
                os_write(&output, pieces, count, s->error) && os_sync(&output, s->error) &&
                os_rename(&output, s->error) && os_sync_directory_of(path, s->error);
    os_discard(&output);
    return done;
}

static bool write_text(struct sharing *s, const char *name, uint32_t mode, const char *text)
{
    struct span piece = text ? span_of(text) : span_make(NULL, 0);
    return text && name ? write_file(s, name, mode, &piece, 1) : error_memory(s->error);
}

static bool write_archive(struct sharing *s, const struct library *library)
{
    bool workspace = is_workspace(s, library);
    size_t count = library->archive.member_count;
    struct ar_item *items = ARENA_ARRAY(s->arena, struct ar_item, count + 1);
    struct ar_layout layout;
    if (!items) {
        return error_memory(s->error);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!prepare_member(s, library->first + i, workspace, &items[i])) {
            return false;
        }
        arena_reset(&s->scratch);
    }
    const char *name = workspace ? s->texts.objects : library->name;
    return ar_layout(library->archive.flavour, items, count, &ar_limits, s->arena, &layout,
                     s->error) &&
           write_file(s, name, 0, layout.pieces, layout.piece_count);
}

static bool write_texts(struct sharing *s)
{
    const struct share_names *texts = &s->texts;
    const char *list = arena_printf(s->arena, "%s.%s", texts->stem, texts->apple ? "exports" : "map");
    const char *script = arena_printf(s->arena, "link-%s.sh", texts->stem);
    const char *pc = arena_printf(s->arena, "%s.pc", texts->name);
    return list && write_text(s, list, 0, share_list(texts, s->arena)) &&
           write_text(s, script, 0755, share_script(texts, list, s->arena)) &&
           write_text(s, pc, 0, share_pc(texts, s->arena));
}

/** Whether the format lets references bind to a shared library that was none when they were made. */
static bool check_format(struct sharing *s, bool *apple)
{
    for (uint32_t i = 0; i < s->set->member_count; i++) {
        enum obj_format format = object_probe(member_content(s->set, i));
        *apple = *apple || format == OBJ_MACHO;
        if (format == OBJ_COFF || format == OBJ_IMPORT) {
            return error_set(s->error,
                             "%s: COFF objects cannot be linked against a DLL of the workspace: "
                             "code refers to data of other crates directly, but reaches a DLL's "
                             "through a pointer, which only the compiler can put there",
                             set_library_of(s->set, i)->path);
        }
    }
    return true;
}

bool share_write(const struct set *set, const struct share_rules *rules, struct arena *arena,
                 struct armeld_report *report, struct error *error)
{
    struct sharing s = {.set = set, .rules = rules, .arena = arena, .report = report,
                        .error = error};
    bool apple = false;
    s.files = ARENA_ARRAY(arena, struct armeld_file, set->library_count + 4);
    bool done = (s.files || error_memory(error)) && check_format(&s, &apple) && learn_all(&s) &&
                check_names(&s) &&
                (share_names(rules->workspace, apple, arena, &s.texts) || error_memory(error)) &&
                list_symbols(&s);
    done = done && (rules->dry_run || os_make_directory(rules->directory, error));
    for (size_t i = 0; done && i < set->library_count; i++) {
        done = write_archive(&s, &set->libraries[i]);
    }
    done = done && write_texts(&s);
    report->files = s.files;
    report->file_count = done ? s.file_count : 0;
    table_free(&s.table);
    arena_free(&s.scratch);
    return done;
}
