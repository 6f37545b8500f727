/* SPDX-License-Identifier: MIT */
/**
 * The sidecar, WORKSPACE.armeld: a tar compressed with zstd. Its entries, in this order:
 *   manifest.json  the set: paths, sizes and digests of the files, before and after
 *   contents       all contents of members, by number
 *   recipe/N       how to rebuild library N
 *   literal/N      the bytes of library N that are no content
 *   content/N      content N, if the workspace does not have it: a variant of a member that was
 *                  shared by canonical identity
 *   file/N         the original of build file N (write/build_file.h)
 *
 * Where much is stored, it is packed (pack.h). Then there are, in place of literals and contents:
 *   layout         which pieces literals and contents are made of
 *   stream/N       the pieces of purpose N, compressed
 */
#ifndef ARMELD_SIDECAR_SIDECAR_H
#define ARMELD_SIDECAR_SIDECAR_H

#include "sidecar/pack.h"

/**
 * The sidecar's bytes, in @arena. The same manifest gives the same bytes. The bytes are read again
 * and compared, since they may be all that is left of an original.
 * @files the workspace and all libraries, in the forms that the manifest names, if what they have
 *        may be left out: those contents can be read only with them; NULL: it stands alone
 * @jobs  number of threads
 */
bool sidecar_write(const struct manifest *manifest, const struct pack_file *files, unsigned jobs,
                   struct arena *arena, struct span *bytes, struct error *error);

/**
 * Read a sidecar's bytes. Everything is checked: sizes, digests of what it stores, that each
 * recipe adds up to its original. Lives in @arena.
 * @workspace the bytes of the workspace beside it, or none. What needs another one is lost, which
 *            is no error; what needs a library is lost until pack_read_file()
 */
bool sidecar_read(struct span bytes, struct span workspace, struct arena *arena,
                  struct manifest *manifest, struct error *error);

/**
 * Read the manifest alone, without contents and recipes: which files are in the set, and the forms
 * that they have. Much faster. Lives in @arena.
 */
bool sidecar_peek(struct span bytes, struct arena *arena, struct manifest *manifest,
                  struct error *error);

#endif
