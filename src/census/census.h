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

/** What a class has to do with a symbol that other objects see. */
enum role {
    ROLE_DEFINES,      /**< strongly: a second one in the same link is an error */
    ROLE_DEFINES_WEAK, /**< weak: more than one are no error, but which one counts */
    ROLE_DEFINES_ANY,  /**< unique, in a COMDAT group, Mach-O weak: one is as good as another */
    ROLE_DEFINES_COMMON,
    ROLE_NEEDS,
    ROLE_NEEDS_WEAK, /**< undefined and weak: never pulls a member, may stay undefined */
};

static inline bool role_defines(enum role role)
{
    return role <= ROLE_DEFINES_COMMON;
}

struct global {
    struct span name;
    uint32_t symbol; /**< number of the name in classes.symbols */
    enum role role;
};

/** A directive of COFF: where a symbol stays undefined, another one is taken. Both are needed. */
struct alternate {
    struct global missing;
    struct global instead;
};

struct class
{
    uint32_t member;  /**< its first member, which stands for all */
    uint32_t copies;  /**< members */
    uint32_t sharers; /**< libraries that hold at least one */
    enum obj_format format;
    enum obj_machine machine;
    uint32_t raw_machine;
    uint8_t bits;
    bool big_endian;
    bool broken; /**< an object that does not parse; why says where */
    bool import_stub;
    const char *why;
    uint64_t fingerprint;
    struct span dll;    /**< short import: the DLL */
    struct span *index; /**< what an archive's index lists for it */
    size_t index_count;
    struct global *globals; /**< in file order, then those that directives need */
    size_t global_count;
    struct alternate *alternates;
    size_t alternate_count;
};

/** Number @i of what a class has to do with: its globals, then what it takes instead of others. */
static inline const struct global *class_global(const struct class *class, size_t i)
{
    return i < class->global_count ? &class->globals[i]
                                   : &class->alternates[i - class->global_count].instead;
}

/** Start with {0}. */
struct census {
    const struct set *set; /**< whose members these are */
    uint32_t *class_of;    /**< by member: members of one class are the same to a linker */
    uint32_t *leader_of; /**< by member: the first member whose contents are equal, byte for byte */
    struct class *list;  /**< in the order of their first members */
    size_t count;
    struct span *symbols; /**< all names that occur as a global, numbered */
    bool *is_defined;     /**< by symbol: some class defines it */
    size_t symbol_count;
    struct arena *arenas; /**< one for each worker, holding the facts */
    unsigned arena_count;
    struct arena arena;
};

/** Bytes of a member that count as its contents: without the padding that Darwin counts in. */
static inline struct span member_content(const struct set *set, uint32_t number)
{
    return ar_member_content(&set_library_of(set, number)->archive, set_member(set, number));
}

/** Whether a class is an object in a linker's eyes. */
static inline bool class_is_object(const struct class *class)
{
    return class->format != OBJ_OTHER;
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

/** Free everything. */
void census_free(struct census *census);

/** Read the first member of a class and fill in its symbols. Only for identity.c. */
bool class_learn(const struct set *set, struct class *class, struct arena *facts,
                 struct arena *scratch, struct error *error);

/** Number the names of all globals. Only for identity.c. */
bool census_number_symbols(struct census *census, struct error *error);

/** Take over from the inputs' indexes what only another tool can read. Only for identity.c. */
bool census_carry_over(struct census *census, struct error *error);

#endif
