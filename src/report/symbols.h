/* SPDX-License-Identifier: MIT */
/** Symbols for people: Rust's mangled names, wherever they stand in a text, as Rust writes them. */
#ifndef ARMELD_REPORT_SYMBOLS_H
#define ARMELD_REPORT_SYMBOLS_H

#include <stdio.h>

#include "report/report.h"

/** Print a text made harmless; symbols in it that @demangle knows are replaced. It may be NULL. */
void symbols_put(FILE *stream, const char *text, report_demangle *demangle);

#endif
