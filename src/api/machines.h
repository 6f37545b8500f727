/* SPDX-License-Identifier: MIT */
/**
 * Universal libraries: the slices for each machine are a set of their own, which a handle of its
 * own plans and proves. What these sets become is put together again to universal files, which are
 * written in one transaction and recorded in one sidecar. In xcframeworks, so are the machines of
 * each platform (frameworks.h); so they are if platforms are melded apart (platforms_split()).
 */
#ifndef ARMELD_API_MACHINES_H
#define ARMELD_API_MACHINES_H

#include "api/handle.h"
#include "sidecar/recipe.h"

/** A slice that is no archive: it stays what it is. */
#define NO_MACHINE SIZE_MAX

/** A slice of a library; of one that is not universal, all of it. */
struct machine_slice {
    struct universal_slice slice;
    size_t machine; /**< index into machines.list, or NO_MACHINE */
    size_t library; /**< its number in the set for that machine */
};

/** A library of the set. */
struct machine_file {
    bool universal;
    bool wide;
    struct machine_slice *slices; /**< in the order of the header's entries */
    size_t count;
};

struct machine {
    const char *name;
    const char *label; /**< the same, in an xcframework with its identifier: "ios-arm64/arm64" */
    size_t part;       /**< of an xcframework, or of several platforms; else 0 */
    struct universal_machine machine;
    struct armeld *armeld; /**< the handle for its slices */
};

/** A machine of a part for which there are objects only: the workspace has an empty slice. */
struct machine_object {
    size_t part;
    struct universal_machine machine;
    struct span object; /**< the first one */
};

/** The part of a library: the platform that an xcframework has it for. */
static inline size_t machines_part_of(const struct machines *machines, size_t library)
{
    return machines->part_of ? machines->part_of[library] : 0;
}

/** Stage: find out for which machines there are slices, and make a handle for each of them. */
bool machines_split(struct armeld *armeld);

/**
 * Find the parts of libraries for several platforms, each for all of its machines: .platforms, if
 * there are several. platforms.c
 */
bool platforms_split(struct armeld *armeld);

/** Stage: plan all machines, each by @stages. */
bool machines_plan(struct armeld *armeld);

/** The path of the workspace of a part, resolved; NULL when memory is short. */
const char *machines_workspace(struct armeld *armeld, size_t part);

/** The same as messages name it. */
const char *machines_workspace_name(struct armeld *armeld, size_t part);

/** Stage: put the outputs together. machines_join.c */
bool machines_join(struct armeld *armeld);

/**
 * Stage: refuse workspaces that would lack slices which files on the disk need. machines_guard.c
 */
bool machines_guard(struct armeld *armeld);

/** Stage: fill in the report from those of all machines. report_join.c */
bool machines_report(struct armeld *armeld);

/** Join the sentences of their reports. False when memory is short. report_join_texts.c */
bool report_join_texts(struct armeld *armeld);

/** Join the notes of reports on @of alone, likewise. report_join_texts.c */
bool report_join_notes(struct armeld *armeld, const struct machines *of);

/** Chart the report: crates and cells of all machines. report_join_chart.c */
bool machines_chart(struct armeld *armeld);

/** Describe the originals of all libraries, as recipes_make() does. */
bool machines_recipes(struct armeld *armeld, struct arena *arena, struct manifest *manifest);

/** Forget what has led to the outputs. */
void machines_forget(struct machines *machines);

/** Free the handles. */
void machines_free(struct machines *machines);

#endif
