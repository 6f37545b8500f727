/* SPDX-License-Identifier: MIT */
/** The files that -lNAME finds, and the symbols that they define. */
#ifndef ARMELD_PACKAGING_PROVIDER_H
#define ARMELD_PACKAGING_PROVIDER_H

#include "ar/archive.h"
#include "base/os.h"
#include "packaging/symbols.h"
#include "packaging/words.h"

/**
 * A library by its flag. It may be there twice, shared and static: which one a linker takes is its
 * user's choice, so what either defines counts.
 */
struct provider {
    const char *flag;      /**< "-lfoo" */
    const char *directory; /**< where it was found */
    struct os_file shared_file, static_file;
    struct archive archive;     /**< of .static_file, if .has_archive */
    bool has_archive;
    struct span *names;    /**< all that it defines */
    size_t count, capacity;
    bool needed;           /**< something that is needed is defined here */
};

/**
 * Find the library of a flag in @directories, for objects like those in @symbols.
 * @found[out] false: it is nowhere, or what is there cannot be read or is for other machines
 * @return false when memory is short
 */
bool provider_find(const char *flag, const struct words *directories,
                   const struct symbols *symbols, struct arena *arena, struct provider *provider,
                   bool *found);

/** Whether the library defines something that @symbols miss. */
bool provider_serves(const struct provider *provider, const struct symbols *symbols);

/**
 * Add what the members of the static library need and define to @symbols: all of them, since nobody
 * knows which will be linked. False: memory.
 */
bool provider_adds(const struct provider *provider, struct symbols *symbols);

void provider_close(struct provider *provider);

#endif
