/* SPDX-License-Identifier: MIT */
/**
 * The table of long names: the member "//" of GNU and COFF archives. Only for src/ar.
 *
 * A header's name field has 16 bytes: "name/" in GNU and COFF archives. A longer name, or one with
 * a slash, lies in the table and the field has "/OFFSET" instead. GNU ends a name in the table
 * with "/\n", COFF with NUL. Facts: System V ABI chapter 7; Microsoft PE/COFF specification,
 * "Longnames Member"; LLVM's ArchiveWriter. Darwin archives have no such table.
 */
#ifndef ARMELD_AR_NAME_TABLE_H
#define ARMELD_AR_NAME_TABLE_H

#include "ar/writer.h"

#define NAME_IN_HEADER UINT64_MAX

struct name_table {
    struct span bytes; /**< contents of "//", padded to an even size */
    uint64_t *offsets; /**< by item: its name's place in the table, or NAME_IN_HEADER */
};

/**
 * Build the table for the names of @items; equal names share one place, as in rustc's archives.
 * @table[out] in @arena
 * Returns false when memory is short.
 */
bool name_table_make(enum ar_flavour flavour, const struct ar_item *items, size_t count,
                     struct arena *arena, struct name_table *table);

/**
 * Whether a reader gives the name back: it contains neither NUL nor newline, which end names, and
 * is not that of an index.
 */
bool name_is_possible(struct span name);

#endif
