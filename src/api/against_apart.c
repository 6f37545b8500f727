/* SPDX-License-Identifier: MIT */
#include "api/against.h"
#include "apple/xcframework.h"
#include "ar/universal.h"
#include "base/path.h"
#include "census/slices.h"
#include "proof/check.h"
#include "proof/plan.h"

/* ---- the files --------------------------------------------------------------------------- */

/** Append a file: copies of its path and its entry, which may be NULL. */
static bool add_one(struct armeld *armeld, const char *path,
                    const struct xcframework_library *entry, struct against_file **list,
                    size_t *count)
{
    struct arena *arena = &armeld->arena;
    struct against_file *longer = ARENA_ARRAY(arena, struct against_file, *count + 1);
    struct xcframework_library *own = ARENA_NEW(arena, struct xcframework_library);
    const char *name = arena_printf(arena, "%s", path);
    if (!longer || !own || !name) {
        return error_memory(&armeld->error);
    }
    for (size_t i = 0; i < *count; i++) {
        longer[i] = (*list)[i];
    }
    if (entry) {
        own->identifier = arena_printf(arena, "%s", entry->identifier);
        own->platform = arena_printf(arena, "%s", entry->platform);
        own->variant = entry->variant ? arena_printf(arena, "%s", entry->variant) : NULL;
    }
    longer[(*count)++] = (struct against_file){name, entry ? own : NULL};
    *list = longer;
    return !entry || (own->identifier && own->platform && !own->variant == !entry->variant) ||
           error_memory(&armeld->error);
}

/** The static libraries of an xcframework. */
static bool read_framework(struct armeld *armeld, const char *path, struct set *set)
{
    struct set_rules rules = {.frameworks = true};
    return set_add(set, &rules, path, &armeld->error);
}

/** The library of an xcframework that has an identifier, or NULL. */
static const struct library *find_entry(const struct set *set, const char *identifier)
{
    for (size_t i = 0; i < set->library_count; i++) {
        if (strcmp(set->libraries[i].entry->identifier, identifier) == 0) {
            return &set->libraries[i];
        }
    }
    return NULL;
}

/** Pair the libraries of two xcframeworks, by their identifiers. */
static bool pair_entries(struct armeld *armeld, const struct set *original,
                         const struct set *melded, const char *const paths[2],
                         struct compared *all)
{
    for (size_t i = 0; i < original->library_count; i++) {
        const struct library *from = &original->libraries[i];
        const struct library *to = find_entry(melded, from->entry->identifier);
        size_t count = all->count;
        if (!to) {
            return error_set(&armeld->error, "%s has no library for %s, and %s has", paths[1],
                             from->entry->identifier, paths[0]);
        }
        if (!add_one(armeld, from->path, from->entry, &all->originals, &count) ||
            !add_one(armeld, to->path, to->entry, &all->melded, &all->count)) {
            return false;
        }
    }
    for (size_t i = 0; i < melded->library_count; i++) {
        const struct library *to = &melded->libraries[i];
        if (!find_entry(original, to->entry->identifier)) {
            return error_set(&armeld->error, "%s has no library for %s, and %s has", paths[0],
                             to->entry->identifier, paths[1]);
        }
    }
    return true;
}

/** Add a pair of files, or of xcframeworks. */
static bool add_operands(struct armeld *armeld, const char *original, const char *melded,
                         struct compared *all)
{
    bool folder = xcframework_is_named(original) && os_kind(original) == OS_DIRECTORY;
    bool other = xcframework_is_named(melded) && os_kind(melded) == OS_DIRECTORY;
    size_t count = all->count;
    if (folder != other) {
        return error_set_kind(&armeld->error, ERROR_USAGE,
                              "%s is an xcframework, and %s, with which it is compared, is none",
                              folder ? original : melded, folder ? melded : original);
    }
    if (!folder) {
        return add_one(armeld, original, NULL, &all->originals, &count) &&
               add_one(armeld, melded, NULL, &all->melded, &all->count);
    }
    struct set from = {0};
    struct set to = {0};
    bool done = read_framework(armeld, original, &from) && read_framework(armeld, melded, &to) &&
                pair_entries(armeld, &from, &to, (const char *const[]){original, melded}, all);
    set_free(&from);
    set_free(&to);
    return done;
}

/** Find workspaces beside the first one, as they are called and marked. */
static bool list_marked(struct armeld *armeld, struct compared *all)
{
    bool there = true;
    for (size_t i = 2; there && i <= MOST_PARTS; i++) {
        const char *path = path_numbered(armeld->workspace, i, &armeld->arena);
        struct os_file file = {0};
        struct error unread = {0};
        if (!path) {
            return error_memory(&armeld->error);
        }
        there = os_kind(path) == OS_FILE && os_map(path, &file, &unread) &&
                (archive_is_marked(file.bytes) ||
                 universal_has(file.bytes, archive_is_marked));
        os_unmap(&file);
        if (there && !add_one(armeld, path, NULL, &all->workspaces, &all->workspace_count)) {
            return false;
        }
    }
    return true;
}

/** List the workspaces in an xcframework, by the parts of the sidecar if there is one. */
static bool list_framework(struct armeld *armeld, bool known, struct compared *all)
{
    const struct record *record = &armeld->record;
    struct set set = {0};
    bool done = read_framework(armeld, armeld->framework, &set);
    for (size_t i = 0; done && known && i < record->workspace_count; i++) {
        const struct library *library = find_entry(&set, record->manifest.identifiers[i]);
        done = add_one(armeld, record->workspaces[i].path, library ? library->entry : NULL,
                       &all->workspaces, &all->workspace_count);
    }
    for (size_t i = 0; done && !known && i < set.library_count; i++) {
        done = add_one(armeld, set.libraries[i].path, set.libraries[i].entry, &all->workspaces,
                       &all->workspace_count);
    }
    set_free(&set);
    return done;
}

/** List the workspaces: those of which the sidecar tells; those of an xcframework; or by name. */
static bool list_workspaces(struct armeld *armeld, struct compared *all)
{
    const struct record *record = &armeld->record;
    struct error unread = {0};
    bool known = record_open(armeld->workspace, &armeld->record, &unread) && record->present;
    if (armeld->framework) {
        return list_framework(armeld, known, all);
    }
    const char *plain = os_plain_path(armeld->options.workspace, &armeld->arena);
    bool done = (plain || error_memory(&armeld->error)) &&
                add_one(armeld, plain, NULL, &all->workspaces, &all->workspace_count);
    for (size_t i = 1; done && known && i < record->workspace_count; i++) {
        done = add_one(armeld, record->workspaces[i].path, NULL, &all->workspaces,
                       &all->workspace_count);
    }
    return done && (known || list_marked(armeld, all));
}

/* ---- machines and platforms -------------------------------------------------------------- */

/** A slice of an original, or all of one that is not universal. */
struct part {
    size_t pair;
    struct universal_machine machine; /* {0, 0}: no object tells */
    uint32_t platforms;               /* 0: no object tells */
};

/** What is compared for one machine and platform. */
struct group {
    struct universal_machine machine;
    const char *name; /* of the machine */
    struct compared files;
};

struct grouping {
    struct armeld *armeld;
    const struct compared *all;
    struct part *parts;
    size_t part_count;
    size_t part_capacity;
    struct group *groups;
    size_t count;
    size_t capacity;
    struct universal_machine any; /* a machine of the melded files, if no original tells one */
    bool universal;               /* some file is */
};

static bool add_part(struct grouping *g, size_t pair, struct universal_machine machine,
                     struct span bytes)
{
    struct part *parts = arena_grow(&g->armeld->arena, g->parts, g->part_count,
                                    &g->part_capacity, 64, sizeof *parts);
    if (!parts) {
        return error_memory(&g->armeld->error);
    }
    g->parts = parts;
    g->parts[g->part_count++] = (struct part){pair, machine, slice_platforms(bytes)};
    return true;
}

/** Find out for what an original is. */
static bool look_at_original(struct grouping *g, size_t pair)
{
    struct error *error = &g->armeld->error;
    const char *path = g->all->originals[pair].path;
    struct os_file file = {0};
    struct universal universal = {0};
    bool done = os_map(path, &file, error);
    bool is = done && universal_probe(file.bytes);
    g->universal |= is;
    if (is && !universal_read(file.bytes, &g->armeld->arena, &universal, error)) {
        done = error_prefix(error, "%s: ", path);
    }
    for (size_t i = 0; done && i < universal.count; i++) {
        const struct universal_slice *slice = &universal.slices[i];
        done = !archive_probe(slice->bytes) ||
               add_part(g, pair, slice->machine, slice->bytes);
    }
    done = done && (is || add_part(g, pair, slice_machine(file.bytes), file.bytes));
    os_unmap(&file);
    return done;
}

/** Note that a melded file is universal, and the machine of its first slice. */
static bool look_at_melded(struct grouping *g, const char *path)
{
    struct os_file file = {0};
    struct universal universal;
    struct error unread = {0};
    bool done = os_map(path, &file, &g->armeld->error);
    bool is = done && universal_probe(file.bytes);
    g->universal |= is;
    if (is && !g->any.type &&
        universal_read(file.bytes, &g->armeld->arena, &universal, &unread)) {
        g->any = universal.slices[0].machine;
    }
    os_unmap(&file);
    return done;
}

/** Whether an original has a slice for a machine; one that tells no machine may be for all. */
static bool original_has(const struct grouping *g, size_t pair, const char *machine)
{
    bool has = false;
    for (size_t i = 0; i < g->part_count; i++) {
        const struct part *part = &g->parts[i];
        const char *name = universal_machine_name(part->machine, &g->armeld->arena);
        has |= part->pair == pair &&
               (!part->machine.type || (name && strcmp(name, machine) == 0));
    }
    return has;
}

/** Refuse a melded file with a slice that its original lacks: nothing can be said of that one. */
static bool check_slices(struct grouping *g, size_t pair)
{
    const char *path = g->all->melded[pair].path;
    struct error *error = &g->armeld->error;
    struct os_file file = {0};
    struct universal universal = {0};
    struct error unread = {0};
    bool done = os_map(path, &file, error);
    if (done && universal_probe(file.bytes) &&
        !universal_read(file.bytes, &g->armeld->arena, &universal, &unread)) {
        universal.count = 0; /* comparing says why it cannot be read */
        done = error_passes(&unread, error);
    }
    for (size_t i = 0; done && i < universal.count; i++) {
        const struct universal_slice *slice = &universal.slices[i];
        const char *name = universal_machine_name(slice->machine, &g->armeld->arena);
        if (!name) {
            done = error_memory(error);
        } else if (archive_probe(slice->bytes) && !original_has(g, pair, name)) {
            done = error_set(error, "%s has no slice for %s, and %s has",
                             g->all->originals[pair].path, name, path);
        }
    }
    os_unmap(&file);
    return done;
}

/** How much a part tells: its machine and platform; its machine; nothing. */
static int tells(const struct part *part)
{
    return part->machine.type ? part->platforms ? 2 : 1 : 0;
}

/** Whether a part can be compared with the group; one that tells nothing, with the first. */
static bool fits(const struct grouping *g, const struct group *group, const char *name,
                 const struct part *part)
{
    const struct compared *files = &group->files;
    const struct xcframework_library *entry = g->all->originals[part->pair].entry;
    return !files->entry == !entry && against_same_entry(files->entry, entry) &&
           (!part->machine.type ||
            (strcmp(group->name, name) == 0 &&
             (!files->platforms || !part->platforms || files->platforms & part->platforms)));
}

/** Start a group. NULL: memory is short. */
static struct group *add_group(struct grouping *g, const char *name,
                               struct universal_machine machine)
{
    struct arena *arena = &g->armeld->arena;
    struct group *groups =
        arena_grow(arena, g->groups, g->count, &g->capacity, 8, sizeof *groups);
    if (!groups) {
        return NULL;
    }
    g->groups = groups;
    struct group *group = &groups[g->count];
    *group = (struct group){.machine = machine, .name = name, .files = *g->all};
    group->files.originals = ARENA_ARRAY(arena, struct against_file, g->all->count);
    group->files.melded = ARENA_ARRAY(arena, struct against_file, g->all->count);
    group->files.count = 0;
    g->count += group->files.originals && group->files.melded;
    return group->files.originals && group->files.melded ? group : NULL;
}

/** Put a part to the first group that it fits, which may be new. */
static bool group_part(struct grouping *g, const struct part *part)
{
    struct universal_machine machine = part->machine.type ? part->machine : g->any;
    const char *name = universal_machine_name(machine, &g->armeld->arena);
    size_t at = 0;
    while (name && at < g->count && !fits(g, &g->groups[at], name, part)) {
        at++;
    }
    struct group *group = !name            ? NULL
                          : at < g->count ? &g->groups[at]
                                          : add_group(g, name, machine);
    if (!group) {
        return error_memory(&g->armeld->error);
    }
    struct compared *files = &group->files;
    files->entry = g->all->originals[part->pair].entry;
    uint32_t both = files->platforms & part->platforms;
    files->platforms = both ? both : files->platforms | part->platforms;
    files->originals[files->count] = g->all->originals[part->pair];
    files->melded[files->count++] = g->all->melded[part->pair];
    return true;
}

/** Find the groups; those that tell less than others go with these. */
static bool find_groups(struct grouping *g)
{
    bool done = true;
    for (size_t i = 0; done && i < g->all->count; i++) {
        done = look_at_original(g, i) && look_at_melded(g, g->all->melded[i].path) &&
               check_slices(g, i);
    }
    for (size_t i = 0; done && i < g->all->workspace_count; i++) {
        done = look_at_melded(g, g->all->workspaces[i].path);
    }
    for (int turn = 2; turn >= 0; turn--) {
        for (size_t i = 0; done && i < g->part_count; i++) {
            done = tells(&g->parts[i]) != turn || group_part(g, &g->parts[i]);
        }
    }
    return done;
}

/** Whether groups are for several platforms. */
static bool has_platforms(const struct grouping *g)
{
    bool has = false;
    for (size_t i = 1; i < g->count; i++) {
        uint32_t first = g->groups[0].files.platforms;
        has |= first && g->groups[i].files.platforms && !(first & g->groups[i].files.platforms);
    }
    return has;
}

/** What a group is called: its machine, with its platform if there are several. */
static const char *label(const struct grouping *g, const struct group *group)
{
    uint32_t platforms = group->files.platforms;
    if (group->files.entry) {
        return arena_printf(&g->armeld->arena, "%s/%s", group->files.entry->identifier,
                            group->name);
    }
    return has_platforms(g) && platforms
               ? arena_printf(&g->armeld->arena, "%s %s", object_platform_name(platforms),
                              group->name)
               : group->name;
}

/** Compare what there is for one machine and platform, by a handle of its own. */
static bool check_group(struct grouping *g, const struct group *group)
{
    struct armeld *armeld = g->armeld;
    const char *name = label(g, group);
    struct armeld *part = name ? armeld_new(&armeld->options) : NULL;
    if (!part) {
        return error_memory(&armeld->error);
    }
    part->job = JOB_VERIFY_AGAINST;
    part->workspace = armeld->workspace;
    part->set.machine = group->name;
    bool done = against_check(part, &group->files);
    if (done || part->report.finding_count) {
        done &= check_report_join(&part->report, name, &armeld->arena, &armeld->report) ||
                error_memory(&armeld->error);
        done &= models_list(part->models.models, &armeld->arena, &armeld->report.models,
                            &armeld->report.model_count) ||
                error_memory(&armeld->error);
    }
    if (!done && armeld->error.kind == ERROR_NONE) {
        armeld->error = part->error;
        error_prefix(&armeld->error, "%s: ", name);
    }
    armeld_free(part);
    return done;
}

static bool check_groups(struct grouping *g)
{
    struct error *error = &g->armeld->error;
    const char *only = g->armeld->options.machine;
    size_t checked = 0;
    bool done = true;
    for (size_t i = 0; done && i < g->count; i++) {
        if (!only || strcmp(only, g->groups[i].name) == 0) {
            done = check_group(g, &g->groups[i]);
            checked++;
        }
    }
    return done &&
           (checked ||
            (only ? error_set(error, "no original has a slice for %s", only)
                  : error_set(error, "no slice of the originals is an archive")));
}

bool against_check_all(struct armeld *armeld, const char *const *originals,
                       const char *const *melded, size_t count)
{
    struct compared all = {0};
    struct grouping grouping = {.armeld = armeld, .all = &all};
    bool done = list_workspaces(armeld, &all);
    for (size_t i = 0; done && i < count; i++) {
        done = add_operands(armeld, originals[i], melded[i], &all);
    }
    done = done && find_groups(&grouping);
    const struct group *first = grouping.groups;
    if (done && !grouping.universal && grouping.count == 1 && !first->files.entry) {
        record_free(&armeld->record);
        armeld->set.machine = first->machine.type ? first->name : NULL;
        return against_check(armeld, &first->files);
    }
    return done && check_groups(&grouping);
}
