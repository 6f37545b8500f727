/* SPDX-License-Identifier: MIT */
/**
 * Which libraries of pkg-config's modules the objects of a workspace need: found by the symbols
 * that they miss, where the modules' files and libraries are at hand.
 */
#ifndef ARMELD_PACKAGING_MODULES_H
#define ARMELD_PACKAGING_MODULES_H

#include "packaging/symbols.h"
#include "packaging/words.h"

struct module_rules {
    const struct words *modules;   /**< "glib-2.0 >= 2.56": those of the libraries */
    const char *const *directories; /**< where to look first */
    size_t directory_count;
    struct symbols *symbols; /**< of the workspace's objects; static libraries add theirs */
};

/** All in the arena. */
struct module_needs {
    struct words flags;       /**< "-lglib-2.0": each once, behind those that need it */
    struct words directories; /**< where these are, for -L; none that linkers know by themselves */
    struct words offered;     /**< all flags of modules that are at hand, needed or not */
    struct words whole;       /**< modules that must be required as they are */
    const char *reason;       /**< why, of the first of them */
};

/**
 * Find out what is needed of the modules. They are looked for in the directories given, in those of
 * PKG_CONFIG_PATH, and in those of PKG_CONFIG_LIBDIR or, without it, the system's. A module is
 * required whole if its file, that of a module it requires, or a library is not at hand there.
 */
bool modules_resolve(const struct module_rules *rules, struct module_needs *needs,
                     struct arena *arena, struct error *error);

#endif
