/* SPDX-License-Identifier: MIT */
/**
 * A simulated link: which members a linker loads, and which class defines each symbol.
 * docs/proof.md says what each linker does; test/link/models compares with the linkers themselves.
 *
 * The models differ in
 *   - what loads a member: a strong need; for Mach-O linkers also a weak one; for GNU ld, mold and
 *     Apple's ld also a symbol that is only common so far;
 *   - where they search. GNU ld and gold read the archives one after the other, each in passes over
 *     its index. lld reads members in the order of the line: it goes back at once for what an
 *     earlier member defines, and loads a later one when it comes to it. lld-link knows all
 *     archives before it loads the first member, and keeps a queue. mold takes the best definition
 *     of all archives;
 *   - which of the loaded definitions wins, and when a second one is an error.
 *
 * A weak external of COFF stands for its name until something defines that. To lld-link it meets
 * all needs, so that nothing is looked for any more, and the first one that is loaded counts.
 *
 * COFF's /alternatename names a replacement for an undefined symbol. The replacement becomes a
 * need when everything else has been found; only lld-link reads that.
 *
 * An import stub defines the symbols that are needed from it and loads nothing else: stubs stay in
 * their libraries, and are copied to the workspace where the workspace needs them.
 */
#ifndef ARMELD_PROOF_LINK_H
#define ARMELD_PROOF_LINK_H

#include "proof/line.h"

enum need_kind {
    NEED_STRONG,
    NEED_WEAK,   /**< may stay undefined */
    NEED_COMMON, /**< the needer defines it as a common symbol */
    NEED_OWN,    /**< the needer defines it so that another definition may win */
    NEED_STATED, /**< none: what a member of one of two links says of the whole program */
};

/** A symbol that a class or the program needs. */
struct need {
    uint32_t symbol;
    uint32_t needer; /**< class, or NO_CLASS for the program itself */
    enum need_kind kind;
};

enum { MOST_CLASHING = 16 };

/** How strong a definition is. What is weaker than RANK_WEAKEST leaves a symbol undefined. */
enum link_rank { RANK_ALIAS, RANK_WEAKEST, RANK_MIDDLE, RANK_STRONG };

/** Numbers that a link works off; the order depends on the model. */
struct link_list {
    uint32_t *list;
    size_t count;
    size_t capacity;
};

/** One link; the next link uses the same arrays. */
struct link {
    const struct census *census;
    bool looks_count; /**< what shared libraries make of a name must stay, too */
    bool mingw; /**< COFF objects are of MinGW's ABI: lld refuses less then */
    enum model model;
    const struct line *line;
    uint32_t current;     /**< stamp of this link */
    uint32_t *definer;    /**< by symbol: the class that defines it */
    uint32_t *defined;    /**< by symbol: stamp */
    uint8_t *rank;        /**< by symbol: how strong that definition is */
    const struct global **definition; /**< by symbol: that definition; NULL for an import stub */
    uint32_t *loaded;     /**< by class: stamp */
    bool *from_workspace; /**< by class: where it was loaded from */
    uint32_t *puller;     /**< by class: the class whose need loaded it, or NO_CLASS */
    uint32_t *place;      /**< by class: the entry by which it was loaded */
    uint32_t *order;      /**< by class: how many members were loaded before it */
    uint32_t loaded_count;
    struct need *needs;   /**< all needs in the order in which they arose, met or not */
    size_t need_count;
    size_t need_capacity;
    uint32_t clash; /**< a symbol that two loaded members define strongly, or NO_CLASS */
    uint32_t contradicted; /**< or NO_CLASS: what lld-link refuses, but not always: a symbol whose
                                weak externals have two defaults, or whose COMDATs mix "any" with
                                "same size" (MinGW's may), or one that an import and then an
                                object defines (the import may be garbage) */
    uint32_t clashing[MOST_CLASHING]; /**< the classes with a second definition; the first few */
    size_t clashing_count;
    uint32_t *needed;      /**< by symbol: stamp, if it is needed strongly */
    uint32_t *needer;      /**< by symbol: who named it first, strongly if anybody does */
    uint32_t *known;       /**< by symbol: stamp, if any member names it */
    uint32_t *listed;      /**< by symbol: stamp, see link_search.c */
    uint32_t *pending;     /**< by symbol: stamp, see link_search.c */
    uint32_t *awaited;     /**< by symbol: stamp, see link_passes.c */
    uint32_t *barred;      /**< by symbol: stamp, if GNU ld does not look for it any more; lld-link:
                                if /alternatename replaced it by the symbol .definer */
    uint32_t *owner;       /**< by name of a COMDAT group: the class whose group it is */
    uint32_t *owned;       /**< by name of a COMDAT group: stamp */
    uint32_t *alternating; /**< the classes that have alternates */
    size_t alternating_count;
    uint32_t *stating; /**< the classes that say something of the whole program */
    size_t stating_count;
    uint32_t *stated;      /**< by statement, or what it is about: stamp, if a member says it */
    uint32_t *statement;   /**< by what it is about: that statement */
    struct link_list heap; /**< entries of the line, the smallest first */
    struct link_list todo; /**< classes or symbols */
    bool grew;             /**< the list of undefined symbols has grown */
};

bool link_init(struct link *link, const struct census *census, struct arena *arena);
void link_free(struct link *link);

/**
 * Link a program that needs the symbols @roots with the archives of @line.
 * False only when memory is short.
 */
bool link_run(struct link *link, enum model model, const struct line *line, const uint32_t *roots,
              size_t count);

/**
 * Called for a need that the first link met by class @was and the second link meets by class @is.
 * Either may be NO_CLASS or an import stub. A class @is that is not loaded is that of
 * link_trips_now().
 */
typedef void link_differs(void *context, struct need need, uint32_t was, uint32_t is);

/**
 * Compare two finished links of one program. A need of a member that the first link did not load
 * follows from another difference and is left out, unless it makes the second link fail: such a
 * member can come for another definition that is as good. Nor may members say other things of the
 * whole program than before.
 * @any_counts whether to report another choice among definitions of ROLE_DEFINES_ANY
 */
void link_compare(const struct link *before, const struct link *after, bool any_counts,
                  link_differs *differs, void *context);

/** Whether another definition like this one will do. Of some COMDATs of COFF the largest counts. */
bool link_takes_any(const struct global *global);

/** Whether of all definitions like this one the largest counts. */
bool link_takes_largest(const struct global *global);

/** lld-link: what an undefined symbol was replaced by as /alternatename says, or NO_CLASS. */
static inline uint32_t link_alternate(const struct link *link, uint32_t symbol)
{
    bool replaced = link->model == MODEL_LLD_LINK && link->barred[symbol] == link->current &&
                    link->defined[symbol] != link->current;
    return replaced ? link->definer[symbol] : NO_CLASS;
}

/** A symbol for whose second definition only the second of two links fails, or NO_CLASS. */
static inline uint32_t link_new_clash(const struct link *before, const struct link *after)
{
    return before->clash == NO_CLASS && after->clash != NO_CLASS ? after->clash
           : before->contradicted == NO_CLASS                    ? after->contradicted
                                                                 : NO_CLASS;
}

/**
 * lld 19 refuses a weak need of NAME that stays undefined, if some member on the line that is not
 * loaded defines NAME@@VERSION. The class of that member, or NO_CLASS: also if the first link, in
 * which somebody names NAME, is refused for that already.
 */
uint32_t link_trips_now(const struct link *before, const struct link *after, struct need need);

/** A class that only one of two links loads and that has lists, or NO_CLASS. */
uint32_t link_other_lists(const struct link *before, const struct link *after);

/**
 * Mach-O: whether a member is loaded with a weak definition that has other names: what wins against
 * it takes them along.
 */
bool link_loads_twins(const struct link *link);

/**
 * The class that defines @symbol, or NO_CLASS. In COFF, the first loaded weak external of a name
 * defines it by its default, where nothing better does. GNU ld demands better for a strong need.
 */
static inline uint32_t link_definer(const struct link *link, uint32_t symbol)
{
    bool refused = link->model == MODEL_MINGW && link->rank[symbol] == RANK_ALIAS &&
                   link->needed[symbol] == link->current;
    return link->defined[symbol] == link->current && !refused ? link->definer[symbol] : NO_CLASS;
}

static inline bool link_has_loaded(const struct link *link, uint32_t class)
{
    return link->loaded[class] == link->current;
}

#endif
