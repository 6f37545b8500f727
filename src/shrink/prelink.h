/* SPDX-License-Identifier: MIT */
/**
 * Prelinking: many objects become one, in which only chosen symbols are global.
 *
 *   prelink_objects()  puts parts together into one object. Each global name becomes one symbol;
 *                      of equal COMDATs the first is kept; names that stays_global() does not pick
 *                      become local.
 *   prelink_prune()    removes the sections that nothing in the one object needs.
 *   join_sections()    joins sections of one kind. Mach-O objects, which have at most 255
 *                      sections, always need this step.
 *
 * All functions with a result return OBJ_OK, OBJ_NO_MEMORY, or OBJ_NOT_MINE or OBJ_BROKEN with the
 * reason in @error; the objects must not be used after any of the last three.
 */
#ifndef ARMELD_SHRINK_PRELINK_H
#define ARMELD_SHRINK_PRELINK_H

#include "obj/obj_edit.h"

struct prelink_object_rules {
    /** Whether the defined symbol @name stays global. */
    bool (*stays_global)(const void *context, struct span name);
    const void *context; /**< the first argument of stays_global() */
};

/** An object to be prelinked. */
struct prelink_part {
    struct obj_edit edit; /**< prelink_objects() changes this; it must not be used afterwards */
    struct span name;     /**< what messages call the part: its library and member */
};

/**
 * Whether an object can be a part with others. A Mach-O object without the flag
 * MH_SUBSECTIONS_VIA_SYMBOLS cannot: with its flag the one object would say that its code may be
 * cut at symbols, without the flag that no code may be. Nor can an object with code for LTO only.
 */
bool prelink_joins(const struct object *object);

/**
 * Put parts of one format and one machine together.
 * @parts    at least one; the result refers to their bytes
 * @out[out] the one object, in @arena
 * @error    names the members that do not fit each other
 */
enum obj_result prelink_objects(struct prelink_part *parts, size_t count,
                                const struct prelink_object_rules *rules, struct arena *arena,
                                struct obj_edit *out, struct error *error);

/**
 * Join sections of one kind: fewer headers and symbols, but linkers can no longer leave out single
 * functions.
 * @all false: join only the sections of which tools expect one in an object: debug info and unwind
 *      information
 */
enum obj_result join_sections(struct obj_edit *edit, bool all, struct arena *arena,
                              struct error *error);

/**
 * Remove the sections that neither a global symbol nor a retained section needs. An object that
 * cannot be taken apart (see graph.h) stays unchanged.
 * @keeps_debug false: the caller strips debug info later. It is removed now, so that debug
 *              relocations that are not understood need not be cut.
 */
enum obj_result prelink_prune(struct obj_edit *edit, bool keeps_debug, struct arena *arena,
                              struct error *error);

/**
 * Remove the sections that make a statement about a whole object where the parts do not agree, and
 * join directives and load commands. A step of prelink_objects(). (prelink_whole.c)
 * @out the object that results; its headers are set
 */
enum obj_result prelink_whole(struct prelink_part *parts, size_t count, struct arena *arena,
                              struct obj_edit *out, struct error *error);

/**
 * Add sections for the directives and for common symbols that are local now. The last step of
 * prelink_objects(). (prelink_whole.c)
 */
enum obj_result prelink_finish(struct obj_edit *edit, struct arena *arena);

/**
 * Fill in edit.places of a Mach-O part: the addresses in its contents and load commands that no
 * relocation marks. From then on the addresses of its sections may change. (prelink_macho.c)
 */
enum obj_result macho_find_places(struct obj_edit *edit, struct arena *arena, struct error *error);

/**
 * Make LC_DATA_IN_CODE of the places that came from this load command. The other places are
 * differences, which join_sections() keeps right in the contents.
 * @return false when memory is short
 */
bool macho_put_places(struct obj_edit *edit, struct arena *arena);

/**
 * Call @tell for each reference of a Mach-O object's unwind information to a personality routine.
 * A routine that is referred to twice is told twice. Other formats have no such references.
 * @return false if @tell returned false, which ends the search
 */
bool prelink_personalities(const struct obj_edit *edit,
                           bool (*tell)(void *context, struct span name), void *context);

#endif
