/* SPDX-License-Identifier: MIT */
/** What the files of the POSIX platform share. Only for os_posix*.c. */
#ifndef ARMELD_BASE_OS_POSIX_H
#define ARMELD_BASE_OS_POSIX_H

#include "base/os.h"

enum { POSIX_MODE_BITS = 07777 };

/** The directory that a path's file is in, in memory that the caller frees; NULL without memory. */
char *posix_directory_of(const char *path);

/** The file's name, without its directory. */
const char *posix_base_name(const char *path);

/** Map an open file; the descriptor stays open. @path is for messages. */
bool posix_map(int fd, const char *path, struct os_file *file, struct error *error);

/** Whether a file has a temporary name of ours. */
bool posix_is_temporary(const char *name);

#endif
