/* SPDX-License-Identifier: MIT */
/**
 * Editable objects: read an object, change it, write it again.
 *
 * Reading gives the view of object.h with all relocations. The bookkeeping of the format (symbol,
 * string, relocation and group tables, section numbers, file offsets) is left out, and writing
 * makes it new. An edit is therefore a change of arrays, and no edit can leave a table behind that
 * contradicts the others.
 *
 * An object with a part that the writer could not write again is refused when it is read, with the
 * reason. Callers then keep the object's bytes unchanged.
 */
#ifndef ARMELD_OBJ_OBJ_EDIT_H
#define ARMELD_OBJ_OBJ_EDIT_H

#include "obj/object.h"

/** The relocations of a section. */
struct edit_relocs {
    struct obj_reloc *list;
    size_t count;
};

/** A Mach-O load command that the writer copies. */
struct edit_command {
    struct span bytes; /**< the command, with its type and size */
    struct span data;  /**< the bytes elsewhere in the file that the command points at, or none */
};

/** A place in a Mach-O section that depends on addresses although no relocation marks it. */
struct edit_place {
    uint32_t section;
    uint64_t offset;
    uint32_t target; /**< the section to which a difference of 8 bytes at this place leads;
                          OBJ_NONE: the place is an entry of LC_DATA_IN_CODE */
    uint32_t dice;   /**< of such an entry: length and kind, as in the file */
};

struct obj_edit {
    struct object object;          /**< callers may change its tables */
    struct edit_relocs *relocs;    /**< by section */
    uint32_t timestamp;            /**< COFF: TimeDateStamp */
    struct edit_command *commands; /**< Mach-O: all but those of sections and symbols */
    size_t command_count;
    struct edit_place *places; /**< Mach-O, while prelinking: see macho_find_places() */
    size_t place_count;
};

/**
 * Read an object so that it can be changed.
 * @data      the member; @edit refers to these bytes, so they must stay
 * @edit[out] its arrays are in @arena
 * @return OBJ_NOT_MINE, with the reason in @error, if armeld does not write this format or the
 *         object has a part that the writer does not know; OBJ_BROKEN if it cannot be read
 */
enum obj_result obj_edit_read(struct span data, struct arena *arena, struct obj_edit *edit,
                              struct error *error);

/**
 * Write an editable object. Equal editable objects give equal bytes.
 * @out[out] the bytes, in @arena
 * @return OBJ_BROKEN, with the reason, if a number does not fit its field in the format
 */
enum obj_result obj_edit_write(const struct obj_edit *edit, struct arena *arena, struct span *out,
                               struct error *error);

/**
 * Remove sections and symbols, and give the rest new numbers. The relocations of removed sections,
 * groups that have no sections left, and entries for removed symbols in lists of symbols are
 * removed as well.
 * @sections by section: whether it is removed
 * @symbols  by symbol: whether it is removed
 * @return OBJ_BROKEN, with the reason, if anything else that stays refers to a removed section or
 *         symbol; @edit must not be used then
 */
enum obj_result obj_edit_drop(struct obj_edit *edit, const bool *sections, const bool *symbols,
                              struct arena *arena, struct error *error);

/**
 * Make a Mach-O object without sections and symbols, for the machine and the platforms of another.
 * @like      that one, or LLVM bitcode for Apple's systems
 * @empty[out] in @arena
 * @return what reading @like, or writing, returns
 */
enum obj_result macho_make_empty(struct span like, struct arena *arena, struct span *empty,
                                 struct error *error);

/**
 * Mark the symbols to which relocations, groups or weak externals refer.
 * @used[out] by symbol; all false before the call
 */
void obj_edit_mark_used(const struct obj_edit *edit, bool *used);

/**
 * Mark the symbols that are used when the sections of @drop have been removed: as
 * obj_edit_mark_used(), without the relocations of these sections and of lists of symbols (numbered
 * sections), and without groups whose sections are all removed.
 */
void obj_edit_mark_used_by(const struct obj_edit *edit, const bool *drop, bool *used);

/** Mark the symbols whose only purpose is to sign groups whose sections are all in @drop. */
void obj_edit_mark_signatures(const struct obj_edit *edit, const bool *drop, bool *symbols);

/**
 * Compare an editable object with the object that was read back after writing it: sections,
 * relocations, symbols, groups and load commands must be equal. The order of symbols may be the
 * writer's.
 * @why[out] the first difference
 */
bool obj_edit_equal(const struct obj_edit *meant, const struct obj_edit *written,
                    struct arena *arena, struct error *why);

#endif
