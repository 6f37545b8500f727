/* SPDX-License-Identifier: MIT */
/**
 * Prelinking: many objects become one, in which only what others call is global.
 *
 *   prelink_objects   puts images together: each global name becomes one symbol, of COMDATs the
 *                    first is taken and is none any more, the rest of what is global becomes local
 *   join_sections    joins sections of one kind; Mach-O, whose objects have few sections, always
 */
#ifndef ARMELD_SHRINK_PRELINK_H
#define ARMELD_SHRINK_PRELINK_H

#include "obj/obj_edit.h"

struct prelink_object_rules {
    /** Whether a defined symbol stays global. */
    bool (*stays_global)(const void *context, struct span name);
    const void *context;
};

/** An object to be prelinked, and what messages call it. */
struct prelink_part {
    struct obj_edit edit; /**< is spoiled */
    struct span name;
};

/**
 * Put images of one format and machine together. An error names the members that do not fit.
 * @out[out] in @arena; refers to the parts' data
 */
enum obj_result prelink_objects(struct prelink_part *parts, size_t count,
                                const struct prelink_object_rules *rules, struct arena *arena,
                                struct obj_edit *out, struct error *error);

/**
 * Join sections that are of one kind: less headers, less symbols, but nothing left to drop.
 * Without @all only those that readers expect one of in an object: debug info, unwind information.
 */
enum obj_result join_sections(struct obj_edit *edit, bool all, struct arena *arena,
                              struct error *error);

/**
 * Leave out what neither a global symbol nor what is retained leads to.
 * @keeps_debug debug info is not stripped later; if it is, it goes now, so that relocations which
 *              nobody understands need not be cut loose
 */
enum obj_result prelink_prune(struct obj_edit *edit, bool keeps_debug, struct arena *arena,
                              struct error *error);

/** What is about whole objects, before they are put together. (prelink_whole.c) */
enum obj_result prelink_whole(struct prelink_part *parts, size_t count, struct arena *arena,
                              struct obj_edit *out, struct error *error);

/** And what comes to the result: directives, sections for what was common. */
enum obj_result prelink_finish(struct obj_edit *edit, struct arena *arena);

/** Find the places of a Mach-O part: then its addresses mean nothing any more. (prelink_macho.c) */
enum obj_result macho_find_places(struct obj_edit *edit, struct arena *arena, struct error *error);

/** Turn places that are data in code into the load command; the others are in the contents. */
bool macho_put_places(struct obj_edit *edit, struct arena *arena);

/**
 * Go through the personality routines that a Mach-O object's unwind information names, each as
 * often as it stands there; until @tell returns false, which is the result then.
 */
bool prelink_personalities(const struct obj_edit *edit,
                           bool (*tell)(void *context, struct span name), void *context);

#endif
