/* SPDX-License-Identifier: MIT */
/** How reports on standard output look: fitted to a terminal, in full elsewhere. */
#ifndef ARMELD_CLI_STYLE_H
#define ARMELD_CLI_STYLE_H

#include <stdio.h>

#include "armeld.h"

/** The columns of a terminal: $COLUMNS, else what the terminal says. */
unsigned style_columns(FILE *stream);

/** Set what a style says of the terminal. */
void style_fit(struct armeld_style *style);

#endif
