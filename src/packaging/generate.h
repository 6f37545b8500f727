/* SPDX-License-Identifier: MIT */
/** What the files that make companions share. Only for packaging. */
#ifndef ARMELD_PACKAGING_GENERATE_H
#define ARMELD_PACKAGING_GENERATE_H

#include "packaging/packaging.h"

/** What link commands call a library. */
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

struct generation {
    const struct packaging_rules *rules;
    const struct record *record;
    struct build_files *build_files;
    struct words *warnings;
    struct arena *arena;
    struct error *error;
    struct link_name workspace;
    struct link_name *libraries;
    struct found_files pc;
    struct found_files la;
    struct words flags;    /**< what the workspace needs: -lfoo, -framework Foo */
    struct words la_flags; /**< the same for libtool, with libraries by their .la */
    struct words modules;  /**< pkg-config modules that the libraries, hence the workspace, need */
    const char *version;   /**< of the libraries' .pc files */
};

/** Which library of the set @word links: -lfoo, path/libfoo.a, foo.lib. NULL: none. */
struct link_name *generate_linked(const struct generation *m, const char *word);

/** Whether it links the workspace. */
bool generate_links_workspace(const struct generation *m, const char *word);

/** Take up a file that belongs to a library; NULL with an error. */
struct found *generate_take(struct generation *m, struct found_files *files, const char *path,
                            const struct link_name *library);

/** Take over what of a library's own flags the workspace needs as well. */
bool generate_inherit(struct generation *m, const struct words *words, struct words *flags);

/** Whether a library's name can be that of a module or target. @what for the message. */
bool generate_check_name(struct generation *m, const struct link_name *library, const char *what);

/** Put @path before an error. Always false. */
bool generate_fail(struct generation *m, const char *path);

/** Find the .pc files that name libraries of the set, and learn what these need. */
bool generate_find_pc(struct generation *m);

/** Find the .la files beside the libraries, and learn what these need. */
bool generate_find_la(struct generation *m);

/** Add the dependency to what was found, and make the workspace's own file. */
bool generate_pc(struct generation *m);
bool generate_la(struct generation *m);

bool generate_cmake(struct generation *m);
bool generate_json(struct generation *m);

#endif
