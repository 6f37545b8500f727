/* SPDX-License-Identifier: MIT */
/**
 * The canonical form of an object: what is left of it when everything is taken away that no
 * linker looks at. Two objects are the same when their canonical forms are equal.
 *
 * Kept: machine and header flags; sections (name, flags, alignment, contents) but debug info and
 * the format's own tables; relocations, by symbol; symbols (name, binding, visibility, section,
 * value, size); groups; what Mach-O says in load commands.
 * Left out: STT_FILE, .file and stab symbols, the layout and order of string and symbol tables,
 * COFF timestamps and checksums, debug sections and symbols in them, section symbols as such.
 *
 * The form is a list of spans. Whoever wants to know whether two objects are the same compares
 * the lists; whoever wants to find candidates hashes one. There is only one description of what
 * counts, canonical_form().
 */
#ifndef ARMELD_CENSUS_CANONICAL_H
#define ARMELD_CENSUS_CANONICAL_H

#include "base/digest.h"
#include "obj/object.h"

struct canonical {
    struct span *parts;
    size_t count;
    size_t capacity;
};

/**
 * Make the canonical form of an object that object_read() has read.
 * @arena receives all that is not a span into the object itself
 */
enum obj_result canonical_form(const struct object *object, struct arena *arena,
                               struct canonical *form, struct error *error);

/** Whether both forms are equal. */
bool canonical_equal(const struct canonical *a, const struct canonical *b);

/** Hash of a form: equal forms have equal digests. */
struct digest canonical_digest(const struct canonical *form);

/**
 * A cheap hash: equal forms have equal fingerprints, but nothing is read apart from headers and
 * global symbols. Most objects that differ differ here.
 */
uint64_t canonical_fingerprint(const struct object *object);

#endif
