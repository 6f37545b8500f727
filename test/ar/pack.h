/* SPDX-License-Identifier: MIT */
/** Packages to be read by the tests, made by libarchive. */
#ifndef ARMELD_TEST_AR_PACK_H
#define ARMELD_TEST_AR_PACK_H

#include "base/span.h"

/**
 * A package with the entries "NAME=CONTENTS" between blanks; "@NAME=TARGET" is a symlink,
 * "&NAME=TARGET" a hard link; "NAME=*N" holds N zeros, "NAME=~N" too, as a sparse file. Free its
 * data.
 * @format "pax", "zip", "zip:store" (nothing compressed), "7zip", "xar", ...
 * @filter "gzip", "xz", "zstd", "bzip2" or "none"
 */
struct span make_package(const char *format, const char *filter, const char *entries);

#endif
