/* SPDX-License-Identifier: MIT */
/**
 * pkg-config's files: read, and changed without touching what is not meant.
 * Source: pc(5) of pkgconf; parse.c of pkg-config 0.29 where that is silent.
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
 * Read a file. Lines that nobody understands stay what they are, as pkg-config passes over them.
 * A NUL in it is an error.
 */
bool pc_parse(struct span bytes, const char *directory, struct arena *arena, struct pc_file *file,
              struct error *error);

/**
 * The words of a field ("Libs"), variables put in; none if there is no such field.
 * A field that is there twice, a variable that refers to itself, and an unknown one are errors.
 */
bool pc_words(const struct pc_file *file, const char *field, struct words *words,
              struct arena *arena, struct error *error);

/** The modules of "Requires" or "Requires.private", each with its condition: "glib-2.0 >= 2.56". */
bool pc_modules(const struct pc_file *file, const char *field, struct words *modules,
                struct arena *arena, struct error *error);

/**
 * The file with @module first in Requires.private, which is added if it is not there. The file's
 * own bytes if the module is required already.
 */
bool pc_require(const struct pc_file *file, const char *module, struct arena *arena,
                struct span *bytes, struct error *error);

#endif
