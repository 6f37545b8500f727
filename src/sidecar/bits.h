/* SPDX-License-Identifier: MIT */
/**
 * Bitcode in columns. The fields of LLVM's bitstreams do not end where bytes end, so compressors
 * see nothing in them. Here each field of each kind of record goes to a column of its own, as a
 * number: bitcode compresses to less than half of what it takes as it is.
 *
 * Sources: LLVM, "LLVM Bitcode File Format" (docs/BitCodeFormat.rst): blocks, abbreviations,
 * records; llvm/Bitcode/LLVMBitCodes.h: numbers of blocks and records.
 */
#ifndef ARMELD_SIDECAR_BITS_H
#define ARMELD_SIDECAR_BITS_H

#include "sidecar/numbers.h"

struct bits_columns;

/** Columns without contents; NULL when memory is short. */
struct bits_columns *bits_columns_new(void);
void bits_columns_free(struct bits_columns *columns);

/**
 * Add a module to the columns. One whose bytes LLVM would not write in exactly this way adds
 * nothing.
 * @return whether it was added; false, too, when memory is short
 */
bool bits_add(struct bits_columns *columns, struct span module);

/** Append the columns with all modules that were added, and empty them. */
void bits_print(struct bits_columns *columns, struct numbers *to);

/**
 * Make the modules again.
 * @printed what bits_print() appended, and nothing else
 * @bytes   @size bytes: all modules, one after the other
 * @return false when they do not fill it, or are no modules
 */
bool bits_parse(struct span printed, uint8_t *bytes, size_t size);

#endif
