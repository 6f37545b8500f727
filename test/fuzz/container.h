/* SPDX-License-Identifier: MIT */
/**
 * How a whole set of libraries stands in one input of fuzz_meld.
 *
 * Byte 0 holds options, byte 1 how the libraries are made:
 *   CONTAINER_RAW     each library: 32-bit size (little-endian), bytes
 *   otherwise         members: mask of the libraries that hold it | name << 4, 16-bit size, bytes;
 *                     the libraries are put together in that flavour, so that no change of the
 *                     input can break their headers
 */
#ifndef ARMELD_TEST_FUZZ_CONTAINER_H
#define ARMELD_TEST_FUZZ_CONTAINER_H

enum container_form { CONTAINER_RAW, CONTAINER_GNU, CONTAINER_DARWIN, CONTAINER_COFF };

enum {
    CONTAINER_HEADER = 2,
    CONTAINER_LIBRARIES = 3,
    CONTAINER_NAMES = 16,
    CONTAINER_MEMBER = 3, /* mask and size */
    OPTION_BYTES = 1,     /* identity by bytes */
    OPTION_FLAVOUR = 6,   /* mask: flavour to write, enum armeld_flavour << 1 */
    OPTION_MIN_ONE = 8,   /* min_sharers 1 */
    OPTION_KEEP = 16,     /* keep a glob of names */
    OPTION_THREADS = 32,  /* two threads in place */
    OPTION_RESTORE = 64,  /* a sidecar in place, then verify and restore */
};

#endif
