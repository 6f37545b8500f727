/* SPDX-License-Identifier: MIT */
/** Explaining members that an earlier melding took out of their libraries: sidecars know them. */
#include "inspect/explain_moved.h"

#include "apple/xcframework.h"
#include "ar/universal.h"
#include "base/glob.h"
#include "base/path.h"
#include "obj/object.h"
#include "sidecar/record.h"

struct seeking {
    const struct set *set;
    const struct armeld_question *question;
    struct arena *arena;  /* of the report */
    struct arena scratch; /* of one sidecar */
    struct armeld_report *report;
    struct armeld_explanation *list;
    size_t capacity;
};

/** What became of a member that is in the library no more. */
static const char *verdict(struct seeking *s, const struct record *record, struct span content)
{
    const struct manifest *manifest = &record->manifest;
    const struct archive *archive = &record->workspaces[0].archive;
    for (size_t i = 0; i < archive->member_count; i++) {
        const struct ar_member *member = &archive->members[i];
        if (span_equal(ar_member_content(archive, member), content)) {
            return arena_printf(s->arena, "moved to %s%s, where it is %.*s", record->directory,
                                manifest_workspace_name(manifest, 0),
                                SPAN_ARGS(member->name));
        }
    }
    const char *how = manifest->joined   ? "joined with others, or no export needed it"
                      : manifest->shrunk ? "moved to the workspace and shrunk, or left out"
                                         : "moved to the workspace as an equal object that differs "
                                           "in nothing that a linker reads";
    return arena_printf(s->arena, "%s, when the set of %s%s was melded", how, record->directory,
                        manifest->workspace);
}

/** @verdict NULL: memory is short */
static bool add(struct seeking *s, const char *library, const struct ar_member *member,
                const char *verdict, const char *fact)
{
    struct armeld_explanation *list = arena_grow(s->arena, s->list, s->report->explanation_count,
                                                 &s->capacity, 8, sizeof *list);
    struct span name = arena_copy(s->arena, member->name);
    const char **facts = ARENA_ARRAY(s->arena, const char *, 1);
    if (!list || !name.data || !facts) {
        return false;
    }
    s->list = list;
    facts[0] = fact;
    struct armeld_explanation *to = &list[s->report->explanation_count++];
    *to = (struct armeld_explanation){
        .library = arena_printf(s->arena, "%s", library),
        .member = (const char *)name.data,
        .bytes = member->data.size,
        .verdict = verdict,
        .facts = facts,
        .fact_count = 1,
    };
    s->report->explanations = list;
    return to->library && to->verdict;
}

/** Whether an object defines a symbol that others may need. */
static bool defines(struct span content, const char *symbol)
{
    struct arena arena = {0};
    struct object object;
    struct error unread = {0};
    bool found = false;
    bool read = object_probe(content) != OBJ_OTHER &&
                object_read(content, &arena, &object, &unread) == OBJ_OK;
    for (size_t i = 0; read && i < object.symbol_count && !found; i++) {
        found = obj_symbol_defines(&object.symbols[i]) && span_is(object.symbols[i].name, symbol);
    }
    arena_free(&arena);
    return found;
}

/** Whether a member is asked for. @name[out] NULL: memory is short */
static bool is_asked_for(struct seeking *s, const struct archive *archive,
                         const struct ar_member *member, const char **name)
{
    const struct armeld_question *question = s->question;
    *name = (const char *)arena_copy(&s->scratch, member->name).data;
    return *name && (!question->member || glob_matches(question->member, *name)) &&
           (!question->symbol || defines(ar_member_content(archive, member), question->symbol));
}

/** Look through the original of a library for the members that are asked for. */
static bool look_through(struct seeking *s, const struct record *record,
                         const struct library *library, struct span original)
{
    struct archive archive;
    struct error unread = {0};
    struct span bytes = universal_slice_of(original, library->machine);
    if (!archive_read(bytes, &s->scratch, &archive, &unread)) {
        return true;
    }
    for (size_t i = 0; i < archive.member_count; i++) {
        const struct ar_member *member = &archive.members[i];
        const char *name;
        bool asked = is_asked_for(s, &archive, member, &name);
        if (!name) {
            return false;
        }
        if (asked &&
            !add(s, library->path, member,
                 verdict(s, record, ar_member_content(&archive, member)),
                 "It is not in the library any more; armeld restore puts it back.")) {
            return false;
        }
    }
    return true;
}

/** Pieces in a row, in @arena; without data when memory is short. */
static struct span join(const struct span *pieces, size_t count, struct arena *arena)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        size += pieces[i].size;
    }
    uint8_t *bytes = ARENA_ARRAY(arena, uint8_t, size);
    uint8_t *at = bytes;
    for (size_t i = 0; bytes && i < count; i++) {
        if (pieces[i].size) {
            memcpy(at, pieces[i].data, pieces[i].size);
            at += pieces[i].size;
        }
    }
    return span_make(bytes, bytes ? size : 0);
}

/** Look at library @number of a record, if it is one of the set and asked for. */
static bool look_at(struct seeking *s, const struct record *record, size_t number,
                    struct error *error)
{
    const char *path = record_path(record, number, &s->scratch);
    const struct library *library = NULL;
    for (size_t i = 0; path && i < s->set->library_count && !library; i++) {
        const struct library *candidate = &s->set->libraries[i];
        const char *file = candidate->universal ? candidate->universal : candidate->path;
        bool asked =
            !s->question->library || library_is_at(candidate, s->question->library);
        library = asked && os_same_file(file, path) ? candidate : NULL;
    }
    if (!library) {
        return path || error_memory(error);
    }
    struct os_file file = {0};
    enum record_state state;
    struct span *pieces;
    size_t count;
    struct error why = {0};
    bool done = record_look(record, number, path, &s->scratch, &file, &state, &pieces, &count, &why,
                            error);
    if (done && state == RECORD_MELDED && pieces) {
        size_t part = record->manifest.libraries[number].part;
        struct span original = join(pieces, count, &s->scratch);
        struct record slice;
        done = (original.data &&
                record_of_slices(record, part, library->machine, &s->scratch, &slice) &&
                look_through(s, &slice, library, original)) ||
               error_memory(error);
    }
    os_unmap(&file);
    return done;
}

static bool visit(void *context, const char *path, struct error *error)
{
    static const char suffix[] = ".armeld";
    struct seeking *s = context;
    struct record record = {0};
    struct error unread = {0};
    if (!span_ends(span_of(path), suffix)) {
        return true;
    }
    const char *workspace = arena_printf(
        &s->scratch, "%.*s", (int)(strlen(path) - (sizeof suffix - 1)), path);
    bool done = workspace || error_memory(error);
    if (done && record_open(workspace, &record, &unread) && !manifest_is_single(&record.manifest)) {
        for (size_t i = 0; done && i < record.manifest.library_count; i++) {
            done = look_at(s, &record, i, error);
        }
    }
    record_free(&record);
    arena_reset(&s->scratch);
    return done;
}

/** Look through a workspace whose sidecar is lost. */
static bool visit_lost(void *context, const char *path, struct error *error)
{
    struct seeking *s = context;
    struct os_file file = {0};
    struct archive archive;
    struct error unread = {0};
    struct span file_name = span_of(path);
    bool named = span_ends(file_name, ".a") || span_ends(file_name, ".lib");
    if (!named || os_kind(path) != OS_FILE ||
        sidecar_beside(path) == SIDECAR_OF_SET || !os_map(path, &file, &unread)) {
        return error_passes(&unread, error);
    }
    bool done = true;
    bool read = archive_is_marked(file.bytes) &&
                archive_read(universal_slice_of(file.bytes, s->set->machine), &s->scratch,
                             &archive, &unread);
    for (size_t i = 0; done && read && i < archive.member_count; i++) {
        const char *name;
        bool asked = is_asked_for(s, &archive, &archive.members[i], &name);
        done = name != NULL;
        if (asked) {
            done = add(s, path, &archive.members[i], "in a workspace whose sidecar is lost",
                       "Which libraries had it before they were melded is not known any more.");
        }
    }
    os_unmap(&file);
    arena_reset(&s->scratch);
    return (done || error_memory(error)) && error_passes(&unread, error);
}

/** Walk the folders of the libraries that are asked for. */
static bool look_around(struct seeking *s, os_visit *visitor, struct error *error)
{
    const struct set *set = s->set;
    const char *last = NULL;
    bool done = true;
    for (size_t i = 0; done && i < set->library_count; i++) {
        const struct library *library = &set->libraries[i];
        const char *path = library->universal ? library->universal : library->path;
        bool asked = library->target && (!s->question->library ||
                                         library_is_at(library, s->question->library));
        if (!asked || (last && path_same_directory(path, last))) {
            continue;
        }
        last = path;
        const char *around = xcframework_around(path, s->arena);
        const char *directory = path_directory(around ? around : path, s->arena);
        const char *folder = directory ? arena_printf(s->arena, "%s/", directory) : NULL;
        done = folder ? os_walk(folder, false, visitor, s, error) : error_memory(error);
    }
    return done;
}

bool explain_moved(const struct set *set, const struct armeld_question *question,
                   struct arena *arena, struct armeld_report *report, struct error *error)
{
    struct seeking seeking = {.set = set, .question = question, .arena = arena, .report = report};
    bool done = look_around(&seeking, visit, error) &&
                (report->explanation_count || look_around(&seeking, visit_lost, error));
    arena_free(&seeking.scratch);
    return done;
}
