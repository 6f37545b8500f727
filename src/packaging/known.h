/* SPDX-License-Identifier: MIT */
/** What is known of the libraries that a workspace needs. */
#ifndef ARMELD_PACKAGING_KNOWN_H
#define ARMELD_PACKAGING_KNOWN_H

#include "armeld.h"
#include "packaging/words.h"
#include "sidecar/record.h"

/** Start with {0}; all in the arena. */
struct known_flags {
    struct words directories; /**< absolute, for -L */
    struct words flags;       /**< "-lglib-2.0", "-framework Foo" */
    struct words modules;     /**< of pkg-config, required whole */
};

/**
 * Take what the workspace's .pc file says, if an earlier run wrote one and it is there still, then
 * options.libs. The folder of the workspace is left out where none of the flags needs it.
 * @workspace path; its name tells the file's
 * Errors: a file that cannot be read, a quotation mark without its end.
 */
bool known_flags(const struct record *record, const char *workspace,
                 const struct armeld_options *options, struct arena *arena,
                 struct known_flags *known, struct error *error);

/** Whether a linker finds a library for one of the flags in the folder; also if memory is short. */
bool known_finds_any(const char *folder, const struct words *flags, struct arena *arena);

#endif
