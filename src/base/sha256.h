/* SPDX-License-Identifier: MIT */
/**
 * SHA-256 [FIPS 180-4], for signatures of Mach-O files, which hash their pages with it. Contents
 * that armeld compares have XXH3 digests: see digest.h.
 */
#ifndef ARMELD_BASE_SHA256_H
#define ARMELD_BASE_SHA256_H

#include "base/span.h"

enum { SHA256_SIZE = 32 };

/** The hash of some bytes. */
void sha256_of(struct span bytes, uint8_t hash[SHA256_SIZE]);

#endif
