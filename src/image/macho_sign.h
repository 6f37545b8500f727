/* SPDX-License-Identifier: MIT */
/**
 * Signatures in Mach-O files: an ad-hoc one, which hashes without a certificate, is made anew when
 * what it covers changes; the kernels of Apple's arm64 machines end programs without a valid one.
 * Only for src/image.
 */
#ifndef ARMELD_IMAGE_MACHO_SIGN_H
#define ARMELD_IMAGE_MACHO_SIGN_H

#include "image/macho_image.h"

enum { MACHO_BLOBS = 16 };

/** A blob of a signature. */
struct macho_blob {
    uint32_t slot;
    uint32_t gap;         /**< zeros in front of it */
    struct span bytes;
    /** Of a code directory, which is followed by the hashes of pages; else 0. */
    uint32_t hash_offset;
    uint32_t special;     /**< number of hashes of blobs in front of those of pages */
    unsigned page_bits;
};

struct macho_signature {
    struct macho_blob blobs[MACHO_BLOBS]; /**< in the order of the file */
    uint32_t order[MACHO_BLOBS];          /**< of the index */
    size_t count;
};

/**
 * Read the signature of @image. One that armeld cannot make anew is an error: that of a
 * certificate, one with other hashes than SHA-256, or that is not understood.
 * @drop then take of it the identifier only, and make an ad-hoc signature of that
 * @dropped[out] that was done
 */
bool macho_signature_read(const struct macho_image *image, bool drop, struct arena *arena,
                          struct macho_signature *signature, bool *dropped, struct error *error);

/** The size of a signature of @limit bytes, with padding. */
uint64_t macho_signature_size(const struct macho_signature *signature, uint64_t limit);

/** Write the signature of @file, which ends where it begins, to @out: macho_signature_size(). */
void macho_signature_write(const struct macho_signature *signature, struct span file,
                           uint8_t *out);

#endif
