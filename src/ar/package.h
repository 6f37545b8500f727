/* SPDX-License-Identifier: MIT */
/**
 * Packages: what SDKs are shipped in (.tar.*, .zip, .deb, .xar, ...), opened by libarchive so
 * that the static libraries in them can be read without unpacking by hand.
 */
#ifndef ARMELD_AR_PACKAGE_H
#define ARMELD_AR_PACKAGE_H

#include "base/error.h"
#include "base/span.h"

/**
 * Called for each regular file that a package holds and whose name ends in ".a" or ".lib".
 * @name  relative path without "." and ".." parts; @bytes are gone after the call
 * Returning false ends the reading; package_read() puts the package and the name before the error
 * that it set.
 */
typedef bool package_visit(void *context, const char *name, struct span bytes,
                           struct error *error);

/** Whether a file that begins with @bytes is a package. A plain static library is none. */
bool package_probe(struct span bytes);

/** Visit the libraries in the package at @path; a ".deb" is opened down to its data.tar.*. */
bool package_read(const char *path, package_visit *visit, void *context, struct error *error);

#endif
