/* SPDX-License-Identifier: MIT */
/**
 * The canonical form of an object: everything in the object that a linker looks at, and nothing
 * else. Two objects are the same to a linker when their canonical forms are equal.
 *
 * The form contains the machine and header flags; sections (name, flags, alignment, contents) but
 * neither debug info nor the format's own tables; relocations, by symbol; symbols (name, binding,
 * visibility, section, value, size); groups; Mach-O load commands.
 * It does not contain STT_FILE, .file and stab symbols, the layout and order of string and symbol
 * tables, COFF timestamps and checksums, debug sections and the symbols in them, section symbols.
 *
 * The form is a list of spans. To compare two objects, compare the lists; to find candidates, hash
 * them. Only canonical_form() decides what counts.
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
 * @arena owns all parts that are not spans into the object itself
 * Returns OBJ_OK, OBJ_NO_MEMORY, or with an error another result for broken relocations.
 */
enum obj_result canonical_form(const struct object *object, struct arena *arena,
                               struct canonical *form, struct error *error);

/** Whether both forms are equal. */
bool canonical_equal(const struct canonical *a, const struct canonical *b);

/** Hash of a form: equal forms have equal digests. */
struct digest canonical_digest(const struct canonical *form);

/**
 * A cheap hash of headers and global symbols. Equal forms have equal fingerprints; most objects
 * that differ have different ones.
 */
uint64_t canonical_fingerprint(const struct object *object);

#endif
