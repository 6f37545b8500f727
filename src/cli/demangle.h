/* SPDX-License-Identifier: MIT */
/** Rust's mangled names, as libiberty reads them, where the program was built with it. */
#ifndef ARMELD_CLI_DEMANGLE_H
#define ARMELD_CLI_DEMANGLE_H

#include <stdbool.h>
#include <stddef.h>

/** A symbol as people write it, in memory from malloc(); NULL: the symbol is not mangled. */
typedef char *demangle_symbol(const char *symbol);

/** For reports; NULL: leave names as they are, because @mangled, or because nobody reads them. */
demangle_symbol *demangler(bool mangled);

/** "libiberty" or "none" */
const char *demangler_name(void);

#endif
