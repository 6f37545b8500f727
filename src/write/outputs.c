/* SPDX-License-Identifier: MIT */
#include "write/outputs.h"

#include <stdlib.h>

#include "base/path.h"
#include "base/table.h"
#include "census/sharer_sets.h"
#include "obj/obj_edit.h"
#include "obj/rcgu.h"
#include "write/new_file.h"

struct listing {
    const struct census *census;
    const struct plan *plan;
    const struct shrunk *shrunk;
    const struct output_rules *rules;
    struct outputs *outputs;
    struct error *error;
};

static enum ar_side side_of(const struct class *class)
{
    if (class->format != OBJ_COFF && class->format != OBJ_IMPORT) {
        return AR_SIDE_NONE;
    }
    switch (class->machine) {
    case MACHINE_ARM64:
        return AR_SIDE_NATIVE;
    case MACHINE_ARM64EC:
        return AR_SIDE_EC;
    case MACHINE_X86_64:
        return AR_SIDE_X64;
    default:
        return AR_SIDE_NONE;
    }
}

/** The item that stands for a member; its contents are counted. */
static struct ar_item make_item(const struct listing *m, uint32_t number, struct span name,
                                struct output *output)
{
    const struct ar_member *member = set_member(m->census->set, number);
    const struct class *class = &m->census->list[m->census->class_of[number]];
    const struct shrunk_object *shrunk = shrunk_member(m->shrunk, m->census, number);
    output->contents += shrunk ? shrunk->bytes.size : member_content(m->census->set, number).size;
    return (struct ar_item){
        .name = name,
        .data = shrunk ? shrunk->bytes : member->data,
        .fields = ar_member_fields(&set_library_of(m->census->set, number)->archive, member),
        .symbols = shrunk ? shrunk->index : class->index,
        .symbol_count = shrunk ? shrunk->index_count : class->index_count,
        .side = side_of(class),
        .object = class_is_linked(class),
    };
}

/* ---- names in the workspace -------------------------------------------------------------- */

static bool same_item_name(const void *context, uint32_t item, const void *key)
{
    return span_equal(((const struct ar_item *)context)[item].name, *(const struct span *)key);
}

/** Where the suffix of an object's name begins: ".rcgu.o", ".o", ".obj", or the end. */
static size_t stem_size(struct span name)
{
    static const char *const suffixes[] = {".rcgu.o", ".o", ".obj"};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        if (span_ends(name, suffixes[i])) {
            return name.size - strlen(suffixes[i]);
        }
    }
    return name.size;
}

/**
 * Give @item a name that no other item has: its label, or the label with ".2", ".3", ... before
 * the suffix. @names holds the items named so far; @tried, by the item that has a label for its
 * name, the last number that was tried for it, so that many items of one label stay fast.
 */
static bool name_item(struct listing *m, struct ar_item *items, uint32_t item, struct table *names,
                      uint32_t *tried)
{
    struct rcgu_name rcgu;
    rcgu_parse(items[item].name, &rcgu);
    struct span label = rcgu.label;
    struct span name = label;
    size_t stem = stem_size(label);
    uint64_t hash = table_hash(name, 0);
    uint32_t first = table_find(names, hash, same_item_name, items, &name);
    uint32_t other = first;
    if (first != TABLE_NONE && tried[first] == 0) {
        tried[first] = 1;
    }
    while (other != TABLE_NONE) {
        char *text =
            arena_printf(&m->outputs->arena, "%.*s.%u%.*s", (int)stem, (const char *)label.data,
                         ++tried[first], (int)(label.size - stem), (const char *)label.data + stem);
        if (!text) {
            return false;
        }
        name = span_of(text);
        hash = table_hash(name, 0);
        other = table_find(names, hash, same_item_name, items, &name);
    }
    items[item].name = name;
    return table_add(names, hash, item);
}

enum { NO_SHARER_SET = 0 }; /* copies of import stubs */

static bool make_workspace(struct listing *m, uint32_t number_of_part, struct output *output)
{
    const struct plan_part *part = &m->plan->parts[number_of_part];
    struct table names = {0};
    bool done = true;
    output->part = number_of_part;
    output->path = number_of_part ? path_numbered(m->rules->workspace, number_of_part + 1,
                                                  &m->outputs->arena)
                                  : m->rules->workspace;
    output->needed = true;
    output->items = ARENA_ARRAY(&m->outputs->arena, struct ar_item, part->workspace_count + 1);
    uint32_t *tried = ARENA_ARRAY(&m->outputs->arena, uint32_t, part->workspace_count);
    const uint32_t *sharer_sets = NULL;
    if (m->rules->prelink) {
        sharer_sets = sharer_sets_find(m->census, &m->outputs->arena);
        output->sharer_sets = ARENA_ARRAY(&m->outputs->arena, uint32_t, part->workspace_count + 1);
    }
    output->apart = ARENA_ARRAY(&m->outputs->arena, bool, part->workspace_count + 1);
    if (!output->path || !output->items || !tried || !output->apart ||
        (m->rules->prelink && (!sharer_sets || !output->sharer_sets))) {
        return error_memory(m->error);
    }
    for (size_t i = 0; done && i < part->workspace_count; i++) {
        uint32_t number = part->workspace[i];
        size_t item = output->item_count;
        if (!shrunk_keeps(m->shrunk, m->census, number)) {
            continue;
        }
        output->items[item] =
            make_item(m, number, set_member(m->census->set, number)->name, output);
        output->apart[item] = shrunk_is_apart(m->shrunk, m->census, number);
        if (sharer_sets) {
            output->sharer_sets[item] =
                i < part->moved_count ? sharer_sets[m->census->class_of[number]] : NO_SHARER_SET;
        }
        /* import sets keep their names: linkers sort by them */
        done = i >= part->moved_count || name_item(m, output->items, (uint32_t)item, &names, tried);
        output->item_count++;
    }
    table_free(&names);
    return done || error_memory(m->error);
}

/* ---- melded libraries -------------------------------------------------------------------- */

const char *outputs_path(const struct library *library, const char *output_dir,
                         struct arena *arena)
{
    return output_dir        ? arena_printf(arena, "%s/%s", output_dir, library->name)
           : library->target ? library->target
                             : library->path;
}

bool outputs_list_paths(struct set *set, const char *output_dir)
{
    set->written = ARENA_ARRAY(&set->arena, const char *, set->library_count);
    for (size_t i = 0; set->written && i < set->library_count; i++) {
        const struct library *library = &set->libraries[i];
        const char *path = outputs_path(library, output_dir, &set->arena);
        if (path) {
            set->written[set->written_count++] = path;
        } else if (library->target || output_dir) {
            return false;
        }
    }
    return set->written != NULL;
}

static bool make_library(struct listing *m, const struct library *library, struct output *output)
{
    size_t count = library->archive.member_count;
    size_t staying = 0;
    bool changed = false;
    for (uint32_t i = 0; i < count; i++) {
        staying += plan_stays(m->plan, m->census, library->first + i);
    }
    uint32_t index = (uint32_t)(library - m->census->set->libraries);
    output->from = library;
    output->part = plan_part_of(m->plan, index);
    output->left_out = plan_leaves_out(m->plan, index);
    output->path = outputs_path(library, m->rules->output_dir, &m->outputs->arena);
    output->items = ARENA_ARRAY(&m->outputs->arena, struct ar_item, staying + 1);
    output->apart = ARENA_ARRAY(&m->outputs->arena, bool, staying + 1);
    if (!output->path || !output->items || !output->apart) {
        return error_memory(m->error);
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = library->first + i;
        if (!plan_stays(m->plan, m->census, number) ||
            !shrunk_keeps(m->shrunk, m->census, number)) {
            continue;
        }
        output->apart[output->item_count] = shrunk_is_apart(m->shrunk, m->census, number);
        output->items[output->item_count++] =
            make_item(m, number, library->archive.members[i].name, output);
        changed |= shrunk_member(m->shrunk, m->census, number) != NULL;
    }
    /* without members there is nothing that a flavour would change */
    bool same_flavour = library->archive.flavour == m->rules->flavour || count == 0;
    same_flavour |= library->is_image;
    output->verbatim = same_flavour && output->item_count == count && !changed;
    /* a melded file on disk gives way even if nothing moves any more */
    output->needed = !output->verbatim || m->rules->output_dir || library->was_melded;
    return true;
}

/** The mark of an archive, which stays that of one that is shrunk alone; or NULL. */
static const char *find_mark(const struct outputs *outputs, const struct output *output)
{
    const struct library *alone = outputs->single ? output->from : NULL;
    return outputs->one_archive || (alone && archive_is_one(alone->bytes)) ? AR_MARK_ONE
           : !output->from || (alone && archive_is_marked(alone->bytes))   ? AR_MARK
                                                                           : NULL;
}

bool outputs_lay_out(struct outputs *outputs, struct error *error)
{
    for (size_t i = 0; i < outputs->count; i++) {
        struct output *output = &outputs->list[i];
        if (output->dropped) {
            continue;
        }
        if (!output->verbatim && output->from && output->from->is_image && output->item_count) {
            output->layout = (struct ar_layout){.pieces = &output->items->data, .piece_count = 1,
                                                .size = output->items->data.size};
            continue;
        }
        if (!output->verbatim && !ar_layout(outputs->flavour, output->items, output->item_count,
                                            &ar_limits, &outputs->arena, &output->layout, error)) {
            return error_prefix(error, "%s: ", output->path);
        }
        const char *mark = find_mark(outputs, output);
        if (!output->verbatim && output->item_count && mark) {
            ar_layout_mark(&output->layout, mark);
        }
    }
    return true;
}

/** Bytes between slices. */
static const uint8_t ZEROS[1 << 15];

/** The pieces of a slice. */
static const struct span *slice_pieces(const struct output_slice *slice, size_t *count)
{
    *count = 1;
    return slice->output ? output_pieces(slice->output, count) : &slice->slice.bytes;
}

bool output_lay_out_universal(struct output *output, struct output_slice *slices, size_t count,
                              bool wide, struct arena *arena, struct error *error)
{
    struct universal universal = {.wide = wide, .count = count};
    struct universal_layout layout;
    size_t pieces = 1;
    universal.slices = ARENA_ARRAY(arena, struct universal_slice, count);
    for (size_t i = 0; universal.slices && i < count; i++) {
        size_t of_slice;
        const struct output *of = slices[i].output;
        slice_pieces(&slices[i], &of_slice);
        universal.slices[i] = slices[i].slice;
        universal.slices[i].bytes.size = of ? (size_t)output_size(of) : slices[i].slice.bytes.size;
        pieces += 1 + of_slice;
    }
    output->layout.pieces = ARENA_ARRAY(arena, struct span, pieces);
    if (!universal.slices || !output->layout.pieces ||
        !universal_lay_out(&universal, arena, &layout)) {
        return error_memory(error);
    }
    struct span *next = output->layout.pieces;
    *next++ = layout.header;
    uint64_t at = layout.header.size;
    for (size_t i = 0; i < count; i++) {
        size_t of_slice;
        const struct span *list = slice_pieces(&slices[i], &of_slice);
        slices[i].offset = layout.offsets[i];
        *next++ = span_make(ZEROS, (size_t)(layout.offsets[i] - at));
        memcpy(next, list, of_slice * sizeof *list);
        next += of_slice;
        at = layout.offsets[i] + universal.slices[i].bytes.size;
    }
    output->layout.piece_count = pieces;
    output->layout.size = layout.size;
    output->slices = slices;
    output->slice_count = count;
    return true;
}

/** A file that must not be another one's, too. */
struct place {
    const char *path;  /* its folder without symlinks */
    const char *named; /* as messages call it */
    const char *what;
    bool original; /* an input that is to be left alone */
    size_t number; /* in the order of the inputs */
};

/**
 * The path with its folder resolved, through folders that do not exist yet. A link in its last part
 * is not followed: a new file takes the link's place.
 */
static const char *resolve_folder(const char *path, struct arena *arena)
{
    struct error unresolved = {0};
    const char *folder = path_directory(path, arena);
    const char *real = folder ? new_file_place(folder, arena, &unresolved) : NULL;
    return real ? path_join(real, path_base(path), arena) : path;
}

static int by_path(const void *a, const void *b)
{
    const struct place *first = a;
    const struct place *second = b;
    int order = strcmp(first->path, second->path);
    return order ? order : (first->number > second->number) - (first->number < second->number);
}

/** List all files that are written, and with an output directory the originals. */
static struct place *list_places(struct listing *m, size_t *count)
{
    struct outputs *outputs = m->outputs;
    struct arena *arena = &outputs->arena;
    struct place *places = ARENA_ARRAY(arena, struct place, 2 * outputs->count);
    struct place *next = places;
    for (size_t i = 0; places && i < outputs->count; i++) {
        const struct output *output = &outputs->list[i];
        const struct library *from = output->from;
        *next++ = (struct place){resolve_folder(output->path, arena), output->path,
                                 from ? from->path : i ? output->path : "the workspace",
                                 false, 0};
        if (m->rules->output_dir && from && from->target) {
            *next++ = (struct place){from->target, from->path, from->path, true, 0};
        } else if (m->rules->backup && !m->rules->output_dir && from && output->needed) {
            const char *backup = path_backup(output->path, arena);
            *next++ =
                (struct place){backup, backup,
                               arena_printf(arena, "the backup of %s", from->path), false, 0};
        }
    }
    *count = (size_t)(next - places);
    for (size_t i = 0; i < *count; i++) {
        places[i].number = i;
        if (!places[i].path || !places[i].what) {
            return NULL;
        }
    }
    return places;
}

/** Two files in one place would lose one of them. */
static bool check_paths(struct listing *m)
{
    size_t count = 0;
    struct place *places = list_places(m, &count);
    if (!places) {
        return error_memory(m->error);
    }
    qsort(places, count, sizeof *places, by_path);
    for (size_t i = 1; i < count; i++) {
        const struct place *a = &places[i - 1];
        const struct place *b = &places[i];
        if (strcmp(a->path, b->path) != 0) {
            continue;
        }
        if (a->original || b->original) {
            return error_set_kind(m->error, ERROR_USAGE,
                                  "%s would be written over the original %s: name another output "
                                  "directory",
                                  a->original ? b->what : a->what, a->original ? a->what : b->what);
        }
        return error_set_kind(m->error, ERROR_USAGE, "%s and %s would both be written to %s",
                              a->what, b->what, a->named);
    }
    return true;
}

bool outputs_make(const struct census *census, const struct plan *plan, const struct shrunk *shrunk,
                  const struct output_rules *rules, struct outputs *outputs, struct error *error)
{
    struct listing listing = {census, plan, shrunk, rules, outputs, error};
    outputs->flavour = rules->flavour;
    outputs->single = rules->single;
    outputs->workspaces = rules->single ? 0 : plan->part_count;
    outputs->count = census->set->library_count + outputs->workspaces;
    outputs->list = ARENA_ARRAY(&outputs->arena, struct output, outputs->count);
    if (!outputs->list) {
        return error_memory(error);
    }
    for (uint32_t i = 0; i < outputs->workspaces; i++) {
        if (!make_workspace(&listing, i, &outputs->list[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < census->set->library_count; i++) {
        if (!make_library(&listing, &census->set->libraries[i], outputs_library(outputs, i))) {
            return false;
        }
    }
    return check_paths(&listing);
}

const struct span *output_pieces(const struct output *output, size_t *count)
{
    *count = output->verbatim ? 1 : output->layout.piece_count;
    return output->verbatim ? &output->from->bytes : output->layout.pieces;
}

uint64_t output_size(const struct output *output)
{
    return output->verbatim ? output->from->bytes.size : output->layout.size;
}

bool output_equals(const struct output *output, struct span bytes)
{
    size_t count;
    const struct span *pieces = output_pieces(output, &count);
    return span_equal_pieces(bytes, pieces, count);
}

void outputs_free(struct outputs *outputs)
{
    arena_free(&outputs->arena);
    *outputs = (struct outputs){0};
}
