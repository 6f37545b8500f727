/* SPDX-License-Identifier: MIT */
/** The system's words for its errors; os_posix.c and os_windows.c each implement this. */
#ifndef ARMELD_BASE_OS_ERRORS_H
#define ARMELD_BASE_OS_ERRORS_H

#include <stddef.h>

/**
 * Describe a value of errno, such as "No such file or directory". Safe to call from any thread.
 * @text[out] of @size bytes, terminated
 */
void system_error_text(int code, char *text, size_t size);

#endif
