/* SPDX-License-Identifier: MIT */
/** Where cargo has put the static libraries of a workspace. */
#include "cargo/workspace.h"

#include <stdio.h>

#include "base/os.h"
#include "base/path.h"

struct finding {
    struct cargo_workspace *workspace;
    const struct cargo_choice *choice;
    struct arena *arena;
    struct cargo_found *found;
    struct error *error;
    const char *profile;   /* "release" */
    const char *folder;    /* of the profile: "debug" for dev */
    const char *target;    /* the folder of the target that was asked for, or NULL */
    const char *directory; /* the target directory */
    const char **triples;  /* folders in it that have one for the profile */
    size_t triple_count;
    struct cargo_package **packages; /* those that are wanted and make a library */
    size_t count;
};

bool cargo_note(struct cargo_found *found, struct arena *arena, const char *sentence,
                struct error *error)
{
    const char **notes = arena_grow(arena, found->notes, found->note_count, &found->note_capacity,
                                    4, sizeof *notes);
    if (!notes || !sentence) {
        return error_memory(error);
    }
    found->notes = notes;
    found->notes[found->note_count++] = sentence;
    return true;
}

bool cargo_specs_used(const struct cargo_choice *choice, const bool *used, const char *known,
                      struct error *error)
{
    for (size_t i = 0; i < choice->spec_count; i++) {
        if (!used[i]) {
            return error_set_kind(error, ERROR_USAGE,
                                  "-p %s: no package of this Cargo workspace is called so%s%s",
                                  choice->specs[i],
                                  *known ? "; those that make static libraries are" : "", known);
        }
    }
    return true;
}

/* ---- which packages ---------------------------------------------------------------------- */

/** Whether -p names a package, or nothing does; @used the specs that named any. */
static bool is_wanted(const struct finding *f, const struct cargo_package *package, bool *used)
{
    const struct cargo_choice *choice = f->choice;
    bool wanted = choice->spec_count == 0;
    for (size_t i = 0; i < choice->spec_count; i++) {
        if (cargo_spec_matches(choice->specs[i], package->name, package->version, package->id)) {
            used[i] = true;
            wanted = true;
        }
    }
    return wanted;
}

/** " a, b": packages that make a library, as many as one reads; NULL when memory is short. */
static const char *list_known(const struct finding *f)
{
    enum { MOST = 10 };
    const struct cargo_workspace *workspace = f->workspace;
    const char *list = "";
    size_t listed = 0;
    for (size_t i = 0; list && i < workspace->count && listed <= MOST; i++) {
        if (workspace->packages[i].name_count) {
            list = arena_printf(f->arena, "%s%s %s", list, listed ? "," : "",
                                listed < MOST ? workspace->packages[i].name : "...");
            listed++;
        }
    }
    return list;
}

static bool choose_packages(struct finding *f)
{
    struct cargo_workspace *workspace = f->workspace;
    bool *used = ARENA_ARRAY(f->arena, bool, f->choice->spec_count + 1);
    const struct cargo_package *odd = NULL; /* wanted, but makes none */
    f->packages = ARENA_ARRAY(f->arena, struct cargo_package *, workspace->count + 1);
    if (!used || !f->packages) {
        return error_memory(f->error);
    }
    for (size_t i = 0; i < workspace->count; i++) {
        struct cargo_package *package = &workspace->packages[i];
        if (is_wanted(f, package, used)) {
            odd = package->name_count ? odd : package;
            if (package->name_count) {
                f->packages[f->count++] = package;
            }
        }
    }
    const char *known = list_known(f);
    if (!known) {
        return error_memory(f->error);
    }
    if (!cargo_specs_used(f->choice, used, known, f->error)) {
        return false;
    }
    if (f->choice->spec_count && odd && !f->count) {
        return error_set(f->error,
                         "package %s makes no static library: crate-type = [\"staticlib\"] below "
                         "[lib] in its Cargo.toml makes one",
                         odd->name);
    }
    return f->count || error_set(f->error,
                                 "%s: no package of this Cargo workspace makes a static library: "
                                 "crate-type = [\"staticlib\"] below [lib] makes one",
                                 workspace->root);
}

/* ---- where ------------------------------------------------------------------------------- */

/** The folder of a profile. Source: the Cargo Book, "Build cache". */
static const char *folder_of(const char *profile)
{
    return strcmp(profile, "dev") == 0 || strcmp(profile, "test") == 0 ? "debug"
           : strcmp(profile, "bench") == 0                             ? "release"
                                                                       : profile;
}

/** The folder of a target: a triple, or the name of its JSON file. */
static const char *target_folder(const char *target, struct arena *arena)
{
    const char *plain = os_plain_path(target, arena);
    if (!plain || !span_ends(span_of(plain), ".json")) {
        return plain;
    }
    const char *base = path_base(plain);
    return arena_printf(arena, "%.*s", (int)path_stem_size(base), base);
}

/** A word that becomes part of a path. */
static bool is_plain(const char *word)
{
    return *word && *word != '.' && !strpbrk(word, "/\\:");
}

/** A folder of the target directory; @triple NULL: that of builds for no named target. */
static const char *folder_in(const struct finding *f, const char *triple, const char *folder)
{
    return triple ? arena_printf(f->arena, "%s/%s/%s", f->directory, triple, folder)
                  : arena_printf(f->arena, "%s/%s", f->directory, folder);
}

/** Where a package's library is in a folder, NULL if it is not; cargo names it by its target. */
static const char *look_in(const struct finding *f, const struct cargo_package *package,
                           const char *folder)
{
    for (size_t i = 0; folder && i < package->name_count; i++) {
        const char *unix_name = arena_printf(f->arena, "%s/lib%s.a", folder, package->names[i]);
        const char *msvc_name = arena_printf(f->arena, "%s/%s.lib", folder, package->names[i]);
        if (unix_name && os_kind(unix_name) == OS_FILE) {
            return unix_name;
        }
        if (msvc_name && os_kind(msvc_name) == OS_FILE) {
            return msvc_name;
        }
    }
    return NULL;
}

/** Look for all that is not found yet; @only_cargo_c those that cargo-c makes. */
static size_t find_in(const struct finding *f, const char *triple, bool only_cargo_c, bool take)
{
    const char *folder = folder_in(f, triple, f->folder);
    size_t count = 0;
    for (size_t i = 0; i < f->count; i++) {
        struct cargo_package *package = f->packages[i];
        if (package->path || (only_cargo_c && !package->by_cargo_c)) {
            continue;
        }
        const char *path = look_in(f, package, folder);
        count += path != NULL;
        if (take) {
            package->path = path;
        }
    }
    return count;
}

static bool list_triples(struct finding *f)
{
    const char **names;
    size_t count;
    if (!os_subdirectories(f->directory, f->arena, &names, &count, f->error)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const char *folder = folder_in(f, names[i], f->folder);
        if (!folder) {
            return error_memory(f->error);
        }
        if (os_kind(folder) == OS_DIRECTORY) {
            names[f->triple_count++] = names[i];
        }
    }
    f->triples = names;
    return true;
}

/**
 * No target is named, and what is missing can be in the folder of one: of cargo's build.target, or
 * as cargo-c always names one. It is taken if only one target has all that is missing.
 */
static bool find_by_target(struct finding *f, bool only_cargo_c)
{
    size_t missing = 0;
    size_t full = 0;
    const char *chosen = NULL;
    const char *other = NULL;
    for (size_t i = 0; i < f->count; i++) {
        const struct cargo_package *package = f->packages[i];
        missing += !package->path && (!only_cargo_c || package->by_cargo_c);
    }
    if (!missing || !list_triples(f)) {
        return !missing;
    }
    for (size_t i = 0; i < f->triple_count; i++) {
        if (find_in(f, f->triples[i], only_cargo_c, false) == missing) {
            other = chosen;
            chosen = f->triples[i];
            full++;
        }
    }
    if (full > 1) {
        return error_set_kind(f->error, ERROR_USAGE,
                              "%s has libraries of %zu targets: --target %s or --target %s",
                              f->directory, full, other, chosen);
    }
    if (!chosen) {
        return true;
    }
    find_in(f, chosen, only_cargo_c, true);
    return cargo_note(f->found, f->arena,
                      arena_printf(f->arena, "%s: libraries for target %s, the only one that is "
                                   "built; --target TRIPLE takes another", f->workspace->root,
                                   chosen),
                      f->error);
}

static bool find_all(struct finding *f)
{
    if (f->target) {
        find_in(f, f->target, false, true);
        return true;
    }
    size_t found = find_in(f, NULL, false, true);
    return found == f->count || find_by_target(f, found > 0);
}

/* ---- what is not there ------------------------------------------------------------------- */

static bool is_missing(const struct finding *f, const struct cargo_package *package)
{
    bool needed = !f->workspace->names_defaults || f->choice->spec_count || package->is_default;
    return needed && !package->path;
}

/** " -p NAME" for what is missing, as far as one command makes it; NULL when memory is short. */
static const char *list_missing(const struct finding *f, const struct cargo_package *first)
{
    enum { MOST = 8 };
    const char *list = "";
    size_t listed = 0;
    for (size_t i = 0; list && i < f->count && listed < MOST; i++) {
        const struct cargo_package *package = f->packages[i];
        bool same = package->by_cargo_c == first->by_cargo_c;
        if (package == first || (same && is_missing(f, package))) {
            list = arena_printf(f->arena, "%s -p %s", list, package->name);
            listed++;
        }
    }
    return list;
}

/** The command that makes a library and others that are missing: what a user would type. */
static const char *command_for(const struct finding *f, const struct cargo_package *package)
{
    const struct cargo_choice *choice = f->choice;
    bool release = strcmp(f->profile, "release") == 0;
    bool dev = strcmp(f->profile, "dev") == 0;
    bool here = !choice->manifest || strcmp(choice->manifest, "Cargo.toml") == 0;
    const char *folder = here ? NULL : choice->folder;
    const char *packages = list_missing(f, package);
    return !packages ? NULL
                     : arena_printf(f->arena, "%s%s%scargo %s%s%s%s%s%s%s%s%s%s%s%s",
                                    folder ? "(cd " : "",
                                    folder ? path_quoted("", folder, f->arena) : "",
                                    folder ? " && " : "",
                                    package->by_cargo_c ? "cbuild" : "build",
                                    release ? " --release" : "",
                                    release || dev ? "" : " --profile ",
                                    release || dev ? "" : f->profile, packages,
                                    choice->target ? " --target " : "",
                                    choice->target ? choice->target : "",
                                    choice->target_dir ? " --target-dir " : "",
                                    choice->target_dir
                                        ? path_quoted("", choice->target_dir, f->arena)
                                        : "",
                                    here || folder ? "" : " --manifest-path ",
                                    here || folder ? ""
                                                   : path_quoted("", choice->manifest, f->arena),
                                    folder ? ")" : "");
}

/** Say in which other profile a library is built, if it is in any of cargo's own. */
static const char *other_profile(const struct finding *f, const struct cargo_package *package)
{
    static const char *const others[][2] = {{"release", "release"}, {"dev", "debug"}};
    for (size_t i = 0; i < 2; i++) {
        if (strcmp(others[i][1], f->folder) != 0 &&
            look_in(f, package, folder_in(f, f->target, others[i][1]))) {
            return arena_printf(f->arena, "; it is built with --profile %s", others[i][0]);
        }
    }
    return "";
}

static bool tell_missing(const struct finding *f, const struct cargo_package *package,
                         size_t missing)
{
    const char *name = package->names[0];
    bool msvc = f->target && (strstr(f->target, "-msvc") || strstr(f->target, "-uefi"));
    const char *file = msvc        ? arena_printf(f->arena, "%s.lib", name)
                       : f->target ? arena_printf(f->arena, "lib%s.a", name)
                                   : arena_printf(f->arena, "lib%s.a or %s.lib", name, name);
    const char *command = command_for(f, package);
    const char *other = other_profile(f, package);
    const char *folder = folder_in(f, f->target, f->folder);
    if (!command || !other || !folder || !file) {
        return error_memory(f->error);
    }
    char more[64] = "";
    if (missing > 1) {
        snprintf(more, sizeof more, " (%zu libraries are missing)", missing);
    }
    return error_set(f->error, "package %s is not built: no %s in %s%s: run %s%s",
                     package->name, file, folder, more, command, other);
}

/** Refuse packages whose libraries have one name: cargo wrote one over the other. */
static bool check_twins(const struct finding *f, size_t number)
{
    const struct cargo_package *package = f->packages[number];
    size_t i = 0;
    while (i < number && (!f->packages[i]->path || !package->path ||
                          strcmp(f->packages[i]->path, package->path) != 0)) {
        i++;
    }
    return i == number ||
           error_set(f->error,
                     "packages %s and %s: cargo writes both libraries to %s, so only one of them "
                     "is there: give one another name in [lib], or choose one by -p",
                     f->packages[i]->name, package->name, package->path);
}

/** List the paths. What cargo does not build by default may be missing, and is told of. */
static bool collect(struct finding *f)
{
    struct cargo_found *found = f->found;
    const struct cargo_package *first = NULL;
    size_t missing = 0;
    found->paths = ARENA_ARRAY(f->arena, const char *, f->count + 1);
    if (!found->paths) {
        return error_memory(f->error);
    }
    for (size_t i = 0; i < f->count; i++) {
        const struct cargo_package *package = f->packages[i];
        if (!check_twins(f, i)) {
            return false;
        }
        if (package->path) {
            found->paths[found->count++] = package->path;
        } else if (is_missing(f, package)) {
            first = first ? first : package;
            missing++;
        } else if (!cargo_note(found, f->arena,
                               arena_printf(f->arena, "package %s is left out: it is no default "
                                            "member of the Cargo workspace, and not built",
                                            package->name),
                               f->error)) {
            return false;
        }
    }
    return first ? tell_missing(f, first, missing)
                 : found->count || tell_missing(f, f->packages[0], f->count);
}

bool cargo_find(struct cargo_workspace *workspace, const struct cargo_choice *choice,
                struct arena *arena, struct cargo_found *found, struct error *error)
{
    struct finding f = {.workspace = workspace,
                        .choice = choice,
                        .arena = arena,
                        .found = found,
                        .error = error,
                        .profile = choice->profile ? choice->profile : "release"};
    f.folder = folder_of(f.profile);
    f.target = choice->target ? target_folder(choice->target, arena) : NULL;
    f.directory = choice->target_dir ? choice->target_dir : workspace->target_directory;
    if (choice->target && !f.target) {
        return error_memory(error);
    }
    if (!is_plain(f.folder) || (f.target && !is_plain(f.target))) {
        bool profile = !is_plain(f.folder);
        return error_set_kind(error, ERROR_USAGE, "%s is no %s of cargo's",
                              profile ? f.profile : choice->target,
                              profile ? "profile" : "target");
    }
    if (!choose_packages(&f) || !find_all(&f)) {
        return false;
    }
    const char *note =
        choice->profile ? "" : arena_printf(arena, "%s: profile release, since none is named; "
                                            "--profile NAME takes another", workspace->root);
    return (choice->profile || cargo_note(found, arena, note, error)) && collect(&f);
}
