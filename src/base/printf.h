/* SPDX-License-Identifier: MIT */
/** Format checking by the compiler; mingw-w64 has its own name for printf's kind. */
#ifndef ARMELD_BASE_PRINTF_H
#define ARMELD_BASE_PRINTF_H

#include <stdio.h>

#ifdef __MINGW_PRINTF_FORMAT
#define PRINTF_LIKE(format_at, first) \
    __attribute__((format(__MINGW_PRINTF_FORMAT, format_at, first)))
#else
#define PRINTF_LIKE(format_at, first) __attribute__((format(printf, format_at, first)))
#endif

#endif
