/* SPDX-License-Identifier: MIT */
/**
 * The census of a set: its members by class. All members of a class are the same to a linker (or,
 * with identity by bytes, equal), so one of them can stand for all.
 *
 * identity.c finds the classes, class_symbols.c learns what a linker would learn of each: which
 * symbols it defines and needs. Only one member of each class is ever read.
 */
#ifndef ARMELD_CENSUS_CENSUS_H
#define ARMELD_CENSUS_CENSUS_H

#include "armeld.h"
#include "census/set.h"
#include "obj/object.h"

#define NO_CLASS UINT32_MAX

/** How a class uses a symbol that other objects see: defines it or needs it. */
enum role {
    ROLE_DEFINES,      /**< strongly: a second definition in the same link is an error */
    ROLE_DEFINES_WEAK, /**< weak: several are no error, but the linker's choice matters */
    ROLE_DEFINES_ANY,  /**< unique, COMDAT, Mach-O weak: any definition serves */
    ROLE_DEFINES_COMMON,
    ROLE_NEEDS,
    ROLE_NEEDS_WEAK, /**< undefined and weak: never loads a member, may stay undefined */
};

static inline bool role_defines(enum role role)
{
    return role <= ROLE_DEFINES_COMMON;
}

/** What else decides between definitions of one name. */
enum strength {
    STRENGTH_GLOBAL,
    STRENGTH_WEAK,   /**< ELF STB_WEAK, Mach-O weak definition, COFF weak external */
    STRENGTH_UNIQUE, /**< STB_GNU_UNIQUE */
};

struct global {
    struct span name;
    uint32_t symbol; /**< number of the name in census.symbols */
    uint32_t group;  /**< COMDAT group of the definition: index into class.groups, or NO_CLASS */
    uint32_t size;   /**< of a common symbol or a COFF COMDAT section, in bytes, else 0;
                          UINT32_MAX and more count as one size */
    enum role role : 8;
    enum strength strength : 8;
    enum obj_visibility visibility : 8;
    bool absolute; /**< COFF: an absolute symbol, whose value .size is; equal ones do not clash */
    bool stands_in; /**< COFF weak external: its default stands for the name while nothing defines
                         that; .absolute and .size are the default's */
    bool function; /**< ELF: of type STT_FUNC or STT_GNU_IFUNC */
    bool versioned; /**< ELF: a definition as NAME@@VERSION */
    bool any;      /**< any definition of the name serves, though their contents may differ */
    uint8_t selection; /**< COFF COMDAT: IMAGE_COMDAT_SELECT_*, else 0 */
    uint32_t instead; /**< of .stands_in the default: index into class.globals; NO_CLASS: local */
};

/** Whether linkers may take the symbol from here, if only by the default of a weak external. */
static inline bool global_gives(const struct global *global)
{
    return role_defines(global->role) || global->stands_in;
}

/** Whether shared libraries that are linked with either definition make the same of its name. */
static inline bool globals_look_alike(const struct global *a, const struct global *b)
{
    bool hidden = a->visibility == VISIBILITY_HIDDEN || a->visibility == VISIBILITY_INTERNAL;
    bool both = b->visibility == VISIBILITY_HIDDEN || b->visibility == VISIBILITY_INTERNAL;
    bool unique = a->strength == STRENGTH_UNIQUE;
    return hidden == both && (hidden || (a->visibility == b->visibility &&
                                         unique == (b->strength == STRENGTH_UNIQUE)));
}

/** A COMDAT group: of groups of one name, linkers keep the first. */
struct class_group {
    struct span name;
    uint32_t symbol;   /**< number of the name in census.symbols, whether it is a symbol or not */
    uint8_t selection; /**< COFF: IMAGE_COMDAT_SELECT_*, else 0 */
};

/** COFF /alternatename: where @missing stays undefined, linkers take @instead. Both are needed. */
struct alternate {
    struct global missing;
    struct global instead;
};

/** What an object says of the whole program, beside its symbols: what all objects say counts. */
struct statement {
    struct span text;
    struct span key;     /**< of what must be the same in all objects: what it is about; or empty */
    bool library;        /**< it names a library, which may meet what others need */
    uint32_t symbol;     /**< number of .text in census.symbols, which is no symbol */
    uint32_t key_symbol; /**< the same of .key, or NO_CLASS */
};

/** What some objects say, not in words: bits of class.says, and numbers in census.said. */
enum general_statement { SAYS_STACK, SAYS_HANDLERS, GENERAL_STATEMENTS };

/** What an object says in words. There may be very many classes, and most of them say nothing. */
struct statements {
    size_t count;
    struct statement list[];
};

/** The members of a class. */
struct class_members {
    uint32_t first;   /**< its first member, which represents the class */
    uint32_t count;
    uint32_t sharers; /**< number of libraries that hold at least one */
};

/** What is known of the members of a class. There may be very many classes. */
struct class {
    enum obj_format format : 8;
    enum obj_machine machine : 8;
    enum obj_lto lto : 8;
    uint8_t bits;
    uint8_t abis; /**< as object.abis */
    bool big_endian;
    bool broken; /**< an object that does not parse; .unread says where */
    bool import_stub;
    bool has_lists; /**< it has sections that programs find by name, such as constructors, or makes
                         programs export symbols */
    uint8_t says; /**< what it says of the whole program: 1 << enum general_statement */
    bool asks_stack; /**< ELF: a section asks for an executable stack, not the lack of one */
    bool has_twins; /**< Mach-O: a weak definition has another global name at its address */
    uint32_t raw_machine;
    uint32_t raw_subtype;
    uint32_t platforms;    /**< as object.platforms */
    enum obj_format compiles_to; /**< as object.compiles_to */
    enum obj_machine bitcode_machine; /**< of LLVM bitcode: .machine, which is unknown then */
    uint32_t index_count;
    uint32_t group_count;
    uint32_t global_count;
    uint32_t alternate_count;
    const char *unread; /**< why only the libraries' indexes tell its symbols (an object that is
                             broken, or that only its compiler can read), or NULL */
    uint64_t fingerprint;
    struct span dll;            /**< short import: the DLL */
    struct span *index;         /**< what an archive's index lists for it */
    struct class_group *groups; /**< those in which its globals are defined */
    struct global *globals;     /**< in file order, then those that directives need */
    struct alternate *alternates;
    struct statements *statements; /**< mostly NULL */
};

/** Global number @i of a class: its globals come first, then the names of its alternates. */
static inline const struct global *class_global(const struct class *class, size_t i)
{
    return i < class->global_count ? &class->globals[i]
                                   : &class->alternates[i - class->global_count].instead;
}

/**
 * What a weak external takes for its name while nothing defines that: the number of a symbol, or
 * for a local one that of the class with the highest bit set, so that equal ones are one.
 */
static inline uint32_t class_default(const struct class *class, uint32_t number,
                                     const struct global *global)
{
    return global->instead == NO_CLASS ? number | UINT32_C(1) << 31
                                       : class->globals[global->instead].symbol;
}

/** Start with {0}. */
struct census {
    const struct set *set; /**< whose members these are */
    uint32_t *class_of;    /**< by member: members of one class are the same to a linker */
    uint32_t *leader_of; /**< by member: the first member whose contents are equal, byte for byte */
    struct class *list; /**< in the order of their first members; a derived census without new
                             classes has that of the other */
    struct class_members *members; /**< by class */
    size_t count;
    struct span *symbols; /**< the names of all globals, by number */
    bool *is_defined;     /**< by symbol: some class defines it */
    bool *is_needed;      /**< by symbol: some class needs it that does not define it, or may come
                               to need it, if its group is discarded, which has other symbols */
    bool *mixed; /**< by symbol: some definitions of which any serves are seen by other shared
                      libraries, or are one for all of them, and others are not */
    uint32_t *imported;   /**< COFF, by symbol __imp_NAME: NAME, if it is a symbol of the set; else
                               TABLE_NONE. Linkers meet the first by the second. */
    size_t symbol_count;
    uint32_t said[GENERAL_STATEMENTS]; /**< the numbers of these, which are no symbols */
    struct arena *arenas; /**< one for each worker; they own names and what classes point at */
    unsigned arena_count;
    struct arena arena;
};

/** The contents of a member, without the padding that Darwin archives count as contents. */
static inline struct span member_content(const struct set *set, uint32_t number)
{
    return ar_member_content(&set_library_of(set, number)->archive, set_member(set, number));
}

/** The member that represents a class. */
static inline uint32_t class_member(const struct census *census, size_t class)
{
    return census->members[class].first;
}

/** Whether linkers read members of this class as objects. */
static inline bool class_is_object(const struct class *class)
{
    return class->format != OBJ_OTHER;
}

/** Whether linkers find the members: as objects, or because an index lists their symbols. */
static inline bool class_is_linked(const struct class *class)
{
    return class_is_object(class) || class->index_count;
}

/** Whether armeld cannot read all symbols of a member, so that those in the index must do. */
static inline bool class_is_unread(const struct class *class)
{
    return (class->unread && !class->broken) ||
           (class->format == OBJ_OTHER && class->index_count);
}

/** The name of a class's format for messages. */
static inline const char *class_format_name(const struct class *class)
{
    bool gcc = class->lto == LTO_SLIM && class->format != OBJ_BITCODE;
    return !class_is_object(class) ? "an unknown format"
           : gcc                   ? "GCC's code for LTO"
                                   : object_format_name(class->format);
}

/** Progress of reading, in bytes; called from any worker. */
struct census_progress {
    void (*step)(void *context, uint64_t bytes);
    void *context;
};

/**
 * Find the classes of a set.
 * @set      must stay as long as the census, and is not changed
 * @jobs     number of threads
 * @progress may be NULL
 * @census[out] to be freed by census_free() also after a failure
 */
bool census_take(const struct set *set, enum armeld_identity identity, unsigned jobs,
                 const struct census_progress *progress, struct census *census,
                 struct error *error);

/**
 * The census of a set that was made from another set: its members are members of the other set, or
 * new ones, which are read.
 * @set    must stay as long as the census; each class of @from has a member in it
 * @from   the census of the other set; must stay as long as the new one. Its classes keep their
 *         numbers, and so do its symbols
 * @same   by member of @set: the class of @from, or NO_CLASS for a new member
 * @census[out] to be freed by census_free() also after a failure
 */
bool census_derive(const struct set *set, const struct census *from, const uint32_t *same,
                   unsigned jobs, struct census *census, struct error *error);

/** Free all but names and what an archive's index lists: outputs point at these. */
void census_forget(struct census *census);

/** Free everything. */
void census_free(struct census *census);

/** Which statements a class makes, one after the other: begin with {0}. */
struct statement_walk {
    size_t next;
};

/** The next statement of a class. False: there is none. */
bool census_next_statement(const struct census *census, const struct class *class,
                           struct statement_walk *walk, struct statement *statement);

/** Look for weak definitions of Mach-O with several names. False when memory is short. */
bool class_find_twins(const struct object *object, struct class *class);

/**
 * Fill in what an object says of the whole program: COFF's directives that name no symbols,
 * Mach-O's linker options, in ELF libraries, properties, attributes and an executable stack.
 * @facts owns them; spans of the object must last as long
 * @return false when memory is short
 */
bool class_take_statements(const struct object *object, struct class *class, struct arena *facts);

/** Read the first member of a class and fill in its symbols. Only for identity.c. */
bool class_learn(const struct census *census, size_t number, struct arena *facts,
                 struct arena *scratch, struct error *error);

/** Number the names of all globals. Only for identity.c. */
bool census_number_symbols(struct census *census, struct error *error);

/**
 * Take symbols of members that no reader here can read from the indexes of the inputs.
 * Only for identity.c.
 */
bool census_carry_over(struct census *census, struct error *error);

#endif
