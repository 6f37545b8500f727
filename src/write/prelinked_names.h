/* SPDX-License-Identifier: MIT */
/**
 * The global names of what is prelinked: which ones others need, and so must stay global, and
 * which of several definitions counts.
 */
#ifndef ARMELD_WRITE_PRELINKED_NAMES_H
#define ARMELD_WRITE_PRELINKED_NAMES_H

#include "base/table.h"
#include "write/outputs.h"

/** What becomes one object: some items of an output, next to each other. */
struct prelink_unit {
    struct output *output;
    size_t first;
    size_t count;
};

struct known; /* a name */

/** Start with {0} but for what the caller says. */
struct prelink_names {
    const struct outputs *outputs; /**< of which the units are */
    const struct prelink_unit *units;
    size_t unit_count;
    const struct plan *plan;
    const struct exports *exports;
    size_t own_count;     /**< names that several libraries define each for itself now */
    struct span own_name; /**< the first one */
    struct span *names;
    struct known *known; /* by name */
    size_t count;
    size_t capacity;
    struct table table; /* of names */
    uint32_t at;        /* the unit at work */
    struct arena arena;
    struct arena scratch;
};

/** Learn what all units define and need. False when memory is short. */
bool prelink_names_learn(struct prelink_names *names);

/**
 * Decide which of several definitions counts. What cannot be decided is an error.
 *
 * Of several definitions the first that a linker meets is every library's; in objects of their own
 * each has its own. Where others need the name, they would collide: functions are made weak, so
 * that the first one is everybody's as before. Where the originals collide, too, nothing is lost.
 */
bool prelink_names_settle(struct prelink_names *names, struct error *error);

/** For struct prelink_object_rules: whether somebody beside unit @at needs a name. */
bool prelink_names_stay(const void *context, struct span name);

/** Whether the first definition of a name that several units define counts. */
bool prelink_names_collide(const struct prelink_names *names, struct span name);

void prelink_names_free(struct prelink_names *names);

#endif
