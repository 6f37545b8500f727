/* SPDX-License-Identifier: MIT */
/**
 * Sharing: prepares a shared library of each workspace of a set, for SDKs whose plugins are
 * shared libraries, so that there is one copy of the shared code at run time as well as on disk.
 *
 * The workspace's objects are rewritten so that exactly the symbols that melded libraries need are
 * visible; the libraries' references are rewritten so that they bind to a shared library. A plugin
 * linked from these depends on the shared workspace and contains none of its code.
 *
 * COFF objects stay as they are: a DLL exports what a list says, and rustc reaches data of other
 * crates through pointers, __imp_NAME, which the DLL's import library defines.
 */
#ifndef ARMELD_SHARE_SHARE_H
#define ARMELD_SHARE_SHARE_H

#include "armeld.h"
#include "census/census.h"
#include "packaging/known.h"
#include "sidecar/record.h"

struct share_rules {
    const char *directory; /**< directory to write to */
    const char *const *workspaces; /**< file names of the workspaces, such as libw.a */
    size_t workspace_count;
    const uint32_t *part_of; /**< by library: the number of its workspace */
    const struct record *record; /**< what the sidecar of the set says */
    const struct known_flags *known; /**< by workspace: what it needs */
    struct os_locks *locks; /**< directories that this run has locked */
    bool dry_run;
};

/**
 * Write the objects and files for a melded set: @set holds its libraries, then its workspaces.
 * Errors: COFF data that is referred to directly, and COFF thread-locals; a workspace that needs a
 * symbol which only its libraries define; members that cannot be written.
 * Errors of kind ERROR_PROOF: what is one in a plugin of the originals would be two, or is reached
 * in ways that do not lead to a shared library.
 * A file of the set itself is never replaced, and no two files are written to one place: both are
 * errors of kind ERROR_USAGE.
 * All files are written, read back, then renamed. ERROR_INTERRUPTED means that some files
 * were renamed already.
 * @report files, library_count, shared_objects (symbols that are shared)
 */
bool share_write(const struct set *set, const struct share_rules *rules, struct arena *arena,
                 struct armeld_report *report, struct error *error);

/** The texts beside the archives. (share_texts.c) */
enum share_system { SHARE_ELF, SHARE_APPLE, SHARE_MINGW, SHARE_MSVC };

/** A symbol that the shared library exports. */
struct share_symbol {
    struct span name;
    bool data;
};

struct share_names {
    const char *stem;    /**< "libw" */
    const char *name;    /**< "w": what -l takes */
    const char *objects; /**< file name of the prepared workspace */
    const char *shared;  /**< file name of the shared library */
    const char *list;    /**< file name of the list of exports */
    const char *version; /**< ELF: the version of the symbols, by which programs tell them from
                              those of other workspaces; or NULL or "" */
    const struct share_symbol *symbols; /**< in order */
    size_t symbol_count;
    enum share_system system;
    bool x86;            /**< 32 bit: for the compiler's name */
    const struct known_flags *known;
};

bool share_names(const char *workspace, enum share_system system, struct arena *arena,
                 struct share_names *names);

/**
 * Set the symbols of @names to what a library exports: C names that are visible. Of a library of
 * rustc's, only Rust code defines exports: C that crates bring along is their own matter, as in a
 * cdylib of cargo's. (share_exports.c) False: memory.
 */
bool share_exports(const struct set *set, const struct library *library, struct arena *arena,
                   struct share_names *names);

/** The file name of a library's list of exports. */
const char *share_list_name(const struct share_names *names, const char *library,
                            struct arena *arena);

/** A linker's list of exports: a version script, Apple's exported symbols list, or a .def file. */
const char *share_list(const struct share_names *names, struct arena *arena);

/** A shell script that links the shared library. */
const char *share_script(const struct share_names *names, struct arena *arena);

/** A .pc file for programs and plugins. */
const char *share_pc(const struct share_names *names, struct arena *arena);

#endif
