/* SPDX-License-Identifier: MIT */
/**
 * Images: what linkers write. ELF shared objects and programs, Mach-O dylibs, bundles and programs,
 * Windows' DLLs and programs. They are looked at; ELF's and Mach-O's are stripped.
 */
#ifndef ARMELD_IMAGE_IMAGE_H
#define ARMELD_IMAGE_IMAGE_H

#include "obj/byte_map.h"

/** What strip takes out of an image; bits. */
enum image_strip {
    IMAGE_STRIP_DEBUG = 1,    /**< debug info, symbols of source files and of sections */
    IMAGE_STRIP_LOCALS = 2,   /**< local symbols */
    IMAGE_STRIP_COMMENTS = 4, /**< ELF: .comment */
    IMAGE_DROP_SIGNATURE = 8, /**< Mach-O: a signature that would not hold becomes an ad-hoc one */
};

/** An image, read. */
struct image {
    struct span data;
    const char *kind;     /**< "ELF shared object", "Mach-O bundle", "Windows DLL", ... */
    const char *machine;  /**< "x86_64"; "other" for one without a name here */
    struct byte_range *ranges; /**< all bytes, in the order of the file */
    size_t range_count;
    uint64_t debug;  /**< bytes of debug info, as far as they could be taken out */
    uint64_t locals; /**< bytes of local symbols and their names */
};

/** An image, stripped. */
struct image_stripped {
    struct span bytes; /**< the new file; of one that does not change, none */
    bool changed;
    bool dropped_signature; /**< IMAGE_DROP_SIGNATURE did that */
    const char *why; /**< the image stays as it is, although it was read: the reason; or NULL */
};

/** Whether a file begins like an image: no relocatable object, no archive. */
bool image_probe(struct span data);

/**
 * Read an image's headers.
 * Errors: OBJ_BROKEN names the offset; OBJ_NOT_MINE: no image.
 */
enum obj_result image_read(struct span data, struct arena *arena, struct image *image,
                           struct error *error);

/**
 * Strip an image. What is not understood is refused in @stripped->why. What is loaded stays as it
 * is: the result was read again and compared with @data.
 * @what    bits of enum image_strip
 * @keep    receives the result
 * @scratch temporary memory
 * @return false when memory is short
 */
bool image_strip(struct span data, unsigned what, struct arena *keep, struct arena *scratch,
                 struct image_stripped *stripped);

/** Consecutive bytes of an image, and where they came from, as far as names tell. */
struct image_origin {
    uint64_t size;
    enum byte_kind kind;
    bool named;         /**< a symbol has the bytes */
    struct span member; /**< the object: its name in an archive, or its source's name; or empty */
    struct span crate;  /**< of Rust; or empty */
};

/**
 * Divide an image by the objects that its bytes came from: in the order of the file, without gaps.
 * Symbols tell: by the source file before them (ELF), the object in the debug map (Mach-O), the
 * crate in their names. An image that cannot be read, and one without symbols, is as
 * image_byte_map() has it, without names.
 * @arena receives the list and the names
 * @return false when memory is short
 */
bool image_origins(struct span data, struct arena *arena, struct image_origin **list,
                   size_t *count);

/** byte_map_make() of images, too. A broken image is one range. */
bool image_byte_map(struct span data, struct arena *arena, struct byte_range **ranges,
                    size_t *count);

#endif
