/* SPDX-License-Identifier: MIT */
/**
 * Static archives: writing.
 *
 * An archive is laid out first, completely: sizes, offsets, index, names. The result is a list of
 * spans to write one after the other; members' contents stay where they are (in the mapped
 * inputs), so the layout costs a header a member and nothing is copied twice.
 *
 * Written as LLVM's ArchiveWriter does, which rustc uses: an archive that rustc made and nobody
 * changed comes out byte for byte.
 */
#ifndef ARMELD_AR_WRITER_H
#define ARMELD_AR_WRITER_H

#include "ar/archive.h"

/** What a member's symbols mean for the index of an ARM64EC archive. */
enum ar_side {
    AR_SIDE_NONE,   /**< no machine code: nothing to tell */
    AR_SIDE_NATIVE, /**< ARM64 */
    AR_SIDE_X64,    /**< x64: EC if the archive is */
    AR_SIDE_EC,     /**< ARM64EC */
};

/** A member to be written. */
struct ar_item {
    struct span name;
    struct span data;
    const uint8_t *fields;      /**< mtime, uid, gid, mode as in the input; NULL: 0, 0, 0, 0644 */
    const struct span *symbols; /**< what the index lists for it, in order */
    size_t symbol_count;
    enum ar_side side;
    bool object; /**< an object in the linker's eyes: an index is due even without symbols */
};

/** An archive that is ready to be written. Lives in the arena that ar_layout() was given. */
struct ar_layout {
    struct span *pieces; /**< to be written in this order */
    uint8_t *head;       /**< the bytes of the first one */
    size_t piece_count;
    uint64_t size;       /**< bytes in all */
    uint64_t overhead;   /**< bytes that are not members' contents */
    size_t symbol_count; /**< entries of the main index */
    uint64_t *offsets;   /**< of each item's header */
};

/** Refused: contents or names that the flavour cannot hold; see the errors. */
struct ar_limits {
    uint64_t wide_from; /**< header offset from which 64-bit indexes are due (4 GiB) */
};

extern const struct ar_limits ar_limits;

/**
 * Lay out an archive.
 * @flavour AR_GNU, AR_DARWIN or AR_COFF
 * @items   stay the caller's; their spans must live until the pieces are written
 * @limits  &ar_limits, but for tests
 * Without items: the magic alone; Darwin: an index without entries.
 * Errors: COFF with more than 65534 members or offsets past 4 GiB (link.exe reads neither), a
 * member of 10 GB or more, a name that the flavour cannot express.
 */
bool ar_layout(enum ar_flavour flavour, const struct ar_item *items, size_t count,
               const struct ar_limits *limits, struct arena *arena, struct ar_layout *layout,
               struct error *error);

/** Mark the archive: AR_MARK or AR_MARK_ONE; one without an index stays as it is. */
void ar_layout_mark(struct ar_layout *layout, const char *mark);

/**
 * Read a written archive back and compare: headers, names, contents' sizes and every table of
 * the index with what was meant.
 */
bool ar_layout_verify(struct span written, enum ar_flavour flavour, const struct ar_item *items,
                      size_t count, const struct ar_layout *layout, struct arena *arena,
                      struct error *error);

#endif
