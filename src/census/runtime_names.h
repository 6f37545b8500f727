/* SPDX-License-Identifier: MIT */
/** Functions that compilers call unasked: those of compiler-rt and of Rust's compiler_builtins. */
#ifndef ARMELD_CENSUS_RUNTIME_NAMES_H
#define ARMELD_CENSUS_RUNTIME_NAMES_H

#include "base/span.h"

/**
 * Whether a name is one that compilers' support libraries define and that means the same in all
 * versions of all compilers, so that any definition of it serves:
 *   - arithmetic, "__" OPERATION MODE [MODE] [DIGIT], such as __udivti3 and __extendhfsf2 (GCC's
 *     internals manual, "The GCC low-level runtime library"; compiler-rt's builtins have the same),
 *     __gnu_f2h_ieee, __gnu_h2f_ieee, and those of Rust, such as __rust_i128_addo;
 *   - functions of C's mathematics and memory that compiler_builtins defines, such as fmaf;
 *   - rust_eh_personality: the C++ ABI for Itanium says what it is given and returns, and it finds
 *     all that it needs to know in the tables of the function at hand.
 * Functions with a state of their own are not among them (__emutls_get_address, __rust_alloc).
 * @underscore the format puts an underscore before names of C: Mach-O
 */
bool is_compiler_rt_name(struct span name, bool underscore);

#endif
