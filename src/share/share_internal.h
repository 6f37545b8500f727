/* SPDX-License-Identifier: MIT */
/** Shared by the files that prepare shared libraries. Only for share. */
#ifndef ARMELD_SHARE_SHARE_INTERNAL_H
#define ARMELD_SHARE_SHARE_INTERNAL_H

#include "base/table.h"
#include "share/share.h"
#include "write/new_file.h"

/** Where something is: also an index. */
enum side { SIDE_LIBRARIES, SIDE_WORKSPACE, SIDES };

/**
 * What is known of a global name. Lists have names, too: of ELF __start_NAME, of Mach-O
 * section$start$SEGMENT$NAME, of COFF NAME$. Members are counted from 1; 0: none.
 */
struct shared_name {
    struct span name;
    bool in_workspace;  /* defined there */
    bool code;          /* by a function; else by data, */
    bool thread_local;  /* of which each thread has its own */
    bool in_stub;       /* defined by an import stub: each archive has its own */
    bool in_library;    /* defined in a melded library */
    bool workspace_needs;
    bool library_needs;
    uint32_t state[SIDES];   /* the first member that defines it as data that programs change, */
    uint32_t element[SIDES]; /* or has an element of this list, */
    uint32_t walker[SIDES];  /* or names its bounds */
    uint32_t wish[SIDES];    /* or needs it weakly, */
    uint32_t definer[SIDES]; /* or defines it, */
    uint32_t weak[SIDES];    /* weakly, */
    uint32_t other[SIDES];   /* or otherwise */
    struct span order;       /* COFF: what is behind the dollar of the first element, */
    bool has_bounds;         /* and whether another element has something else there */
    uint32_t direct;         /* the first member that reaches it without a table */
};

/** Note the first member of a side, in one of the lists by side of a name. */
static inline void share_note(uint32_t *list, enum side side, uint32_t number)
{
    list[side] = list[side] ? list[side] : number + 1;
}

/** The work on one workspace after the other. */
struct sharing {
    const struct set *set;
    const struct share_rules *rules;
    struct arena *arena;
    struct armeld_report *report;
    bool unchecked; /* whether code reaches what is shared directly: the machine is unknown there */
    struct error *error;
    size_t part; /* number of the workspace; all below but the files is of that one */
    struct shared_name *names;
    size_t name_count, name_capacity;
    struct table table;
    struct share_names texts;
    struct new_files files;
    size_t *scripts; /* by workspace: the number of the script that links it in the files */
    bool *kept;      /* by member: it counts as one of the libraries; or NULL */
    struct arena scratch;
};

/** Whether a library of the set is one of the workspaces, which are behind all others. */
bool share_is_workspace(const struct sharing *s, const struct library *library);

/** Whether a member is in a workspace, and does not stay in the libraries by s->kept. */
bool share_is_in_workspace(const struct sharing *s, uint32_t number);

/** Whether a library of the set is the workspace that is at work, or needs it. */
bool share_is_of_part(const struct sharing *s, const struct library *library);

/**
 * Find out what the workspace defines and its libraries need. (share_symbols.c)
 * An error if the workspace needs its libraries.
 */
bool share_learn(struct sharing *s);

/** What is known of a name, with an entry for it. NULL: memory is short. */
struct shared_name *share_get_name(struct sharing *s, struct span name);

/**
 * Find out what a member has of lists, and which data it defines that programs change.
 * (share_state.c) False: memory is short.
 */
bool share_learn_state(struct sharing *s, const struct object *object, uint32_t number);

/** Find out what a member needs or defines weakly. (share_choice.c) */
void share_learn_choice(struct sharing *s, const struct object *object, uint32_t number);

/** Whether linkers choose for a name in plugins of the originals what they would not then. */
bool share_is_choice(const struct shared_name *name);

/** Refuse that. */
bool share_check_choice(struct sharing *s);

/** Refuse what is one thing in a plugin of the originals, and would be two. */
bool share_check_state(struct sharing *s);

/**
 * Refuse exports that code reaches as if they were in its own image: linkers do not make that of
 * it. (share_direct.c)
 */
bool share_check_direct(struct sharing *s);

/** Whether a member of the workspace or of its libraries has a part of what would be two. */
bool share_has_part(struct sharing *s, const struct object *object);

/**
 * Set an error of kind ERROR_PROOF: what a member does. (share_refuse.c)
 * @count so many names are concerned
 */
bool share_refuse(struct sharing *s, uint32_t member, size_t count, const char *format, ...)
    PRINTF_LIKE(4, 5);

/**
 * Find out what the shared library exports, and whether that is right. A refusal says which members
 * of the workspace would have to stay in the libraries.
 */
bool share_decide(struct sharing *s);

/** List the symbols that the shared library exports. An error if there are none. */
bool share_list_symbols(struct sharing *s);

/** What is known of a name, or NULL. */
struct shared_name *share_find_name(struct sharing *s, struct span name);

/** Whether the shared library exports a name. */
bool share_is_shared(const struct shared_name *name);

#endif
