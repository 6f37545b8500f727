/* SPDX-License-Identifier: MIT */
/**
 * Mach-O libraries for several platforms in one run: linkers reject an archive with any member for
 * another platform than theirs, so each platform is a part, with a workspace of its own.
 */
#include <string.h>

#include "api/machines.h"
#include "api/part_numbers.h"
#include "census/slices.h"

enum {
    MOST_SLICES = 64, /* of one part: machines */
};

/** A slice of a library: what it is for. */
struct purpose {
    struct universal_machine machine; /* {0, 0}: no object tells */
    uint32_t platforms;               /* 0: no object tells */
};

/** Libraries that go together: of each machine, all are for one platform. */
struct group {
    struct purpose list[MOST_SLICES];
    size_t count;
    size_t before[MOST_PARTS]; /* by part of the earlier melding: how many libraries are of it */
};

struct grouping {
    struct armeld *armeld;
    bool universal; /* some library is: machines go together in one workspace */
    struct group groups[MOST_PARTS];
    size_t count;
};

/** What the slices of a library are for. Of a file that cannot be read, none. */
static size_t find_purposes(struct span bytes, struct arena *arena, struct purpose *list)
{
    struct universal_slice whole = {.machine = slice_machine(bytes), .bytes = bytes};
    struct universal universal = {.slices = &whole, .count = 1};
    struct error unread = {0};
    if (universal_probe(bytes) && !universal_read(bytes, arena, &universal, &unread)) {
        return 0;
    }
    size_t count = universal.count < MOST_SLICES ? universal.count : MOST_SLICES;
    for (size_t i = 0; i < count; i++) {
        const struct universal_slice *slice = &universal.slices[i];
        list[i] = (struct purpose){slice->machine, slice_platforms(slice->bytes)};
    }
    return count;
}

static bool same_machine(const struct purpose *a, const struct purpose *b)
{
    return universal_same_machine(a->machine, b->machine);
}

/** Whether a slice and what a group has go into one workspace. */
static bool go_together(const struct grouping *g, const struct purpose *a, const struct purpose *b)
{
    bool same = same_machine(a, b) || !a->machine.type || !b->machine.type;
    return same ? !a->platforms || !b->platforms || a->platforms == b->platforms : g->universal;
}

static bool fits(const struct grouping *g, const struct group *group, const struct purpose *list,
                 size_t count)
{
    for (size_t i = 0; i < group->count; i++) {
        for (size_t j = 0; j < count; j++) {
            if (!go_together(g, &group->list[i], &list[j])) {
                return false;
            }
        }
    }
    return true;
}

/** Add what a library is for to what its group is for. */
static void widen(struct group *group, const struct purpose *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;
        while (at < group->count && !same_machine(&group->list[at], &list[i])) {
            at++;
        }
        if (at == group->count && at < MOST_SLICES) {
            group->list[group->count++] = list[i];
        } else if (at < group->count && !group->list[at].platforms) {
            group->list[at].platforms = list[i].platforms;
        } else if (at < group->count && list[i].platforms) {
            group->list[at].platforms &= list[i].platforms; /* some objects are for two */
        }
    }
}

/** The part that a library had in the earlier melding; SIZE_MAX: none. */
static size_t part_before(const struct armeld *armeld, size_t number)
{
    const struct record *record = &armeld->record;
    const char *target = armeld->set.libraries[number].target;
    for (size_t i = 0; target && record->files && i < record->manifest.library_count; i++) {
        const char *other = record->files[i].target;
        if (other && strcmp(other, target) == 0) {
            return record->manifest.libraries[i].part;
        }
    }
    return SIZE_MAX;
}

static bool names_platform(const struct purpose *list, size_t count)
{
    bool names = false;
    for (size_t i = 0; i < count; i++) {
        names |= list[i].platforms != 0;
    }
    return names;
}

/**
 * Find the group of a library: the first that it goes with. One that names no platform may be
 * linked for all: it goes with others only if there is no choice, else with its like.
 * @return g->count: a new one
 */
static size_t find_group(const struct grouping *g, const struct purpose *list, size_t count)
{
    bool names = names_platform(list, count);
    size_t found = SIZE_MAX;
    size_t like = SIZE_MAX;
    size_t choices = 0;
    for (size_t i = g->count; i > 0; i--) {
        const struct group *group = &g->groups[i - 1];
        bool own = names_platform(group->list, group->count);
        if (!fits(g, group, list, count)) {
            continue;
        }
        like = own ? like : i - 1;
        found = own ? i - 1 : found;
        choices += own;
    }
    size_t at = names || choices == 1 ? found : like;
    return at == SIZE_MAX ? g->count : at;
}

/** Put a library to a group. */
static bool add_library(struct grouping *g, size_t number, bool named, uint32_t *part_of)
{
    struct purpose list[MOST_SLICES];
    struct arena arena = {0};
    const struct library *library = &g->armeld->set.libraries[number];
    size_t count = find_purposes(library->bytes, &arena, list);
    arena_free(&arena);
    if (names_platform(list, count) != named) {
        return true;
    }
    size_t at = find_group(g, list, count);
    if (at == MOST_PARTS) {
        return error_set(&g->armeld->error, "%s: for one more platform than armeld melds apart, "
                                            "which are %d: meld them one by one",
                         library->path, MOST_PARTS);
    }
    struct group *group = &g->groups[at];
    if (at == g->count) {
        *group = (struct group){.count = 0};
        g->count++;
    }
    widen(group, list, count);
    size_t before = part_before(g->armeld, number);
    if (before < MOST_PARTS) {
        group->before[before]++;
    }
    part_of[number] = (uint32_t)at;
    return true;
}

/** Number the groups: as in the earlier melding, as far as they are still there. */
static void number_groups(const struct grouping *g, uint32_t number[MOST_PARTS])
{
    size_t before[MOST_PARTS][MOST_PARTS];
    for (size_t i = 0; i < g->count; i++) {
        memcpy(before[i], g->groups[i].before, sizeof before[i]);
    }
    part_numbers_match(before, (uint32_t)g->count, number);
}

/** What a group is for, in words: "iOS", "macOS, iOS simulator"; with machines if these differ. */
static const char *name_group(const struct grouping *g, const struct group *group,
                              struct arena *arena)
{
    const char *text = "";
    uint32_t named = 0;
    for (size_t i = 0; text && i < group->count; i++) {
        const struct purpose *purpose = &group->list[i];
        if (!purpose->platforms || purpose->platforms & named) {
            continue;
        }
        named |= purpose->platforms;
        text = arena_printf(arena, "%s%s%s", text, *text ? ", " : "",
                            object_platform_name(purpose->platforms));
    }
    const char *machine =
        text && group->count && !g->universal && group->list[0].machine.type
            ? universal_machine_name(group->list[0].machine, arena)
            : "";
    text = text && !*text ? "any platform" : text; /* no object names one */
    return text && machine ? arena_printf(arena, "%s%s%s", text, *text && *machine ? " " : "",
                                          machine)
                           : NULL;
}

bool platforms_split(struct armeld *armeld)
{
    struct machines *machines = &armeld->machines;
    struct grouping grouping = {.armeld = armeld};
    struct arena *arena = &armeld->arena;
    size_t count = armeld->set.library_count;
    uint32_t number[MOST_PARTS];
    uint32_t *part_of = ARENA_ARRAY(arena, uint32_t, count);
    bool done = part_of || error_memory(&armeld->error);
    for (size_t i = 0; i < count; i++) {
        grouping.universal |= universal_probe(armeld->set.libraries[i].bytes);
    }
    for (size_t i = 0; done && i < count; i++) {
        done = add_library(&grouping, i, true, part_of);
    }
    for (size_t i = 0; done && i < count; i++) {
        done = add_library(&grouping, i, false, part_of);
    }
    if (!done || grouping.count < 2) {
        return done;
    }
    number_groups(&grouping, number);
    machines->platforms = ARENA_ARRAY(arena, const char *, grouping.count);
    for (size_t i = 0; machines->platforms && i < grouping.count; i++) {
        const char *name = name_group(&grouping, &grouping.groups[i], arena);
        machines->platforms[number[i]] = name;
        done = done && name;
    }
    for (size_t i = 0; i < count; i++) {
        part_of[i] = number[part_of[i]];
    }
    machines->part_of = part_of;
    machines->platform_count = grouping.count;
    return (machines->platforms && done) || error_memory(&armeld->error);
}
