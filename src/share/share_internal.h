/* SPDX-License-Identifier: MIT */
/** Shared by the files that prepare shared libraries. Only for share. */
#ifndef ARMELD_SHARE_SHARE_INTERNAL_H
#define ARMELD_SHARE_SHARE_INTERNAL_H

#include "base/table.h"
#include "share/share.h"
#include "write/new_file.h"

/** What is known of a global name. */
struct shared_name {
    struct span name;
    bool in_workspace;  /* defined there */
    bool code;          /* by a function; else by data, */
    bool thread_local;  /* of which each thread has its own */
    bool in_stub;       /* defined by an import stub: each archive has its own */
    bool in_library;    /* defined in a melded library */
    bool workspace_needs;
    bool library_needs;
};

/** The work on one workspace after the other. */
struct sharing {
    const struct set *set;
    const struct share_rules *rules;
    struct arena *arena;
    struct armeld_report *report;
    struct error *error;
    size_t part; /* number of the workspace; all below but the files is of that one */
    struct shared_name *names;
    size_t name_count, name_capacity;
    struct table table;
    struct share_names texts;
    struct new_files files;
    size_t *scripts; /* by workspace: the number of the script that links it in the files */
    struct arena scratch;
};

/** Whether a library of the set is one of the workspaces, which are behind all others. */
bool share_is_workspace(const struct sharing *s, const struct library *library);

/** Whether a library of the set is the workspace that is at work, or needs it. */
bool share_is_of_part(const struct sharing *s, const struct library *library);

/**
 * Find out what the workspace defines and its libraries need. (share_symbols.c)
 * An error if the workspace needs its libraries.
 */
bool share_learn(struct sharing *s);

/** List the symbols that the shared library exports. An error if there are none. */
bool share_list_symbols(struct sharing *s);

/** What is known of a name, or NULL. */
struct shared_name *share_find_name(struct sharing *s, struct span name);

/** Whether the shared library exports a name. */
bool share_is_shared(const struct shared_name *name);

#endif
