/* SPDX-License-Identifier: MIT */
/** Symbols for people: mangled Rust names in a text are printed demangled. */
#ifndef ARMELD_REPORT_SYMBOLS_H
#define ARMELD_REPORT_SYMBOLS_H

#include "report/report.h"

/**
 * Print a text, escaped, with mangled names demangled; @demangle may be NULL. It stands behind @at
 * columns and goes on indented by @indent, see look_put_words().
 */
size_t symbols_put(FILE *stream, const struct look *look, const char *text,
                   report_demangle *demangle, size_t at, size_t indent);

#endif
