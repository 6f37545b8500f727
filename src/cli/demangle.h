/* SPDX-License-Identifier: MIT */
/** Rust's mangled names, as libiberty reads them, where the program was built with it. */
#ifndef ARMELD_CLI_DEMANGLE_H
#define ARMELD_CLI_DEMANGLE_H

#include "report/report.h"

/** For reports; NULL: leave names as they are, because @mangled, or because nobody reads them. */
report_demangle *demangler(bool mangled);

/** "libiberty" or "none" */
const char *demangler_name(void);

#endif
