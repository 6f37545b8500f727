/* SPDX-License-Identifier: MIT */
/** The numbers of workspaces of a set that has several, over meldings. */
#ifndef ARMELD_API_PART_NUMBERS_H
#define ARMELD_API_PART_NUMBERS_H

#include "api/handle.h"

/** Give parts the numbers that they had in an earlier melding, as far as they are still there. */
void part_numbers_keep(struct armeld *armeld);

#endif
