/* SPDX-License-Identifier: MIT */
/** Melded libraries that other people renamed and other tools changed. Only for write/. */
#ifndef ARMELD_WRITE_RENAMED_H
#define ARMELD_WRITE_RENAMED_H

#include "sidecar/record.h"

/** Whether an input may be one: what Rust libraries lack is seen without sidecars. */
bool renamed_may_be(const struct census *census);

/**
 * Refuse an input that the record does not name, if it defines nothing but what one of the record's
 * originals did, and lacks some of that: so does that library as melding left it, whatever became
 * of its name and of its bytes, and no whole library does.
 * @record  of another set
 * @sidecar its path
 */
bool renamed_check(const struct census *census, const struct record *record, const char *sidecar,
                   struct error *error);

/**
 * Look beside libraries that share nothing for an archive that may be their workspace, of which
 * neither a sidecar nor a mark tells: most of them, and at least @least, lack what it defines.
 * @workspace of this set
 * @text[out] what is said of it, in @arena; NULL: there is none
 */
bool renamed_find_workspace(const struct census *census, const char *workspace, size_t least,
                            struct arena *arena, const char **text, struct error *error);

#endif
