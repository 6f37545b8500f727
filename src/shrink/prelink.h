/* SPDX-License-Identifier: MIT */
/**
 * Prelinking: many objects become one, in which only chosen symbols are global.
 *
 *   prelink_objects()  puts parts together into one object. Each global name becomes one symbol;
 *                      of equal COMDATs the first is kept; names that the rules do not keep become
 *                      local.
 *   prelink_prune()    removes the sections that nothing in the one object needs.
 *   join_sections()    joins sections of one kind. Mach-O objects, which have at most 255
 *                      sections, always need this step.
 *   resolve_object()   (shrink.h) applies what then leads from a section into itself.
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
    const void *context; /**< the first argument of these functions */
    /** Whether anything outside needs @name, for prelink_prune(); NULL: what is global. */
    bool (*is_needed)(const void *context, struct span name);
    /** Whether linkers load another object for @name: they must go on doing so. Or NULL. */
    bool (*loads)(const void *context, struct span name);
    /**
     * Definitions that linkers unify (weak and unique ones, COMDATs, commons) stay what they are,
     * so that linkers unify those of several objects as before. False: the one object has its own
     * of them, and they become local unless stays_global() picks them.
     */
    bool shares;
};

/** An object to be prelinked. */
struct prelink_part {
    struct obj_edit edit; /**< prelink_objects() changes this; it must not be used afterwards */
    struct span name;     /**< what messages call the part: its library and member */
};

/**
 * Whether an object can be a part with others. (prelink_elf.c)
 *
 * Not a Mach-O object without the flag MH_SUBSECTIONS_VIA_SYMBOLS: with its flag the one object
 * would say that its code may be cut at symbols, without the flag that no code may be. Not an
 * object with code for LTO only, and not an ELF object of a kind that elf_kinds.c says so of.
 * @why[out] the reason why not, or NULL
 */
bool prelink_joins(const struct object *object, const char **why);

/** A section of a kind that elf_kinds.c does not know, which stays as it is; NULL: none. */
const struct obj_section *prelink_unknown_section(const struct object *object);

/** The same as messages call it: "MEMBER: section NAME (type N)". NULL also without memory. */
const char *prelink_unknown(const struct object *object, struct span member, struct arena *arena);

enum {
    PRELINK_ALIKE = 7,  /**< tags of ARM's build attributes that are compared */
    PRELINK_TAGS = 128, /**< tags that are read */
};

/** What an ELF object says of itself as a whole: flags, build attributes, MIPS ABI flags. */
struct prelink_statement {
    uint32_t flags; /**< e_flags */
    uint64_t hash;  /**< of the sections that an object has once; 0: it has none */
    uint8_t alike[PRELINK_ALIKE]; /**< ARM: values of tags; 0: nothing is said */
};

/** (prelink_attributes.c) */
struct prelink_statement prelink_statement_of(const struct object *object);

/**
 * Whether an object can be joined with what several objects say together, @sum. If so, @sum takes
 * in what it says. (prelink_attributes.c)
 */
bool prelink_agree(struct prelink_statement *sum, const struct prelink_statement *more);

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
 * Remove the sections that neither a symbol that others need nor a retained section needs, and the
 * common symbols that nothing needs. An object that cannot be taken apart (see graph.h) stays
 * unchanged.
 * @rules       which symbols others need; NULL: all global ones
 * @keeps_debug false: the caller strips debug info later. It is removed now, so that debug
 *              relocations that are not understood need not be cut.
 */
enum obj_result prelink_prune(struct obj_edit *edit, const struct prelink_object_rules *rules,
                              bool keeps_debug, struct arena *arena, struct error *error);

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

/**
 * Give an ELF object lists of its own: rename the sections that linkers put __start_NAME and
 * __stop_NAME around, and these symbols, where the object needs them. The lists of LLVM's profiles
 * stay, since they belong to the program. (prelink_elf.c)
 * @mark part of the new names; another one for each library
 * @return false when memory is short
 */
bool prelink_own_lists(struct obj_edit *edit, uint64_t mark, struct arena *arena);

#endif
