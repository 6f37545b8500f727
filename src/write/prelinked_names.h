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

/** Start with {0}; the caller sets the first five fields, and adds to apart. */
struct prelink_names {
    const struct outputs *outputs; /**< the outputs that the units belong to */
    const struct prelink_unit *units;
    size_t unit_count;
    const struct plan *plan;
    const struct exports *exports;
    struct table apart;   /**< of members that are not joined, by where their contents begin */
    const uint8_t **apart_list; /**< these places */
    size_t apart_count;
    size_t apart_capacity;
    size_t twice_count;     /**< members that are not joined since others define the same */
    struct span twice_name; /**< a name that is defined twice */
    const struct prelink_unit *twice_unit; /**< where the first such member lies */
    size_t twice_item;
    size_t odd_count;      /**< members that are not joined since they say other things */
    const struct prelink_unit *odd_unit; /**< where the first such member lies */
    size_t odd_item;
    size_t bounds_count;   /**< members that are not joined since they lead to bounds of a list */
    const struct prelink_unit *bounds_unit; /**< where the first such member lies */
    size_t bounds_item;
    struct span *names;
    struct known *known; /* by name */
    size_t count;
    size_t capacity;
    struct table table; /* of names */
    uint32_t at;        /* the unit at work */
    struct arena arena;
    struct arena list_arena; /* of members that are not joined */
    struct arena scratch;
};

/**
 * Whether item @item of a unit stays a member of its own.
 * @result, @object what reading the item gave
 */
bool prelink_is_apart(const struct prelink_names *names, const struct prelink_unit *unit,
                      size_t item, enum obj_result result, const struct object *object);

/** Note that a member is not joined with others. False when memory is short. */
bool prelink_names_set_apart(struct prelink_names *names, const uint8_t *contents);

/**
 * Note that ELF objects are not joined that say other things of themselves (build attributes, flags
 * of the header) than most of their unit. False when memory is short. (prelinked_odd.c)
 */
bool prelink_set_odd_apart(struct prelink_names *names);

/**
 * Note that ELF objects are not joined that bring constructors, or other things that linkers always
 * keep, which lead to bounds of a list: linkers may drop the list. False when memory is short.
 * (prelinked_lists.c)
 */
bool prelink_set_bounds_apart(struct prelink_names *names);

/**
 * Collect the names that all units define and need. False when memory is short.
 *
 * In the originals, the first strong definition that a linker meets serves every library. If
 * several objects that can be in one program define a name strongly, these members are not joined
 * with others, so that linkers choose among them as before. Names that collide in the originals as
 * well are left alone.
 */
bool prelink_names_learn(struct prelink_names *names);

/**
 * For struct prelink_object_rules: whether a name stays global, because users or other units need
 * it or because other units define it as well.
 */
bool prelink_names_stay(const void *context, struct span name);

/** The same: whether users or units other than @at need a name. */
bool prelink_names_need(const void *context, struct span name);

/** The same: whether linkers load another object for a name: of another unit, or one not joined. */
bool prelink_names_load(const void *context, struct span name);

void prelink_names_free(struct prelink_names *names);

#endif
