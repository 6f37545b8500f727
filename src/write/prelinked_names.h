/* SPDX-License-Identifier: MIT */
/**
 * The global names of prelinked objects: which names must stay global because other objects need
 * them, and which of several definitions counts.
 */
#ifndef ARMELD_WRITE_PRELINKED_NAMES_H
#define ARMELD_WRITE_PRELINKED_NAMES_H

#include "base/table.h"
#include "write/outputs.h"

/** The items of an output that become one object; they are adjacent. */
struct prelink_unit {
    struct output *output;
    size_t first;
    size_t count;
};

struct known; /* a name */

/** Start with {0}; the caller sets the first seven fields. */
struct prelink_names {
    const struct outputs *outputs; /**< the outputs that the units belong to */
    const struct prelink_unit *units;
    size_t unit_count;
    const struct plan *plan;
    const struct exports *exports;
    const uint8_t **apart; /**< where the contents begin of members that are not joined */
    size_t apart_count;
    size_t own_count;     /**< names that each of several libraries now defines for itself */
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

/**
 * Whether item @item of a unit stays a member of its own.
 * @result, @object what reading the item gave
 */
bool prelink_is_apart(const struct prelink_names *names, const struct prelink_unit *unit,
                      size_t item, enum obj_result result, const struct object *object);

/** Collect the names that all units define and need. False when memory is short. */
bool prelink_names_learn(struct prelink_names *names);

/**
 * Decide which of several definitions counts; an undecidable name is an error.
 *
 * In the originals, the first definition that a linker meets serves every library. Prelinked, each
 * library has its own. Where other objects need the name, the definitions would collide: functions
 * become weak, so that the first one serves everybody as before. Names that collide in the
 * originals as well are left alone.
 */
bool prelink_names_settle(struct prelink_names *names, struct error *error);

/** For struct prelink_object_rules: whether a unit other than @at needs a name. */
bool prelink_names_stay(const void *context, struct span name);

/** Whether the first definition of a name that several units define counts. */
bool prelink_names_collide(const struct prelink_names *names, struct span name);

void prelink_names_free(struct prelink_names *names);

#endif
