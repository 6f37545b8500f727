/* SPDX-License-Identifier: MIT */
/** Stripping Mach-O images: the state of the work. Only for src/image. */
#ifndef ARMELD_IMAGE_MACHO_STRIP_H
#define ARMELD_IMAGE_MACHO_STRIP_H

#include "image/macho_sign.h"

struct macho_stripping {
    struct macho_image image;
    unsigned what;         /**< bits of enum image_strip */
    struct arena *keep;    /**< of the result */
    struct arena *scratch;
    struct error error;    /**< why the image stays as it is; or memory was short */
    bool *stays;           /**< by symbol; and one more */
    uint32_t *number;      /**< by symbol: how many stay in front of it; and one more */
    bool drops_symbols;    /**< some symbol goes */
    struct span symbols, names, indirect, relocs; /**< made anew */
    struct macho_signature signature;
    bool dropped;          /**< the signature was one that does not hold any more */
    uint64_t to[MACHO_PARTS];   /**< by part: its new offset */
    uint64_t size[MACHO_PARTS]; /**< by part: its new size */
    uint64_t end;          /**< the size of the new file */
};

/** Set the reason why the image stays as it is. Always false. */
#define MACHO_REFUSE(s, ...) error_set(&(s)->error, __VA_ARGS__)

/**
 * Choose the symbols that stay, and make the tables anew that have their numbers or names.
 * False: the error is set. (macho_strip_symbols.c)
 */
bool macho_strip_symbols(struct macho_stripping *s);

#endif
