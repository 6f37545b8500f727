/* SPDX-License-Identifier: MIT */
#include "packaging/modules.h"

#include <stdlib.h>

#include "base/path.h"
#include "packaging/pc.h"
#include "packaging/provider.h"

/** Modules require modules; so many at most, and so deep. */
enum { MOST_MODULES = 4096, MOST_DEPTH = 100 };

/** A flag of a module: its library, or what was left of it. */
struct module_flag {
    const char *flag;
    bool private;     /**< of Libs.private: for who links the module itself statically */
    bool found;
    struct provider provider;
};

struct module {
    const char *name;
    struct module_flag *flags;
    size_t flag_count;
    struct words requires;
    size_t public_count; /**< so many of .requires come first: those of Requires */
    const char *problem; /**< why it cannot be told what it gives; NULL: it can */
    const char *static_problem; /**< the same, if its static library is linked */
    bool settled; /**< .problem is one of static links */
};

struct resolving {
    const struct module_rules *rules;
    struct words places; /**< directories of .pc files */
    struct module *modules;
    size_t count, capacity;
    uint32_t *order; /**< modules, each behind those that it requires */
    size_t order_count;
    struct arena *arena;
    struct error *error;
};

/* ---- where modules are ------------------------------------------------------------------- */

static bool add_list(struct words *places, const char *list, struct arena *arena)
{
    bool done = true;
    while (done && list && *list) {
        const char *end = strchr(list, OS_LIST_SEPARATOR);
        size_t size = end ? (size_t)(end - list) : strlen(list);
        const char *path = arena_printf(arena, "%.*s", (int)size, list);
        done = path && (!*path || words_add_once(places, os_plain_path(path, arena), arena));
        list += size + (end != NULL);
    }
    return done;
}

/** Debian's name of the directory for a machine's libraries. */
static const char *multiarch(enum obj_machine machine)
{
    switch (machine) {
    case MACHINE_X86_64:
        return "x86_64-linux-gnu";
    case MACHINE_X86:
        return "i386-linux-gnu";
    case MACHINE_ARM64:
        return "aarch64-linux-gnu";
    case MACHINE_ARM:
        return "arm-linux-gnueabihf";
    case MACHINE_RISCV:
        return "riscv64-linux-gnu";
    case MACHINE_PPC:
        return "powerpc64le-linux-gnu";
    case MACHINE_S390X:
        return "s390x-linux-gnu";
    default:
        return "lib";
    }
}

static bool add_system_places(struct resolving *r)
{
    static const char *const prefixes[] = {"/usr/local", "/usr"};
    static const char *const below[] = {"lib64", "lib", "share"};
    bool done = true;
    for (size_t i = 0; done && i < 2; i++) {
        done = words_add_once(&r->places,
                              arena_printf(r->arena, "%s/lib/%s/pkgconfig", prefixes[i],
                                           multiarch(r->rules->symbols->machine)),
                              r->arena);
        for (size_t j = 0; done && j < 3; j++) {
            const char *place = arena_printf(r->arena, "%s/%s/pkgconfig", prefixes[i], below[j]);
            done = words_add_once(&r->places, place, r->arena);
        }
    }
    return done;
}

static bool list_places(struct resolving *r)
{
    const char *libdir = getenv("PKG_CONFIG_LIBDIR");
    bool done = true;
    for (size_t i = 0; done && i < r->rules->directory_count; i++) {
        done = words_add_once(&r->places, r->rules->directories[i], r->arena);
    }
    return done && add_list(&r->places, getenv("PKG_CONFIG_PATH"), r->arena) &&
           (libdir                                   ? add_list(&r->places, libdir, r->arena)
            : r->rules->symbols->format == OBJ_ELF ? add_system_places(r)
                                                   : true);
}

/** Where else libraries of a module may be: beside the folder of its file, and by default. */
static bool add_default_places(struct resolving *r, struct words *directories,
                               const char *pc_directory)
{
    static const char *const places[] = {"/usr/local/lib", "/usr/lib64", "/lib64", "/usr/lib",
                                         "/lib"};
    const char *triplet = multiarch(r->rules->symbols->machine);
    const char *parent = path_directory(pc_directory, r->arena);
    const char *clean = parent && strcmp(path_base(parent), "share") == 0
                            ? path_clean(arena_printf(r->arena, "%s/../lib", parent), r->arena)
                            : parent;
    bool done = words_add_once(directories, clean, r->arena);
    if (r->rules->symbols->format != OBJ_ELF) {
        return done;
    }
    done = done &&
           words_add_once(directories, arena_printf(r->arena, "/usr/lib/%s", triplet), r->arena) &&
           words_add_once(directories, arena_printf(r->arena, "/lib/%s", triplet), r->arena);
    for (size_t i = 0; done && i < sizeof places / sizeof *places; i++) {
        done = words_add_once(directories, places[i], r->arena);
    }
    return done;
}

/* ---- reading them ------------------------------------------------------------------------ */

/** The name of a module without its condition. */
static const char *name_of(const char *module, struct arena *arena)
{
    return arena_printf(arena, "%.*s", (int)strcspn(module, " "), module);
}

static const char *find_pc(struct resolving *r, const char *name)
{
    for (size_t i = 0; i < r->places.count; i++) {
        const char *path = arena_printf(r->arena, "%s/%s.pc", r->places.list[i], name);
        if (path && os_kind(path) == OS_FILE) {
            return path;
        }
    }
    return NULL;
}

/** Take the flags that link something; of a library, find its file. */
static bool take_flags(struct resolving *r, struct module *module, const struct words *words,
                       const struct words *directories, bool private)
{
    struct words paired = {0};
    if (!words_pair_flags(words, &paired, r->arena)) {
        return false;
    }
    struct module_flag *flags =
        ARENA_ARRAY(r->arena, struct module_flag, module->flag_count + paired.count + 1);
    for (size_t i = 0; flags && i < module->flag_count; i++) {
        flags[i] = module->flags[i];
    }
    for (size_t i = 0; flags && i < paired.count; i++) {
        struct module_flag flag = {.flag = paired.list[i], .private = private};
        bool library = strncmp(flag.flag, "-l", 2) == 0;
        if (strncmp(flag.flag, "-L", 2) == 0) {
            continue;
        }
        if (library && !provider_find(flag.flag, directories, r->rules->symbols, r->arena,
                                      &flag.provider, &flag.found)) {
            return false;
        }
        if (library && !flag.found && !private && !module->problem) {
            module->problem = arena_printf(r->arena, "the library of its flag %s is not at hand",
                                           flag.flag);
        }
        flags[module->flag_count++] = flag;
        module->flags = flags;
    }
    return flags != NULL;
}

static bool take_file(struct resolving *r, struct module *module, struct span bytes,
                      const char *directory)
{
    struct pc_file file;
    struct error broken = {0};
    struct words libs = {0};
    struct words more = {0};
    struct words directories = {0};
    if (!pc_parse(bytes, directory, r->arena, &file, &broken) ||
        !pc_words(&file, "Libs", &libs, r->arena, &broken) ||
        !pc_words(&file, "Libs.private", &more, r->arena, &broken) ||
        !pc_modules(&file, "Requires", &module->requires, r->arena, &broken) ||
        (module->public_count = module->requires.count,
         !pc_modules(&file, "Requires.private", &module->requires, r->arena, &broken))) {
        module->problem = arena_printf(r->arena, "its file: %s", broken.text);
        return module->problem && !broken.memory;
    }
    for (size_t i = 0; i < libs.count; i++) {
        if (strncmp(libs.list[i], "-L", 2) == 0 &&
            !words_add_once(&directories, path_clean(libs.list[i] + 2, r->arena), r->arena)) {
            return false;
        }
    }
    return add_default_places(r, &directories, directory) &&
           take_flags(r, module, &libs, &directories, false) &&
           take_flags(r, module, &more, &directories, true);
}

/** Read the file of a module, and number it. */
static bool read_module(struct resolving *r, const char *name, uint32_t *number)
{
    struct os_file file = {0};
    struct error unread = {0};
    *number = (uint32_t)r->count;
    struct module *modules =
        arena_grow(r->arena, r->modules, r->count, &r->capacity, 64, sizeof *modules);
    if (!modules) {
        return false;
    }
    r->modules = modules;
    struct module *module = &modules[r->count++];
    *module = (struct module){.name = name};
    const char *path = find_pc(r, name);
    if (!path || !os_map(path, &file, &unread)) {
        module->problem = path ? arena_printf(r->arena, "%s", unread.text) : "it has no file where "
                                                                            "pkg-config looks";
        return module->problem != NULL;
    }
    const char *real = os_real_path(path, r->arena, &unread);
    const char *directory = path_directory(real ? real : path, r->arena);
    /* words of a file outlive it: they are copies */
    bool done = directory && take_file(r, module, arena_copy(r->arena, file.bytes), directory);
    os_unmap(&file);
    return done;
}

/** What is wrong with a module that another requires privately concerns static links only. */
static bool inherit_problem(struct resolving *r, struct module *module,
                            const struct module *required, bool public)
{
    const char *why = required->problem ? required->problem : required->static_problem;
    const char *text = why ? arena_printf(r->arena, "%s: %s", required->name, why) : NULL;
    if (why && required->problem && public) {
        module->problem = text;
    } else if (why && !module->static_problem) {
        module->static_problem = text;
    }
    return !why || text;
}

/** Visit a module and all that it requires; each is listed behind those. */
// NOLINTNEXTLINE(misc-no-recursion): bounded by MOST_DEPTH
static bool visit(struct resolving *r, const char *text, unsigned depth, uint32_t *number)
{
    const char *name = name_of(text, r->arena);
    if (!name) {
        return false;
    }
    for (uint32_t i = 0; i < r->count; i++) {
        if (strcmp(r->modules[i].name, name) == 0) {
            *number = i;
            return true;
        }
    }
    if (!read_module(r, name, number)) {
        return false;
    }
    if (!r->modules[*number].problem && (depth == MOST_DEPTH || r->count > MOST_MODULES)) {
        r->modules[*number].problem = "it requires too many modules";
    }
    for (size_t i = r->modules[*number].requires.count; i-- > 0;) {
        uint32_t other;
        if (r->modules[*number].problem) {
            break;
        }
        if (!visit(r, r->modules[*number].requires.list[i], depth + 1, &other) ||
            !inherit_problem(r, &r->modules[*number], &r->modules[other],
                             i < r->modules[*number].public_count)) {
            return false;
        }
    }
    r->order[r->order_count++] = *number;
    return true;
}

/* ---- what is needed ---------------------------------------------------------------------- */

/** What a needed static library needs is needed as well. */
static bool find_needed(struct resolving *r)
{
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < r->count; i++) {
            for (size_t j = 0; j < r->modules[i].flag_count; j++) {
                struct module_flag *flag = &r->modules[i].flags[j];
                if (!flag->found || flag->provider.needed ||
                    !provider_serves(&flag->provider, r->rules->symbols)) {
                    continue;
                }
                changed = flag->provider.needed = true;
                if (!provider_adds(&flag->provider, r->rules->symbols)) {
                    return false;
                }
            }
        }
    }
    return true;
}

/** Whether linkers look there without being told. */
static bool is_system(const char *directory)
{
    return strncmp(directory, "/usr/lib", 8) == 0 || strncmp(directory, "/lib", 4) == 0;
}

/** Whether a library is needed that is there as an archive, too. */
static bool may_be_static(const struct module *module)
{
    for (size_t i = 0; i < module->flag_count; i++) {
        const struct provider *provider = &module->flags[i].provider;
        if (provider->needed && provider->has_archive) {
            return true;
        }
    }
    return false;
}

/** The flags of a module: needed libraries; other flags if one is; those of a static one's link. */
static bool list_flags(const struct module *module, struct words *flags,
                       struct module_needs *needs, struct arena *arena)
{
    bool used = false;
    bool as_archive = may_be_static(module);
    for (size_t i = 0; i < module->flag_count; i++) {
        used |= module->flags[i].provider.needed;
    }
    for (size_t i = 0; i < module->flag_count; i++) {
        const struct module_flag *flag = &module->flags[i];
        const char *directory = flag->provider.directory;
        bool wanted = flag->found     ? flag->provider.needed
                      : flag->private ? as_archive
                                      : used;
        if ((wanted && !words_add(flags, flag->flag, arena)) ||
            (wanted && directory && !is_system(directory) &&
             !words_add_once(&needs->directories, directory, arena)) ||
            (!flag->private && !words_add_once(&needs->offered, flag->flag, arena))) {
            return false;
        }
    }
    return true;
}

/** Of equal flags, the last one counts. */
static bool keep_last(const struct words *flags, struct words *kept, struct arena *arena)
{
    for (size_t i = 0; i < flags->count; i++) {
        struct words behind = {flags->list + i + 1, flags->count - i - 1, 0};
        if (!words_have(&behind, flags->list[i]) && !words_add(kept, flags->list[i], arena)) {
            return false;
        }
    }
    return true;
}

/**
 * Now that the needed libraries are known: which of them need modules that are not at hand? What
 * requires such a module must be required whole as well, since that one's flags are not listed.
 */
static bool settle_problems(struct resolving *r)
{
    for (size_t i = 0; i < r->order_count; i++) {
        struct module *module = &r->modules[r->order[i]];
        if (!module->problem && module->static_problem && may_be_static(module)) {
            module->problem = module->static_problem;
            module->settled = true;
        }
        for (size_t j = 0; !module->problem && j < module->requires.count; j++) {
            uint32_t other;
            if (!visit(r, module->requires.list[j], 0, &other)) {
                return false;
            }
            if (r->modules[other].settled) { /* all are visited, so none has moved */
                module->problem = arena_printf(r->arena, "%s: %s", r->modules[other].name,
                                               r->modules[other].problem);
                module->settled = true;
            }
        }
    }
    return true;
}

static bool resolve(struct resolving *r, struct module_needs *needs)
{
    const struct words *modules = r->rules->modules;
    struct words flags = {0};
    bool done = list_places(r);
    for (size_t i = modules->count; done && i-- > 0;) {
        uint32_t number;
        done = visit(r, modules->list[i], 0, &number);
    }
    done = done && find_needed(r) && settle_problems(r);
    for (size_t i = r->order_count; done && i-- > 0;) {
        const struct module *module = &r->modules[r->order[i]];
        done = module->problem || list_flags(module, &flags, needs, r->arena);
    }
    for (size_t i = 0; done && i < modules->count; i++) {
        uint32_t number;
        done = visit(r, modules->list[i], 0, &number);
        const char *problem = done ? r->modules[number].problem : NULL;
        if (problem && !needs->reason) {
            needs->reason = arena_printf(r->arena, "%s: %s", r->modules[number].name, problem);
            done = needs->reason != NULL;
        }
        done = done && (!problem || words_add(&needs->whole, modules->list[i], r->arena));
    }
    return done && keep_last(&flags, &needs->flags, r->arena);
}

/** Require all as they are. */
static bool take_whole(const struct words *modules, const char *reason, struct module_needs *needs,
                       struct arena *arena)
{
    needs->reason = modules->count ? reason : NULL;
    for (size_t i = 0; i < modules->count; i++) {
        if (!words_add(&needs->whole, modules->list[i], arena)) {
            return false;
        }
    }
    return true;
}

bool modules_resolve(const struct module_rules *rules, struct module_needs *needs,
                     struct arena *arena, struct error *error)
{
    struct resolving r = {.rules = rules, .arena = arena, .error = error};
    const char *sysroot = getenv("PKG_CONFIG_SYSROOT_DIR");
    const char *reason = rules->symbols->unread ? "some object cannot be read"
                         : sysroot && *sysroot  ? "PKG_CONFIG_SYSROOT_DIR is set"
                                                : NULL;
    bool done = true;
    *needs = (struct module_needs){0};
    if (reason) {
        done = take_whole(rules->modules, reason, needs, arena);
    } else if (rules->symbols->open) {
        r.order = ARENA_ARRAY(arena, uint32_t, MOST_MODULES + MOST_DEPTH + 2);
        done = r.order && resolve(&r, needs);
    }
    for (size_t i = 0; i < r.count; i++) {
        for (size_t j = 0; j < r.modules[i].flag_count; j++) {
            provider_close(&r.modules[i].flags[j].provider);
        }
    }
    return done || error_memory(error);
}
