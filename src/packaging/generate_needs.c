/* SPDX-License-Identifier: MIT */
/** What is to be linked behind libraries and workspaces: learned from files, then resolved. */
#include "base/path.h"
#include "packaging/generate.h"
#include "packaging/known.h"
#include "packaging/la.h"
#include "packaging/leaks.h"
#include "packaging/modules.h"

/* ---- what files say of their libraries --------------------------------------------------- */

bool generate_own_module(const struct generation *m, const char *module,
                         const struct link_name **library)
{
    size_t length = strcspn(module, " ");
    *library = NULL;
    for (size_t i = 0; i < m->pc.count; i++) {
        const char *own = path_base(m->pc.list[i].build_file->path);
        if (strlen(own) == length + strlen(".pc") && strncmp(own, module, length) == 0) {
            *library = m->pc.list[i].library;
            return true;
        }
    }
    for (size_t i = 0; i < m->rules->workspace_count; i++) {
        const char *own = m->workspaces[i].name;
        if (strlen(own) == length && strncmp(own, module, length) == 0) {
            return true;
        }
    }
    return false;
}

bool generate_own_library(struct generation *m, size_t number, const struct link_name *other)
{
    struct own_needs *own = &m->own[number];
    return strcmp(other->name, m->libraries[number].name) == 0 ||
           words_add_once(&own->libraries, other->name, m->arena) || error_memory(m->error);
}

bool generate_own_flag(struct generation *m, size_t number, const char *flag)
{
    struct words *flags = &m->own[number].flags;
    const struct link_name *other = generate_linked(m, flag);
    if (other) {
        return generate_own_library(m, number, other);
    }
    flag = generate_is_coff(m) ? leak_mended(flag, m->arena) : flag;
    flag = flag ? generate_clean_place(flag, m->arena) : NULL;
    if (!flag) {
        return error_memory(m->error);
    }
    if (!*flag || generate_links_workspace(m, flag)) {
        return true;
    }
    bool once = flag_links(flag) || generate_is_place(flag);
    return (once ? words_add_once(flags, flag, m->arena) : words_add(flags, flag, m->arena)) ||
           error_memory(m->error);
}

/** What the workspace brings, and libraries of the set, are no modules of others. */
static bool own_modules(struct generation *m, size_t number, const struct words *modules)
{
    for (size_t i = 0; i < modules->count; i++) {
        const struct link_name *other;
        bool done = generate_own_module(m, modules->list[i], &other)
                        ? !other || generate_own_library(m, number, other)
                        : words_add_once(&m->own[number].modules, modules->list[i], m->arena) ||
                              error_memory(m->error);
        if (!done) {
            return false;
        }
    }
    return true;
}

/** Whether some .pc file names a library first: then that one is the library's own. */
static bool has_own_pc(const struct generation *m, size_t number)
{
    for (size_t i = 0; i < m->pc.count; i++) {
        if (strcmp(m->pc.list[i].library->file, m->libraries[number].file) == 0) {
            return true;
        }
    }
    return false;
}

bool generate_own_pc(struct generation *m, const struct words *words, const struct words *modules)
{
    struct words flags = {0};
    size_t first = SIZE_MAX; /* the first flag that links a library of the set */
    for (size_t at = 0; at < words->count;) {
        const char *flag = words_next_flag(words, &at, m->arena);
        if (!words_add(&flags, flag, m->arena)) {
            return error_memory(m->error);
        }
        first = first == SIZE_MAX && generate_linked(m, flag) ? flags.count - 1 : first;
    }
    for (size_t i = 0; i < m->rules->library_count; i++) {
        size_t at = 0;
        while (at < flags.count && !generate_links(&m->libraries[i], flags.list[at])) {
            at++;
        }
        if (at == flags.count || (at != first && has_own_pc(m, i))) {
            continue;
        }
        for (size_t j = 0; j < flags.count; j++) { /* libraries need those behind them */
            bool before = j < at && generate_linked(m, flags.list[j]);
            if (!before && !generate_own_flag(m, i, flags.list[j])) {
                return false;
            }
        }
        if (!own_modules(m, i, modules)) {
            return false;
        }
    }
    return true;
}

/* ---- what is found on disk --------------------------------------------------------------- */

static bool any_by_name(const struct words *flags)
{
    bool any = false;
    for (size_t i = 0; i < flags->count; i++) {
        any |= strncmp(flags->list[i], "-l", 2) == 0;
    }
    return any;
}

/**
 * Leave out -L where no library is looked for, and for the library's own directory where none of
 * the others is.
 */
static void tidy(const struct generation *m, size_t number)
{
    struct words *flags = &m->own[number].flags;
    const char *home = path_directory(m->libraries[number].path, m->arena);
    bool named = any_by_name(flags);
    size_t kept = 0;
    for (size_t i = 0; i < flags->count; i++) {
        const char *flag = flags->list[i];
        const char *place = flag + 2;
        bool own = strncmp(flag, "-L", 2) == 0 && home &&
                   (path_same_directory(place, home) || os_same_file(place, home));
        if (strncmp(flag, "-L", 2) != 0 ||
            (named && (!own || known_finds_any(place, flags, m->arena)))) {
            flags->list[kept++] = flag;
        }
    }
    flags->count = kept;
}

static bool any_framework(const struct words *flags)
{
    bool any = false;
    for (size_t i = 0; i < flags->count; i++) {
        any |= strstr(flags->list[i], "framework") != NULL;
    }
    return any;
}

/** The directories of the libraries' files where something is that the workspace needs. */
static bool keep_directories(struct generation *m, const struct behind *behind,
                             struct workspace_needs *needs)
{
    bool framework = any_framework(&needs->flags);
    for (size_t i = 0; i < behind->directories.count; i++) {
        const char *flag = behind->directories.list[i];
        const char *place = flag + 2;
        bool odd = strpbrk(place, "$#\\\"") != NULL; /* no .pc can hold it in every version */
        bool frameworks = strncmp(flag, "-F", 2) == 0;
        bool needed = frameworks ? framework : known_finds_any(place, &needs->flags, m->arena);
        bool done = true;
        if (needed && !odd) {
            done = frameworks ? words_add_once(&needs->flags, flag, m->arena)
                              : words_add_once(&needs->directories, place, m->arena);
        } else if (needed || known_finds_any(place, &needs->further, m->arena)) {
            done = words_add_once(&needs->further, flag, m->arena);
        }
        if (!done) {
            return error_memory(m->error);
        }
    }
    return true;
}

/* ---- what workspaces need ---------------------------------------------------------------- */

static bool warn_of_whole(struct generation *m, const struct module_needs *needs)
{
    size_t count = needs->whole.count;
    return !count ||
           words_add_once(m->warnings,
                          arena_printf(m->arena,
                                       "%s: so the workspace requires %s%s, needed or not",
                                       needs->reason, needs->whole.list[0],
                                       count > 1 ? " and other modules of its libraries" : ""),
                          m->arena) ||
           error_memory(m->error);
}

static bool add_all(const struct words *from, const struct words *but, struct words *to,
                    struct arena *arena)
{
    for (size_t i = 0; i < from->count; i++) {
        if (!words_have(but, from->list[i]) && !words_add_once(to, from->list[i], arena)) {
            return false;
        }
    }
    return true;
}

/** What .la files say more, as flags of a compiler, and without what modules offer. */
static bool add_further(struct generation *m, const struct behind *behind,
                        const struct words *offered, struct workspace_needs *needs)
{
    struct words plain = {0};
    for (size_t i = 0; i < behind->la_flags.count; i++) {
        if (!la_plain(behind->la_flags.list[i], &plain, m->arena)) {
            return error_memory(m->error);
        }
    }
    for (size_t i = 0; i < plain.count; i++) {
        const char *flag = plain.list[i];
        if (!words_have(offered, flag) && !words_have(&needs->flags, flag) &&
            !words_add_once(&needs->further, flag, m->arena)) {
            return error_memory(m->error);
        }
    }
    return true;
}

/** Of all that its libraries require, find out what a workspace's own objects need. */
static bool find_needs(struct generation *m, size_t workspace)
{
    const struct behind *behind = &m->behind[workspace];
    struct workspace_needs *needs = &m->needs[workspace];
    struct module_needs found;
    struct words others = {0};
    static const struct words none;
    for (size_t i = 0; i < behind->modules.count; i++) {
        const struct link_name *library;
        if (!generate_own_module(m, behind->modules.list[i], &library) &&
            !words_add(&others, behind->modules.list[i], m->arena)) {
            return error_memory(m->error);
        }
    }
    struct module_rules rules = {&others, m->pc_dirs.list, m->pc_dirs.count,
                                 &m->rules->needs[workspace].symbols};
    if (!modules_resolve(&rules, &found, m->arena, m->error) || !warn_of_whole(m, &found)) {
        return false;
    }
    needs->modules = found.whole;
    needs->directories = found.directories;
    return ((add_all(&found.flags, &none, &needs->flags, m->arena) &&
             add_all(&behind->flags, &found.offered, &needs->flags, m->arena)) ||
            error_memory(m->error)) &&
           add_further(m, behind, &found.offered, needs) && keep_directories(m, behind, needs);
}

bool generate_find_needs(struct generation *m)
{
    for (size_t i = 0; i < m->rules->library_count; i++) {
        tidy(m, i);
        if (!generate_check_flags(m, &m->own[i].flags)) {
            return false;
        }
    }
    for (size_t i = 0; i < m->rules->workspace_count; i++) {
        if (!find_needs(m, i)) {
            return false;
        }
    }
    return true;
}
