/* SPDX-License-Identifier: MIT */
/** Which rustc compiled an object: .comment and debug information tell. */
#ifndef ARMELD_INSPECT_COMPILER_H
#define ARMELD_INSPECT_COMPILER_H

#include "census/census.h"

/** "1.96.0 (ac68faa20 2026-05-25)", in the member itself; empty if it does not tell. */
struct span compiler_of(const struct census *census, uint32_t member);

/** The same of the first Rust object of a library that tells. */
struct span compiler_of_library(const struct census *census, uint32_t library);

#endif
