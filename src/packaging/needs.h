/* SPDX-License-Identifier: MIT */
/**
 * System libraries that objects name themselves: /defaultlib of COFF's .drectve,
 * LC_LINKER_OPTION of Mach-O.
 */
#ifndef ARMELD_PACKAGING_NEEDS_H
#define ARMELD_PACKAGING_NEEDS_H

#include "packaging/words.h"

/**
 * Add the libraries that a member names to @flags: "-lws2_32", "-framework Security". A member that
 * cannot be read names none. False when memory is short.
 */
bool needs_add(struct span member, struct words *flags, struct arena *arena);

#endif
