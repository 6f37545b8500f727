/* SPDX-License-Identifier: MIT */
/** Shared by the files that compare images. Only for image*.c. */
#ifndef ARMELD_PROOF_IMAGE_INTERNAL_H
#define ARMELD_PROOF_IMAGE_INTERNAL_H

#include "obj/linked.h"
#include "proof/image.h"

/** The relocations of a section, sorted by offset. */
struct image_relocs {
    struct obj_reloc *list;
    size_t count;
    bool read;
};

/** A global symbol of an object, by its number in the census. */
struct image_global {
    uint32_t number;
    uint32_t symbol; /* index into object.symbols */
};

/** A member, read. */
struct image_object {
    struct object object;
    bool broken;
    uint32_t *number_of;           /* by symbol: its number in the census, or NO_CLASS */
    struct image_global *globals;  /* definitions, sorted by number */
    size_t global_count;
    struct image_relocs *relocs;   /* by section */
    uint64_t **pieces;             /* by section: where its pieces begin, sorted */
    size_t *piece_count;
};

/** What a relocation or a root leads to. */
enum target_kind {
    TARGET_NOTHING,   /* no symbol, no section */
    TARGET_UNDEFINED, /* .symbol */
    TARGET_IMPORT,    /* .symbol, of import stub .class */
    TARGET_OPAQUE,    /* .symbol, of a member that cannot be read, .class */
    TARGET_COMMON,    /* .symbol */
    TARGET_ABSOLUTE,  /* .offset is the value */
    TARGET_SECTION,   /* .class, .section, .offset */
    TARGET_FIELD,     /* .class, .section: where in it, the field alone knows */
};

struct target {
    enum target_kind kind;
    uint32_t class;
    uint32_t section;
    uint32_t symbol; /* number in the census that led there, or NO_CLASS */
    uint64_t offset;
    bool any;        /* any definition of the symbol serves */
};

/** The member of a class, read at the first call; NULL when memory is short. */
struct image_object *image_object(struct images *images, uint32_t class);

/** The relocations of one section; NULL when memory is short. */
const struct image_relocs *image_relocs(struct images *images, struct image_object *object,
                                        uint32_t section);

/** Where the piece of a section begins that holds @offset, and @end[out] where it ends. */
uint64_t image_piece(const struct image_object *object, uint32_t section, uint64_t offset,
                     uint64_t *end);

/** What @link makes of the symbol with this number. False when memory is short. */
bool image_symbol_target(struct images *images, const struct link *link, uint32_t number,
                         struct target *target);

/** What @link makes of a relocation in @section of @class. False when memory is short. */
bool image_reloc_target(struct images *images, const struct link *link, uint32_t class,
                        uint32_t section, const struct obj_reloc *reloc, struct target *target);

/**
 * Add up the sizes of all lists of a link.
 * @sum[out]  bytes
 * @last[out] the last class that has any; unchanged if none has
 * @return false when memory is short
 */
bool image_sum_lists(struct images *images, const struct link *link, uint64_t *sum, uint32_t *last);

#endif
