/* SPDX-License-Identifier: MIT */
/**
 * Packages: what SDKs are shipped in (.tar.*, .zip, .deb, .xar, ...), opened by libarchive so
 * that the static libraries in them can be read without unpacking by hand.
 */
#ifndef ARMELD_AR_PACKAGE_H
#define ARMELD_AR_PACKAGE_H

#include "base/error.h"
#include "base/span.h"

enum package_kind {
    PACKAGE_FILE,
    PACKAGE_LINK,  /**< a symlink */
    PACKAGE_SAME,  /**< a hard link: the same file as another entry */
    PACKAGE_FOLDER, /**< a directory; those that no entry tells of are not visited */
    PACKAGE_OTHER,  /**< a device, a pipe or the like */
};

/** What a package holds. All of it is gone after the visit. */
struct package_entry {
    const char *name; /**< relative path without "." and ".." parts */
    enum package_kind kind;
    uint32_t mode;     /**< permission bits */
    struct span bytes; /**< of a file */
    const char *to;    /**< of a symlink, its text; of a hard link, the clean name of the other */
};

struct package_rules {
    /** Whether an entry is to be visited beside libraries; sees the name as it is. Or NULL. */
    bool (*wants)(const char *name);
    /**
     * Called for each file that is a library by its name, or an image, and for all, also
     * folders, that is wanted. Returning false ends the reading; package_read() puts the package
     * and the name before the error set.
     */
    bool (*visit)(void *context, const struct package_entry *entry, struct error *error);
    void *context;
    bool images; /**< files that are named as shared objects or programs are visited, too */
};

/** Whether a name ends in ".a" or ".lib". */
bool package_is_library(const char *name);

/** Whether a file is named as a shared object, or may be a program. @mode its permission bits */
bool package_is_image(const char *name, uint32_t mode);

/** Whether a file that begins with @bytes is a package. A plain static library is none. */
bool package_probe(struct span bytes);

/** Visit what is in the package at @path; a ".deb" is opened down to its data.tar.*. */
bool package_read(const char *path, const struct package_rules *rules, struct error *error);

#endif
