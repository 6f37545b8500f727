/* SPDX-License-Identifier: MIT */
/** A property list as a line of text, for comparing: {"key":"text","list":[1,-2,true,?]}. */
#ifndef ARMELD_TEST_RENDER_H
#define ARMELD_TEST_RENDER_H

#include "apple/plist.h"

/** Append to @to, which has room for @size bytes. What does not fit is left out. */
void render_plist(const struct plist *plist, char *to, size_t size);

#endif
