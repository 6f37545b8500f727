/* SPDX-License-Identifier: MIT */
/** Shared by the files that compare images. Only for image*.c. */
#ifndef ARMELD_PROOF_IMAGE_INTERNAL_H
#define ARMELD_PROOF_IMAGE_INTERNAL_H

#include "obj/linked.h"
#include "obj/relative.h"
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

/** Where a function begins that an unwind table has an entry for. */
struct image_framed {
    uint32_t section;
    uint64_t offset;
};

/** A weak definition, and where it lies. */
struct image_weak {
    uint32_t number; /* in the census */
    uint32_t symbol; /* index into object.symbols */
    uint32_t section;
    uint64_t value;
};

/** The part that a whole section is, of the first image or as a counterpart. */
struct image_met {
    uint32_t number; /* among images.parts */
    uint32_t stamp;  /* valid if it is images.stamp */
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
    struct image_framed *framed;   /* functions that unwind tables have entries for, sorted; or
                                      NULL: not read yet */
    size_t framed_count;
    struct image_weak *weak;       /* Mach-O: the weak definitions, sorted by place */
    size_t weak_count;
    struct image_met *original;    /* by section that is in one piece */
    struct image_met *counterpart;
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
    bool largest;    /* the largest definition of the symbol serves */
    unsigned steps;  /* from weak externals to their defaults */
};

/** A place: of a section or piece that begins at .offset, or of a common symbol. */
struct place {
    uint32_t class;   /* NO_CLASS: a common symbol */
    uint32_t section; /* or the number of the symbol */
    uint64_t offset;
};

/** What two links have in common: a part of one image, and its counterpart in the other. */
struct image_part {
    struct place was;
    struct place is;
    uint64_t size;
    uint32_t symbol; /* that led here first, or NO_CLASS */
    uint32_t needer;
    bool any;       /* another definition will do, too, so contents may differ */
    bool largest;   /* a larger one that the library has will do */
    bool exchanged; /* such a definition led here first, without a global name */
};

/** What the links of a comparison make of a symbol. */
struct image_answer {
    uint32_t symbol;
    struct target to[2]; /* what a relocation without addend leads to, before and after */
    bool is_known[2];
};

/** A comparison under way. */
struct comparing {
    struct images *images;
    const struct link *before;
    const struct link *after;
    struct image_difference *difference;
    uint32_t needer; /* class under way, or NO_CLASS for a root */
    bool exchanged;  /* another definition than this one may serve */
    bool joined;     /* the second link is of a library that is joined alone, with all it has */
    bool out_of_memory;
};

/** One side of a part, read. */
struct side {
    const struct obj_section *section;
    uint32_t class;
    uint32_t number; /* of the section */
    const struct obj_reloc *relocs;
    size_t count;
    uint64_t begin;
};

/** Note that what the links make of a symbol decides. */
void image_ask(struct images *images, uint32_t symbol);

/** image_symbol_target(), which is found out once in each comparison. */
bool image_known_target(struct images *images, const struct link *link, uint32_t symbol,
                        struct target *target);

/** Note that nothing was asked yet. */
void image_ask_nothing(struct images *images);

/** Whether two parts are known to be alike, as image_note_alike() was told. */
bool image_are_alike(const struct images *images, const struct image_part *part);

/** Note that two parts are alike in all that does not depend on links. */
void image_note_alike(struct images *images, const struct image_part *part);

static inline bool image_same_place(struct place a, struct place b)
{
    return a.class == b.class && a.section == b.section && a.offset == b.offset;
}

/** A hash of a part's place and its counterpart's. */
uint64_t image_hash_pair(const struct image_part *part);

/** Remember the first difference. Always false. */
bool image_differ(struct comparing *c, enum image_fault fault, const struct target *was,
                  const struct target *is);

/** Remember that memory is short. Always false. */
bool image_no_memory(struct comparing *c);

/**
 * Whether a part is one of the copies that each object has for itself: code and constants without
 * a global name. An inline function brings the copies of its own object, such as a table of jumps;
 * the function of another object brings that object's. So copies may get more or fewer there.
 */
bool image_is_copy(const struct images *images, const struct image_part *part);

/** Compare what two places in sections hold that linkers merge. True if that decides. */
bool image_same_merged(const struct images *images, const struct target *was,
                       const struct target *is);

/**
 * Match two places in sections or common symbols: their parts become counterparts, which are to be
 * compared. False if one of them has another counterpart, or when memory is short.
 */
bool image_match_parts(struct comparing *c, const struct target *was, const struct target *is);

/** Whether the part at @was has a counterpart already, and @same[out]: that is the one at @is. */
bool image_is_known(const struct images *images, struct place was, struct place is, bool *same);

/** Whether the part that begins there is no counterpart yet. */
bool image_is_free(const struct images *images, struct place is);

/** The parts that two targets in sections, or common symbols, lie in. */
struct image_part image_pair(const struct comparing *c, const struct target *was,
                             const struct target *is);

/** Match what a root or a relocation leads to in both links. False after a difference. */
bool image_match(struct comparing *c, const struct target *was, const struct target *is);

/** Read @size bytes at a place in a section. False when memory is short, which is noted. */
bool image_open_side(struct comparing *c, struct place place, uint64_t size, struct side *side);

/** How many bytes of a side lie in the file: the rest is zero. */
uint64_t image_stored(const struct side *side, uint64_t size);

/** Whether bytes [@from, @to) are zero. */
bool image_all_zero(const uint8_t *bytes, uint64_t from, uint64_t to);

/** Compare the contents, without the fields whose bytes depend on where sections lie. */
bool image_same_contents(struct comparing *c, const struct side *a, const struct side *b,
                         uint64_t size);

/** Two relocations at the same place, by number. */
struct reloc_pair {
    size_t was, is;
    bool finished; /* the second side has the distance itself in its place: see obj/relative.h */
};

/**
 * Find two relocations of one type at the same place, from @pair on, or one and what it was
 * finished to. Entries of tables of jumps may be on one side only. False if there are none; then
 * @pair is at the end, unless the sides differ.
 */
bool image_pair_relocs(const struct comparing *c, const struct side *a, const struct side *b,
                       struct reloc_pair *pair);

/** Go past a pair. */
static inline void image_next_pair(struct reloc_pair *pair)
{
    pair->was++;
    pair->is += !pair->finished;
}

/** What the two relocations of a pair lead to. False when memory is short, which is noted. */
bool image_pair_targets(struct comparing *c, const struct side *a, const struct side *b,
                        const struct reloc_pair *pair, struct target *was, struct target *is);

/**
 * Whether a distance may stand where the original has a relocation that leads to @was: no other
 * definition can be taken for that name than the one in the same section.
 */
bool image_may_finish(struct comparing *c, const struct side *b, const struct target *was);

/** Whether the relocations are of the same types at the same places. */
bool image_same_relocs(const struct comparing *c, const struct side *a, const struct side *b);

/** Whether an entry of a table of jumps leads into a function that the linker discarded. */
bool image_is_dead(const struct comparing *c, const struct link *link, const struct side *side,
                   const struct obj_reloc *reloc);

/** The member of a class, read at the first call; NULL when memory is short. */
struct image_object *image_object(struct images *images, uint32_t class);

/** The relocations of one section; NULL when memory is short. */
const struct image_relocs *image_relocs(struct images *images, struct image_object *object,
                                        uint32_t section);

/**
 * How many entries the unwind tables of its object have for the functions of a part; 0 in Mach-O.
 * @part, @size where the part begins, and its size
 * @return false when memory is short
 */
bool image_count_frames(struct images *images, struct place part, uint64_t size, size_t *count);

/** Where the piece of a section begins that holds @offset, and @end[out] where it ends. */
uint64_t image_piece(const struct image_object *object, uint32_t section, uint64_t offset,
                     uint64_t *end);

/** What @link makes of the symbol with this number. False when memory is short. */
bool image_symbol_target(struct images *images, const struct link *link, uint32_t number,
                         struct target *target);

/** The number, among object.symbols, of an object's definition of symbol @number; or OBJ_NONE. */
uint32_t image_global(const struct image_object *in, uint32_t number);

/** The definition of symbol @number in the member of a class. False when memory is short. */
bool image_definition(struct images *images, const struct link *link, uint32_t class,
                      uint32_t number, struct target *target);

/** What @link makes of a relocation in @section of @class. False when memory is short. */
bool image_reloc_target(struct images *images, const struct link *link, uint32_t class,
                        uint32_t section, const struct obj_reloc *reloc, struct target *target);

/** Whether the linker left the section out: it is in a COMDAT of which another one counts. */
bool image_is_discarded(struct images *images, const struct image_object *in,
                        const struct link *link, uint32_t class,
                        const struct obj_section *section);

/**
 * Match the lists that programs find by a section's name: as many elements, each with a counterpart
 * of the same contents, in any order. What they lead to is followed, too.
 * @more there may be more elements than before
 * @return false after a difference, or when memory is short, which is noted
 */
bool image_match_lists(struct comparing *c, bool more);

#endif
