/* SPDX-License-Identifier: MIT */
/**
 * System libraries that objects ask for by themselves: /defaultlib of COFF's .drectve,
 * LC_LINKER_OPTION of Mach-O.
 */
#ifndef ARMELD_PACKAGING_NEEDS_H
#define ARMELD_PACKAGING_NEEDS_H

#include "packaging/words.h"

/**
 * Add what a member asks for to @flags: "-lws2_32", "-framework Security". A member that cannot be
 * read asks for nothing. False when memory is short.
 */
bool needs_add(struct span member, struct words *flags, struct arena *arena);

#endif
