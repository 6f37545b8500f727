/* SPDX-License-Identifier: MIT */
/** What reports of inspected sets call their rows; see page.c. */
#ifndef ARMELD_API_PAGE_H
#define ARMELD_API_PAGE_H

#include "api/handle.h"

/** "library", "crate", ...; "file" if not all of them are libraries. */
const char *page_row_name(const struct armeld *armeld);

#endif
