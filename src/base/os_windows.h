/* SPDX-License-Identifier: MIT */
/** Shared by the files for Windows. Only for os_windows*.c, and for cli/ on Windows. */
#ifndef ARMELD_BASE_OS_WINDOWS_H
#define ARMELD_BASE_OS_WINDOWS_H

#include <wchar.h>

#include "base/os_system.h"

/** GetLastError() as a value of errno. */
int windows_errno(void);

/**
 * A path as the system takes it: UTF-16, absolute, with "\\?\" before it, so that it may be longer
 * than 260 characters. In memory that the caller frees; NULL with errno set.
 */
wchar_t *windows_wide(const char *path);

/** UTF-8 as UTF-16, whatever it is. In memory that the caller frees; NULL with errno set. */
wchar_t *windows_wide_text(const char *text);

/** UTF-16 as UTF-8; invalid UTF-16 becomes U+FFFD. In memory that the caller frees, or NULL. */
char *windows_narrow(const wchar_t *wide);

/** Put a file back that a killed system_rename() had moved away. */
void windows_heal(const wchar_t *path);

#endif
