/* SPDX-License-Identifier: MIT */
/**
 * The set: all libraries of a run and all their members.
 *
 * Members have numbers: in the order of the inputs, then in the order of the archive. Every choice
 * that depends on order (which copy is kept, how a shared object is named) follows these numbers.
 */
#ifndef ARMELD_CENSUS_SET_H
#define ARMELD_CENSUS_SET_H

#include "apple/xcframework.h"
#include "ar/archive.h"
#include "base/os.h"

/** One input archive. */
struct library {
    const char *path;        /**< as it was given or found, for messages */
    const char *target;      /**< the file itself, symlinks resolved; NULL for one from a package */
    const char *universal;   /**< the file that it is a slice of, as it was given; or NULL */
    const char *machine;     /**< of a slice: the name of its machine; else NULL */
    const char *name;        /**< its path below an output directory; relative */
    struct os_file file;     /**< mapping; unused for one from a package */
    struct span bytes;       /**< the archive */
    struct span whole;       /**< of a slice: the bytes of the universal file; else none */
    struct os_file original; /**< rebuilt from a melded file and its sidecar; .bytes then
                                  points here */
    bool was_melded;         /**< original is set */
    bool is_listed;          /**< made by set_add_members(): there is no archive to read */
    bool is_image;           /**< no archive, but a shared object or a program: its only member */
    struct arena arena;      /**< the archive's members */
    struct archive archive;
    struct error error; /**< why it could not be read */
    uint32_t first;     /**< number of its first member */
    const struct xcframework_library *entry; /**< of one in an xcframework: what that says */
};

/** One member of one library. */
struct member {
    uint32_t library;
};

/** A file or a link that an xcframework from a package has beside libraries. */
struct set_other {
    const char *path;  /**< for messages: "sdk.zip:a.xcframework/Info.plist" */
    const char *name;  /**< its path below an output directory; relative */
    const char *link;  /**< of a link: what it leads to; else NULL */
    uint32_t mode;     /**< permission bits */
    struct span bytes; /**< of a file */
};

/** Start with {0}; owns its libraries' mappings. */
struct set {
    struct library *libraries;
    size_t library_count;
    size_t library_capacity;
    struct member *members;
    size_t member_count;
    unsigned jobs;      /**< number of threads that read and release the set */
    const char *machine; /**< the libraries are what universal files have for it; or NULL */
    bool may_part;       /**< --workspaces=auto would meld its platforms apart */
    const char **written; /**< of what one machine has of a set: where all its libraries go */
    size_t written_count;
    const char **passed; /**< what xcframeworks have beside libraries, and the like: sentences */
    size_t passed_count;
    size_t framework_count; /**< of xcframeworks that were added */
    struct set_other *others; /**< what those from packages have beside libraries */
    size_t other_count;
    size_t other_capacity;
    struct set_other *folders; /**< and their folders: only names and modes */
    size_t folder_count;
    size_t folder_capacity;
    bool sorted_indexes; /**< some archive is COFF: indexes are sorted by name, not by member */
    struct arena arena; /**< paths, names, members */
};

/** The path of a workspace's sidecar, WORKSPACE.armeld, in @arena; NULL when memory is short. */
const char *sidecar_path(const char *workspace, struct arena *arena);

/** The options that matter to set_add(). */
struct set_rules {
    const char *workspace; /**< resolved path of the workspace, which is never an input; NULL:
                                the set is only inspected, so workspaces are inputs too */
    bool (*is_workspace)(const char *path); /**< whether a file is that of another set; NULL: one
                                                 library is asked for, and nothing passed over */
    bool makes_one; /**< the workspace is one archive of all objects: a glob may bring an old one */
    bool recursive;
    bool packages; /**< packages may be opened, since outputs go to another folder */
    bool frameworks; /**< the workspace is an xcframework: so are all paths */
    bool images;     /**< shared objects and programs may be added, by name and from packages */
};

/**
 * Add the archive at @path, or all archives of the directory, the package or the xcframework at
 * @path. A file that is in the set already is not added again.
 */
bool set_add(struct set *set, const struct set_rules *rules, const char *path, struct error *error);

/**
 * Add one archive, even if it is in the set already. Of a universal file, only what it has for
 * set->machine, if that is named; nothing of one that has nothing for it.
 */
bool set_add_file(struct set *set, const char *path, struct error *error);

/**
 * Add a library of which only the members are known, not the archive: it has no index. @members
 * must stay as long as the set.
 */
bool set_add_members(struct set *set, const char *path, struct ar_member *members, size_t count,
                     struct error *error);

/**
 * Read the headers of all libraries and number their members.
 * Without any library: an error of kind ERROR_USAGE.
 */
bool set_read(struct set *set, unsigned jobs, struct error *error);

/** The archive member behind a number. */
static inline const struct ar_member *set_member(const struct set *set, uint32_t number)
{
    const struct library *library = &set->libraries[set->members[number].library];
    return &library->archive.members[number - library->first];
}

/** The library that holds a member. */
static inline struct library *set_library_of(const struct set *set, uint32_t number)
{
    return &set->libraries[set->members[number].library];
}

/** Whether @path names the library, or the universal file that it is a slice of. */
static inline bool library_is_at(const struct library *library, const char *path)
{
    return !strcmp(library->path, path) ||
           (library->universal && !strcmp(library->universal, path));
}

/** Whether the library is a slice that is an object, no archive: it stays what it is. */
static inline bool library_is_object(const struct library *library)
{
    return library->universal && library->is_listed;
}

/** The bytes of the file that the library is, or is a slice of. */
static inline struct span library_file(const struct library *library)
{
    return library->whole.size ? library->whole : library->bytes;
}

/** Note what is passed over, in a sentence, or NULL. False when memory is short. */
bool set_pass(struct set *set, const char *sentence);

/** Put "library(member): " before an error. Always false. */
bool set_error_at(const struct set *set, uint32_t number, struct error *error);

/** Forget all members. The libraries' bytes stay. */
void set_forget_members(struct set *set);

/** Unmap all archives. Members cannot be read after that. */
void set_release(struct set *set);

/** Free everything. */
void set_free(struct set *set);

#endif
