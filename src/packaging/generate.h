/* SPDX-License-Identifier: MIT */
/** Shared by the files that generate build files. Only for packaging. */
#ifndef ARMELD_PACKAGING_GENERATE_H
#define ARMELD_PACKAGING_GENERATE_H

#include "packaging/packaging.h"

/** The names of a library in link commands. */
struct link_name {
    const char *path; /**< resolved */
    const char *file; /**< "libfoo.a" */
    const char *stem; /**< "libfoo" */
    const char *name; /**< "foo": what -l takes; the stem if it is called otherwise */
    bool by_name;     /**< -lNAME finds it */
    bool named;       /**< some .pc names it */
};

/** A .pc or .la file of some library of the set. */
struct found {
    struct build_file *build_file;
    const char *directory; /**< of the file */
    const struct link_name *library;
};

struct found_files {
    struct found *list;
    size_t count;
    size_t capacity;
};

/** What is behind a workspace: what its libraries need, it needs as well. */
struct behind {
    struct words flags;    /**< -lfoo, -framework Foo */
    struct words la_flags; /**< the same for libtool, with libraries by their .la */
    struct words modules;  /**< of pkg-config */
};

struct generation {
    const struct packaging_rules *rules;
    const struct record *record;
    struct build_files *build_files;
    struct words *warnings;
    struct arena *arena;
    struct error *error;
    struct link_name *workspaces;
    struct link_name *libraries;
    struct found_files pc;
    struct found_files la;
    struct behind *behind; /**< by workspace */
    const char *version;   /**< of the libraries' .pc files */
};

/** Which library of the set @word links: -lfoo, path/libfoo.a, foo.lib. NULL: none. */
struct link_name *generate_linked(const struct generation *m, const char *word);

/** Whether any of @words links a library that is left unmelded. */
bool generate_links_unmelded(const struct generation *m, const struct words *words);

/** The number of the workspace of a library of the set. */
size_t generate_workspace_of(const struct generation *m, const struct link_name *library);

/** Whether @word links a workspace. */
bool generate_links_workspace(const struct generation *m, const char *word);

/**
 * The file at @path that is generated for the set. One that armeld neither wrote nor recorded is
 * not replaced: of its own, it has the text @mark. NULL with an error.
 */
struct build_file *generate_own(struct generation *m, const char *path, const char *mark);

/** Add a file that belongs to a library to @files; NULL with an error. */
struct found *generate_take(struct generation *m, struct found_files *files, const char *path,
                            const struct link_name *library);

/** Copy the flags of a library that the workspace needs as well. */
bool generate_inherit(struct generation *m, const struct words *words, struct words *flags);

/** Whether the set is for Windows. */
bool generate_is_coff(const struct generation *m);

/** Check that a library's name can be the name of @what: a module or target. */
bool generate_check_name(struct generation *m, const struct link_name *library, const char *what);

/** Put @path before an error. Always false. */
bool generate_fail(struct generation *m, const char *path);

/** Find the .pc files that name libraries of the set, and collect their flags. */
bool generate_find_pc(struct generation *m);

/** Find the .la files beside the libraries, and collect their flags. */
bool generate_find_la(struct generation *m);

/** Undo the files @directory/@name-2.pc and so on of workspaces that are gone. */
bool generate_undo_gone(struct generation *m, const char *directory, const char *name,
                        const char *extension);

/** Add workspaces to the files that were found, and generate the workspaces' own files. */
bool generate_pc(struct generation *m);
bool generate_la(struct generation *m);

bool generate_cmake(struct generation *m);
bool generate_json(struct generation *m);

#endif
