/* SPDX-License-Identifier: MIT */
/**
 * Sharing: what makes a shared library of a workspace, so that there is one copy of it at run time
 * as on disk, for SDKs whose plugins are shared libraries.
 *
 * The workspace's objects get a form in which exactly those symbols are visible that the melded
 * libraries need; the libraries' references get one in which they bind to a shared library. Linked
 * of these, a plugin depends on the workspace and carries nothing of it.
 */
#ifndef ARMELD_SHARE_SHARE_H
#define ARMELD_SHARE_SHARE_H

#include "armeld.h"
#include "meld/classes.h"

struct share_rules {
    const char *directory; /**< where everything is written */
    const char *workspace; /**< file name of the workspace, such as libw.a */
    bool dry_run;
};

/**
 * Write the objects and files for a melded set: @set holds its libraries, then its workspace.
 * Errors: a format whose references cannot bind to a shared library; a workspace that needs what
 * only its libraries define; members that cannot be written.
 * @report files, library_count, shared_objects (symbols that are shared)
 */
bool share_write(const struct set *set, const struct share_rules *rules, struct arena *arena,
                 struct armeld_report *report, struct error *error);

/** The texts beside the archives. (share_texts.c) */
struct share_names {
    const char *stem;    /**< "libw" */
    const char *name;    /**< "w": what -l takes */
    const char *objects; /**< file name of the prepared workspace */
    const char *shared;  /**< file name of the shared library */
    const struct span *symbols; /**< in order */
    size_t symbol_count;
    bool apple;
};

bool share_names(const char *workspace, bool apple, struct arena *arena,
                 struct share_names *names);

/** A linker's list of what is exported: a version script, or Apple's exported symbols list. */
const char *share_list(const struct share_names *names, struct arena *arena);

/** A shell script that links the shared library. */
const char *share_script(const struct share_names *names, const char *list, struct arena *arena);

/** A .pc file for programs and plugins. */
const char *share_pc(const struct share_names *names, struct arena *arena);

#endif
