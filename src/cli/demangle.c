/* SPDX-License-Identifier: MIT */
#include "cli/demangle.h"

#include <stddef.h>

#ifdef WITH_LIBIBERTY
#include <libiberty/demangle.h>

/** Its own hash, which no person reads, is left out. */
static char *demangle(const char *symbol)
{
    return rust_demangle(symbol, 0);
}

demangle_symbol *demangler(bool mangled)
{
    return mangled ? NULL : demangle;
}

const char *demangler_name(void)
{
    return "libiberty";
}
#else
demangle_symbol *demangler(bool mangled)
{
    (void)mangled;
    return NULL;
}

const char *demangler_name(void)
{
    return "none";
}
#endif
