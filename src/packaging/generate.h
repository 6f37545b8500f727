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
    struct words flags;       /**< -lfoo, -framework Foo */
    struct words la_flags;    /**< the same for libtool, with libraries by their .la */
    struct words directories; /**< -L/opt/foo, -F/opt/foo */
    struct words modules;     /**< of pkg-config */
};

/** What a library's own files say that is to be linked behind it and its workspace. */
struct own_needs {
    struct words flags;     /**< "-L/opt/foo", "-lfoo", "-u foo", in the order of the files */
    struct words modules;   /**< of pkg-config: "glib-2.0 >= 2.56" */
    struct words libraries; /**< others of the set, by name */
};

/** What was found out that a workspace's own objects need. */
struct workspace_needs {
    struct words flags;       /**< "-lfoo", each once */
    struct words directories; /**< where these are */
    struct words modules;     /**< of pkg-config, required whole */
    struct words further;     /**< flags that only .la files name, and -L for them */
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
    struct words pc_dirs;         /**< where modules are looked for first */
    struct behind *behind;        /**< by workspace: of all its libraries */
    struct own_needs *own;        /**< by library */
    struct workspace_needs *needs; /**< by workspace, after generate_find_needs() */
    const char *version;          /**< of the libraries' .pc files */
};

/** Which library of the set @word links: -lfoo, path/libfoo.a, foo.lib. NULL: none. */
struct link_name *generate_linked(const struct generation *m, const char *word);

/** Whether @word links this library. */
bool generate_links(const struct link_name *library, const char *word);

/** Whether any of @words links a library that is left unmelded. */
bool generate_links_unmelded(const struct generation *m, const struct words *words);

/** The number of the workspace of a library of the set. */
size_t generate_workspace_of(const struct generation *m, const struct link_name *library);

/** The name of workspace @number, of this run or of an earlier one; NULL: there is none. */
const char *generate_known_workspace(const struct generation *m, size_t number);

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

/** Copy the flags of a library that its workspace needs as well: to @flags, directories apart. */
bool generate_inherit(struct generation *m, const struct words *words, struct behind *behind,
                      struct words *flags);

/** Whether a flag is -L or -F with its directory. */
bool generate_is_place(const char *flag);

/** The flag; of -L and -F, an absolute directory without dots. NULL: memory. */
const char *generate_clean_place(const char *flag, struct arena *arena);

/** Refuse control characters, which no line of these files can hold. */
bool generate_check_flags(const struct generation *m, const struct words *flags);

/**
 * Whether a module, with or without its condition, is the set's own. @library is the one that its
 * file names first; NULL: it is a workspace.
 */
bool generate_own_module(const struct generation *m, const char *module,
                         const struct link_name **library);

/** Note that a library of the set, by its number, needs another one of the set, or a flag. */
bool generate_own_library(struct generation *m, size_t number, const struct link_name *other);
bool generate_own_flag(struct generation *m, size_t number, const char *flag);

/**
 * Note what a .pc file says, for the libraries that it names: the first one, and those that no
 * other file names first. Each needs the libraries behind it.
 */
bool generate_own_pc(struct generation *m, const struct words *words, const struct words *modules);

/** Find out what all workspaces need, when all files have been found. */
bool generate_find_needs(struct generation *m);

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

/** The same with those that an earlier run changed, only to read them. */
bool generate_look_pc(struct generation *m);
bool generate_look_la(struct generation *m);

/** Undo the files @directory/@name-2.pc and so on of workspaces that are gone. */
bool generate_undo_gone(struct generation *m, const char *directory, const char *name,
                        const char *extension);

/** Add workspaces to the files that were found, and generate the workspaces' own files. */
bool generate_pc(struct generation *m);
bool generate_la(struct generation *m);

bool generate_cmake(struct generation *m);
bool generate_json(struct generation *m);

#endif
