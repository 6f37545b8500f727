/* SPDX-License-Identifier: MIT */
#include "write/renamed.h"

#include <stdlib.h>
#include <string.h>

#include "census/slices.h"
#include "write/folders.h"
#include "write/lacking.h"

/** Longer names are cut in messages, which hold 1,023 bytes. */
enum { LONGEST_NAME = 256 };

static bool may_be(const struct census *census, const struct library *library)
{
    return !library->was_melded && library->target && !library_is_of_rust(census, library);
}

bool renamed_may_be(const struct census *census)
{
    bool may = false;
    for (size_t i = 0; !may && i < census->set->library_count; i++) {
        may = may_be(census, &census->set->libraries[i]);
    }
    return may;
}

/**
 * An original as far as it is known: its headers and its index, which the sidecar has, and zeros
 * for what it does not have.
 * @return NULL: memory is short, or the sidecar does not have all that is no content of a member
 */
static uint8_t *put_together(const struct record *record, const struct manifest_library *library,
                             size_t *size)
{
    const struct manifest *manifest = &record->manifest;
    uint8_t *bytes = library->original.size <= SIZE_MAX - 1
                         ? calloc(1, (size_t)library->original.size + 1)
                         : NULL;
    bool known = bytes != NULL;
    *size = 0;
    for (size_t i = 0; known && i < library->step_count; i++) {
        const struct recipe_step *step = &library->steps[i];
        const struct manifest_content *content =
            step->content == NO_CONTENT ? NULL : &manifest->contents[step->content];
        uint64_t room = library->original.size - *size;
        uint64_t needed = content ? content->size : 0;
        known = step->literal.size <= room && needed <= room - step->literal.size &&
                (!content || !content->literal || content->bytes.size == content->size);
        if (known && step->literal.size) {
            memcpy(bytes + *size, step->literal.data, step->literal.size);
        }
        if (known && content && content->literal) {
            memcpy(bytes + *size + step->literal.size, content->bytes.data, content->bytes.size);
        }
        *size += known ? step->literal.size + (size_t)needed : 0;
    }
    if (!known) {
        free(bytes);
        bytes = NULL;
    }
    return bytes;
}

static bool refuse(const struct library *library, struct span lacking,
                   const struct manifest_library *was, const char *sidecar, struct error *error)
{
    int size = (int)(lacking.size < LONGEST_NAME ? lacking.size : LONGEST_NAME);
    return error_set(error,
                     "%s: not a whole library: it lacks %.*s and defines nothing but what %s did "
                     "before it was melded, as %s says: build the library again (if it was never "
                     "melded, move that sidecar away meanwhile)",
                     library->path, size, (const char *)lacking.data, was->path, sidecar);
}

/** Compare all inputs with one library of the record. */
static bool check_against(const struct census *census, const struct manifest_library *was,
                          const struct names *names, const char *sidecar, struct error *error)
{
    struct arena arena = {0};
    bool done = true;
    for (size_t i = 0; done && i < census->set->library_count; i++) {
        const struct library *library = &census->set->libraries[i];
        struct having having;
        if (!may_be(census, library)) {
            continue;
        }
        done = having_look(census, library, names, &arena, &having) || error_memory(error);
        if (done && having.lacking.data && having.count && having.count == having.all) {
            done = refuse(library, having.lacking, was, sidecar, error);
        }
        arena_reset(&arena);
    }
    arena_free(&arena);
    return done;
}

bool renamed_check(const struct census *census, const struct record *record, const char *sidecar,
                   struct error *error)
{
    bool done = true;
    for (size_t i = 0; done && i < record->manifest.library_count; i++) {
        const struct manifest_library *was = &record->manifest.libraries[i];
        struct arena arena = {0};
        struct archive archive;
        struct names names = {0};
        struct error unread = {0};
        size_t size;
        uint8_t *bytes = put_together(record, was, &size);
        struct span file = span_make(bytes, bytes ? size : 0);
        if (archive_read(slice_of_neighbour(census->set, file), &arena, &archive, &unread)) {
            done = names_of_index(&archive, &arena, &names) || error_memory(error);
            done = done && (names.rust || check_against(census, was, &names, sidecar, error));
        }
        done = done && error_passes(&unread, error);
        table_free(&names.table);
        arena_free(&arena);
        free(bytes);
    }
    return done;
}

/* ---- workspaces that nothing tells of ------------------------------------------------------ */

/** The search for an archive that defines what most libraries lack. */
struct finding {
    const struct census *census;
    const char *workspace;
    size_t least;
    size_t best; /* how many libraries lack what the archive defines */
    const char **text;
    struct folders folders;
    struct arena *arena;
    struct arena scratch; /* of one file */
};

static bool is_input(const struct census *census, const char *path)
{
    bool is = false;
    for (size_t i = 0; !is && i < census->set->library_count; i++) {
        const char *target = census->set->libraries[i].target;
        is = target && os_same_file(path, target);
    }
    return is;
}

/** Whether any library of the set defines a name. */
static bool set_defines(const struct census *census, struct span name)
{
    for (uint32_t i = 0; i < census->count; i++) {
        for (size_t j = 0; j < census->list[i].global_count; j++) {
            const struct global *global = &census->list[i].globals[j];
            if (role_defines(global->role) && span_equal(global->name, name)) {
                return true;
            }
        }
    }
    return false;
}

/** Count the libraries that lack what an archive defines, and say so if these are the most. */
static bool count_lacking(struct finding *f, const char *path, const struct names *names)
{
    const struct library *first = NULL;
    struct span lacking = {0};
    size_t count = 0;
    bool done = true;
    for (size_t i = 0; done && i < f->census->set->library_count; i++) {
        const struct library *library = &f->census->set->libraries[i];
        struct having having;
        if (library_is_of_rust(f->census, library)) {
            continue;
        }
        done = having_look(f->census, library, names, &f->scratch, &having);
        bool lacks = done && having.lacking.data && having.count * 2 < names->count &&
                     !set_defines(f->census, having.lacking);
        first = lacks && !count ? library : first;
        lacking = lacks && !count ? having.lacking : lacking;
        count += lacks;
    }
    if (done && count >= f->least && count > f->best) {
        int size = (int)(lacking.size < LONGEST_NAME ? lacking.size : LONGEST_NAME);
        f->best = count;
        *f->text = arena_printf(f->arena,
                                "%s and %zu other%s lack %.*s, which %s defines: if they were "
                                "melded into that, it is still needed, and they cannot be melded "
                                "again unless they are built again",
                                first->path, count - 1, count == 2 ? "" : "s", size,
                                (const char *)lacking.data, path);
        done = *f->text != NULL;
    }
    return done;
}

static bool visit(void *context, const char *path, struct error *error)
{
    struct finding *f = context;
    struct span name = span_of(path);
    struct os_file file = {0};
    struct archive archive;
    struct names names = {0};
    struct error unread = {0};
    if ((!span_ends(name, ".a") && !span_ends(name, ".lib")) || !os_may_be_file(path) ||
        os_same_file(path, f->workspace) || is_input(f->census, path) ||
        !os_map(path, &file, &unread)) {
        return true;
    }
    bool done = true;
    struct span bytes = slice_of_neighbour(f->census->set, file.bytes);
    if (archive_read(bytes, &f->scratch, &archive, &unread)) {
        done = names_of_index(&archive, &f->scratch, &names) && count_lacking(f, path, &names);
    }
    done = (done || error_memory(error)) && error_passes(&unread, error);
    table_free(&names.table);
    os_unmap(&file);
    arena_reset(&f->scratch);
    return done;
}

static bool look_around(struct finding *f, const char *path, struct error *error)
{
    struct error unread = {0};
    const char *folder;
    if (!folders_next(&f->folders, path, f->arena, &folder)) {
        return error_memory(error);
    }
    return !folder || os_walk(folder, false, visit, f, &unread) || error_passes(&unread, error);
}

bool renamed_find_workspace(const struct census *census, const char *workspace, size_t least,
                            struct arena *arena, const char **text, struct error *error)
{
    struct finding finding = {
        .census = census, .workspace = workspace, .least = least, .text = text, .arena = arena};
    size_t foreign = 0;
    *text = NULL;
    for (size_t i = 0; i < census->set->library_count; i++) {
        foreign += !library_is_of_rust(census, &census->set->libraries[i]);
    }
    finding.least = foreign / 2 > least ? foreign / 2 : least;
    bool done = foreign < least || look_around(&finding, workspace, error);
    for (size_t i = 0; done && foreign >= least && i < census->set->library_count; i++) {
        const char *path = census->set->libraries[i].target;
        done = !path || !os_may_be_file(path) || look_around(&finding, path, error);
    }
    folders_free(&finding.folders);
    arena_free(&finding.scratch);
    return done;
}
