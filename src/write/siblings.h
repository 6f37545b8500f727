/* SPDX-License-Identifier: MIT */
/** xcframeworks that lie beside the one that a file is in. */
#ifndef ARMELD_WRITE_SIBLINGS_H
#define ARMELD_WRITE_SIBLINGS_H

#include "base/os.h"

/**
 * Visit the binaries that they have for the platform for which the file at @path is in its own;
 * none if it is in no xcframework. What cannot be read is passed over.
 * False when @visit says so, or with an error when memory is short.
 */
bool siblings_visit(const char *path, os_visit *visit, void *context, struct error *error);

#endif
