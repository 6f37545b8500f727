/* SPDX-License-Identifier: MIT */
#include "packaging/provider.h"

#include "base/path.h"
#include "obj/dynamic.h"

/** What became of a file: STOP: linkers would take it, and it cannot be read: a script. */
enum taken { NOT_TAKEN, TAKEN, STOP, NO_MEMORY };

static bool add_name(struct provider *provider, struct span name, struct arena *arena)
{
    struct span *names = arena_grow(arena, provider->names, provider->count, &provider->capacity,
                                    256, sizeof *names);
    if (names) {
        provider->names = names;
        names[provider->count++] = name;
    }
    return names != NULL;
}

/** Take the definitions of a shared library. */
static enum taken take_shared(struct provider *provider, struct span bytes,
                       const struct symbols *symbols, struct arena *arena)
{
    struct dynamic dynamic;
    struct error unread = {0};
    enum obj_result result = dynamic_read(bytes, arena, &dynamic, &unread);
    if (result != OBJ_OK || dynamic.machine != symbols->machine) {
        return result == OBJ_NO_MEMORY ? NO_MEMORY : result == OBJ_OK ? NOT_TAKEN : STOP;
    }
    for (size_t i = 0; i < dynamic.count; i++) {
        if (!add_name(provider, dynamic.symbols[i], arena)) {
            return NO_MEMORY;
        }
    }
    return TAKEN;
}

/** The machine of the first object; one without objects, as glibc's libdl.a, fits all. */
static bool is_alike(const struct archive *archive, const struct symbols *symbols)
{
    for (size_t i = 0; i < archive->member_count; i++) {
        enum obj_machine machine = object_machine(archive->members[i].data);
        if (machine != MACHINE_UNKNOWN) {
            return machine == symbols->machine;
        }
    }
    return true;
}

static enum taken take_static(struct provider *provider, struct span bytes,
                       const struct symbols *symbols, struct arena *arena)
{
    struct error unread = {0};
    struct ar_symbols index;
    if (!archive_read(bytes, arena, &provider->archive, &unread) ||
        !is_alike(&provider->archive, symbols) ||
        !archive_index(&provider->archive, AR_TABLE_MAIN, arena, &index, &unread)) {
        return unread.memory ? NO_MEMORY : NOT_TAKEN;
    }
    for (size_t i = 0; i < index.count; i++) {
        if (!add_name(provider, index.list[i].name, arena)) {
            return NO_MEMORY;
        }
    }
    provider->has_archive = true;
    return TAKEN;
}

static enum taken take_file(struct provider *provider, const char *directory, const char *name,
                     const struct symbols *symbols, struct arena *arena)
{
    struct error unread = {0};
    const char *path = name ? path_join(directory, name, arena) : NULL;
    struct os_file file = {0};
    if (!path) {
        return NO_MEMORY;
    }
    if (os_kind(path) != OS_FILE || !os_map(path, &file, &unread)) {
        return NOT_TAKEN;
    }
    bool is_static = archive_probe(file.bytes);
    bool again = is_static ? provider->static_file.mapping != NULL
                           : provider->shared_file.mapping != NULL;
    enum taken taken = again       ? NOT_TAKEN
                       : is_static ? take_static(provider, file.bytes, symbols, arena)
                                   : take_shared(provider, file.bytes, symbols, arena);
    if (taken != TAKEN) {
        os_unmap(&file);
        return taken;
    }
    *(is_static ? &provider->static_file : &provider->shared_file) = file;
    provider->directory = directory;
    return TAKEN;
}

/** What linkers look for, %s being the name behind -l. */
static const char *const elf_forms[] = {"lib%s.so", "lib%s.a", NULL};
static const char *const coff_forms[] = {"lib%s.dll.a", "%s.lib", "lib%s.lib", "lib%s.a", NULL};
static const char *const macho_forms[] = {"lib%s.a", NULL};

static bool is_unread_dylib(const char *directory, const char *name, struct arena *arena)
{
    const char *dylib = arena_printf(arena, "%s/lib%s.dylib", directory, name);
    const char *stub = arena_printf(arena, "%s/lib%s.tbd", directory, name);
    return (dylib && os_kind(dylib) != OS_NOTHING) || (stub && os_kind(stub) != OS_NOTHING);
}

bool provider_find(const char *flag, const struct words *directories,
                   const struct symbols *symbols, struct arena *arena, struct provider *provider,
                   bool *found)
{
    const char *name = flag + 2;
    const char *const *forms = symbols->format == OBJ_ELF     ? elf_forms
                               : symbols->format == OBJ_MACHO ? macho_forms
                                                              : coff_forms;
    *provider = (struct provider){.flag = flag};
    *found = false;
    for (size_t i = 0; !*found && i < directories->count; i++) {
        const char *directory = directories->list[i];
        if (symbols->format == OBJ_MACHO && is_unread_dylib(directory, name, arena)) {
            return true;
        }
        for (size_t j = 0; forms[j]; j++) {
            const char *at = strchr(forms[j], '%');
            const char *file = *name == ':' ? arena_printf(arena, "%s", name + 1)
                                            : arena_printf(arena, "%.*s%s%s", (int)(at - forms[j]),
                                                           forms[j], name, at + 2);
            enum taken taken = take_file(provider, directory, file, symbols, arena);
            if (taken == NO_MEMORY || taken == STOP) {
                return taken == STOP;
            }
            *found |= taken == TAKEN;
        }
    }
    return true;
}

bool provider_serves(const struct provider *provider, const struct symbols *symbols)
{
    for (size_t i = 0; i < provider->count; i++) {
        if (symbols_miss(symbols, provider->names[i])) {
            return true;
        }
    }
    return false;
}

bool provider_adds(const struct provider *provider, struct symbols *symbols)
{
    const struct archive *archive = &provider->archive;
    for (size_t i = 0; provider->has_archive && i < archive->member_count; i++) {
        if (!symbols_add(symbols, ar_member_content(archive, &archive->members[i]))) {
            return false;
        }
    }
    return true;
}

void provider_close(struct provider *provider)
{
    os_unmap(&provider->shared_file);
    os_unmap(&provider->static_file);
}
