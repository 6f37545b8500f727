/* SPDX-License-Identifier: MIT */
/** Symbols for people: mangled Rust names in a text are printed demangled. */
#ifndef ARMELD_REPORT_SYMBOLS_H
#define ARMELD_REPORT_SYMBOLS_H

#include <stdio.h>

#include "report/report.h"

/** Print a text, escaped, with mangled names demangled; @demangle may be NULL. */
void symbols_put(FILE *stream, const char *text, report_demangle *demangle);

#endif
