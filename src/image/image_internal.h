/* SPDX-License-Identifier: MIT */
/** What the readers of images share. Only for src/image. */
#ifndef ARMELD_IMAGE_IMAGE_INTERNAL_H
#define ARMELD_IMAGE_IMAGE_INTERNAL_H

#include <inttypes.h>

#include "image/image.h"

/** Set an error at an offset, with one number in it, and return OBJ_BROKEN. */
#define IMAGE_FAIL(error, at, text, value)                                                        \
    (error_set((error), "offset %#" PRIx64 ": " text, (uint64_t)(at), (uint64_t)(value)),         \
     OBJ_BROKEN)

/** A format of images. */
struct image_reader {
    /** Whether the file is an image of this format. */
    bool (*probe)(struct span data);
    /** Fill in @image, whose data is set. */
    enum obj_result (*read)(struct arena *arena, struct image *image, struct error *error);
};

extern const struct image_reader image_elf_reader;   /* elf_image.c */
extern const struct image_reader image_macho_reader; /* macho_image.c */
extern const struct image_reader image_pe_reader;    /* pe_image.c */
extern const struct image_reader image_universal_reader; /* universal_image.c */

/** image_strip() of a universal image, slice by slice. (universal_image.c) */
bool universal_image_strip(struct span data, unsigned what, struct arena *keep,
                           struct arena *scratch, struct image_stripped *stripped);

/** A symbol that has bytes of an image. */
struct image_placed {
    uint64_t offset; /**< in the file */
    uint64_t size;
    struct span name;
    struct span file; /**< the object or the source file that it came from; or empty */
};

struct image_placed_list {
    struct image_placed *list;
    size_t count;
};

/** List the symbols of an ELF image that have bytes. False when memory is short. (elf_names.c) */
bool elf_image_names(struct span data, struct arena *arena, struct image_placed_list *placed);

/** The same of a Mach-O image. (macho_names.c) */
bool macho_image_names(struct span data, struct arena *arena, struct image_placed_list *placed);

/** A list of claims on the bytes of an image. */
struct image_claims {
    struct byte_claim *list;
    size_t count;
    size_t capacity;
    uint64_t end; /**< the size of the file */
};

/** Claim bytes; what exceeds the file is left out. The caller has room for as many claims. */
static inline void image_claim(struct image_claims *claims, uint64_t offset,
                               struct byte_range range)
{
    if (range.size && offset <= claims->end && range.size <= claims->end - offset &&
        claims->count < claims->capacity) {
        claims->list[claims->count++] = (struct byte_claim){offset, range};
    }
}

/** Make room for @most claims. */
static inline bool image_claims_begin(struct image_claims *claims, size_t most, uint64_t end,
                                      struct arena *arena)
{
    *claims = (struct image_claims){.capacity = most, .end = end};
    claims->list = ARENA_ARRAY(arena, struct byte_claim, most + 1);
    return claims->list != NULL;
}

/** Turn the claims into the ranges of the image. */
enum obj_result image_lay_out(struct image_claims *claims, struct arena *arena,
                              struct image *image);

/** Who uses a name of a string table; bits. */
enum image_user { IMAGE_USER_DEBUG = 1, IMAGE_USER_LOCAL = 2, IMAGE_USER_OTHER = 4 };

/** The users of each name of a string table. */
struct image_names {
    struct span strings;
    uint8_t *users; /**< by offset */
};

bool image_names_begin(struct image_names *names, struct span strings, struct arena *arena);

/** Note a user of the name at @offset. */
static inline void image_names_use(struct image_names *names, uint64_t offset,
                                   enum image_user user)
{
    if (offset < names->strings.size) {
        names->users[offset] |= (uint8_t)user;
    }
}

/** Add up the bytes of names that only debug info uses, and of others that no symbol keeps. */
void image_names_count(const struct image_names *names, uint64_t *debug, uint64_t *locals);

/** Claim what lies behind all claims, and behind @end, unless that is zeros. */
void image_claim_appended(struct image_claims *claims, struct span data, uint64_t end);

#endif
