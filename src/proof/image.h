/* SPDX-License-Identifier: MIT */
/**
 * The images of two links: do both programs consist of the same functions and data?
 *
 * link.h tells which members a linker loads and which definition each symbol gets. Here the
 * members are read from their bytes, and everything that a program reaches from its roots is
 * followed in both links at once, relocation by relocation. A part is a section, or in Mach-O a
 * piece of one that begins at a symbol. Each part of the first image must have one counterpart in
 * the second one, with the same bytes and the same relocations to counterparts; no two parts may
 * share one, unless linkers merge them. What was one stays one, and what was two stays two.
 *
 * Constructors and other lists that programs find by a section's name must have the same size in
 * both images. Debug info is not followed, nor are unwind tables; but a function that has an entry
 * in one of them must have one in the other image, too.
 */
#ifndef ARMELD_PROOF_IMAGE_H
#define ARMELD_PROOF_IMAGE_H

#include <pthread.h>

#include "base/table.h"
#include "proof/link.h"

enum image_fault {
    IMAGE_SAME,
    IMAGE_OTHER,    /**< something else is in its place */
    IMAGE_DOUBLED,  /**< one part has become two */
    IMAGE_UNITED,   /**< two parts have become one */
    IMAGE_CHANGED,  /**< other bytes, relocations or entries in unwind tables */
    IMAGE_GATHERED, /**< a list found by a section's name has another size */
};

/** What is demanded of the lists that programs find by a section's name. */
enum image_lists {
    LISTS_KEPT, /**< the second image has what the first one has, perhaps more */
    LISTS_SAME,
};

/** The first difference between two images. */
struct image_difference {
    enum image_fault fault;
    uint32_t symbol;   /**< the symbol that leads there, or NO_CLASS */
    uint32_t was;      /**< class of the part in the first image, or NO_CLASS */
    uint32_t is;       /**< class in the second one, or NO_CLASS */
    uint32_t needer;   /**< class whose relocation leads there, or NO_CLASS: a root */
    struct span name;  /**< the section at fault; empty if it is not known */
};

struct image_object; /* a member, read */
struct image_part;   /* a part of the first image, and its counterpart */
struct image_answer; /* what links make of a symbol */
struct place;

/** The buffers of one worker. Start with {0}; free with images_free(). */
struct images {
    const struct census *census;
    struct image_object **objects; /* by class, as far as they have been read */
    struct arena arena;            /* the objects */
    uint64_t read;                 /* about how much memory they take, in bytes */
    struct image_part *parts;
    size_t part_count;
    size_t part_capacity;
    uint32_t stamp;              /* of this comparison */
    struct table by_original;    /* parts that are pieces of sections, or common symbols */
    struct table by_counterpart;
    struct table by_pair; /* parts that are not in the others: copies */
    uint64_t steps; /* relocations followed so far */
    struct image_answer *answers; /* what the last comparison has asked of its links */
    size_t answer_count;
    size_t answer_capacity;
    uint32_t *answer_of; /* by symbol: the number of its answer and 1, or 0: not asked */
    const struct link *after; /* of this comparison */
    bool forgets; /* not all that decided is noted */
    struct table alike; /* parts that were equal in all that links do not decide */
    struct place *alike_places; /* two for each */
    size_t alike_capacity;
};

/**
 * Compare the images of two finished links of one program.
 * @before, @after the links
 * @roots          the symbols that the program needs
 * @lists          what is demanded of lists
 * @difference[out] the first difference; .fault is IMAGE_SAME if there is none
 * @return false only when memory is short
 */
bool images_compare(struct images *images, const struct link *before, const struct link *after,
                    const uint32_t *roots, size_t count, enum image_lists lists,
                    struct image_difference *difference);

/** What all workers know of images that they have compared. */
struct images_memory {
    pthread_mutex_t lock;
    struct same_images *list; /* the oldest first */
    struct same_images **end;
    size_t symbols; /* of all */
};

void images_memory_begin(struct images_memory *memory);
void images_memory_free(struct images_memory *memory);

/**
 * Whether two links have the same images since all that a comparison asked of two other links of a
 * program with these roots has the same answers here.
 * @steps[out] what that comparison took
 *
 * Lemma: then they have. Proof: a comparison depends on its roots, on members' bytes, and on what
 * it asks of its links: who defines a symbol, by which definition, what stands for it, and which
 * members with lists are loaded. What it asks next depends on the answers. What else decides is
 * left to a comparison: in Mach-O the order of members with twins, static defaults in GNU ld's
 * COFF, and definitions that a line offers besides the one that was taken (is_any()).
 */
bool images_are_known(struct images_memory *memory, const struct link *before,
                      const struct link *after, const uint32_t *roots, size_t count,
                      enum image_lists lists, uint64_t *steps);

/** Remember the last comparison, which found no difference. */
void images_note_same(struct images_memory *memory, const struct images *images,
                      const struct link *before, const struct link *after, const uint32_t *roots,
                      size_t count, enum image_lists lists);

void images_free(struct images *images);

#endif
