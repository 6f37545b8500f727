/* SPDX-License-Identifier: MIT */
/** Universal files among the libraries: a library for each slice. */
#ifndef ARMELD_CENSUS_SLICES_H
#define ARMELD_CENSUS_SLICES_H

#include "ar/universal.h"
#include "census/set.h"

/**
 * Put the slices of universal files in the place of these: `lib.a[arm64]`. A slice that is no
 * archive but one object becomes a library with that member. Before set_read(), so that the
 * libraries have no members yet.
 * @machine take only slices of this name ("arm64"), and of other files those for this machine, or
 *          without objects that tell one; NULL: all
 * Errors: a universal file that is broken; no file has anything for that machine.
 */
bool set_split(struct set *set, const char *machine, struct error *error);

/**
 * Add a slice of a library. Its mapping stays with @whole, which must stay as long as the set.
 * @machine the slice's; NULL: @whole is not universal, and all of it is added
 */
bool set_add_slice(struct set *set, const struct library *whole, const char *machine,
                   struct span slice, struct error *error);

/** Add a library of a set that was read, which must stay as long as this one, with its members. */
bool set_add_view(struct set *set, const struct library *from, struct error *error);

/**
 * Take a library as what it has for a machine: its slice, or all of it if it is not universal and
 * none of its objects is for another one. False: it has no archive for that machine.
 */
bool slice_take(struct library *library, const char *machine);

/**
 * Take out of a set what cannot be melded with the library at @path: others for another machine or
 * platform, none of them universal. Before set_split(), so that no library has members yet.
 */
void set_keep_company(struct set *set, const char *path);

/**
 * The machine of an archive: that of its first Mach-O object, or bitcode for one; else {0, 0}.
 * Source of the header's fields: Apple's <mach-o/loader.h>, struct mach_header.
 */
struct universal_machine slice_machine(struct span archive);

/** The platforms of an archive or an object: those of the first Mach-O object that names any. */
uint32_t slice_platforms(struct span slice);

/**
 * What a file beside a set has for the set's machine: the slice of a universal file, also if the
 * set has none; all of an archive, unless the set has universal files and the archive's objects are
 * for another machine than these slices. Else, no bytes.
 */
struct span slice_for_set(const struct set *set, struct span file);

/**
 * The same of a file that libraries of the set may have been melded into: no bytes, too, if it is
 * for another platform of Apple's than the set.
 */
struct span slice_of_neighbour(const struct set *set, struct span file);

#endif
