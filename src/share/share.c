/* SPDX-License-Identifier: MIT */
#include "share/share.h"

#include "ar/writer.h"
#include "base/path.h"
#include "share/share_internal.h"
#include "shrink/shrink.h"

static size_t number_of(const struct sharing *s, const struct library *library)
{
    return (size_t)(library - s->set->libraries);
}

bool share_is_workspace(const struct sharing *s, const struct library *library)
{
    return number_of(s, library) >= s->set->library_count - s->rules->workspace_count;
}

bool share_is_in_workspace(const struct sharing *s, uint32_t number)
{
    return share_is_workspace(s, set_library_of(s->set, number)) &&
           !(s->kept && s->kept[number]);
}

bool share_is_of_part(const struct sharing *s, const struct library *library)
{
    size_t number = number_of(s, library);
    size_t first = s->set->library_count - s->rules->workspace_count;
    return (number >= first ? number - first : s->rules->part_of[number]) == s->part;
}

/* ---- objects ----------------------------------------------------------------------------- */

/** In the workspace, what is shared is visible and nothing else. */
static void prepare_definition(const struct shared_name *name, struct obj_symbol *symbol)
{
    symbol->visibility = share_is_shared(name) ? VISIBILITY_DEFAULT : VISIBILITY_HIDDEN;
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
        const struct shared_name *name = share_find_name(s, symbol->name);
        if (object->format == OBJ_COFF) {
            continue; /* has no visibility */
        }
        if (symbol->place == PLACE_UNDEFINED) {
            /* a hidden reference would hide the definition, too */
            symbol->visibility =
                share_is_shared(name) ? VISIBILITY_DEFAULT : symbol->visibility;
        } else if (workspace) {
            prepare_definition(name, symbol);
        }
        changed |= before.visibility != symbol->visibility || before.binding != symbol->binding;
    }
    return changed;
}

/** What the index lists for a member that stays as it is; names of short imports are made up. */
static bool list_index(const struct object *object, struct arena *arena, struct ar_item *item)
{
    struct span *symbols;
    bool done = obj_list_index(object, arena, &symbols, &item->symbol_count);
    for (size_t i = 0; done && i < item->symbol_count; i++) {
        symbols[i] = arena_copy(arena, symbols[i]);
        done = symbols[i].data != NULL;
    }
    item->symbols = symbols;
    return done;
}

/** Refuse a member whose symbols are in code for LTO, since nothing there can be changed. */
static bool check_lto(struct sharing *s, const struct object *object, uint32_t number)
{
    if (object->lto != LTO_SLIM) {
        return true;
    }
    error_set(s->error, "has code for link-time optimisation only, which cannot be shared");
    return set_error_at(s->set, number, s->error);
}

/** A member as it will be written. */
static bool prepare_member(struct sharing *s, uint32_t number, bool workspace,
                           struct ar_item *item)
{
    const struct ar_member *member = set_member(s->set, number);
    struct span data = member_content(s->set, number);
    struct obj_edit edit;
    struct shrunk_object result;
    enum obj_format format = object_probe(data);
    *item = (struct ar_item){.name = member->name, .data = data, .object = format != OBJ_OTHER,
                             .fields = ar_member_fields(
                                 &set_library_of(s->set, number)->archive, member)};
    if (format == OBJ_OTHER) {
        return true;
    }
    if (format == OBJ_COFF || format == OBJ_IMPORT) {
        enum obj_result read = object_read(data, &s->scratch, &edit.object, s->error);
        if (read == OBJ_OK && !check_lto(s, &edit.object, number)) {
            return false;
        }
        return read == OBJ_OK ? list_index(&edit.object, s->arena, item) || error_memory(s->error)
                              : set_error_at(s->set, number, s->error);
    }
    enum obj_result done = obj_edit_read(data, &s->scratch, &edit, s->error);
    if (done == OBJ_OK && !check_lto(s, &edit.object, number)) {
        return false;
    }
    if (done == OBJ_OK && !changes(s, &edit.object, workspace)) {
        done = list_index(&edit.object, s->arena, item) ? OBJ_OK : OBJ_NO_MEMORY;
    } else if (done == OBJ_OK) {
        done = shrink_finish(&edit, s->arena, &s->scratch, &result, s->error);
        item->data = result.bytes;
        item->symbols = result.index;
        item->symbol_count = result.index_count;
    }
    if (done != OBJ_OK && done != OBJ_NO_MEMORY) {
        return set_error_at(s->set, number, s->error);
    }
    return done == OBJ_OK || error_memory(s->error);
}

/* ---- files ------------------------------------------------------------------------------- */

static bool add_file(struct sharing *s, const char *from, const char *name, uint32_t mode,
                     const struct span *pieces, size_t count)
{
    const char *path = arena_printf(s->arena, "%s/%s", s->rules->directory, name);
    s->files.list[s->files.count++] =
        (struct new_file){.path = path, .from = from, .mode = mode, .pieces = pieces,
                          .piece_count = count};
    return path || error_memory(s->error);
}

static bool add_text(struct sharing *s, const char *name, uint32_t mode, const char *text)
{
    struct span *piece = ARENA_NEW(s->arena, struct span);
    if (!text || !name || !piece) {
        return error_memory(s->error);
    }
    *piece = span_of(text);
    return add_file(s, name, name, mode, piece, 1);
}

static bool add_archive(struct sharing *s, const struct library *library)
{
    bool workspace = share_is_workspace(s, library);
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
           add_file(s, library->path, name, 0, layout.pieces, layout.piece_count);
}

/** The list of exports of a library, if it has any. */
static bool add_library_list(struct sharing *s, const struct library *library)
{
    struct share_names names = s->texts;
    names.version = NULL;
    if (share_is_workspace(s, library)) {
        return true;
    }
    const char *name = share_list_name(&names, library->name, s->arena);
    if (!share_exports(s->set, library, s->arena, &names)) {
        return error_memory(s->error);
    }
    return !names.symbol_count || add_text(s, name, 0, share_list(&names, s->arena));
}

static bool add_texts(struct sharing *s)
{
    const struct share_names *texts = &s->texts;
    const char *script = arena_printf(s->arena, "link-%s.sh", texts->stem);
    const char *pc = arena_printf(s->arena, "%s.pc", texts->name);
    s->scripts[s->part] = s->files.count + 1;
    return add_text(s, texts->list, 0, share_list(texts, s->arena)) &&
           add_text(s, script, 0755, share_script(texts, s->arena)) &&
           add_text(s, pc, 0, share_pc(texts, s->arena));
}

/** Which linkers the set is for; Microsoft's archives are called .lib. */
static enum share_system system_of(struct sharing *s)
{
    enum share_system system = SHARE_ELF;
    for (uint32_t i = 0; i < s->set->member_count; i++) {
        struct span data = member_content(s->set, i);
        enum obj_format format = object_probe(data);
        if (format == OBJ_MACHO) {
            system = SHARE_APPLE;
        } else if (format == OBJ_COFF) {
            bool msvc = span_ends(span_of(s->rules->workspaces[0]), ".lib");
            system = msvc ? SHARE_MSVC : SHARE_MINGW;
            s->texts.x86 = object_machine(data) == MACHINE_X86;
        }
    }
    return system;
}

/** The files of the set itself must stay: libraries, workspace, sidecar and build files. */
static bool keep_set(struct sharing *s)
{
    const struct record *record = s->rules->record;
    size_t most = s->set->library_count + 1 + record->manifest.file_count;
    struct kept_file *kept = ARENA_ARRAY(s->arena, struct kept_file, most);
    const char *workspace =
        s->set->libraries[s->set->library_count - s->rules->workspace_count].target;
    bool done = kept || error_memory(s->error);
    s->files.kept = kept;
    for (size_t i = 0; done && i < s->set->library_count; i++) {
        const struct library *library = &s->set->libraries[i];
        kept[s->files.kept_count++] = (struct kept_file){library->target, &library->file};
    }
    if (done) {
        const char *sidecar = sidecar_path(workspace, s->arena);
        done = sidecar || error_memory(s->error);
        kept[s->files.kept_count++] = (struct kept_file){sidecar, &record->sidecar};
    }
    for (size_t i = 0; done && i < record->manifest.file_count; i++) {
        const char *path =
            path_join(record->directory, record->manifest.files[i].path, s->arena);
        struct error nowhere = {0};
        const char *place = path ? new_file_place(path, s->arena, &nowhere) : NULL;
        done = (path || error_memory(s->error)) && error_passes(&nowhere, s->error);
        if (place) { /* else gone with its directory: nothing to keep */
            kept[s->files.kept_count++] = (struct kept_file){place, NULL};
        }
    }
    return done;
}

/**
 * Refuse to replace files that an earlier share did not write, such as the originals, or another
 * set. A script that links is the sign of an earlier share in this directory.
 */
static bool check_foreign(struct sharing *s)
{
    bool known = false;
    for (size_t i = 0; i < s->rules->workspace_count; i++) {
        known |= s->files.list[s->scripts[i]].exists;
    }
    for (size_t i = 0; !known && i < s->files.count; i++) {
        const struct new_file *file = &s->files.list[i];
        if (file->exists && file->changes) {
            return error_set_kind(s->error, ERROR_USAGE,
                                  "%s exists, and no earlier share wrote it: name another "
                                  "directory",
                                  file->path);
        }
    }
    return true;
}

/** List the files in the report. */
static bool report_files(struct sharing *s)
{
    struct armeld_file *files = ARENA_ARRAY(s->arena, struct armeld_file, s->files.count);
    for (size_t i = 0; files && i < s->files.count; i++) {
        const struct new_file *file = &s->files.list[i];
        files[i] = (struct armeld_file){
            .path = file->path, .changes = file->changes, .is_new = !file->exists};
    }
    s->report->files = files;
    s->report->file_count = files ? s->files.count : 0;
    return files || error_memory(s->error);
}

/** Decide what to write of a workspace and its libraries. */
static bool prepare_part(struct sharing *s, size_t part, enum share_system system)
{
    s->part = part;
    s->texts.known = &s->rules->known[part];
    bool done = (share_names(s->rules->workspaces[part], system, s->arena, &s->texts) ||
                 error_memory(s->error)) &&
                share_decide(s);
    for (size_t i = 0; done && i < s->set->library_count; i++) {
        const struct library *library = &s->set->libraries[i];
        done = !share_is_of_part(s, library) ||
               (add_archive(s, library) && add_library_list(s, library));
    }
    return done && add_texts(s);
}

/** Decide what to write, without touching a file. */
static bool prepare(struct sharing *s)
{
    enum share_system system = system_of(s);
    size_t count = s->rules->workspace_count;
    s->files.directory = s->rules->directory;
    s->files.list = ARENA_ARRAY(s->arena, struct new_file, 2 * s->set->library_count + 3 * count);
    s->scripts = ARENA_ARRAY(s->arena, size_t, count);
    bool done = (s->files.list && s->scripts) || error_memory(s->error);
    for (size_t i = 0; done && i < count; i++) {
        done = prepare_part(s, i, system);
    }
    return done && keep_set(s) && new_files_check(&s->files, s->arena, s->error) &&
           check_foreign(s);
}

bool share_write(const struct set *set, const struct share_rules *rules, struct arena *arena,
                 struct armeld_report *report, struct error *error)
{
    struct sharing s = {
        .set = set, .rules = rules, .arena = arena, .report = report, .error = error};
    bool done = prepare(&s) && report_files(&s) &&
                (rules->dry_run || new_files_apply(&s.files, rules->locks, error));
    new_files_free(&s.files);
    table_free(&s.table);
    arena_free(&s.scratch);
    return done;
}
