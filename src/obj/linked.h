/* SPDX-License-Identifier: MIT */
/**
 * What a linker makes of sections and relocations, in terms that hold for every format: enough to
 * tell whether two objects become the same parts of a program.
 */
#ifndef ARMELD_OBJ_LINKED_H
#define ARMELD_OBJ_LINKED_H

#include "obj/object.h"

/**
 * Whether programs find the section by its name or type, not by a symbol: constructors and
 * destructors, COFF's grouped sections such as .CRT$XCU, the lists of the Objective-C and Swift
 * runtimes, in ELF what linkers put bounds around.
 * ELF [gABI, "Special Sections"], COFF [Microsoft, "CRT initialization"], Mach-O [mach-o/loader.h].
 */
bool obj_section_is_gathered(const struct object *object, const struct obj_section *section);

/** ELF: whether the section is a piece of code that programs run when they begin or end. */
bool obj_section_is_run(const struct object *object, const struct obj_section *section);

/** Whether linkers of ELF define __start_NAME and __stop_NAME: the name is a C identifier. */
bool obj_has_bounds(struct span name);

/** ELF: the NAME of an undefined __start_NAME or __stop_NAME; empty for other symbols. */
struct span obj_bounded_list(const struct obj_symbol *symbol);

/**
 * Whether a list between such bounds belongs to the whole program, and only its runtime reads it:
 * the profile that LLVM's runtime writes.
 */
bool obj_is_programs_list(struct span name);

/**
 * Whether a list between such bounds is one of the program, also if a library has all else for
 * itself: besides the above, the modules of D, which its runtime takes once for each program.
 */
bool obj_is_runtimes_list(struct span name);

/**
 * Whether a section of constants may hold the tables of jumps of functions that are in COMDATs: GCC
 * for Windows writes them all into .rdata. A linker that discards such a function leaves entries
 * without a meaning there, which nothing reads.
 */
bool obj_section_has_tables(const struct object *object, const struct obj_section *section);

/** Whether linkers may make one of equal contents: SHF_MERGE, Mach-O literals. */
bool obj_section_is_merged(const struct object *object, const struct obj_section *section);

/**
 * The bytes at @offset of such a section that linkers keep together: a string with its end, or an
 * element. Empty if the section ends before.
 */
struct span obj_merged_piece(const struct object *object, const struct obj_section *section,
                             uint64_t offset);

/**
 * Whether linkers cut the sections of this object into pieces, each of which begins at a symbol
 * (MH_SUBSECTIONS_VIA_SYMBOLS).
 */
bool obj_has_pieces(const struct object *object);

/** Whether the symbol begins a piece. */
bool obj_symbol_begins_piece(const struct object *object, const struct obj_symbol *symbol);

/** The field that a relocation fills, of one that names a section instead of a symbol (Mach-O). */
struct obj_field {
    unsigned width;  /**< in bytes */
    bool plain;      /**< the next field is known: no difference, not scattered */
    uint64_t target; /**< .plain: offset in the target section */
};

/**
 * Read the field of a relocation whose target is a section.
 * @from the section that holds the field
 * @return false if the field is not within the section's contents
 */
bool obj_read_field(const struct object *object, const struct obj_section *from,
                    const struct obj_reloc *reloc, struct obj_field *field);

/** The characters that prelinking appends to the name of a list that a library has for itself. */
enum { OBJ_LIST_MARK = 17 }; /* '_' and 16 hexadecimal digits */

/** Whether a linker defines this name itself, wherever an object needs it. */
bool obj_is_linkers(struct span name);

/**
 * Whether @is stands for the same bound as @was: __start_NAME or __stop_NAME, of which prelinking
 * renamed the list with a mark.
 */
bool obj_is_marked_bound(struct span was, struct span is);

#endif
