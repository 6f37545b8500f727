/* SPDX-License-Identifier: MIT */
/** The options for files that tell builds of the workspace, which two verbs have. */
#ifndef ARMELD_CLI_PACKAGING_H
#define ARMELD_CLI_PACKAGING_H

#include "armeld.h"
#include "cli/rows.h"

/** A field "packaging" of a verb's settings. */
struct packaging_settings {
    struct text_list pc_dirs;
    struct text_list libs;
    const char *cmake_dir;
    const char *dep_json;
    bool la;
};

#define PACKAGING_ROWS \
    LIST(0, "pc-dir", "DIR", packaging.pc_dirs, "add the workspace to the .pc files in DIR"), \
    FLAG(0, "la", packaging.la, "add the workspace to the .la files beside the archives"), \
    LIST(0, "libs", "FLAGS", packaging.libs, "flags to link behind the workspace"), \
    TEXT(0, "cmake", "DIR", packaging.cmake_dir, "write a CMake package to DIR"), \
    TEXT(0, "dep-json", "FILE", packaging.dep_json, "write the link line to FILE as JSON")

static inline void packaging_options(const struct packaging_settings *settings,
                                     struct armeld_options *options)
{
    options->pc_dirs = settings->pc_dirs.list;
    options->pc_dir_count = settings->pc_dirs.count;
    options->libs = settings->libs.list;
    options->lib_count = settings->libs.count;
    options->cmake_dir = settings->cmake_dir;
    options->dep_json = settings->dep_json;
    options->la = settings->la;
}

/** Whether some file is asked for. */
static inline bool packaging_is_asked(const struct packaging_settings *settings)
{
    return settings->pc_dirs.count || settings->la || settings->cmake_dir || settings->dep_json;
}

/** --libs alone goes nowhere. */
static inline bool packaging_is_sound(const struct packaging_settings *settings)
{
    return !settings->libs.count || packaging_is_asked(settings);
}

#define PACKAGING_UNSOUND \
    "--libs is for what --pc-dir, --la, --cmake or --dep-json write: none of them is given"

#endif
