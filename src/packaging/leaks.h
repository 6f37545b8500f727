/* SPDX-License-Identifier: MIT */
/**
 * Flags that rustc names for Windows although no linker finds their libraries: of crates that bring
 * import libraries and put them into the static library [rust-lang/cargo, issue 15748].
 */
#ifndef ARMELD_PACKAGING_LEAKS_H
#define ARMELD_PACKAGING_LEAKS_H

#include "packaging/pc.h"

/**
 * What a flag is to be: "" for "-lwindows.0.53.0", which is in the library itself; "-lws2_32" for
 * "-lwinapi_ws2_32", a crate's copy of the system's; any other flag itself. NULL: memory.
 */
const char *leak_mended(const char *flag, struct arena *arena);

/**
 * Mend the flags in Libs and Libs.private of a file; nothing else changes.
 * @bytes[out] the file's own, or in @arena
 * @return false when memory is short
 */
bool leaks_mend(const struct pc_file *file, struct arena *arena, struct span *bytes);

#endif
