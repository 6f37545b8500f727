/* SPDX-License-Identifier: MIT */
#include "write/incomplete.h"

#include "apple/xcframework.h"
#include "base/path.h"
#include "base/table.h"
#include "census/slices.h"
#include "sidecar/record.h"
#include "sidecar/sidecar.h"
#include "write/siblings.h"

/** Longer names are cut in messages, which hold 1,023 bytes. */
enum { LONGEST_NAME = 256 };

/** An archive that defines some of what a library lacks. */
struct provider {
    const char *path; /* NULL: there is none */
    uint32_t symbol;  /* the first one that it defines */
    size_t defines;   /* how many */
    bool knows;       /* its sidecar tells that these bytes were melded into it */
    bool restores;    /* and that they lie where restoring looks for them */
    const char *first; /* then the set's first workspace: mostly this one */
};

/** The search for the archive that defines most of what a library lacks. */
struct seeking {
    const struct whole *whole;
    const struct library *library;
    struct arena *arena;  /* paths */
    struct arena scratch; /* one archive */
    struct table lacking; /* names that are lacking, by their number in whole.lacking */
    bool *told;           /* by that number: this archive defines it */
    struct provider best;
};

static bool equals_lacking(const void *context, uint32_t value, const void *key)
{
    const struct whole *whole = context;
    return span_equal(whole->census->symbols[whole->lacking[value]], *(const struct span *)key);
}

/** Count in @provider what an archive's index lists of what is lacking. */
static void count_definitions(struct seeking *s, const struct ar_symbols *symbols,
                              struct provider *provider)
{
    const struct whole *whole = s->whole;
    uint32_t first = TABLE_NONE;
    memset(s->told, 0, whole->lacking_count * sizeof *s->told);
    for (size_t i = 0; i < symbols->count; i++) {
        struct span name = symbols->list[i].name;
        uint32_t at = table_find(&s->lacking, table_hash(name, 0), equals_lacking, whole, &name);
        if (at != TABLE_NONE && !s->told[at]) {
            s->told[at] = true;
            provider->defines++;
            first = at < first ? at : first; /* TABLE_NONE is the largest */
        }
    }
    provider->symbol = first == TABLE_NONE ? NO_CLASS : whole->lacking[first];
}

/** Find out whether the sidecar of @provider says that the library's bytes were melded into it. */
static bool ask_sidecar(struct seeking *s, struct provider *provider)
{
    const char *around = xcframework_around(provider->path, &s->scratch);
    const char *place = around ? around : provider->path;
    const char *first = sidecar_first_workspace(place, &s->scratch);
    const char *sidecar = sidecar_path(first ? first : place, &s->scratch);
    const char *directory = path_directory(place, &s->scratch);
    struct os_file file = {0};
    struct error unread = {0};
    struct manifest manifest;
    if (!sidecar || !directory) {
        return false;
    }
    if (!os_may_be_file(sidecar) || !os_map(sidecar, &file, &unread)) {
        return true;
    }
    bool read = sidecar_read(file.bytes, (struct span){0}, &s->scratch, &manifest, &unread);
    bool done = !unread.memory;
    for (size_t i = 0; read && i < manifest.library_count; i++) {
        const struct manifest_library *library = &manifest.libraries[i];
        if (manifest_has_form(library, library_file(s->library))) {
            const char *path = path_join(directory, library->path, &s->scratch);
            provider->knows = true;
            provider->restores |= path && os_same_file(path, s->library->path);
            provider->first = arena_printf(s->arena, "%s", first ? first : place);
        }
    }
    os_unmap(&file);
    return done;
}

/** A sidecar's word counts most, then how much is defined; of equals the first one stays. */
static bool is_better(const struct provider *provider, const struct provider *best)
{
    int known = provider->knows + provider->restores - best->knows - best->restores;
    return known > 0 || (known == 0 && provider->defines > best->defines);
}

/** Look at one file; what is no archive defines nothing. */
static bool look_at(struct seeking *s, const char *path, struct error *error)
{
    struct os_file file = {0};
    struct error unread = {0};
    struct archive archive;
    struct ar_symbols symbols;
    struct provider provider = {0};
    if (!os_may_be_file(path) || os_same_file(path, s->library->path) ||
        !os_map(path, &file, &unread)) {
        return true;
    }
    struct span bytes = slice_of_neighbour(s->whole->census->set, file.bytes);
    if (archive_read(bytes, &s->scratch, &archive, &unread) &&
        archive_index(&archive, AR_TABLE_MAIN, &s->scratch, &symbols, &unread)) {
        count_definitions(s, &symbols, &provider);
    }
    bool done = error_passes(&unread, error);
    if (done && provider.defines) {
        size_t plain = span_starts(span_of(path), "./") ? 2 : 0;
        provider.path = arena_printf(s->arena, "%s", path + plain);
        done = (provider.path && ask_sidecar(s, &provider)) || error_memory(error);
    }
    if (provider.defines && is_better(&provider, &s->best)) {
        s->best = provider;
    }
    os_unmap(&file);
    arena_reset(&s->scratch);
    return done;
}

static bool look_at_file(void *context, const char *path, struct error *error)
{
    return look_at(context, path, error);
}

static bool visit(void *context, const char *path, struct error *error)
{
    struct span name = span_of(path);
    return (!span_ends(name, ".a") && !span_ends(name, ".lib")) || look_at(context, path, error);
}

static bool look_around(struct seeking *s, const char *path, struct error *error)
{
    const char *directory = path ? path_directory(path, s->arena) : NULL;
    if (!path || !directory) {
        return !path || error_memory(error);
    }
    const char *folder = arena_printf(s->arena, "%s/", directory);
    return folder ? os_kind(directory) != OS_DIRECTORY || os_walk(folder, false, visit, s, error)
                  : error_memory(error);
}

/** In xcframeworks, those beside count, too. */
static bool look_beside(struct seeking *s, const char *workspace, struct error *error)
{
    const char *target = s->library->target;
    const char *around = target ? xcframework_around(target, s->arena) : NULL;
    const char *place = workspace ? xcframework_around(workspace, s->arena) : NULL;
    bool same = around && place && path_same_directory(around, place);
    return (!place || siblings_visit(workspace, look_at_file, s, error)) &&
           (!around || same || siblings_visit(target, look_at_file, s, error));
}

/** Of what the library lacks: find the archive on the disk that has it. */
static bool seek(struct seeking *s, const char *workspace, struct error *error)
{
    const struct whole *whole = s->whole;
    bool done = true;
    s->told = ARENA_ARRAY(s->arena, bool, whole->lacking_count);
    for (size_t i = 0; s->told && done && i < whole->lacking_count; i++) {
        struct span name = whole->census->symbols[whole->lacking[i]];
        done = table_add(&s->lacking, table_hash(name, 0), (uint32_t)i);
    }
    done = (s->told && done) || error_memory(error);
    done = done && (!workspace || look_at(s, workspace, error)) &&
           look_around(s, s->library->target ? s->library->path : NULL, error) &&
           look_around(s, workspace, error) && look_around(s, s->library->target, error) &&
           look_beside(s, workspace, error);
    table_free(&s->lacking);
    arena_free(&s->scratch);
    return done;
}

/** What to do about the library. */
static const char *advice(const struct seeking *s)
{
    const char *path = s->best.path;
    if (!path) {
        return "no archive beside it or beside the workspace defines that: build the library again";
    }
    if (s->best.restores) {
        return arena_printf(s->arena,
                            "%s defines that, and it was melded into that workspace: run "
                            "\"armeld restore %s\" first",
                            path,
                            path_quoted("", s->best.first ? s->best.first : path, s->arena));
    }
    if (s->best.knows) {
        return arena_printf(s->arena,
                            "%s defines that, and it was melded into that workspace: put "
                            "it back where it was then, and run \"armeld restore\" there",
                            path);
    }
    return arena_printf(s->arena,
                        "%s defines that: if the library was melded into it, the sidecar "
                        "is lost, or another tool changed the library since then: build "
                        "the library again",
                        path);
}

static const char *finding_text(const struct whole *whole, const struct library *library,
                                const char *workspace, struct arena *arena, struct error *error)
{
    struct seeking seeking = {.whole = whole, .library = library, .arena = arena};
    if (!seek(&seeking, workspace, error)) {
        return NULL;
    }
    uint32_t symbol = seeking.best.path ? seeking.best.symbol : whole->lacking[0];
    struct span name = whole->census->symbols[symbol];
    bool cut = name.size > LONGEST_NAME;
    const char *why = advice(&seeking);
    const char *text =
        why ? arena_printf(arena,
                           "not a whole Rust library: it needs %zu Rust symbol%s that none "
                           "of its members defines, %s%.*s%s; %s",
                           whole->lacking_count, whole->lacking_count == 1 ? "" : "s",
                           whole->lacking_count == 1 ? "" : "such as ",
                           (int)(cut ? LONGEST_NAME : name.size), (const char *)name.data,
                           cut ? "..." : "", why)
            : NULL;
    if (!text) {
        error_memory(error);
    }
    return text;
}

bool incomplete_needs(const struct whole *whole, uint32_t library, const char *workspace,
                      bool *needs, struct error *error)
{
    struct arena arena = {0};
    struct seeking seeking = {
        .whole = whole, .library = &whole->census->set->libraries[library], .arena = &arena};
    bool done = seek(&seeking, workspace, error);
    *needs = done && seeking.best.path && os_same_file(seeking.best.path, workspace);
    arena_free(&arena);
    return done;
}

bool incomplete_find(const struct census *census, uint32_t first, uint32_t count,
                     const char *workspace, struct arena *arena, struct armeld_finding **findings,
                     size_t *found, struct error *error)
{
    struct arena own = {0};
    struct whole whole;
    *found = 0;
    *findings = ARENA_ARRAY(arena, struct armeld_finding, count);
    bool done = (*findings && whole_init(&whole, census, &own)) || error_memory(error);
    for (uint32_t i = first; done && i < first + count; i++) {
        const struct library *library = &census->set->libraries[i];
        if (whole_look(&whole, i)) {
            continue;
        }
        const char *text = finding_text(&whole, library, workspace, arena, error);
        (*findings)[(*found)++] = (struct armeld_finding){library->path, text};
        done = text != NULL;
    }
    arena_free(&own);
    return done;
}

bool incomplete_check(const struct census *census, const char *workspace, struct error *error)
{
    struct arena arena = {0};
    struct armeld_finding *findings;
    size_t found;
    bool done = incomplete_find(census, 0, (uint32_t)census->set->library_count, workspace, &arena,
                                &findings, &found, error);
    if (done && found == 1) {
        done = error_set(error, "%s: %s", findings->path, findings->text);
    } else if (done && found) {
        done = error_set(error, "%s: %s (%zu of the libraries named are not whole)", findings->path,
                         findings->text, found);
    }
    arena_free(&arena);
    return done;
}
