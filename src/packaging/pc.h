/* SPDX-License-Identifier: MIT */
/**
 * pkg-config's files: reading them, and changing one field without touching anything else.
 * Source: pc(5) of pkgconf; parse.c of pkg-config 0.29 for details that pc(5) leaves open.
 */
#ifndef ARMELD_PACKAGING_PC_H
#define ARMELD_PACKAGING_PC_H

#include "packaging/words.h"

/** A line: "field: value", "variable=value", or neither. */
struct pc_line {
    struct span key;   /**< empty if it is neither */
    bool field;
    size_t value;      /**< where in the file the value begins */
    struct span text;  /**< the value: joined over continued lines, without comments */
    size_t end;        /**< where in the file the line ends, before its newline */
    size_t next;       /**< where the next one begins */
};

/** Start with {0}. */
struct pc_file {
    struct span bytes;
    struct pc_line *lines;
    size_t line_count;
    const char *directory; /**< for ${pcfiledir} */
};

/**
 * Read a file. Lines that are neither field nor variable stay, as pkg-config ignores them. A NUL
 * is an error.
 */
bool pc_parse(struct span bytes, const char *directory, struct arena *arena, struct pc_file *file,
              struct error *error);

/**
 * Find the line of a field, or of a variable, of which the last one counts. A second line of a
 * field is an error. @found[out] NULL: there is none
 */
bool pc_find_line(const struct pc_file *file, struct span key, bool field,
                  const struct pc_line **found, struct error *error);

/**
 * The words of a field ("Libs"), with variables expanded; none if the field is missing. Errors: a
 * field that occurs twice, a variable that refers to itself, an unknown variable.
 */
bool pc_words(const struct pc_file *file, const char *field, struct words *words,
              struct arena *arena, struct error *error);

/** The modules of "Requires" or "Requires.private", each with its condition: "glib-2.0 >= 2.56". */
bool pc_modules(const struct pc_file *file, const char *field, struct words *modules,
                struct arena *arena, struct error *error);

/**
 * The file with @module first in Requires, which is added if it is not there. The file's
 * own bytes if the module is required already.
 */
bool pc_require(const struct pc_file *file, const char *module, struct arena *arena,
                struct span *bytes, struct error *error);

/**
 * The file without @module in Requires, where it has no condition: what pc_require() added is taken
 * out again, whatever else was changed since then.
 */
bool pc_forget(const struct pc_file *file, const char *module, struct arena *arena,
               struct span *bytes, struct error *error);

#endif
