/* SPDX-License-Identifier: MIT */
/**
 * Universal files of Apple's tools: a library, or an object, for each of several machines.
 *
 * Header and entries are big-endian. A file whose slices lie beyond 4 GiB has wide entries.
 * Source: Apple's <mach-o/fat.h>, struct fat_header, fat_arch and fat_arch_64; cctools, lipo.c.
 */
#ifndef ARMELD_AR_UNIVERSAL_H
#define ARMELD_AR_UNIVERSAL_H

#include "base/arena.h"
#include "base/error.h"
#include "base/span.h"

/** A machine as universal files and Mach-O objects name it. */
struct universal_machine {
    uint32_t type;    /**< cputype */
    uint32_t subtype; /**< cpusubtype; the highest byte has capabilities, and no machine */
};

/** Whether both are one machine, whatever capabilities the code makes use of. */
bool universal_same_machine(struct universal_machine a, struct universal_machine b);

struct universal_slice {
    struct universal_machine machine;
    uint32_t align;    /**< its offset is a multiple of 1 << align */
    uint32_t reserved; /**< of wide entries */
    struct span bytes;
};

struct universal {
    bool wide; /**< entries of 64 bits */
    struct universal_slice *slices; /**< in the order of the entries */
    size_t count;
};

/**
 * Whether the file is universal. Java's classes begin with the same four bytes, but go on with a
 * version that is higher than any number of slices.
 */
bool universal_probe(struct span file);

/**
 * Read the entries; no slice is touched.
 * @file  must stay where it is as long as @universal is used
 * @arena receives the array of slices
 * Errors name the offset: slices that overlap, exceed the file, lie at an offset that is not
 * aligned, or are two for one machine.
 */
bool universal_read(struct span file, struct arena *arena, struct universal *universal,
                    struct error *error);

/** Whether @is holds of what some entry of a universal file leads to; the file may be broken. */
bool universal_has(struct span file, bool (*is)(struct span slice));

/**
 * The slice for a machine, by its name. A file that is not universal is its own; without such a
 * slice, or if the file is broken: no bytes.
 * @machine NULL: the file itself
 */
struct span universal_slice_of(struct span file, const char *machine);

/** Bring slices into the order in which lipo writes them; those of archives get its alignment. */
void universal_sort(struct universal_slice *slices, size_t count);

/** What Apple's tools call a machine, or "cpu-TYPE-SUBTYPE". In @arena; NULL: no memory. */
const char *universal_machine_name(struct universal_machine machine, struct arena *arena);

/** A universal file to be written: the header, then the slices at their offsets. */
struct universal_layout {
    struct span header;
    uint64_t *offsets; /**< by slice */
    uint64_t size;     /**< of the file */
};

/**
 * Lay out a file of these slices, of which only machine, align, reserved and bytes.size count: in
 * their order, each at the next multiple of its alignment. What is between them is zeros. Entries
 * are wide if universal->wide is set, or if a slice does not fit otherwise.
 * @return false only when memory is short
 */
bool universal_lay_out(const struct universal *universal, struct arena *arena,
                       struct universal_layout *layout);

#endif
