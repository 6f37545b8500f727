/* SPDX-License-Identifier: MIT */
/**
 * Tables of records, such as relocations and symbols, as columns: one field of all records, then
 * the next field. Fields that grow from record to record become differences. A table of relocations
 * compresses to half of what it takes as it is.
 */
#ifndef ARMELD_SIDECAR_RECORDS_H
#define ARMELD_SIDECAR_RECORDS_H

#include "sidecar/numbers.h"

/** Bytes of a record that struct byte_range describes (obj/byte_map.h); 0: it is no description. */
size_t records_width(struct span fields);

/**
 * Append the columns of @table.
 * @fields as in struct byte_range
 * @table  whole records
 */
void records_encode(struct span fields, struct span table, struct numbers *to);

/**
 * The same back.
 * @columns what records_encode() appended, and nothing else
 * @table   @size bytes
 * @return false when the columns are no such table's
 */
bool records_decode(struct span fields, struct span columns, uint8_t *table, size_t size);

#endif
