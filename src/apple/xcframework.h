/* SPDX-License-Identifier: MIT */
/**
 * xcframeworks: folders NAME.xcframework with a library for each of several platforms, of which
 * Info.plist tells.
 * Source: Apple, "Creating a multiplatform binary framework bundle"; xcodebuild's output.
 */
#ifndef ARMELD_APPLE_XCFRAMEWORK_H
#define ARMELD_APPLE_XCFRAMEWORK_H

#include "base/arena.h"
#include "base/error.h"

/** The library for a platform, or what is in its place: a dynamic one. */
struct xcframework_library {
    const char *identifier; /**< "ios-arm64_x86_64-simulator": the folder that it is in */
    const char *platform;   /**< "ios" */
    const char *variant;    /**< "simulator", or NULL */
    const char *path;       /**< of the binary, seen from the folder of the xcframework */
    const char **machines;  /**< SupportedArchitectures */
    size_t machine_count;
};

struct xcframework {
    struct xcframework_library *list;
    size_t count;
};

/** Whether a path is that of an xcframework, by its name. */
bool xcframework_is_named(const char *path);

/** The xcframework that a file is in, "x/a.xcframework", in @arena; NULL: in none, or memory. */
const char *xcframework_around(const char *path, struct arena *arena);

/**
 * The size of the part of a name, in a package, that is an xcframework: "x/a.xcframework" of
 * "x/a.xcframework/Info.plist"; 0: it is in none.
 */
size_t xcframework_root(const char *name);

/** Whether a file is one that macOS puts beside others for itself: ".DS_Store", "._NAME". */
bool xcframework_is_clutter(const char *path);

/**
 * Whether a link stays inside, by its name in the xcframework and its text: "..", as often as it is
 * deep, then names only. Where no other link does else, none of them leads out.
 */
bool xcframework_link_stays(const char *name, const char *text);

/** The name of a workspace's library in its xcframework: "libw.a" for "x/w.xcframework". */
char *xcframework_library_name(const char *path, struct arena *arena);

/** Whether a text can be the name of a folder in an xcframework. */
bool xcframework_is_identifier(const char *text);

/**
 * Read an Info.plist. Every path in it stays below the folder of its identifier.
 * @xcframework[out] in @arena
 */
bool xcframework_parse(struct span plist, struct arena *arena, struct xcframework *xcframework,
                       struct error *error);

/** The same of the file in a folder. */
bool xcframework_read(const char *folder, struct arena *arena, struct xcframework *xcframework,
                      struct error *error);

/** An Info.plist for libraries of which each has the same file name; NULL when memory is short. */
char *xcframework_print(const struct xcframework *xcframework, struct arena *arena);

#endif
