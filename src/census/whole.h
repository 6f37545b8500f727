/* SPDX-License-Identifier: MIT */
/**
 * Whole libraries: a Rust staticlib defines every Rust-mangled symbol that it needs.
 *
 * A library that does not was melded, or stripped by another tool after that: what it lacks moved
 * to a workspace. Such a library must not be taken for a new build, since what it lacks would
 * count as "undefined as before". Only strong needs count: a weak one may stay undefined.
 */
#ifndef ARMELD_CENSUS_WHOLE_H
#define ARMELD_CENSUS_WHOLE_H

#include "census/census.h"

/** What one library after the other lacks. Made by whole_init(), in its arena. */
struct whole {
    const struct census *census;
    uint32_t *seen;    /**< by symbol: the library that last defined it or lacked it, + 1 */
    uint32_t *lacking; /**< numbers of the symbols that the library lacks, in file order */
    size_t lacking_count;
};

/** Prepare to look at libraries of a set whose classes were found. False: memory is short. */
bool whole_init(struct whole *whole, const struct census *census, struct arena *arena);

/**
 * List in whole.lacking the Rust-mangled symbols that a library needs and none of its members
 * defines. Of a member that only a compiler can read (bitcode), the library's index tells what it
 * defines; where the index lists nothing for such a member, nothing is lacking for certain. An
 * rlib (it has a lib.rmeta) needs other rlibs and lacks nothing in this sense.
 * Returns whether the library is whole.
 */
bool whole_look(struct whole *whole, uint32_t library);

#endif
