/* SPDX-License-Identifier: MIT */
#include "census/slices.h"

#include <stdlib.h>

#include "base/path.h"
#include "image/image.h"
#include "obj/object.h"

/** The libraries that take the place of those of a set. */
struct splitting {
    struct set *set;
    const char *machine;
    struct library *libraries;
    size_t count;
    size_t capacity;
    struct error lack; /* which slices the first file has that lacks the one for .machine */
};

/** Add a library like @from, to which its mappings go. NULL with an error. */
static struct library *add_like(struct splitting *s, struct library *from, struct error *error)
{
    struct library *libraries =
        heap_grow(s->libraries, s->count, &s->capacity, 64, sizeof *libraries);
    if (!libraries) {
        error_memory(error);
        return NULL;
    }
    s->libraries = libraries;
    struct library *library = &s->libraries[s->count++];
    *library = *from;
    from->file = (struct os_file){.mode = from->file.mode};
    from->original = (struct os_file){0};
    return library;
}

/** Make a library of one slice that is no archive: its only member. */
static bool list_object(struct splitting *s, struct library *library, const char *path,
                        struct error *error)
{
    struct ar_member *member = ARENA_NEW(&s->set->arena, struct ar_member);
    if (!member) {
        return error_memory(error);
    }
    *member = (struct ar_member){.name = span_of(path_base(path)), .data = library->bytes};
    library->archive =
        (struct archive){.flavour = AR_DARWIN, .members = member, .member_count = 1};
    library->is_listed = true;
    library->is_image = image_probe(library->bytes);
    return true;
}

/** Make a library of a slice. The first one of a file has its mapping. */
static bool take_slice(struct splitting *s, struct library *whole,
                       const struct universal_slice *slice, const char *name, struct error *error)
{
    struct arena *arena = &s->set->arena;
    struct library *library = add_like(s, whole, error);
    if (!library) {
        return false;
    }
    library->whole = whole->bytes;
    library->bytes = slice->bytes;
    library->universal = whole->path;
    library->machine = name;
    library->path = arena_printf(arena, "%s[%s]", whole->path, name);
    library->name = arena_printf(arena, "%s[%s]", whole->name, name);
    library->target = library->path; /* nothing will be there: sets with slices are looked at */
    if (!library->path || !library->name) {
        return error_memory(error);
    }
    return archive_probe(slice->bytes) || list_object(s, library, whole->path, error);
}

static void no_such_slice(const char *machine, const struct library *whole,
                          const struct universal *universal, struct error *error)
{
    struct arena arena = {0};
    const char *list = "";
    for (size_t i = 0; list && i < universal->count; i++) {
        const char *name = universal_machine_name(universal->slices[i].machine, &arena);
        list = name ? arena_printf(&arena, "%s%s%s", list, i ? ", " : "", name) : NULL;
    }
    if (list) {
        error_set(error, "%s: it has no slice for %s, only for %s", whole->path, machine, list);
    } else {
        error_memory(error);
    }
    arena_free(&arena);
}

/**
 * Whether a library may have what is asked for: in an xcframework that may be its identifier, or
 * that and a machine.
 * @machine[out] of its slices, or NULL: all
 */
static bool is_asked_for(const struct splitting *s, const struct library *library,
                         const char **machine)
{
    const char *identifier = library->entry ? library->entry->identifier : NULL;
    const char *slash = s->machine ? strchr(s->machine, '/') : NULL;
    *machine = s->machine;
    if (identifier && s->machine && strcmp(identifier, s->machine) == 0) {
        *machine = NULL;
        return true;
    }
    if (slash) {
        size_t size = (size_t)(slash - s->machine);
        *machine = slash + 1;
        return identifier && strlen(identifier) == size &&
               memcmp(identifier, s->machine, size) == 0;
    }
    return true;
}

/** Forget a library that is not asked for. */
static bool drop(struct library *library)
{
    os_unmap(&library->file);
    os_unmap(&library->original);
    return true;
}

static bool split_file(struct splitting *s, struct library *whole, struct error *error)
{
    struct arena *arena = &s->set->arena;
    struct universal universal;
    size_t before = s->count;
    const char *machine;
    if (!is_asked_for(s, whole, &machine)) {
        return drop(whole);
    }
    if (!universal_read(whole->bytes, arena, &universal, error)) {
        return error_prefix(error, "%s: ", whole->path);
    }
    for (size_t i = 0; i < universal.count; i++) {
        const char *name = universal_machine_name(universal.slices[i].machine, arena);
        if (!name) {
            return error_memory(error);
        }
        if (machine && strcmp(name, machine) != 0) {
            continue;
        }
        if (!take_slice(s, whole, &universal.slices[i], name, error)) {
            return false;
        }
    }
    if (s->count == before) {
        if (s->lack.kind == ERROR_NONE) {
            no_such_slice(s->machine, whole, &universal, &s->lack);
        }
        drop(whole);
    }
    return true;
}

/** Take a file that is not universal, if it is for the machine that is asked for. */
static bool take_plain(struct splitting *s, struct library *library, struct error *error)
{
    const char *machine;
    if (!is_asked_for(s, library, &machine) || (machine && !slice_take(library, machine))) {
        return drop(library);
    }
    return add_like(s, library, error) != NULL;
}

/** Unmap what moved before a failure. */
static void give_up(struct splitting *s)
{
    for (size_t i = 0; i < s->count; i++) {
        os_unmap(&s->libraries[i].file);
        os_unmap(&s->libraries[i].original);
    }
    free(s->libraries);
}

bool set_split(struct set *set, const char *machine, struct error *error)
{
    struct splitting s = {.set = set, .machine = machine};
    bool found = false;
    for (size_t i = 0; i < set->library_count; i++) {
        const struct library *library = &set->libraries[i];
        found = found || universal_probe(library->bytes) || (machine && library->entry);
    }
    if (!found) {
        return true;
    }
    for (size_t i = 0; i < set->library_count; i++) {
        struct library *library = &set->libraries[i];
        bool done = universal_probe(library->bytes) ? split_file(&s, library, error)
                                                    : take_plain(&s, library, error);
        if (!done) {
            give_up(&s);
            return false;
        }
    }
    if (!s.count) {
        free(s.libraries);
        set->library_count = 0;
        *error = s.lack;
        return error->kind == ERROR_NONE
                   ? error_set(error, "no library is for %s", machine)
                   : false;
    }
    free(set->libraries);
    set->libraries = s.libraries;
    set->library_count = s.count;
    set->library_capacity = s.capacity;
    return true;
}

/** Room for one more library. NULL: memory is short. */
static struct library *add_library(struct set *set)
{
    struct library *libraries = heap_grow(set->libraries, set->library_count,
                                          &set->library_capacity, 64, sizeof *libraries);
    set->libraries = libraries ? libraries : set->libraries;
    return libraries ? &libraries[set->library_count++] : NULL;
}

bool set_add_view(struct set *set, const struct library *from, struct error *error)
{
    struct library *library = add_library(set);
    if (!library) {
        return error_memory(error);
    }
    *library = *from;
    library->file = (struct os_file){.mode = from->file.mode};
    library->original = (struct os_file){0};
    library->arena = (struct arena){0};
    return true;
}

bool set_add_slice(struct set *set, const struct library *whole, const char *machine,
                   struct span slice, struct error *error)
{
    struct arena *arena = &set->arena;
    struct library *library = add_library(set);
    if (!library) {
        return error_memory(error);
    }
    *library = (struct library){
        .path = machine ? arena_printf(arena, "%s[%s]", whole->path, machine) : whole->path,
        .target = whole->target,
        .universal = machine ? whole->path : NULL,
        .machine = machine,
        .name = whole->name,
        .file = {.mode = whole->file.mode},
        .bytes = slice,
        .whole = machine ? whole->bytes : (struct span){0},
        .was_melded = whole->was_melded,
    };
    return library->path || error_memory(error);
}

/**
 * Read an archive. That memory is short is not told to callers, to whom it would mean that no
 * object tells: a second try shows whether it still is, and then what comes next fails as well.
 */
static bool read_patiently(struct span bytes, struct arena *arena, struct archive *archive)
{
    struct error unread = {0};
    struct error again = {0};
    return archive_read(bytes, arena, archive, &unread) ||
           (unread.memory && archive_read(bytes, arena, archive, &again));
}

struct universal_machine slice_machine(struct span archive)
{
    enum { CPUTYPE_AT = 4, CPUSUBTYPE_AT = 8, FIELDS_END = 12 };
    struct arena arena = {0};
    struct archive read;
    struct universal_machine machine = {0, 0};
    struct macho_target target;
    struct span triple;
    bool done = read_patiently(archive, &arena, &read);
    for (size_t i = 0; done && !machine.type && i < read.member_count; i++) {
        struct span object = read.members[i].data;
        if (object_probe(object) == OBJ_MACHO && object.size >= FIELDS_END) {
            machine = (struct universal_machine){get_le32(object.data + CPUTYPE_AT),
                                                 get_le32(object.data + CPUSUBTYPE_AT)};
        } else if (object_bitcode_triple(object, &triple) && macho_triple_target(triple, &target)) {
            machine = (struct universal_machine){target.machine, target.subtype};
        }
    }
    arena_free(&arena);
    return machine;
}

static bool may_name_platform(struct span data)
{
    enum obj_format format = object_probe(data);
    return format == OBJ_MACHO || format == OBJ_BITCODE;
}

/** The platforms of an object, if it is for Apple's systems, and can be read. */
static uint32_t platforms_of(struct span data, struct arena *arena)
{
    struct object object;
    struct error unread = {0};
    enum obj_result result = OBJ_BROKEN;
    for (int tries = 0; may_name_platform(data) && tries < 2; tries++) {
        result = object_read(data, arena, &object, &unread);
        tries += result != OBJ_NO_MEMORY; /* as in read_patiently() */
    }
    return result == OBJ_OK ? object.platforms : 0;
}

uint32_t slice_platforms(struct span slice)
{
    struct arena arena = {0};
    struct arena own = {0};
    struct archive read;
    uint32_t platforms = platforms_of(slice, &own);
    bool done = archive_probe(slice) && read_patiently(slice, &arena, &read);
    for (size_t i = 0; done && !platforms && i < read.member_count; i++) {
        platforms = platforms_of(read.members[i].data, &own);
        arena_reset(&own);
    }
    arena_free(&arena);
    arena_free(&own);
    return platforms;
}

/** Whether no object of an archive tells that it is for another machine. */
static bool fits_machine(struct span archive, const char *machine)
{
    struct arena arena = {0};
    struct universal_machine own = slice_machine(archive);
    const char *name = own.type ? universal_machine_name(own, &arena) : machine;
    bool fits = !name || strcmp(name, machine) == 0;
    arena_free(&arena);
    return fits;
}

bool slice_take(struct library *library, const char *machine)
{
    if (universal_probe(library->bytes)) {
        library->whole = library->bytes;
        library->bytes = universal_slice_of(library->whole, machine);
        return archive_probe(library->bytes);
    }
    return fits_machine(library->bytes, machine);
}

struct span slice_for_set(const struct set *set, struct span file)
{
    struct universal_machine machine = {0, 0};
    if (set->machine) {
        bool fits = universal_probe(file) || fits_machine(file, set->machine);
        return fits ? universal_slice_of(file, set->machine) : (struct span){0};
    }
    for (size_t i = 0; universal_probe(file) && !machine.type && i < set->library_count; i++) {
        machine = slice_machine(set->libraries[i].bytes);
    }
    if (!machine.type) {
        return file;
    }
    struct arena arena = {0};
    struct span slice = universal_slice_of(file, universal_machine_name(machine, &arena));
    arena_free(&arena);
    return slice;
}

struct span slice_of_neighbour(const struct set *set, struct span file)
{
    struct span slice = slice_for_set(set, file);
    uint32_t others = slice.size ? slice_platforms(slice) : 0;
    uint32_t platforms = 0;
    for (size_t i = 0; others && !platforms && i < set->library_count; i++) {
        platforms = slice_platforms(set->libraries[i].bytes);
    }
    return platforms && !(platforms & others) ? span_make(NULL, 0) : slice;
}

/** Whether two libraries, none of them universal, go together as far as Mach-O objects tell. */
static bool go_together(struct span a, struct span b)
{
    struct universal_machine first = slice_machine(a);
    struct universal_machine second = slice_machine(b);
    uint32_t platforms = slice_platforms(a);
    uint32_t others = slice_platforms(b);
    return !first.type || !second.type ||
           (universal_same_machine(first, second) &&
            (!platforms || !others || platforms & others));
}

void set_keep_company(struct set *set, const char *path)
{
    size_t own = 0;
    while (own < set->library_count && !library_is_at(&set->libraries[own], path)) {
        own++;
    }
    if (own == set->library_count || universal_probe(set->libraries[own].bytes)) {
        return;
    }
    struct span bytes = set->libraries[own].bytes;
    size_t kept = 0;
    for (size_t i = 0; i < set->library_count; i++) {
        struct library *library = &set->libraries[i];
        if (universal_probe(library->bytes) || go_together(bytes, library->bytes)) {
            set->libraries[kept++] = *library;
        } else {
            os_unmap(&library->file);
        }
    }
    set->library_count = kept;
}
