/* SPDX-License-Identifier: MIT */
/** Prelinking: what the steps of prelink_objects() share. Only for prelink*.c. */
#ifndef ARMELD_SHRINK_PRELINK_INTERNAL_H
#define ARMELD_SHRINK_PRELINK_INTERNAL_H

#include "base/table.h"
#include "obj/writer.h"
#include "shrink/prelink.h"

/** The strength of a definition: the strongest one wins, the first one among equals. */
enum strength {
    NO_DEFINITION,
    WEAK_REFERENCE,       /* COFF: a weak external whose default is no definition, but 0 */
    TENTATIVE_DEFINITION, /* a common symbol of Mach-O: there, weak definitions win */
    WEAK_DEFINITION,
    COMMON_DEFINITION,
    STRONG_DEFINITION
};

/** What Mach-O definitions of one name say together; only those of the greatest strength count. */
struct macho_attributes {
    enum strength strength;
    bool hidden;     /* all are private extern */
    bool hideable;   /* all others are automatically hidden (.weak_def_can_be_hidden) */
    uint32_t wanted; /* N_NO_DEAD_STRIP, REFERENCED_DYNAMICALLY: any of them has it */
};

/** A global name: its winning definition, and its symbol in the output. */
struct name {
    struct span name;
    enum strength strength;
    uint32_t part, symbol; /* the winning definition; without one, the first reference */
    uint32_t number;       /* of the symbol in the output */
    enum obj_visibility visibility; /* the strictest of all parts */
    bool needed;           /* at least one reference is not weak */
    bool kept;             /* COFF: the default of a weak external that stays global */
    bool bound;            /* a relocation means another thing for a local symbol */
    bool asked[2];         /* RISC-V: for the offset of a thread-local, and for its module, too */
    struct macho_attributes attributes;
};

/** The parts, and the object that they become. */
struct linking {
    struct prelink_part *parts;
    size_t part_count;
    const struct prelink_object_rules *rules;
    struct arena *arena;
    struct obj_edit *out;
    struct error *error;
    struct name *names;
    size_t name_count;
    struct table table;    /* of names by text */
    uint32_t **names_of;   /* by part, by symbol: index into names, or OBJ_NONE */
    uint32_t **symbols_of; /* by part, by symbol: its number in the output, or OBJ_NONE */
    uint32_t **left_of;    /* by part, by symbol: the local symbol that is left of a definition that
                              lost, or OBJ_NONE; Mach-O */
    uint32_t *sections_of; /* by part: the number of its first section in the output */
};

/** Refuse part @i; the message begins with its name. */
#define PART_FAIL(l, i, format, ...)                                                              \
    OBJ_FAIL((l)->error, "%.*s: " format, SPAN_BRIEF((l)->parts[i].name), __VA_ARGS__)

static inline struct object *object_of(const struct linking *l, size_t part)
{
    return &l->parts[part].edit.object;
}

/**
 * Join the load commands of Mach-O parts, and check that sections of which one is kept are equal.
 * The lowest system version of the one object is the highest of its parts. (prelink_macho_whole.c)
 */
enum obj_result macho_join_whole(struct linking *l);

/** Whether a section of a Mach-O part is left out of the one object. (prelink_macho_whole.c) */
bool macho_omits(const struct prelink_part *parts, size_t part, const struct obj_section *section);

/** Take in what one more definition of a name says. (prelink_macho_names.c) */
void macho_meet_definition(struct name *name, enum strength strength,
                           const struct obj_symbol *symbol);

/** Give the symbol of a name what all its definitions say. (prelink_macho_names.c) */
void macho_settle_definition(const struct name *name, struct obj_symbol *symbol);

/**
 * Whether a relocation of unwind information names the function that it describes, which is that of
 * its own part even where another part's definition won. (prelink_macho_names.c)
 */
bool macho_names_function(const struct object *object, const struct obj_section *section,
                          const struct obj_reloc *reloc);

/** Take out of Mach-O parts the definitions that lost. (prelink_macho_cut.c) */
enum obj_result macho_cut_losers(struct linking *l);

/** Join ARM's build attributes in the first part. False: no memory. (prelink_attributes.c) */
bool elf_join_attributes(struct prelink_part *parts, size_t count, struct arena *arena);

/** Join the register masks of MIPS parts in the first one. (prelink_attributes.c) */
bool elf_join_masks(struct prelink_part *parts, size_t count, struct arena *arena);

/**
 * Join the program properties of ELF parts in the first note that there is. (prelink_properties.c)
 * @stays[out] the note that says what holds for all parts; NULL: there is nothing to say
 * @return false when memory is short
 */
bool elf_join_properties(struct prelink_part *parts, size_t count, struct arena *arena,
                         const struct obj_section **stays);

/**
 * Whether definitions of a name stay one in a program, also where libraries have all else for
 * themselves: it belongs to a runtime. The flag of ASan goes with its list of globals, of which
 * ELF libraries have their own. (prelink_symbols.c)
 */
bool prelink_is_programs(const struct object *object, struct span name);

/** Mark the names that cannot be local. (prelink_elf.c) */
void elf_find_bound(struct linking *l);

/* Steps of prelink_objects(), in order; each returns OBJ_OK, OBJ_NO_MEMORY or a refusal. */

/** Remove COMDATs that earlier parts have, and groups without sections. (prelink_sections.c) */
enum obj_result prelink_discard(struct linking *l);

/** The part of prelink_discard() that only COFF needs. (prelink_coff.c) */
enum obj_result prelink_discard_coff(struct linking *l);

/** Make COMDATs whose leaders are local now such without duplicates. (prelink_coff.c) */
enum obj_result prelink_settle_coff(struct object *out, struct arena *arena);

/** Number the sections of all parts. (prelink_sections.c) */
enum obj_result prelink_number_sections(struct linking *l);

/** Find the winning definition of each global name. (prelink_symbols.c) */
enum obj_result prelink_find_names(struct linking *l);

/** Fill in the symbols of the output. (prelink_symbols.c) */
enum obj_result prelink_add_symbols(struct linking *l);

/** Fill in the sections, relocations and groups of the output. (prelink_sections.c) */
enum obj_result prelink_add_sections(struct linking *l);

/** Fill in out.places from the parts; Mach-O only. (prelink_sections.c) */
enum obj_result prelink_add_places(struct linking *l);

#endif
