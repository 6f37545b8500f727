/* SPDX-License-Identifier: MIT */
/**
 * Hand-made archives, right and wrong, from a line of text.
 *
 * A script is words between blanks, each adding bytes:
 *   !             the magic
 *   {NAME|TEXT}   a whole member: header, TEXT, a newline if it is odd
 *   [NAME|SIZE]   a header alone; SIZE may be anything
 *   (NAME|SIZE)   the same with the fields of a table: mode 0; all blank for "//"
 *   'TEXT'        bytes (no quote among them)
 *   nul=N fill=N  N NULs, N times "x"
 *   be32=N be64=N le16=N le32=N le64=N
 *                 a number
 *   cut=N         take the last N bytes away again
 */
#ifndef ARMELD_TEST_AR_BUILDER_H
#define ARMELD_TEST_AR_BUILDER_H

#include "ar/archive.h"
#include "base/arena.h"
#include "base/span.h"

/**
 * Run @script; unbuild() its bytes. They lie in a block of just their size, so that the address
 * sanitizer sees a step past their end. A script that is wrong ends the test.
 */
struct span build(const char *script);
struct span exact_copy(struct span bytes);
void unbuild(struct span bytes);

/** Append to a growing archive, for what is too large for a script. Start with {0}. */
struct builder {
    uint8_t *bytes;
    size_t size;
    size_t capacity;
};

void builder_add(struct builder *builder, const void *bytes, size_t size);
void builder_script(struct builder *builder, const char *script);
struct span builder_span(const struct builder *builder);
void builder_free(struct builder *builder);

/**
 * An archive in one line: flavour, what it has beside members, then "NAME@OFFSET+SIZE" each:
 * "gnu index names: a.o@68+4 b.o@132+3".
 */
const char *describe(struct arena *arena, const struct archive *archive);

/** A table of the index in one line: "NAME>MEMBER NAME>MEMBER". */
const char *describe_symbols(struct arena *arena, const struct ar_symbols *symbols);

#endif
