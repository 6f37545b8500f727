/* SPDX-License-Identifier: MIT */
/**
 * An image: an object taken apart so that it can be changed, and written again.
 *
 * Reading turns a member into the view of object.h with all relocations beside it; whatever the
 * format keeps for its own bookkeeping (symbol, string, relocation and group tables, section
 * numbers, file offsets) is left out, and made anew by writing. So a change is a change of arrays,
 * and no change can leave a table behind that does not fit the others.
 *
 * What a writer could not write again as it was is refused when the object is read, with the
 * reason: such an object stays as it is.
 */
#ifndef ARMELD_OBJ_OBJ_EDIT_H
#define ARMELD_OBJ_OBJ_EDIT_H

#include "obj/object.h"

struct edit_relocs {
    struct obj_reloc *list;
    size_t count;
};

/** A Mach-O load command that is carried over: its bytes, and what they point at. */
struct edit_command {
    struct span bytes;
    struct span data;
};

/** A place in a Mach-O section that an address names which no relocation tells of. */
struct edit_place {
    uint32_t section;
    uint64_t offset;
    uint32_t target; /**< a difference of 8 bytes leads there from here; OBJ_NONE: data in code, */
    uint32_t dice;   /**< whose length and kind these are, as they stand in the file */
};

struct obj_edit {
    struct object object;          /**< its tables are the image's own and may be changed */
    struct edit_relocs *relocs;    /**< by section */
    uint32_t timestamp;            /**< COFF */
    struct edit_command *commands; /**< Mach-O: but those of sections and symbols; in order */
    size_t command_count;
    struct edit_place *places; /**< while parts are put together; see macho_find_places() */
    size_t place_count;
};

/**
 * Take an object apart. OBJ_NOT_MINE with an error that says why: it is no object of a format that
 * is written, or has something that the writer does not know.
 * @edit[out] lives in @arena and refers to @data
 */
enum obj_result obj_edit_read(struct span data, struct arena *arena, struct obj_edit *edit,
                              struct error *error);

/**
 * Write it. The bytes are the same for the same image. An error when a number does not fit its
 * field, or OBJ_NO_MEMORY.
 * @out[out] in @arena
 */
enum obj_result obj_edit_write(const struct obj_edit *edit, struct arena *arena, struct span *out,
                               struct error *error);

/**
 * Leave out sections and symbols and number what remains. Relocations go with their sections, a
 * group without sections goes, too, and lists of symbols lose what goes. Something else that is
 * kept and refers to what is not is an error: then the image is spoiled.
 * @sections, @symbols which ones go, by number
 */
enum obj_result obj_edit_drop(struct obj_edit *edit, const bool *sections, const bool *symbols,
                              struct arena *arena, struct error *error);

/**
 * Mark the symbols that something refers to, but not those that only say where they are:
 * relocations, groups, weak externals.
 * @used by symbol
 */
void obj_edit_mark_used(const struct obj_edit *edit, bool *used);

/**
 * The same, but nothing that a section of @drop says counts, nor lists of symbols (numbered
 * sections), nor groups without sections that stay.
 */
void obj_edit_mark_used_by(const struct obj_edit *edit, const bool *drop, bool *used);

/** Mark the symbols that are there only to sign groups whose sections all go. */
void obj_edit_mark_signatures(const struct obj_edit *edit, const bool *drop, bool *symbols);

/**
 * Make a definition weak, so that of several of its name the first counts: ELF's STB_WEAK,
 * Mach-O's N_WEAK_DEF. COFF has no such definitions: an error of kind ERROR_INTERNAL.
 */
bool obj_edit_make_weak(struct obj_edit *edit, size_t symbol, struct error *error);

/**
 * Whether what was written says what was meant: all sections, relocations, symbols, groups and
 * commands are equal; only the order of symbols is the writer's.
 * @why[out] what is not
 */
bool obj_edit_equal(const struct obj_edit *meant, const struct obj_edit *written,
                    struct arena *arena, struct error *why);

#endif
