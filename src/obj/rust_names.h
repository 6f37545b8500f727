/* SPDX-License-Identifier: MIT */
/** Names that rustc makes of paths in a program: mangled names. */
#ifndef ARMELD_OBJ_RUST_NAMES_H
#define ARMELD_OBJ_RUST_NAMES_H

#include "base/span.h"

/**
 * Whether rustc mangled the name: v0 "_R" and a path with a crate in it, legacy
 * "_ZN...17h<16 hex digits>E"; also with the underscore that Mach-O and i686 COFF put before a
 * name, and with the ".llvm.<number>" that LLVM puts behind it.
 */
bool is_rust_mangled(struct span name);

/**
 * The crate that a mangled name begins with: the one that has the function, also of generic ones
 * that others instantiate; of methods, that of the type. Empty for other names.
 */
struct span rust_crate_of(struct span name);

/**
 * Whether rustc may have made the name: any that begins like a mangled one, a local name that LLVM
 * made global ("name.llvm.<number>"), or the default of a COFF weak external, which assemblers make
 * (".weak.name.default.other"): no C program can spell it.
 */
bool is_rust_name(struct span name);

#endif
