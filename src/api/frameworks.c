/* SPDX-License-Identifier: MIT */
#include "api/frameworks.h"

#include <stdlib.h>

#include "api/machines.h"
#include "base/path.h"

bool frameworks_check(struct armeld *armeld)
{
    const struct armeld_options *options = &armeld->options;
    bool files = options->pc_dir_count || options->la || options->cmake_dir || options->dep_json;
    const char *what =
        options->one_archive
            ? "one archive is a file, for one platform: name a file for it, and the libraries for "
              "that platform, in their folders"
        : files ? "xcframeworks have no build files: leave out --pc-dir, --la, --cmake-dir and "
                  "--dep-json"
        : options->split_debug
            ? "no copies with debug info are made of xcframeworks: leave out --split-debug"
            : NULL;
    return !what || error_set_kind(&armeld->error, ERROR_USAGE, "%s: %s", options->workspace, what);
}

/* ---- parts ------------------------------------------------------------------------------- */

/** The libraries for a platform. */
struct group {
    struct xcframework_library entry; /* its identifier is that of all, or of none */
    bool differ;                      /* their identifiers are several */
};

struct grouping {
    struct armeld *armeld;
    struct group *list;
    size_t count;
    size_t *of; /* by library */
};

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/** Add machines that are not listed yet. */
static bool add_machines(struct grouping *g, struct xcframework_library *to,
                         const struct xcframework_library *from)
{
    size_t most = to->machine_count + from->machine_count;
    const char **list = ARENA_ARRAY(&g->armeld->arena, const char *, most);
    size_t count = 0;
    for (size_t i = 0; list && i < most; i++) {
        bool old = i < to->machine_count;
        const char *name = old ? to->machines[i] : from->machines[i - to->machine_count];
        size_t at = 0;
        while (at < count && strcmp(list[at], name) != 0) {
            at++;
        }
        list[at] = name;
        count += at == count;
    }
    to->machines = list;
    to->machine_count = count;
    return list || error_memory(&g->armeld->error);
}

/** Put a library to those for its platform. */
static bool add_library(struct grouping *g, size_t number)
{
    const struct xcframework_library *entry = g->armeld->set.libraries[number].entry;
    size_t at = 0;
    while (at < g->count && !(same_text(g->list[at].entry.platform, entry->platform) &&
                              same_text(g->list[at].entry.variant, entry->variant))) {
        at++;
    }
    struct group *group = &g->list[at];
    if (at == g->count) {
        group->entry = *entry;
        group->entry.machine_count = 0;
        g->count++;
    }
    group->differ |= strcmp(group->entry.identifier, entry->identifier) != 0;
    g->of[number] = at;
    return add_machines(g, &group->entry, entry);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/** Libraries for several machines have other identifiers: their workspace is for all of these. */
static bool name_group(struct grouping *g, struct group *group)
{
    struct xcframework_library *entry = &group->entry;
    struct arena *arena = &g->armeld->arena;
    qsort(entry->machines, entry->machine_count, sizeof *entry->machines, by_text);
    if (!group->differ) {
        return true;
    }
    char *name = arena_printf(arena, "%s", entry->platform);
    for (size_t i = 0; name && i < entry->machine_count; i++) {
        name = arena_printf(arena, "%s%c%s", name, i ? '_' : '-', entry->machines[i]);
    }
    if (name && entry->variant) {
        name = arena_printf(arena, "%s-%s", name, entry->variant);
    }
    entry->identifier = name;
    return name ? xcframework_is_identifier(name) ||
                      error_set(&g->armeld->error, "%s: no name for a folder of an xcframework",
                                name)
                : error_memory(&g->armeld->error);
}

/** The place of a group: by its name. */
static size_t rank(const struct grouping *g, const struct group *group)
{
    size_t count = 0;
    for (size_t i = 0; i < g->count; i++) {
        count += strcmp(g->list[i].entry.identifier, group->entry.identifier) < 0;
    }
    return count;
}

/** Give the parts of the record the numbers that they have now; those that go come last. */
static bool renumber_record(struct grouping *g)
{
    struct record *record = &g->armeld->record;
    struct arena *arena = &record->arena;
    size_t before = record->workspace_count;
    size_t count = g->count;
    size_t *number_of = ARENA_ARRAY(arena, size_t, before + 1);
    const char **identifiers = ARENA_ARRAY(arena, const char *, g->count + before + 1);
    if (!number_of || !identifiers) {
        return error_memory(&g->armeld->error);
    }
    for (size_t i = 0; i < g->count; i++) {
        const char *name = arena_printf(arena, "%s", g->list[i].entry.identifier);
        identifiers[rank(g, &g->list[i])] = name;
        if (!name) {
            return error_memory(&g->armeld->error);
        }
    }
    for (size_t i = 0; i < before; i++) {
        const char *identifier = record->manifest.identifiers[i];
        size_t at = 0;
        while (at < g->count && strcmp(identifiers[at], identifier) != 0) {
            at++;
        }
        number_of[i] = at < g->count ? at : count++;
        identifiers[number_of[i]] = identifier;
    }
    return !record->present || record_renumber(record, number_of, identifiers, count) ||
           error_memory(&g->armeld->error);
}

static bool check_names(struct grouping *g)
{
    for (size_t i = 0; i < g->count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (strcmp(g->list[i].entry.identifier, g->list[j].entry.identifier) == 0) {
                return error_set(&g->armeld->error,
                                 "the xcframeworks say of the identifier %s that it is for "
                                 "several platforms",
                                 g->list[i].entry.identifier);
            }
        }
    }
    return true;
}

/** An xcframework in the place of the workspace that nobody knows is not replaced. */
static bool check_place(struct armeld *armeld)
{
    const char *plist = arena_printf(&armeld->arena, "%s/Info.plist", armeld->framework);
    if (!plist) {
        return error_memory(&armeld->error);
    }
    return armeld->record.present || os_kind(plist) == OS_NOTHING ||
           error_set(&armeld->error,
                     "%s: an xcframework without a sidecar, so nobody knows which libraries need "
                     "it: put the sidecar back, or build all of them again and remove it",
                     armeld->options.workspace);
}

bool frameworks_split(struct armeld *armeld)
{
    size_t count = armeld->set.library_count;
    struct machines *machines = &armeld->machines;
    struct grouping grouping = {.armeld = armeld,
                                .list = ARENA_ARRAY(&armeld->arena, struct group, count),
                                .of = ARENA_ARRAY(&armeld->arena, size_t, count)};
    machines->part_of = ARENA_ARRAY(&armeld->arena, uint32_t, count);
    machines->framework.list = ARENA_ARRAY(&armeld->arena, struct xcframework_library, count + 1);
    if (!grouping.list || !grouping.of || !machines->part_of || !machines->framework.list) {
        return error_memory(&armeld->error);
    }
    bool done = check_place(armeld);
    for (size_t i = 0; done && i < count; i++) {
        done = add_library(&grouping, i);
    }
    for (size_t i = 0; done && i < grouping.count; i++) {
        done = name_group(&grouping, &grouping.list[i]);
    }
    if (!done || !check_names(&grouping) || !renumber_record(&grouping)) {
        return false;
    }
    machines->library = armeld->record.present
                            ? armeld->record.manifest.library
                            : xcframework_library_name(armeld->framework, &armeld->arena);
    for (size_t i = 0; i < grouping.count; i++) {
        struct xcframework_library entry = grouping.list[i].entry;
        entry.path = arena_printf(&armeld->arena, "%s/%s", entry.identifier,
                                  machines->library ? machines->library : "");
        done = done && entry.path;
        machines->framework.list[rank(&grouping, &grouping.list[i])] = entry;
    }
    machines->framework.count = grouping.count;
    for (size_t i = 0; i < count; i++) {
        machines->part_of[i] = (uint32_t)rank(&grouping, &grouping.list[grouping.of[i]]);
    }
    return (done && machines->library) || error_memory(&armeld->error);
}

const char *frameworks_workspace(const struct armeld *armeld, const char *folder, size_t part,
                                 struct arena *arena)
{
    return arena_printf(arena, "%s/%s", folder, armeld->machines.framework.list[part].path);
}

/* ---- files ------------------------------------------------------------------------------- */

/** The machines for which a part has a workspace. */
static bool list_machines(struct armeld *armeld, size_t part, struct xcframework_library *entry)
{
    const struct machines *machines = &armeld->machines;
    size_t most = machines->count + machines->object_count;
    bool done = true;
    entry->machines = ARENA_ARRAY(&armeld->arena, const char *, most);
    entry->machine_count = 0;
    for (size_t i = 0; entry->machines && i < machines->count; i++) {
        if (machines->list[i].part == part) {
            entry->machines[entry->machine_count++] = machines->list[i].name;
        }
    }
    for (size_t i = 0; entry->machines && done && i < machines->object_count; i++) {
        if (machines->objects[i].part == part) {
            const char *name = universal_machine_name(machines->objects[i].machine, &armeld->arena);
            entry->machines[entry->machine_count++] = name;
            done = name != NULL;
        }
    }
    if (entry->machines && done) {
        qsort(entry->machines, entry->machine_count, sizeof *entry->machines, by_text);
    }
    return (entry->machines && done) || error_memory(&armeld->error);
}

bool frameworks_warn(struct armeld *armeld, const char *text)
{
    struct armeld_report *report = &armeld->report;
    const char **warnings =
        ARENA_ARRAY(&armeld->arena, const char *, report->warning_count + 1);
    if (!warnings || !text) {
        return error_memory(&armeld->error);
    }
    for (size_t i = 0; i < report->warning_count; i++) {
        warnings[i] = report->warnings[i];
    }
    warnings[report->warning_count++] = text;
    report->warnings = warnings;
    return true;
}

bool frameworks_warn_of_passed(struct armeld *armeld)
{
    bool done = true;
    for (size_t i = 0; done && i < armeld->set.passed_count; i++) {
        done = frameworks_warn(armeld, arena_printf(&armeld->arena, "%s", armeld->set.passed[i]));
    }
    return done;
}

/** A signature of an xcframework does not hold for what its libraries become. */
static bool warn_of_signatures(struct armeld *armeld)
{
    struct arena *arena = &armeld->arena;
    const char *last = "";
    bool done = true;
    for (size_t i = 0; done && i < armeld->set.library_count; i++) {
        const char *folder = xcframework_around(armeld->set.libraries[i].path, arena);
        const char *signature = folder ? arena_printf(arena, "%s/_CodeSignature", folder) : NULL;
        if (!signature) {
            return error_memory(&armeld->error);
        }
        if (strcmp(folder, last) != 0 && os_kind(signature) == OS_DIRECTORY) {
            done = frameworks_warn(armeld,
                        arena_printf(arena,
                                     "%s is signed, and its signature does not hold for melded "
                                     "libraries: sign it again",
                                     folder));
        }
        last = folder;
    }
    return done;
}

/** The Info.plist of the workspaces. */
static bool make_plist(struct armeld *armeld)
{
    struct xcframework *framework = &armeld->machines.framework;
    struct error *error = &armeld->error;
    for (size_t i = 0; i < framework->count; i++) {
        if (!list_machines(armeld, i, &framework->list[i])) {
            return false;
        }
    }
    const char *path = arena_printf(&armeld->arena, "%s/Info.plist", armeld->framework);
    const char *text = xcframework_print(framework, &armeld->arena);
    struct build_file *file =
        path && text ? build_files_add(&armeld->build_files, &armeld->record, path, error) : NULL;
    if (!file) {
        return path && text ? false : error_memory(error);
    }
    file->existed = false; /* whoever changed it meanwhile: it goes with the workspaces */
    file->original = (struct span){0};
    file->bytes = span_of(text);
    return true;
}

bool frameworks_files(struct armeld *armeld)
{
    return !armeld->framework ||
           (make_plist(armeld) && frameworks_copy(armeld) && frameworks_warn_of_passed(armeld) &&
            warn_of_signatures(armeld));
}
